package plan

import (
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Narrow returns the plan with what concerns one person, by email, and what that needs: it was planned and guarded as a
// whole. A group that is made for them comes with its manager.
func (p *Plan) Narrow(email string) *Plan {
	at, keep, made := map[string]int{}, map[int]bool{}, map[string]bool{}
	for i, c := range p.Changes {
		at[c.ID] = i
	}
	var add func(int)
	add = func(i int) {
		if keep[i] {
			return
		}
		keep[i] = true
		c := p.Changes[i]
		if g, ok := c.Do.(Group); ok && c.Op == Create {
			made[g.Name] = true
		}
		for _, id := range c.Needs {
			if j, ok := at[id]; ok {
				add(j)
			}
		}
	}
	for i, c := range p.Changes {
		if c.Leaver == email || c.Person == email && c.Leaver == "" { // what another leaver loses is not this one's
			add(i)
		}
	}
	for i, c := range p.Changes {
		if m, ok := c.Do.(Manager); ok && c.Op == Create && made[m.Group] {
			add(i)
		}
	}
	q := *p
	q.Changes, q.Calls.Needed = nil, 0
	for i, c := range p.Changes {
		if keep[i] {
			q.Changes = append(q.Changes, c)
			q.Calls.Needed += c.Calls
		}
	}
	q.Findings = slices.DeleteFunc(slices.Clone(p.Findings), func(f state.Finding) bool {
		return f.Name != email && f.Level != state.LevelProblem && !slices.Contains(f.Values, email)
	})
	return &q
}
