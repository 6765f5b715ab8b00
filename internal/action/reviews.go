package action

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/report"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// reviews is whose approval a pull request needs, who has given it, and whose will count.
type reviews struct {
	needed int
	from   []string // logins and teams
	given  []string // whose approval counts already
	counts []string // whose will count
	not    []github.Ignored
	err    error // why it is not known
}

// shown is the reviews as the comment shows them.
func (v reviews) shown() report.Reviews {
	if v.needed == 0 {
		return report.Reviews{}
	}
	shown := report.Reviews{Needed: v.needed, From: v.from, Given: v.given, Counts: v.counts}
	for _, i := range v.not {
		shown.Not = append(shown.Not, report.Reviewer{Login: i.Login, Why: i.Reason})
	}
	return shown
}

// enough reports whether nothing more is needed.
func (v reviews) enough() bool { return v.err == nil && v.needed > 0 && len(v.given) >= v.needed }

// readReviews looks at the reviews of a pull request's head commit, for changes that are shown since the time newest.
func (r *reporter) readReviews(ctx context.Context, pr int, head string, newest time.Time) reviews {
	v := reviews{needed: max(r.gate.Count, 1), from: r.gate.Reviewers}
	check, err := r.client.Reviewers(ctx, pr, r.gate.Reviewers)
	if err != nil {
		v.err = err
		return v
	}
	approvals, err := check.Approvals(ctx, head, r.gate.Count)
	if err != nil {
		v.err = err
		return v
	}
	seen := map[string]bool{}
	for _, a := range approvals.Counted {
		seen[strings.ToLower(a.Login)] = true
		if a.SubmittedAt.Before(newest) {
			v.not = append(v.not, github.Ignored{Login: a.Login, Reason: "approved before all of this was shown; approve again"})
			continue
		}
		v.given = append(v.given, a.Login)
	}
	for _, i := range approvals.Ignored {
		seen[strings.ToLower(i.Login)] = true
		v.not = append(v.not, i)
	}
	for _, name := range r.gate.Reviewers {
		login := strings.TrimPrefix(strings.TrimSpace(name), "@")
		if seen[strings.ToLower(login)] || strings.Contains(login, "/") || login == "" {
			continue
		}
		if why := check.Ignores(ctx, login); why != "" {
			v.not = append(v.not, github.Ignored{Login: login, Reason: why})
			continue
		}
		v.counts = append(v.counts, login)
	}
	return v
}

// newest is when the last of the gated changes was first shown.
func newest(m github.Marker) time.Time {
	if len(m.Gated) == 0 {
		return time.Time{}
	}
	return slices.MaxFunc(m.Gated, func(a, b github.FirstShown) int { return a.At.Compare(b.At) }).At
}

// statusContext names the commit status. Several plans of one pull request have one each.
func (r *reporter) statusContext() string {
	const name = "clockify-sync/approval"
	if part := r.inputs.Only; part != "" {
		return name + " (" + part + ")"
	}
	return name
}

// setStatus says on the head commit whether anything waits, and for whom.
func (r *reporter) setStatus(ctx context.Context, state github.State, words string) {
	err := r.client.SetStatus(ctx, r.event.HeadSHA, github.Status{
		Context: r.statusContext(), State: state, Description: text.Clip(words, 140), URL: r.event.RunURL(),
	})
	if err != nil {
		r.log.Notice(github.Annotation{Title: "status", Message: "the commit status was not set (the job needs statuses: write): " + err.Error()})
	}
}

// approvalStatus says what the status of so many gated changes is.
func (r *reporter) approvalStatus(gated int, v reviews) (github.State, string) {
	wait := text.Count(gated, "change waits", "changes wait")
	switch g := r.gate; {
	case r.appliesNothing() != "":
		return github.Success, r.appliesNothing()
	case gated == 0:
		return github.Success, "nothing needs approval"
	case g.From == fromPullRequest && v.err != nil:
		return github.Pending, wait + "; the reviews could not be read"
	case g.From == fromPullRequest && v.enough():
		return github.Success, "approved by " + text.And(v.given)
	case g.From == fromPullRequest:
		return github.Pending, fmt.Sprintf("%s for %d of %s", wait, v.needed-len(v.given), text.Or(v.from))
	case g.shut != "":
		return github.Pending, wait + " and cannot be approved here"
	case g.Environment != "":
		return github.Pending, wait + " for the reviewers of the environment " + g.Environment
	}
	return github.Pending, wait + " for a run with the approval digest"
}

// tellQueue sets the status of what a merge queue tries, so that it can be a required check there too. A queue waits for
// nobody: what is not approved yet is an error.
func (r *reporter) tellQueue(ctx context.Context, p Planned) {
	if r.event.Name != "merge_group" || r.client == nil {
		return
	}
	var v reviews
	unseen := 0
	if ids := r.ids(p); len(ids) > 0 && r.gate.From == fromPullRequest {
		v, unseen = r.reviewsBeforeQueue(ctx, ids)
	}
	if len(p.Problems)+len(p.Refusals)+len(p.Failures) > 0 {
		r.status(ctx, p, v)
		return
	}
	state, words := r.approvalStatus(len(p.Gated()), v)
	switch {
	case state == github.Pending:
		state = github.Failure
	case unseen > 0:
		words += fmt.Sprintf("; %s not shown there will wait", text.Count(unseen, "change", "changes"))
	}
	r.setStatus(ctx, state, words)
}

// reviewsBeforeQueue is the reviews of the pull request that is in the queue, for what its comment has shown, and how many
// of the gated changes it has not: those of others before it in the queue.
func (r *reporter) reviewsBeforeQueue(ctx context.Context, ids []string) (v reviews, unseen int) {
	pull, err := r.client.Pull(ctx, r.event.PullRequest)
	if err != nil {
		return reviews{err: err}, 0
	}
	marker, err := r.shownOn(ctx, pull.Number, pull.HeadSHA)
	if err != nil {
		return reviews{err: err}, 0
	}
	v = r.readReviews(ctx, pull.Number, pull.HeadSHA, newest(marker))
	if marker.Head != pull.HeadSHA {
		v.given = nil
	}
	for _, id := range ids {
		if !slices.ContainsFunc(marker.Gated, func(s github.FirstShown) bool { return s.ID == id }) {
			unseen++
		}
	}
	return v, unseen
}

// refresh says again whose approval a pull request has: somebody reviewed it. Clockify is not read.
func (r *reporter) refresh(ctx context.Context) int {
	if r.client == nil || r.gate.From != fromPullRequest {
		r.log.Printf("Reviews of a pull request approve nothing here: approval.from is not pull-request.")
		return 0
	}
	marker, err := r.shownOn(ctx, r.event.PullRequest, r.event.HeadSHA)
	if err != nil {
		r.setStatus(ctx, github.Pending, "no plan to approve: "+err.Error())
		r.warn("review", "a review covers what the plan comment has shown, and there is none to believe: "+err.Error())
		return 0
	}
	var v reviews
	if len(marker.Gated) > 0 {
		if v = r.readReviews(ctx, r.event.PullRequest, r.event.HeadSHA, newest(marker)); marker.Head != r.event.HeadSHA {
			v.given = nil // it showed the plan of an earlier commit
		}
	}
	state, words := r.approvalStatus(len(marker.Gated), v)
	r.setStatus(ctx, state, words)
	r.log.Printf("%s: %s", r.statusContext(), words)
	return 0
}
