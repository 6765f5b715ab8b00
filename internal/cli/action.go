package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/action"
	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// actionCommand is the GitHub Action: what a job runs without naming a command.
type actionCommand struct{ command }

func (c *actionCommand) run(ctx context.Context) int {
	settingsErr := c.settle()
	written := []string{c.opts.AuditDir}
	if c.opts.Out != "" {
		written = append(written, c.opts.Out)
	}
	defer c.giveToOwner(written...)
	code, err := action.Run(ctx, action.Options{
		Log: c.log, Getenv: c.getenv, Now: c.Now, Transport: c.HTTP,
		Inputs: c.inputsOf(settingsErr),
		Err:    settingsErr,
		Load: func() (action.Loaded, error) {
			r, err := c.load()
			if err != nil {
				return nil, err
			}
			return actionFiles{r, c.Now()}, nil
		},
	})
	if err != nil {
		return c.fail(err)
	}
	return code
}

// inputsOf is what the workflow gave. Where the settings cannot be used, what it takes to say so is read as it stands.
func (c *actionCommand) inputsOf(unusable error) action.Inputs {
	if unusable != nil {
		input := func(name string) string { return strings.TrimSpace(c.getenv("INPUT_" + name)) }
		return action.Inputs{
			Users: input("USERS"), Config: input("CONFIG"), Only: input("ONLY"), WorkspaceID: input("WORKSPACE-ID"),
			Comment: cmp.Or(input("COMMENT"), "always"), DriftIssue: input("DRIFT-ISSUE") == "true", GitHubToken: input("GITHUB-TOKEN"),
		}
	}
	o := &c.opts
	return action.Inputs{
		Command: o.Command, Users: o.Users, Config: o.Config, Only: o.Only, Label: o.Label,
		Approve: o.Approve, Environment: o.Environment, Redact: o.Redact,
		WorkspaceID: o.Workspace.ID, AuditDir: o.AuditDir,
		Comment: cmp.Or(o.Comment, "always"), DriftIssue: o.DriftIssue,
		GitHubToken: o.GitHubToken.Reveal(), SigningKey: o.SigningKey.Reveal(),
	}
}

// actionFiles is the files of a run in Actions.
type actionFiles struct {
	*run
	started time.Time
}

func (r actionFiles) Base(files fs.FS) (action.Base, error) { return r.readBase(files) }

func (r actionFiles) Start(about func(*report.Context)) action.Syncs {
	r.describe = about
	return actionSyncs(r)
}

func (r actionFiles) Files() action.Files {
	f := action.Files{
		Users: r.file, Config: r.loaded.Config, Problems: r.problems(), Findings: r.loaded.Spec.Findings,
		Behind: r.behind(r.file, r.loaded.Config),
		Commit: audit.CommitOf(r.path("."), r.file, r.opts.Config), Rules: rulesOf(r.loaded), SigningKey: r.tokens[mainKey].Reveal(),
	}
	var secrets int
	f.InSecrets, secrets, _ = r.secretProblems() // the problems say what the error does
	f.Summary = r.sound(secrets)
	if r.loaded.Spec.Users != nil {
		f.Parts = append(f.Parts, "users")
	}
	f.Parts = append(f.Parts, r.syncParts()...)
	return f
}

// behind names the files that symbolic links among these lead to.
func (r *run) behind(names ...string) (all []string) {
	root, err := filepath.EvalSymlinks(r.path("."))
	for _, name := range names {
		target, linkErr := filepath.EvalSymlinks(r.path(name))
		rel, relErr := filepath.Rel(root, target)
		if rel = filepath.ToSlash(rel); errors.Join(err, linkErr, relErr) == nil && name != "" && rel != filepath.ToSlash(filepath.Clean(name)) {
			all = append(all, rel)
		}
	}
	return all
}

// actionSyncs does the work of a run in Actions that is not GitHub's.
type actionSyncs struct {
	*run
	started time.Time
}

func (a actionSyncs) Context() report.Context { return a.context() }

func (a actionSyncs) Secrets() []string { return a.secrets() }

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
	dir := a.opts.AuditDir
	if err := a.makeDir(dir); err != nil {
		return about(aboutOutput, fmt.Errorf("audit-dir: %w", err))
	}
	pages, err := a.planPages(p.Plan)
	html, failed := a.html(p.Plan)
	if failed == nil {
		pages = append(pages, file{reportFile, html})
	}
	err = errors.Join(err, failed)
	for _, page := range pages {
		err = errors.Join(err, a.writeFile(filepath.Join(dir, page.name), page.data))
	}
	return err
}

// Apply runs the plan as apply does.
func (a actionSyncs) Apply(ctx context.Context, p action.Planned, w action.Word) (action.Applied, error) {
	if err := a.expected(p.Plan); err != nil {
		return action.Applied{}, err
	}
	run := &applyRun{run: a.run, plan: p.Plan, started: a.started, approver: strings.Join(w.Approvers, ", "), pull: numbers(w.Pulls)}
	a.log.Group("Apply")
	code, err := run.do(ctx, w.Approval)
	a.log.EndGroup()
	if err != nil {
		return action.Applied{}, err
	}
	run.print(w.Reason)
	return action.Applied{Outcomes: run.outcomes, Verified: run.verified, Elapsed: a.Now().Sub(a.started), Code: code, AuditDir: run.folder, Commit: run.meta().Commit}, nil
}

// numbers lists pull requests as #7, #8.
func numbers(pulls []int) string {
	var list []string
	for _, n := range pulls {
		list = append(list, "#"+strconv.Itoa(n))
	}
	return strings.Join(list, ", ")
}
