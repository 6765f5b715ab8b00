package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// sortByEntry returns a list sorted by the entries of its elements, so that the plan does not depend on the order in
// which they were read.
func sortByEntry[T any](list []T, entry func(T) *state.Entry) []T {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b T) int { return compareEntries(entry(a), entry(b)) })
	return out
}

func entryOf(e *state.Entry) *state.Entry { return e }
func wantOf(p *pair) *state.Entry         { return &p.want }

// compareEntries orders entries by project, start, end, description and then all the rest.
func compareEntries(a, b *state.Entry) int {
	if c := compareSlot(a, b); c != 0 {
		return c
	}
	if c := compareContent(a, b); c != 0 {
		return c
	}
	if c := compareAttributes(a, b); c != 0 {
		return c
	}
	return cmp.Or(strings.Compare(a.Link, b.Link), strings.Compare(a.ID, b.ID))
}

// compareSlot compares project and start.
func compareSlot(a, b *state.Entry) int {
	if c := strings.Compare(a.Project, b.Project); c != 0 {
		return c
	}
	if c := strings.Compare(a.Client, b.Client); c != 0 {
		return c
	}
	return a.Start.Compare(b.Start)
}

// compareContent compares end and description: what tells twins within a slot.
func compareContent(a, b *state.Entry) int {
	if c := a.End.Compare(b.End); c != 0 {
		return c
	}
	return strings.Compare(a.Description, b.Description)
}

// compareAttributes compares what may differ between twins.
func compareAttributes(a, b *state.Entry) int {
	return cmp.Or(
		boolInt(a.Billable)-boolInt(b.Billable),
		boolInt(a.Break)-boolInt(b.Break),
		strings.Compare(a.Task, b.Task),
		slices.Compare(a.Tags, b.Tags),
	)
}

// sameContent reports whether two entries are twins: of one project, start, end and description.
func sameContent(a, b *state.Entry) bool { return compareSlot(a, b) == 0 && compareContent(a, b) == 0 }

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
