// Package apply runs a plan by phases: what waits for approval is withheld, what needs something that was not done is
// skipped, the rest is done, several changes at a time, and every change ends in an outcome. It knows neither Clockify
// nor what a change is about; it is given who does the changes and who keeps the journal.
package apply

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// A Doer carries out one change. An error that is plan.ErrStop ends the run early; plan.ErrNotTried marks the change
// skipped; any other error makes it failed.
type Doer interface {
	Do(ctx context.Context, c plan.Change) (plan.Result, error)
}

// A Journal is told of every change before it is tried and after. When Begin fails the change is not tried, and
// nothing after it.
type Journal interface {
	Begin(c plan.Change) error
	End(o plan.Outcome) error
}

// Options of a run.
type Options struct {
	Approval plan.Approval
	Workers  int                // changes under way at once; default 8
	Now      func() time.Time   // required
	Progress func(plan.Outcome) // told each outcome as it falls; one at a time
}

const defaultWorkers = 8

var errNoJournal = errors.New("the journal could not be written")

// Run carries out the plan and returns one outcome per change, in the plan's order. Cancelling ctx starts no further
// change; the ones under way end. The error is the journal's: what happened to the changes is in the outcomes alone.
func Run(ctx context.Context, p *plan.Plan, do Doer, journal Journal, o Options) ([]plan.Outcome, error) {
	if o.Workers <= 0 {
		o.Workers = defaultWorkers
	}
	r := &run{
		plan: p, do: do, journal: journal, Options: o,
		outcomes: make([]plan.Outcome, len(p.Changes)),
		index:    make(map[string]int, len(p.Changes)),
		done:     make([]chan struct{}, len(p.Changes)),
	}
	for i, c := range p.Changes {
		r.index[c.ID] = i
		r.done[i] = make(chan struct{})
	}
	for _, phase := range plan.Phases {
		r.phase(ctx, phase)
	}
	return r.outcomes, errors.Join(r.broken...)
}

type run struct {
	Options
	plan     *plan.Plan
	do       Doer
	journal  Journal
	outcomes []plan.Outcome
	index    map[string]int  // id to place in the plan
	done     []chan struct{} // by place in the plan; closed when the change has its outcome

	begin   sync.Mutex // held while a change is let go on, so that nothing follows a journal that refused
	mu      sync.Mutex
	stopped error   // why no further change is tried
	broken  []error // of the journal
}

// phase runs the phase's changes, each as soon as a worker is free and what it needs has ended. Needs always come
// earlier in the plan and changes are taken in its order, so the first one under way never waits.
func (r *run) phase(ctx context.Context, phase plan.Phase) {
	var group errgroup.Group
	group.SetLimit(r.Workers)
	for i, c := range r.plan.Changes {
		if c.Phase != phase {
			continue
		}
		group.Go(func() error {
			defer close(r.done[i])
			o := r.one(ctx, c)
			r.mu.Lock()
			defer r.mu.Unlock()
			r.outcomes[i] = o
			if r.Progress != nil {
				r.Progress(o)
			}
			return nil
		})
	}
	_ = group.Wait() // the functions return no error: what happened is in the outcomes
}

func (r *run) one(ctx context.Context, c plan.Change) plan.Outcome {
	o := plan.Outcome{Change: c}
	if o.Status, o.Err = r.standing(c); o.Status != "" {
		return o
	}
	if err := r.admit(ctx, c); err != nil {
		o.Status, o.Err = plan.NotTried, err.Error()
		return o
	}
	o.Started = r.Now()
	receipt, err := r.do.Do(ctx, c)
	o.Duration = r.Now().Sub(o.Started)
	o.Attempts, o.Reads, o.HTTPStatus, o.Response = receipt.Attempts, receipt.Reads, receipt.HTTPStatus, receipt.Response
	switch {
	case err == nil:
		o.Status = plan.Done
	case errors.Is(err, plan.ErrNotTried):
		o.Status, o.Err = plan.Skipped, err.Error()
	case errors.Is(err, plan.ErrStop), ctx.Err() != nil && (receipt.Attempts == 0 || errors.Is(err, ctx.Err())):
		r.stop(err)
		o.Status, o.Err = plan.NotTried, err.Error()
	default:
		o.Status, o.Err = plan.Failed, err.Error()
	}
	if err := r.journal.End(o); err != nil {
		r.breakOff(fmt.Errorf("write the journal: %w", err))
	}
	return o
}

// standing says how a change ends before it is tried; empty: it is to be tried. It waits for what the change needs.
func (r *run) standing(c plan.Change) (plan.Status, string) {
	if r.plan.Blocked(c) {
		return plan.Skipped, "refused: nothing is written"
	}
	if c.Gated && !r.Approval.Permits(c) {
		return plan.Withheld, "waits for approval"
	}
	for _, id := range c.Needs {
		<-r.done[r.index[id]]
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	worst, why := plan.Status(""), ""
	for _, id := range c.Needs {
		switch r.outcomes[r.index[id]].Status {
		case plan.Failed, plan.Skipped:
			return plan.Skipped, "needs " + r.describe(id) + ", which was not done"
		case plan.Withheld:
			worst, why = plan.Withheld, "waits with "+r.describe(id)
		case plan.NotTried:
			if worst == "" {
				worst, why = plan.NotTried, "the run stopped before "+r.describe(id)
			}
		}
	}
	return worst, why
}

func (r *run) describe(id string) string {
	c := r.plan.Changes[r.index[id]]
	return fmt.Sprintf("%s %s %s", c.Op, c.Ref.Kind, c.Ref.Name)
}

// admit lets a change be tried, with its line in the journal, unless the run has come to a halt.
func (r *run) admit(ctx context.Context, c plan.Change) error {
	r.begin.Lock()
	defer r.begin.Unlock()
	if err := r.halted(ctx); err != nil {
		return err
	}
	if err := r.journal.Begin(c); err != nil {
		r.breakOff(fmt.Errorf("write the journal: %w", err))
		return errNoJournal
	}
	return nil
}

func (r *run) halted(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped
}

func (r *run) stop(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped == nil {
		r.stopped = err
	}
}

func (r *run) breakOff(err error) {
	r.stop(err)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken = append(r.broken, err)
}
