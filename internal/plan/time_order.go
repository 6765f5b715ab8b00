package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// inOrder returns a list sorted by the entries of its elements, so that the plan does not depend on the order in which
// they were read. It sorts small keys and looks at the entries only where those are equal: entries are large, and there
// may be a hundred thousand of them.
func inOrder[T any](list []T, entry func(T) *state.Entry) []T {
	type key struct {
		start int64 // seconds
		at    int32
	}
	met := map[projectKey]int32{} // the projects in the order they are met
	var projects []projectKey
	of := make([]int32, len(list)) // which of them each element is of
	for i, x := range list {
		e := entry(x)
		p := projectKey{e.Client, e.Project}
		n, known := met[p]
		if !known {
			n = int32(len(projects))
			met[p] = n
			projects = append(projects, p)
		}
		of[i] = n
	}
	slices.SortFunc(projects, func(a, b projectKey) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.client, b.client))
	})
	rank := make([]int32, len(projects))
	for i, p := range projects {
		rank[met[p]] = int32(i)
	}
	// Clockify lists entries by their start (docs/clockify-api.md#entries-of-a-person), so within a project there is mostly nothing to sort.
	ends := make([]int, len(projects)+1) // where each project's keys end
	for _, n := range of {
		ends[rank[n]+1]++
	}
	for i := range projects {
		ends[i+1] += ends[i]
	}
	keys := make([]key, len(list))
	free := slices.Clone(ends)
	for i, x := range list {
		at := &free[rank[of[i]]]
		keys[*at] = key{entry(x).Start.Unix(), int32(i)}
		*at++
	}
	for i := range projects {
		slices.SortFunc(keys[ends[i]:ends[i+1]], func(a, b key) int {
			if a.start != b.start {
				return cmp.Compare(a.start, b.start)
			}
			return order(entry(list[a.at]), entry(list[b.at]))
		})
	}
	out := make([]T, len(list))
	for i, k := range keys {
		out[i] = list[k.at]
	}
	return out
}

func entryOf(e *state.Entry) *state.Entry { return e }
func wantOf(j *job) *state.Entry          { return &j.want }

// order sorts entries by project, start, end, description and then all the rest.
func order(a, b *state.Entry) int {
	for _, compare := range orders {
		if c := compare(a, b); c != 0 {
			return c
		}
	}
	return cmp.Or(strings.Compare(a.Link, b.Link), strings.Compare(a.ID, b.ID))
}

var orders = []func(a, b *state.Entry) int{slot, content, attributes}

// slot compares project and start.
func slot(a, b *state.Entry) int {
	if c := strings.Compare(a.Project, b.Project); c != 0 {
		return c
	}
	if c := strings.Compare(a.Client, b.Client); c != 0 {
		return c
	}
	return a.Start.Compare(b.Start)
}

// content compares what tells twins within a slot.
func content(a, b *state.Entry) int {
	if c := a.End.Compare(b.End); c != 0 {
		return c
	}
	return strings.Compare(a.Description, b.Description)
}

// attributes compares what may differ between twins.
func attributes(a, b *state.Entry) int {
	return cmp.Or(asNumber(a.Billable)-asNumber(b.Billable), asNumber(a.Break)-asNumber(b.Break), strings.Compare(a.Task, b.Task), slices.Compare(a.Tags, b.Tags))
}

func asNumber(b bool) int {
	if b {
		return 1
	}
	return 0
}
