package action

import (
	"cmp"
	"context"
	"fmt"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// unattended reports whether nobody's pull request started the run.
func (r *reporter) unattended() bool {
	return r.event.Name == "schedule" || r.event.Name == "workflow_dispatch"
}

// drift tells what was found in nobody's pull request: in an issue that is opened once, updated, and closed when it is
// gone. A run that could not look, or whose files are unsound, has not found that it is gone.
func (r *reporter) drift(ctx context.Context, p Planned, left []plan.Change) {
	if r.client == nil || !r.inputs.DriftIssue || len(p.Failures) > 0 {
		return
	}
	if len(left)+len(p.Problems)+len(p.Refusals) == 0 {
		if _, _, err := r.client.CloseIssue(ctx, r.key(), "Clockify matches the files again."); err != nil {
			r.warnNotPosted(err)
		}
		return
	}
	shown := *p.Plan
	shown.Changes = left
	about := r.syncs.Context()
	about.HappensOnMerge, about.MaxBytes = "", maxComment-500 // and the hidden marker
	if _, _, err := r.client.EnsureIssue(ctx, r.key(), "Clockify differs from "+r.files.Users, report.Markdown(&shown, about), nil); err != nil {
		r.warnNotPosted(err)
	}
}

// warnUnguarded warns when the environment that is to gate deactivations gates nothing.
func (r *reporter) warnUnguarded(ctx context.Context) {
	name := cmp.Or(r.inputs.Environment, r.files.Approval.Environment)
	if name == "" || r.client == nil {
		return
	}
	environment, err := r.client.Environment(ctx, name)
	switch {
	case err != nil:
		r.warn("environment", "whether the environment has required reviewers could not be read: "+err.Error())
	case !environment.Exists:
		r.warn("environment", fmt.Sprintf("there is no environment %q: GitHub makes one without protection when a job names it, and nobody would be asked", name))
	case !environment.RequiredReviewers:
		r.warn("environment", fmt.Sprintf("the environment %q has no required reviewers: a job that names it waits for nobody. Private repositories need GitHub Enterprise for them; approval: {from: pull-request} works everywhere", name))
	}
}
