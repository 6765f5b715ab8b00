package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
)

const (
	testToken = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
	bot       = "github-actions[bot]"
)

func testClient(t testing.TB, g *githubtest.GitHub) *Client {
	t.Helper()
	c, err := NewClient(Options{Token: testToken, Repository: testRepo, APIURL: "http://127.0.0.1:1", Transport: g.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func bodies(g *githubtest.GitHub, number int) []string {
	var all []string
	for _, c := range g.Comments(number) {
		all = append(all, c.Author+": "+c.Body)
	}
	return all
}

func TestUpsertComment(t *testing.T) {
	t.Parallel()
	marker := testMarker()
	line := marker.Line()
	otherPlan := Marker{Key: "other.csv"}.Line()
	filler := func(g *githubtest.GitHub) {
		for i := range 250 {
			g.AddComment(7, "ann", fmt.Sprint("comment ", i))
		}
	}
	cases := []struct {
		name    string
		before  func(g *githubtest.GitHub)
		changed bool
		want    []string // the comments of others than ann, after
		calls   []string // POST and PATCH
	}{
		{"first", func(*githubtest.GitHub) {}, true, []string{bot + ": " + line + "\nnew"}, []string{"POST"}},
		{"update", func(g *githubtest.GitHub) { g.AddComment(7, bot, line+"\nold") }, true, []string{bot + ": " + line + "\nnew"}, []string{"PATCH"}},
		{"unchanged", func(g *githubtest.GitHub) { g.AddComment(7, bot, line+"\nnew") }, false, []string{bot + ": " + line + "\nnew"}, nil},
		{"unchanged but for line ends", func(g *githubtest.GitHub) {
			g.SetCRLF(true)
			g.AddComment(7, bot, line+"\nnew")
		}, false, []string{bot + ": " + line + "\nnew"}, nil},
		{"another marker of ours", func(g *githubtest.GitHub) { g.AddComment(7, bot, Marker{Key: "users.csv", Head: "old"}.Line()+"\nold") }, true, []string{bot + ": " + line + "\nnew"}, []string{"PATCH"}},
		{"planted by another", func(g *githubtest.GitHub) { g.AddComment(7, "github-actions", line+"\nnew") }, true, []string{"github-actions: " + line + "\nnew", bot + ": " + line + "\nnew"}, []string{"POST"}},
		{"another plan", func(g *githubtest.GitHub) { g.AddComment(7, bot, otherPlan+"\nold") }, true, []string{bot + ": " + otherPlan + "\nold", bot + ": " + line + "\nnew"}, []string{"POST"}},
		{"another pull request", func(g *githubtest.GitHub) { g.AddComment(8, bot, line+"\nold") }, true, []string{bot + ": " + line + "\nnew"}, []string{"POST"}},
		{"on the third page", func(g *githubtest.GitHub) {
			filler(g)
			g.AddComment(7, bot, line+"\nold")
		}, true, []string{bot + ": " + line + "\nnew"}, []string{"PATCH"}},
		{"edited by a person", func(g *githubtest.GitHub) {
			id := g.AddComment(7, bot, line+"\nold")
			g.EditComment(id, line+"\nforged")
		}, true, []string{bot + ": " + line + "\nnew"}, []string{"PATCH"}},
		{"marker edited away", func(g *githubtest.GitHub) { g.AddComment(7, bot, "forged") }, true, []string{bot + ": forged", bot + ": " + line + "\nnew"}, []string{"POST"}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := githubtest.New(testRepo)
			tc.before(g)
			posted, changed, err := testClient(t, g).UpsertComment(t.Context(), 7, marker, "new")
			if err != nil {
				t.Fatal(err)
			}
			if changed != tc.changed || !strings.Contains(posted.URL, "/pull/7#issuecomment-") {
				t.Errorf("url %s, changed %v, want %v", posted.URL, changed, tc.changed)
			}
			var got, calls []string
			for _, b := range bodies(g, 7) {
				if !strings.HasPrefix(b, "ann:") {
					got = append(got, b)
				}
			}
			for _, r := range g.Requests() {
				if method, path, _ := strings.Cut(r, " "); method != "GET" && path != "/graphql" {
					calls = append(calls, method)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("comments (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.calls, calls); diff != "" {
				t.Errorf("writes (-want +got):\n%s", diff)
			}
		})
	}
}

// The round a plan makes: what is there, what of it counts, the new one.
func TestCommentRound(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	round := func(minute int, ids ...string) bool {
		t.Helper()
		c := testClient(t, g)
		found, _, err := c.FindComment(t.Context(), 7, "users.csv")
		if err != nil {
			t.Fatal(err)
		}
		old, _ := ReadMarker(found.Body, testSecret, testRepo, 7)
		next := MergeShown(Marker{Key: "users.csv", Head: "4f2d9aa"}, old, at(minute), ids)
		again := next
		if again.Posted = old.Posted; found.Reads(SignMarker(again, testSecret, testRepo, 7), strings.Join(ids, "\n")) {
			return false
		}
		_, changed, err := c.UpsertComment(t.Context(), 7, SignMarker(next, testSecret, testRepo, 7), strings.Join(ids, "\n"))
		if err != nil {
			t.Fatal(err)
		}
		return changed
	}
	if !round(0, "c1") || round(1, "c1") || !round(2, "c1", "c2") {
		t.Error("changed is wrong")
	}
	got, ok := ReadMarker(g.Comments(7)[0].Body, testSecret, testRepo, 7)
	if diff := cmp.Diff([]Shown{{"c1", at(0)}, {"c2", at(2)}}, got.Gated); diff != "" || !ok || len(g.Comments(7)) != 1 {
		t.Errorf("%d comments, ok %v (-want +got):\n%s", len(g.Comments(7)), ok, diff)
	}
	// GET /user, viewer and one list a round: UpsertComment does not list again.
	if got, want := g.Calls("GET", "/comments"), 3; got != want {
		t.Errorf("%d lists, want %d", got, want)
	}
}

func TestUpsertCommentDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	id := g.AddComment(7, bot, testMarker().Line()+"\nold")
	c := testClient(t, g)
	if _, ok, err := c.FindComment(t.Context(), 7, "users.csv"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	g.DeleteComment(id)
	if _, changed, err := c.UpsertComment(t.Context(), 7, testMarker(), "new"); !changed || err != nil {
		t.Fatal(changed, err)
	}
	if got := len(g.Comments(7)); got != 1 {
		t.Errorf("%d comments", got)
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		set  func(g *githubtest.GitHub)
		want string
	}{
		{"the job's token", func(*githubtest.GitHub) {}, bot},
		{"a person's token", func(g *githubtest.GitHub) { g.ActAs("ann", true) }, "ann"},
		{"an App's token", func(g *githubtest.GitHub) { g.ActAs("acme-sync[bot]", false) }, "acme-sync[bot]"},
		{"an App named without suffix", func(g *githubtest.GitHub) { g.ActAs("acme-sync", false) }, "acme-sync[bot]"},
		{"nothing answers", func(g *githubtest.GitHub) { g.Inject(githubtest.Fault{Path: "/graphql", Status: 403, Times: -1}) }, bot},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := githubtest.New(testRepo)
			tc.set(g)
			c := testClient(t, g)
			for range 2 {
				if got, err := c.Login(t.Context()); got != tc.want || err != nil {
					t.Errorf("got %q, %v, want %q", got, err, tc.want)
				}
			}
			if got := g.Calls("GET", "/user"); got != 1 {
				t.Errorf("asked %d times", got)
			}
		})
	}
}

func TestCommentFailures(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		set  func(g *githubtest.GitHub)
		body string
		want Reason
	}{
		{"read-only token", func(g *githubtest.GitHub) { g.SetReadOnly(true) }, "x", ReadOnly},
		{"locked", func(g *githubtest.GitHub) { g.SetLocked(true) }, "x", Locked},
		{"gone", func(g *githubtest.GitHub) { g.Inject(githubtest.Fault{Method: "POST", Path: "/comments", Status: 410}) }, "x", Locked},
		{"not found", func(g *githubtest.GitHub) { g.SetMissing(true) }, "x", NotFound},
		{"too long for GitHub", func(g *githubtest.GitHub) {
			g.Inject(githubtest.Fault{Method: "POST", Path: "/comments", Status: 422, Message: "Validation Failed: body is too long (maximum is 65536 characters)"})
		}, "x", TooLong},
		{"too long", func(*githubtest.GitHub) {}, strings.Repeat("😀", MaxComment/2), TooLong},
		{"refused", func(g *githubtest.GitHub) {
			g.Inject(githubtest.Fault{Method: "POST", Path: "/comments", Status: 422, Message: "Validation Failed"})
		}, "x", Invalid},
		{"bad token", func(g *githubtest.GitHub) { g.Inject(githubtest.Fault{Path: "/issues/", Status: 401, Times: -1}) }, "x", ReadOnly},
		{"down", func(g *githubtest.GitHub) { g.Inject(githubtest.Fault{Path: "/issues/", Status: 502, Times: -1}) }, "x", Unavailable},
		{"no connection", func(g *githubtest.GitHub) { g.Inject(githubtest.Fault{Path: "/issues/", Hang: true, Times: -1}) }, "x", Unavailable},
		{"primary limit", func(g *githubtest.GitHub) {
			g.Inject(githubtest.Fault{Path: "/issues/", Status: 403, Times: -1, Header: map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"}})
		}, "x", Limited},
		{"secondary limit for long", func(g *githubtest.GitHub) { g.Inject(githubtest.SecondaryRateLimit(403, "600")) }, "x", Limited},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := githubtest.New(testRepo)
				c := testClient(t, g)
				if _, err := c.Login(t.Context()); err != nil {
					t.Fatal(err)
				}
				tc.set(g)
				_, changed, err := c.UpsertComment(t.Context(), 7, testMarker(), tc.body)
				e, ok := errors.AsType[*CommentError](err)
				if !ok || e.Reason != tc.want || changed {
					t.Errorf("got %v, changed %v, want reason %s", err, changed, tc.want)
				}
				if err != nil && strings.Contains(err.Error(), testToken) {
					t.Errorf("the token is in %v", err)
				}
				if len(g.Comments(7)) != 0 {
					t.Errorf("comments %v", g.Comments(7))
				}
			})
		})
	}
}

func TestCommentRetries(t *testing.T) {
	t.Parallel()
	post := githubtest.Fault{Method: "POST", Path: "/comments"}
	with := func(f githubtest.Fault, set func(f *githubtest.Fault)) githubtest.Fault {
		set(&f)
		return f
	}
	limited := githubtest.SecondaryRateLimit(403, "7")
	limited.Method, limited.Path = "POST", "/comments"
	limited429 := githubtest.SecondaryRateLimit(429, "")
	limited429.Method, limited429.Path = "POST", "/comments"
	cases := []struct {
		name   string
		fault  githubtest.Fault
		posts  int
		waited time.Duration
	}{
		{"secondary limit", limited, 2, 7 * time.Second},
		{"secondary limit without a time", limited429, 2, time.Minute},
		{"answer lost", with(post, func(f *githubtest.Fault) { f.Status, f.Done = 502, true }), 1, 0},
		{"connection lost after", with(post, func(f *githubtest.Fault) { f.Hang, f.Done = true, true }), 1, 0},
		{"not done", with(post, func(f *githubtest.Fault) { f.Status = 502 }), 2, 0},
		{"reads fail twice", githubtest.Fault{Method: "GET", Path: "/comments", Status: 503, Times: 2}, 1, 3 * time.Second},
		{"reads break", githubtest.Fault{Method: "GET", Path: "/comments", Hang: true, Times: 1}, 1, time.Second},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := githubtest.New(testRepo)
				g.Inject(tc.fault)
				start := time.Now()
				_, changed, err := testClient(t, g).UpsertComment(t.Context(), 7, testMarker(), "new")
				if err != nil || !changed {
					t.Fatal(changed, err)
				}
				if got := len(g.Comments(7)); got != 1 {
					t.Errorf("%d comments, want 1", got)
				}
				if got := g.Calls("POST", "/comments"); got != tc.posts {
					t.Errorf("posted %d times, want %d", got, tc.posts)
				}
				if got := time.Since(start); got != tc.waited {
					t.Errorf("waited %v, want %v", got, tc.waited)
				}
			})
		})
	}
}

func TestCreateComment(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	c := testClient(t, g)
	for range 2 {
		if url, err := c.CreateComment(t.Context(), 7, "applied"); err != nil || url == "" {
			t.Fatal(url, err)
		}
	}
	if got := len(g.Comments(7)); got != 2 {
		t.Errorf("%d comments, want 2", got)
	}
	if got := len(g.Requests()); got != 2 {
		t.Errorf("%d calls, want 2: %v", got, g.Requests())
	}
}

func TestCommentCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := githubtest.New(testRepo)
		g.Inject(githubtest.Fault{Method: "GET", Status: 503, Times: -1})
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		_, _, err := testClient(t, g).UpsertComment(ctx, 7, testMarker(), "new")
		if err == nil || g.Calls("", "") != 2 {
			t.Errorf("%d calls, error %v", g.Calls("", ""), err)
		}
	})
}

var _ http.Handler = (*githubtest.GitHub)(nil)
