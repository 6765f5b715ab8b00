package cli

import (
	"context"
	"fmt"

	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// unattended reports whether nobody's pull request started the run.
func (h *hub) unattended() bool {
	return h.event.Name == "schedule" || h.event.Name == "workflow_dispatch"
}

// drift tells what was found in nobody's pull request: in an issue that is opened once, updated, and closed when it is
// gone. A run that could not look, or whose files are unsound, has not found that it is gone.
func (h *hub) drift(ctx context.Context, p *plan.Plan, left []plan.Change) {
	if h.client == nil || h.s.env.DriftIssue == nil || !*h.s.env.DriftIssue || len(h.s.failures()) > 0 {
		return
	}
	if len(left)+len(p.Problems)+len(p.Refusals) == 0 {
		if _, _, err := h.client.CloseIssue(ctx, h.key(), "Clockify matches the files again."); err != nil {
			h.unposted(err)
		}
		return
	}
	shown := *p
	shown.Changes = left
	about := h.s.context()
	about.HappensOnMerge, about.MaxBytes = "", maxComment-500 // and the hidden marker
	if _, _, err := h.client.EnsureIssue(ctx, h.key(), "Clockify differs from "+h.s.file, report.Markdown(&shown, about), nil); err != nil {
		h.unposted(err)
	}
}

// warnUnguarded warns when the environment that is to gate deactivations gates nothing.
func (h *hub) warnUnguarded(ctx context.Context) {
	name := h.s.env.Environment
	if name == "" {
		name = h.s.loaded.Settings.Approval.Environment
	}
	if name == "" || h.client == nil {
		return
	}
	environment, err := h.client.Environment(ctx, name)
	switch {
	case err != nil:
		h.s.in.log.Warning(github.Annotation{Title: "environment", Message: "whether the environment has required reviewers could not be read: " + err.Error()})
	case !environment.Exists:
		h.s.in.log.Warning(github.Annotation{Title: "environment", Message: fmt.Sprintf("there is no environment %q: GitHub makes one without protection when a job names it, and nobody would be asked", name)})
	case !environment.RequiredReviewers:
		h.s.in.log.Warning(github.Annotation{Title: "environment", Message: fmt.Sprintf("the environment %q has no required reviewers: a job that names it waits for nobody. Private repositories need GitHub Enterprise for them; approval: {from: pull-request} works everywhere", name)})
	}
}
