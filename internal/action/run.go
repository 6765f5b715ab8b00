package action

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// validate ends a run that may only look at the files.
func (r *reporter) validate() int {
	text, code := "### Clockify: the files are in order\n\n"+report.Sentence(r.files.Summary)+"\n", 0
	if len(r.files.Problems) > 0 {
		text, code = report.ProblemsMarkdown(r.files.Problems, r.syncs.Context()), 1
	} else {
		r.log.Printf("%s", r.files.Summary)
	}
	r.summary(text + "\n" + report.Sentence(upper(r.decision.reason)+".") + "\n")
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
	url := r.tellPull(ctx, p)
	r.summary(r.page(p, github.MaxSummary).Body)
	if r.decision.drift {
		r.drift(ctx, p, p.Changes)
	}
	r.outputs(r.planOutputs(p.Plan, url))
	return p.Code, nil
}

// tellPull puts the plan and its status on the pull request, and returns the comment's URL.
func (r *reporter) tellPull(ctx context.Context, p Planned) string {
	if !r.decision.comment || r.client == nil {
		return ""
	}
	if !r.wantsComment(p) {
		r.foldComment(ctx, p)
		r.status(ctx, p, reviews{})
		return ""
	}
	found, old, err := r.ownComment(ctx, r.event.PullRequest)
	if err != nil {
		return r.warnNotPosted(err)
	}
	var v reviews
	ids := r.ids(p)
	if len(ids) > 0 && r.gate.From == fromPullRequest {
		marker := github.MergeShown(github.Marker{Key: r.key(), Head: r.event.HeadSHA}, old, r.now().Add(clockSkew), ids)
		v = r.readReviews(ctx, r.event.PullRequest, newest(marker))
	}
	r.reviews = v
	url := r.commentPlan(ctx, p, found, old)
	r.status(ctx, p, v)
	return url
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
	url := r.commentOutcome(ctx, p, done, pulls, w)
	r.summary(r.outcomePage(p, done, w, ""))
	if unattended(r.event) {
		var left []plan.Change
		for _, o := range done.Outcomes {
			if o.Status != plan.Done {
				left = append(left, o.Change)
			}
		}
		r.drift(ctx, p, append(left, done.Verified.Unexpected(done.Outcomes)...))
	}
	out := r.planOutputs(p.Plan, url)
	tally := plan.Tally(done.Outcomes)
	out["failed"] = fmt.Sprint(tally[plan.Failed] + tally[plan.Unknown] + tally[plan.Skipped])
	out["withheld"] = fmt.Sprint(tally[plan.Withheld])
	out["audit-dir"] = filepath.ToSlash(done.AuditDir)
	r.outputs(out)
	return done.Code, nil
}

// page renders the plan for GitHub, in at most so many bytes. What could not be planned stands under its first line.
func (r *reporter) page(p Planned, most int) report.Page {
	notes := r.failureNotes(p)
	if notes != "" && !p.Any {
		return report.Page{Body: "### Clockify: nothing could be planned\n" + notes}
	}
	about := r.syncs.Context()
	about.MaxBytes = max(1, most-len(notes)-1)
	page := report.Comment(p.Plan, about)
	head, rest, _ := strings.Cut(page.Body, "\n")
	page.Body = head + "\n" + notes + rest
	return page
}

// outcomePage renders how the run went for GitHub; last is added at its end.
func (r *reporter) outcomePage(p Planned, done Applied, w Word, last string) string {
	notes := r.failureNotes(p)
	if w.Reason != "" {
		notes = "\n" + report.Sentence(upper(w.Reason)+".") + "\n" + notes
	}
	if notes != "" && !p.Any {
		return "### Clockify: nothing could be planned, nothing was applied\n" + notes + last
	}
	about := r.syncs.Context()
	about.Elapsed = done.Elapsed
	about.MaxBytes = max(1, maxComment-len(notes)-len(last)-1)
	head, rest, _ := strings.Cut(report.OutcomeMarkdown(p.Plan, done.Outcomes, done.Verified, about), "\n")
	return head + "\n" + notes + rest + last
}

// upper makes the first letter of a sentence a capital.
func upper(s string) string {
	for i, r := range s {
		return string(unicode.ToUpper(r)) + s[i+utf8.RuneLen(r):]
	}
	return s
}

// annotateFiles puts what the files have wrong with them on their lines.
func (r *reporter) annotateFiles() {
	mask := r.masker(nil)
	for _, p := range mask.Problems(r.files.Problems) {
		r.log.Error(onLine(p.Source, p.Text))
	}
	for _, f := range mask.Findings(r.files.Findings) {
		r.log.Warning(onLine(f.Source, mask.Finding(f)))
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

// failureNotes says in Markdown which syncs could not be planned.
func (r *reporter) failureNotes(p Planned) string {
	var b strings.Builder
	for _, err := range p.Failures {
		b.WriteString("\n> [!WARNING]\n> " + report.Sentence(r.masker(nil).Text(err.Error())) + "\n")
	}
	if b.Len() > 0 {
		b.WriteString("\n")
	}
	return b.String()
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
	text, err := json.Marshal(map[string][]part{"include": parts})
	if err != nil {
		return "" // strings always marshal
	}
	return string(text)
}
