package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

type userCase struct {
	name string
	have string
	csv  string
	set  func(*state.Users)
	dir  func(*state.Directory)
	want string
	kept bool // show the finding about absent people who are kept
}

func checkUsers(t *testing.T, cases []userCase) {
	t.Helper()
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			spec, dir := declares(t, tc.csv), workspace(t, tc.have)
			if tc.set != nil {
				tc.set(spec)
			}
			if tc.dir != nil {
				tc.dir(dir)
			}
			p := compute(spec, dir)
			if !tc.kept && spec.Absent != state.AbsentDeactivate {
				p.Findings = slices.DeleteFunc(p.Findings, func(f state.Finding) bool { return f.Kind == state.FindingAbsent })
			}
			if diff := cmp.Diff(lines(tc.want), render(p)); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			checkNeeds(t, p)
		})
	}
}

// checkNeeds holds what apply relies on: ids are unique, needs point to earlier changes and never to a later phase.
func checkNeeds(t rapid.TB, p *plan.Plan) {
	t.Helper()
	place := map[string]int{}
	for i, c := range p.Changes {
		if _, twice := place[c.ID]; twice {
			t.Errorf("two changes have the id %s: %s", c.ID, renderChange(c))
		}
		for _, id := range c.Needs {
			at, known := place[id]
			switch {
			case !known:
				t.Errorf("needs what is not earlier in the plan: %s", renderChange(c))
			case slices.Index(plan.Phases, p.Changes[at].Phase) > slices.Index(plan.Phases, c.Phase):
				t.Errorf("needs what is of a later phase: %s", renderChange(c))
			case p.Changes[at].Gated && !c.Gated:
				t.Errorf("a routine change needs a gated one: %s", renderChange(c))
			}
		}
		place[c.ID] = i
	}
}

// base is a workspace where nothing is to do for baseCSV.
const base = `
	person owner@x owner mgr=ann@x
	person ops@x mgr=owner@x
	person ann@x mgr=owner@x
	person bob@x mgr=ann@x
	group Owner = ann@x ops@x | owner@x
	group Ann = bob@x owner@x | ann@x
	group Other_functions = | ops@x
`

const baseCSV = `
	owner@x ann@x
	ops@x owner@x
	ann@x owner@x
	bob@x ann@x
`

func TestManagers(t *testing.T) {
	t.Parallel()
	checkUsers(t, []userCase{
		{
			name: "nothing to do",
			have: base,
			csv:  baseCSV,
		},
		{
			name: "first run: a group per manager, role on the person and on the group",
			have: `person owner@x owner
				person ops@x
				person ann@x
				person bob@x`,
			csv: "ops@x owner@x\n ann@x owner@x\n bob@x ann@x",
			want: `
				provision create group Ann name: none -> Ann
				provision create group Owner name: none -> Owner
				assign create manager Ann team manager: none -> ann@x
				assign create manager Owner team manager: none -> owner@x
				assign create manager ann@x manager: none -> owner@x
				assign create manager bob@x manager: none -> ann@x
				assign create manager ops@x manager: none -> owner@x
				assign create membership ann@x group: none -> Owner
				assign create membership bob@x group: none -> Ann
				assign create membership ops@x group: none -> Owner
			`,
		},
		{
			name: "another manager: old roles and memberships go after the new ones came",
			have: base,
			csv:  "ops@x owner@x\n ann@x owner@x\n bob@x owner@x",
			want: `
				assign create manager bob@x manager: none -> owner@x
				assign create membership bob@x group: none -> Owner
				remove delete manager bob@x manager: ann@x -> none
				remove delete membership bob@x group: Ann -> none
			`,
		},
		{
			name: "blank, unknown, inactive and pending managers",
			have: base + `
				person gone@x inactive
				person new@x pending
				person a@x
				person b@x
				person c@x
				person d@x`,
			csv: "a@x -\n b@x nobody@x\n c@x gone@x\n d@x new@x",
			want: `
				assign create manager a@x manager: none -> ops@x (no_manager)
				assign create manager b@x manager: none -> ops@x (manager_unknown nobody@x)
				assign create manager c@x manager: none -> ops@x (manager_inactive gone@x)
				assign create membership a@x group: none -> Other functions (no_manager)
				assign create membership b@x group: none -> Other functions (manager_unknown nobody@x)
				assign create membership c@x group: none -> Other functions (manager_inactive gone@x)
				finding fallback a@x @users.csv:2:2: no_manager ["ops@x"]
				finding fallback b@x @users.csv:3:2: manager_unknown nobody@x ["ops@x"]
				finding fallback c@x @users.csv:4:2: manager_inactive gone@x ["ops@x"]
				finding keeps_manager d@x @users.csv:5:2: manager_pending new@x ["ops@x"]
			`,
		},
		{
			name: "an invited manager is not yet one",
			have: base + "person a@x",
			csv:  "new@x owner@x\n a@x new@x",
			set:  func(u *state.Users) { u.Invite = true },
			want: `
				provision create person new@x status: none -> invited (new)
				profiles update profile new@x capacity: none -> PT8H
				assign create manager new@x manager: none -> owner@x
				assign create membership new@x group: none -> Owner
				finding keeps_manager a@x @users.csv:3:2: manager_pending new@x ["ops@x"]
			`,
		},
		{
			name: "a reactivated manager is one",
			have: base + "person cyd@x inactive\n person a@x",
			csv:  "cyd@x owner@x\n a@x cyd@x",
			want: `
				provision create group Cyd name: none -> Cyd
				provision update person cyd@x status: inactive -> active (inactive)
				assign create manager Cyd team manager: none -> cyd@x
				assign create manager a@x manager: none -> cyd@x
				assign create manager cyd@x manager: none -> owner@x
				assign create membership a@x group: none -> Cyd
				assign create membership cyd@x group: none -> Owner
			`,
		},
		{
			name: "no fallback configured: they keep what they have",
			have: base,
			csv:  "bob@x nobody@x",
			set:  func(u *state.Users) { u.FallbackManager = "" },
			want: `
				finding keeps_manager bob@x @users.csv:2:2: manager_unknown nobody@x
			`,
		},
		{
			name: "fallback inactive: refused where it is needed",
			have: "person owner@x owner\n person ops@x inactive\n person a@x",
			csv:  "a@x -",
			want: `
				refused workspace.fallback_manager_email: not_active ops@x
			`,
		},
		{
			name: "fallback not a member: refused where it is needed",
			have: "person owner@x owner\n person a@x",
			csv:  "a@x -",
			want: `
				refused workspace.fallback_manager_email: not_there ops@x
			`,
		},
		{
			name: "fallback inactive: no matter where it is not needed",
			have: "person owner@x owner\n person ops@x inactive\n person a@x mgr=owner@x\n group Owner = a@x | owner@x",
			csv:  "a@x owner@x",
		},
		{
			name: "the fallback manager is nobody's fallen",
			have: base,
			csv:  "ops@x -",
			want: `
				finding keeps_manager ops@x @users.csv:2:2: no_manager ["ops@x"]
			`,
		},
		{
			name: "the fallback manager's own people are theirs, not the fallback group's",
			have: base,
			csv:  "bob@x ops@x\n ann@x -",
			want: `
				provision create group Ops name: none -> Ops
				assign create manager Ops team manager: none -> ops@x (group_fallback)
				assign create manager ann@x manager: none -> ops@x (no_manager)
				assign create manager bob@x manager: none -> ops@x
				assign create membership ann@x group: none -> Other functions (no_manager)
				assign create membership bob@x group: none -> Ops
				remove delete manager ann@x manager: owner@x -> none
				remove delete manager bob@x manager: ann@x -> none
				remove delete membership ann@x group: Owner -> none
				remove delete membership bob@x group: Ann -> none
				finding fallback ann@x @users.csv:3:2: no_manager ["ops@x"]
			`,
		},
		{
			name: "no fallback group: the fallen are in the fallback manager's own",
			have: "person owner@x owner\n person ops@x\n person bob@x mgr=owner@x\n group Owner = bob@x | owner@x",
			csv:  "bob@x -",
			set:  func(u *state.Users) { u.FallbackGroup = "" },
			want: `
				provision create group Ops name: none -> Ops
				assign create manager Ops team manager: none -> ops@x (group_fallback)
				assign create manager bob@x manager: none -> ops@x (no_manager)
				assign create membership bob@x group: none -> Ops (no_manager)
				remove delete manager bob@x manager: owner@x -> none
				remove delete membership bob@x group: Owner -> none
				finding fallback bob@x @users.csv:2:2: no_manager ["ops@x"]
			`,
		},
		{
			name: "managers of one name",
			have: `person owner@x owner
				person s1@x name=Sam
				person s2@x name=Sam
				person a@x
				person b@x`,
			csv: "a@x s1@x\n b@x s2@x",
			want: `
				provision create group Sam (s1@x) name: none -> Sam (s1@x)
				provision create group Sam (s2@x) name: none -> Sam (s2@x)
				assign create manager Sam (s1@x) team manager: none -> s1@x
				assign create manager Sam (s2@x) team manager: none -> s2@x
				assign create manager a@x manager: none -> s1@x
				assign create manager b@x manager: none -> s2@x
				assign create membership a@x group: none -> Sam (s1@x)
				assign create membership b@x group: none -> Sam (s2@x)
			`,
		},
		{
			name: "managers of one name who shared a group",
			have: `person owner@x owner
				person s1@x name=Sam
				person s2@x name=Sam
				person a@x mgr=s1@x
				person b@x mgr=s2@x
				group Sam = a@x b@x | s1@x s2@x`,
			csv: "a@x s1@x\n b@x s2@x",
			want: `
				provision create group Sam (s1@x) name: none -> Sam (s1@x)
				provision create group Sam (s2@x) name: none -> Sam (s2@x)
				assign create manager Sam (s1@x) team manager: none -> s1@x
				assign create manager Sam (s2@x) team manager: none -> s2@x
				assign create membership a@x group: none -> Sam (s1@x)
				assign create membership b@x group: none -> Sam (s2@x)
				remove delete membership a@x group: Sam -> none
				remove delete membership b@x group: Sam -> none
			`,
		},
		{
			name: "two of one name who manage nobody any more give up the group they shared together",
			have: `person owner@x owner
				person s1@x name=Sam
				person s2@x name=Sam
				person a@x mgr=owner@x
				group Sam = | s1@x s2@x`,
			csv: "s1@x owner@x\n s2@x owner@x\n a@x owner@x",
			want: `
				provision create group Owner name: none -> Owner
				assign create manager Owner team manager: none -> owner@x
				assign create manager s1@x manager: none -> owner@x
				assign create manager s2@x manager: none -> owner@x
				assign create membership a@x group: none -> Owner
				assign create membership s1@x group: none -> Owner
				assign create membership s2@x group: none -> Owner
				remove delete manager Sam team manager: s1@x -> none
				remove delete manager Sam team manager: s2@x -> none
			`,
		},
		{
			name: "a manager without a name",
			have: "person owner@x owner\n person m@x name=\n person a@x",
			csv:  "a@x m@x",
			want: `
				provision create group m@x name: none -> m@x
				assign create manager a@x manager: none -> m@x
				assign create manager m@x team manager: none -> m@x
				assign create membership a@x group: none -> m@x
			`,
		},
		{
			name: "a renamed manager keeps the group",
			have: `person owner@x owner
				person eve@x name=Eve_Jones
				person a@x mgr=eve@x
				person out@x mgr=eve@x
				group Eve_Smith = a@x out@x | eve@x`,
			csv: "a@x eve@x",
			want: `
				provision update group Eve Smith name: Eve Smith -> Eve Jones (renamed)
			`,
		},
		{
			name: "of two groups that are a renamed manager's the older one is kept",
			have: base + "person eve@x name=Eve_Jones mgr=owner@x\n person cyd@x mgr=eve@x\n person dan@x mgr=eve@x\n group Alpha = cyd@x | eve@x\n group Beta = dan@x | eve@x",
			csv:  baseCSV + "eve@x owner@x\n cyd@x eve@x\n dan@x eve@x",
			dir: func(d *state.Directory) {
				for i := range d.Groups {
					d.Groups[i].Place = len(d.Groups) - i // Beta was there before Alpha
				}
			},
			want: `
				provision update group Beta name: Beta -> Eve Jones (renamed)
				assign create membership cyd@x group: none -> Eve Jones
				assign create membership eve@x group: none -> Owner
			`,
		},
		{
			name: "a renamed manager whose new name is taken",
			have: `person owner@x owner
				person eve@x name=Eve_Jones
				person a@x mgr=eve@x
				group Eve_Smith = a@x | eve@x
				group Eve_Jones = | owner@x`,
			csv: "a@x eve@x",
			want: `
				provision update group Eve Smith name: Eve Smith -> Eve Jones (eve@x) (renamed)
				finding group_name eve@x: name_taken ["Eve Jones (eve@x)" "Eve Jones"]
			`,
		},
		{
			name: "a renamed manager does not take the group that is named after another",
			have: `person owner@x owner
				person eve@x
				person sam@x
				person a@x mgr=eve@x
				group Sam_(sam@x) = a@x | eve@x`,
			csv: "a@x eve@x",
			want: `
				provision update group Sam (sam@x) name: Sam (sam@x) -> Eve (renamed)
			`,
		},
		{
			name: "a renamed manager whose names are both taken gets the group of that name",
			have: `person owner@x owner
				person eve@x
				person a@x mgr=eve@x
				group Before = a@x | eve@x
				group Eve = |
				group Eve_(eve@x) = |`,
			csv:  "a@x eve@x",
			want: ``,
		},
		{
			name: "a hand-made group with a team manager is not theirs",
			have: `person owner@x owner
				person eve@x
				person a@x
				person p@x
				person q@x
				group Project_X = p@x q@x | eve@x`,
			csv: "a@x eve@x",
			want: `
				provision create group Eve name: none -> Eve
				assign create manager Eve team manager: none -> eve@x
				assign create manager a@x manager: none -> eve@x
				assign create membership a@x group: none -> Eve
			`,
		},
		{
			name: "a group named like the manager and managed by nobody is theirs",
			have: "person owner@x owner\n person eve@x\n person a@x\n group Eve = | ",
			csv:  "a@x eve@x",
			want: `
				assign create manager Eve team manager: none -> eve@x
				assign create manager a@x manager: none -> eve@x
				assign create membership a@x group: none -> Eve
			`,
		},
		{
			name: "a former manager's group is vacated, of the people in the CSV",
			have: base + "person out@x mgr=ann@x\n group Team = bob@x | ann@x",
			csv:  "ops@x owner@x\n ann@x owner@x\n bob@x owner@x",
			want: `
				assign create manager bob@x manager: none -> owner@x
				assign create membership bob@x group: none -> Owner
				remove delete manager bob@x manager: ann@x -> none
				remove delete membership bob@x group: Ann -> none
			`,
		},
		{
			name: "people outside the CSV stay in a managed group, of those inside exactly its own",
			have: `person owner@x owner
				person ann@x
				person a@x mgr=ann@x
				person b@x mgr=owner@x
				person out@x
				group Owner = b@x | owner@x
				group Ann = a@x b@x out@x | ann@x owner@x`,
			csv: "a@x ann@x\n b@x owner@x",
			want: `
				remove delete manager Ann team manager: owner@x -> none
				remove delete membership b@x group: Ann -> none
			`,
		},
		{
			name: "every other direct manager goes",
			have: base + "person c@x mgr=bob@x,ops@x,owner@x\n",
			csv:  "c@x owner@x",
			want: `
				assign create membership c@x group: none -> Owner
				remove delete manager c@x manager: bob@x -> none
				remove delete manager c@x manager: ops@x -> none
			`,
		},
		{
			name: "empty roles go, of people in the CSV only",
			have: "person owner@x owner\n person ops@x\n person a@x ghost mgr=owner@x\n person out@x ghost\n group Owner = a@x | owner@x",
			csv:  "a@x owner@x",
			want: `
				remove delete manager a@x empty role: held -> none (empty_role)
			`,
		},
		{
			name: "a managed group without a team manager gets one: the fallback group the fallback manager",
			have: "person owner@x owner\n person ops@x\n person a@x mgr=owner@x\n group Owner = a@x |\n group Other_functions = |",
			csv:  "a@x owner@x",
			want: `
				assign create manager Other functions team manager: none -> ops@x (group_fallback)
				assign create manager Owner team manager: none -> owner@x
			`,
		},
		{
			name: "the fallback group loses who has a manager again",
			have: "person owner@x owner\n person ops@x\n person a@x mgr=ops@x\n person b@x mgr=ops@x\n group Other_functions = a@x b@x | ops@x",
			csv:  "a@x owner@x\n b@x -",
			want: `
				provision create group Owner name: none -> Owner
				assign create manager Owner team manager: none -> owner@x
				assign create manager a@x manager: none -> owner@x
				assign create membership a@x group: none -> Owner
				remove delete manager a@x manager: ops@x -> none
				remove delete membership a@x group: Other functions -> none
				finding fallback b@x @users.csv:3:2: no_manager ["ops@x"]
			`,
		},
		{
			name: "a manager named like the fallback group",
			have: "person owner@x owner\n person m@x name=Other_functions\n person ops@x\n person a@x\n person b@x",
			csv:  "a@x m@x\n b@x -",
			want: `
				provision create group Other functions name: none -> Other functions
				provision create group Other functions (m@x) name: none -> Other functions (m@x)
				assign create manager Other functions team manager: none -> ops@x (group_fallback)
				assign create manager Other functions (m@x) team manager: none -> m@x
				assign create manager a@x manager: none -> m@x
				assign create manager b@x manager: none -> ops@x (no_manager)
				assign create membership a@x group: none -> Other functions (m@x)
				assign create membership b@x group: none -> Other functions (no_manager)
				finding fallback b@x @users.csv:3:2: no_manager ["ops@x"]
			`,
		},
	})
}

func TestPeople(t *testing.T) {
	t.Parallel()
	checkUsers(t, []userCase{
		{
			name: "not in the workspace: a finding",
			have: base,
			csv:  "new@x owner@x",
			want: `
				finding not_in_workspace new@x @users.csv:2:1: new
			`,
		},
		{
			name: "not in the workspace: invited",
			have: base,
			csv:  "new@x owner@x cap=7h30m Company=Acme",
			set:  func(u *state.Users) { u.Invite, u.SendEmail = true, true },
			want: `
				provision create custom_field Company type: none -> TXT
				provision create person new@x status: none -> invited (new)
				profiles update profile new@x capacity: none -> PT7H30M; Company: none -> Acme
				assign create manager new@x manager: none -> owner@x
				assign create membership new@x group: none -> Owner
			`,
		},
		{
			name: "on the free plan nobody can be invited",
			have: base,
			csv:  "new@x owner@x",
			set:  func(u *state.Users) { u.Invite = true },
			dir:  func(d *state.Directory) { d.Free = true },
			want: `
				provision create person new@x status: none -> invited (new)
				profiles update profile new@x capacity: none -> PT8H
				assign create manager new@x manager: none -> owner@x
				assign create membership new@x group: none -> Owner
				refused invite: free_plan
			`,
		},
		{
			name: "declined: a finding",
			have: base + "person a@x declined",
			csv:  "a@x owner@x",
			set:  func(u *state.Users) { u.Invite = true },
			want: `
				finding not_in_workspace a@x @users.csv:2:1: declined
			`,
		},
		{
			name: "pending: planned for as they are",
			have: base + "person a@x pending",
			csv:  "a@x owner@x",
			want: `
				assign create manager a@x manager: none -> owner@x
				assign create membership a@x group: none -> Owner
			`,
		},
		{
			name: "inactive: reactivated",
			have: base + "person a@x inactive mgr=owner@x\n",
			csv:  "a@x owner@x",
			want: `
				provision update person a@x status: inactive -> active (inactive)
				assign create membership a@x group: none -> Owner
			`,
		},
		{
			name: "an unsound row is neither changed nor absent",
			have: base,
			csv:  "ops@x owner@x\n ann@x owner@x",
			set: func(u *state.Users) {
				u.InvalidEmails, u.Absent = []string{"bob@x"}, state.AbsentDeactivate
			},
			want: `
				finding cannot_leave owner@x: own_key
			`,
		},
		{
			name: "an identity provider owns people and groups: managers, capacity and fields go on",
			have: base + "person a@x inactive\n person out@x\n person c@x cap=4h\n person d@x inactive",
			csv:  "owner@x ann@x\n ops@x owner@x\n ann@x owner@x\n bob@x ann@x\n a@x owner@x\n new@x owner@x\n c@x d@x",
			set: func(u *state.Users) {
				u.IdentityProvider, u.Invite, u.Absent, u.DeleteUnmanaged = true, true, state.AbsentDeactivate, true
			},
			want: `
				profiles update profile c@x capacity: PT4H -> PT8H
				assign create manager c@x manager: none -> ops@x (manager_inactive d@x)
				finding fallback c@x @users.csv:8:2: manager_inactive d@x ["ops@x"]
				finding identity_provider : absent ["out@x"] (1)
				finding identity_provider : identity_provider
				finding identity_provider a@x @users.csv:6:1: inactive
				finding not_in_workspace new@x @users.csv:7:1: identity_provider
			`,
		},
		{
			name: "protected people of the CSV are left alone, and keep their roles",
			have: base + "person p@x inactive cap=1h ghost mgr=bob@x\n person a@x mgr=p@x\n group P = a@x | p@x",
			csv:  "p@x owner@x\n a@x owner@x",
			set:  func(u *state.Users) { u.Protect.Users = []string{"p@x"} },
			want: `
				assign create manager a@x manager: none -> owner@x
				assign create membership a@x group: none -> Owner
				remove delete membership a@x group: P -> none
				finding protected p@x @users.csv:2:1: protected
			`,
		},
		{
			name: "protected people keep their roles over managed groups, and others beside them do not",
			have: base + "person p@x\n person q@x\n person a@x mgr=ann@x\n group Bob = a@x | bob@x p@x q@x",
			csv:  "a@x bob@x",
			set:  func(u *state.Users) { u.Protect.Users = []string{"p@x"} },
			want: `
				assign create manager a@x manager: none -> bob@x
				remove delete manager Bob team manager: q@x -> none
				remove delete manager a@x manager: ann@x -> none
			`,
		},
		{
			name: "a protected person can be asked to manage",
			have: base + "person p@x\n person a@x",
			csv:  "a@x p@x",
			set:  func(u *state.Users) { u.Protect.Users = []string{"p@x"} },
			want: `
				provision create group P name: none -> P
				assign create manager P team manager: none -> p@x
				assign create manager a@x manager: none -> p@x
				assign create membership a@x group: none -> P
			`,
		},
	})
}

func TestProtectedGroups(t *testing.T) {
	t.Parallel()
	const have = `
		person owner@x owner
		person ops@x
		person eve@x name=Holiday_SE
		person nor@x name=Norway
		person fin@x name=Finland
		person a@x
		person b@x Country=Finland
		group Holiday_SE = a@x | eve@x
		group Norway = b@x | nor@x
		group Finland = a@x | fin@x
		field Country TXT
	`
	protect := func(u *state.Users) {
		u.Protect = state.Protect{Groups: []string{"Holiday *"}, Column: "Country", Field: "Country", Values: []string{"Norway"}}
		u.DeleteUnmanaged = true
	}
	checkUsers(t, []userCase{
		{name: "by pattern: its namesake gets another", have: have, csv: "a@x eve@x\n b@x eve@x", set: protect, want: `
				provision create group eve@x name: none -> eve@x
				assign create manager a@x manager: none -> eve@x
				assign create manager b@x manager: none -> eve@x
				assign create manager eve@x team manager: none -> eve@x
				assign create membership a@x group: none -> eve@x
				assign create membership b@x group: none -> eve@x
			`},
		{name: "by a value in the CSV", have: have, csv: "a@x nor@x", set: protect, want: `
				provision create group Norway (nor@x) name: none -> Norway (nor@x)
				assign create manager Norway (nor@x) team manager: none -> nor@x
				assign create manager a@x manager: none -> nor@x
				assign create membership a@x group: none -> Norway (nor@x)
			`},
		{name: "by a value somebody still holds", have: have, csv: "a@x fin@x", set: protect, want: `
				provision create group Finland (fin@x) name: none -> Finland (fin@x)
				assign create manager Finland (fin@x) team manager: none -> fin@x
				assign create manager a@x manager: none -> fin@x
				assign create membership a@x group: none -> Finland (fin@x)
			`},
		{
			name: "the fallback group cannot be one", have: have, csv: "a@x -",
			set: func(u *state.Users) { protect(u); u.FallbackGroup = "Holiday NO" },
			want: `
				assign create manager a@x manager: none -> ops@x (no_manager)
				refused workspace.fallback_group_name: fallback_group Holiday NO
				finding fallback a@x @users.csv:2:2: no_manager ["ops@x"]
			`,
		},
		{
			name: "a slash and letters of another case match too",
			have: "person owner@x owner\n person m@x\n person a@x mgr=m@x\n group holiday_a/b = a@x | m@x\n",
			csv:  "a@x m@x", set: protect,
			want: `
				provision create group M name: none -> M
				assign create manager M team manager: none -> m@x
				assign create membership a@x group: none -> M
				finding protects_nothing Country: protect.groups_from_column
			`,
		},
		{
			name: "cleanup leaves managed and protected groups, and those of protected people",
			have: base + "person p@x\n group Holiday_X = |\n group Old = bob@x |\n group Vault = p@x |\n",
			csv:  "ops@x owner@x\n ann@x owner@x\n bob@x ann@x",
			set:  func(u *state.Users) { protect(u); u.Protect.Users = []string{"p@x"} },
			want: `
				cleanup delete group Old name: Old -> none; members: 1 -> none [gated] (unmanaged)
				finding protected Vault: protected_member
				finding protects_nothing Country: protect.groups_from_column
			`,
		},
		{
			name: "cleanup leaves the group of a manager whom somebody keeps for want of another",
			have: "person owner@x owner\n person m@x\n person a@x mgr=m@x\n group M = a@x | m@x\n group Old = |",
			csv:  "a@x nobody@x",
			set:  func(u *state.Users) { protect(u); u.FallbackManager = "" },
			want: `
				cleanup delete group Old name: Old -> none; members: 0 -> none [gated] (unmanaged)
				finding keeps_manager a@x @users.csv:2:2: manager_unknown nobody@x
				finding protects_nothing Country: protect.groups_from_column
				finding protects_nothing Holiday *: protect.groups
			`,
		},
		{
			name: "without cleanup nothing is deleted",
			have: base + "group Old = bob@x |",
			csv:  "ops@x owner@x\n ann@x owner@x\n bob@x ann@x",
		},
	})
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	const people = "person owner@x owner\n person m@x\n group M = a@x b@x | m@x\n"
	checkUsers(t, []userCase{
		{
			name: "a mapped field that is not there is made",
			have: people + "person a@x mgr=m@x",
			csv:  "a@x m@x Company=Acme",
			want: `
				provision create custom_field Company type: none -> TXT
				profiles update profile a@x Company: none -> Acme
			`,
		},
		{
			name: "values and capacity in one change, cleared ones in another",
			have: people + "person a@x mgr=m@x cap=7h Company=Old Grade=3 Desk=4\n field Company TXT\n field Grade NUMBER\n field Desk TXT",
			csv:  "a@x m@x cap=7h30m Company=New Grade=3,50 Desk=",
			want: `
				profiles delete profile a@x Desk: 4 -> none (blank)
				profiles update profile a@x capacity: PT7H -> PT7H30M; Company: Old -> New; Grade: 3 -> 3.5
			`,
		},
		{
			name: "450 minutes are seven and a half hours",
			have: people + "person a@x mgr=m@x cap=450m",
			csv:  "a@x m@x cap=7h30m",
		},
		{
			name: "equal in the field's terms",
			have: people + `person a@x mgr=m@x N=1.5 C=true D=Red M=a;b L=http://x
				field N NUMBER
				field C CHECKBOX
				field D DROPDOWN_SINGLE Red,Blue
				field M DROPDOWN_MULTIPLE a,b,c
				field L LINK`,
			csv: "a@x m@x N=1,50 C=Yes D=red M=b;a;b L=http://x",
		},
		{
			name: "what a field does not take is a problem at the cell, and the row is left alone",
			have: people + `person a@x cap=1h
				person b@x mgr=m@x cap=1h
				field N NUMBER
				field C CHECKBOX
				field D DROPDOWN_SINGLE Red,Blue
				field M DROPDOWN_MULTIPLE a,b`,
			csv: "a@x m@x N=ten C=maybe D=Green M=a;z\n b@x m@x N=10 C=0 D=Blue M=b",
			want: `
				profiles update profile b@x capacity: PT1H -> PT8H; N: none -> 10; C: none -> false; D: none -> Blue; M: none -> b
				problem users.csv:2:4: N: "ten" is not a number.
				problem users.csv:2:5: C: "maybe" is not one of true, false, yes, no, 1, 0.
				problem users.csv:2:6: D: "Green" is not a value of the field; it takes Red, Blue.
				problem users.csv:2:7: M: "z" is not a value of the field; it takes a, b.
			`,
		},
		{
			name: "a dormant field is left alone",
			have: people + "person a@x mgr=m@x\n field Company TXT dormant",
			csv:  "a@x m@x Company=Acme cap=4h",
			want: `
				profiles update profile a@x capacity: PT8H -> PT4H
				finding custom_field Company: field_inactive
			`,
		},
		{
			name: "a required field is not cleared: one finding for all",
			have: people + "person a@x mgr=m@x Company=Acme\n person b@x mgr=m@x Company=Acme\n person c@x mgr=m@x\n group M = a@x b@x c@x | m@x\n field Company TXT required",
			csv:  "a@x m@x Company=\n b@x m@x Company= cap=4h\n c@x m@x Company=",
			want: `
				profiles update profile b@x capacity: PT8H -> PT4H
				finding not_cleared Company:  ["a@x" "b@x"] (2)
			`,
		},
		{
			name: "a value the field no longer takes is replaced",
			have: people + "person a@x mgr=m@x D=Green\n field D DROPDOWN_SINGLE Red,Blue",
			csv:  "a@x m@x D=Red",
			want: `
				profiles update profile a@x D: Green -> Red
			`,
		},
		{
			name: "fields need the feature",
			have: people + "person a@x\n",
			csv:  "a@x m@x Company=Acme",
			dir:  func(d *state.Directory) { d.Features = []string{"ADD_TIME_FOR_OTHERS"} },
			want: `
				provision create custom_field Company type: none -> TXT
				profiles update profile a@x Company: none -> Acme
				assign create manager a@x manager: none -> m@x
				refused field_mapping: feature_missing USER_CUSTOM_FIELDS
				refused managers: feature_missing MANAGER_ROLE
			`,
		},
		{
			name: "a workspace that tells no features is believed",
			have: people + "person a@x\n",
			csv:  "a@x m@x",
			dir:  func(d *state.Directory) { d.Features = nil },
			want: `
				assign create manager a@x manager: none -> m@x
			`,
		},
		{
			name: "a free workspace that tells no features has none",
			have: people + "person a@x\n",
			csv:  "a@x m@x",
			dir:  func(d *state.Directory) { d.Features, d.Free = nil, true },
			want: `
				assign create manager a@x manager: none -> m@x
				refused managers: feature_missing MANAGER_ROLE
			`,
		},
		{
			name: "capacity alone is refused for no feature; one that may be needed is told",
			have: people + "person a@x mgr=m@x cap=1h\n",
			csv:  "a@x m@x",
			dir:  func(d *state.Directory) { d.Features = []string{"BREAKS"} },
			want: `
				profiles update profile a@x capacity: PT1H -> PT8H
				finding feature EDIT_MEMBER_PROFILE: feature_missing
			`,
		},
		{
			name: "the key's user must be an admin",
			have: people + "person a@x mgr=m@x cap=1h\n person me@x",
			csv:  "a@x m@x",
			dir:  func(d *state.Directory) { d.Self = "me@x" },
			want: `
				profiles update profile a@x capacity: PT1H -> PT8H
				refused CLOCKIFY_API_KEY: not_admin me@x
			`,
		},
	})
}

func TestAbsent(t *testing.T) {
	t.Parallel()
	deactivate := func(u *state.Users) { u.Absent = state.AbsentDeactivate }
	checkUsers(t, []userCase{
		{
			name: "kept by default, and counted", kept: true,
			have: base + "person cyd@x\n person dan@x inactive\n person eli@x pending",
			csv:  baseCSV,
			want: `
				finding absent : absent ["cyd@x"] (1)
			`,
		},
		{
			name: "deactivated: their roles and groups go first, all gated",
			have: base + "person cyd@x ghost mgr=ann@x\n group Old = cyd@x bob@x |\n group Team = ann@x | cyd@x bob@x\n",
			csv:  baseCSV, set: deactivate,
			want: `
				deactivate delete manager Team team manager: cyd@x -> none [gated] (leaver cyd@x)
				deactivate delete manager cyd@x empty role: held -> none [gated] (empty_role)
				deactivate delete membership cyd@x group: Old -> none [gated] (leaver cyd@x)
				deactivate update person cyd@x status: active -> inactive [gated] (absent)
			`,
		},
		{
			name: "exempt: owner, the key's user, admins, the fallback manager, protected people",
			have: base + "person boss@x owner\n person adm@x admin\n person p@x",
			csv:  "ann@x bob@x\n bob@x ann@x",
			set:  func(u *state.Users) { deactivate(u); u.Protect.Users = []string{"p@x"} },
			want: `
				provision create group Bob name: none -> Bob
				assign create manager Bob team manager: none -> bob@x
				assign create manager ann@x manager: none -> bob@x
				assign create membership ann@x group: none -> Bob
				remove delete manager ann@x manager: owner@x -> none
				remove delete membership ann@x group: Owner -> none
				finding cannot_leave adm@x: admin
				finding cannot_leave boss@x: owner
				finding cannot_leave ops@x: is_fallback_manager
				finding cannot_leave owner@x: own_key
				finding cannot_leave p@x: protected
			`,
		},
		{
			name: "admins too where asked for",
			have: base + "person adm@x admin",
			csv:  baseCSV, set: func(u *state.Users) { deactivate(u); u.DeactivateAdmins = true },
			want: `
				deactivate update person adm@x status: active -> inactive [gated] (absent)
			`,
		},
		{
			name: "a leaver who manages people and groups",
			have: base + `
				person lea@x mgr=owner@x
				person out@x pending mgr=lea@x
				person two@x inactive mgr=lea@x
				person both@x pending mgr=ann@x,lea@x
				group Lea = out@x | lea@x
				group Club = out@x | lea@x
				group Mixed = | ann@x lea@x`,
			csv: baseCSV, set: deactivate,
			want: `
				deactivate create manager Club team manager: none -> ops@x [gated] (group_fallback)
				deactivate create manager out@x manager: none -> ops@x [gated] (leaver lea@x)
				deactivate create membership out@x group: none -> Other functions [gated] (leaver lea@x)
				deactivate delete manager Club team manager: lea@x -> none [gated] (leaver lea@x)
				deactivate delete manager Mixed team manager: lea@x -> none [gated] (leaver lea@x)
				deactivate delete manager both@x manager: lea@x -> none [gated] (leaver lea@x)
				deactivate delete manager out@x manager: lea@x -> none [gated] (leaver lea@x)
				deactivate delete manager two@x manager: lea@x -> none [gated] (leaver lea@x)
				deactivate delete group Lea name: Lea -> none; members: 1 -> none [gated] (leaver lea@x)
				deactivate update person lea@x status: active -> inactive [gated] (absent; 1 people and groups ["Club"] to ops@x, projects [], named by [])
			`,
		},
		{
			name: "a leaver named as manager in the CSV",
			have: base + "person lea@x\n person a@x mgr=lea@x\n group Lea = a@x | lea@x",
			csv:  baseCSV + "a@x lea@x", set: deactivate,
			want: `
				deactivate create manager a@x manager: none -> ops@x [gated] (leaver lea@x)
				deactivate create membership a@x group: none -> Other functions [gated] (leaver lea@x)
				deactivate delete manager a@x manager: lea@x -> none [gated] (leaver lea@x)
				deactivate delete group Lea name: Lea -> none; members: 1 -> none [gated] (leaver lea@x)
				deactivate update person lea@x status: active -> inactive [gated] (absent; 1 people and groups [] to ops@x, projects [], named by ["a@x"])
			`,
		},
		{
			name: "leavers who manage each other",
			have: base + `
				person l1@x mgr=l2@x
				person l2@x mgr=l1@x
				group L1 = l2@x | l1@x
				group L2 = l1@x | l2@x`,
			csv: baseCSV, set: deactivate,
			want: `
				deactivate delete manager l1@x manager: l2@x -> none [gated] (leaver l2@x)
				deactivate delete manager l2@x manager: l1@x -> none [gated] (leaver l1@x)
				deactivate delete group L1 name: L1 -> none; members: 1 -> none [gated] (leaver l1@x)
				deactivate delete group L2 name: L2 -> none; members: 1 -> none [gated] (leaver l2@x)
				deactivate update person l1@x status: active -> inactive [gated] (absent)
				deactivate update person l2@x status: active -> inactive [gated] (absent)
			`,
		},
		{
			name: "a leaver who manages protected people and groups",
			have: base + `
				person lea@x
				person p@x mgr=lea@x
				group Holiday_X = lea@x | lea@x
				group Lea = p@x | lea@x`,
			csv: baseCSV,
			set: func(u *state.Users) {
				deactivate(u)
				u.Protect = state.Protect{Groups: []string{"Holiday *"}, Users: []string{"p@x"}}
			},
			want: `
				deactivate create manager Lea team manager: none -> ops@x [gated] (group_fallback)
				deactivate delete manager Lea team manager: lea@x -> none [gated] (leaver lea@x)
				deactivate update person lea@x status: active -> inactive [gated] (absent; 0 people and groups ["Lea"] to ops@x, projects [], named by [])
				finding cannot_leave p@x: protected
				finding protected Holiday X: leaver lea@x
				finding protected p@x: leaver lea@x
			`,
		},
		{
			name: "no fallback group: people of the CSV go to the fallback manager's own",
			have: base + "person lea@x\n person a@x mgr=lea@x\n person out@x pending mgr=lea@x\n group Lea = a@x | lea@x",
			csv:  baseCSV + "a@x lea@x",
			set:  func(u *state.Users) { deactivate(u); u.FallbackGroup = "" },
			want: `
				deactivate create group Ops name: none -> Ops [gated] (leaver)
				deactivate create manager Ops team manager: none -> ops@x [gated] (leaver)
				deactivate create manager a@x manager: none -> ops@x [gated] (leaver lea@x)
				deactivate create manager out@x manager: none -> ops@x [gated] (leaver lea@x)
				deactivate create membership a@x group: none -> Ops [gated] (leaver lea@x)
				deactivate delete manager a@x manager: lea@x -> none [gated] (leaver lea@x)
				deactivate delete manager out@x manager: lea@x -> none [gated] (leaver lea@x)
				deactivate delete group Lea name: Lea -> none; members: 1 -> none [gated] (leaver lea@x)
				deactivate update person lea@x status: active -> inactive [gated] (absent; 2 people and groups [] to ops@x, projects [], named by ["a@x"])
			`,
		},
		{
			name: "a leaver who alone manages a group that the cleanup deletes",
			have: base + "person lea@x\n group Club = | lea@x",
			csv:  baseCSV,
			set:  func(u *state.Users) { deactivate(u); u.DeleteUnmanaged, u.FallbackManager = true, "" },
			want: `
				cleanup delete group Club name: Club -> none; members: 0 -> none [gated] (unmanaged)
				deactivate update person lea@x status: active -> inactive [gated] (absent)
			`,
		},
		{
			name: "people leave a leaver's group that is kept for a protected person",
			have: base + "person lea@x\n person p@x\n person a@x mgr=lea@x\n group Lea = a@x p@x | lea@x",
			csv:  baseCSV + "a@x lea@x",
			set:  func(u *state.Users) { deactivate(u); u.Protect.Users = []string{"p@x"} },
			want: `
				deactivate create manager Lea team manager: none -> ops@x [gated] (group_fallback)
				deactivate create manager a@x manager: none -> ops@x [gated] (leaver lea@x)
				deactivate create membership a@x group: none -> Other functions [gated] (leaver lea@x)
				deactivate delete manager Lea team manager: lea@x -> none [gated] (leaver lea@x)
				deactivate delete manager a@x manager: lea@x -> none [gated] (leaver lea@x)
				deactivate delete membership a@x group: Lea -> none [gated] (leaver lea@x)
				deactivate update person lea@x status: active -> inactive [gated] (absent; 1 people and groups ["Lea"] to ops@x, projects [], named by ["a@x"])
				finding cannot_leave p@x: protected
			`,
		},
		{
			name: "a protected manager beside the one who leaves does not stand in",
			have: base + "person lea@x\n person p@x\n person a@x mgr=lea@x,p@x\n group Lea = a@x | lea@x",
			csv:  baseCSV + "a@x lea@x",
			set:  func(u *state.Users) { deactivate(u); u.Protect.Users = []string{"p@x"} },
			want: `
				deactivate create manager a@x manager: none -> ops@x [gated] (leaver lea@x)
				deactivate create membership a@x group: none -> Other functions [gated] (leaver lea@x)
				deactivate delete manager a@x manager: lea@x -> none [gated] (leaver lea@x)
				deactivate delete group Lea name: Lea -> none; members: 1 -> none [gated] (leaver lea@x)
				deactivate update person lea@x status: active -> inactive [gated] (absent; 1 people and groups [] to ops@x, projects [], named by ["a@x"])
				finding cannot_leave p@x: protected
			`,
		},
		{
			name: "without a fallback manager who cannot be replaced is kept",
			have: base + `
				person lea@x
				person out@x pending mgr=lea@x
				person boss@x
				person under@x mgr=boss@x
				group Club = | boss@x
				person free@x`,
			csv: baseCSV, set: func(u *state.Users) { deactivate(u); u.FallbackManager = "" },
			want: `
				deactivate update person free@x status: active -> inactive [gated] (absent)
				deactivate update person under@x status: active -> inactive [gated] (absent)
				finding cannot_leave boss@x: no_fallback the group "Club"
				finding cannot_leave lea@x: no_fallback out@x
			`,
		},
		{
			name: "without a fallback manager leavers of leavers are free to go",
			have: base + "person l1@x\n person l2@x mgr=l1@x\n group L1 = l2@x | l1@x",
			csv:  baseCSV, set: func(u *state.Users) { deactivate(u); u.FallbackManager = "" },
			want: `
				deactivate delete manager l2@x manager: l1@x -> none [gated] (leaver l1@x)
				deactivate delete group L1 name: L1 -> none; members: 1 -> none [gated] (leaver l1@x)
				deactivate update person l1@x status: active -> inactive [gated] (absent)
				deactivate update person l2@x status: active -> inactive [gated] (absent)
			`,
		},
		{
			name: "no fallback group there yet: it is made with the deactivation",
			have: `person owner@x owner
				person ops@x mgr=owner@x
				person lea@x
				person out@x pending mgr=lea@x
				group Owner = ops@x | owner@x`,
			csv: "ops@x owner@x", set: deactivate,
			want: `
				deactivate create group Other functions name: none -> Other functions [gated] (leaver)
				deactivate create manager Other functions team manager: none -> ops@x [gated] (leaver)
				deactivate create manager out@x manager: none -> ops@x [gated] (leaver lea@x)
				deactivate create membership out@x group: none -> Other functions [gated] (leaver lea@x)
				deactivate delete manager out@x manager: lea@x -> none [gated] (leaver lea@x)
				deactivate update person lea@x status: active -> inactive [gated] (absent; 1 people and groups [] to ops@x, projects [], named by [])
				finding cannot_leave owner@x: own_key
			`,
		},
		{
			name: "while rows cannot be read nobody is absent",
			have: base + "person cyd@x",
			csv:  baseCSV, set: func(u *state.Users) { deactivate(u); u.UnreadableRows = 2 },
			want: `
				finding absent : unreadable_rows (2)
			`,
		},
	})
}

func TestGuards(t *testing.T) {
	t.Parallel()
	deactivate := func(u *state.Users) { u.Absent = state.AbsentDeactivate }
	crowd := func(n int, line string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, line+"\n", i)
		}
		return b.String()
	}
	removals := func(n int) string {
		text := "person owner@x owner\n person old@x\n person new@x\n group Old = "
		for i := range n {
			text += fmt.Sprintf("p%d@x ", i)
		}
		return text + "| old@x\n" + crowd(n, "person p%[1]d@x mgr=old@x")
	}
	few := state.Limit{Count: 2}
	checkUsers(t, []userCase{
		{
			name: "what is taken over, and who comes back, waits for that, not for the guard that others are over",
			have: `person owner@x owner
				person m@x name=Max
				person k@x
				person a@x mgr=m@x,k@x
				person back@x inactive
				group Max = owner@x |`,
			csv: "a@x m@x\n back@x m@x",
			set: func(u *state.Users) { u.Guards.MaxRemovals, u.Guards.MaxReactivations = state.Limit{}, state.Limit{} },
			want: `
				provision update person back@x status: inactive -> active [gated max_reactivations] (inactive)
				assign create manager Max team manager: none -> m@x [gated] (takeover Max)
				assign create manager back@x manager: none -> m@x [gated max_reactivations]
				assign create membership a@x group: none -> Max [gated] (takeover Max)
				assign create membership back@x group: none -> Max [gated] (takeover Max)
				remove delete manager a@x manager: k@x -> none [gated max_removals]
			`,
		},
		{
			name: "moves are changes, and no removals",
			have: removals(3) + "group New = p0@x p1@x p2@x | new@x",
			csv:  crowd(3, "p%d@x new@x"),
			set:  func(u *state.Users) { u.Guards.MaxRemovals = few },
			want: `
				assign create manager p0@x manager: none -> new@x
				assign create manager p1@x manager: none -> new@x
				assign create manager p2@x manager: none -> new@x
				remove delete manager p0@x manager: old@x -> none
				remove delete manager p1@x manager: old@x -> none
				remove delete manager p2@x manager: old@x -> none
				remove delete membership p0@x group: Old -> none
				remove delete membership p1@x group: Old -> none
				remove delete membership p2@x group: Old -> none
			`,
		},
		{
			name: "as many as the limit are no matter",
			have: removals(2),
			csv:  crowd(2, "p%d@x new@x"),
			set:  func(u *state.Users) { u.Guards.MaxRemovals = few },
			want: `
				provision create group New name: none -> New
				assign create manager New team manager: none -> new@x
				assign create manager p0@x manager: none -> new@x
				assign create manager p1@x manager: none -> new@x
				assign create membership p0@x group: none -> New
				assign create membership p1@x group: none -> New
				remove delete manager p0@x manager: old@x -> none
				remove delete manager p1@x manager: old@x -> none
				remove delete membership p0@x group: Old -> none
				remove delete membership p1@x group: Old -> none
			`,
		},
		{
			name: "manager links alone",
			have: "person owner@x owner\n person old@x\n person new@x\n group New = p0@x p1@x p2@x | new@x\n" + crowd(3, "person p%d@x mgr=new@x,old@x"),
			csv:  crowd(3, "p%d@x new@x"),
			set:  func(u *state.Users) { u.Guards.MaxRemovals = few },
			want: `
				remove delete manager p0@x manager: old@x -> none [gated max_removals]
				remove delete manager p1@x manager: old@x -> none [gated max_removals]
				remove delete manager p2@x manager: old@x -> none [gated max_removals]
			`,
		},
		{
			name: "cleared values are counted by people",
			have: "person owner@x owner\n person new@x\n person p@x mgr=new@x A=1 B=2 C=3\n group New = p@x | new@x\n field A TXT\n field B TXT\n field C TXT",
			csv:  "p@x new@x A= B= C= cap=4h",
			set:  func(u *state.Users) { u.Guards.MaxRemovals = few },
			want: `
				profiles delete profile p@x A: 1 -> none; B: 2 -> none; C: 3 -> none (blank)
				profiles update profile p@x capacity: PT8H -> PT4H
			`,
		},
		{
			name: "a share never falls below its floor",
			have: removals(3),
			csv:  crowd(3, "p%d@x new@x"),
			set:  func(u *state.Users) { u.Guards.MaxRemovals = state.Limit{Share: 0.01, Floor: 3} },
			want: `
				provision create group New name: none -> New
				assign create manager New team manager: none -> new@x
				assign create manager p0@x manager: none -> new@x
				assign create manager p1@x manager: none -> new@x
				assign create manager p2@x manager: none -> new@x
				assign create membership p0@x group: none -> New
				assign create membership p1@x group: none -> New
				assign create membership p2@x group: none -> New
				remove delete manager p0@x manager: old@x -> none
				remove delete manager p1@x manager: old@x -> none
				remove delete manager p2@x manager: old@x -> none
				remove delete membership p0@x group: Old -> none
				remove delete membership p1@x group: Old -> none
				remove delete membership p2@x group: Old -> none
			`,
		},
		{
			name: "too many deactivations are marked",
			have: base + crowd(3, "person l%d@x"),
			csv:  baseCSV, set: func(u *state.Users) { deactivate(u); u.Guards.MaxDeactivations = few },
			want: `
				deactivate update person l0@x status: active -> inactive [gated max_deactivations] (absent)
				deactivate update person l1@x status: active -> inactive [gated max_deactivations] (absent)
				deactivate update person l2@x status: active -> inactive [gated max_deactivations] (absent)
			`,
		},
		{
			name: "a share of the active people",
			have: base + crowd(3, "person l%d@x"),
			csv:  baseCSV, set: func(u *state.Users) { deactivate(u); u.Guards.MaxDeactivations = state.Limit{Share: 0.4} },
			want: `
				deactivate update person l0@x status: active -> inactive [gated max_deactivations] (absent)
				deactivate update person l1@x status: active -> inactive [gated max_deactivations] (absent)
				deactivate update person l2@x status: active -> inactive [gated max_deactivations] (absent)
			`,
		},
		{
			name: "a CSV that shrank is refused",
			have: base + crowd(3, "person l%d@x"),
			csv:  baseCSV, set: func(u *state.Users) { deactivate(u); u.Guards.MaxShrink = state.Limit{Share: 0.2} },
			want: `
				deactivate update person l0@x status: active -> inactive [gated] (absent)
				deactivate update person l1@x status: active -> inactive [gated] (absent)
				deactivate update person l2@x status: active -> inactive [gated] (absent)
				refused guards.max_shrink: guard, 3 of 7, limit 1, 43% would do
			`,
		},
		{
			name: "it may shrink by as much as allowed; the exempt do not count",
			have: base + crowd(3, "person l%d@x admin") + "person x@x",
			csv:  baseCSV, set: func(u *state.Users) { deactivate(u); u.Guards.MaxShrink = state.Limit{Share: 0.2} },
			want: `
				deactivate update person x@x status: active -> inactive [gated] (absent)
				finding cannot_leave l0@x: admin
				finding cannot_leave l1@x: admin
				finding cannot_leave l2@x: admin
			`,
		},
		{
			name: "it may shrink where nobody is deactivated",
			have: base + crowd(3, "person l%d@x"),
			csv:  baseCSV, set: func(u *state.Users) { u.Guards.MaxShrink = state.Limit{Share: 0.2} },
		},
		{
			name: "too few active people left is refused",
			have: base + "person l@x",
			csv:  baseCSV, set: func(u *state.Users) { deactivate(u); u.Guards.MinActiveUsers = 5 },
			want: `
				deactivate update person l@x status: active -> inactive [gated] (absent)
				refused guards.min_active_users: guard, 4 of 5, limit 5, 4 would do
			`,
		},
		{
			name: "roles need the feature",
			have: base + "person a@x",
			csv:  "a@x ann@x",
			dir:  func(d *state.Directory) { d.Features = []string{"BREAKS"} },
			want: `
				assign create manager a@x manager: none -> ann@x
				assign create membership a@x group: none -> Ann
				refused managers: feature_missing MANAGER_ROLE
			`,
		},
	})
}
