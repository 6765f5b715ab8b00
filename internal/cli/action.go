package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/action"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
	"github.com/clockify-sync/clockify-sync/internal/spec"
)

// actionCommand is the GitHub Action: what a job runs without naming a command.
type actionCommand struct{ command }

func (c *actionCommand) run(ctx context.Context) int {
	env, err := c.settle()
	if err != nil {
		return c.fail(err)
	}
	code, err := action.Run(ctx, action.Options{
		Log: c.log, Getenv: c.getenv, Now: c.Now, Transport: c.HTTP,
		Inputs: action.Inputs{
			Command: env.Command, Only: c.opts.only, Approve: c.opts.approve, Environment: env.Environment, Redact: env.Redact,
			WorkspaceID: env.WorkspaceID, AuditDir: c.opts.audit,
			NoComment: env.Comment != nil && !*env.Comment, DriftIssue: env.DriftIssue != nil && *env.DriftIssue,
			GitHubToken: env.GitHubToken.Reveal(), SigningKey: env.SigningKey.Reveal(),
		},
		Load: func() (action.Files, action.Start, error) {
			r, err := c.load()
			if err != nil {
				return action.Files{}, nil, err
			}
			start := func(describe func(*report.Context)) action.Syncs {
				r.describe = describe
				return actionSyncs{r, c.Now()}
			}
			return r.actionFiles(), start, nil
		},
	})
	if err != nil {
		return c.fail(err)
	}
	return code
}

// actionFiles is what the action needs to know of the files.
func (r *run) actionFiles() action.Files {
	f := action.Files{
		Users: r.file, Config: r.loaded.Config, Problems: r.problems(), Findings: r.loaded.Spec.Findings, Summary: r.sound(),
		Redact: r.loaded.Settings.Redact, Approval: action.Approval(r.loaded.Settings.Approval),
		SigningKey: r.tokens[mainKey].Reveal(),
	}
	if r.loaded.Spec.Users != nil {
		f.Parts = append(f.Parts, "users")
	}
	for _, name := range r.syncNames() {
		f.Parts = append(f.Parts, "time:"+name)
	}
	return f
}

// actionSyncs does the work of a run in Actions that is not GitHub's.
type actionSyncs struct {
	*run
	started time.Time
}

func (a actionSyncs) Context() report.Context { return a.context() }

func (a actionSyncs) Plan(ctx context.Context) action.Planned {
	a.open()
	a.hide()
	p := a.planAll(ctx)
	return action.Planned{Plan: p, Any: a.planned(), Failures: a.failures(), Code: a.planExit(p), Earlier: a.earlier()}
}

func (a actionSyncs) Advise(p action.Planned) { a.advise(a.planTopics(p.Plan)...) }

// WritePlan writes the plan into the audit folder, to be uploaded.
func (a actionSyncs) WritePlan(p action.Planned) error {
	if !p.Any {
		return nil
	}
	dir := a.opts.audit
	if err := a.makeDir(dir); err != nil {
		return about(aboutOutput, fmt.Errorf("audit-dir: %w", err))
	}
	pages, err := a.planPages(p.Plan)
	for _, page := range pages {
		err = errors.Join(err, a.writeFile(filepath.Join(dir, page.name), page.data))
	}
	return err
}

// Apply runs the plan as apply does.
func (a actionSyncs) Apply(ctx context.Context, p action.Planned, approval plan.Approval, reason string) (action.Applied, error) {
	run := &applyRun{run: a.run, plan: p.Plan, started: a.started}
	a.log.Group("Apply")
	code, err := run.do(ctx, approval)
	a.log.EndGroup()
	if err != nil {
		return action.Applied{}, err
	}
	run.print(reason)
	return action.Applied{Outcomes: run.outcomes, Verified: run.verified, Elapsed: a.Now().Sub(a.started), Code: code, AuditDir: run.folder}, nil
}

func (a actionSyncs) ReadApproval(name string, data []byte) action.Approval {
	return action.Approval(spec.ReadApproval(name, data))
}
