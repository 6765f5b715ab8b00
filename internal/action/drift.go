package action

import (
	"context"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// exitStopped is the exit code of a run that stopped early on purpose and is safe to run again: no failure.
const exitStopped = 3

// tellDrift tells what a run found that nobody watches: what differs, or which syncs fail, in an issue that is opened
// once, updated, and closed when all is well. A run that stopped early has found neither.
func (r *reporter) tellDrift(ctx context.Context, p Planned, left []plan.Change, code int, page func() string) {
	if r.client == nil || !r.inputs.DriftIssue || !unattended(r.event) || code == exitStopped {
		return
	}
	fails := code == 1 || len(p.Failures)+len(p.Problems)+len(p.Refusals) > 0
	switch {
	case fails:
		r.issue(ctx, "Clockify: the run fails", page())
	case len(left) > 0:
		shown := *p.Plan
		shown.Changes = left
		about := r.syncs.Context()
		about.HappensOnMerge, about.MaxBytes = "", issueBytes
		r.issue(ctx, "Clockify differs from "+r.files.Users, report.Markdown(&shown, about))
	default:
		if err := r.client.CloseIssue(ctx, r.issueKey(), "Clockify matches the files again."); err != nil {
			r.warnNotPosted(err)
		}
	}
}

// issueBytes is the longest text of an issue, without its hidden marker.
const issueBytes = maxComment - 500

// issue opens or updates the issue of this run.
func (r *reporter) issue(ctx context.Context, title, body string) {
	if r.client == nil || !r.inputs.DriftIssue || !unattended(r.event) {
		return
	}
	if err := r.client.EnsureIssue(ctx, r.issueKey(), title, r.scrub(body)); err != nil {
		r.warnNotPosted(err)
	}
}

// issueKey names the issue. It goes by what the workflow says alone, for an error may come before the files are known.
func (r *reporter) issueKey() string {
	return r.inputs.Users + " " + r.inputs.Config + " " + r.inputs.Only + " " + r.inputs.WorkspaceID
}
