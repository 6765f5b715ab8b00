package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// lambda is the tool this one follows, as it was measured (docs/from-the-lambda.md): on the first page of 50 of each side's last
// 24 hours, newest first, without running timers, an entry is there already when start, end and description are among
// the destination's. It returns the descriptions of those it would make.
func lambda(o *office) []string {
	state := o.State()
	home, theirs := state.Workspace(o.home), state.Workspace(o.theirs)
	goals := map[string]bool{}
	for _, p := range theirs.Projects {
		goals[p.Name] = true
	}
	names := map[string]string{}
	for _, p := range home.Projects {
		if p.ClientID == o.client {
			names[p.ID] = p.Name
		}
	}
	page := func(w *sandbox.Workspace) []sandbox.Entry {
		var list []sandbox.Entry
		for _, e := range w.Entries {
			if !e.End.IsZero() && e.Start.After(o.now.Add(-24*time.Hour)) && e.Start.Before(o.now) {
				list = append(list, e)
			}
		}
		slices.SortStableFunc(list, func(a, b sandbox.Entry) int { return b.Start.Compare(a.Start) })
		return list[:min(len(list), 50)]
	}
	key := func(e sandbox.Entry) string { return fmt.Sprint(e.Start, e.End, e.Description) }
	there := map[string]bool{}
	for _, e := range page(theirs) {
		there[key(e)] = true
	}
	var made []string
	for _, e := range page(home) {
		if goals[names[e.ProjectID]] && !there[key(e)] {
			made = append(made, e.Description)
		}
	}
	return made
}

// TestWhatTheLambdaGotWrong shows each known failing of the tool this one follows as it was, and what happens now.
func TestWhatTheLambdaGotWrong(t *testing.T) {
	t.Parallel()

	t.Run("70 entries in a window", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
			for i := range 70 {
				o.book(home, 20, fmt.Sprintf("%02d:%02d", i/12, i%12*5), 5*time.Minute, fmt.Sprintf("work %02d", i))
			}
		})
		if made := lambda(o); len(made) != 50 {
			t.Fatalf("the old tool makes %d, want 50", len(made))
		}
		if _, failed := o.run(o.sync()); failed != nil {
			t.Fatal(failed)
		}
		if got := o.entries(o.theirs); len(got) != 70 {
			t.Errorf("%d entries arrived, want 70", len(got))
		}
		o.settled(o.sync())
	})

	edited := func(o *office) {
		o.change(func(home, _ *sandbox.Workspace) {
			home.Entries[0].Description = "planning"
			home.Entries[1].End = home.Entries[1].End.Add(30 * time.Minute)
		})
	}
	three := func(o *office, home, theirs *sandbox.Workspace) {
		o.book(home, 20, "09:00", time.Hour, "plan")
		o.book(home, 20, "10:00", time.Hour, "build")
		o.book(home, 20, "11:00", time.Hour, "test")
	}

	t.Run("an edit", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t, three)
		o.run(o.sync())
		edited(o)
		if made := lambda(o); len(made) != 2 {
			t.Fatalf("the old tool makes %v, want the two edited ones again", made)
		}
		p, failed := o.run(o.sync())
		if failed != nil || len(p.Changes) != 2 {
			t.Errorf("%d changes, want two updates; %v", len(p.Changes), failed)
		}
		want := []string{"Alpha / Website 20T09:00-20T10:00 planning", "Alpha / Website 20T10:00-20T11:30 build", "Alpha / Website 20T11:00-20T12:00 test"}
		if diff := cmp.Diff(want, o.entries(o.theirs)); diff != "" {
			t.Errorf("destination (-want +got):\n%s", diff)
		}
		o.settled(o.sync())
	})

	t.Run("a delete, told without the link and followed with it", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t, three)
		o.run(o.sync())
		drop := func(home, _ *sandbox.Workspace) { home.Entries = home.Entries[1:] }
		o.change(drop)
		if made := lambda(o); made != nil {
			t.Fatalf("the old tool makes %v", made) // and leaves three
		}
		p, _ := o.run(o.sync())
		want := []string{"Alpha / Website | unmatched | 1 of 1h0m0s | 20T09:00 plan"}
		if diff := cmp.Diff(want, findings(p, state.FindingNoSource)); diff != "" || !p.Empty() {
			t.Errorf("findings (-want +got):\n%s", diff)
		}

		s := o.linked()
		s.Deletes = true
		if _, failed := o.run(s); failed != nil { // the two that are left are adopted
			t.Fatal(failed)
		}
		o.change(drop)
		p, _ = o.run(s)
		if gated := p.Gated(); len(gated) != 1 || len(o.entries(o.theirs)) != 3 {
			t.Fatalf("%d deletes wait, and %d entries are there; want 1 and 3", len(gated), len(o.entries(o.theirs)))
		}
		if _, failed := o.run(s, true); failed != nil {
			t.Error(failed)
		}
		left := []string{"Alpha / Website 20T09:00-20T10:00 plan", "Alpha / Website 20T11:00-20T12:00 test"} // the first was nobody's mirror
		if diff := cmp.Diff(left, o.entries(o.theirs)); diff != "" {
			t.Errorf("destination (-want +got):\n%s", diff)
		}
		o.settled(s)
	})

	t.Run("a timer that runs at the hour", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) { o.book(home, 20, "22:30", 0, "night") })
		p, _ := o.run(o.sync())
		want := []string{"Acme / Website · 2026-11-20T22:30:00Z · night |  | 20T22:30 night"}
		if diff := cmp.Diff(want, findings(p, state.FindingRunning)); diff != "" || !p.Empty() {
			t.Errorf("findings (-want +got):\n%s", diff)
		}
		o.change(func(home, _ *sandbox.Workspace) { home.Entries[0].End = home.Entries[0].Start.Add(3 * time.Hour) })
		o.now = o.now.Add(24 * time.Hour)
		if made := lambda(o); made != nil {
			t.Fatalf("the old tool makes %v", made) // lost
		}
		o.run(o.sync())
		if diff := cmp.Diff([]string{"Alpha / Website 20T22:30-21T01:30 night"}, o.entries(o.theirs)); diff != "" {
			t.Errorf("destination (-want +got):\n%s", diff)
		}
		o.settled(o.sync())
	})

	t.Run("an entry added five days late", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) { o.book(home, 15, "23:30", time.Hour, "late") })
		if made := lambda(o); made != nil {
			t.Fatalf("the old tool makes %v", made)
		}
		o.run(o.sync())
		if diff := cmp.Diff([]string{"Alpha / Website 15T23:30-16T00:30 late"}, o.entries(o.theirs)); diff != "" {
			t.Errorf("destination (-want +got):\n%s", diff)
		}
	})

	t.Run("two equal entries", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
			o.book(home, 20, "09:00", time.Hour, "plan")
			o.book(theirs, 20, "09:00", time.Hour, "plan")
			o.book(home, 20, "09:00", time.Hour, "plan")
		})
		if made := lambda(o); made != nil {
			t.Fatalf("the old tool makes %v", made) // both are there already, it thinks
		}
		o.run(o.sync())
		if got := o.entries(o.theirs); len(got) != 2 {
			t.Errorf("there are %v, want two", got)
		}
		o.settled(o.sync())
	})

	t.Run("two projects of one name", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
			theirs.AddProject(theirs.AddClient("Beta"), "Website")
			theirs.AddProject(theirs.Clients[1].ID, "Shop")
			o.book(home, 20, "09:00", time.Hour, "plan")
			o.book(home, 20, "10:00", time.Hour, "sell").ProjectID = home.AddProject(o.client, "Shop")
		})
		if made := lambda(o); len(made) != 2 {
			t.Fatalf("the old tool makes %v", made) // one of them in the wrong client's project
		}
		p, _ := o.run(o.sync())
		if len(findings(p, state.FindingAmbiguous)) != 1 {
			t.Errorf("findings: %v", p.Findings)
		}
		if diff := cmp.Diff([]string{"Beta / Shop 20T10:00-20T11:00 sell"}, o.entries(o.theirs)); diff != "" {
			t.Errorf("destination (-want +got):\n%s", diff)
		}
		s := o.sync()
		s.ProjectMap = map[string]string{"Website": "Beta / Website"}
		o.run(s)
		if diff := cmp.Diff([]string{"Beta / Shop 20T10:00-20T11:00 sell", "Beta / Website 20T09:00-20T10:00 plan"}, o.entries(o.theirs)); diff != "" {
			t.Errorf("destination (-want +got):\n%s", diff)
		}
		o.settled(s)
	})

	t.Run("project_options, and none", func(t *testing.T) {
		t.Parallel()
		// The old tool fails with an UnboundLocalError where the secret has none, or uses the secret's before.
		o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) { theirs.AddProject("", "Loose") })
		if _, failed := o.run(o.sync()); failed != nil {
			t.Fatal(failed)
		}
		o.change(func(_, theirs *sandbox.Workspace) { theirs.AddProject("", "Coloured") })
		s := o.sync()
		s.Color = "#00FFFF"
		if _, failed := o.run(s); failed != nil {
			t.Fatal(failed)
		}
		state := o.State()
		var got []string
		for _, p := range state.Workspace(o.home).Projects[1:] {
			if p.ClientID != o.client {
				t.Errorf("%s is under another client", p.Name)
			}
			got = append(got, p.Name+p.Color)
		}
		if diff := cmp.Diff([]string{"Loose", "Coloured#00FFFF"}, got); diff != "" {
			t.Errorf("new projects (-want +got):\n%s", diff)
		}
		o.settled(s)
	})

	t.Run("an entry without a project", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
			o.book(home, 20, "09:00", 90*time.Minute, "what").ProjectID = ""
		})
		if made := lambda(o); made != nil {
			t.Fatalf("the old tool makes %v", made) // and says nothing
		}
		p, _ := o.run(o.sync())
		want := []string{"acme | no_project | 1 of 1h30m0s"}
		if diff := cmp.Diff(want, findings(p, state.FindingNoProject)); diff != "" {
			t.Errorf("findings (-want +got):\n%s", diff)
		}
	})

	t.Run("a second secret after a failing first", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t, three)
		bad := o.sync()
		bad.Name, bad.Source.ClientID = "first", "000000000000000000000000"
		home, theirs := o.workspace(o.home), o.workspace(o.theirs)
		if _, err := remoteTime(home, theirs).Read(t.Context(), bad, o.now, differs(bad)); err == nil || !strings.Contains(err.Error(), "time_sync first: source.client_id") {
			t.Fatalf("the first fails with %v", err)
		}
		second := remoteTime(home, theirs)
		ledger, err := second.Read(t.Context(), o.sync(), o.now, differs(o.sync()))
		if err != nil {
			t.Fatal(err)
		}
		if failed := do(second, computeTime(o.sync(), ledger...), false); failed != nil || len(o.entries(o.theirs)) != 3 {
			t.Errorf("the second leaves %v; %v", o.entries(o.theirs), failed)
		}
	})
}

// Everything that is copied arrives, over midnight and a change of the clocks, whatever zone the API reads windows in.
func TestTimeCopies(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Europe/Berlin"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
				home.AddTask(home.Projects[0].ID, "Build")
				home.AddTask(home.Projects[0].ID, "Secret")
				theirs.AddTask(theirs.Projects[0].ID, "Build")
				dev, own := home.AddTag("dev"), home.AddTag("own")
				theirs.AddTag("dev")
				e := o.book(home, 20, "09:00", time.Hour, "all")
				e.Billable, e.TaskID, e.TagIDs = true, home.Tasks[0].ID, []string{dev, own}
				o.book(home, 20, "12:00", 30*time.Minute, "lunch").Type = "BREAK"
				o.book(home, 19, "23:30", 2*time.Hour, "over midnight")
				o.book(home, 19, "08:00", time.Hour, "a task of theirs not").TaskID = home.Tasks[1].ID
				o.book(home, 14, "00:00", time.Hour, "the first")
				o.book(home, 13, "23:59", time.Hour, "before it")
			})

			s := o.State()
			s.Users[0].TimeZone = zone
			o.SetState(s)
			sync := o.sync()
			sync.From = time.Date(2026, 11, 14, 0, 0, 0, 0, time.UTC)
			p, failed := o.run(sync)
			if failed != nil {
				t.Fatal(failed)
			}
			want := []string{
				"Alpha / Website 14T00:00-14T01:00 the first",
				"Alpha / Website 19T08:00-19T09:00 a task of theirs not",
				"Alpha / Website 19T23:30-20T01:30 over midnight",
				"Alpha / Website 20T09:00-20T10:00 all billable task=Build tag=dev",
				"Alpha / Website 20T12:00-20T12:30 lunch break",
			}
			if diff := cmp.Diff(want, o.entries(o.theirs)); diff != "" {
				t.Errorf("destination (-want +got):\n%s", diff)
			}
			if got := findings(p, state.FindingNotCarried); len(got) != 2 {
				t.Errorf("findings: %v", got)
			}
			o.settled(sync)

			sync.CreateMissing = true
			s = o.State()
			home := s.Workspace(o.home)
			e := o.book(home, 18, "08:00", time.Hour, "tags and tasks are made")
			e.TaskID, e.TagIDs = home.Tasks[1].ID, []string{home.Tags[1].ID}
			o.SetState(s)
			if _, failed := o.run(sync); failed != nil {
				t.Fatal(failed)
			}
			if got := o.entries(o.theirs); !slices.Contains(got, "Alpha / Website 18T08:00-18T09:00 tags and tasks are made task=Secret tag=own") ||
				!slices.Contains(got, "Alpha / Website 19T08:00-19T09:00 a task of theirs not") {
				t.Errorf("tag and task were not made: %v", got)
			}
			o.settled(sync)
		})
	}
}

// Europe's clocks go back on 25 October 2026 at 01:00 UTC: an hour is there twice, and entries are instants.
func TestTimeChangeOfClocks(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
		o.now = time.Date(2026, 10, 26, 23, 0, 0, 0, time.UTC)
		at := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)
		home.AddEntry(o.ann, home.Projects[0].ID, "night shift", at, 2*time.Hour)
		home.AddEntry(o.ann, home.Projects[0].ID, "night shift", at.Add(time.Hour), time.Hour)
	})
	s := o.State()
	s.Users[0].TimeZone = "Europe/Berlin"
	o.SetState(s)
	if _, failed := o.run(o.sync()); failed != nil {
		t.Fatal(failed)
	}
	want := []string{"Alpha / Website 25T00:30-25T02:30 night shift", "Alpha / Website 25T01:30-25T02:30 night shift"}
	if diff := cmp.Diff(want, o.entries(o.theirs)); diff != "" {
		t.Errorf("destination (-want +got):\n%s", diff)
	}
	o.settled(o.sync())
}

// Entries of a locked or approved period fail with the reason, the others arrive, and later the rest does.
func TestTimeLocked(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
		theirs.LockedUntil = time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
		theirs.LockAdmins = true
		theirs.ApprovedPeriods = []sandbox.Period{{From: theirs.LockedUntil, To: theirs.LockedUntil.Add(24 * time.Hour)}}
		o.book(home, 15, "09:00", time.Hour, "locked")
		o.book(home, 16, "09:00", time.Hour, "approved")
		o.book(home, 17, "09:00", time.Hour, "open")
	})
	_, failed := o.run(o.sync())
	if len(failed) != 2 || !strings.Contains(failed[0], "the period is locked") || !strings.Contains(failed[1], "approved") {
		t.Errorf("failed: %v", failed)
	}
	if diff := cmp.Diff([]string{"Alpha / Website 17T09:00-17T10:00 open"}, o.entries(o.theirs)); diff != "" {
		t.Errorf("destination (-want +got):\n%s", diff)
	}
	o.change(func(_, theirs *sandbox.Workspace) { theirs.LockedUntil, theirs.ApprovedPeriods = time.Time{}, nil })
	if _, failed := o.run(o.sync()); failed != nil || len(o.entries(o.theirs)) != 3 {
		t.Errorf("after the lock: %v %v", o.entries(o.theirs), failed)
	}
	o.settled(o.sync())
}
