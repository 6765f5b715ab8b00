package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/model"
)

// inOrder returns a list sorted by the entries of its elements, so that the plan does not depend on the order in which
// they were read. It sorts small keys and looks at the entries only where those are equal: entries are large, and there
// may be a hundred thousand of them.
func inOrder[T any](list []T, entry func(T) *model.Entry) []T {
	type key struct {
		start       int64 // seconds
		project, at int32
	}
	ranks := map[projectKey]int32{}
	for _, x := range list {
		e := entry(x)
		ranks[projectKey{e.Client, e.Project}] = 0
	}
	projects := make([]projectKey, 0, len(ranks))
	for p := range ranks {
		projects = append(projects, p)
	}
	slices.SortFunc(projects, func(a, b projectKey) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.client, b.client))
	})
	for i, p := range projects {
		ranks[p] = int32(i)
	}
	keys := make([]key, len(list))
	for i, x := range list {
		e := entry(x)
		keys[i] = key{e.Start.Unix(), ranks[projectKey{e.Client, e.Project}], int32(i)}
	}
	slices.SortFunc(keys, func(a, b key) int {
		switch {
		case a.project != b.project:
			return int(a.project - b.project)
		case a.start != b.start:
			return cmp.Compare(a.start, b.start)
		}
		return order(entry(list[a.at]), entry(list[b.at]))
	})
	out := make([]T, len(list))
	for i, k := range keys {
		out[i] = list[k.at]
	}
	return out
}

func entryOf(e *model.Entry) *model.Entry { return e }
func wantOf(j *job) *model.Entry          { return &j.want }

// order sorts entries by project, start, end, description and then all the rest.
func order(a, b *model.Entry) int {
	for _, compare := range orders {
		if c := compare(a, b); c != 0 {
			return c
		}
	}
	return cmp.Or(strings.Compare(a.Link, b.Link), strings.Compare(a.Handle, b.Handle))
}

var orders = []func(a, b *model.Entry) int{slot, content, attributes}

// slot compares project and start.
func slot(a, b *model.Entry) int {
	if c := strings.Compare(a.Project, b.Project); c != 0 {
		return c
	}
	if c := strings.Compare(a.Client, b.Client); c != 0 {
		return c
	}
	return a.Start.Compare(b.Start)
}

// content compares what tells twins within a slot.
func content(a, b *model.Entry) int {
	if c := a.End.Compare(b.End); c != 0 {
		return c
	}
	return strings.Compare(a.Description, b.Description)
}

// attributes compares what may differ between twins.
func attributes(a, b *model.Entry) int {
	return cmp.Or(asNumber(a.Billable)-asNumber(b.Billable), asNumber(a.Break)-asNumber(b.Break), strings.Compare(a.Task, b.Task), slices.Compare(a.Tags, b.Tags))
}

func asNumber(b bool) int {
	if b {
		return 1
	}
	return 0
}
