package plan_test

import (
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

func TestGraceForLeavers(t *testing.T) {
	t.Parallel()
	grace := func(u *state.Users) { u.Absent, u.DeactivateAfter = state.AbsentDeactivate, 7*24*time.Hour }
	today := func(d *state.Directory) { d.Now = time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC) }
	const team = `
		person owner@x owner mgr=ops@x
		person ops@x mgr=owner@x
		person ann@x mgr=ops@x
		group Ops = ann@x owner@x | ops@x
		group Owner = ops@x | owner@x
		`
	const csv = `
		owner@x ops@x
		ops@x owner@x
		ann@x ops@x
	`
	const field = "field Leaves_on TXT\n"
	checkUsers(t, []userCase{
		{
			name: "missed for the first time", have: team + "person tim@x mgr=ops@x", csv: csv, set: grace, dir: today,
			want: `
				provision create custom_field Leaves on type: none -> TXT
				profiles update profile tim@x Leaves on: none -> 2026-11-28 (active and not in users.csv)
				finding leaver_marked tim@x: is not in users.csv and will be deactivated on 2026-11-28 or later, with approval, unless they return (deactivate_after)
			`,
		},
		{
			name: "waiting", have: team + field + "person tim@x mgr=ops@x Leaves_on=2026-11-22", csv: csv, set: grace, dir: today,
			want: `finding leaver_marked tim@x: is not in users.csv and will be deactivated on 2026-11-22 or later, with approval, unless they return (deactivate_after)`,
		},
		{
			name: "due", have: team + field + "person tim@x mgr=ops@x Leaves_on=2026-11-21", csv: csv, set: grace, dir: today,
			want: `
				deactivate update person tim@x status: active -> inactive [gated] (active and not in users.csv)
			`,
		},
		{
			name: "back", have: team + field + "person tim@x mgr=ops@x Leaves_on=2026-11-20", csv: csv + "tim@x ops@x", set: grace, dir: today,
			want: `
				profiles update profile tim@x Leaves on: 2026-11-20 -> none (back in users.csv)
				assign create membership tim@x group: none -> Ops
			`,
		},
		{
			name: "nothing that is a day is a new mark", have: team + field + "person tim@x mgr=ops@x Leaves_on=soon", csv: csv, set: grace, dir: today,
			want: `
				profiles update profile tim@x Leaves on: soon -> 2026-11-28 (active and not in users.csv)
				finding leaver_marked tim@x: is not in users.csv and will be deactivated on 2026-11-28 or later, with approval, unless they return (deactivate_after)
			`,
		},
		{
			name: "a field that is inactive", have: team + "field Leaves_on TXT dormant\nperson tim@x mgr=ops@x", csv: csv, set: grace, dir: today,
			want: `finding custom_field Leaves on: is inactive in Clockify: nobody can be marked, and nobody is deactivated, until an admin activates it (Workspace settings, Custom fields, Users) [failed]`,
		},
		{
			name: "a field of another type", have: team + "field Leaves_on NUMBER\nperson tim@x mgr=ops@x", csv: csv, set: grace, dir: today,
			want: `finding custom_field Leaves on: is not a text field: nobody can be marked, and nobody is deactivated, until it has another name [failed]`,
		},
		{
			name: "a plan without custom fields", have: team + "person tim@x mgr=ops@x", csv: csv, set: grace,
			dir: func(d *state.Directory) { today(d); d.Features = []string{"MANAGER_ROLE"} },
			want: `
				provision create custom_field Leaves on type: none -> TXT
				profiles update profile tim@x Leaves on: none -> 2026-11-28 (active and not in users.csv)
				refused deactivate_after: the workspace "Acme" lacks custom fields of people (feature USER_CUSTOM_FIELDS; Pro or Enterprise plan), which these changes need.
				finding leaver_marked tim@x: is not in users.csv and will be deactivated on 2026-11-28 or later, with approval, unless they return (deactivate_after)
			`,
		},
		{
			name: "who is never deactivated is not marked", have: team + "person boss@x admin mgr=ops@x", csv: csv, set: grace, dir: today,
			want: `finding cannot_leave boss@x: is not in users.csv and is kept: they are a workspace admin (deactivate_admins: false)`,
		},
		{
			name: "off", have: team + field + "person tim@x mgr=ops@x Leaves_on=2026-12-24", csv: csv, dir: today,
			set: func(u *state.Users) { u.Absent = state.AbsentDeactivate },
			want: `
				deactivate update person tim@x status: active -> inactive [gated] (active and not in users.csv)
			`,
		},
	})
}
