package provider_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// A linked sync follows edits and moves of all kinds, and leaves alone what it has not marked.
func TestTimeLinkFollows(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
		home.AddProject(o.client, "Shop")
		theirs.AddProject("", "Shop")
		extra := theirs.AddEntryField("Cost centre", "TXT")
		theirs.AddEntryField("Required", "TXT")
		o.book(home, 20, "09:00", time.Hour, "plan")
		o.book(home, 20, "10:00", time.Hour, "build")
		o.book(home, 13, "22:00", time.Hour, "early")
		o.book(theirs, 20, "09:00", time.Hour, "plan").FieldValues = map[string]any{extra: "4711"}
		o.book(theirs, 20, "14:00", time.Hour, "own")
	})
	s := o.linked()
	p, failed := o.run(s)
	if failed != nil || len(p.Changes) != 3 {
		t.Fatalf("%d changes, want the field, an adoption and a new entry; %v", len(p.Changes), failed)
	}
	o.settled(s)
	field := o.State()
	if f := field.Workspace(o.theirs).CustomFields[2]; f.Name != "Source entry" || f.Status != "INVISIBLE" || f.EntityType != "TIMEENTRY" {
		t.Errorf("the link field is %+v", f)
	}

	o.change(func(home, theirs *sandbox.Workspace) {
		e := &home.Entries[0]
		e.ProjectID, e.Description, e.Billable = home.Projects[1].ID, "planning", true
		e.Start, e.End = e.Start.Add(-48*time.Hour), e.End.Add(-47*time.Hour)
		home.Entries[1].Start = home.Entries[1].Start.Add(-8 * 24 * time.Hour) // out of the window
		home.Entries[1].End = home.Entries[1].End.Add(-8 * 24 * time.Hour)
	})
	if _, failed := o.run(s); failed != nil {
		t.Fatal(failed)
	}
	want := []string{
		"Alpha / Website 12T10:00-12T11:00 build",
		"Alpha / Website 20T14:00-20T15:00 own",
		"Shop 18T09:00-18T11:00 planning billable",
	}
	if diff := cmp.Diff(want, o.entries(o.theirs)); diff != "" {
		t.Errorf("destination (-want +got):\n%s", diff)
	}
	state := o.State()
	for _, e := range state.Workspace(o.theirs).Entries {
		if e.Description == "planning" && e.FieldValues[state.Workspace(o.theirs).CustomFields[0].ID] != "4711" {
			t.Errorf("the entry's own field was lost: %v", e.FieldValues)
		}
	}
	o.settled(s)

	// Back into the window: the mirror outside of it is found, and nothing is doubled.
	o.change(func(home, _ *sandbox.Workspace) {
		home.Entries[1].Start, home.Entries[1].End = home.Entries[1].Start.Add(8*24*time.Hour), home.Entries[1].End.Add(8*24*time.Hour)
	})
	o.run(s)
	want = []string{
		"Alpha / Website 20T10:00-20T11:00 build",
		"Alpha / Website 20T14:00-20T15:00 own",
		"Shop 18T09:00-18T11:00 planning billable",
	}
	if diff := cmp.Diff(want, o.entries(o.theirs)); diff != "" {
		t.Errorf("destination (-want +got):\n%s", diff)
	}
	o.settled(s)
}

// A source entry that is somewhere else, or that a list did not show, is not gone.
func TestTimeLinkGone(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
		home.AddProject(home.AddClient("Other"), "Website")
		o.book(home, 20, "09:00", time.Hour, "moved to another client")
		o.book(home, 20, "10:00", time.Hour, "moved far away")
		o.book(home, 20, "11:00", time.Hour, "deleted")
	})
	s := o.linked()
	s.Deletes = true
	o.run(s)
	o.change(func(home, _ *sandbox.Workspace) {
		home.Entries[0].ProjectID = home.Projects[1].ID
		home.Entries[1].Start, home.Entries[1].End = home.Entries[1].Start.AddDate(0, -6, 0), home.Entries[1].End.AddDate(0, -6, 0)
		home.Entries = home.Entries[:2]
	})
	p, failed := o.run(s)
	if gated := p.Gated(); failed != nil || len(gated) != 1 || !strings.HasSuffix(gated[0].Ref.Name, "deleted") {
		t.Errorf("gated: %v; %v", gated, failed)
	}
	if got := findings(p, state.FindingSourceGone); len(got) != 1 || !strings.Contains(got[0], "moved to another client") {
		t.Errorf("findings: %v", got)
	}
	want := []string{
		"Alpha / Website 20T09:00-20T10:00 moved to another client",
		"Alpha / Website 20T10:00-20T11:00 moved far away",
		"Alpha / Website 20T11:00-20T12:00 deleted",
	}
	want[1] = "Alpha / Website 20T10:00-20T11:00 moved far away" // its day and hour are the same, half a year before
	if diff := cmp.Diff(want, o.entries(o.theirs)); diff != "" {
		t.Errorf("destination (-want +got):\n%s", diff)
	}
	for _, e := range o.State().Workspaces[1].Entries {
		if e.Description == "moved far away" && e.Start.Month() != time.May {
			t.Errorf("the mirror is still at %s", e.Start)
		}
	}
	if _, failed := o.run(s, true); failed != nil || len(o.entries(o.theirs)) != 2 {
		t.Errorf("after approval: %v %v", o.entries(o.theirs), failed)
	}
	o.settled(s)
}

// Where Clockify leaves the new field inactive, it is activated, or nothing is written and a person is told.
func TestTimeLinkFieldTrouble(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		theirs func(*sandbox.Workspace)
		want   string
	}{
		{"of another type", func(w *sandbox.Workspace) { w.AddEntryField("Source entry", "NUMBER") }, "it is of the type NUMBER"},
		{"inactive", func(w *sandbox.Workspace) {
			w.AddEntryField("Source entry", "TXT")
			w.CustomFields[0].Status = "INACTIVE"
		}, "it is inactive; an admin has to activate it"},
		{"no custom fields in the plan", func(w *sandbox.Workspace) { w.FeatureSubscriptionType = "BASIC_2021" }, "Pro or Enterprise"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
				tc.theirs(theirs)
				o.book(home, 20, "09:00", time.Hour, "plan")
			})
			p, _ := o.run(o.linked())
			if len(p.Refusals) != 1 || !strings.Contains(p.Refusals[0].About, tc.want) {
				t.Errorf("refusals: %v, want one with %q", p.Refusals, tc.want)
			}
			if n := o.WriteCount(); n > 0 {
				t.Errorf("%d writes", n)
			}
		})
	}

	t.Run("created inactive", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
			theirs.FieldActivationQuirk = true
			o.book(home, 20, "09:00", time.Hour, "plan")
		})
		if _, failed := o.run(o.linked()); failed != nil {
			t.Errorf("the field could have been made invisible: %v", failed)
		}
		o.settled(o.linked())
	})
}
