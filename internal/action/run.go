package action

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/report"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// validate ends a run that may only look at the files.
func (r *reporter) validate() int {
	body, code := "### Clockify: the files are in order\n\n"+report.Sentence(r.files.Summary)+"\n", 0
	if problems := append(slices.Clone(r.files.Problems), r.files.InSecrets...); len(problems) > 0 {
		for _, p := range r.masker(nil).Problems(r.files.InSecrets) {
			r.log.Error(onLine(p.Source, p.Text))
		}
		body, code = report.ProblemsMarkdown(problems, r.syncs.Context()), 1
	} else {
		r.log.Printf("%s", r.files.Summary)
	}
	r.summary(body + "\n" + report.Sentence(text.Upper(r.decision.reason)+".") + "\n")
	out := r.planOutputs(&plan.Plan{}, "")
	out["digest"] = "" // of no plan
	r.outputs(out)
	return code
}

// plan plans, shows the plan in the log, the summary and the pull request, and sets the outputs.
func (r *reporter) plan(ctx context.Context) (int, error) {
	p := r.syncs.Plan(ctx)
	r.logPlan(p)
	if err := r.syncs.WritePlan(p); err != nil {
		return 0, err
	}
	url, v := r.tellPull(ctx, p)
	r.tellQueue(ctx, p)
	r.summary(r.page(p, v, github.MaxSummary).Body)
	if r.decision.drift {
		r.tellDrift(ctx, p, p.Changes, p.Code, func() string { return r.page(p, v, issueBytes).Body })
	}
	r.outputs(r.planOutputs(p.Plan, url))
	return p.Code, nil
}

// tellPull puts the plan and its status on the pull request, and returns the comment's URL and whose approval there is.
func (r *reporter) tellPull(ctx context.Context, p Planned) (url string, v reviews) {
	if !r.decision.comment || r.client == nil {
		return "", v
	}
	if !r.wantsComment(p) {
		r.foldComment(ctx, p)
		r.status(ctx, p, v)
		return "", v
	}
	found, old, err := r.ownComment(ctx, r.event.PullRequest)
	if err != nil {
		return r.warnNotPosted(err), v
	}
	if ids := r.ids(p); len(ids) > 0 && r.gate.From == fromPullRequest {
		marker := github.MergeShown(github.Marker{Key: r.key(), Head: r.event.HeadSHA}, old, r.now().Add(clockSkew), ids)
		v = r.readReviews(ctx, r.event.PullRequest, r.event.HeadSHA, newest(marker))
	}
	url = r.commentPlan(ctx, p, v, found, old)
	r.status(ctx, p, v)
	return url, v
}

// status sets the commit status of a plan.
func (r *reporter) status(ctx context.Context, p Planned, v reviews) {
	if len(p.Problems)+len(p.Refusals)+len(p.Failures) > 0 {
		r.setStatus(ctx, github.Failure, "there is no plan to approve: the run says why")
		return
	}
	state, words := r.approvalStatus(len(p.Gated()), v)
	r.setStatus(ctx, state, words)
}

// apply applies with the approval of the merged pull requests' reviewers, and reports there.
func (r *reporter) apply(ctx context.Context) (int, error) {
	pulls := r.mergedPulls(ctx)
	p := r.syncs.Plan(ctx)
	r.logPlan(p)
	w, err := r.word(ctx, p, pulls)
	if err != nil {
		return 0, err
	}
	done, err := r.syncs.Apply(ctx, p, w)
	if err != nil {
		return 0, err
	}
	if w.Refused && done.Code == 0 {
		done.Code = 1
	}
	if len(pulls) == 0 {
		for _, n := range w.Pulls { // whose changes a run by hand approves
			pulls = append(pulls, mergedPull{Pull: github.Pull{Number: n}, err: github.ErrNoMarker})
		}
	}
	url := r.commentOutcome(ctx, p, done, pulls, w)
	r.summary(r.outcomePage(p, done, w, github.MaxSummary, ""))
	r.tellDrift(ctx, p, notDone(done), done.Code, func() string { return r.outcomePage(p, done, w, issueBytes, "") })
	out := r.planOutputs(p.Plan, url)
	tally := plan.Tally(done.Outcomes)
	out["failed"] = fmt.Sprint(plan.Wrong(done.Outcomes))
	out["withheld"] = fmt.Sprint(tally[plan.Withheld])
	out["audit-dir"] = filepath.ToSlash(done.AuditDir)
	r.outputs(out)
	return done.Code, nil
}

// notDone is what still differs after an apply.
func notDone(done Applied) []plan.Change {
	var left []plan.Change
	for _, o := range done.Outcomes {
		if o.Status != plan.Done {
			left = append(left, o.Change)
		}
	}
	return append(left, done.Verified.Unexpected(done.Outcomes)...)
}

// page renders the plan for GitHub, in at most so many bytes.
func (r *reporter) page(p Planned, v reviews, most int) report.Page {
	about := r.syncs.Context()
	about.Reviews = v.shown()
	about.MaxBytes, about.Errors, about.Summary = max(1, most), r.failures(p), most == github.MaxSummary
	if len(about.Errors) > 0 && !p.Any {
		return report.Page{Body: r.scrub("### Clockify: nothing could be planned\n" + listed(about.Errors))}
	}
	page := report.Comment(p.Plan, about)
	page.Body = r.scrub(page.Body)
	return page
}

// outcomePage renders how the run went for GitHub, in at most so many bytes; last is added at its end.
func (r *reporter) outcomePage(p Planned, done Applied, w Word, most int, last string) string {
	about := r.syncs.Context()
	about.MaxBytes, about.Errors, about.Summary = max(1, most-len(last)), r.failures(p), most == github.MaxSummary
	about.Elapsed = done.Elapsed
	if len(about.Errors) > 0 && !p.Any {
		return r.scrub("### Clockify: nothing could be planned, nothing was applied\n" + listed(about.Errors) + last)
	}
	if len(w.Approvers) > 0 {
		about.Facts = append(about.Facts, "Approved by "+text.And(w.Approvers)+".")
	}
	if w.Reason != "" {
		about.Facts = append(about.Facts, text.Upper(w.Reason)+".")
	}
	if done.Commit != "" {
		about.Facts = append(about.Facts, "The files were those of commit "+done.Commit+".")
	}
	about.ApproveHow = r.gate.how(digestLeft(done.Outcomes))
	return r.scrub(report.OutcomeMarkdown(p.Plan, done.Outcomes, done.Verified, about) + last)
}

// digestLeft is the approval digest of what was withheld, as much of it as is shown.
func digestLeft(outcomes []plan.Outcome) string {
	var left plan.Plan
	for _, o := range outcomes {
		if o.Status == plan.Withheld {
			left.Changes = append(left.Changes, o.Change)
		}
	}
	digest := left.ApprovalDigest()
	return digest[:min(len(digest), plan.ShortDigest)]
}

// failures are why syncs could not be planned, in words for anybody who may read the page.
func (r *reporter) failures(p Planned) []string {
	var list []string
	mask := r.masker(nil)
	for _, err := range p.Failures {
		list = append(list, mask.Text(err.Error()))
	}
	return list
}

// listed is errors as Markdown.
func listed(errs []string) string {
	var b strings.Builder
	for _, e := range errs {
		b.WriteString("\n> [!WARNING]\n> " + report.Sentence(e) + "\n")
	}
	return b.String()
}

// annotateFiles puts what the files have wrong with them on their lines.
func (r *reporter) annotateFiles() {
	mask := r.masker(nil)
	for _, p := range mask.Problems(r.files.Problems) {
		r.log.Error(onLine(p.Source, p.Text))
	}
	for _, f := range r.files.Findings {
		say := r.log.Warning
		if f.Level == state.LevelNote { // it is so at every run
			say = r.log.Notice
		}
		say(onLine(f.Source, mask.Finding(f)))
	}
}

// logPlan prints the plan in the log, folded.
func (r *reporter) logPlan(p Planned) {
	if p.Any {
		r.log.Group("Plan")
		report.Text(r.log, p.Plan, report.Style{}, r.syncs.Context())
		r.log.EndGroup()
	}
	mask := r.masker(p.Plan)
	for _, problem := range mask.Problems(p.Problems[min(len(p.Problems), len(r.files.Problems)):]) {
		r.log.Error(onLine(problem.Source, problem.Text))
	}
	for _, refusal := range p.Refusals {
		r.log.Error(github.Annotation{Title: refusal.Setting, Message: mask.Refusal(refusal)})
	}
	for _, err := range p.Failures {
		r.log.Error(github.Annotation{Title: "clockify-sync", Message: mask.Text(err.Error())})
	}
	r.syncs.Advise(p)
}

// planOutputs are the step's outputs as far as the plan knows them.
func (r *reporter) planOutputs(p *plan.Plan, url string) map[string]string {
	token := ""
	if r.gate.open(p) {
		token = p.ApprovalToken()
	}
	return map[string]string{
		"has-changes": fmt.Sprint(!p.Empty()), "changes": fmt.Sprint(len(p.Changes)), "gated": fmt.Sprint(len(p.Gated())),
		"digest": p.Digest(), "approval-digest": token, "failed": "0", "withheld": "0",
		"audit-dir": filepath.ToSlash(r.inputs.AuditDir), "comment-url": url, "matrix": r.matrix(),
	}
}

// matrix lists the parts of the run for a job matrix: {"include":[{"only":"users"},{"only":"time:acme"}]}.
func (r *reporter) matrix() string {
	type part struct {
		Only string `json:"only"`
	}
	parts := []part{}
	for _, name := range r.files.Parts {
		parts = append(parts, part{name})
	}
	data, err := json.Marshal(map[string][]part{"include": parts})
	if err != nil {
		return "" // strings always marshal
	}
	return string(data)
}
