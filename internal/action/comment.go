package action

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// clockSkew dates the first showing of a gated change ahead: posting it takes a moment, and a review submitted in that
// moment has not seen it.
const clockSkew = 2 * time.Second

// wantsComment reports whether the pull request is told about the plan. With comment: changes it is not where it changes
// nothing.
func (r *reporter) wantsComment(p Planned) bool {
	switch {
	case !r.decision.comment || r.client == nil || r.inputs.Comment == "never":
		return false
	case r.inputs.Comment != "changes" || len(p.Problems)+len(p.Refusals)+len(p.Failures)+len(r.loosened) > 0:
		return true
	}
	return slices.ContainsFunc(p.Changes, func(c plan.Change) bool { return c.Gated || c.Origin != plan.FromDrift })
}

// ids are the ids of the gated changes as the marker holds them. Those of a plan that cannot be applied as a whole are not
// there to be approved, nor those of which the comment says that merging applies nothing.
func (r *reporter) ids(p Planned) []string {
	if len(p.Problems)+len(p.Refusals) > 0 || r.appliesNothing() != "" {
		return nil
	}
	var ids []string
	for _, c := range p.Gated() {
		ids = append(ids, r.hashID(c.ApprovalID()))
	}
	return ids
}

// foldComment leaves one line in the plan comment of a pull request that changes nothing any more; one that never had a
// comment gets none.
func (r *reporter) foldComment(ctx context.Context, p Planned) {
	if !r.decision.comment || r.client == nil || r.inputs.Comment != "changes" {
		return
	}
	found, old, err := r.ownComment(ctx, r.event.PullRequest)
	if err != nil || found.ID == 0 {
		return
	}
	body := report.Sentence("Clockify: this pull request changes nothing.")
	marker := github.Marker{Key: r.key(), Digest: p.Digest(), Head: r.event.HeadSHA, By: found.Author}
	signed := r.signer(r.event.PullRequest).Sign(github.MergeShown(marker, old, r.now(), nil), body)
	if _, err := r.client.UpsertComment(ctx, r.event.PullRequest, found, signed, body); err != nil {
		r.warnNotPosted(err)
	}
}

// commentPlan puts the plan on the pull request, in the one comment that is updated in place, and returns its URL.
func (r *reporter) commentPlan(ctx context.Context, p Planned, v reviews, found github.Comment, old github.Marker) string {
	pr := r.event.PullRequest
	by, err := r.client.Login(ctx)
	if err != nil {
		return r.warnNotPosted(err)
	}
	marker := github.Marker{Key: r.key(), Digest: p.Digest(), Head: r.event.HeadSHA, By: by}
	ids := r.ids(p)
	if len(ids) > 0 {
		marker.Approval = p.ApprovalDigest()
	}
	sign := func(now time.Time, ids []string, body string) github.Marker {
		return r.signer(pr).Sign(github.MergeShown(marker, old, now, ids), body)
	}
	for ahead := clockSkew; ; {
		began := r.now()
		shown, note := ids, ""
		line := len(sign(began.Add(ahead), ids, "").Line())
		if line > maxMarker {
			shown, note = nil, "\n> [!WARNING]\n> "+report.Sentence(fmt.Sprintf(
				"The %d changes that need approval are too many for a review of this pull request to cover. Make the plan smaller, or run apply with the approval digest.", len(ids)))+"\n"
			line = len(sign(began.Add(ahead), nil, "").Line())
		}
		page := r.page(p, v, maxComment-line-len(note)-1)
		if !page.GatedShown {
			shown = nil // what was not shown cannot be approved
		}
		body := page.Body + note
		posted, err := r.client.UpsertComment(ctx, pr, found, sign(began.Add(ahead), shown, body), body)
		if err != nil {
			return r.warnNotPosted(err)
		}
		took := max(r.now().Sub(began), posted.Edited.Sub(began))
		if len(shown) == 0 || took <= ahead {
			return posted.URL
		}
		ahead = took + clockSkew // GitHub had us wait, or its clock is ahead: the times are too early until they are posted again
		found = posted
	}
}

// signer signs and reads the markers of a pull request.
func (r *reporter) signer(pr int) github.Signer {
	return github.Signer{Secret: r.secret(), Repository: r.event.Repository, PullRequest: pr}
}

// ownComment finds the comment that this run's plan stands in, and what of it is believed. One that somebody else edited
// gives way to a new one: its history would be held against every later plan.
func (r *reporter) ownComment(ctx context.Context, pr int) (github.Comment, github.Marker, error) {
	none := github.Comment{}
	comments, err := r.client.PlanComments(ctx, pr)
	if err != nil {
		return none, github.Marker{}, err
	}
	found, ok, err := r.client.OwnComment(ctx, comments, r.key())
	if err != nil || !ok {
		return none, github.Marker{}, err
	}
	editors, err := r.client.Editors(ctx, found)
	switch {
	case err != nil:
		return found, github.Marker{}, nil //nolint:nilerr // what it showed meanwhile is not known
	case len(editors) > 0:
		_, err := r.client.UpdateComment(ctx, found, report.Sentence("This comment was edited after it was posted. The plan is in a new one."))
		return none, github.Marker{}, err
	}
	old, _ := r.signer(pr).Read(found)
	return found, old, nil
}
