package action

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/github"
)

// TestDecide says what each command does on each event.
func TestDecide(t *testing.T) {
	t.Parallel()
	events := map[string]github.Event{
		"pull":     {Name: "pull_request", PullRequest: 7},
		"fork":     {Name: "pull_request", PullRequest: 7, Fork: true},
		"merged":   {Name: "pull_request", PullRequest: 7, Action: "closed", Merged: true},
		"aside":    {Name: "pull_request", PullRequest: 7, Action: "closed", Merged: true, BaseRef: "topic", DefaultBranch: "main"},
		"review":   {Name: "pull_request_review", Ref: "refs/pull/7/merge", DefaultBranch: "main"},
		"tried":    {Name: "push", Ref: "refs/heads/gh-readonly-queue/main/pr-7-1111111", DefaultBranch: "main"},
		"queue":    {Name: "merge_group"},
		"push":     {Name: "push", Ref: "refs/heads/main", DefaultBranch: "main"},
		"branch":   {Name: "push", Ref: "refs/heads/x", DefaultBranch: "main"},
		"schedule": {Name: "schedule"},
		"dispatch": {Name: "workflow_dispatch", Ref: "refs/heads/main", DefaultBranch: "main"},
	}
	want := map[string]string{
		"pull auto": "plan", "pull validate": "validate", "pull plan": "plan", "pull apply": "refused",
		"fork auto": "validate", "fork validate": "validate", "fork plan": "validate", "fork apply": "validate",
		"merged auto": "plan", "merged validate": "validate", "merged plan": "plan", "merged apply": "apply",
		"aside auto": "plan", "aside validate": "validate", "aside plan": "plan", "aside apply": "refused",
		"review auto": "plan", "review validate": "validate", "review plan": "plan", "review apply": "refused",
		"tried auto": "plan", "tried validate": "validate", "tried plan": "plan", "tried apply": "refused",
		"queue auto": "plan", "queue validate": "validate", "queue plan": "plan", "queue apply": "refused",
		"push auto": "apply", "push validate": "validate", "push plan": "plan", "push apply": "apply",
		"branch auto": "plan", "branch validate": "validate", "branch plan": "plan", "branch apply": "apply",
		"schedule auto": "apply", "schedule validate": "validate", "schedule plan": "plan", "schedule apply": "apply",
		"dispatch auto": "apply", "dispatch validate": "validate", "dispatch plan": "plan", "dispatch apply": "apply",
	}
	got := map[string]string{}
	for name, e := range events {
		for _, command := range []string{"auto", "validate", "plan", "apply"} {
			d, err := decide(command, e)
			got[name+" "+command] = string(d.Action)
			if err != nil {
				got[name+" "+command] = "refused"
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("decide (-want +got):\n%s", diff)
	}
}
