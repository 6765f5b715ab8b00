package plan

import (
	"cmp"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Compute plans what is declared and was read: users, time syncs or both. A part that is in only one of the two is left
// out. Nothing is ever planned for a part with a refusal or problem that could be run: see Plan.Blocked.
func Compute(spec state.Spec, have state.State) *Plan {
	parts := []*Plan{{Findings: spec.Findings, Problems: spec.Problems}}
	if spec.Users != nil && have.Users != nil {
		parts = append(parts, users(spec.Users, have.Users))
	}
	plans := ComputeTime(spec.Time, have.Time)
	for _, sync := range spec.Time {
		parts = append(parts, plans[sync.Name])
	}
	return Join(parts...)
}

// finish gives the changes their order, ids and needs.
func finish(p *Plan, needs func(changes []Change)) {
	for i := range p.Changes {
		c := &p.Changes[i]
		c.ID = identify(c)
		if c.Calls == 0 {
			c.Calls = 1
		}
		p.Calls.Needed += c.Calls
	}
	sortChanges(p.Changes)
	needs(p.Changes)
	slices.SortStableFunc(p.Findings, func(a, b state.Finding) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Person, b.Person), cmp.Compare(a.Cause, b.Cause), cmp.Compare(a.About, b.About),
			slices.CompareFunc(a.Entries, b.Entries, func(x, y state.Entry) int { return compareEntries(&x, &y) }))
	})
	slices.SortStableFunc(p.Problems, func(a, b state.Problem) int {
		return cmp.Or(cmp.Compare(a.Source.File, b.Source.File), cmp.Compare(a.Source.Line, b.Source.Line),
			cmp.Compare(a.Source.Column, b.Source.Column), cmp.Compare(a.Text, b.Text))
	})
}

// sortChanges orders the changes, equal ones as they were. Changes are large and may be many: places are sorted, and every
// change is then moved once.
func sortChanges(changes []Change) {
	from := make([]int32, len(changes)) // which change belongs at each place
	for i := range from {
		from[i] = int32(i)
	}
	slices.SortFunc(from, func(a, b int32) int { return cmp.Or(compare(&changes[a], &changes[b]), cmp.Compare(a, b)) })
	for start := range from {
		first := changes[start]
		for at := int32(start); from[at] != at; {
			next := from[at]
			from[at] = at
			if next == int32(start) {
				changes[at] = first
				break
			}
			changes[at] = changes[next]
			at = next
		}
	}
}

// compare orders changes as they are run: by phase, and within one so that what others may need comes first.
func compare(a, b *Change) int {
	return cmp.Or(
		cmp.Compare(slices.Index(Phases, a.Phase), slices.Index(Phases, b.Phase)),
		cmp.Compare(place(a), place(b)),
		cmp.Compare(a.Ref.Name, b.Ref.Name),
		slices.CompareFunc(a.Fields, b.Fields, func(x, y Field) int {
			return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Before, y.Before), cmp.Compare(x.After, y.After))
		}),
		cmp.Compare(a.Ordinal, b.Ordinal),
		cmp.Compare(a.ID, b.ID),
	)
}
