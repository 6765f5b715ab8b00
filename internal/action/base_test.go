package action

import (
	"testing"

	"github.com/google/go-cmp/cmp"

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

// TestStricterRules: who may approve and who is shown is said by the base; head may only ask more.
func TestStricterRules(t *testing.T) {
	t.Parallel()
	byReview := Approval{From: "pull-request", Reviewers: []string{"rita", "@acme/people-ops"}, Count: 2}
	with := func(change func(*Approval)) Rules {
		a := byReview
		change(&a)
		return Rules{Approval: a}
	}
	cases := map[string]struct {
		base, head, want Rules
		loosened         []string
	}{
		"the same":        {Rules{Approval: byReview}, Rules{Approval: byReview}, Rules{Approval: byReview}, nil},
		"more are needed": {Rules{Approval: byReview}, with(func(a *Approval) { a.Count = 3 }), with(func(a *Approval) { a.Count = 3 }), nil},
		"one is enough":   {Rules{Approval: byReview}, with(func(a *Approval) { a.Count = 1 }), Rules{Approval: byReview}, []string{"approval.count"}},
		"fewer reviewers": {
			Rules{Approval: byReview},
			with(func(a *Approval) { a.Reviewers = []string{"Acme/people-ops"} }),
			with(func(a *Approval) { a.Reviewers = []string{"@acme/people-ops"} }), nil,
		},
		"another reviewer": {
			Rules{Approval: byReview},
			with(func(a *Approval) { a.Reviewers = []string{"mallory"} }),
			with(func(a *Approval) { a.Reviewers = nil }),
			[]string{"approval.reviewers"},
		},
		"no gate":                          {Rules{Approval: byReview}, Rules{}, Rules{Approval: byReview}, []string{"approval.from"}},
		"an environment beside reviews":    {Rules{Approval: byReview}, with(func(a *Approval) { a.Environment = "staging" }), Rules{Approval: byReview}, nil},
		"an environment in place of them":  {Rules{Approval: byReview}, Rules{Approval: Approval{From: "environment", Environment: "staging"}}, Rules{Approval: byReview}, []string{"approval.from"}},
		"another environment":              {Rules{Approval: Approval{Environment: "gate"}}, Rules{Approval: Approval{Environment: "staging"}}, Rules{Approval: Approval{Environment: "gate"}}, []string{"approval.environment"}},
		"one where the workflow names one": {Rules{Approval: Approval{From: "environment"}}, Rules{Approval: Approval{From: "environment", Environment: "staging"}}, Rules{Approval: Approval{From: "environment"}}, nil},
		"a first environment":              {Rules{}, Rules{Approval: Approval{From: "environment", Environment: "gate"}}, Rules{Approval: Approval{From: "environment", Environment: "gate"}}, nil},
		"first reviewers":                  {Rules{}, Rules{Approval: byReview}, Rules{}, nil},
		"people masked":                    {Rules{}, Rules{Redact: "full"}, Rules{Redact: "full"}, nil},
		"people shown":                     {Rules{Redact: "full"}, Rules{Redact: "auto"}, Rules{Redact: "full"}, []string{"redact"}},
	}
	for name, tc := range cases {
		got, moved := stricter(tc.base, tc.head)
		var loosened []string
		for _, l := range moved {
			loosened = append(loosened, l.Setting)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(tc.loosened, loosened); diff != "" {
			t.Errorf("%s: loosened (-want +got):\n%s", name, diff)
		}
	}
}

// TestWayOut: what is withheld can be approved in the way that works where it was withheld.
func TestWayOut(t *testing.T) {
	t.Parallel()
	byReview := Approval{From: fromPullRequest, Reviewers: []string{"rita", "omar"}, Count: 1}
	two := byReview
	two.Count = 2
	cases := map[string]struct {
		gate gate
		want string
	}{
		"reviews":     {gate{Approval: byReview}, "The review of the next pull request can approve it; or rita or omar can run this workflow by hand with approve: e07b."},
		"two reviews": {gate{Approval: two}, "The reviews of the next pull request can approve it."},
		"environment": {gate{Approval: Approval{Environment: "gate"}}, `The job of the environment "gate" does it, once one of its reviewers approves.`},
		"nothing":     {gate{}, "To approve it, run this workflow by hand with approve: e07b."},
		"shut":        {gate{Approval: byReview, shut: "the base is unsound"}, "Nothing can be approved here: the base is unsound."},
	}
	for name, tc := range cases {
		if got := tc.gate.how("e07b"); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}
