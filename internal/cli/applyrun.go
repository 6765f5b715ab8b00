package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/apply"
	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
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
		data, err := os.ReadFile(r.path(name))
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
			Run: run, Command: "apply", Actor: actor, Commit: cmp.Or(commitOf(a.path("."), a.file, a.opts.Config), a.getenv("GITHUB_SHA")),
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

// apply runs every job's plan, side by side.
func (a *applyRun) apply(ctx context.Context, approval plan.Approval) {
	if len(a.plan.Problems) > 0 {
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
		outcomes, err := apply.Run(ctx, j.plan, j.do, a, apply.Options{Approval: approval, Now: a.Now, Progress: bar.add})
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

// rereadAfter is how long is waited before a second look when the first finds something unexpected: lists may lag
// behind writes for a while.
const rereadAfter = 3 * time.Second

// verify reads again what was changed and plans again: nothing may be left but what is known not to have been done.
func (a *applyRun) verify(ctx context.Context) {
	tally := plan.Tally(a.outcomes)
	switch {
	case ctx.Err() != nil:
		a.verified.Skipped, a.cut = "the run was cancelled", true
		return
	case tally[plan.Done]+tally[plan.Failed]+tally[plan.Unknown] == 0:
		a.verified.Skipped = "nothing was changed"
		return
	}
	for try := 0; ; try++ {
		jobs, again := a.look(ctx)
		switch {
		case try < maxTakenBack && a.takeBack(ctx, jobs, again):
		case try > 0, a.verified.Err == "" && len(a.verified.Unexpected(a.outcomes)) == 0, a.Sleep(ctx, rereadAfter) != nil:
			a.tellTwice(jobs, again)
			return
		}
	}
}

// tellTwice puts what counts twice now in the place of what was found before the plan was carried out.
func (a *applyRun) tellTwice(jobs []*job, again []result) {
	for i, j := range jobs {
		if again[i].plan == nil || j.target == "" {
			continue
		}
		sync := j.plan.Subjects[0].Sync
		a.plan.Findings = slices.DeleteFunc(a.plan.Findings, func(f state.Finding) bool {
			return f.Kind == state.FindingCountedTwice && f.Sync == sync
		})
		for _, f := range plan.MapTexts(again[i].plan, a.scrub()).Findings {
			if f.Kind == state.FindingCountedTwice {
				a.plan.Findings = append(a.plan.Findings, f)
				if f.Cause == state.CauseUnlisted {
					a.verified.Done, a.verified.Skipped = false, "Clockify does not list all that was made"
				}
			}
		}
	}
}

// maxTakenBack is how often a run takes back what another run made at the same time.
const maxTakenBack = 3

// takeBack deletes entries of this run that another run made too, and reports whether there were any.
func (a *applyRun) takeBack(ctx context.Context, jobs []*job, again []result) bool {
	some := false
	for i, j := range jobs {
		if again[i].plan == nil {
			continue
		}
		doubled := *again[i].plan
		doubled.Changes = slices.DeleteFunc(slices.Clone(doubled.Changes), func(c plan.Change) bool { return c.Cause != state.CauseDoubled })
		if doubled.Empty() {
			continue
		}
		some = true
		outcomes, err := apply.Run(ctx, &doubled, j.do, a, apply.Options{Now: a.Now})
		a.outcomes = append(a.outcomes, plan.MapTexts(outcomes, a.scrub())...)
		if err != nil {
			a.errs = append(a.errs, err)
		}
	}
	return some
}

// look reads and plans again the jobs that had something to do, and those that write where these did.
func (a *applyRun) look(ctx context.Context) ([]*job, []result) {
	defer a.watch("Verifying")()
	busy, targets := map[*job]bool{}, map[string]bool{}
	for _, j := range a.jobs {
		busy[j] = j.plan != nil && !j.plan.Empty()
		targets[j.target] = targets[j.target] || busy[j] && j.target != ""
	}
	var jobs []*job
	changes := map[*job][]plan.Change{} // that may have changed something
	for i, j := range a.jobs {
		if j.plan != nil && (busy[j] || targets[j.target]) {
			jobs = append(jobs, j)
			j.spec.Users = plan.StillProtected(j.spec.Users, j.plan)
			changes[j] = begun(a.ends[i])
		}
	}
	var mu sync.Mutex
	a.lookedAt = nil
	reader := a.reader()
	again := compute(jobs, func(j *job, m *result) {
		looked := []string{"everything"}
		if j.reread == nil || a.loaded.Settings.Verify == "full" && j.target == "" { // what a time sync made is known to reread alone
			m.have, m.source, m.err = j.readFor(ctx, reader)
		} else {
			m.have, looked, m.err = j.reread(ctx, changes[j])
		}
		mu.Lock()
		defer mu.Unlock()
		for _, l := range looked {
			a.lookedAt = append(a.lookedAt, j.title+": "+l)
		}
	})
	slices.Sort(a.lookedAt)
	var plans []*plan.Plan
	var errs []error
	for i, m := range again {
		if plans = append(plans, m.plan); m.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", jobs[i].title, m.err))
		}
	}
	v := report.Verify{Done: true, Left: plan.MapTexts(plan.Join(plans...).Changes, a.scrub())}
	for _, err := range errs {
		if stopped(err) { // cut short, which says nothing about what was done
			v.Done, v.Skipped, a.cut = false, "the run stopped before reading again was done: "+err.Error(), true
		}
	}
	errs = slices.DeleteFunc(errs, stopped)
	if err := errors.Join(errs...); err != nil {
		v.Done, v.Err = false, err.Error()
	}
	a.verified = v
	return jobs, again
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

// begun are the changes that may have changed something.
func begun(outcomes []plan.Outcome) []plan.Change {
	var changes []plan.Change
	for _, o := range outcomes {
		if o.Status == plan.Done || o.Status == plan.Failed || o.Status == plan.Unknown {
			changes = append(changes, o.Change)
		}
	}
	return changes
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

// print says how it went.
func (a *applyRun) print(reason string) {
	for _, err := range a.errs {
		fmt.Fprintf(a.Stderr, "clockify-sync: %s\n", a.mask.Text(err.Error()))
	}
	if a.opts.Format == "json" {
		if err := report.JSON(a.Stdout, a.plan, a.outcomes, a.context()); err != nil {
			fmt.Fprintf(a.Stderr, "clockify-sync: %v\n", err)
		}
		return
	}
	if a.plan.Empty() || len(a.plan.Problems) > 0 {
		return
	}
	if reason != "" {
		fmt.Fprintln(a.Stdout, "Approval: "+reason)
	}
	ctx := a.context()
	ctx.Elapsed = a.Now().Sub(a.started)
	if a.opts.Format == "markdown" {
		_, _ = io.WriteString(a.Stdout, report.OutcomeMarkdown(a.plan, a.outcomes, a.verified, ctx)+"\n")
		return
	}
	report.OutcomeText(a.Stdout, a.plan, a.outcomes, a.verified, a.style(), ctx)
	a.advise(a.topics()...)
}

// topics is what there is to read about how the run went.
func (a *applyRun) topics() []topic {
	var list []topic
	tally := plan.Tally(a.outcomes)
	if slices.ContainsFunc(a.outcomes, func(o plan.Outcome) bool {
		return o.Status == plan.Failed || o.Status == plan.Unknown || o.Status == plan.Skipped && o.Cause == "" && !a.plan.Blocked(o.Change)
	}) {
		list = append(list, aboutFailed)
	}
	if len(a.verified.Unexpected(a.outcomes)) > 0 {
		list = append(list, aboutVerify)
	}
	if tally[plan.NotTried] > 0 {
		list = append(list, aboutBudget)
	}
	return list
}
