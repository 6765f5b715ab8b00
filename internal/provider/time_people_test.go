package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// crew adds n people to both workspaces, each with entries of their own, and returns them by their addresses.
func crew(o *office, n, entries int) []string {
	s := o.State()
	var emails []string
	for i := range n {
		email := fmt.Sprintf("p%03d@x.io", i)
		id := s.AddUser(email, "P")
		home, theirs := s.Workspace(o.home), s.Workspace(o.theirs)
		home.AddMember(id)
		theirs.AddMember(id)
		for k := range entries {
			at := o.now.Add(-time.Duration(6*24-k) * time.Hour)
			home.AddEntry(id, home.Projects[0].ID, fmt.Sprintf("work %d", k), at, 30*time.Minute)
		}
		emails = append(emails, email)
	}
	o.SetState(s)
	return emails
}

func (o *office) team() state.TimeSync {
	s := o.sync()
	s.Source.UserID, s.Destination.UserID, s.AllPeople = "", "", true
	return s
}

// owned counts a workspace's entries by whose they are.
func (o *office) owned(ws string) map[string]int {
	s := o.State()
	n := map[string]int{}
	for _, e := range s.Workspace(ws).Entries {
		for _, u := range s.Users {
			if u.ID == e.UserID {
				n[u.Email]++
			}
		}
	}
	return n
}

// Everybody who is active in both workspaces is mirrored, each to themselves; an idle run costs calls that grow with
// entries, and one of which few differ costs them two more each.
func TestTimeTeam(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	crew(o, 60, 5)
	o.change(func(home, theirs *sandbox.Workspace) {
		home.Members[3].Status, theirs.Members[4].Status = "INACTIVE", "INACTIVE"
	})
	s := o.team()
	if _, failed := o.run(s); failed != nil {
		t.Fatal(failed[0])
	}
	home, theirs := o.owned(o.home), o.owned(o.theirs)
	if len(theirs) != 58 {
		t.Errorf("%d people have entries, want all who are active in both", len(theirs))
	}
	for email, n := range theirs {
		if n != home[email] {
			t.Errorf("%s has %d entries, want %d", email, n, home[email])
		}
	}
	o.settled(s)
	if n := o.Total(); n > 8 { // one of them to know whether the key may read those of whom there is nothing
		t.Errorf("an idle run makes %d calls, want 8 at most: %v", n, o.Calls())
	}
	o.change(func(home, _ *sandbox.Workspace) {
		for i := range 3 {
			home.AddEntry(home.Members[10+i].UserID, home.Projects[0].ID, "late", o.now.Add(-2*time.Hour), time.Hour)
		}
	})
	o.ResetCalls()
	p, failed := o.run(s)
	if failed != nil || len(p.Changes) != 3 || o.WriteCount() != 3 {
		t.Errorf("%d changes, %d writes, %v; want 3", len(p.Changes), o.WriteCount(), failed)
	}
	if reads := o.Total() - o.WriteCount(); reads > 7+6+4 {
		t.Errorf("three people who differ take %d reads: %v", reads, o.Calls())
	}
	for _, c := range p.Changes {
		if !strings.HasPrefix(c.Person, "p0") {
			t.Errorf("a change is of %q", c.Person)
		}
	}
	o.settled(s)
}

// A list of people, by addresses that may differ; one who is missing is told, and the others go on.
func TestTimePeopleByAddress(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	crew(o, 3, 2)
	s := o.State()
	other := s.AddUser("other@there.io", "P")
	s.Workspace(o.theirs).AddMember(other)
	o.SetState(s)
	sync := o.team()
	sync.AllPeople = false
	sync.People = []state.PersonPair{{Source: "p000@x.io", Destination: "other@there.io"}, {Source: "p001@x.io", Destination: "p001@x.io"}, {Source: "nobody@x.io", Destination: "nobody@x.io"}}
	p, failed := o.run(sync)
	if failed != nil {
		t.Fatal(failed)
	}
	got := o.owned(o.theirs)
	if got["other@there.io"] != 2 || got["p001@x.io"] != 2 || len(got) != 2 {
		t.Errorf("entries: %v", got)
	}
	if f := findings(p, state.FindingPersonMissing); len(f) != 1 || !strings.HasPrefix(f[0], "nobody@x.io") {
		t.Errorf("findings: %v", f)
	}
	o.settled(sync)
}

// Who is missing on either side is told by the address of that side, once, and nobody else is held up by it.
func TestTimePeopleMissing(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	crew(o, 3, 2)
	sync := o.team()
	sync.AllPeople = false
	sync.People = []state.PersonPair{{Source: "gone@home.io", Destination: "p000@x.io"}, {Source: "p001@x.io", Destination: "gone@there.io"}, {Source: "p002@x.io", Destination: "p002@x.io"}}
	p, failed := o.run(sync)
	if failed != nil {
		t.Fatal(failed)
	}
	var missing []string
	for _, f := range p.Findings {
		if f.Kind == state.FindingPersonMissing && f.Failed {
			missing = append(missing, f.Name+" in "+f.About)
		}
	}
	slices.Sort(missing)
	if !slices.Equal(missing, []string{"gone@home.io in Home", "gone@there.io in Theirs"}) || len(p.Findings) != 2 {
		t.Errorf("findings: %+v", p.Findings)
	}
	if got := o.owned(o.theirs); got["p002@x.io"] != 2 || len(got) != 1 {
		t.Errorf("entries: %v", got)
	}
	o.settled(sync)
}

// Shards part the people: each is of one, whatever the others are.
func TestTimeShards(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	emails := crew(o, 40, 1)
	sync := o.team()
	sync.Shards = 4
	var seen []string
	for shard := 1; shard <= 4; shard++ {
		sync.Shard = shard
		p, failed := o.run(sync)
		if failed != nil {
			t.Fatal(failed)
		}
		if len(p.Changes) < 4 {
			t.Errorf("shard %d has %d people", shard, len(p.Changes))
		}
		for _, c := range p.Changes {
			seen = append(seen, c.Person)
		}
	}
	slices.Sort(seen)
	if !slices.Equal(seen, emails) {
		t.Errorf("%d people were done once each, want %d", len(seen), len(emails))
	}
}

// A report that is stale, or lacks something, plans nothing by itself: whoever differs by it is read from their own list.
// Where there is none, everybody is.
func TestTimeReportIsNotBelieved(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		faults string
		set    func(home, theirs *sandbox.Workspace)
	}{
		{"none", "route=/reports/,status=403", nil},
		{"cut", "route=/reports/,kinds=short_page", nil},
		{"broken", "route=/reports/,kinds=500", nil},
		{"free plan", "", func(home, theirs *sandbox.Workspace) {
			theirs.FeatureSubscriptionType = "FREE"
			theirs.Features = []string{"ADD_TIME_FOR_OTHERS"}
		}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, nil)
			crew(o, 5, 3)
			if tc.set != nil {
				o.change(tc.set)
			}
			f, err := sandbox.ParseFaults(tc.faults)
			if err != nil {
				t.Fatal(err)
			}
			o.SetFaults(f)
			s := o.team()
			s.Window = 40 * 24 * time.Hour
			if _, failed := o.run(s); failed != nil {
				t.Fatal(failed)
			}
			if got := len(o.entries(o.theirs)); got != 15 {
				t.Errorf("%d entries are there, want 15", got)
			}
			o.settled(s)
		})
	}
}

// A report that lacks a field on either side, or is stale, plans nothing by itself: the entries are those that are there
// where a report has all, each person's own.
func TestTimeReportThatLacks(t *testing.T) {
	t.Parallel()
	const people = 4
	run := func(t *testing.T, linked bool, lacks []string, side, faults string) []string {
		o := newOffice(t, nil)
		crew(o, people, 5)
		o.change(func(home, theirs *sandbox.Workspace) {
			tag, task := home.AddTag("dev"), home.AddTask(home.Projects[0].ID, "Build")
			theirs.AddTag("dev")
			theirs.AddTask(theirs.Projects[0].ID, "Build")
			theirs.AddEntryField("Cost", "TXT")
			for i := range home.Entries {
				switch e := &home.Entries[i]; i % 5 {
				case 0:
					e.TagIDs = []string{tag}
				case 1:
					e.TaskID = task
				case 2:
					e.Type = "BREAK"
				case 3:
					e.Billable = true
				}
			}
			if side == "source" {
				home.ReportLacks = lacks
			} else {
				theirs.ReportLacks = lacks
			}
		})
		f, err := sandbox.ParseFaults(faults)
		if err != nil {
			t.Fatal(err)
		}
		o.SetFaults(f)
		s := o.team()
		if linked {
			s.Link, s.LinkField = true, "Source entry"
		}
		if _, failed := o.run(s); failed != nil {
			t.Fatal(failed)
		}
		o.settled(s)
		// A value that somebody gives there, an edit, and a new entry.
		o.change(func(home, theirs *sandbox.Workspace) {
			for i := range theirs.Entries {
				e := &theirs.Entries[i]
				if e.FieldValues == nil {
					e.FieldValues = map[string]any{}
				}
				e.FieldValues[theirs.CustomFields[0].ID] = "12"
			}
			home.Entries[0].Description = "edited"
			home.AddEntry(home.Entries[7].UserID, home.Projects[0].ID, "late", o.now.Add(-2*time.Hour), time.Hour)
		})
		if p, failed := o.run(s); failed != nil || len(p.Changes) != 2 {
			t.Errorf("%d changes, %v; want 2", len(p.Changes), failed)
		}
		o.settled(s)
		home, theirs := o.owned(o.home), o.owned(o.theirs)
		for email, n := range home {
			if theirs[email] != n {
				t.Errorf("%s has %d entries, want %d", email, theirs[email], n)
			}
		}
		list := o.entries(o.theirs)
		world := o.State()
		for _, e := range world.Workspace(o.theirs).Entries {
			list = append(list, fmt.Sprint(e.UserID, e.Start, e.FieldValues[world.Workspace(o.theirs).CustomFields[0].ID]))
		}
		slices.Sort(list)
		return list
	}
	for _, linked := range []bool{false, true} {
		want := run(t, linked, nil, "source", "")
		cases := []struct {
			lacks  []string
			faults string
		}{
			{faults: "route=/reports/,kinds=stale_reads,stale=1h"},
			{lacks: []string{"tags"}},
			{lacks: []string{"task"}},
			{lacks: []string{"type"}},
			{lacks: []string{"customFields"}},
			{lacks: []string{"end"}},
			{lacks: []string{"billable"}},
			{lacks: []string{"description"}},
			{lacks: []string{"tags", "task", "type", "customFields", "end", "billable", "description"}},
		}
		for _, tc := range cases {
			for _, side := range []string{"source", "destination"} {
				t.Run(fmt.Sprint(linked, side, tc.lacks, tc.faults), func(t *testing.T) {
					t.Parallel()
					if got := run(t, linked, tc.lacks, side, tc.faults); !slices.Equal(got, want) {
						t.Errorf("there are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
					}
				})
			}
		}
	}
}

// A key that may not read others is told once.
func TestTimeTeamNeedsAnAdmin(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	crew(o, 5, 1)
	s := o.State()
	bob := s.AddUser("bob@x.io", "Bob")
	s.AddKey("key-of-bob-0123456789", bob)
	s.Workspace(o.theirs).AddMember(bob)
	o.SetState(s)
	o.keys[o.theirs] = "key-of-bob-0123456789"
	_, err := o.open(o.team()).Read(t.Context(), o.team(), o.now, nil)
	if err == nil || strings.Count(err.Error(), "may not list the people") != 1 {
		t.Errorf("got %v", err)
	}
}

// A key that may list people and not read their entries: that is one finding, whichever side it is, nothing is taken to
// match, and whoever can be read is mirrored.
func TestTimeTeamThatMayNotBeRead(t *testing.T) {
	t.Parallel()
	for _, list := range []bool{false, true} {
		for _, where := range []string{"Home", "Theirs"} {
			o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
				o.book(home, 20, "09:00", time.Hour, "mine")
				for _, w := range []*sandbox.Workspace{home, theirs} {
					if w.MembersListPeople = true; w.Name == where {
						member(w)
					}
				}
			})
			emails := crew(o, 30, 2)
			s := o.team()
			if list {
				s.AllPeople, s.People = false, []state.PersonPair{{Source: "ann@x.io", Destination: "ann@x.io"}}
				for _, email := range emails {
					s.People = append(s.People, state.PersonPair{Source: email, Destination: email})
				}
			}
			p, failed := o.run(s)
			if failed != nil || len(p.Changes) != 1 || o.owned(o.theirs)["ann@x.io"] != 1 {
				t.Errorf("%s: %d changes, failed %v, there are %v", where, len(p.Changes), failed, o.owned(o.theirs))
			}
			if len(p.Findings) != 1 || p.Findings[0].Kind != state.FindingPeopleUnread || p.Findings[0].Name != where || len(p.Findings[0].Values) != 30 || !p.Findings[0].Failed {
				t.Errorf("%s: findings %+v", where, p.Findings)
			}
		}
	}
}
