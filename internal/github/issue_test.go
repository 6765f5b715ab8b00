package github

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
)

func TestIssueLife(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	g.AddPull(githubtest.Pull{Number: 7, Author: bot})
	for i := range 120 {
		g.AddIssue("ann", fmt.Sprint("issue ", i), "x")
	}
	planted := g.AddIssue("eve", "Drift", issueMarker("users.csv")+"\nx")
	c := testClient(t, g)
	ours := func() (all []string) {
		for _, i := range g.Issues() {
			if i.Author == bot {
				all = append(all, fmt.Sprintf("%s %s %s", i.State, i.Title, i.Body))
			}
		}
		return all
	}
	line := issueMarker("users.csv") + "\n"
	writes := func() int { return g.Calls("POST", "/issues") + g.Calls("PATCH", "/issues") }
	ensure := func(title, body string, changed bool, want ...string) {
		t.Helper()
		before := writes()
		if err := c.EnsureIssue(t.Context(), "users.csv", title, body); err != nil || (writes() > before) != changed {
			t.Fatalf("%d writes, error %v", writes()-before, err)
		}
		if diff := cmp.Diff(want, ours()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
	ensure("Drift", "two", true, "open Drift "+line+"two")
	ensure("Drift", "two", false, "open Drift "+line+"two")
	ensure("Drift of 3", "three", true, "open Drift of 3 "+line+"three")
	for range 2 {
		if err := c.CloseIssue(t.Context(), "users.csv", "Gone."); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"closed Drift of 3 " + line + "three"}, ours()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var number int
	for _, i := range g.Issues() {
		if i.Author == bot {
			number = i.Number
		}
		if i.Number == planted && i.State != "open" {
			t.Error("somebody else's issue was closed")
		}
	}
	if diff := cmp.Diff([]string{bot + ": Gone."}, bodies(g, number)); diff != "" {
		t.Errorf("comments (-want +got):\n%s", diff)
	}
	ensure("Drift", "back", true, "closed Drift of 3 "+line+"three", "open Drift "+line+"back")
}

func TestIssueFailures(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		set  func(g *githubtest.GitHub)
		want Reason // "" for success
	}{
		{"read-only", func(g *githubtest.GitHub) { g.SetReadOnly(true) }, ReadOnly},
		{"issues are off", func(g *githubtest.GitHub) { g.Inject(githubtest.Fault{Path: "/issues", Status: 410, Times: -1}) }, Locked},
		{"down", func(g *githubtest.GitHub) { g.Inject(githubtest.Fault{Path: "/issues", Status: 500, Times: -1}) }, Unavailable},
		{"answer lost", func(g *githubtest.GitHub) {
			g.Inject(githubtest.Fault{Method: "POST", Path: "/issues", Status: 502, Done: true})
		}, ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := githubtest.New(testRepo)
				tc.set(g)
				err := testClient(t, g).EnsureIssue(t.Context(), "users.csv", "Drift", "x")
				got := Reason("")
				if e, ok := errors.AsType[*CommentError](err); ok {
					got = e.Reason
				}
				if got != tc.want || (err == nil) != (tc.want == "") {
					t.Errorf("got %v, want %q", err, tc.want)
				}
				if got := len(g.Issues()); tc.want == "" && got != 1 {
					t.Errorf("%d issues", got)
				}
			})
		})
	}
}

func TestCloseIssueLocked(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	number := g.AddIssue(bot, "Drift", issueMarker("k")+"\nx")
	g.Inject(githubtest.Fault{Method: "POST", Path: "/comments", Status: 403, Message: "Unable to create comment because issue is locked."})
	err := testClient(t, g).CloseIssue(t.Context(), "k", "Gone.")
	if e, ok := errors.AsType[*CommentError](err); !ok || e.Reason != Locked || g.Issues()[0].Number != number || g.Issues()[0].State != "closed" {
		t.Errorf("issues %+v, %v", g.Issues(), err)
	}
}
