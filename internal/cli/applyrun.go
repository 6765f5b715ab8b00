package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/apply"
	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// applyRun is a plan being carried out.
type applyRun struct {
	*run
	plan     *plan.Plan
	started  time.Time
	audit    *audit.Audit
	mask     report.Masker // of the audit files, where anybody may read them
	outcomes []plan.Outcome
	verified report.Verify
	approver string           // who approved what is gated, and where
	pull     string           // the pull request whose merge is applied
	ends     [][]plan.Outcome // by job
	lookedAt []string         // by verifying
	cut      bool             // verifying was stopped early
	errs     []error          // what went wrong beside the changes
}

// do carries the plan out, verifies, completes the audit files and returns the exit code.
func (a *applyRun) do(ctx context.Context, approval plan.Approval) (int, error) {
	if err := a.begin(); err != nil {
		return 0, err
	}
	a.apply(ctx, approval)
	a.verify(ctx)
	code := a.exit()
	if err := a.close(code); err != nil {
		fmt.Fprintf(a.Stderr, "clockify-sync: %v\n", err)
		code = ExitFailed
	}
	return code, nil
}

// rememberedRuns is in how many of the last runs' plans an approved list is looked for.
const rememberedRuns = 20

// earlier returns the lists of gated changes that earlier runs here have shown, to recognise what is left of an
// approved one. They are believed only where they hash to the approved digest.
func (r *run) earlier() [][]string {
	var lists [][]string
	names := []string{cmp.Or(r.opts.Out, planFile), filepath.Join(r.opts.AuditDir, audit.PlanFile)}
	if runs, err := audit.List(r.path(r.opts.AuditDir)); err == nil {
		for _, run := range runs[max(0, len(runs)-rememberedRuns):] {
			names = append(names, filepath.Join(r.opts.AuditDir, run.Folder, audit.PlanFile))
		}
	}
	for _, name := range names {
		data, err := r.readPlan(name)
		if err != nil {
			continue
		}
		if shown, err := report.ReadJSON(data); err == nil {
			lists = append(lists, shown.Gated)
		}
	}
	return lists
}

// begin makes the run's folder in the audit folder, starts the journal and puts the plan beside it.
func (a *applyRun) begin() (err error) {
	if err := a.makeDir(a.opts.AuditDir); err != nil {
		return about(aboutOutput, fmt.Errorf("audit-dir: %w", err))
	}
	a.mask = a.masker(a.plan)
	a.audit, err = audit.Open(a.path(a.opts.AuditDir), a.meta(), a.plan.Digest())
	if err != nil {
		return err
	}
	a.folder = filepath.Join(a.opts.AuditDir, a.audit.Folder())
	if a.log != nil {
		a.giveToOwner(a.opts.AuditDir, a.folder) // now too: a run that is killed leaves folders that can be removed
	}
	pages, err := a.planPages(a.plan)
	for _, page := range pages {
		err = errors.Join(err, a.audit.WriteFile(page.name, page.data))
	}
	if err != nil {
		return errors.Join(err, a.audit.Close(audit.Summary{ExitCode: ExitFailed, Started: a.started, Errors: []string{a.mask.Text(err.Error())}}))
	}
	return nil
}

// meta says which run this is: GitHub's number of it, or the time.
func (a *applyRun) meta() audit.Meta {
	run, actor := a.started.UTC().Format("20060102T150405Z"), a.getenv("USER")
	if a.opts.GitHubActions {
		run, actor = a.getenv("GITHUB_RUN_ID")+"-"+a.getenv("GITHUB_RUN_ATTEMPT"), a.getenv("GITHUB_TRIGGERING_ACTOR")
	}
	return audit.Meta{
		About: audit.About{
			Run: run, Command: "apply", Actor: actor, Commit: cmp.Or(audit.CommitOf(a.path("."), a.file, a.opts.Config), a.getenv("GITHUB_SHA")),
			Approver: a.approver, PullRequest: a.pull,
		},
		Secrets: a.secrets(), Reason: a.mask.Reason, Now: a.Now,
	}
}

// Begin and End make a the journal: people are masked on the way where they are in the reports.
func (a *applyRun) Begin(c plan.Change) error { return a.audit.Begin(a.mask.Change(c)) }

// End writes how a change ended.
func (a *applyRun) End(o plan.Outcome) error {
	return a.audit.End(a.mask.Outcomes([]plan.Outcome{o})[0])
}

// stopped reports whether problems of the input let nothing be written.
func (a *applyRun) stopped() bool { return len(a.plan.Problems) > 0 && a.plan.AllBlocked() }

// apply runs every job's plan, side by side.
func (a *applyRun) apply(ctx context.Context, approval plan.Approval) {
	if a.stopped() {
		return
	}
	a.reserve()
	defer a.budgets.release()
	a.ends = make([][]plan.Outcome, len(a.jobs))
	var group errgroup.Group
	var mu sync.Mutex
	bar := a.newProgress(a.plan)
	defer bar.close()
	one := func(j *job) {
		if j.plan == nil || j.plan.Empty() {
			return
		}
		p := *j.plan
		p.Problems = a.plan.Problems // those of the files too
		outcomes, err := apply.Run(ctx, &p, j.do, a, apply.Options{Approval: approval, Now: a.Now, Progress: bar.add})
		mu.Lock()
		defer mu.Unlock()
		if a.ends[slices.Index(a.jobs, j)] = outcomes; err != nil {
			a.errs = append(a.errs, err)
		}
	}
	group.Go(func() error {
		for _, j := range a.queue { // one after the other: so those are whole that the budget holds
			one(j)
		}
		return nil
	})
	for _, j := range a.jobs {
		if !slices.Contains(a.queue, j) {
			group.Go(func() error { one(j); return nil })
		}
	}
	_ = group.Wait() // every job's error is kept
	for _, outcomes := range a.ends {
		a.outcomes = append(a.outcomes, plan.MapTexts(outcomes, a.scrub())...)
	}
}

// next names the syncs that the next run begins with: those that were begun and not ended, and those left out.
func (a *applyRun) next() []string {
	var names []string
	for _, j := range a.queue {
		if plan.Tally(a.ends[slices.Index(a.jobs, j)])[plan.NotTried] > 0 {
			names = append(names, j.title)
		}
	}
	return append(names, a.leftOut()...)
}

// exit is the exit code of the run.
func (a *applyRun) exit() int {
	tally := plan.Tally(a.outcomes)
	code := a.troubled(a.plan)
	stopped := code == ExitStopped || tally[plan.NotTried] > 0 || a.cut
	switch {
	case code == ExitFailed, len(a.errs) > 0, plan.Wrong(a.outcomes) > tally[plan.Unknown],
		tally[plan.Unknown] > 0 && !stopped, // those under way when a run is stopped are found by the next
		a.verified.Err != "", len(a.verified.Unexpected(a.outcomes)) > 0:
		return ExitFailed
	case stopped:
		return ExitStopped
	case tally[plan.Withheld] > 0 && a.opts.ExitCode:
		return ExitPending
	}
	return ExitDone
}

// close completes the audit files.
func (a *applyRun) close(code int) error {
	var words []string
	for _, err := range append(a.failures(), a.errs...) {
		words = append(words, a.mask.Text(err.Error()))
	}
	calls := a.plan.Calls
	var left []plan.Change
	for _, c := range a.verified.Unexpected(a.outcomes) {
		left = append(left, a.mask.Change(c))
	}
	var refusals []string
	for _, refusal := range a.plan.Refusals {
		refusals = append(refusals, refusal.Setting+": "+a.mask.Refusal(refusal))
	}
	calls.Made = a.calls()
	return errors.Join(a.writeReport(), a.audit.Close(audit.Summary{
		Outcomes: a.mask.Outcomes(a.outcomes), ExitCode: code, Digest: a.plan.Digest(), ApprovalDigest: a.plan.ApprovalDigest(),
		Calls: calls, Started: a.started, Finished: a.Now(), Verified: a.verified.Done, LookedAt: a.lookedAt, LeftOut: a.next(), VerifyErr: a.mask.Text(a.verified.Err),
		Left: left, Errors: words, Problems: a.mask.Problems(a.plan.Problems), Refusals: refusals,
	}))
}
