package plan_test

import (
	"strings"
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// What the destination is known to refuse is not planned; it is counted, and the run fails unless the sync accepts it.
func TestTimeForesight(t *testing.T) {
	t.Parallel()
	const book = "book Website 20T09:00-20T10:00 plan\n"
	const create = "create time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · plan | project: Alpha / Website | start: 2026-11-20T09:00:00Z | end: 2026-11-20T10:00:00Z | description: plan"
	refused := func(why string) string {
		return "not_mirrored | Alpha / Website | " + why + " | 1 of 1h0m0s | 20T09:00 plan | failed"
	}
	checkTime(t, contentSync, []timeCase{
		{name: "a task", ledger: site + "rules task\n" + book, want: refused("needs_task")},
		{
			name: "the default task, where the project has it", ledger: site + "rules task\n" + book, want: create + " | task: Build",
			sync: func(s *state.TimeSync) { s.Defaults.Task = "Build" },
		},
		{
			name: "the default task, where the project lacks it", ledger: site + "source Other\ndest Other tasks=Support\nrules task\n" + book, want: refused("default_task | Support"),
			sync: func(s *state.TimeSync) { s.Defaults.Task = "Support" },
		},
		{
			name: "a default task that no project has is told once", ledger: site + "rules task\n" + book,
			sync: func(s *state.TimeSync) { s.Defaults.Task = "Support" },
			want: refused("default_task | Support") + "\nnot_mirrored | task | default_missing | Support | failed",
		},
		{name: "a tag", ledger: site + "rules tag\n" + book, want: refused("needs_tag")},
		{
			name: "the default tag", ledger: site + "tags mirrored\nrules tag\n" + book, want: create + " | tags: mirrored",
			sync: func(s *state.TimeSync) { s.Defaults.Tag = "mirrored" },
		},
		{
			name: "a default tag that is not there is told once", ledger: site + "rules tag\n" + book,
			sync: func(s *state.TimeSync) { s.Defaults.Tag = "mirrored" },
			want: refused("needs_tag") + "\nnot_mirrored | tag | default_missing | mirrored | failed",
		},
		{name: "a default nobody needs changes nothing", ledger: site + book, want: create, sync: func(s *state.TimeSync) { s.Defaults.Tag = "mirrored" }},
		{
			name: "a description", ledger: site + "rules description\nbook Website 20T09:00-20T10:00",
			want: "not_mirrored | Alpha / Website | needs_description | 1 of 1h0m0s | 20T09:00  | failed",
		},
		{name: "a field", ledger: site + "rules needs=Cost\n" + book, want: refused("needs_field | Cost")},
		{
			name: "the default of a field", ledger: site + "rules needs=Cost\n" + book, want: create + " | field Cost: 12",
			sync: func(s *state.TimeSync) { s.Defaults.Fields = map[string]string{"Cost": "12"} },
		},
		{
			name: "the default of a field that differs in case", ledger: site + "rules needs=Cost\n" + book, want: create + " | field Cost: 12",
			sync: func(s *state.TimeSync) { s.Defaults.Fields = map[string]string{"cost": "12"} },
		},
		{
			name: "a locked period, for new entries and edits", ledger: site + "rules locked=20T09:30\n" + book + `
				book Website 20T10:00-20T11:00 open
				book Website 19T09:00-19T10:30 edited
				twin Alpha/Website 19T09:00-19T10:00 edited`,
			want: `
				create time_entry Theirs | Alpha / Website · 2026-11-20T10:00:00Z · open | project: Alpha / Website | start: 2026-11-20T10:00:00Z | end: 2026-11-20T11:00:00Z | description: open
				not_mirrored | Alpha / Website | locked | 2 of 2h30m0s | 19T09:00 edited | 20T09:00 plan | failed`,
		},
		{name: "an approved period", ledger: site + "rules approved=20T00:00-21T00:00\n" + book, want: refused("approved")},
		{
			name: "an approved entry is not edited", ledger: site + `
				book Website 20T09:00-20T10:30 plan
				twin Alpha/Website 20T09:00-20T10:00 plan locked`,
			want: "not_mirrored | Alpha / Website | approved | 1 of 1h30m0s | 20T09:00 plan | failed",
		},
		{name: "the timer alone", ledger: site + "rules timer\n" + book, want: refused("timer_only")},
		{name: "a person who is inactive", ledger: site + "inactive\n" + book, want: "not_mirrored | Alpha / Website | person_inactive | ann@x | 1 of 1h0m0s | 20T09:00 plan | failed"},
		{
			name: "accepted", ledger: site + "rules timer\n" + book, sync: func(s *state.TimeSync) { s.AcceptUnmirrored = true },
			want: "not_mirrored | Alpha / Website | timer_only | 1 of 1h0m0s | 20T09:00 plan",
		},
		{name: "what is there already is not refused", ledger: site + "rules task tag timer locked=21T00:00\n" + book + "twin Alpha/Website 20T09:00-20T10:00 plan"},
		{name: "a project the key cannot see", ledger: site + "book - 20T09:00-20T10:00 what unseen", want: "not_mirrored | ann@x | unseen_project | 1 of 1h0m0s | 20T09:00 what | failed"},
	})
	long := computeTime(contentSync(), timeStateOf(t, site+"book Website 20T09:00-20T10:00 long=3001\nbook Website 20T10:00-20T11:00 long=3000"))
	if len(long.Changes) != 1 || len(long.Findings) != 1 || long.Findings[0].Cause != state.CauseTooLong {
		t.Errorf("of texts of 3001 and 3000 characters: %d changes, findings %v", len(long.Changes), long.Findings)
	}
}

func TestTimeProjectScope(t *testing.T) {
	t.Parallel()
	checkTime(t, contentSync, []timeCase{
		{
			name: "a key that may not create projects is one finding", ledger: "makers ADMINS\ndest Alpha/Website\ndest Beta/Shop\ndest Desk\nsource Desk",
			want: "project_rights | Home | ADMINS | Shop | Website | 2",
		},
		{name: "projects: none", ledger: "dest Alpha/Website", sync: func(s *state.TimeSync) { s.Projects = state.ProjectsNone }},
		{
			name: "projects: needed makes those the map names", ledger: "dest Alpha/Website\ndest Beta/Shop",
			sync: func(s *state.TimeSync) {
				s.Projects, s.ProjectMap = state.ProjectsNeeded, map[string]string{"Sales": "Beta / Shop"}
			},
			want: "create project Home | Sales | client: Acme",
		},
		{
			name: "a project renamed in the destination is recognised by its entries", ledger: `
				dest Alpha/Site_2027
				source Website
				book Website 20T09:00-20T10:00 plan
				book Website 20T10:00-20T11:00 build
				twin Alpha/Site_2027 20T09:00-20T10:00 plan`,
			want: `
				create time_entry Theirs | Alpha / Site 2027 · 2026-11-20T10:00:00Z · build | project: Alpha / Site 2027 | start: 2026-11-20T10:00:00Z | end: 2026-11-20T11:00:00Z | description: build
				renamed_project | Website | renamed | Alpha / Site 2027`,
		},
		{
			name: "not where two may be meant", ledger: `
				dest Alpha/One
				dest Alpha/Two
				source Website
				book Website 20T09:00-20T10:00 plan
				book Website 20T10:00-20T11:00 build
				twin Alpha/One 20T09:00-20T10:00 plan
				twin Alpha/Two 20T10:00-20T11:00 build`,
			sync: func(s *state.TimeSync) { s.Projects = state.ProjectsNone },
			want: "not_mirrored | Website | project_unknown | 2 of 2h0m0s | 20T09:00 plan | 20T10:00 build | failed",
		},
		{
			name: "only some projects and tags", ledger: site + `tags dev
				dest Beta/Shop
				source Shop
				book Website 20T09:00-20T10:00 in tags=dev
				book Website 20T10:00-20T11:00 untagged
				book Shop 20T11:00-20T12:00 elsewhere tags=dev
				twin Beta/Shop 19T11:00-19T12:00 own`,
			sync: func(s *state.TimeSync) { s.OnlyProjects, s.OnlyTags = []string{"Website"}, []string{"dev"} },
			want: `create time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · in | project: Alpha / Website | start: 2026-11-20T09:00:00Z | end: 2026-11-20T10:00:00Z | description: in | tags: dev`,
		},
		{
			name: "only names differ in case and spaces", ledger: site + `tags dev
				labels dev
				book Website 20T09:00-20T10:00 in tags=dev
				book Website 20T10:00-20T11:00 untagged`,
			sync: func(s *state.TimeSync) { s.OnlyProjects, s.OnlyTags = []string{"web site"}, []string{"DEV"} },
			want: `create time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · in | project: Alpha / Website | start: 2026-11-20T09:00:00Z | end: 2026-11-20T10:00:00Z | description: in | tags: dev`,
		},
		{
			name: "only names what is not there", ledger: site + "labels dev\nbook Website 20T09:00-20T10:00 plan tags=dev",
			sync: func(s *state.TimeSync) { s.OnlyProjects, s.OnlyTags = []string{"Websiet"}, []string{"zebra"} },
			want: "only_nothing | Websiet | only.projects | Website\nonly_nothing | zebra | only.tags",
		},
		{
			name: "tags and tasks that differ in case are the ones that are there", ledger: site + `tags Dev
				book Website 20T09:00-20T10:00 plan tags=dev task=build`,
			want: `create time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · plan | project: Alpha / Website | start: 2026-11-20T09:00:00Z | end: 2026-11-20T10:00:00Z | description: plan | task: Build | tags: Dev`,
		},
		{
			name: "billable: project", ledger: site + "book Website 20T09:00-20T10:00 plan billable",
			sync: func(s *state.TimeSync) { s.BillableFromProject = true },
			want: `create time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · plan | project: Alpha / Website | start: 2026-11-20T09:00:00Z | end: 2026-11-20T10:00:00Z | description: plan`,
		},
	})
}

// Hours that arrive nowhere for want of a project fail the run; those that another sync mirrors, or may, do not.
func TestTimeWithoutAProject(t *testing.T) {
	t.Parallel()
	const orphan = "source Orphan\nbook Orphan 20T09:00-20T17:00 work\n"
	const lost = "not_mirrored | Orphan | project_unknown | 1 of 8h0m0s | 20T09:00 work"
	const covered = "no_project | Orphan | project_unknown | 1 of 8h0m0s"
	checkTime(t, contentSync, []timeCase{
		{name: "counted", ledger: site + orphan, want: lost + " | failed"},
		{name: "accepted", ledger: site + orphan, want: lost, sync: func(s *state.TimeSync) { s.AcceptUnmirrored = true }},
		{name: "only: leaves it out", ledger: site + orphan, sync: func(s *state.TimeSync) { s.OnlyProjects = []string{"Website"} }},
		{
			name: "before the window, and running", ledger: site + "source Orphan\nbook Orphan 13T09:00-13T17:00 old\nbook Orphan 20T09:00- now",
			want: "running_timer | Acme / Orphan · 2026-11-20T09:00:00Z · now | 20T09:00 now",
		},
		{
			name: "archived in the destination, twice", ledger: site + orphan + "dest Alpha/Orphan archived\ndest Beta/Orphan archived",
			want: "not_mirrored | Orphan | projects_archived | 1 of 8h0m0s | 20T09:00 work | failed",
		},
	})
	a, b := contentSync(), contentSync()
	b.Name, b.Destination.WorkspaceID = "beta", "d2"
	acme, beta := timeStateOf(t, site+orphan), timeStateOf(t, "dest Orphan\n"+orphan)
	beta.Sync = "beta"
	for _, tc := range []struct {
		name  string
		only  []string // of the sync beta
		beta  bool     // beta was read
		wants string
	}{
		{"another sync mirrors it", nil, true, covered},
		{"another sync that was not read may", nil, false, covered},
		{"another sync leaves it out", []string{"Website"}, true, lost + " | failed"},
	} {
		b.OnlyProjects = tc.only
		states := []state.TimeState{acme}
		if tc.beta {
			states = append(states, beta)
		}
		got := renderTime(plan.ComputeTime([]state.TimeSync{a, b}, states)["acme"])
		if strings.TrimSpace(got) != tc.wants {
			t.Errorf("%s:\n%swant %s", tc.name, got, tc.wants)
		}
	}
}

// A linked entry whose source is left out by only: is not one whose source is gone.
func TestTimeNarrowerNeverGone(t *testing.T) {
	t.Parallel()
	sync := linkedSync()
	sync.Deletes, sync.OnlyTags = true, []string{"dev"}
	p := computeTime(sync, timeStateOf(t, site+"has link\nbook Website 20T09:00-20T10:00 plan id=s1\ntwin Alpha/Website 20T09:00-20T10:00 plan link=s1"))
	if !p.Empty() || len(p.Findings) > 0 {
		t.Errorf("planned:\n%s", renderTime(p))
	}
}

// Two runs at once: each takes back what it made itself and what came later, and nothing else.
func TestTimeTakesBack(t *testing.T) {
	t.Parallel()
	const two = site + "book Website 20T09:00-20T10:00 plan\n"
	del := func(n string) string {
		return "delete time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · plan" + n + " | project: Alpha / Website → | start: 2026-11-20T09:00:00Z → | end: 2026-11-20T10:00:00Z → | description: plan →"
	}
	twin := func(words string) string { return "twin Alpha/Website 20T09:00-20T10:00 plan " + words + "\n" }
	other := "no_source | Alpha / Website | unmatched | 1 of 1h0m0s | 20T09:00 plan"
	twice := strings.Replace(other, "no_source | Alpha / Website | unmatched", "counted_twice | Alpha / Website | twice", 1)
	checkTime(t, contentSync, []timeCase{
		{name: "the later one is mine", ledger: two + twin("id=1") + twin("id=2 made"), want: del("")},
		{name: "the later one is another's", ledger: two + twin("id=1 made") + twin("id=2"), want: twice},
		{name: "two of three are mine", ledger: two + twin("id=1") + twin("id=2 made") + twin("id=3 made"), want: del("") + "\n" + del(" #2")},
		{name: "mine first and last", ledger: two + twin("id=1 made") + twin("id=2") + twin("id=3 made"), want: del("") + "\n" + twice},
		{name: "two are asked for", ledger: two + "book Website 20T09:00-20T10:00 plan\n" + twin("id=1") + twin("id=2 made")},
		{name: "nothing asks for what was made", ledger: site + twin("id=1 made"), want: other},
	})
	checkTime(t, linkedSync, []timeCase{
		{name: "by the link", ledger: site + "has link\nbook Website 20T09:00-20T10:00 plan id=s1\n" + twin("id=1 link=s1") + twin("id=2 made link=s1"), want: del("")},
		{name: "a copy with the mark", ledger: site + "has link\nbook Website 20T09:00-20T10:00 plan id=s1\n" + twin("id=1 link=s1") + twin("id=2 link=s1"), want: twice},
		{name: "not listed", ledger: site + "has link\nbook Website 20T09:00-20T10:00 plan id=s1\n" + twin("id=1 made unlisted link=s1"), want: strings.Replace(twice, "| twice", "| unlisted", 1) + " | failed"},
	})
}

// What another sync of the config made to the same person is that sync's: neither taken back nor a finding.
func TestTimeTakesBackNothingOfAnotherSync(t *testing.T) {
	t.Parallel()
	a, b := contentSync(), contentSync()
	b.Name, b.Source.ClientID = "beta", "c2"
	make := func(name, own string) state.TimeState {
		l := timeStateOf(t, site+"book Website 20T09:00-20T10:00 plan\ntwin Alpha/Website 20T09:00-20T10:00 plan id=1"+own)
		l.Sync, l.Place = name, "ann in theirs"
		return l
	}
	acme, beta := make("acme", ""), make("beta", "")
	acme.Destination.Entries = append(acme.Destination.Entries, acme.Destination.Entries[0])
	acme.Destination.Entries[1].ID, acme.Destination.Entries[1].Made = "2", true
	beta.Destination.Entries = append(beta.Destination.Entries, acme.Destination.Entries[1])
	beta.Destination.Entries[1].Made = false
	both := plan.Compute(state.Spec{Time: []state.TimeSync{a, b}}, state.State{Time: []state.TimeState{acme, beta}})
	if !both.Empty() || len(both.Findings) > 0 {
		t.Errorf("both read:\n%s", renderTime(both))
	}
	alone := plan.Compute(state.Spec{Time: []state.TimeSync{a, b}}, state.State{Time: []state.TimeState{acme}})
	if !alone.Empty() || len(alone.Findings) > 0 {
		t.Errorf("the other was not read:\n%s", renderTime(alone))
	}
}

// A sync of several people plans what they share once, and says of each finding and change whose it is.
func TestTimeSeveralPeople(t *testing.T) {
	t.Parallel()
	sync := contentSync()
	sync.AllPeople, sync.CreateMissing = true, true
	of := func(email string) state.TimeState {
		l := timeStateOf(t, site+"dest Loose\nbook Website 20T09:00-20T10:00 plan tags=new\ntwin Alpha/Website 20T12:00-20T13:00 own")
		l.Place, l.Source.User, l.Destination.User = email, email, email
		return l
	}
	p := plan.Compute(state.Spec{Time: []state.TimeSync{sync}}, state.State{Time: []state.TimeState{of("bob@x"), of("ann@x")}})
	ids, people := map[string]bool{}, map[string]int{}
	for _, c := range p.Changes {
		ids[c.ID] = true
		people[c.Person]++
	}
	if len(p.Changes) != 4 || len(ids) != 4 || people[""] != 2 || people["ann@x"] != 1 || people["bob@x"] != 1 {
		t.Errorf("want a project, a tag and an entry each:\n%s", renderTime(p))
	}
	if len(p.Findings) != 2 || p.Findings[0].Person != "ann@x" || p.Findings[1].Person != "bob@x" {
		t.Errorf("findings: %+v", p.Findings)
	}
	if s := p.Subjects; len(s) != 1 || s[0].People != 2 || s[0].Entries != 2 {
		t.Errorf("subjects: %+v", s)
	}
}
