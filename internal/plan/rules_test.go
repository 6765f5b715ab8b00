package plan_test

import (
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

func byNumber(u *state.Users) {
	u.IDField = "Id"
	for i := range u.People {
		for _, c := range u.People[i].Cells {
			if c.Field == "Id" {
				u.People[i].ID = c.Text
			}
		}
	}
}

func absentLeave(u *state.Users) { u.Absent = state.AbsentDeactivate }

// TestAddresses: a person whose address changed is one person where that is sure, and nobody's business where it is likely.
func TestAddresses(t *testing.T) {
	t.Parallel()
	const moved = base + "person anna.berg@x mgr=owner@x Id=0071 cap=4h\n person rep@x mgr=anna.berg@x\n group Owner2 = |\n group Anna = rep@x | anna.berg@x\n field Id TXT"
	checkUsers(t, []userCase{
		{
			name: "one person by their number: the row goes to the account, people who name the new address stay",
			have: moved, csv: baseCSV + "anna.lund@x owner@x Id=0071\n rep@x anna.lund@x Id=2",
			set: func(u *state.Users) { byNumber(u); absentLeave(u); u.Invite = true },
			want: `
				provision update group Anna name: Anna -> Anna.berg (renamed)
				profiles update profile anna.berg@x capacity: PT4H -> PT8H
				profiles update profile rep@x Id: none -> 2
				assign create membership anna.berg@x group: none -> Owner
				finding address_changed anna.berg@x @users.csv:6:1: same_id anna.lund@x
			`,
		},
		{
			name: "a number that two accounts have is nobody's",
			have: moved + "\n person two@x Id=0071", csv: baseCSV + "anna.lund@x owner@x Id=0071",
			set: byNumber,
			want: `
				finding not_in_workspace anna.lund@x @users.csv:6:1: new
			`,
		},
		{
			name: "likely one person, by a value that nobody shares",
			have: moved, csv: baseCSV + "anna.lund@x owner@x Id=0071\n rep@x anna.lund@x Id=2",
			set: func(u *state.Users) { absentLeave(u); u.Invite = true },
			want: `
				profiles update profile rep@x Id: none -> 2
				finding address_changed anna.berg@x @users.csv:6:1: likely_same anna.lund@x
				finding keeps_manager rep@x @users.csv:7:2: manager_moved anna.lund@x ["anna.berg@x"]
			`,
		},
		{
			name: "likely one person, by the name before the @",
			have: base + "person kim.oe@old.x mgr=ann@x", csv: baseCSV + "kim.oe@new.x ann@x",
			set: func(u *state.Users) { absentLeave(u); u.Invite = true },
			want: `
				finding address_changed kim.oe@old.x @users.csv:6:1: likely_same kim.oe@new.x
			`,
		},
		{
			name: "two numbers are two people",
			have: base + "person kim.oe@old.x mgr=ann@x Id=1\n field Id TXT", csv: baseCSV + "kim.oe@new.x ann@x Id=2",
			set: func(u *state.Users) { byNumber(u); u.Invite = true },
			want: `
				provision create person kim.oe@new.x status: none -> invited (new)
				profiles update profile kim.oe@new.x capacity: none -> PT8H; Id: none -> 2
				assign create manager kim.oe@new.x manager: none -> ann@x
				assign create membership kim.oe@new.x group: none -> Ann
			`,
		},
		{
			name: "a manager by their number",
			have: base + "person rep@x Id=7 mgr=ann@x\n person boss@x Id=9\n field Id TXT", csv: "rep@x 9 Id=7",
			set: byNumber,
			want: `
				provision create group Boss name: none -> Boss
				assign create manager Boss team manager: none -> boss@x
				assign create manager rep@x manager: none -> boss@x
				assign create membership rep@x group: none -> Boss
				remove delete manager rep@x manager: ann@x -> none
			`,
		},
		{
			name: "a number that lost its zeros is likely the same person's",
			have: moved, csv: baseCSV + "hilde@x owner@x Id=71\n rep@x hilde@x",
			set: func(u *state.Users) { byNumber(u); absentLeave(u); u.Invite = true; u.Fields = nil },
			want: `
				finding address_changed anna.berg@x @users.csv:6:1: likely_same hilde@x
				finding keeps_manager rep@x @users.csv:7:2: manager_moved hilde@x ["anna.berg@x"]
			`,
		},
		{
			name: "a manager's number that lost its zeros changes nothing",
			have: base + "person rep@x Id=7 mgr=ann@x\n person boss@x Id=009\n field Id TXT", csv: "rep@x 9 Id=7",
			set: byNumber,
			want: `
				finding keeps_manager rep@x @users.csv:2:2: manager_near 9 ["009"]
			`,
		},
		{
			name: "a manager whose address is nearly another changes nothing",
			have: base + "person harald@x\n person rep@x mgr=ann@x", csv: "rep@x haradl@x",
			want: `
				finding keeps_manager rep@x @users.csv:2:2: manager_near haradl@x ["harald@x"]
			`,
		},
	})
}

// TestWhen: people who left by their row are absent, those who have not started are left alone.
func TestWhen(t *testing.T) {
	t.Parallel()
	today := func(d *state.Directory) { d.Now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) }
	at := func(email string, change func(*state.Row)) func(*state.Users) {
		return func(u *state.Users) {
			absentLeave(u)
			u.Guards.MaxShrink = state.Limit{Count: 0}
			for i := range u.People {
				if u.People[i].Email == email {
					change(&u.People[i])
				}
			}
		}
	}
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	have := base + "person cyd@x mgr=owner@x cap=4h"
	csv := baseCSV + "cyd@x ann@x"
	checkUsers(t, []userCase{
		{name: "left by their status, which max_shrink does not count", have: have, csv: csv, dir: today, set: at("cyd@x", func(r *state.Row) { r.Left = true }), want: `
				deactivate update person cyd@x status: active -> inactive [gated] (left_by_status)
			`},
		{name: "left by their last day", have: have, csv: csv, dir: today, set: at("cyd@x", func(r *state.Row) { r.Ends = day(19) }), want: `
				deactivate update person cyd@x status: active -> inactive [gated] (left_by_date)
			`},
		{name: "everybody has left", have: have, csv: "cyd@x ann@x", dir: today, set: func(u *state.Users) { u.People[0].Ends = day(19) }, want: `
				problem users.csv:1:1: everybody in the file has left, by their status or last day. That is read as a mistake, as an empty file is.
			`},
		{name: "their last day is today", have: have, csv: csv, dir: today, set: at("cyd@x", func(r *state.Row) { r.Ends = day(20) }), want: `
				profiles update profile cyd@x capacity: PT4H -> PT8H
				assign create manager cyd@x manager: none -> ann@x
				assign create membership cyd@x group: none -> Ann
				remove delete manager cyd@x manager: owner@x -> none
			`},
		{name: "not started: neither changed nor absent", have: have, csv: csv, dir: today, set: at("cyd@x", func(r *state.Row) { r.Starts = day(21) }), want: `
				finding not_started :  ["cyd@x"] (1)
			`},
		{name: "starts today", have: have, csv: csv, dir: today, set: at("cyd@x", func(r *state.Row) { r.Starts = day(20) }), want: `
				profiles update profile cyd@x capacity: PT4H -> PT8H
				assign create manager cyd@x manager: none -> ann@x
				assign create membership cyd@x group: none -> Ann
				remove delete manager cyd@x manager: owner@x -> none
			`},
		{name: "rows left out are neither changed nor absent, and may manage", have: have, csv: baseCSV + "bob@x cyd@x", dir: today, set: func(u *state.Users) {
			absentLeave(u)
			u.LeftOut = []string{"cyd@x"}
			u.People = append(u.People[:3:3], u.People[4])
		}, want: `
				provision create group Cyd name: none -> Cyd
				assign create manager Cyd team manager: none -> cyd@x
				assign create manager bob@x manager: none -> cyd@x
				assign create membership bob@x group: none -> Cyd
				remove delete manager bob@x manager: ann@x -> none
				remove delete membership bob@x group: Ann -> none
			`},
	})
}

// TestNotManaged: a column that is not there manages nothing.
func TestNotManaged(t *testing.T) {
	t.Parallel()
	have := base + "person cyd@x mgr=bob@x cap=4h\n group Old = cyd@x | ann@x"
	checkUsers(t, []userCase{
		{name: "no column of managers", have: have, csv: baseCSV + "cyd@x -", set: func(u *state.Users) { u.NoManagers, u.DeleteUnmanaged = true, true }, want: `
				profiles update profile cyd@x capacity: PT4H -> PT8H
			`},
		{name: "no column of hours", have: have, csv: "cyd@x bob@x cap=8h", set: func(u *state.Users) { u.NoHours = true }, want: `
				provision create group Bob name: none -> Bob
				assign create manager Bob team manager: none -> bob@x
				assign create membership cyd@x group: none -> Bob
			`},
		{name: "blank hours", have: have, csv: "cyd@x bob@x", set: func(u *state.Users) { u.People[0].Capacity = state.CapacityUnknown }, want: `
				provision create group Bob name: none -> Bob
				assign create manager Bob team manager: none -> bob@x
				assign create membership cyd@x group: none -> Bob
			`},
		{name: "managers as roles on people alone", have: have, csv: baseCSV + "cyd@x ann@x", set: func(u *state.Users) { u.NoGroups, u.DeleteUnmanaged = true, true; u.People[4].Capacity = 4 * time.Hour }, want: `
				assign create manager cyd@x manager: none -> ann@x
				remove delete manager cyd@x manager: bob@x -> none
			`},
		{name: "working days", have: have, csv: "cyd@x bob@x cap=4h", set: func(u *state.Users) { u.NoGroups = true; u.People[0].Days = []time.Weekday{time.Monday, time.Friday} }, want: `
				profiles update profile cyd@x working days: none -> MONDAY, FRIDAY
			`},
	})
}

// TestWeeks: the hours of a week before and after are those of the days before and after.
func TestWeeks(t *testing.T) {
	t.Parallel()
	five := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	for name, tc := range map[string]struct {
		days, asked  []time.Weekday
		perDay, week time.Duration
		before, want time.Duration
	}{
		"days alone":           {five, five[:4], 8 * time.Hour, 32 * time.Hour, 40 * time.Hour, 32 * time.Hour},
		"hours as they are":    {five, five[:4], state.CapacityUnknown, 0, 40 * time.Hour, 32 * time.Hour},
		"hours and days":       {five, five[:4], 10 * time.Hour, 40 * time.Hour, 40 * time.Hour, 40 * time.Hour},
		"a number of days":     {five, nil, 10 * time.Hour, 40 * time.Hour, 40 * time.Hour, 40 * time.Hour},
		"days that are unread": {nil, five[:4], 8 * time.Hour, 32 * time.Hour, 0, 32 * time.Hour},
		"none":                 {five, nil, 0, 0, 40 * time.Hour, 0},
	} {
		dir := &state.Directory{People: []state.Person{{Email: "a@x", Status: state.Active, Capacity: 8 * time.Hour, Days: tc.days}}}
		spec := &state.Users{NoManagers: true, People: []state.Row{{Email: "a@x", Capacity: tc.perDay, Week: tc.week, Days: tc.asked}}, Guards: state.Guards{MaxChanges: state.Limit{Count: 9}}}
		changes := compute(spec, dir).Changes
		if len(changes) != 1 || changes[0].WeekBefore != tc.before || changes[0].Week != tc.want {
			t.Errorf("%s: %v, want a week of %v and then %v", name, changes, tc.before, tc.want)
		}
	}
}

// TestFollowed: a group is a manager's whatever it is called, and somebody else's is taken over by approval alone.
func TestFollowed(t *testing.T) {
	t.Parallel()
	checkUsers(t, []userCase{
		{
			name: "a renamed manager's group is his, though it has somebody else's name now",
			have: "person owner@x owner\n person bob@x name=Bob_Reed\n person other@x name=Bob_Wilson\n person a@x mgr=bob@x\n person b@x mgr=other@x\n group Bob_Wilson = a@x | bob@x",
			csv:  "a@x bob@x\n b@x other@x",
			want: `
				provision update group Bob Wilson name: Bob Wilson -> Bob Reed (renamed)
				provision create group Bob Wilson name: none -> Bob Wilson
				assign create manager Bob Wilson team manager: none -> other@x
				assign create membership b@x group: none -> Bob Wilson
			`,
		},
		{
			name: "two managers who swapped their names",
			have: "person owner@x owner\n person a@x name=Bo\n person b@x name=Al\n person p@x mgr=a@x\n person q@x mgr=b@x\n group Al = p@x | a@x\n group Bo = q@x | b@x",
			csv:  "p@x a@x\n q@x b@x",
			want: `
				provision update group Al name: Al -> Bo (a@x) (renamed)
				provision update group Bo name: Bo -> Al (renamed)
				finding group_name a@x: name_taken ["Bo (a@x)" "Bo"]
			`,
		},
		{
			name: "a name that another group gives up is free, after that one is renamed",
			have: "person owner@x owner\n person o@x name=Zed\n person c@x name=Holiday_X\n person p@x mgr=o@x\n person q@x mgr=c@x\n group c@x = p@x | o@x",
			csv:  "p@x o@x\n q@x c@x",
			set:  func(u *state.Users) { u.Protect.Groups = []string{"Holiday *"} },
			want: `
				provision update group c@x name: c@x -> Zed (renamed)
				provision create group c@x name: none -> c@x
				assign create manager c@x team manager: none -> c@x
				assign create membership q@x group: none -> c@x
				finding protects_nothing Holiday *: protect.groups
			`,
		},
		{
			name: "somebody renames themselves like a group: taken over by approval alone",
			have: "person owner@x owner\n person eve@x name=Payroll\n person boss@x\n person a@x mgr=owner@x\n group Owner = a@x | owner@x\n group Payroll = boss@x | ",
			csv:  "a@x eve@x",
			want: `
				assign create manager a@x manager: none -> eve@x
				remove delete manager a@x manager: owner@x -> none
				cleanup create manager Payroll team manager: none -> eve@x [gated] (takeover Payroll)
				cleanup create membership a@x group: none -> Payroll [gated] (takeover Payroll)
				cleanup delete membership a@x group: Owner -> none [gated] (takeover Payroll)
			`,
		},
		{
			name: "of another team manager too",
			have: "person owner@x owner\n person eve@x name=Payroll\n person boss@x\n person a@x mgr=eve@x\n group Payroll = | boss@x",
			csv:  "a@x eve@x",
			want: `
				cleanup create manager Payroll team manager: none -> eve@x [gated] (takeover Payroll)
				cleanup create membership a@x group: none -> Payroll [gated] (takeover Payroll)
				cleanup delete manager Payroll team manager: boss@x -> none [gated] (takeover Payroll)
			`,
		},
		{
			name: "a group given up keeps nobody's role",
			have: "person owner@x owner\n person ann@x mgr=owner@x\n person bob@x mgr=ann@x\n group Owner = ann@x | owner@x\n group Old_name = bob@x | ann@x",
			csv:  "owner@x - \n ann@x owner@x\n bob@x owner@x",
			set:  func(u *state.Users) { u.FallbackManager = "" },
			want: `
				assign create manager bob@x manager: none -> owner@x
				assign create membership bob@x group: none -> Owner
				remove delete manager Old name team manager: ann@x -> none
				remove delete manager bob@x manager: ann@x -> none
				remove delete membership bob@x group: Old name -> none
				finding keeps_manager owner@x @users.csv:2:2: no_manager
			`,
		},
		{
			name: "the role over a group that the fallback manager gets says so",
			have: "person owner@x owner\n person ops@x\n person a@x mgr=ops@x\n group Other_functions = a@x |",
			csv:  "a@x -",
			want: `
				assign create manager Other functions team manager: none -> ops@x (group_fallback)
				finding fallback a@x @users.csv:2:2: no_manager ["ops@x"]
			`,
		},
	})
}

// TestHandsOff: what is named is protected, whatever characters it has and whatever Unicode form.
func TestHandsOff(t *testing.T) {
	t.Parallel()
	checkUsers(t, []userCase{
		{
			name: "a name with brackets is itself", have: base + "group Holiday_[ES] = bob@x |\n group Old = |", csv: baseCSV,
			set: func(u *state.Users) { u.DeleteUnmanaged = true; u.Protect.Groups = []string{"Holiday [ES]"} },
			want: `
				cleanup delete group Old name: Old -> none; members: 0 -> none [gated] (unmanaged)
			`,
		},
		{
			name: "two forms of a letter are one", have: base + "group A\u030aland = bob@x |\n person p@x mgr=owner@x C=A\u030aland\n field C TXT", csv: baseCSV + "p@x owner@x C=Sverige",
			set: func(u *state.Users) {
				u.DeleteUnmanaged = true
				u.Protect.Field = "C"
				u.Protect.Groups = []string{"\u00c5land"}
			},
			want: `
				profiles update profile p@x C: Åland -> Sverige
				assign create membership p@x group: none -> Owner
			`,
		},
		{
			name: "people by a pattern; an entry that matches nobody is said", have: base + "person p@partner.x cap=1h", csv: baseCSV + "p@partner.x ann@x",
			set: func(u *state.Users) { u.Protect.Users = []string{"*@partner.x", "typo@x"} },
			want: `
				finding protected p@partner.x @users.csv:6:1: protected
				finding protects_nothing typo@x: protect.users
			`,
		},
		{
			name: "admins need the owner's key", have: "person boss@x owner\n person owner@x admin\n person adm@x admin mgr=owner@x\n person ops@x mgr=owner@x\n group Owner = ops@x | owner@x", csv: "ops@x owner@x\n owner@x - ",
			set: func(u *state.Users) { absentLeave(u); u.DeactivateAdmins, u.FallbackManager = true, "" },
			want: `
				deactivate update person adm@x status: active -> inactive [gated] (absent)
				refused deactivate_admins: not_owner adm@x
				finding cannot_leave boss@x: owner
				finding keeps_manager owner@x @users.csv:3:2: no_manager
			`,
		},
		{
			name: "nobody is invited while the key's own user is missing", have: "person ops@x", csv: "new@x ops@x", set: func(u *state.Users) { u.Invite = true },
			want: `
				finding not_in_workspace new@x @users.csv:2:1: self_missing
			`,
		},
		{
			name: "a field whose name another one nearly has is not made", have: base + "field Global_ID TXT", csv: baseCSV + "bob@x ann@x Global_Id=4",
			set: func(u *state.Users) { u.People = u.People[4:] },
			want: `
				finding custom_field Global Id: nearly_same Global ID [failed]
			`,
		},
		{
			name: "values that lost their zeros are said", have: base + "person p@x mgr=ann@x N=001004 M=100235\n person q@x mgr=ann@x N=7\n field N TXT\n field M TXT", csv: "p@x ann@x N=1004 M=1.00235E+5\n q@x ann@x N=8 M=",
			set: func(u *state.Users) { u.NoGroups = true },
			want: `
				profiles update profile p@x N: 001004 -> 1004; M: 100235 -> 1.00235E+5
				profiles update profile q@x N: 7 -> 8
				finding damaged_values M:  ["p@x"] (1)
				finding damaged_values N:  ["p@x"] (1)
			`,
		},
		{
			name: "a number that no spreadsheet keeps is said where nothing was, too", have: base + "person p@x mgr=ann@x\n field N TXT", csv: "p@x ann@x N=1.00235E+11",
			set: func(u *state.Users) { u.NoGroups = true },
			want: `
				profiles update profile p@x N: none -> 1.00235E+11
				finding damaged_values N:  ["p@x"] (1)
			`,
		},
		{
			name: "numbers that mean two things, or have more digits than are kept", have: base + "person p@x mgr=ann@x\n person q@x mgr=ann@x\n field N NUMBER", csv: "p@x ann@x N=1,005\n q@x ann@x N=1234567890123456\n ann@x owner@x N=1,50",
			set: func(u *state.Users) { u.NoGroups = true },
			want: `
				profiles update profile ann@x N: none -> 1.5
				problem users.csv:2:4: N: "1,005" may be 1005 or 1.005: write it without a comma, or with a point.
				problem users.csv:3:4: N: "1234567890123456" has more than the 15 digits that a NUMBER field keeps: map the column to a text field.
			`,
		},
		{
			name: "somebody to be invited who is nearly another", have: base + "person anna.berg@x mgr=ann@x", csv: "anna.berg@x ann@x\n ana.berg@x ann@x\n pers11@x ann@x\n pers12@x ann@x",
			set: func(u *state.Users) { u.NoGroups, u.Invite = true, true },
			want: `
				provision create person ana.berg@x status: none -> invited (new)
				provision create person pers11@x status: none -> invited (new)
				provision create person pers12@x status: none -> invited (new)
				profiles update profile ana.berg@x capacity: none -> PT8H
				profiles update profile pers11@x capacity: none -> PT8H
				profiles update profile pers12@x capacity: none -> PT8H
				assign create manager ana.berg@x manager: none -> ann@x
				assign create manager pers11@x manager: none -> ann@x
				assign create manager pers12@x manager: none -> ann@x
				finding near_person ana.berg@x @users.csv:3:1: anna.berg@x
			`,
		},
		{
			name: "what a leaver leaves behind is told", have: base + "person lea@x mgr=owner@x\n person rep@x mgr=lea@x", csv: baseCSV + "rep@x lea@x",
			set: func(u *state.Users) { absentLeave(u); u.NoGroups = true },
			dir: func(d *state.Directory) { d.People[4].Projects = []string{"Website"} },
			want: `
				deactivate create manager rep@x manager: none -> ops@x [gated] (leaver lea@x)
				deactivate delete manager rep@x manager: lea@x -> none [gated] (leaver lea@x)
				deactivate update person lea@x status: active -> inactive [gated] (absent; 1 people and groups [] to ops@x, projects ["Website"], named by ["rep@x"])
			`,
		},
	})
}
