package action

import (
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/github"
)

// TestBaseRef: whose files decide what a run's own may loosen.
func TestBaseRef(t *testing.T) {
	t.Parallel()
	pull := github.Event{Name: "pull_request", Ref: "refs/pull/7/merge", BaseRef: "main", BaseSHA: "b1", DefaultBranch: "main"}
	with := func(e github.Event, change func(*github.Event)) github.Event {
		change(&e)
		return e
	}
	cases := map[string]struct {
		event github.Event
		want  string // "" where the run's own files decide
	}{
		"pull request":                           {pull, "main"},
		"pull request into another branch":       {with(pull, func(e *github.Event) { e.BaseRef = "topic" }), "main"},
		"merged":                                 {with(pull, func(e *github.Event) { e.Merged, e.Ref = true, "refs/heads/main" }), "b1"},
		"merged, with its own ref":               {with(pull, func(e *github.Event) { e.Merged = true }), "b1"},
		"review":                                 {with(pull, func(e *github.Event) { e.Name = "pull_request_review" }), "main"},
		"no default branch in the event":         {with(pull, func(e *github.Event) { e.DefaultBranch = "" }), "b1"},
		"merge queue":                            {github.Event{Name: "merge_group", Ref: "refs/heads/gh-readonly-queue/main/pr-7-1", DefaultBranch: "main"}, "main"},
		"push":                                   {github.Event{Name: "push", Ref: "refs/heads/main", DefaultBranch: "main", Before: "b0", BaseSHA: "b0"}, "b0"},
		"push to another branch":                 {github.Event{Name: "push", Ref: "refs/heads/topic", DefaultBranch: "main", Before: "t0"}, "main"},
		"schedule":                               {github.Event{Name: "schedule", Ref: "refs/heads/main"}, ""},
		"by hand":                                {github.Event{Name: "workflow_dispatch", Ref: "refs/heads/main", DefaultBranch: "main"}, ""},
		"by hand on another branch":              {github.Event{Name: "workflow_dispatch", Ref: "refs/heads/topic", DefaultBranch: "main"}, "main"},
		"a comment, which runs on the default's": {github.Event{Name: "issue_comment", Ref: "refs/heads/main", DefaultBranch: "main"}, ""},
	}
	for name, tc := range cases {
		got, ok := baseRef(tc.event)
		if ok != (tc.want != "") || ok && got != tc.want {
			t.Errorf("%s: %q, %t; want %q", name, got, ok, tc.want)
		}
	}
}
