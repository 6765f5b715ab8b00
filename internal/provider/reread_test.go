package provider_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// TestReread: a second reading looks at what was changed and at nothing else, and comes to what reading everything does.
func TestReread(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		set   func(*state.Users, *state.Directory)
		want  []string // looked at
		calls int
	}{
		{"three profiles", func(s *state.Users, _ *state.Directory) {
			for i := range 3 {
				s.People[50+i].Capacity = 4 * time.Hour
			}
		}, []string{"3 profiles"}, 3},
		{"half the profiles", func(s *state.Users, _ *state.Directory) {
			for i := range 200 {
				s.People[50+i].Capacity = 4 * time.Hour
			}
		}, []string{"everything"}, 5},
		{"one membership", func(_ *state.Users, d *state.Directory) {
			for i, g := range d.Groups {
				if len(g.Members) > 1 {
					d.Groups[i].Members = g.Members[1:]
					break
				}
			}
		}, []string{"groups"}, 1},
		{"one manager", func(_ *state.Users, d *state.Directory) {
			d.People[30].Managers = nil
		}, []string{"people", "groups"}, 2},
		{"a field and a profile", func(s *state.Users, _ *state.Directory) {
			s.Fields = append(s.Fields, state.Mapping{Column: "Desk", Field: "Desk"})
			for i := range s.People {
				s.People[i].Cells = append(s.People[i].Cells, state.Cell{Field: "Desk"})
			}
			s.People[50].Cells[len(s.People[50].Cells)-1].Text = "12"
		}, []string{"custom fields", "1 profile"}, 2},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			spec, dir := company(400)
			tc.set(spec, dir)
			r := newWeb(t).serve(t, dir, nil)
			w, _, p := r.read(spec)
			if p.Empty() {
				t.Fatal("there is nothing to change")
			}
			allDone(t, carryOut(w, p))
			r.ResetCalls()
			got, look, err := w.Reread(t.Context(), spec, p.Changes)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, look.Words()); diff != "" || r.Total() != tc.calls {
				t.Errorf("%d calls, want %d; looked at (-want +got):\n%s", r.Total(), tc.calls, diff)
			}
			_, want, again := r.read(spec)
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("read anew and read in part (-anew +part):\n%s", diff)
			}
			if left := compute(spec, got); !left.Empty() || !again.Empty() {
				t.Errorf("left: %+v", left.Changes)
			}
		})
	}
}

// TestRereadFinds: what went otherwise than the answers said is found, and so is what somebody else changed of it.
func TestRereadFinds(t *testing.T) {
	t.Parallel()
	spec, dir := busy()
	r := newWeb(t).serve(t, dir, nil)
	w, _, p := r.read(spec)
	allDone(t, carryOut(w, p))
	before := r.State()
	s := r.State()
	s.Workspaces[0].Members[5].WorkCapacity = "PT1H"
	s.Workspaces[0].Groups = s.Workspaces[0].Groups[1:]
	s.Workspaces[0].Roles = nil
	r.SetState(s)
	changes := append([]plan.Change{}, p.Changes...)
	got, _, err := w.Reread(t.Context(), spec, changes)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[plan.Kind]bool{}
	for _, c := range compute(spec, got).Changes {
		kinds[c.Ref.Kind] = true
	}
	if !kinds[plan.KindGroup] || !kinds[plan.KindManager] {
		t.Errorf("found %v", kinds)
	}
	r.SetState(before)
	if got, _, err = w.Reread(t.Context(), spec, changes); err != nil || !compute(spec, got).Empty() {
		t.Errorf("left %+v, error %v", compute(spec, got).Changes, err)
	}
}
