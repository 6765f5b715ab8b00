package action

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// mergedPull is a pull request whose merge is being applied, and what its plan had shown.
type mergedPull struct {
	github.Pull
	marker github.Marker
	err    error // why its plan comment is not believed
}

// compare says whether the plan is the one that was shown.
func (m mergedPull) compare(p *plan.Plan) string {
	switch {
	case m.err != nil:
		return ""
	case m.marker.Digest == p.Digest():
		return "\n<sub>This was the plan shown on this pull request.</sub>\n"
	}
	return "\n<sub>The plan changed between the comment on this pull request and the merge: Clockify or the files were not the same any more.</sub>\n"
}

// mergedPulls finds the pull requests whose merge is being applied.
func (r *reporter) mergedPulls(ctx context.Context) []mergedPull {
	if r.client == nil {
		return nil
	}
	var pulls []github.Pull
	var err error
	switch {
	case r.event.Name == "push":
		pulls, err = r.client.MergedPulls(ctx, strings.TrimPrefix(r.event.Ref, "refs/heads/"), r.event.SHA, r.event.Before, r.event.After)
	case r.event.Merged:
		var pull github.Pull
		if pull, err = r.client.Pull(ctx, r.event.PullRequest); err == nil {
			pulls = []github.Pull{pull}
		}
	}
	if err != nil {
		r.warn("pull request", "the merged pull request could not be looked up: "+err.Error())
	}
	var all []mergedPull
	for _, pull := range pulls {
		m := mergedPull{Pull: pull}
		m.marker, m.err = r.shownOn(ctx, pull.Number)
		all = append(all, m)
	}
	return all
}

// shownOn reads what the plan comment of a pull request has shown. The error says why it is not believed.
func (r *reporter) shownOn(ctx context.Context, pr int) (github.Marker, error) {
	comments, err := r.client.PlanComments(ctx, pr)
	if err != nil {
		return github.Marker{}, err
	}
	var why error
	for _, c := range comments {
		if github.KeyOf(c) != r.key() {
			continue
		}
		marker, err := r.signer(pr).Read(c)
		if err != nil {
			why = cmp.Or(why, err)
			continue
		}
		editors, err := r.client.Editors(ctx, c)
		switch {
		case err != nil:
			return github.Marker{}, err
		case len(editors) > 0:
			return github.Marker{}, fmt.Errorf("%w. Edited by: %s", github.ErrEdited, strings.Join(editors, ", "))
		}
		return marker, nil
	}
	if why == nil {
		why = noComment(comments, r.key())
	}
	return github.Marker{}, why
}

// noComment says which plan comments there are instead of the one that was looked for.
func noComment(comments []github.Comment, key string) error {
	if len(comments) == 0 {
		return errors.New("it has no plan comment: none was posted, or it was deleted")
	}
	var keys []string
	for _, c := range comments {
		keys = append(keys, strconv.Quote(github.KeyOf(c)))
	}
	return fmt.Errorf("its plan comments are of %s, and this run is of %q: other files, another part (only) or another workspace", text.And(keys), key)
}

// reviewers says whose reviews count: those the config named before the merge. A pull request that names other reviewers
// is not approved by them.
func (r *reporter) reviewers(ctx context.Context) (Approval, error) {
	if strings.Trim(r.event.BaseSHA, "0") == "" {
		return Approval{}, errors.New("the event does not say which commit that is")
	}
	data, err := r.client.File(ctx, path.Clean(filepath.ToSlash(r.files.Config)), r.event.BaseSHA)
	if err != nil {
		return Approval{}, err
	}
	approval := r.syncs.ReadApproval(r.files.Config, data)
	if approval.From != "pull-request" {
		return Approval{}, errors.New("it did not have approval: {from: pull-request} yet. That counts from the next merge on")
	}
	return approval, nil
}

// approvedIDs lists the gated changes that the reviews of the merged pull requests cover, and says why others are not.
func (r *reporter) approvedIDs(ctx context.Context, p Planned, pulls []mergedPull) (ids []string, reason string) {
	if len(pulls) == 0 {
		return nil, "what waits is not approved: no merged pull request belongs to this run, whose reviews could be read"
	}
	settings, err := r.reviewers(ctx)
	if err != nil {
		return nil, "what waits is not approved: who may approve is told by the config as it was before the merge: " + err.Error()
	}
	covered := map[string]bool{}
	var why []string
	for _, m := range pulls {
		number := fmt.Sprintf("#%d", m.Number)
		switch {
		case m.err != nil:
			why = append(why, number+": "+m.err.Error())
			continue
		case m.marker.Head != m.HeadSHA:
			why = append(why, "the plan shown on "+number+" was of an earlier commit than the one merged")
			continue
		}
		approvals, err := r.client.Approvals(ctx, m.Number, m.HeadSHA, settings.Reviewers, settings.Count)
		if err != nil {
			why = append(why, "the reviews of "+number+" could not be read: "+err.Error())
			continue
		}
		if !approvals.Enough() {
			why = append(why, fmt.Sprintf("%s has %d of %d approvals that count%s", number, len(approvals.Counted), approvals.Needed, ignored(approvals.Ignored)))
		}
		for _, id := range github.ApprovedIDs(m.marker, approvals) {
			covered[id] = true
		}
	}
	for _, c := range p.Gated() {
		if covered[r.hashID(c.ApprovalID())] || covered[r.hashID(plan.ApprovalID(c.ID, plan.MaxDeactivations))] {
			ids = append(ids, c.ApprovalID())
		}
	}
	if len(ids) == len(p.Gated()) {
		return ids, ""
	}
	if len(why) == 0 {
		why = append(why, "it was not in the plan when the reviewers approved it")
	}
	return ids, "what waits is not approved: " + strings.Join(why, "; ")
}

func ignored(list []github.Ignored) string {
	if len(list) == 0 {
		return ""
	}
	var parts []string
	for _, i := range list {
		parts = append(parts, i.Login+": "+i.Reason)
	}
	return " (not counted: " + strings.Join(parts, ", ") + ")"
}
