package action

import (
	"context"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

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
