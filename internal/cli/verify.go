package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/apply"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

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
	waits := othersTakeBack
	for try := 0; ; try++ {
		jobs, again := a.look(ctx)
		switch {
		case try < maxTakenBack && a.takeBack(ctx, jobs, again):
		case len(waits) > 0 && doubledSince(jobs, again) && a.Sleep(ctx, waits[0]) == nil:
			waits = waits[1:]
		case try > 0, a.verified.Err == "" && len(a.verified.Unexpected(a.outcomes)) == 0, a.Sleep(ctx, rereadAfter) != nil:
			a.tellTwice(jobs, again)
			return
		}
	}
}

// othersTakeBack are the waits for another run to take back what it made too, and later.
var othersTakeBack = []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second}

// doubledSince reports whether more entries are there twice than when the jobs were planned.
func doubledSince(jobs []*job, again []result) bool {
	twice := func(p *plan.Plan) (n int) {
		for _, f := range p.Findings {
			if f.Cause == state.CauseTwice {
				n += f.Count
			}
		}
		return n
	}
	for i, j := range jobs {
		if again[i].plan != nil && twice(again[i].plan) > twice(j.plan) {
			return true
		}
	}
	return false
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
