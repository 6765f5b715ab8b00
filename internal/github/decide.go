package github

import "fmt"

// Action is what a run does.
type Action string

// The three things a run can do, from the least to the most.
const (
	Validate Action = "validate" // read the files; no key, no network
	Plan     Action = "plan"     // read Clockify and show; never writes
	Apply    Action = "apply"
)

// Decision is what `command: auto` does on an event.
type Decision struct {
	Action  Action
	Comment bool   // post to the pull request
	Drift   bool   // a plan whose changes are drift, to be told in an issue
	Reason  string // in words, for the log and the summary
}

// Decide says what to do on an event. With driftOnly a run that nobody's push
// started looks and does not apply. An event it has no rule for is planned
// without a comment; only a known default branch is applied.
func Decide(e Event, driftOnly bool) Decision {
	switch e.Name {
	case "pull_request":
		return decidePull(e)
	case "pull_request_target":
		// docs/github.md#forks: a live plan with credentials under a stranger's control.
		return Decision{Action: Validate, Reason: "pull_request_target runs with secrets on files a stranger may have written, so the files are only checked; use pull_request"}
	case "merge_group":
		return Decision{Action: Plan, Reason: "merge queue: the plan is made on what would be merged, without a comment"}
	case "push":
		if e.onDefaultBranch() {
			return Decision{Action: Apply, Reason: "push to the default branch " + e.DefaultBranch}
		}
		if e.DefaultBranch == "" {
			return Decision{Action: Plan, Reason: "push, and the event does not name the default branch: nothing is applied"}
		}
		return Decision{Action: Plan, Reason: fmt.Sprintf("push to %s, which is not the default branch %s: nothing is applied", e.Ref, e.DefaultBranch)}
	case "schedule":
		return unattended(driftOnly, "scheduled run")
	case "workflow_dispatch":
		if e.DefaultBranch != "" && !e.onDefaultBranch() {
			return Decision{Action: Plan, Reason: fmt.Sprintf("started by hand on %s, which is not the default branch %s: nothing is applied", e.Ref, e.DefaultBranch)}
		}
		return unattended(driftOnly, "started by hand")
	}
	return Decision{Action: Plan, Reason: fmt.Sprintf("event %s: nothing is applied", e.Name)}
}

func decidePull(e Event) Decision {
	switch {
	case e.Fork:
		return Decision{Action: Validate, Reason: "the pull request comes from a fork, which gets no secrets: the files are checked, Clockify is not read"}
	case e.Dependabot:
		return Decision{Action: Validate, Reason: "the pull request was opened by Dependabot, which gets no Actions secrets: the files are checked, Clockify is not read"}
	case e.Action == "closed":
		return Decision{Action: Plan, Reason: "the pull request is closed: a plan without a comment"}
	}
	return Decision{Action: Plan, Comment: true, Reason: fmt.Sprintf("pull request #%d", e.PullRequest)}
}

func unattended(driftOnly bool, why string) Decision {
	if driftOnly {
		return Decision{Action: Plan, Drift: true, Reason: why + ": looks for drift, applies nothing"}
	}
	return Decision{Action: Apply, Reason: why}
}

func (e Event) onDefaultBranch() bool {
	return e.DefaultBranch != "" && e.Ref == "refs/heads/"+e.DefaultBranch
}
