package plan

import (
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// compare mirrors by content: twins are left alone, what differs in the end or the description alone is edited, and the
// rest is made. What no source entry explains is noted: it may be the person's own.
func (m *mirror) compare() {
	jobs := make([]*job, 0, len(m.jobs))
	for i := range m.jobs {
		if m.inside(m.jobs[i].source.Start) {
			jobs = append(jobs, &m.jobs[i])
		}
	}
	var twins []*state.Entry
	for i := range m.have.Destination.Entries {
		if e := &m.have.Destination.Entries[i]; m.ours(e) {
			twins = append(twins, e)
		}
	}
	m.room(len(jobs) - len(twins))
	m.walk(jobs, twins, func(jobs []*job, twins []*state.Entry, equal []int) {
		edits := pairEdits(jobs, twins)
		edited := make([]bool, len(twins))
		for i, j := range jobs {
			if d := edits[i]; d >= 0 {
				edited[d] = true
				m.update(j, twins[d])
			} else {
				m.create(j, equal[i])
			}
		}
		for d, e := range twins {
			if !edited[d] {
				m.unexplained(e)
			}
		}
	})
}

// room makes room for changes that are certain, so that a large first run does not outgrow its list again and again.
func (m *mirror) room(changes int) { m.plan.Changes = slices.Grow(m.plan.Changes, max(0, changes)) }

// ours reports whether a destination entry is one that a source entry of the window may explain.
func (m *mirror) ours(e *state.Entry) bool {
	return !e.End.IsZero() && !e.TimeOff && m.inside(e.Start) && m.mapped[projectKey{e.Client, e.Project}]
}

func (m *mirror) unexplained(e *state.Entry) {
	m.note(state.FindingNoSource, label(e), "in the destination alone; left as they are", e)
}

// walk pairs twins, which are of one project, start, end and description, and hands over what is left in each project at
// each start. Twins are counted: two equal entries stay two. equal is how many twins a job's content has.
func (m *mirror) walk(jobs []*job, twins []*state.Entry, rest func(jobs []*job, twins []*state.Entry, equal []int)) {
	jobs, twins = inOrder(jobs, wantOf), inOrder(twins, entryOf)
	for len(jobs) > 0 || len(twins) > 0 {
		var first *state.Entry
		if len(jobs) > 0 {
			first = &jobs[0].want
		}
		if first == nil || len(twins) > 0 && slot(twins[0], first) < 0 {
			first = twins[0]
		}
		n := run(len(jobs), func(i int) bool { return slot(&jobs[i].want, first) == 0 })
		d := run(len(twins), func(i int) bool { return slot(twins[i], first) == 0 })
		leftJobs, leftTwins, equal := m.pair(jobs[:n], twins[:d])
		if len(leftJobs) > 0 || len(leftTwins) > 0 {
			rest(leftJobs, leftTwins, equal)
		}
		jobs, twins = jobs[n:], twins[d:]
	}
}

// run is how many of the first n hold.
func run(n int, holds func(int) bool) int {
	for i := range n {
		if !holds(i) {
			return i
		}
	}
	return n
}

// pair pairs the twins among entries of one project and start.
func (m *mirror) pair(jobs []*job, twins []*state.Entry) (leftJobs []*job, leftTwins []*state.Entry, equal []int) {
	for len(jobs) > 0 && len(twins) > 0 {
		first := &jobs[0].want
		if content(twins[0], first) < 0 {
			first = twins[0]
		}
		n := run(len(jobs), func(i int) bool { return content(&jobs[i].want, first) == 0 })
		d := run(len(twins), func(i int) bool { return content(twins[i], first) == 0 })
		if n > 0 && d > 0 {
			a, b := m.alike(jobs[:n], m.free(twins[:d]))
			k := min(len(a), len(b))
			for i := range k {
				m.update(a[i], b[i])
			}
			for range a[k:] {
				equal = append(equal, d)
			}
			leftJobs, leftTwins = append(leftJobs, a[k:]...), append(leftTwins, b[k:]...)
		} else {
			leftJobs, leftTwins = append(leftJobs, jobs[:n]...), append(leftTwins, twins[:d]...)
			equal = append(equal, make([]int, n)...)
		}
		jobs, twins = jobs[n:], twins[d:]
	}
	return append(leftJobs, jobs...), m.free(append(leftTwins, twins...)), append(equal, make([]int, len(jobs))...)
}

// free are the entries that stand for no source entry of another sync.
func (m *mirror) free(twins []*state.Entry) []*state.Entry {
	if len(m.have.Matched) == 0 {
		return twins
	}
	return slices.DeleteFunc(slices.Clone(twins), func(e *state.Entry) bool { return m.have.Matched[e.ID] })
}

// alike pairs twins that are the same in everything, so that they stay as they are, and returns the others.
func (m *mirror) alike(jobs []*job, twins []*state.Entry) (otherJobs []*job, otherTwins []*state.Entry) {
	for len(jobs) > 0 && len(twins) > 0 {
		switch c := attributes(&jobs[0].want, twins[0]); {
		case c < 0:
			otherJobs, jobs = append(otherJobs, jobs[0]), jobs[1:]
		case c > 0:
			otherTwins, twins = append(otherTwins, twins[0]), twins[1:]
		default:
			m.update(jobs[0], twins[0]) // notes what is not carried, and marks
			jobs, twins = jobs[1:], twins[1:]
		}
	}
	return append(otherJobs, jobs...), append(otherTwins, twins...)
}

// pairEdits pairs as many entries of one project and start as it can, each with one of the same end or the same
// description, so that as few as possible are made anew. It returns each job's twin, or -1.
func pairEdits(jobs []*job, twins []*state.Entry) []int {
	e := edits{jobs: jobs, twin: make([]int, len(jobs)), owner: make([]int, len(twins))}
	for i := range e.twin {
		e.twin[i] = -1
	}
	if len(jobs) == 0 || len(twins) == 0 {
		return e.twin
	}
	e.byText, e.byEnd = map[string][]int{}, map[time.Time][]int{}
	for d, t := range twins {
		e.owner[d] = -1
		e.byText[t.Description] = append(e.byText[t.Description], d)
		e.byEnd[t.End.UTC()] = append(e.byEnd[t.End.UTC()], d)
	}
	free := [2]map[any]int{{}, {}} // how far each list is used up, so that the common case takes one look
	for kind := range free {
		for i := range jobs {
			if e.twin[i] >= 0 {
				continue
			}
			key, list := e.near(i, kind)
			for n := free[kind][key]; n < len(list); n++ {
				free[kind][key] = n + 1
				if e.owner[list[n]] < 0 {
					e.twin[i], e.owner[list[n]] = list[n], i
					break
				}
			}
		}
	}
	e.round, e.lists, e.tried = 1, map[any]int{}, make([]int, len(twins))
	for i := range jobs {
		if e.twin[i] < 0 && e.augment(i) {
			e.round++
		}
	}
	return e.twin
}

// edits is a bipartite matching found by augmenting paths. Jobs and twins meet in lists by description and by end, so
// that many entries of one start need no table of all pairs.
type edits struct {
	jobs   []*job
	twin   []int // of each job
	owner  []int // of each twin
	byText map[string][]int
	byEnd  map[time.Time][]int

	// In which round a list or a twin was last looked at. A round ends when a path is found; until then what was looked at
	// leads nowhere, or is on the path that is being tried.
	round int
	lists map[any]int
	tried []int
}

// near lists the twins of the job's description (kind 0) or end (kind 1), with a key for the list.
func (e *edits) near(i, kind int) (any, []int) {
	w := &e.jobs[i].want
	if kind == 0 {
		return w.Description, e.byText[w.Description]
	}
	return w.End.UTC(), e.byEnd[w.End.UTC()]
}

// augment finds the job a twin, moving others to another one of theirs where it must.
func (e *edits) augment(i int) bool {
	for kind := range 2 {
		key, list := e.near(i, kind)
		if e.lists[key] == e.round {
			continue
		}
		e.lists[key] = e.round
		for _, d := range list {
			if e.tried[d] == e.round {
				continue
			}
			e.tried[d] = e.round
			if e.owner[d] < 0 || e.augment(e.owner[d]) {
				e.twin[i], e.owner[d] = d, i
				return true
			}
		}
	}
	return false
}
