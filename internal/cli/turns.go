package cli

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// errLeftOut is a sync that a later run does, since the budget did not hold it beside those before it.
var errLeftOut = fmt.Errorf("%w: it is left for the next run", clockify.ErrBudget)

// endpoint is a workspace as a key sees it.
type endpoint struct{ workspace, token string }

// readAll reads and plans jobs: side by side where nothing bounds the calls. Where a budget does, one sync after the
// other, those that were left out last first, for as long as the budget also holds what it takes to carry out and verify
// what was planned. So every run leaves some of them whole.
func (r *run) readAll(ctx context.Context, jobs []*job) []result {
	rd := r.reader()
	if len(jobs) < 2 {
		return rd.make(ctx, jobs)
	}
	inTurn := r.inTurn(jobs)
	rd.openWorkspaces(ctx, inTurn)
	bounded := r.bounded(inTurn)
	if len(bounded) < 2 {
		return rd.make(ctx, jobs)
	}
	results := map[*job]result{}
	var group errgroup.Group
	others := slices.DeleteFunc(slices.Clone(jobs), func(j *job) bool { return slices.Contains(bounded, j) })
	group.Go(func() error {
		for i, m := range rd.make(ctx, others) {
			results[others[i]] = m
		}
		return nil
	})
	turn := &turn{rd: rd, applying: r.applying}
	r.turns = bounded
	for _, unit := range unitsOf(r.turns) {
		turn.take(ctx, unit)
	}
	_ = group.Wait() // every job keeps its own error
	r.budgets.release()
	all := make([]result, len(jobs))
	for i, j := range jobs {
		if m, ok := turn.results[j]; ok {
			all[i] = m
		} else {
			all[i] = results[j]
		}
	}
	r.queue = turn.order
	return all
}

// openWorkspaces opens each workspace with the first key that sees it, which tells whether it is on the free plan. What
// is answered is kept for those who read it next; errors are met again there.
func (r *reader) openWorkspaces(ctx context.Context, jobs []*job) {
	opened := map[string]bool{}
	var group errgroup.Group
	for _, j := range jobs {
		for _, e := range j.endpoints {
			if opened[e.workspace] {
				continue
			}
			opened[e.workspace] = true
			if w, err := r.workspace(e.workspace, e.token); err == nil {
				group.Go(func() error { _ = w.Open(ctx); return nil })
			}
		}
	}
	_ = group.Wait()
}

// bounded are the jobs whose calls a budget bounds.
func (r *run) bounded(jobs []*job) []*job {
	limits := r.budgets.limits()
	if limits[""] != nil {
		return jobs
	}
	var list []*job
	for _, j := range jobs {
		if slices.ContainsFunc(j.endpoints, func(e endpoint) bool { return limits[e.workspace] != nil }) {
			list = append(list, j)
		}
	}
	return list
}

// inTurn orders jobs: those first that the last run left out, as its audit files say; where there are none, each run
// begins further on.
func (r *run) inTurn(jobs []*job) []*job {
	jobs = slices.Clone(jobs)
	if left, known := audit.LeftOut(r.path(r.opts.AuditDir)); known {
		place := func(j *job) int {
			if i := slices.Index(left, j.title); i >= 0 {
				return i
			}
			return len(left)
		}
		slices.SortStableFunc(jobs, func(a, b *job) int { return place(a) - place(b) })
		return jobs
	}
	number, err := strconv.Atoi(r.getenv("GITHUB_RUN_NUMBER"))
	if err != nil { // any order will do that no schedule can fall in step with
		at := r.Now().Format(time.RFC3339)
		slices.SortStableFunc(jobs, func(a, b *job) int { return int(spread(at+a.title)) - int(spread(at+b.title)) })
		return jobs
	}
	// As many further as surely fit, and one more after each time around.
	step := number * max(1, freeCalls/15)
	first := (step + step/len(jobs)) % len(jobs)
	return append(jobs[first:], jobs[:first]...)
}

func spread(s string) uint16 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s)) // a hash takes everything
	return uint16(h.Sum32())
}

// unitsOf puts those jobs together that are planned together.
func unitsOf(jobs []*job) [][]*job {
	var units [][]*job
	at := map[string]int{}
	for _, j := range jobs {
		if i, ok := at[j.target]; ok && j.target != "" {
			units[i] = append(units[i], j)
			continue
		}
		at[j.target] = len(units)
		units = append(units, []*job{j})
	}
	return units
}

// turn reads one sync after the other within the budgets.
type turn struct {
	rd       *reader
	applying bool
	results  map[*job]result
	order    []*job         // that were planned
	last     map[string]int // by budget: what the last one took to read
	kept     map[string]int // by budget: what is kept for carrying out and verifying
	likely   map[string]int // by budget: that of the last one with changes
	over     bool
}

// take reads a unit if the budgets hold it; whatever follows one that they do not hold is left out.
func (t *turn) take(ctx context.Context, unit []*job) {
	if t.results == nil {
		t.results, t.kept = map[*job]result{}, map[string]int{}
	}
	if t.over = t.over || !t.fits(); t.over {
		t.leaveOut(unit)
		return
	}
	t.rd.budgets.release()
	for id, b := range t.rd.budgets.limits() {
		b.Reserve(t.kept[id])
	}
	before := t.used()
	results := t.rd.make(ctx, unit)
	if len(t.order) > 0 && slices.ContainsFunc(results, func(m result) bool { return clockify.Exhausted(m.err) }) {
		t.over = true
		t.leaveOut(unit)
		return
	}
	cost := t.used()
	for id, n := range before {
		cost[id] -= n
	}
	for i, j := range unit {
		t.results[j] = results[i]
		t.order = append(t.order, j)
		t.keep(j, results[i], cost)
	}
	for id, n := range cost {
		if len(t.order) == len(unit) { // the first reads what others share
			cost[id] = (n + 1) / 2
		}
	}
	t.last = cost
}

// keep adds what carrying out and verifying a plan takes.
func (t *turn) keep(j *job, m result, cost map[string]int) {
	if !t.applying || m.plan == nil || m.plan.Empty() {
		return
	}
	j.plan = m.plan
	t.likely = map[string]int{}
	for id := range cost {
		n := min(j.verifyingOf(id), cost[id])
		if t.rd.loaded.Settings.Verify == "full" {
			n = cost[id]
		}
		for _, c := range m.plan.Changes {
			if id == "" || j.workspace(c) == id {
				n += c.Calls
			}
		}
		t.kept[id] += n
		t.likely[id] = n
	}
}

// fits reports whether the next unit may be read: it is taken to be like the last one, and like the last that had changes.
func (t *turn) fits() bool {
	for id, b := range t.rd.budgets.limits() {
		next := t.last[id] + t.likely[id]
		if len(t.order) > 0 && b.Used()+t.kept[id]+max(1, next) > b.Max() {
			return false
		}
	}
	return true
}

func (t *turn) used() map[string]int {
	used := map[string]int{}
	for id, b := range t.rd.budgets.limits() {
		used[id] = b.Used()
	}
	return used
}

func (t *turn) leaveOut(unit []*job) {
	for _, j := range unit {
		t.results[j] = result{err: errLeftOut}
	}
}

// leftOut names the jobs that are left for the next run: those that were not planned, in the order in which it takes
// them, and after them those that this run did.
func (r *run) leftOut() []string {
	var names []string
	for _, j := range r.turns {
		if errors.Is(j.err, errLeftOut) {
			names = append(names, j.title)
		}
	}
	return names
}

// leftOutError says how many are left.
func leftOutError(names []string) error {
	shown := names
	if len(shown) > 3 {
		shown = append(slices.Clone(names[:3]), fmt.Sprintf("and %d more", len(names)-3))
	}
	return fmt.Errorf("%w: %s left for the next run, which begins with %s: %s", clockify.ErrBudget,
		text.Count(len(names), "sync is", "syncs are"), text.Plural(len(names), "it", "them"), strings.Join(shown, ", "))
}
