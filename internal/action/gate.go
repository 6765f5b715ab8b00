package action

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// gate is how what is gated can be approved here.
type gate struct {
	Approval
	shut string // why no approval digest can be handed on or taken; empty: it can
}

// Word is whose word allows what of a plan.
type Word struct {
	Approval  plan.Approval
	Reason    string   // why it leaves changes out; empty where it covers everything
	Refused   bool     // a digest was given, and it does not count
	Approvers []string // logins
	Pulls     []int    // the pull requests whose changes these are
}

// readGate looks at the environment that gates the job. One that is missing, asks nobody or cannot be read protects
// nothing, so nothing can be approved by a digest (docs/github.md#environments).
func (r *reporter) readGate(ctx context.Context) gate {
	g := gate{Approval: r.rules.Approval}
	if r.baseErr != nil {
		g.shut = "who may approve is told by the config as it was before: " + r.baseErr.Error()
		return g
	}
	switch given := r.inputs.Environment; {
	case given != "" && g.Environment != "" && given != g.Environment:
		g.shut = fmt.Sprintf("the input environment is %q and approval.environment is %q; name one", given, g.Environment)
		return g
	case given != "":
		g.Environment = given
	case g.Environment == "" && g.From == "environment":
		g.shut = "approval.from is environment, and no environment is named"
		return g
	}
	if g.Environment == "" {
		return g
	}
	if r.client == nil {
		g.shut = fmt.Sprintf("without a github-token nobody can tell whether the environment %q asks anybody", g.Environment)
		return g
	}
	e, err := r.client.Environment(ctx, g.Environment)
	switch {
	case err != nil:
		g.shut = "whether the environment asks anybody could not be read (the job needs actions: read): " + err.Error()
	case !e.Exists:
		g.shut = fmt.Sprintf("there is no environment %q: GitHub makes one without protection when a job names it, and nobody would be asked", g.Environment)
	case !e.RequiredReviewers:
		g.shut = fmt.Sprintf("the environment %q has no required reviewers: a job that names it waits for nobody. Private repositories need GitHub Enterprise for them; approval: {from: pull-request} works everywhere", g.Environment)
	case !e.PreventSelfReview:
		r.log.Notice(github.Annotation{Title: "environment", Message: fmt.Sprintf("the environment %q lets people approve what they started: switch on \"Prevent self-review\"", g.Environment)})
	}
	return g
}

// open reports whether a digest of the plan may be shown and handed on.
func (g gate) open(p *plan.Plan) bool { return g.shut == "" && len(p.Problems)+len(p.Refusals) == 0 }

// word finds out what of the plan is approved: by the input approve, or by the reviews of the merged pull requests.
func (r *reporter) word(ctx context.Context, p Planned, pulls []mergedPull) (Word, error) {
	w := Word{}
	for _, m := range pulls {
		w.Pulls = append(w.Pulls, m.Number)
	}
	switch {
	case r.inputs.Approve != "":
		return r.wordOfDigest(ctx, p, w)
	case len(p.Gated()) == 0:
	case r.baseErr != nil:
		w.Reason = notApproved + r.gate.shut
	case r.gate.From == fromPullRequest:
		return r.wordOfReviews(ctx, p, pulls, w), nil
	case r.files.Rules.Approval.From == fromPullRequest:
		w.Reason = notApproved + "who may approve is told by the config as it was before the merge, and it did not have approval: {from: pull-request} yet. That counts from the next merge on"
	}
	return w, nil
}

// wordOfDigest takes the input approve for what it is worth here.
func (r *reporter) wordOfDigest(ctx context.Context, p Planned, w Word) (Word, error) {
	approval, reason, err := p.ParseApproval(r.inputs.Approve, p.Earlier...)
	if err != nil {
		return w, about(topicApproval, fmt.Errorf("input approve: %w", err))
	}
	approvers, why := r.whoApproved(ctx, &w)
	if why != nil {
		w.Refused, w.Reason = true, "the input approve does not count: "+why.Error()
		r.log.Error(github.Annotation{Title: "approve", Message: w.Reason})
		return w, nil //nolint:nilerr // it is told as the reason
	}
	w.Approval, w.Reason, w.Approvers = approval, reason, approvers
	return w, nil
}

// whoApproved names whose word the input approve is. The error says why it does not count.
func (r *reporter) whoApproved(ctx context.Context, w *Word) ([]string, error) {
	if r.gate.shut != "" {
		return nil, errors.New(r.gate.shut)
	}
	switch {
	case r.gate.Environment != "":
		approvers, err := r.client.RunApprovers(ctx, r.event.RunID, r.gate.Environment)
		if err != nil {
			return nil, err
		}
		if len(approvers) == 0 {
			return nil, fmt.Errorf("nobody has approved that this run uses the environment %q; its job has to name it", r.gate.Environment)
		}
		return approvers, nil
	case r.gate.From == fromPullRequest:
		return r.starterCounts(ctx, w)
	}
	return []string{r.event.TriggeringActor}, nil
}

// starterCounts: in a run started by hand, approve is the word of who started it. It counts from a reviewer who counts
// and did not write what is approved, and not in place of several.
func (r *reporter) starterCounts(ctx context.Context, w *Word) ([]string, error) {
	who := r.event.TriggeringActor
	switch {
	case r.event.Name != "workflow_dispatch":
		return nil, errors.New("under approval.from: pull-request it is the word of who starts a run by hand, and nobody did")
	case r.gate.Count > 1:
		return nil, fmt.Errorf("%d approvals are needed, and one run is the word of one person; approve a pull request", r.gate.Count)
	case r.client == nil:
		return nil, errors.New("without a github-token nobody can tell whose word it is")
	}
	files := append([]string{r.files.Users, r.files.Config}, r.files.Behind...)
	writers, pulls, err := r.client.LastWriters(ctx, r.event.DefaultBranch, r.checkedOut(), files...)
	if err != nil {
		return nil, fmt.Errorf("who wrote what is approved could not be read: %w", err)
	}
	w.Pulls = pulls
	if writers[strings.ToLower(who)] {
		return nil, fmt.Errorf("%s wrote what is approved", who)
	}
	check, err := r.client.Reviewers(ctx, 0, r.gate.Reviewers)
	if err != nil {
		return nil, err
	}
	if reason := check.Ignores(ctx, who); reason != "" {
		return nil, fmt.Errorf("%s %s", who, reason)
	}
	return []string{who}, nil
}

// notApproved begins every reason why what is gated is withheld.
const notApproved = "what waits is not approved: "

// wordOfReviews finds the gated changes that the reviews of the merged pull requests cover, and says why others are not.
func (r *reporter) wordOfReviews(ctx context.Context, p Planned, pulls []mergedPull, w Word) Word {
	if len(pulls) == 0 {
		w.Reason = notApproved + "no merged pull request belongs to this run, whose reviews could be read"
		return w
	}
	covered := map[string]bool{}
	var why []string
	for _, m := range pulls {
		number := fmt.Sprintf("#%d", m.Number)
		if m.err != nil {
			why = append(why, number+": "+m.err.Error())
			continue
		}
		if m.marker.Head != m.HeadSHA {
			why = append(why, "the plan shown on "+number+" was of an earlier commit than the one merged")
			continue
		}
		approvals, err := r.client.Approvals(ctx, m.Number, m.HeadSHA, r.gate.Reviewers, r.gate.Count)
		if err != nil {
			why = append(why, "the reviews of "+number+" could not be read: "+err.Error())
			continue
		}
		if !approvals.Enough() {
			why = append(why, fmt.Sprintf("%s has %d of %d approvals that count%s", number, len(approvals.Counted), approvals.Needed, ignored(approvals.Ignored)))
		}
		ids := github.ApprovedIDs(m.marker, approvals)
		for _, id := range ids {
			covered[id] = true
		}
		for _, by := range approvals.Counted {
			if len(ids) > 0 {
				w.Approvers = append(w.Approvers, by.Login)
			}
		}
	}
	var ids []string
	for _, c := range p.Gated() {
		// Approved among more deactivations than the guard allows is approved among fewer, too.
		if covered[r.hashID(c.ApprovalID())] || covered[r.hashID(plan.ApprovalID(c.ID, plan.MaxDeactivations))] {
			ids = append(ids, c.ApprovalID())
		}
	}
	w.Approval = plan.ApproveIDs(ids)
	if len(ids) == len(p.Gated()) {
		return w
	}
	if len(why) == 0 {
		why = append(why, "it was not in the plan when the reviewers approved it")
	}
	w.Reason = notApproved + strings.Join(why, "; ")
	return w
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

// how says how what is withheld can be approved here; an empty digest is the one that is shown.
func (g gate) how(digest string) string {
	manual := "run this workflow by hand with approve: " + cmp.Or(digest, "the approval digest")
	switch {
	case g.shut != "":
		return "Nothing can be approved here: " + g.shut + "."
	case g.Environment != "":
		return fmt.Sprintf("The job of the environment %q does it, once one of its reviewers approves.", g.Environment)
	case g.From == fromPullRequest && g.Count > 1:
		return "The reviews of the next pull request can approve it."
	case g.From == fromPullRequest:
		return fmt.Sprintf("The review of the next pull request can approve it; or %s can %s.", text.Or(g.Reviewers), manual)
	}
	return "To approve it, " + manual + "."
}
