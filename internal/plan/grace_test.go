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
				profiles update profile tim@x Leaves on: none -> 2026-11-28 (absent)
				finding leaver_marked tim@x: 2026-11-28
			`,
		},
		{
			name: "waiting", have: team + field + "person tim@x mgr=ops@x Leaves_on=2026-11-22", csv: csv, set: grace, dir: today,
			want: `
				finding leaver_marked tim@x: 2026-11-22
			`,
		},
		{
			name: "due", have: team + field + "person tim@x mgr=ops@x Leaves_on=2026-11-21", csv: csv, set: grace, dir: today,
			want: `
				deactivate update person tim@x status: active -> inactive [gated] (absent)
			`,
		},
		{
			name: "back", have: team + field + "person tim@x mgr=ops@x Leaves_on=2026-11-20", csv: csv + "tim@x ops@x", set: grace, dir: today,
			want: `
				profiles update profile tim@x Leaves on: 2026-11-20 -> none (back)
				assign create membership tim@x group: none -> Ops
			`,
		},
		{
			name: "nothing that is a day is a new mark", have: team + field + "person tim@x mgr=ops@x Leaves_on=soon", csv: csv, set: grace, dir: today,
			want: `
				profiles update profile tim@x Leaves on: soon -> 2026-11-28 (absent)
				finding leaver_marked tim@x: 2026-11-28
			`,
		},
		{
			name: "a field that is inactive", have: team + "field Leaves_on TXT dormant\nperson tim@x mgr=ops@x", csv: csv, set: grace, dir: today,
			want: `
				finding custom_field Leaves on: leave_field_inactive [failed]
			`,
		},
		{
			name: "a field of another type", have: team + "field Leaves_on NUMBER\nperson tim@x mgr=ops@x", csv: csv, set: grace, dir: today,
			want: `
				finding custom_field Leaves on: field_type [failed]
			`,
		},
		{
			name: "a plan without custom fields", have: team + "person tim@x mgr=ops@x", csv: csv, set: grace,
			dir: func(d *state.Directory) { today(d); d.Features = []string{"MANAGER_ROLE"} },
			want: `
				provision create custom_field Leaves on type: none -> TXT
				profiles update profile tim@x Leaves on: none -> 2026-11-28 (absent)
				refused deactivate_after: feature_missing USER_CUSTOM_FIELDS
				finding leaver_marked tim@x: 2026-11-28
			`,
		},
		{
			name: "who is never deactivated is not marked", have: team + "person boss@x admin mgr=ops@x", csv: csv, set: grace, dir: today,
			want: `
				finding cannot_leave boss@x: admin
			`,
		},
		{
			name: "off", have: team + field + "person tim@x mgr=ops@x Leaves_on=2026-12-24", csv: csv, dir: today,
			set: func(u *state.Users) { u.Absent = state.AbsentDeactivate },
			want: `
				deactivate update person tim@x status: active -> inactive [gated] (absent)
			`,
		},
	})
}
