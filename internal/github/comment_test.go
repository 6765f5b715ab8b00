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

// upsert posts as a plan does: it finds its comment, and updates it or makes one.
func upsert(t testing.TB, c *Client, pr int, m Marker, body string) (Comment, error) {
	t.Helper()
	comments, err := c.PlanComments(t.Context(), pr)
	if err != nil {
		return Comment{}, err
	}
	old, _, err := c.OwnComment(t.Context(), comments, m.Key)
	if err != nil {
		return Comment{}, err
	}
	return c.UpsertComment(t.Context(), pr, old, m, body)
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
		name   string
		before func(g *githubtest.GitHub)
		want   []string // the comments of others than ann, after
		calls  []string // POST and PATCH
	}{
		{"first", func(*githubtest.GitHub) {}, []string{bot + ": " + line + "\nnew"}, []string{"POST"}},
		{"update", func(g *githubtest.GitHub) { g.AddComment(7, bot, line+"\nold") }, []string{bot + ": " + line + "\nnew"}, []string{"PATCH"}},
		{"unchanged", func(g *githubtest.GitHub) { g.AddComment(7, bot, line+"\nnew") }, []string{bot + ": " + line + "\nnew"}, nil},
		{"unchanged but for line ends", func(g *githubtest.GitHub) {
			g.SetCRLF(true)
			g.AddComment(7, bot, line+"\nnew")
		}, []string{bot + ": " + line + "\nnew"}, nil},
		{"another marker of ours", func(g *githubtest.GitHub) { g.AddComment(7, bot, Marker{Key: "users.csv", Head: "old"}.Line()+"\nold") }, []string{bot + ": " + line + "\nnew"}, []string{"PATCH"}},
		{"planted by another", func(g *githubtest.GitHub) { g.AddComment(7, "github-actions", line+"\nnew") }, []string{"github-actions: " + line + "\nnew", bot + ": " + line + "\nnew"}, []string{"POST"}},
		{"another plan", func(g *githubtest.GitHub) { g.AddComment(7, bot, otherPlan+"\nold") }, []string{bot + ": " + otherPlan + "\nold", bot + ": " + line + "\nnew"}, []string{"POST"}},
		{"another pull request", func(g *githubtest.GitHub) { g.AddComment(8, bot, line+"\nold") }, []string{bot + ": " + line + "\nnew"}, []string{"POST"}},
		{"on the third page", func(g *githubtest.GitHub) {
			filler(g)
			g.AddComment(7, bot, line+"\nold")
		}, []string{bot + ": " + line + "\nnew"}, []string{"PATCH"}},
		{"edited by a person", func(g *githubtest.GitHub) {
			id := g.AddComment(7, bot, line+"\nold")
			g.EditComment(id, "eve", line+"\nforged")
		}, []string{bot + ": " + line + "\nnew"}, []string{"PATCH"}},
		{"marker edited away", func(g *githubtest.GitHub) { g.AddComment(7, bot, "forged") }, []string{bot + ": forged", bot + ": " + line + "\nnew"}, []string{"POST"}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := githubtest.New(testRepo)
			tc.before(g)
			posted, err := upsert(t, testClient(t, g), 7, marker, "new")
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(posted.URL, "/pull/7#issuecomment-") {
				t.Errorf("url %s", posted.URL)
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

// What a plan does at every push: what is there, what of it counts, the new one.
func TestCommentAgain(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	again := func(minute int, ids ...string) {
		t.Helper()
		c := testClient(t, g)
		comments, err := c.PlanComments(t.Context(), 7)
		if err != nil {
			t.Fatal(err)
		}
		found, _, err := c.OwnComment(t.Context(), comments, "users.csv")
		if err != nil {
			t.Fatal(err)
		}
		old, _ := testSigner.Read(found)
		body := strings.Join(ids, "\n")
		next := testSigner.Sign(MergeShown(Marker{Key: "users.csv", Head: "4f2d9aa", By: bot}, old, at(minute), ids), body)
		if _, err := c.UpsertComment(t.Context(), 7, found, next, body); err != nil {
			t.Fatal(err)
		}
	}
	again(0, "c1")
	again(1, "c1")
	if n := g.Calls("PATCH", ""); n != 0 {
		t.Errorf("%d updates of an unchanged comment", n)
	}
	again(2, "c1", "c2")
	got, err := testSigner.Read(Comment{Body: g.Comments(7)[0].Body, Author: bot})
	if diff := cmp.Diff([]FirstShown{{"c1", at(0)}, {"c2", at(2)}}, got.Gated); diff != "" || err != nil || len(g.Comments(7)) != 1 {
		t.Errorf("%d comments, %v (-want +got):\n%s", len(g.Comments(7)), err, diff)
	}
}

func TestUpsertCommentDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	id := g.AddComment(7, bot, testMarker().Line()+"\nold")
	c := testClient(t, g)
	g.DeleteComment(id)
	if _, err := c.UpsertComment(t.Context(), 7, Comment{ID: id}, testMarker(), "new"); err != nil {
		t.Fatal(err)
	}
	if got := len(g.Comments(7)); got != 1 {
		t.Errorf("%d comments", got)
	}
}

// Who edited a comment is known, put back or not; updates of its own account are no edits.
func TestEditors(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	c := testClient(t, g)
	old, err := c.CreateComment(t.Context(), 7, "one")
	if err != nil {
		t.Fatal(err)
	}
	editors := func() []string {
		t.Helper()
		got, err := c.Editors(t.Context(), old)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if _, err := c.UpdateComment(t.Context(), old, "two"); err != nil {
		t.Fatal(err)
	}
	if got := editors(); got != nil {
		t.Errorf("edited by %v", got)
	}
	g.EditComment(old.ID, "eve", "forged")
	g.EditComment(old.ID, "eve", "two")
	g.EditComment(old.ID, "", "two")
	g.EditComment(old.ID, "github-actions", "two")
	if diff := cmp.Diff([]string{"eve", "eve", "", "github-actions"}, editors()); diff != "" {
		t.Errorf("editors (-want +got):\n%s", diff)
	}
	for range 200 { // our own, one a plan
		g.EditComment(old.ID, bot, "two")
	}
	g.EditComment(old.ID, "eve", "two")
	if diff := cmp.Diff([]string{"eve", "eve", "", "github-actions", "eve"}, editors()); diff != "" {
		t.Errorf("editors over several pages (-want +got):\n%s", diff)
	}
	for range 1000 {
		g.EditComment(old.ID, bot, "two")
	}
	if _, err := c.Editors(t.Context(), old); err == nil {
		t.Error("a history that is cut off is taken for whole")
	}
	if _, err := c.Editors(t.Context(), Comment{NodeID: "IC_0", Author: bot}); err == nil {
		t.Error("a comment that is gone has no editors")
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
				_, err := upsert(t, c, 7, testMarker(), tc.body)
				e, ok := errors.AsType[*CommentError](err)
				if !ok || e.Reason != tc.want {
					t.Errorf("got %v, want reason %s", err, tc.want)
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
				if _, err := upsert(t, testClient(t, g), 7, testMarker(), "new"); err != nil {
					t.Fatal(err)
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
		if posted, err := c.CreateComment(t.Context(), 7, "applied"); err != nil || posted.URL == "" {
			t.Fatal(posted, err)
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
		_, err := testClient(t, g).PlanComments(ctx, 7)
		if err == nil || g.Calls("", "") != 2 {
			t.Errorf("%d calls, error %v", g.Calls("", ""), err)
		}
	})
}

var _ http.Handler = (*githubtest.GitHub)(nil)
