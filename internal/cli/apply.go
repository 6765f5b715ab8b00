package cli

import (
	"bytes"
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
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// applyCommand plans, runs the plan, verifies and writes the audit files.
func applyCommand(ctx context.Context, in *invocation) int {
	started := in.Now()
	s, err := in.load()
	if err != nil {
		return in.fail(err)
	}
	err = s.guide(ctx)
	if err == nil {
		err = s.askCleanup(ctx)
	}
	if err != nil {
		return in.refused(err)
	}
	s.open()
	s.applying = true
	p := s.planAll(ctx)
	if err := s.show(p); err != nil {
		return in.fail(err)
	}
	approval, reason, err := p.ReadApproval(in.opts.approve, s.earlier()...)
	if err != nil {
		return in.fail(about(aboutApproval, fmt.Errorf("--approve: %w", err)))
	}
	if in.opts.approve == "" {
		if approval, err = in.consent(ctx, p); err != nil {
			return in.refused(err)
		}
	}
	run := &running{session: s, plan: p, started: started.Add(in.waited)}
	if err := run.open(); err != nil {
		return in.fail(err)
	}
	run.apply(ctx, approval)
	run.verify(ctx)
	code := run.exit()
	if err := run.close(code); err != nil {
		fmt.Fprintf(in.Stderr, "clockify-sync: %v\n", err)
		code = ExitFailed
	}
	run.report(reason)
	return code
}

// running is an apply under way.
type running struct {
	*session
	plan     *plan.Plan
	started  time.Time
	audit    *audit.Audit
	mask     report.Masker // of the audit files, where anybody may read them
	outcomes []plan.Outcome
	verified report.Verify
	cut      bool    // verifying was stopped early
	errs     []error // what went wrong beside the changes
}

// earlier returns the lists of gated changes that earlier runs here have shown, to recognise what is left of an
// approved one. They are believed only where they hash to the approved digest.
func (s *session) earlier() [][]string {
	var lists [][]string
	for _, name := range []string{cmp.Or(s.in.opts.out, planFile), filepath.Join(s.in.opts.audit, audit.PlanFile)} {
		data, err := os.ReadFile(s.in.path(name))
		if err != nil {
			continue
		}
		if ids, _, err := report.ReadJSON(bytes.NewReader(data)); err == nil {
			lists = append(lists, ids)
		}
	}
	return lists
}

// open starts the audit and puts the plan beside it.
func (r *running) open() (err error) {
	if err := r.in.makeDir(r.in.opts.audit); err != nil {
		return about(aboutOutput, fmt.Errorf("audit-dir: %w", err))
	}
	r.mask = r.masker(r.plan)
	r.audit, err = audit.Open(r.in.path(r.in.opts.audit), r.meta(), r.plan.Digest())
	if err != nil {
		return err
	}
	data, err := r.json(r.plan)
	if err != nil {
		return err
	}
	page := report.Markdown(r.plan, r.context())
	return errors.Join(r.audit.WriteFile(audit.PlanFile, data), r.audit.WriteFile(audit.PageFile, []byte(page)), r.writeReport(false))
}

// meta says which run this is: GitHub's number of it, or the time.
func (r *running) meta() audit.Meta {
	get := func(name string) string { v, _ := r.in.LookupEnv(name); return v }
	run, actor := r.started.UTC().Format("20060102T150405Z"), get("USER")
	if r.env.GitHubActions {
		run, actor = get("GITHUB_RUN_ID")+"-"+get("GITHUB_RUN_ATTEMPT"), get("GITHUB_TRIGGERING_ACTOR")
	}
	return audit.Meta{Run: run, Actor: actor, Commit: get("GITHUB_SHA"), Secrets: r.secrets(), Now: r.in.Now}
}

// Begin and End make r the journal: people are masked on the way where they are in the reports.
func (r *running) Begin(c plan.Change) error { return r.audit.Begin(r.mask.Change(c)) }

// End writes how a change ended.
func (r *running) End(o plan.Outcome) error {
	return r.audit.End(r.mask.Outcomes([]plan.Outcome{o})[0])
}

// apply runs every job's plan, side by side.
func (r *running) apply(ctx context.Context, approval plan.Approval) {
	if len(r.plan.Problems) > 0 {
		return
	}
	r.reserve()
	defer r.release()
	ends := make([][]plan.Outcome, len(r.jobs))
	var group errgroup.Group
	var mu sync.Mutex
	bar := r.in.progress(r.plan)
	defer bar.close()
	for i, j := range r.jobs {
		if j.plan == nil || j.plan.Empty() {
			continue
		}
		group.Go(func() error {
			outcomes, err := apply.Run(ctx, j.plan, j.do, r, apply.Options{Approval: approval, Now: r.in.Now, Progress: bar.add})
			mu.Lock()
			defer mu.Unlock()
			ends[i] = outcomes
			if err != nil {
				r.errs = append(r.errs, err)
			}
			return nil
		})
	}
	_ = group.Wait() // every job's error is kept
	for _, outcomes := range ends {
		r.outcomes = append(r.outcomes, outcomes...)
	}
}

// rereadAfter is how long is waited before a second look when the first finds something unexpected: lists may lag
// behind writes for a while.
const rereadAfter = 3 * time.Second

// verify reads again what was changed and plans again: nothing may be left but what is known not to have been done.
func (r *running) verify(ctx context.Context) {
	tally := plan.Tally(r.outcomes)
	switch {
	case ctx.Err() != nil:
		r.verified.Skipped, r.cut = "the run was cancelled", true
		return
	case tally[plan.Done]+tally[plan.Failed] == 0:
		r.verified.Skipped = "nothing was changed"
		return
	}
	for try := 0; ; try++ {
		r.verified = r.look(ctx)
		amiss := r.verified.Err != "" || len(r.verified.Unexpected(r.outcomes)) > 0
		if try > 0 || !amiss || r.in.Sleep(ctx, rereadAfter) != nil {
			return
		}
	}
}

func (r *running) look(ctx context.Context) report.Verify {
	var plans []*plan.Plan
	var errs []error
	jobs := slices.DeleteFunc(slices.Clone(r.jobs), func(j *job) bool { return j.plan == nil || j.plan.Empty() })
	for i, m := range r.round().make(ctx, jobs) {
		if plans = append(plans, m.plan); m.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", jobs[i].title, m.err))
		}
	}
	v := report.Verify{Done: true, Left: plan.Join(plans...).Changes}
	for _, err := range errs {
		if stopped(err) { // cut short, which says nothing about what was done
			v.Done, v.Skipped, r.cut = false, "the run stopped before reading again was done: "+err.Error(), true
		}
	}
	errs = slices.DeleteFunc(errs, stopped)
	if err := errors.Join(errs...); err != nil {
		v.Done, v.Err = false, err.Error()
	}
	return v
}

// exit is the exit code of the run.
func (r *running) exit() int {
	tally := plan.Tally(r.outcomes)
	code := r.troubled(r.plan)
	switch {
	case code == ExitFailed, len(r.errs) > 0, tally[plan.Failed]+tally[plan.Skipped] > 0,
		r.verified.Err != "", len(r.verified.Unexpected(r.outcomes)) > 0:
		return ExitFailed
	case code == ExitStopped, tally[plan.NotTried] > 0, r.cut:
		return ExitStopped
	case tally[plan.Withheld] > 0 && r.in.opts.exitCode:
		return ExitPending
	}
	return ExitDone
}

// close completes the audit files.
func (r *running) close(code int) error {
	var words []string
	for _, err := range append(r.failures(), r.errs...) {
		words = append(words, r.mask.Text(err.Error()))
	}
	calls := r.plan.Calls
	var left []plan.Change
	for _, c := range r.verified.Unexpected(r.outcomes) {
		left = append(left, r.mask.Change(c))
	}
	var refusals []plan.Refusal
	for _, refusal := range r.plan.Refusals {
		refusal.Text = r.mask.Text(refusal.Text)
		refusals = append(refusals, refusal)
	}
	calls.Made = r.calls()
	return errors.Join(r.writeReport(true), r.audit.Close(audit.Summary{
		Command: "apply", Outcomes: r.mask.Outcomes(r.outcomes), ExitCode: code, Digest: r.plan.Digest(), ApprovalDigest: r.plan.ApprovalDigest(),
		Calls: calls, Started: r.started, Finished: r.in.Now(), Verified: r.verified.Done, VerifyErr: r.mask.Text(r.verified.Err),
		Left: left, Errors: words, Problems: r.mask.Problems(r.plan.Problems), Refusals: refusals,
	}))
}

// report prints how it went.
func (r *running) report(reason string) {
	in := r.in
	for _, err := range r.errs {
		fmt.Fprintf(in.Stderr, "clockify-sync: %s\n", r.mask.Text(err.Error()))
	}
	if in.opts.format == "json" || r.plan.Empty() || len(r.plan.Problems) > 0 {
		return
	}
	if reason != "" {
		fmt.Fprintln(in.Stdout, "Approval: "+reason)
	}
	ctx := r.context()
	ctx.Elapsed = in.Now().Sub(r.started)
	if in.opts.format == "markdown" {
		_, _ = io.WriteString(in.Stdout, report.OutcomeMarkdown(r.plan, r.outcomes, r.verified, ctx)+"\n")
		return
	}
	report.OutcomeText(in.Stdout, r.plan, r.outcomes, r.verified, in.style(), ctx)
	in.advise(r.topics()...)
}

// topics is what there is to read about how the run went.
func (r *running) topics() []topic {
	var list []topic
	tally := plan.Tally(r.outcomes)
	if slices.ContainsFunc(r.outcomes, func(o plan.Outcome) bool {
		return o.Status == plan.Failed || o.Status == plan.Skipped && !r.plan.Blocked(o.Change)
	}) {
		list = append(list, aboutFailed)
	}
	if len(r.verified.Unexpected(r.outcomes)) > 0 {
		list = append(list, aboutVerify)
	}
	if tally[plan.NotTried] > 0 {
		list = append(list, aboutBudget)
	}
	return list
}

// auditCommand completes the CSV files of a run that was killed.
func auditCommand(_ context.Context, in *invocation) int {
	if len(in.args) != 1 {
		return in.fail(about(aboutCommandLine, errors.New("audit: name the one folder of the killed run, such as clockify-audit")))
	}
	found, err := audit.Complete(in.path(in.args[0]))
	if err != nil {
		return in.fail(err)
	}
	if found.Finished {
		fmt.Fprintf(in.Stdout, "Run %s ended by itself: its files are complete.\n", found.Run)
		return ExitDone
	}
	fmt.Fprintf(in.Stdout, "Run %s was killed. Its files now tell what it did.\n", found.Run)
	return ExitDone
}
