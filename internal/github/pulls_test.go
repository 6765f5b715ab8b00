package github

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
)

func TestMergedPulls(t *testing.T) {
	t.Parallel()
	merged := func(n int, merge string, minute int, commits ...string) githubtest.Pull {
		return githubtest.Pull{Number: n, Author: "ann", HeadSHA: "head" + merge, Merged: true, MergedAt: at(minute), MergeSHA: merge, Commits: commits}
	}
	chain := func(shas ...string) (all []githubtest.Commit) {
		for i := 1; i < len(shas); i++ {
			all = append(all, githubtest.Commit{SHA: shas[i], Parents: []string{shas[i-1]}})
		}
		return all
	}
	const zeros = "0000000000000000000000000000000000000000"
	cases := []struct {
		name          string
		set           func(g *githubtest.GitHub)
		sha           string
		before, after string
		want          []int
		calls         int
		waited        time.Duration
		err           bool
	}{
		{"squash", func(g *githubtest.GitHub) { g.AddPull(merged(7, "s1", 1)) }, "s1", "", "", []int{7}, 1, 0, false},
		{"not there at once", func(g *githubtest.GitHub) {
			g.AddPull(merged(7, "s1", 1))
			g.HidePulls(2)
		}, "s1", "", "", []int{7}, 3, 3 * time.Second, false},
		{"pushed without one", func(*githubtest.GitHub) {}, "s1", "", "", nil, 4, 7 * time.Second, false},
		{"still open", func(g *githubtest.GitHub) { g.AddPull(githubtest.Pull{Number: 7, HeadSHA: "s1"}) }, "s1", "", "", nil, 4, 7 * time.Second, false},
		{"merged into another branch", func(g *githubtest.GitHub) {
			p := merged(7, "s1", 1)
			p.BaseRef = "release"
			g.AddPull(p)
		}, "s1", "", "", nil, 4, 7 * time.Second, false},
		{"the one that merged it", func(g *githubtest.GitHub) {
			g.AddPull(merged(7, "s1", 1))
			g.AddPull(merged(6, "s0", 0, "s1"))
		}, "s1", "", "", []int{7}, 1, 0, false},
		{"merged by an earlier push", func(g *githubtest.GitHub) { g.AddPull(merged(7, "elsewhere", 1, "s1")) }, "s1", "", "", nil, 1, 0, false},
		{"commits of one that was squashed, pushed by hand", func(g *githubtest.GitHub) {
			g.AddPull(merged(7, "squashed", 1, "s1", "s2"))
			g.AddCompare("s0", "s2", chain("s0", "s1", "s2"))
		}, "s2", "s0", "s2", nil, 3, 0, false},
		{"a new branch", func(g *githubtest.GitHub) { g.AddPull(merged(7, "s1", 1)) }, "s1", zeros, "s1", []int{7}, 1, 0, false},
		{"a queue lands three", func(g *githubtest.GitHub) {
			g.AddPull(merged(9, "s3", 3))
			g.AddPull(merged(7, "s1", 1))
			g.AddPull(merged(8, "s2", 2))
			g.AddCompare("s0", "s3", chain("s0", "s1", "s2", "s3"))
		}, "s3", "s0", "s3", []int{7, 8, 9}, 4, 0, false},
		{"merge commits: only the first parents are asked", func(g *githubtest.GitHub) {
			g.AddPull(merged(7, "m1", 1, "a1", "a2"))
			g.AddPull(merged(8, "m2", 2, "b1"))
			g.AddCompare("s0", "m2", []githubtest.Commit{
				{SHA: "a1", Parents: []string{"s0"}},
				{SHA: "a2", Parents: []string{"a1"}},
				{SHA: "m1", Parents: []string{"s0", "a2"}},
				{SHA: "b1", Parents: []string{"s0"}},
				{SHA: "m2", Parents: []string{"m1", "b1"}},
			})
		}, "m2", "s0", "m2", []int{7, 8}, 3, 0, false},
		{"rebased, two commits of one", func(g *githubtest.GitHub) {
			g.AddPull(merged(7, "s2", 1, "s1"))
			g.AddCompare("s0", "s2", chain("s0", "s1", "s2"))
		}, "s2", "s0", "s2", []int{7}, 3, 0, false},
		{"no comparison after a force push", func(g *githubtest.GitHub) { g.AddPull(merged(7, "s1", 1)) }, "s1", "gone", "s1", []int{7}, 2, 0, true},
		{"reads fail", func(g *githubtest.GitHub) { g.Inject(githubtest.Fault{Status: 403, Times: -1}) }, "s1", "", "", nil, 1, 0, true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := githubtest.New(testRepo)
				tc.set(g)
				start := time.Now()
				pulls, err := testClient(t, g).MergedPulls(t.Context(), "main", tc.sha, tc.before, tc.after)
				if (err != nil) != tc.err {
					t.Fatal(err)
				}
				var got []int
				for _, p := range pulls {
					got = append(got, p.Number)
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if got := g.Calls("", ""); got != tc.calls {
					t.Errorf("%d calls, want %d: %v", got, tc.calls, g.Requests())
				}
				if got := time.Since(start); got != tc.waited {
					t.Errorf("waited %v, want %v", got, tc.waited)
				}
			})
		})
	}
}

func TestPull(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	g.AddPull(githubtest.Pull{Number: 7, Author: "ann", HeadSHA: "4f2d9aa", Merged: true, MergedAt: at(1), MergeSHA: "s1"})
	got, err := testClient(t, g).Pull(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	want := Pull{Number: 7, Author: "ann", HeadSHA: "4f2d9aa", BaseRef: "main", MergeSHA: "s1", MergedAt: at(1)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
