package action

import (
	"fmt"

	"github.com/clockify-sync/clockify-sync/internal/github"
)

// does is what a run does.
type does string

// The four things a run can do.
const (
	validates does = "validate" // read the files; no key, no network
	refreshes does = "refresh"  // say again whose approval a pull request has; Clockify is not read
	plans     does = "plan"     // read Clockify and show; never writes
	applies   does = "apply"
)

// decision is what a run does, and why.
type decision struct {
	does    does
	comment bool   // post to the pull request
	drift   bool   // what the plan finds is nobody's pull request: it is told in an issue
	reason  string // in words, for the log and the summary
}

// decide says what a run does: what the event means, within what the input command asks for.
func decide(command string, e github.Event) (decision, error) {
	d := onEvent(e)
	switch command {
	case "", "auto":
	case "validate":
		return decision{does: validates, reason: "command: validate"}, nil
	case "plan":
		if d.does == applies {
			d = decision{does: plans, drift: unattended(e), reason: "command: plan"}
		}
	case "apply":
		if why := unmerged(e); d.does == plans && why == "" {
			return decision{does: applies, reason: "command: apply"}, nil
		} else if d.does == plans {
			d.reason = "command: apply, but " + why + ": nothing is applied"
		}
	default:
		return d, about(topicGitHub, fmt.Errorf("input command: %q is not one of auto, validate, plan, apply", command))
	}
	return d, nil
}

// unattended reports whether nobody's pull request started the run.
func unattended(e github.Event) bool { return e.Name == "schedule" || e.Name == "workflow_dispatch" }

// onEvent is what an event means by itself.
func onEvent(e github.Event) decision {
	plan := func(reason string) decision { return decision{does: plans, reason: reason} }
	switch e.Name {
	case "pull_request":
		return onPull(e)
	case "pull_request_review":
		if d := onPull(e); d.does == validates {
			return d
		}
		return decision{does: refreshes, comment: true, reason: fmt.Sprintf("review of pull request #%d", e.PullRequest)}
	case "pull_request_target":
		// docs/github.md#forks: a live plan with credentials under a stranger's control.
		return decision{does: validates, reason: "pull_request_target runs with secrets on files a stranger may have written, so the files are only checked; use pull_request"}
	case "merge_group":
		return plan("merge queue: the plan is made on what would be merged, without a comment")
	case "push", "schedule", "workflow_dispatch":
		started := map[string]string{"push": "push to " + e.Ref, "schedule": "scheduled run", "workflow_dispatch": "started by hand"}[e.Name]
		if why := unmerged(e); why != "" {
			return plan(started + ", and " + why + ": nothing is applied")
		}
		return decision{does: applies, reason: started}
	}
	return plan(fmt.Sprintf("event %s: nothing is applied", e.Name))
}

func onPull(e github.Event) decision {
	switch {
	case e.Fork:
		return decision{does: validates, reason: "the pull request comes from a fork, which gets no secrets: the files are checked, Clockify is not read"}
	case e.Dependabot:
		return decision{does: validates, reason: "the pull request was opened by Dependabot, which gets no Actions secrets: the files are checked, Clockify is not read"}
	case e.Action == "closed":
		return decision{does: plans, reason: "the pull request is closed: a plan without a comment"}
	}
	return decision{does: plans, comment: true, reason: fmt.Sprintf("pull request #%d", e.PullRequest)}
}

// unmerged says why the files of a run may not be those that the default branch has; empty: they are.
func unmerged(e github.Event) string {
	switch e.Name {
	case "schedule": // only ever runs on the default branch
		return ""
	case "push", "workflow_dispatch", "repository_dispatch":
		switch {
		case e.DefaultBranch == "":
			return "the event does not name the default branch"
		case e.Ref != "refs/heads/"+e.DefaultBranch:
			return fmt.Sprintf("%s is not the default branch %s", e.Ref, e.DefaultBranch)
		}
		return ""
	case "pull_request":
		switch {
		case !e.Merged:
			return "nobody has merged it"
		case e.DefaultBranch == "" || e.BaseRef != e.DefaultBranch:
			return fmt.Sprintf("it was merged into %s, not into the default branch %s", e.BaseRef, e.DefaultBranch)
		}
		return ""
	}
	return "the event " + e.Name + " does not say that its files are merged"
}
