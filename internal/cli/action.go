package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/action"
	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
	"github.com/clockify-sync/clockify-sync/internal/spec"
)

// runAction runs as the GitHub Action.
func runAction(ctx context.Context, in *invocation) int {
	env, err := in.settle()
	if err != nil {
		return in.fail(err)
	}
	code, err := action.Run(ctx, action.Options{
		Log: in.log, Getenv: in.getenv, Now: in.Now, Transport: in.HTTP,
		Inputs: action.Inputs{
			Command: env.Command, Only: in.opts.only, Approve: in.opts.approve, Environment: env.Environment, Redact: env.Redact,
			WorkspaceID: env.WorkspaceID, AuditDir: in.opts.audit,
			NoComment: env.Comment != nil && !*env.Comment, DriftIssue: env.DriftIssue != nil && *env.DriftIssue,
			GitHubToken: env.GitHubToken.Reveal(), SigningKey: env.SigningKey.Reveal(),
		},
		Load: func() (action.Files, action.Start, error) {
			s, err := in.load()
			if err != nil {
				return action.Files{}, nil, err
			}
			start := func(describe func(*report.Context)) action.Syncs {
				s.describe = describe
				return actionSyncs{s, in.Now()}
			}
			return s.actionFiles(), start, nil
		},
	})
	if err != nil {
		return in.fail(err)
	}
	return code
}

// actionFiles is what the action needs to know of the files.
func (s *session) actionFiles() action.Files {
	f := action.Files{
		Users: s.file, Config: s.loaded.Config, Problems: s.problems(), Findings: s.loaded.Spec.Findings, Summary: s.sound(),
		Redact: s.loaded.Settings.Redact, Approval: action.Approval(s.loaded.Settings.Approval),
		SigningKey: s.tokens[mainKey].Reveal(),
	}
	if s.loaded.Spec.Users != nil {
		f.Parts = append(f.Parts, "users")
	}
	for _, name := range s.syncNames() {
		f.Parts = append(f.Parts, "time:"+name)
	}
	return f
}

// actionSyncs does the work of a run in Actions that is not GitHub's.
type actionSyncs struct {
	*session
	started time.Time
}

func (a actionSyncs) Context() report.Context { return a.context() }

func (a actionSyncs) Plan(ctx context.Context) action.Planned {
	a.open()
	a.hide()
	p := a.planAll(ctx)
	return action.Planned{Plan: p, Any: a.planned(), Failures: a.failures(), Code: a.planExit(p), Earlier: a.earlier()}
}

func (a actionSyncs) Advise(p action.Planned) { a.in.advise(a.planTopics(p.Plan)...) }

// WritePlan writes the plan into the audit folder, to be uploaded.
func (a actionSyncs) WritePlan(p action.Planned) error {
	if !p.Any {
		return nil
	}
	dir := a.in.opts.audit
	if err := a.in.makeDir(dir); err != nil {
		return about(aboutOutput, fmt.Errorf("audit-dir: %w", err))
	}
	data, err := a.json(p.Plan)
	if err != nil {
		return err
	}
	html, err := a.html(p.Plan)
	if err != nil {
		return err
	}
	wide := a.context()
	wide.MaxBytes = 16 << 20
	return errors.Join(
		a.in.writeFile(filepath.Join(dir, audit.PlanFile), data),
		a.in.writeFile(filepath.Join(dir, reportFile), html),
		a.in.writeFile(filepath.Join(dir, audit.PageFile), []byte(report.Markdown(p.Plan, wide))))
}

// Apply runs the plan as apply does.
func (a actionSyncs) Apply(ctx context.Context, p action.Planned, approval plan.Approval, reason string) (action.Applied, error) {
	run := &running{session: a.session, plan: p.Plan, started: a.started}
	if err := run.open(); err != nil {
		return action.Applied{}, err
	}
	a.in.log.Group("Apply")
	run.apply(ctx, approval)
	run.verify(ctx)
	code := run.exit()
	if err := run.close(code); err != nil {
		fmt.Fprintf(a.in.Stderr, "clockify-sync: %v\n", err)
		code = ExitFailed
	}
	a.in.log.EndGroup()
	run.report(reason)
	return action.Applied{Outcomes: run.outcomes, Verified: run.verified, Elapsed: a.in.Now().Sub(a.started), Code: code}, nil
}

func (a actionSyncs) ReadApproval(name string, data []byte) action.Approval {
	return action.Approval(spec.ReadApproval(name, data))
}

// getenv is LookupEnv for those who take "" for unset.
func (in *invocation) getenv(name string) string {
	value, _ := in.LookupEnv(name)
	return value
}
