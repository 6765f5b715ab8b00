// Package apply runs a plan by phases: what is gated and not approved is withheld, what needs something that was not done
// is skipped, the rest is done, several changes at a time, and every change ends in an outcome. It knows neither Clockify
// nor what a change is about; it is given who does the changes and who keeps the journal.
package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// A Doer carries out one change. It calls begin right before the first call that writes, and writes nothing where begin
// returns an error. An error that is plan.ErrStop ends the run early; plan.ErrNotTried marks the change
// skipped, and so does plan.ErrNotCleared, plan.ErrUnknown unknown; any other error makes it failed.
type Doer interface {
	Do(ctx context.Context, c plan.Change, begin func() error) (plan.Result, error)
}

// A Journal is told of every change right before it is tried and after. When Begin fails the change is not tried, and
// nothing after it.
type Journal interface {
	Begin(c plan.Change) error
	End(o plan.Outcome) error
}

// Options of a run.
type Options struct {
	Approval plan.Approval
	Workers  int                // changes under way at once; default 64
	Now      func() time.Time   // required
	Progress func(plan.Outcome) // told each outcome as it falls; one at a time
}

// defaultWorkers is more than a rate of 50 a second needs at a second's latency; how many calls are in flight is bounded
// where they are made.
const defaultWorkers = 64

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

	starting sync.Mutex // held while a change is started, so that nothing follows a journal that refused
	mu       sync.Mutex
	stopped  error   // why no further change is tried
	broken   []error // of the journal
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
			o := r.change(ctx, c)
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

// change does one change, if it may be done.
func (r *run) change(ctx context.Context, c plan.Change) plan.Outcome {
	o := plan.Outcome{Change: c}
	if o.Status, o.Err = r.prevented(c); o.Status != "" {
		return o
	}
	if err := r.going(ctx); err != nil {
		o.Status, o.Err = plan.NotTried, err.Error()
		return o
	}
	t := &trial{run: r, ctx: ctx, change: c}
	result, err := r.do.Do(ctx, c, t.begin)
	stops := r.stops(ctx, result, err)
	if !stops {
		_ = t.begin() // what took no write has its line too
	}
	if t.refused != nil || t.started.IsZero() {
		o.Status, o.Err = plan.NotTried, cmp.Or(t.refused, err).Error()
		return o
	}
	o.Started, o.Duration = t.started, r.Now().Sub(t.started)
	o.Attempts, o.Reads, o.HTTPStatus, o.Response, o.MadeID = result.Attempts, result.Reads, result.HTTPStatus, result.Response, result.MadeID
	o.Status = plan.Done
	if err != nil {
		o.Status, o.Err = failure(err, stops), err.Error()
		if o.Status == plan.Skipped && errors.Is(err, plan.ErrNotCleared) {
			o.Cause = plan.ClearingRefused
		}
	}
	if err := r.journal.End(o); err != nil {
		r.journalFailed(err)
	}
	return o
}

// trial is a change that is let go. Its line is written once, right before its first write.
type trial struct {
	run     *run
	ctx     context.Context
	change  plan.Change
	once    sync.Once
	started time.Time // when its line was written
	refused error     // why it may not be tried after all
}

func (t *trial) begin() error {
	t.once.Do(func() { t.started, t.refused = t.run.Now(), t.run.start(t.ctx, t.change) })
	return t.refused
}

// stops reports whether an error ends the run, and lets no further change be tried where it does.
func (r *run) stops(ctx context.Context, result plan.Result, err error) bool {
	stops := errors.Is(err, plan.ErrStop) || err != nil && ctx.Err() != nil && (result.Attempts == 0 || errors.Is(err, ctx.Err()))
	if stops {
		r.stop(err)
	}
	return stops
}

// failure says how a change ended that was not done.
func failure(err error, stops bool) plan.Status {
	switch {
	case errors.Is(err, plan.ErrUnknown):
		return plan.Unknown
	case errors.Is(err, plan.ErrNotTried), errors.Is(err, plan.ErrNotCleared):
		return plan.Skipped
	case stops:
		return plan.NotTried
	}
	return plan.Failed
}

// prevented says how a change ends that may not be tried; empty: it may. It waits for what the change needs.
func (r *run) prevented(c plan.Change) (plan.Status, string) {
	if r.plan.Blocked(c) {
		return plan.Skipped, "refused: nothing is written"
	}
	if c.Gated && !r.Approval.Permits(c) {
		return plan.Withheld, "needs approval"
	}
	for _, id := range c.Needs {
		<-r.done[r.index[id]]
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	status, why := plan.Status(""), ""
	for _, id := range c.Needs {
		needed := r.outcomes[r.index[id]]
		name := fmt.Sprintf("%s %s %s", needed.Change.Op, needed.Change.Ref.Kind.Info().One, needed.Change.Ref.Name)
		if needed.Status == plan.Unknown && r.stopped != nil {
			status, why = plan.NotTried, "the run stopped while it did "+name
			continue
		}
		switch needed.Status {
		case plan.Failed, plan.Unknown, plan.Skipped:
			return plan.Skipped, "needs " + name + ", which was not done"
		case plan.Withheld:
			status, why = plan.Withheld, "needs "+name+", which is withheld"
		case plan.NotTried:
			if status == "" {
				status, why = plan.NotTried, "the run stopped before "+name
			}
		}
	}
	return status, why
}

// going returns why no change is tried any more.
func (r *run) going(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped
}

// start writes the journal line of a change that is tried next, unless the run was stopped.
func (r *run) start(ctx context.Context, c plan.Change) error {
	r.starting.Lock()
	defer r.starting.Unlock()
	if err := r.going(ctx); err != nil {
		return err
	}
	if err := r.journal.Begin(c); err != nil {
		r.journalFailed(err)
		return errNoJournal
	}
	return nil
}

// stop lets no further change be tried.
func (r *run) stop(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = cmp.Or(r.stopped, err)
}

func (r *run) journalFailed(err error) {
	err = fmt.Errorf("write the journal: %w", err)
	r.stop(err)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken = append(r.broken, err)
}
