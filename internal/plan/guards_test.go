package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// people writes n lines, each with its number.
func people(n int, line string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, line+"\n", i)
	}
	return b.String()
}

// TestGuardsByAttribute: what is over a guard waits whole, and nothing else does.
func TestGuardsByAttribute(t *testing.T) {
	t.Parallel()
	two := state.Limit{Count: 2}
	team := "person owner@x owner\n person old@x\n person new@x\n group Old = p0@x p1@x p2@x | old@x\n group New = | new@x\n" +
		people(3, "person p%d@x mgr=old@x cap=7h A=1 B=1") + "field A TXT\n field B TXT"
	checkUsers(t, []userCase{
		{
			name: "moves: both halves and the group's roles wait, hours and fields do not",
			have: team, csv: people(3, "p%d@x new@x A=1 B=1"),
			set: func(u *state.Users) { u.Guards.MaxChanges = state.Limit{Count: 2}; u.NoHours = true },
			want: `
				assign create manager p0@x manager: none -> new@x [gated max_changes]
				assign create manager p1@x manager: none -> new@x [gated max_changes]
				assign create manager p2@x manager: none -> new@x [gated max_changes]
				assign create membership p0@x group: none -> New [gated max_changes]
				assign create membership p1@x group: none -> New [gated max_changes]
				assign create membership p2@x group: none -> New [gated max_changes]
				remove delete manager p0@x manager: old@x -> none [gated max_changes]
				remove delete manager p1@x manager: old@x -> none [gated max_changes]
				remove delete manager p2@x manager: old@x -> none [gated max_changes]
				remove delete membership p0@x group: Old -> none [gated max_changes]
				remove delete membership p1@x group: Old -> none [gated max_changes]
				remove delete membership p2@x group: Old -> none [gated max_changes]
			`,
		},
		{
			name: "hours with their working days",
			have: team, csv: people(3, "p%d@x old@x A=1 B=1"),
			set: func(u *state.Users) { u.Guards.MaxChanges = two },
			want: `
				profiles update profile p0@x capacity: PT7H -> PT8H [gated max_changes]
				profiles update profile p1@x capacity: PT7H -> PT8H [gated max_changes]
				profiles update profile p2@x capacity: PT7H -> PT8H [gated max_changes]
			`,
		},
		{
			name: "each field on its own, by people: one is over, the other is not",
			have: team, csv: people(3, "p%d@x old@x cap=7h A= B=") + "p9@x old@x",
			set: func(u *state.Users) {
				u.Guards.MaxRemovals = two
				u.People[2].Cells[1].Text, u.People = "1", u.People[:3]
			},
			want: `
				profiles delete profile p0@x A: 1 -> none [gated max_removals] (blank)
				profiles delete profile p0@x B: 1 -> none (blank)
				profiles delete profile p1@x A: 1 -> none [gated max_removals] (blank)
				profiles delete profile p1@x B: 1 -> none (blank)
				profiles delete profile p2@x A: 1 -> none [gated max_removals] (blank)
			`,
		},
		{
			name: "a first value waits with the changes of its attribute, but not that of who comes",
			have: team + "\n person q@x mgr=old@x cap=7h", csv: people(3, "p%d@x old@x cap=7h A=2 B=1") + "q@x old@x cap=7h A=5\n r@x old@x cap=7h A=6",
			set: func(u *state.Users) { u.Guards.MaxChanges, u.Invite = two, true },
			want: `
				provision create person r@x status: none -> invited (new)
				profiles update profile p0@x A: 1 -> 2 [gated max_changes]
				profiles update profile p1@x A: 1 -> 2 [gated max_changes]
				profiles update profile p2@x A: 1 -> 2 [gated max_changes]
				profiles update profile q@x A: none -> 5 [gated max_changes]
				profiles update profile r@x capacity: none -> PT7H; A: none -> 6
				assign create manager r@x manager: none -> old@x
				assign create membership q@x group: none -> Old
				assign create membership r@x group: none -> Old
			`,
		},
		{
			name: "reactivations, and what is done for those who come back",
			have: "person owner@x owner\n" + people(3, "person p%d@x inactive cap=7h mgr=owner@x") + "person rep@x mgr=owner@x\n group Owner = rep@x p0@x p1@x p2@x | owner@x",
			csv:  people(3, "p%d@x owner@x") + "rep@x p0@x",
			set:  func(u *state.Users) { u.Guards.MaxReactivations = two },
			want: `
				cleanup create group P0 name: none -> P0 [gated max_reactivations]
				cleanup update person p0@x status: inactive -> active [gated max_reactivations] (inactive)
				cleanup update person p1@x status: inactive -> active [gated max_reactivations] (inactive)
				cleanup update person p2@x status: inactive -> active [gated max_reactivations] (inactive)
				cleanup update profile p0@x capacity: PT7H -> PT8H [gated max_reactivations]
				cleanup update profile p1@x capacity: PT7H -> PT8H [gated max_reactivations]
				cleanup update profile p2@x capacity: PT7H -> PT8H [gated max_reactivations]
				cleanup create manager P0 team manager: none -> p0@x [gated max_reactivations]
				cleanup create manager rep@x manager: none -> p0@x [gated max_reactivations]
				cleanup create membership rep@x group: none -> P0 [gated max_reactivations]
				cleanup delete manager rep@x manager: owner@x -> none [gated max_reactivations]
				cleanup delete membership rep@x group: Owner -> none [gated max_reactivations]
			`,
		},
		{
			name: "invitations",
			have: "person owner@x owner", csv: people(3, "p%d@x -"),
			set: func(u *state.Users) { u.Guards.MaxInvitations, u.Invite, u.FallbackManager = two, true, "" },
			want: `
				cleanup create person p0@x status: none -> invited [gated max_invitations] (new)
				cleanup create person p1@x status: none -> invited [gated max_invitations] (new)
				cleanup create person p2@x status: none -> invited [gated max_invitations] (new)
				cleanup update profile p0@x capacity: none -> PT8H [gated max_invitations]
				cleanup update profile p1@x capacity: none -> PT8H [gated max_invitations]
				cleanup update profile p2@x capacity: none -> PT8H [gated max_invitations]
				finding keeps_manager p0@x @users.csv:2:2: no_manager
				finding keeps_manager p1@x @users.csv:3:2: no_manager
				finding keeps_manager p2@x @users.csv:4:2: no_manager
			`,
		},
		{
			name: "a file of strangers is refused",
			have: base, csv: "ann@x owner@x\n" + people(3, "p%d@y ann@x"),
			set: func(u *state.Users) { u.Guards.MinKnown = 0.5 },
			want: `
				refused guards.min_known: guard, 1 of 4, limit 2, 25% would do
				finding not_in_workspace p0@y @users.csv:3:1: new
				finding not_in_workspace p1@y @users.csv:4:1: new
				finding not_in_workspace p2@y @users.csv:5:1: new
			`,
		},
		{
			name: "where people are invited that is for max_invitations",
			have: base, csv: "ann@x owner@x\n" + people(2, "p%d@y -"),
			set: func(u *state.Users) {
				u.Guards.MinKnown, u.Invite, u.FallbackManager, u.Guards.MaxInvitations = 0.5, true, "", state.Limit{}
			},
			want: `
				cleanup create person p0@y status: none -> invited [gated max_invitations] (new)
				cleanup create person p1@y status: none -> invited [gated max_invitations] (new)
				cleanup update profile p0@y capacity: none -> PT8H [gated max_invitations]
				cleanup update profile p1@y capacity: none -> PT8H [gated max_invitations]
				finding keeps_manager p0@y @users.csv:3:2: no_manager
				finding keeps_manager p1@y @users.csv:4:2: no_manager
			`,
		},
		{
			name: "in another workspace than before everything waits",
			have: base, csv: "bob@x ann@x cap=4h",
			set: func(u *state.Users) { u.OtherWorkspace = true },
			want: `
				profiles update profile bob@x capacity: PT8H -> PT4H [gated workspace.id]
			`,
		},
	})
}

// TestGuardBases: a guard goes by those concerned before the run, protected ones left out, and rows that are added to the
// file do not move it.
func TestGuardBases(t *testing.T) {
	t.Parallel()
	have := "person owner@x owner\n person old@x\n person new@x\n group Old = " + strings.Repeat("p%d@x ", 0) + "| old@x\n" +
		people(8, "person p%d@x mgr=old@x A=1") + people(4, "person vip%d@x mgr=old@x A=1") + people(3, "person gone%d@x inactive mgr=old@x A=1") + "field A TXT"
	figures := func(csv string) (all []plan.Exceeded) {
		spec := declares(t, csv)
		spec.Invite, spec.Protect.Users = true, []string{"vip*"}
		spec.Guards.MaxChanges = state.Limit{Share: 0.25}
		return compute(spec, workspace(t, have)).Exceeded
	}
	rows := people(8, "p%d@x new@x cap=4h A=2")
	got := figures(rows)
	if len(got) != 3 {
		t.Fatalf("%d guards are exceeded, want three: %+v", len(got), got)
	}
	bases := map[string]plan.Figures{"hours": {Have: 8, Limit: 2, Base: 11, Allow: "73%"}, "A": {Have: 8, Limit: 2, Base: 8, Allow: "100%"}, "manager": {Have: 8, Limit: 2, Base: 8, Allow: "100%"}}
	for _, x := range got {
		if x.Guard != plan.MaxChanges || x.Figures != bases[x.Attribute] {
			t.Errorf("%s: %+v, want %+v", x.Attribute, x.Figures, bases[x.Attribute])
		}
	}
	if more := figures(rows + people(5, "new%d@x new@x A=3") + "old@x owner@x A=9\n vip0@x new@x A=4"); !slices.Equal(got, more) {
		t.Errorf("with more rows: %+v, want %+v", more, got)
	}
}

// TestAllowedValue: the value that would allow it is one that the config takes, also where more come than there are.
func TestAllowedValue(t *testing.T) {
	t.Parallel()
	spec := declares(t, "owner@x ann@x\n "+people(9, "new%d@x ann@x"))
	spec.Invite, spec.Guards.MaxInvitations = true, state.Limit{Share: 0.1, Floor: 1}
	got := compute(spec, workspace(t, "person owner@x owner\n person ann@x")).Exceeded
	if len(got) != 1 || got[0].Guard != plan.MaxInvitations || got[0].Allow != "9" {
		t.Errorf("got %+v, want invitations that a limit of 9 allows", got)
	}
}

// TestStillProtected: what was protected before a run is so when it is planned again to verify it.
func TestStillProtected(t *testing.T) {
	t.Parallel()
	have := base + "person p@x mgr=ann@x C=%s\n group Spain = bob@x |\n field C TXT"
	spec := declares(t, baseCSV+"p@x ann@x C=Portugal")
	spec.DeleteUnmanaged, spec.Protect = true, state.Protect{Column: "C", Field: "C", Values: []string{"Portugal"}}
	before := compute(spec, workspace(t, fmt.Sprintf(have, "Spain")))
	after := workspace(t, fmt.Sprintf(have, "Portugal"))
	if len(compute(spec, after).Gated()) != 1 {
		t.Error("nobody holds the value any more, and its group is still protected")
	}
	if gated := compute(plan.StillProtected(spec, before), after).Gated(); len(before.Gated())+len(gated) > 0 {
		t.Errorf("the run that moved the last person away deletes the group: %v", gated)
	}
}

// TestKinds: every kind is in the table, and is what its action says.
func TestKinds(t *testing.T) {
	t.Parallel()
	actions := []plan.Action{
		plan.CustomField{},
		plan.Group{},
		plan.Person{},
		plan.Profile{},
		plan.Membership{},
		plan.Manager{},
		plan.Project{},
		plan.Tag{},
		plan.Task{},
		plan.Entry{},
	}
	if len(actions) != len(plan.Kinds) {
		t.Errorf("%d actions and %d kinds", len(actions), len(plan.Kinds))
	}
	for _, a := range actions {
		if info := a.Kind().Info(); info.Kind != a.Kind() || info.One == "" || info.Many == "" || info.One == string(info.Kind) && strings.Contains(info.One, "_") {
			t.Errorf("%T is not in the table of kinds: %+v", a, info)
		}
	}
}
