package action

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/github"
)

// TestDecide says what each command does on each event.
func TestDecide(t *testing.T) {
	t.Parallel()
	onMain := func(name string) github.Event {
		return github.Event{Name: name, Ref: "refs/heads/main", DefaultBranch: "main"}
	}
	events := map[string]github.Event{
		"pull":                {Name: "pull_request", PullRequest: 7, DefaultBranch: "main"},
		"fork":                {Name: "pull_request", PullRequest: 7, Fork: true},
		"dependabot":          {Name: "pull_request", PullRequest: 7, Dependabot: true},
		"target":              {Name: "pull_request_target", PullRequest: 7},
		"closed":              {Name: "pull_request", PullRequest: 7, Action: "closed", BaseRef: "main", DefaultBranch: "main"},
		"merged":              {Name: "pull_request", PullRequest: 7, Action: "closed", Merged: true, BaseRef: "main", DefaultBranch: "main"},
		"aside":               {Name: "pull_request", PullRequest: 7, Action: "closed", Merged: true, BaseRef: "topic", DefaultBranch: "main"},
		"review":              {Name: "pull_request_review", PullRequest: 7, Ref: "refs/pull/7/merge", DefaultBranch: "main"},
		"review of a fork":    {Name: "pull_request_review", PullRequest: 7, Fork: true},
		"tried by a queue":    {Name: "push", Ref: "refs/heads/gh-readonly-queue/main/pr-7-1111111", DefaultBranch: "main"},
		"queue":               {Name: "merge_group"},
		"push":                onMain("push"),
		"push to trunk":       {Name: "push", Ref: "refs/heads/trunk", DefaultBranch: "trunk"},
		"push to a branch":    {Name: "push", Ref: "refs/heads/x", DefaultBranch: "main"},
		"push of a tag":       {Name: "push", Ref: "refs/tags/main", DefaultBranch: "main"},
		"push, no branch":     {Name: "push", Ref: "refs/heads/"},
		"schedule":            {Name: "schedule", Ref: "refs/heads/main"},
		"by hand":             onMain("workflow_dispatch"),
		"by hand on a branch": {Name: "workflow_dispatch", Ref: "refs/heads/x", DefaultBranch: "main"},
		"by hand on a tag":    {Name: "workflow_dispatch", Ref: "refs/tags/v1", DefaultBranch: "main"},
		"dispatch":            onMain("repository_dispatch"),
		"comment":             onMain("issue_comment"),
		"after a workflow":    onMain("workflow_run"),
	}
	// What auto, validate, plan and apply do.
	want := map[string][4]string{
		"pull":                {"plan", "validate", "plan", "plan"},
		"fork":                {"validate", "validate", "validate", "validate"},
		"dependabot":          {"validate", "validate", "validate", "validate"},
		"target":              {"validate", "validate", "validate", "validate"},
		"closed":              {"plan", "validate", "plan", "plan"},
		"merged":              {"plan", "validate", "plan", "apply"},
		"aside":               {"plan", "validate", "plan", "plan"},
		"review":              {"refresh", "validate", "refresh", "refresh"},
		"review of a fork":    {"validate", "validate", "validate", "validate"},
		"tried by a queue":    {"plan", "validate", "plan", "plan"},
		"queue":               {"plan", "validate", "plan", "plan"},
		"push":                {"apply", "validate", "plan", "apply"},
		"push to trunk":       {"apply", "validate", "plan", "apply"},
		"push to a branch":    {"plan", "validate", "plan", "plan"},
		"push of a tag":       {"plan", "validate", "plan", "plan"},
		"push, no branch":     {"plan", "validate", "plan", "plan"},
		"schedule":            {"apply", "validate", "plan, drift", "apply"},
		"by hand":             {"apply", "validate", "plan, drift", "apply"},
		"by hand on a branch": {"plan", "validate", "plan", "plan"},
		"by hand on a tag":    {"plan", "validate", "plan", "plan"},
		"dispatch":            {"plan", "validate", "plan", "apply"},
		"comment":             {"plan", "validate", "plan", "plan"},
		"after a workflow":    {"plan", "validate", "plan", "plan"},
	}
	got := map[string][4]string{}
	for name, e := range events {
		var row [4]string
		for i, command := range []string{"auto", "validate", "plan", "apply"} {
			d, err := decide(command, e)
			if err != nil || d.reason == "" {
				t.Errorf("%s %s: %v, reason %q", name, command, err, d.reason)
			}
			if row[i] = string(d.does); d.drift {
				row[i] += ", drift"
			}
			wantsComment := name == "pull" && command != "validate" || name == "review" && command != "validate"
			if d.comment != wantsComment {
				t.Errorf("%s %s comments: %t", name, command, d.comment)
			}
		}
		got[name] = row
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("decide (-want +got):\n%s", diff)
	}
	if _, err := decide("destroy", events["push"]); err == nil {
		t.Error("an unknown command is taken")
	}
}

func FuzzDecide(f *testing.F) {
	for _, name := range []string{"pull_request", "push", "merge_group", "schedule", "workflow_dispatch", "issue_comment", ""} {
		f.Add(name, "refs/heads/main", "main", "auto", true)
		f.Add(name, "refs/heads/gh-readonly-queue/main/pr-1-abcdef0", "main", "apply", false)
	}
	f.Fuzz(func(t *testing.T, name, ref, branch, command string, merged bool) {
		e := github.Event{Name: name, Ref: ref, DefaultBranch: branch, BaseRef: branch, Merged: merged, PullRequest: 7}
		d, err := decide(command, e)
		if err != nil || d.does != applies {
			return
		}
		onBranch := branch != "" && ref == "refs/heads/"+branch
		if !onBranch && name != "schedule" && (name != "pull_request" || !merged) {
			t.Errorf("%s of %s is applied, the default branch is %q", name, ref, branch)
		}
	})
}
