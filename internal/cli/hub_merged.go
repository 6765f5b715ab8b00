package cli

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/spec"
)

// merged is a pull request whose merge is being applied, and what its plan had shown.
type merged struct {
	github.Pull
	marker github.Marker // zero where there is none that can be believed
	signed bool
	edited bool  // by somebody, after it was posted
	err    error // its comments could not be read
}

// compare says whether the plan is the one that was shown.
func (m merged) compare(p *plan.Plan) string {
	switch {
	case !m.signed:
		return ""
	case m.marker.Digest == p.Digest():
		return "\n<sub>This was the plan shown on this pull request.</sub>\n"
	}
	return "\n<sub>The plan changed between the comment on this pull request and the merge: Clockify or the files were not the same any more.</sub>\n"
}

// merged finds the pull requests whose merge is being applied.
func (h *hub) merged(ctx context.Context) []merged {
	if h.client == nil {
		return nil
	}
	var pulls []github.Pull
	var err error
	switch {
	case h.event.Name == "push":
		pulls, err = h.client.MergedPulls(ctx, strings.TrimPrefix(h.event.Ref, "refs/heads/"), h.event.SHA, h.event.Before, h.event.After)
	case h.event.Merged:
		var pull github.Pull
		if pull, err = h.client.Pull(ctx, h.event.PullRequest); err == nil {
			pulls = []github.Pull{pull}
		}
	}
	if err != nil {
		h.s.in.log.Warning(github.Annotation{Title: "pull request", Message: "the merged pull request could not be looked up: " + err.Error()})
	}
	var all []merged
	for _, pull := range pulls {
		m := merged{Pull: pull}
		found, ok, err := h.client.FindComment(ctx, pull.Number, h.key())
		if m.err = err; ok {
			m.marker, m.signed = github.ReadMarker(found.Body, h.secret(), h.event.Repository, pull.Number)
			m.edited = !m.marker.Untouched(found)
		}
		all = append(all, m)
	}
	return all
}

// reviewers says whose reviews count: those the config named before the merge. A pull request that names other reviewers
// is not approved by them.
func (h *hub) reviewers(ctx context.Context) (spec.Approval, error) {
	if strings.Trim(h.event.BaseSHA, "0") == "" {
		return spec.Approval{}, errors.New("the event does not say which commit that is")
	}
	data, err := h.client.File(ctx, path.Clean(filepath.ToSlash(h.s.loaded.Config)), h.event.BaseSHA)
	if err != nil {
		return spec.Approval{}, err
	}
	approval := spec.ReadApproval(h.s.loaded.Config, data)
	if approval.From != "pull-request" {
		return spec.Approval{}, errors.New("it did not have approval: {from: pull-request} yet. That counts from the next merge on")
	}
	return approval, nil
}

// reviewed lists the gated changes that the reviews of the merged pull requests cover, and says why others are not.
func (h *hub) reviewed(ctx context.Context, p *plan.Plan, pulls []merged) (ids []string, reason string) {
	if len(pulls) == 0 {
		return nil, "what waits is not approved: no merged pull request belongs to this run, whose reviews could be read"
	}
	settings, err := h.reviewers(ctx)
	if err != nil {
		return nil, "what waits is not approved: who may approve is told by the config as it was before the merge: " + err.Error()
	}
	covered := map[string]bool{}
	var why []string
	for _, m := range pulls {
		number := fmt.Sprintf("#%d", m.Number)
		switch {
		case m.err != nil:
			why = append(why, "the comments of "+number+" could not be read: "+m.err.Error())
			continue
		case !m.signed:
			why = append(why, number+" has no plan comment whose signature holds")
			continue
		case m.edited:
			why = append(why, "the plan comment of "+number+" was edited after it was posted, so nobody can tell what its reviewers read")
			continue
		case m.marker.Head != m.HeadSHA:
			why = append(why, "the plan shown on "+number+" was of an earlier commit than the one merged")
			continue
		}
		approvals, err := h.client.Approvals(ctx, m.Number, m.HeadSHA, settings.Reviewers, settings.Count)
		if err != nil {
			why = append(why, "the reviews of "+number+" could not be read: "+err.Error())
			continue
		}
		if !approvals.Enough() {
			why = append(why, fmt.Sprintf("%s has %d of %d approvals that count%s", number, len(approvals.Counted), approvals.Needed, ignored(approvals.Ignored)))
		}
		for _, id := range github.Covered(m.marker, approvals) {
			covered[id] = true
		}
	}
	for _, c := range p.Gated() {
		if covered[h.blind(c.ID)] {
			ids = append(ids, c.ID)
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
