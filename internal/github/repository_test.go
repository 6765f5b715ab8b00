package github

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
)

func TestRepository(t *testing.T) {
	t.Parallel()
	for _, want := range []Visibility{Public, Private, Internal} {
		g := githubtest.New(testRepo)
		g.SetVisibility(string(want))
		if got, _, err := testClient(t, g).Repository(t.Context()); got != want || err != nil {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		for _, f := range []githubtest.Fault{{Status: 404, Times: -1}, {Status: 500, Times: -1}, {Hang: true, Times: -1}, {Status: 200, Times: -1}} {
			g := githubtest.New(testRepo)
			g.Inject(f)
			if got, _, err := testClient(t, g).Repository(t.Context()); got != Public || err == nil {
				t.Errorf("%+v: got %q, %v", f, got, err)
			}
		}
	})
}

func TestFile(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	want := strings.Repeat("approval: {from: pull-request}\n", 40)
	g.AddFile("c0ffee", "teams/a b/clockify-sync.yaml", want)
	c := testClient(t, g)
	got, err := c.File(t.Context(), "teams/a b/clockify-sync.yaml", "c0ffee")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	if _, err := c.File(t.Context(), "teams/a b/clockify-sync.yaml", "decaf"); !errors.Is(err, ErrNoFile) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	g.AddEnvironment(githubtest.Environment{Name: "guarded", Reviewers: []string{"rita"}, PreventSelfReview: true})
	g.AddEnvironment(githubtest.Environment{Name: "open / wide?"})
	cases := []struct {
		name string
		want Environment
	}{
		{"guarded", Environment{Exists: true, RequiredReviewers: true, PreventSelfReview: true}},
		{"open / wide?", Environment{Exists: true}},
		{"typo", Environment{}},
	}
	c := testClient(t, g)
	for _, tc := range cases {
		got, err := c.Environment(t.Context(), tc.name)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
	g.Inject(githubtest.Fault{Path: "/environments/", Status: 403, Message: "Resource not accessible by integration"})
	if _, err := c.Environment(t.Context(), "guarded"); err == nil || !strings.Contains(err.Error(), `"guarded"`) {
		t.Errorf("error %v", err)
	}
}

// TestRunApprovers names who let the run use the environment.
func TestRunApprovers(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	g.AddRunApproval(77, githubtest.RunApproval{Login: "rita", State: "approved", Environment: "Guarded"})
	g.AddRunApproval(77, githubtest.RunApproval{Login: "sam", State: "rejected", Environment: "guarded"})
	g.AddRunApproval(77, githubtest.RunApproval{Login: "theo", State: "approved", Environment: "other"})
	g.AddRunApproval(78, githubtest.RunApproval{Login: "omar", State: "approved", Environment: "guarded"})
	got, err := testClient(t, g).RunApprovers(t.Context(), 77, "guarded")
	if diff := cmp.Diff([]string{"rita"}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestSetStatus(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	c := testClient(t, g)
	if err := c.SetStatus(t.Context(), "4f2d9aa", Status{Context: "x/approval", State: Pending, Description: "waits for rita", URL: "https://example.com/"}); err != nil {
		t.Fatal(err)
	}
	want := []githubtest.Status{{SHA: "4f2d9aa", Context: "x/approval", State: "pending", Description: "waits for rita", URL: "https://example.com/"}}
	if diff := cmp.Diff(want, g.Statuses()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOnBranch(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	g.AddCompare("main", "c0ffee1", nil)
	g.AddCompare("main", "decaf00", []githubtest.Commit{{SHA: "decaf00", Parents: []string{"c0ffee1"}}})
	c := testClient(t, g)
	for commit, want := range map[string]bool{"c0ffee1": true, "decaf00": false, "unknown": false} {
		if got, err := c.OnBranch(t.Context(), "main", commit); got != want || err != nil {
			t.Errorf("%s: %t, %v", commit, got, err)
		}
	}
	g.Inject(githubtest.Fault{Path: "/compare/", Status: 403})
	if got, err := c.OnBranch(t.Context(), "main", "c0ffee1"); got || err == nil {
		t.Errorf("what cannot be compared is on the branch: %t, %v", got, err)
	}
}
