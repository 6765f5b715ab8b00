package plan_test

import (
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// TestNarrow narrows a plan to everybody in turn: what a change needs comes along, in the order of the whole, and nobody's
// changes are lost.
func TestNarrow(t *testing.T) {
	t.Parallel()
	users, dir := company(60)
	for i := range dir.People {
		if dir.People[i].Capacity = 6 * time.Hour; i%2 == 0 {
			dir.People[i].Managers = nil
		}
	}
	dir.Groups = dir.Groups[:3]
	whole := plan.Compute(state.Spec{Users: users}, state.State{Users: dir})
	index := map[string]int{}
	for i, c := range whole.Changes {
		index[c.ID] = i
	}
	seen := map[string]bool{}
	for _, row := range users.People {
		one, last := whole.Narrow(row.Email), -1
		kept := map[string]bool{}
		for _, c := range one.Changes {
			if at := index[c.ID]; at <= last {
				t.Fatalf("%s: out of order", row.Email)
			} else {
				last = at
			}
			kept[c.ID], seen[c.ID] = true, true
		}
		for _, c := range one.Changes {
			for _, id := range c.Needs {
				if _, there := index[id]; there && !kept[id] {
					t.Errorf("%s: %s %s lacks what it needs", row.Email, c.Op, c.Ref.Name)
				}
			}
		}
		if len(one.Changes) >= len(whole.Changes) {
			t.Errorf("%s: %d of %d changes", row.Email, len(one.Changes), len(whole.Changes))
		}
	}
	for _, c := range whole.Changes {
		if c.Person != "" && c.Leaver == "" && !seen[c.ID] {
			t.Errorf("%s %s of %s is nobody's", c.Op, c.Ref.Kind, c.Person)
		}
	}
	if len(whole.Changes) < 60 {
		t.Errorf("%d changes are too few to show anything", len(whole.Changes))
	}
}
