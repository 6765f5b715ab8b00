package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// planInAction plans, shows the plan in the log, the summary and the pull request, and says the outputs.
func (s *session) planInAction(ctx context.Context) int {
	p := s.planAll(ctx)
	s.logPlan(p)
	code := s.planExit(p)
	if err := s.planFiles(p); err != nil {
		return s.in.fail(err)
	}
	url := ""
	if s.hub.decision.Comment && s.hub.comments {
		url = s.hub.commentPlan(ctx, p)
	}
	s.hub.summary(s.page(p, github.MaxSummary).Body)
	s.hub.warnUnguarded(ctx)
	if s.hub.decision.Drift {
		s.hub.drift(ctx, p, p.Changes)
	}
	s.hub.outputs(s.planOutputs(p, url))
	return code
}

// applyInAction applies as apply does, with the approval of the merged pull requests' reviewers, and reports there.
func (s *session) applyInAction(ctx context.Context) int {
	started := s.in.Now()
	pulls := s.hub.merged(ctx)
	p := s.planAll(ctx)
	s.logPlan(p)
	approval, reason, err := s.approve(ctx, p, pulls)
	if err != nil {
		return s.in.fail(err)
	}
	run := &running{session: s, plan: p, started: started}
	if err := run.open(); err != nil {
		return s.in.fail(err)
	}
	s.in.log.Group("Apply")
	run.apply(ctx, approval)
	run.verify(ctx)
	code := run.exit()
	if err := run.close(code); err != nil {
		fmt.Fprintf(s.in.Stderr, "clockify-sync: %v\n", err)
		code = ExitFailed
	}
	s.in.log.EndGroup()
	run.report(reason)

	url := s.hub.commentOutcome(ctx, run, pulls, reason)
	s.hub.summary(run.page(reason, ""))
	s.hub.warnUnguarded(ctx)
	if s.hub.unattended() {
		var left []plan.Change
		for _, o := range run.outcomes {
			if o.Status != plan.Done {
				left = append(left, o.Change)
			}
		}
		s.hub.drift(ctx, p, append(left, run.verified.Unexpected(run.outcomes)...))
	}
	out := s.planOutputs(p, url)
	tally := plan.Tally(run.outcomes)
	out["failed"] = fmt.Sprint(tally[plan.Failed] + tally[plan.Skipped])
	out["withheld"] = fmt.Sprint(tally[plan.Withheld])
	s.hub.outputs(out)
	return code
}

// page renders the plan for GitHub, in at most so many bytes. What could not be planned stands under its first line.
func (s *session) page(p *plan.Plan, most int) report.Page {
	notes := s.failureNotes()
	if notes != "" && !s.planned() {
		return report.Page{Body: "### Clockify: nothing could be planned\n" + notes}
	}
	about := s.context()
	about.MaxBytes = max(1, most-len(notes)-1)
	page := report.Comment(p, about)
	head, rest, _ := strings.Cut(page.Body, "\n")
	page.Body = head + "\n" + notes + rest
	return page
}

// page renders how the run went for GitHub; last is added at its end.
func (r *running) page(reason, last string) string {
	notes := r.failureNotes()
	if reason != "" {
		notes = "\n" + report.Sentence(upper(reason)+".") + "\n" + notes
	}
	if notes != "" && !r.planned() {
		return "### Clockify: nothing could be planned, nothing was applied\n" + notes + last
	}
	about := r.context()
	about.Elapsed = r.in.Now().Sub(r.started)
	about.MaxBytes = max(1, maxComment-len(notes)-len(last)-1)
	head, rest, _ := strings.Cut(report.OutcomeMarkdown(r.plan, r.outcomes, r.verified, about), "\n")
	return head + "\n" + notes + rest + last
}

// upper makes the first letter of a sentence a capital.
func upper(s string) string {
	for i, r := range s {
		return string(unicode.ToUpper(r)) + s[i+utf8.RuneLen(r):]
	}
	return s
}

// approve puts together what --approve and the reviews of the merged pull requests allow.
func (s *session) approve(ctx context.Context, p *plan.Plan, pulls []merged) (plan.Approval, string, error) {
	if s.in.opts.approve != "" {
		approval, reason, err := p.ReadApproval(s.in.opts.approve, s.earlier()...)
		if err != nil {
			err = about(aboutApproval, fmt.Errorf("input approve: %w", err))
		}
		return approval, reason, err
	}
	if s.loaded.Settings.Approval.From != "pull-request" || len(p.Gated()) == 0 {
		return plan.Approval{}, "", nil
	}
	ids, reason := s.hub.reviewed(ctx, p, pulls)
	return plan.ApproveIDs(ids), reason, nil
}

// logPlan prints the plan in the log, folded.
func (s *session) logPlan(p *plan.Plan) {
	if s.planned() {
		s.in.log.Group("Plan")
		report.Text(s.in.log, p, report.Style{}, s.context())
		s.in.log.EndGroup()
	}
	mask := s.masker(p)
	for _, problem := range mask.Problems(p.Problems[min(len(p.Problems), len(s.problems())):]) {
		s.in.log.Error(github.Annotation{File: problem.Source.File, Line: problem.Source.Line, Col: problem.Source.Column, Title: "clockify-sync", Message: problem.Text})
	}
	for _, r := range p.Refusals {
		s.in.log.Error(github.Annotation{Title: r.Setting, Message: mask.Text(r.Text)})
	}
	for _, err := range s.failures() {
		s.in.log.Error(github.Annotation{Title: "clockify-sync", Message: mask.Text(err.Error())})
	}
	s.in.advise(s.planTopics(p)...)
}

// failureNotes says in Markdown which jobs could not be planned.
func (s *session) failureNotes() string {
	var b strings.Builder
	for _, err := range s.failures() {
		b.WriteString("\n> [!WARNING]\n> " + report.Sentence(s.masker(nil).Text(err.Error())) + "\n")
	}
	if b.Len() > 0 {
		b.WriteString("\n")
	}
	return b.String()
}

// planFiles writes plan.json and plan.md into the audit folder, to be uploaded.
func (s *session) planFiles(p *plan.Plan) error {
	if !s.planned() {
		return nil
	}
	dir := s.in.opts.audit
	if err := s.in.makeDir(dir); err != nil {
		return about(aboutOutput, fmt.Errorf("audit-dir: %w", err))
	}
	data, err := s.json(p)
	if err != nil {
		return err
	}
	html, err := s.html(p)
	if err != nil {
		return err
	}
	wide := s.context()
	wide.MaxBytes = 16 << 20
	return errors.Join(
		s.in.writeFile(filepath.Join(dir, audit.PlanFile), data),
		s.in.writeFile(filepath.Join(dir, reportFile), html),
		s.in.writeFile(filepath.Join(dir, audit.PageFile), []byte(report.Markdown(p, wide))))
}

// planOutputs are the step's outputs as far as the plan knows them.
func (s *session) planOutputs(p *plan.Plan, url string) map[string]string {
	return map[string]string{
		"has-changes": fmt.Sprint(!p.Empty()), "changes": fmt.Sprint(len(p.Changes)), "gated": fmt.Sprint(len(p.Gated())),
		"digest": p.Digest(), "approval-digest": p.ApprovalToken(), "failed": "0", "withheld": "0",
		"audit-dir": filepath.ToSlash(s.in.opts.audit), "comment-url": url, "matrix": s.matrix(),
	}
}

// matrix lists the parts of the run for a job matrix: {"include":[{"only":"users"},{"only":"time:acme"}]}.
func (s *session) matrix() string {
	type part struct {
		Only string `json:"only"`
	}
	parts := []part{}
	if s.loaded.Spec.Users != nil {
		parts = append(parts, part{"users"})
	}
	for _, name := range s.syncNames() {
		parts = append(parts, part{"time:" + name})
	}
	text, err := json.Marshal(map[string][]part{"include": parts})
	if err != nil {
		return "" // strings always marshal
	}
	return string(text)
}
