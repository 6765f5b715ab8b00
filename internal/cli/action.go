package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/gha"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// action runs as the GitHub Action: the input command says what to do, or the event does.
func action(ctx context.Context, in *invocation) int {
	env, err := in.settle()
	if err != nil {
		return in.fail(err)
	}
	event, err := gha.ReadEvent(in.getenv)
	if err != nil {
		return in.fail(err)
	}
	decision := gha.Decide(event, env.Command == "plan")
	switch env.Command {
	case "", "auto":
	case "validate":
		decision = gha.Decision{Action: gha.Validate, Reason: "command: validate"}
	case "plan":
		if decision.Action == gha.Apply {
			decision = gha.Decision{Action: gha.Plan, Reason: "command: plan"}
		}
	case "apply":
		if decision.Action != gha.Validate { // without secrets nothing can be applied, whatever was asked
			decision = gha.Decision{Action: gha.Apply, Reason: "command: apply"}
		}
	default:
		return in.fail(fmt.Errorf("input command: %q is not one of auto, validate, plan, apply", env.Command))
	}
	s, err := in.load()
	if err != nil {
		return in.fail(err)
	}
	hub, err := newHub(ctx, s, event, decision)
	if err != nil {
		return in.fail(err)
	}
	s.hub = hub
	in.log.Printf("%s: %s", decision.Action, decision.Reason)
	s.annotate()
	if decision.Action == gha.Validate {
		return s.validateInAction()
	}
	s.open()
	var run actionRun = s.planInAction
	if decision.Action == gha.Apply {
		run = s.applyInAction
	}
	return run(ctx)
}

type actionRun func(context.Context) int

// annotate puts what the files have wrong with them on their lines.
func (s *session) annotate() {
	for _, p := range s.masker(nil).Problems(s.problems()) {
		s.in.log.Error(gha.Annotation{File: p.Source.File, Line: p.Source.Line, Col: p.Source.Column, Title: "clockify-sync", Message: p.Text})
	}
	for _, f := range s.masker(nil).Findings(s.loaded.Spec.Findings) {
		s.in.log.Warning(gha.Annotation{File: f.Source.File, Line: f.Source.Line, Col: f.Source.Column, Title: "clockify-sync", Message: strings.TrimSpace(f.Name + " " + f.Text)})
	}
}

// validateInAction ends a run that may only look at the files.
func (s *session) validateInAction() int {
	text := "### Clockify: " + s.hub.decision.Reason + "\n\n"
	code := ExitDone
	if problems := s.problems(); len(problems) > 0 {
		code = ExitFailed
		text += report.ProblemsMarkdown(problems, s.context())
	} else {
		s.in.log.Printf("%s", s.sound())
		text += s.sound() + "\n"
	}
	s.hub.summary(text)
	s.hub.outputs(map[string]string{"has-changes": "false", "changes": "0", "gated": "0", "failed": "0", "withheld": "0", "matrix": s.matrix()})
	return code
}

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
	summary := s.context()
	summary.MaxBytes = gha.MaxSummary - 4096
	s.hub.summary(report.Markdown(p, summary) + s.failureNotes())
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

	text := report.OutcomeMarkdown(p, run.outcomes, run.verified, run.context())
	if reason != "" {
		text += "\n\n" + report.Sentence("Approval: "+reason)
	}
	url := s.hub.commentOutcome(ctx, p, pulls, text)
	s.hub.summary(text + s.failureNotes())
	var left []plan.Change
	for _, o := range run.outcomes {
		if o.Status != plan.Done {
			left = append(left, o.Change)
		}
	}
	if s.hub.unattended() {
		s.hub.drift(ctx, p, left)
	}
	out := s.planOutputs(p, url)
	tally := plan.Tally(run.outcomes)
	out["failed"] = fmt.Sprint(tally[plan.Failed] + tally[plan.Skipped])
	out["withheld"] = fmt.Sprint(tally[plan.Withheld])
	s.hub.outputs(out)
	return code
}

// approve puts together what --approve and the reviews of the merged pull requests allow.
func (s *session) approve(ctx context.Context, p *plan.Plan, pulls []merged) (plan.Approval, string, error) {
	if s.in.opts.approve != "" {
		approval, reason, err := p.ReadApproval(s.in.opts.approve, s.earlier()...)
		if err != nil {
			err = fmt.Errorf("input approve: %w", err)
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
	s.in.log.Group("Plan")
	report.Text(s.in.log, p, report.Style{}, s.context())
	s.in.log.EndGroup()
	mask := s.masker(p)
	for _, problem := range mask.Problems(p.Problems[min(len(p.Problems), len(s.problems())):]) {
		s.in.log.Error(gha.Annotation{File: problem.Source.File, Line: problem.Source.Line, Col: problem.Source.Column, Title: "clockify-sync", Message: problem.Text})
	}
	for _, r := range p.Refusals {
		s.in.log.Error(gha.Annotation{Title: r.Setting, Message: mask.Text(r.Text)})
	}
	for _, err := range s.failures() {
		s.in.log.Error(gha.Annotation{Title: "clockify-sync", Message: mask.Text(err.Error())})
	}
}

// failureNotes says in Markdown which jobs could not be planned.
func (s *session) failureNotes() string {
	var b strings.Builder
	for _, err := range s.failures() {
		b.WriteString("\n> [!WARNING]\n> " + report.Sentence(s.masker(nil).Text(err.Error())) + "\n")
	}
	return b.String()
}

// planFiles writes plan.json and plan.md into the audit folder, to be uploaded.
func (s *session) planFiles(p *plan.Plan) error {
	dir := s.in.opts.audit
	if err := s.in.makeDir(dir); err != nil {
		return fmt.Errorf("audit-dir: %w", err)
	}
	data, err := s.json(p)
	if err != nil {
		return err
	}
	wide := s.context()
	wide.MaxBytes = 16 << 20
	return errors.Join(
		s.in.writeFile(filepath.Join(dir, audit.PlanFile), data),
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
	var parts []string
	if s.loaded.Spec.Users != nil {
		parts = append(parts, `{"only":"users"}`)
	}
	for _, name := range s.syncNames() {
		parts = append(parts, fmt.Sprintf(`{"only":%q}`, "time:"+name))
	}
	return `{"include":[` + strings.Join(parts, ",") + `]}`
}

// getenv is LookupEnv for those who take "" for unset.
func (in *invocation) getenv(name string) string {
	value, _ := in.LookupEnv(name)
	return cmp.Or(value, "")
}
