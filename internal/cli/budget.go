package cli

import (
	"cmp"
	"fmt"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// freeCalls is how many calls an hour a workspace on the free plan allows (docs/clockify-api.md#free-workspace). Free
// workspaces that are older may allow more: whoever has one says so with api.max_calls.
const freeCalls = 30

// maxCalls is the budget that was asked for; 0: none.
func (r *run) maxCalls() int { return cmp.Or(r.env.MaxCalls, r.loaded.Settings.API.MaxCalls) }

// capFree returns what is done when a workspace turns out to be on the free plan: unless a budget was asked for, the key
// makes no more calls than such a workspace allows in an hour. How many of them others have used up, no answer tells: then
// Clockify's 429 ends the run as cleanly.
func (r *run) capFree(token string) func() {
	budget := r.budgets[r.tokens[token].Reveal()]
	return func() {
		if r.maxCalls() == 0 {
			budget.Cap(freeCalls)
			r.hourly.Store(true)
		}
	}
}

// calls is how many calls were made so far, with all keys.
func (r *run) calls() int {
	n := 0
	for _, b := range r.budgets {
		n += b.Used()
	}
	return n
}

// count says in the plan what it has cost so far and how many runs carrying it out takes within the budget. What reading
// took, it will take again, to verify and in each of the runs.
func (r *run) count(p *plan.Plan) {
	p.Calls.Made = r.calls()
	for _, b := range r.budgets {
		reads, most := b.Used(), b.Max()
		if most == 0 || reads == 0 {
			continue
		}
		runs := 0
		if writes := writesPerRun(most, reads); writes > 0 {
			runs = (p.Calls.Needed + writes - 1) / writes
		}
		if p.Calls.Budget == 0 || runs == 0 || runs > p.Calls.Runs && p.Calls.Runs > 0 {
			p.Calls.Budget, p.Calls.Runs, p.Calls.Hourly = most, runs, r.hourly.Load()
		}
	}
}

// writesPerRun is what a budget leaves for writing when reading takes so many calls, twice. Where twice is too much,
// getting on is worth more than verifying.
func writesPerRun(most, reads int) int {
	if left := most - 2*reads; left > 0 {
		return left
	}
	return max(0, most-reads)
}

// reserve keeps back the calls that verifying will take: as many as planning took.
func (r *run) reserve() {
	for _, b := range r.budgets {
		if reads := b.Used(); b.Max() > 2*reads {
			b.Reserve(reads)
		}
	}
}

// release lets verifying have them.
func (r *run) release() {
	for _, b := range r.budgets {
		b.Release()
	}
}

// explainBudget explains a budget that reading alone has used up: no later run would get any further.
func (r *run) explainBudget(err error) error {
	for _, b := range r.budgets {
		if b.Max() > 0 && b.Left() == 0 {
			return fmt.Errorf("%w: reading alone takes more than the %d calls of a run (api.max_calls, or a free workspace's %d an hour)", err, b.Max(), freeCalls)
		}
	}
	return err
}
