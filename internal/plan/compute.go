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
	p.Changes = sortChanges(p.Changes)
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

// sortChanges returns the changes in the order they are run in: by phase, and within one so that what others may need comes first. They
// are large, and there may be very many: small keys are sorted, and every change is copied once.
func sortChanges(changes []Change) []Change {
	type key struct{ rank, at int }
	keys := make([]key, len(changes))
	after := renames(changes)
	for i := range changes {
		c := &changes[i]
		keys[i] = key{slices.Index(Phases, c.Phase)<<48 | place(c)<<32 | after[i], i}
	}
	slices.SortFunc(keys, func(a, b key) int {
		if a.rank != b.rank {
			return cmp.Compare(a.rank, b.rank)
		}
		return cmp.Or(compare(&changes[a.at], &changes[b.at]), cmp.Compare(a.at, b.at))
	})
	ordered := make([]Change, len(changes))
	for i, k := range keys {
		ordered[i] = changes[k.at]
	}
	return ordered
}

// renames says of each group that takes a name which another one gives up how many renamings have to come before.
func renames(changes []Change) map[int]int {
	to := map[string]string{} // new names by the old ones
	for i := range changes {
		if do, ok := changes[i].Do.(Group); ok && changes[i].Op == Update {
			to[do.Name] = do.NewName
		}
	}
	if len(to) == 0 {
		return nil
	}
	after := map[int]int{}
	for i := range changes {
		do, ok := changes[i].Do.(Group)
		if !ok || changes[i].Op == Delete {
			continue
		}
		name := do.Name
		if changes[i].Op == Update {
			name = do.NewName
		}
		for next, given := to[name]; given && after[i] < len(to); next, given = to[next] {
			after[i]++
		}
	}
	return after
}

// compare orders changes of one place in a phase.
func compare(a, b *Change) int {
	return cmp.Or(
		cmp.Compare(a.Ref.Name, b.Ref.Name),
		slices.CompareFunc(a.Fields, b.Fields, func(x, y Field) int {
			return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Before, y.Before), cmp.Compare(x.After, y.After))
		}),
		cmp.Compare(a.Ordinal, b.Ordinal),
		cmp.Compare(a.ID, b.ID),
	)
}
