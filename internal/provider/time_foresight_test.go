package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// member makes the key at the destination, or at the source, one of a plain member's.
func member(w *sandbox.Workspace) {
	w.Members[0].Owner, w.Members[0].Admin = false, false
}

// What the workspaces' own settings say is known before anything is written: each is one finding with its count, and no
// write is tried.
func TestTimeForesight(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		set   func(o *office, home, theirs *sandbox.Workspace)
		sync  func(s *state.TimeSync)
		cause string // "": all arrives
	}{
		{"task", func(_ *office, _, theirs *sandbox.Workspace) { theirs.Settings.ForceTasks = true }, nil, "needs_task"},
		{"default task", func(_ *office, _, theirs *sandbox.Workspace) {
			theirs.Settings.ForceTasks = true
			theirs.AddTask(theirs.Projects[0].ID, "Support")
		}, func(s *state.TimeSync) { s.Defaults.Task = "Support" }, ""},
		{"tag", func(_ *office, _, theirs *sandbox.Workspace) { theirs.Settings.ForceTags = true }, nil, "needs_tag"},
		{"default tag", func(_ *office, _, theirs *sandbox.Workspace) {
			theirs.Settings.ForceTags = true
			theirs.AddTag("mirrored")
		}, func(s *state.TimeSync) { s.Defaults.Tag = "mirrored" }, ""},
		{"description", func(_ *office, home, theirs *sandbox.Workspace) {
			theirs.Settings.ForceDescription = true
			for i := range home.Entries {
				home.Entries[i].Description = ""
			}
		}, nil, "needs_description"},
		{"field", func(_ *office, _, theirs *sandbox.Workspace) {
			theirs.AddEntryField("Cost", "TXT")
			theirs.CustomFields[0].Required = true
		}, nil, "needs_field"},
		{"default field", func(_ *office, _, theirs *sandbox.Workspace) {
			theirs.AddEntryField("Cost", "TXT")
			theirs.CustomFields[0].Required = true
		}, func(s *state.TimeSync) { s.Defaults.Fields = map[string]string{"Cost": "12"} }, ""},
		{"lock", func(o *office, _, theirs *sandbox.Workspace) {
			theirs.LockedUntil = o.now
			member(theirs)
		}, nil, "locked"},
		{"lock, and an admin", func(o *office, _, theirs *sandbox.Workspace) { theirs.LockedUntil = o.now }, nil, ""},
		{"automatic lock", func(o *office, _, theirs *sandbox.Workspace) {
			theirs.AutomaticLock = &sandbox.Lock{Type: "OLDER_THAN", OlderThanPeriod: "DAYS", OlderThanValue: 0}
			o.now = o.now.Add(24 * time.Hour)
			member(theirs)
		}, nil, "locked"},
		{"automatic lock whose date is not told", func(o *office, _, theirs *sandbox.Workspace) {
			theirs.AutomaticLock, theirs.HidesLockDate = &sandbox.Lock{Type: "WEEKLY", ChangeDay: "MONDAY", FirstDay: "SATURDAY"}, true
			o.now = o.now.Add(3 * 24 * time.Hour)
			member(theirs)
		}, nil, "locked"},
		{"automatic lock, and an admin", func(_ *office, _, theirs *sandbox.Workspace) {
			theirs.AutomaticLock = &sandbox.Lock{Type: "OLDER_THAN", OlderThanPeriod: "DAYS", OlderThanValue: 0}
		}, nil, ""},
		{"approved", approvedFriday, nil, "approved"},
		{"approved, of somebody else", func(o *office, home, theirs *sandbox.Workspace) {
			approvedFriday(o, home, theirs)
			theirs.ApprovedPeriods[0].UserID, theirs.Entries = "somebody else", nil
		}, nil, ""},
		{"timer", func(_ *office, _, theirs *sandbox.Workspace) {
			theirs.Settings.TimeTrackingMode = "STOPWATCH_ONLY"
			member(theirs)
		}, nil, "timer_only"},
		{"accepted", func(_ *office, _, theirs *sandbox.Workspace) { theirs.Settings.ForceTags = true }, func(s *state.TimeSync) { s.AcceptUnmirrored = true }, "needs_tag"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
				for i := range 3 {
					o.book(home, 20, fmt.Sprintf("%02d:00", 9+i), time.Hour, fmt.Sprintf("work %d", i))
				}
				tc.set(o, home, theirs)
			})
			s := o.sync()
			if tc.sync != nil {
				tc.sync(&s)
			}
			o.ResetCalls()
			p, failed := o.run(s)
			if failed != nil {
				t.Fatal(failed)
			}
			if tc.cause == "" {
				if n := len(o.entries(o.theirs)); n != 3 {
					t.Errorf("%d entries arrived: %v", n, p.Findings)
				}
				o.settled(s)
				return
			}
			if n := o.WriteCount(); n > 0 {
				t.Errorf("%d writes", n)
			}
			if len(p.Findings) != 1 || string(p.Findings[0].Cause) != tc.cause || p.Findings[0].Count != 3 || p.Findings[0].Failed == s.AcceptUnmirrored {
				t.Errorf("findings: %+v", p.Findings)
			}
		})
	}
}

// approvedFriday has Ann's Friday approved, of which there is some work already.
func approvedFriday(o *office, _, theirs *sandbox.Workspace) {
	theirs.Settings.TimeApproval = true
	theirs.AddEntry(o.ann, "", "before", cron[0].Add(-16*time.Hour), time.Hour)
	theirs.ApprovedPeriods = []sandbox.Period{{UserID: o.ann, From: cron[0].Add(-23 * time.Hour), To: cron[0].Add(time.Hour)}}
}

// Where what is approved cannot be read, it is met in the write, with the reason.
func TestTimeApprovalsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
		o.book(home, 20, "09:00", time.Hour, "plan")
		approvedFriday(o, home, theirs)
		theirs.WithoutFeatures = []string{"APPROVAL"}
	})
	_, failed := o.run(o.sync())
	if len(failed) != 1 || !strings.Contains(failed[0], "approved in the destination") {
		t.Errorf("%v", failed)
	}
}

// The date of an automatic lock is worked out as the sandbox does, by a program of its own, on every day.
func TestTimeAutomaticLockDates(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		days := []string{"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"}
		lock := &sandbox.Lock{
			Type:      rapid.SampledFrom([]string{"WEEKLY", "MONTHLY", "OLDER_THAN"}).Draw(t, "type"),
			ChangeDay: rapid.SampledFrom(days).Draw(t, "change"), FirstDay: rapid.SampledFrom(days).Draw(t, "first"),
			DayOfMonth:      rapid.IntRange(1, 28).Draw(t, "day"),
			OlderThanPeriod: rapid.SampledFrom([]string{"DAYS", "WEEKS"}).Draw(t, "period"), OlderThanValue: rapid.IntRange(1, 5).Draw(t, "value"),
		}
		zone := rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland"}).Draw(t, "zone")
		back := time.Duration(rapid.IntRange(0, 7*24).Draw(t, "hours")) * time.Hour
		now := cron[0].Add(time.Duration(rapid.IntRange(0, 400*24).Draw(t, "now")) * time.Hour)
		wrote := [2]bool{}
		for i, hides := range []bool{false, true} {
			o := &office{t: t, retries: -1, now: now, keys: map[string]string{}, address: "https://clockify.test"}
			o.build(func(o *office, home, theirs *sandbox.Workspace) {
				home.AddEntry(o.ann, home.Projects[0].ID, "work", now.Add(-back), time.Hour)
				theirs.AutomaticLock, theirs.HidesLockDate, theirs.Settings.LockTimeZone = lock, hides, zone
				member(theirs)
			})
			o.base = o.Transport()
			s := o.sync()
			s.Window = 30 * 24 * time.Hour
			if _, failed := o.run(s); failed != nil {
				t.Fatalf("a write was tried: %v", failed)
			}
			wrote[i] = len(o.entries(o.theirs)) > 0
		}
		if wrote[0] != wrote[1] {
			t.Fatalf("written where the date is told: %t, where it is not: %t", wrote[0], wrote[1])
		}
	})
}

// A key that may not create projects is one finding, with who may, and the entries arrive.
func TestTimeProjectRights(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
		for i := range 60 {
			theirs.AddProject("", fmt.Sprintf("Project %d", i))
		}
		o.book(home, 20, "09:00", time.Hour, "plan")
		member(home)
	})
	p, failed := o.run(o.sync())
	if failed != nil || len(p.Changes) != 1 || len(o.entries(o.theirs)) != 1 {
		t.Errorf("%d changes, %v", len(p.Changes), failed)
	}
	if len(p.Findings) != 1 || p.Findings[0].Kind != state.FindingProjectRights || p.Findings[0].Count != 60 || p.Findings[0].About != "ADMINS" || p.Findings[0].Failed {
		t.Errorf("findings: %+v", p.Findings)
	}
}

// One new entry with a task asks for the tasks of its own project, and of no other.
func TestTimeCallsForTasks(t *testing.T) {
	t.Parallel()
	const projects = 40
	for _, linked := range []bool{false, true} {
		o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
			for i := range projects {
				a, b := home.AddProject(o.client, fmt.Sprintf("P%02d", i)), theirs.AddProject("", fmt.Sprintf("P%02d", i))
				task := home.AddTask(a, "Build")
				theirs.AddTask(b, "Build")
				home.AddEntry(o.ann, a, "work", o.now.Add(-time.Duration(i+2)*time.Hour), 30*time.Minute).TaskID = task
			}
		})
		s := o.sync()
		if linked {
			s = o.linked()
		}
		if _, failed := o.run(s); failed != nil {
			t.Fatal(failed)
		}
		o.change(func(home, _ *sandbox.Workspace) {
			home.AddEntry(o.ann, home.Projects[1].ID, "new", o.now.Add(-time.Hour), 30*time.Minute).TaskID = home.Tasks[0].ID
		})
		o.ResetCalls()
		if p, failed := o.run(s); failed != nil || len(p.Changes) != 1 {
			t.Fatalf("%d changes, %v", len(p.Changes), failed)
		}
		if n := o.Total(); n > 12 {
			t.Errorf("linked=%t: one new entry takes %d calls: %v", linked, n, o.Calls())
		}
		if n := len(o.entries(o.theirs)); n != projects+1 {
			t.Errorf("%d entries", n)
		}
		o.settled(s)
	}
}

// Equal new entries do not wait for each other.
func TestTimeEqualEntriesAreMadeSideBySide(t *testing.T) {
	t.Parallel()
	took := func(text func(int) string) (d time.Duration) {
		inBubble(t, 1, func(o *office, home, _ *sandbox.Workspace) {
			for i := range 200 {
				o.book(home, 20, "09:00", time.Hour, text(i))
			}
		}, func(t *testing.T, o *office) {
			tm, p := o.plan(o.sync())
			start := time.Now()
			if failed := do(tm, p, false); failed != nil {
				t.Fatal(failed)
			}
			d = time.Since(start)
			if n := len(o.entries(o.theirs)); n != 200 {
				t.Errorf("%d entries, want 200", n)
			}
		})
		return d
	}
	equal, other := took(func(int) string { return "same" }), took(func(i int) string { return fmt.Sprint(i) })
	if equal > other*11/10 {
		t.Errorf("200 equal entries take %s, 200 others %s", equal, other)
	}
}
