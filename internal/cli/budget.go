package cli

import (
	"fmt"
	"sync"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// freeCalls is how many calls an hour a workspace on the free plan allows (docs/clockify-api.md#free-workspace). Free
// workspaces that are older may allow more: whoever has one says so with api.max_calls.
const freeCalls = 30

// budgets are how many calls a run may make: in all, where that was asked for, and in each workspace on the free plan in
// an hour. Neither depends on the keys.
type budgets struct {
	asked int              // api.max_calls; 0: none
	run   *clockify.Budget // all calls of the run

	mu         sync.Mutex
	workspaces map[string]*clockify.Budget // by id
}

func newBudgets(asked int) *budgets {
	return &budgets{asked: asked, run: clockify.NewBudget(asked), workspaces: map[string]*clockify.Budget{}}
}

// of is the budget that the calls for a workspace are taken from.
func (b *budgets) of(workspace string) *clockify.Budget {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.workspaces[workspace] == nil {
		b.workspaces[workspace] = b.run.Part()
	}
	return b.workspaces[workspace]
}

// onFree returns what is done when a workspace turns out to be on the free plan: unless a budget was asked for, no more
// calls are made for it than it allows in an hour. How many of them others have used up, no answer tells: then
// Clockify's 429 ends the run as cleanly.
func (b *budgets) onFree(workspace string) func() {
	return func() {
		if b.asked == 0 {
			b.of(workspace).Cap(freeCalls)
		}
	}
}

// limits are the budgets that have an end: the run's, under "", and those of workspaces, by id.
func (b *budgets) limits() map[string]*clockify.Budget {
	b.mu.Lock()
	defer b.mu.Unlock()
	limited := map[string]*clockify.Budget{}
	if b.run.Max() > 0 {
		limited[""] = b.run
	}
	for id, w := range b.workspaces {
		if w.Max() > 0 {
			limited[id] = w
		}
	}
	return limited
}

// calls is how many calls were made so far.
func (r *run) calls() int { return r.budgets.run.Used() }

// count says in the plan what it has cost so far and how many runs carrying it out takes within the budget. What reading
// took, it will take again in each of the runs, and verifying beside it.
func (r *run) count(p *plan.Plan) {
	p.Calls.Made = r.calls()
	for id, b := range r.budgets.limits() {
		reads, most, needed := b.Used(), b.Max(), p.Calls.Needed
		if reads == 0 {
			continue
		}
		if id != "" {
			needed = r.needed(id)
		}
		runs := 0
		if writes := writesPerRun(most, reads, r.verifying(id, reads)); writes > 0 {
			runs = (needed + writes - 1) / writes
		}
		if p.Calls.Budget == 0 || runs == 0 || runs > p.Calls.Runs && p.Calls.Runs > 0 {
			p.Calls.Budget, p.Calls.Runs, p.Calls.Hourly = most, runs, id != ""
		}
	}
}

// needed is how many calls the changes of one workspace take.
func (r *run) needed(workspace string) int {
	n := 0
	for _, j := range r.jobs {
		if j.plan == nil {
			continue
		}
		for _, c := range j.plan.Changes {
			if j.workspace(c) == workspace {
				n += c.Calls
			}
		}
	}
	return n
}

// writesPerRun is what a budget leaves for writing beside reading and verifying. Where both are too much, getting on is
// worth more than verifying.
func writesPerRun(most, reads, verifying int) int {
	if left := most - reads - verifying; left > 0 {
		return left
	}
	return max(0, most-reads)
}

// verifying is how many calls verifying takes of a budget, by its id, where reading took so many.
func (r *run) verifying(id string, reads int) int {
	if r.loaded.Settings.Verify == "full" {
		return reads
	}
	n := 0
	for _, j := range r.jobs {
		n += j.verifyingOf(id)
	}
	return min(n, reads)
}

// verifyingOf is how many calls verifying the job takes of a budget, by its id.
func (j *job) verifyingOf(id string) int {
	if j.plan == nil || j.plan.Empty() {
		return 0
	}
	n, seen := 0, map[string]bool{}
	for _, e := range j.endpoints {
		if (id == "" || id == e.workspace) && !seen[e.workspace] {
			n += j.verifying(e.workspace)
		}
		seen[e.workspace] = true
	}
	return n
}

// reserve keeps back the calls that verifying will take, where that leaves any for writing.
func (r *run) reserve() {
	for id, limited := range r.budgets.limits() {
		if verifying := r.verifying(id, limited.Used()); limited.Left() > verifying {
			limited.Reserve(verifying)
		}
	}
}

// release lets verifying have them.
func (b *budgets) release() {
	for _, limited := range b.limits() {
		limited.Release()
	}
}

// explain says of a budget that reading alone has used up that no later run would get any further, and how many calls
// reading takes at least, where more than the budget are known to be needed.
func (b *budgets) explain(err error, least int) error {
	for _, limited := range b.limits() {
		if limited.Left() > 0 {
			continue
		}
		need := "a run with a higher limit will say how many"
		if least > limited.Max() {
			need = fmt.Sprintf("it takes at least %d, and one more for each change", least)
		}
		return fmt.Errorf("%w: reading alone takes more than the %d calls of a run (api.max_calls, or a free workspace's %d an hour): %s", err, limited.Max(), freeCalls, need)
	}
	return err
}
