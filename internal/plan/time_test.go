package plan_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

type timeCase struct {
	name   string
	sync   func(*state.TimeSync)
	ledger string
	want   string
}

func checkTime(t *testing.T, base func() state.TimeSync, cases []timeCase) {
	t.Helper()
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			sync := base()
			if tc.sync != nil {
				tc.sync(&sync)
			}
			p := computeTime(sync, timeStateOf(t, tc.ledger))
			if diff := cmp.Diff(lines(tc.want), renderTime(p)); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			checkNeeds(t, p)
		})
	}
}

func TestTimeProjects(t *testing.T) {
	t.Parallel()
	checkTime(t, contentSync, []timeCase{
		{
			name: "missing ones are created in the source",
			sync: func(s *state.TimeSync) { s.Color = "#00FFFF" },
			ledger: `
				dest Alpha/Website
				dest Beta/Shop
				dest Loose
				dest Beta/Gone archived
				source Shop`,
			want: `
				create project Home | Loose | client: Acme | color: #00FFFF
				create project Home | Website | client: Acme | color: #00FFFF`,
		},
		{
			name:   "an archived one in the source holds its name",
			ledger: "dest Alpha/Website\nsource Website archived",
			want:   `archived | Website | source_archived | Acme`,
		},
		{
			name: "two of one name leave out that project's entries alone",
			ledger: `
				dest Alpha/Website
				dest Beta/Website
				dest Beta/Shop
				source Website
				source Shop
				book Website 20T09:00-20T10:00 plan
				book Shop 20T10:00-20T11:00 plan`,
			want: `
				create time_entry Theirs | Beta / Shop · 2026-11-20T10:00:00Z · plan | project: Beta / Shop | start: 2026-11-20T10:00:00Z | end: 2026-11-20T11:00:00Z | description: plan
				ambiguous | Website | project_ambiguous | Alpha / Website | Beta / Website | failed
				not_mirrored | Website | project_ambiguous | 1 of 1h0m0s | 20T09:00 plan | failed`,
		},
		{
			name: "project_map settles it",
			sync: func(s *state.TimeSync) {
				s.ProjectMap = map[string]string{"Website": "Beta / Website", "Old site": "Alpha / Website"}
			},
			ledger: `
				dest Alpha/Website
				dest Beta/Website
				source Website
				book Website 20T09:00-20T10:00 plan`,
			want: `
				create project Home | Old site | client: Acme
				create time_entry Theirs | Beta / Website · 2026-11-20T09:00:00Z · plan | project: Beta / Website | start: 2026-11-20T09:00:00Z | end: 2026-11-20T10:00:00Z | description: plan`,
		},
		{
			name: "project_map by the project's name alone, and to one that is not there",
			sync: func(s *state.TimeSync) { s.ProjectMap = map[string]string{"Web": "Website", "Shop": "Nowhere"} },
			ledger: `
				dest Alpha/Website
				dest Alpha/Shop
				source Web
				source Shop
				book Shop 20T09:00-20T10:00 plan
				twin Alpha/Website 20T09:00-20T10:00 own`,
			want: `
				no_project | Shop | project_map | Nowhere | failed
				no_source | Alpha / Website | unmatched | 1 of 1h0m0s | 20T09:00 own
				not_mirrored | Shop | project_map | Nowhere | 1 of 1h0m0s | 20T09:00 plan | failed`,
		},
		{
			name: "names that differ by case and spaces alone are one",
			ledger: `
				dest Alpha/Web_site
				source website
				book website 20T09:00-20T10:00 plan`,
			want: `
				create time_entry Theirs | Alpha / Web site · 2026-11-20T09:00:00Z · plan | project: Alpha / Web site | start: 2026-11-20T09:00:00Z | end: 2026-11-20T10:00:00Z | description: plan
				renamed_project | website | nearly_same | Alpha / Web site`,
		},
		{
			name: "an archived destination project gets nothing new",
			ledger: `
				dest Alpha/Website archived
				source Website
				book Website 20T09:00-20T10:00 new
				book Website 20T10:00-20T11:00 known
				twin Alpha/Website 20T10:00-20T11:00 known`,
			want: `not_mirrored | Alpha / Website | project_archived | 1 of 1h0m0s | 20T09:00 new | failed`,
		},
	})
}

// site is a ledger with one project on both sides.
const site = "dest Alpha/Website tasks=Build\nsource Website\n"

func TestTimeEntries(t *testing.T) {
	t.Parallel()
	checkTime(t, contentSync, []timeCase{
		{
			name: "a twin is left alone, whatever the order",
			ledger: site + `
				book Website 20T09:00-20T10:00 plan
				book Website 20T10:00-20T11:00 build
				twin Alpha/Website 20T10:00-20T11:00 build
				twin Alpha/Website 20T09:00-20T10:00 plan`,
		},
		{
			name: "two equal entries stay two",
			ledger: site + `
				book Website 20T09:00-20T10:00 plan
				book Website 20T09:00-20T10:00 plan
				book Website 20T09:00-20T10:00 plan
				twin Alpha/Website 20T09:00-20T10:00 plan`,
			want: `
				create time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · plan | project: Alpha / Website | start: 2026-11-20T09:00:00Z | end: 2026-11-20T10:00:00Z | description: plan
				create time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · plan #2 | project: Alpha / Website | start: 2026-11-20T09:00:00Z | end: 2026-11-20T10:00:00Z | description: plan`,
		},
		{
			name: "an edited end or description is one update",
			ledger: site + `
				book Website 20T09:00-20T10:30 plan
				book Website 20T11:00-20T12:00 built
				twin Alpha/Website 20T09:00-20T10:00 plan
				twin Alpha/Website 20T11:00-20T12:00 build`,
			want: `
				update time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · plan | end: 2026-11-20T10:00:00Z → 2026-11-20T10:30:00Z
				update time_entry Theirs | Alpha / Website · 2026-11-20T11:00:00Z · build | description: build → built`,
		},
		{
			name: "an edit takes no other entry's twin",
			ledger: site + `
				book Website 20T09:00-20T10:00 plan
				book Website 20T09:00-20T11:00 plan
				twin Alpha/Website 20T09:00-20T10:00 plan`,
			want: `create time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · plan | project: Alpha / Website | start: 2026-11-20T09:00:00Z | end: 2026-11-20T11:00:00Z | description: plan`,
		},
		{
			name: "edits are paired so that the fewest entries are made",
			ledger: site + `
				book Website 20T09:00-20T10:00 x
				book Website 20T09:00-20T10:00 y
				twin Alpha/Website 20T09:00-20T10:00 z
				twin Alpha/Website 20T09:00-20T11:00 x`,
			want: `
				update time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · x | end: 2026-11-20T11:00:00Z → 2026-11-20T10:00:00Z
				update time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · z | description: z → y`,
		},
		{
			name: "the first choice is given up where that saves an entry",
			ledger: site + `
				book Website 20T09:00-20T10:00 x
				book Website 20T09:00-20T12:00 x
				twin Alpha/Website 20T09:00-20T11:00 x
				twin Alpha/Website 20T09:00-20T10:00 z`,
			want: `
				update time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · x | end: 2026-11-20T11:00:00Z → 2026-11-20T12:00:00Z
				update time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · z | description: z → x`,
		},
		{
			name: "a moved start is a new entry, and the old one a finding",
			ledger: site + `
				book Website 20T09:15-20T10:00 plan
				twin Alpha/Website 20T09:00-20T10:00 plan`,
			want: `
				create time_entry Theirs | Alpha / Website · 2026-11-20T09:15:00Z · plan | project: Alpha / Website | start: 2026-11-20T09:15:00Z | end: 2026-11-20T10:00:00Z | description: plan
				counted_twice | Alpha / Website | old_form | 1 of 1h0m0s | 20T09:00 plan`,
		},
		{
			name: "the old one stays a finding as long as both are there",
			ledger: site + `
				book Website 20T09:15-20T10:00 plan
				twin Alpha/Website 20T09:15-20T10:00 plan
				twin Alpha/Website 20T09:00-20T10:00 plan
				twin Alpha/Website 20T10:00-20T11:00 own`,
			want: `
				counted_twice | Alpha / Website | overlaps | 1 of 1h0m0s | 20T09:00 plan
				no_source | Alpha / Website | unmatched | 1 of 1h0m0s | 20T10:00 own`,
		},
		{
			name: "also beside a marked one",
			ledger: site + `has link
				book Website 20T09:15-20T10:00 plan id=s1
				twin Alpha/Website 20T09:15-20T10:00 plan link=s1
				twin Alpha/Website 20T09:00-20T10:00 plan`,
			sync: func(s *state.TimeSync) { s.Link, s.LinkField = true, "Source entry" },
			want: `counted_twice | Alpha / Website | overlaps | 1 of 1h0m0s | 20T09:00 plan`,
		},
		{
			name: "what is in the destination alone is summed up and never deleted",
			ledger: site + `
				twin Alpha/Website 20T09:00-20T10:00 a
				twin Alpha/Website 19T09:00-19T10:30 b
				twin Alpha/Website 18T09:00-18T10:00 c
				twin Alpha/Website 17T09:00-17T10:00
				twin Alpha/Other 20T09:00-20T10:00 elsewhere_in_the_workspace`,
			want: `no_source | Alpha / Website | unmatched | 4 of 4h30m0s | 17T09:00  | 18T09:00 c | 19T09:00 b`,
		},
		{
			name: "a running timer is named and left",
			ledger: site + `
				book Website 20T22:30- night
				twin Alpha/Website 20T08:00-`,
			want: `running_timer | Acme / Website · 2026-11-20T22:30:00Z · night | 20T22:30 night`,
		},
		{
			name: "an entry that ends after midnight, and after the window",
			ledger: site + `
				book Website 20T22:30-21T01:00 night`,
			want: `create time_entry Theirs | Alpha / Website · 2026-11-20T22:30:00Z · night | project: Alpha / Website | start: 2026-11-20T22:30:00Z | end: 2026-11-21T01:00:00Z | description: night`,
		},
		{
			name: "the window counts starts",
			ledger: site + `
				book Website 13T23:59-14T01:00 before
				book Website 14T00:00-14T01:00 first
				book Website 21T00:00-21T01:00 after
				twin Alpha/Website 13T22:00-13T23:00 before
				twin Alpha/Website 21T03:00-21T04:00 after`,
			want: `create time_entry Theirs | Alpha / Website · 2026-11-14T00:00:00Z · first | project: Alpha / Website | start: 2026-11-14T00:00:00Z | end: 2026-11-14T01:00:00Z | description: first`,
		},
		{
			name: "an entry without a project, and holidays",
			ledger: site + `
				book - 20T09:00-20T10:00 what
				book - 20T09:00-20T17:00 absence
				book Website 19T09:00-19T17:00 absence`,
			want: `
				no_project | ann@x | no_project | 1 of 1h0m0s
				not_carried | Website | time_off | 1 of 8h0m0s`,
		},
		{
			name: "billable, tags, task and type are copied; a twin that differs in them is a twin",
			ledger: site + `tags dev,ops
				book Website 20T09:00-20T10:00 new billable tags=dev,ops task=Build
				book Website 20T12:00-20T12:30 lunch break
				book Website 20T13:00-20T14:00 edited billable tags=ops
				twin Alpha/Website 20T13:00-20T14:00 edited task=Build tags=dev`,
			want: `
				create time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · new | project: Alpha / Website | start: 2026-11-20T09:00:00Z | end: 2026-11-20T10:00:00Z | description: new | task: Build | tags: dev; ops | billable: true
				create time_entry Theirs | Alpha / Website · 2026-11-20T12:00:00Z · lunch | project: Alpha / Website | start: 2026-11-20T12:00:00Z | end: 2026-11-20T12:30:00Z | description: lunch | type: BREAK`,
		},
		{
			name: "of twins the one alike in everything is paired first",
			ledger: site + `
				book Website 20T09:00-20T10:00 plan
				book Website 20T09:00-20T10:00 plan billable
				twin Alpha/Website 20T09:00-20T10:00 plan billable
				twin Alpha/Website 20T09:00-20T10:00 plan`,
		},
		{
			name: "what cannot be carried is a finding and plans nothing",
			ledger: site + `tags dev archived=old
				book Website 20T09:00-20T10:00 plan tags=dev,new,old task=Test lost=custom_field_Cost
				book Website 20T10:00-20T11:00 more tags=new
				twin Alpha/Website 20T09:00-20T10:00 plan tags=dev task=Build
				twin Alpha/Website 20T10:00-20T11:00 more`,
			want: `
				not_carried | Test | task_missing | 1 of 1h0m0s
				not_carried | custom field Cost | not_carried | 1 of 1h0m0s
				not_carried | new | tag_missing | 2 of 2h0m0s
				not_carried | old | tag_archived | 1 of 1h0m0s`,
		},
		{
			name:   "an archived tag that the twin has stays",
			ledger: site + "tags dev archived=old\nbook Website 20T09:00-20T10:00 plan tags=dev,old\ntwin Alpha/Website 20T09:00-20T10:00 plan tags=dev,old",
		},
		{
			name: "create_missing makes tags and tasks once, before the entries",
			sync: func(s *state.TimeSync) { s.CreateMissing = true },
			ledger: site + `tags dev archived=old
				book Website 20T09:00-20T10:00 plan tags=dev,new,old task=Test
				book Website 20T10:00-20T11:00 more tags=new task=Test`,
			want: `
				create tag Theirs | new | tag: new
				create task Theirs | Alpha / Website · Test | project: Alpha / Website | task: Test
				create time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · plan | project: Alpha / Website | start: 2026-11-20T09:00:00Z | end: 2026-11-20T10:00:00Z | description: plan | task: Test | tags: dev; new
				create time_entry Theirs | Alpha / Website · 2026-11-20T10:00:00Z · more | project: Alpha / Website | start: 2026-11-20T10:00:00Z | end: 2026-11-20T11:00:00Z | description: more | task: Test | tags: new
				not_carried | old | tag_archived | 1 of 1h0m0s`,
		},
		{
			name: "signs that Clockify refuses are written otherwise, once",
			ledger: site + `
				book Website 20T09:00-20T10:00 a<b>
				book Website 20T10:00-20T11:00 c>d
				twin Alpha/Website 20T09:00-20T10:00 a‹b›`,
			want: `
				create time_entry Theirs | Alpha / Website · 2026-11-20T10:00:00Z · c›d | project: Alpha / Website | start: 2026-11-20T10:00:00Z | end: 2026-11-20T11:00:00Z | description: c›d
				not_carried | < and > | signs | 2 of 2h0m0s`,
		},
		{
			name: "where the destination decides what is billable, nothing is written for it",
			ledger: site + `fixed
				book Website 20T09:00-20T10:00 plan billable
				twin Alpha/Website 20T09:00-20T10:00 plan`,
			want: `not_carried | billable | billable_fixed | 1 of 1h0m0s`,
		},
		{
			name: "a plan without breaks and without time for others",
			ledger: site + `plain APPROVAL
				book Website 20T09:00-20T10:00 plan
				book Website 20T12:00-20T12:30 lunch break`,
			want: `
				create time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · plan | project: Alpha / Website | start: 2026-11-20T09:00:00Z | end: 2026-11-20T10:00:00Z | description: plan
				not_carried | Website | breaks | 1 of 30m0s
				refused | time_sync acme: destination.user_id | feature_missing | ADD_TIME_FOR_OTHERS`,
		},
		{
			name:   "source and destination the same workspace",
			sync:   func(s *state.TimeSync) { s.Destination.WorkspaceID = "s" },
			ledger: site + "book Website 20T09:00-20T10:00 plan",
			want:   `refused | time_sync acme: destination.workspace_id | same_workspace`,
		},
		{
			name:   "deletes without the link",
			sync:   func(s *state.TimeSync) { s.Deletes = true },
			ledger: site,
			want:   `refused | time_sync acme: deletes | needs_link`,
		},
	})
}

func TestTimeLink(t *testing.T) {
	t.Parallel()
	deletes := func(s *state.TimeSync) { s.Deletes = true }
	checkTime(t, linkedSync, []timeCase{
		{
			name: "the first linked run makes the field and adopts twins and edits",
			ledger: site + `
				book Website 20T09:00-20T10:00 plan billable
				book Website 20T10:00-20T11:00 build
				twin Alpha/Website 20T09:00-20T10:00 plan
				twin Alpha/Website 20T10:00-20T11:00 own`,
			want: `
				create custom_field Theirs | Source entry | type: TXT | of: time entries
				update time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · plan | billable: true | link: marked
				update time_entry Theirs | Alpha / Website · 2026-11-20T10:00:00Z · own | description: own → build | link: marked`,
		},
		{
			name: "edits and moves between projects are followed",
			ledger: site + `has link
				dest Beta/Shop
				source Shop
				book Shop 19T07:00-19T08:00 changed id=s1
				twin Alpha/Website 20T09:00-20T10:00 plan link=s1 task=Build`,
			want: `update time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · plan | project: Alpha / Website → Beta / Shop | start: 2026-11-20T09:00:00Z → 2026-11-19T07:00:00Z | end: 2026-11-20T10:00:00Z → 2026-11-19T08:00:00Z | description: plan → changed | task: Build →`,
		},
		{
			name: "over the window's edge in either direction, not beyond",
			ledger: site + `has link
				book Website 14T01:00-14T02:00 in id=s1
				book Website 13T20:00-13T21:00 out id=s2
				book Website 12T09:00-12T10:00 outside id=s3
				twin Alpha/Website 13T22:00-13T23:00 in link=s1
				twin Alpha/Website 14T02:00-14T03:00 out link=s2
				twin Alpha/Website 12T09:00-12T10:30 outside link=s3`,
			want: `
				update time_entry Theirs | Alpha / Website · 2026-11-13T22:00:00Z · in | start: 2026-11-13T22:00:00Z → 2026-11-14T01:00:00Z | end: 2026-11-13T23:00:00Z → 2026-11-14T02:00:00Z
				update time_entry Theirs | Alpha / Website · 2026-11-14T02:00:00Z · out | start: 2026-11-14T02:00:00Z → 2026-11-13T20:00:00Z | end: 2026-11-14T03:00:00Z → 2026-11-13T21:00:00Z`,
		},
		{
			name: "a source that is gone is a finding",
			ledger: site + `has link
				twin Alpha/Website 20T09:00-20T10:00 plan link=s1`,
			want: `source_gone | Alpha / Website | source_deleted | 1 of 1h0m0s | 20T09:00 plan`,
		},
		{
			name: "or a gated delete, of marked entries alone",
			sync: deletes,
			ledger: site + `has link
				twin Alpha/Website 20T09:00-20T10:00 plan link=s1
				twin Alpha/Website 20T09:00-20T10:00 plan link=s2
				twin Alpha/Website 20T09:00-20T10:00 plan
				twin Alpha/Website 13T09:00-13T10:00 before link=s3`,
			want: `
				delete time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · plan | project: Alpha / Website → | start: 2026-11-20T09:00:00Z → | end: 2026-11-20T10:00:00Z → | description: plan → | gated: source_deleted
				delete time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · plan #2 | project: Alpha / Website → | start: 2026-11-20T09:00:00Z → | end: 2026-11-20T10:00:00Z → | description: plan → | gated: source_deleted
				no_source | Alpha / Website | unmatched | 1 of 1h0m0s | 20T09:00 plan`,
		},
		{
			name: "a source that is there is not gone, whatever became of it",
			sync: deletes,
			ledger: site + `has link
				dest Alpha/Twice
				dest Beta/Twice
				source Twice
				book Website 20T09:00- running id=s1
				book - 20T10:00-20T11:00 unbooked id=s2
				book Twice 20T11:00-20T12:00 unclear id=s3
				book - 20T12:00-20T13:00 elsewhere id=s4
				twin Alpha/Website 20T09:00-20T10:00 running link=s1
				twin Alpha/Website 20T10:00-20T11:00 unbooked link=s2
				twin Alpha/Website 20T11:00-20T12:00 unclear link=s3
				twin Alpha/Website 20T12:00-20T13:00 away link=s4`,
			want: `
				ambiguous | Twice | project_ambiguous | Alpha / Twice | Beta / Twice | failed
				no_project | ann@x | no_project | 1 of 1h0m0s
				not_mirrored | Twice | project_ambiguous | 1 of 1h0m0s | 20T11:00 unclear | failed
				running_timer | Acme / Website · 2026-11-20T09:00:00Z · running | 20T09:00 running
				source_gone | Alpha / Website | source_moved | 1 of 1h0m0s | 20T12:00 away`,
		},
		{
			name: "an unmarked entry is nobody's edit",
			ledger: site + `has link
				book Website 20T09:00-20T10:30 plan
				twin Alpha/Website 20T09:00-20T10:00 plan`,
			want: `
				create time_entry Theirs | Alpha / Website · 2026-11-20T09:00:00Z · plan | project: Alpha / Website | start: 2026-11-20T09:00:00Z | end: 2026-11-20T10:30:00Z | description: plan
				counted_twice | Alpha / Website | old_form | 1 of 1h0m0s | 20T09:00 plan`,
		},
		{
			name: "of copies with one mark the nearest is the mirror",
			ledger: site + `has link
				book Website 20T09:00-20T10:00 plan id=s1
				twin Alpha/Website 19T09:00-19T10:00 plan link=s1
				twin Alpha/Website 20T09:00-20T10:00 plan link=s1`,
			want: `no_source | Alpha / Website | copied | 1 of 1h0m0s | 19T09:00 plan`,
		},
		{
			name:   "a link field that cannot be used",
			ledger: site + "trouble it_is_inactive\nbook Website 20T09:00-20T10:00 plan",
			want:   `refused | time_sync acme: link_field | link_field_unusable | it is inactive`,
		},
		{
			name:   "a plan without custom fields",
			ledger: site + "plain ADD_TIME_FOR_OTHERS\nbook Website 20T09:00-20T10:00 plan",
			want:   `refused | time_sync acme: link | feature_missing | CUSTOM_FIELDS`,
		},
	})
}

// An entry waits for the field, the tag and the task it needs.
func TestTimeNeeds(t *testing.T) {
	t.Parallel()
	sync := linkedSync()
	sync.CreateMissing = true
	p := computeTime(sync, timeStateOf(t, site+"book Website 20T09:00-20T10:00 plan tags=new task=Test"))
	last := p.Changes[len(p.Changes)-1]
	if len(last.Needs) != 3 {
		t.Errorf("the entry needs %d changes, want the field, the tag and the task", len(last.Needs))
	}
}

func TestTimeSubjectsAndSharedMarks(t *testing.T) {
	t.Parallel()
	a, b := linkedSync(), linkedSync()
	b.Name, b.Source.WorkspaceID = "beta", "s2"
	p := plan.Compute(state.Spec{Time: []state.TimeSync{a, b}}, state.State{Time: []state.TimeState{timeStateOf(t, site+"has link\nbook Website 20T09:00-20T10:00 plan")}})
	want := []plan.Subject{{Domain: plan.Time, Sync: "acme", Workspace: "Theirs", WorkspaceID: "d", Entries: 1, From: "2026-11-14T00:00:00Z", To: "2026-11-21T00:00:00Z"}}
	if diff := cmp.Diff(want, p.Subjects); diff != "" {
		t.Errorf("subjects (-want +got):\n%s", diff)
	}
	if len(p.Refusals) != 1 || !p.Blocked(p.Changes[0]) {
		t.Errorf("two syncs that share their marks are not refused: %v", p.Refusals)
	}
	b.LinkField = "Beta entry"
	p = plan.Compute(state.Spec{Time: []state.TimeSync{a, b}}, state.State{Time: []state.TimeState{timeStateOf(t, site+"has link")}})
	if len(p.Refusals) > 0 {
		t.Errorf("two syncs with marks of their own are refused: %v", p.Refusals)
	}
}

func TestTimeSameEntriesTwice(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		change func(*state.TimeSync)
		want   int // refusals
	}{
		{"the same", func(*state.TimeSync) {}, 1},
		{"with another key and window", func(s *state.TimeSync) { s.Source.Token, s.Window = "OTHER", time.Hour }, 1},
		{"of another client", func(s *state.TimeSync) { s.Source.ClientID = "c2" }, 0},
		{"of another person", func(s *state.TimeSync) { s.Source.UserID = "u2" }, 0},
		{"to another person", func(s *state.TimeSync) { s.Destination.UserID = "u2" }, 0},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			a := contentSync()
			b := a
			b.Name = "beta"
			tc.change(&b)
			acme := timeStateOf(t, site+"book Website 20T09:00-20T10:00 plan")
			beta := acme
			beta.Sync = "beta"
			p := plan.Compute(state.Spec{Time: []state.TimeSync{a, b}}, state.State{Time: []state.TimeState{acme, beta}})
			if len(p.Refusals) != tc.want {
				t.Fatalf("got refusals %v, want %d", p.Refusals, tc.want)
			}
			for _, c := range p.Changes {
				if got, want := p.Blocked(c), tc.want > 0 && c.Sync == "beta"; got != want {
					t.Errorf("%s %s: blocked %t, want %t", c.Sync, c.Ref.Name, got, want)
				}
			}
		})
	}
}

// Two clients of one person are mirrored to the same projects: an entry there stands for one of theirs alone.
func TestTimeTaken(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name       string
		acme, beta string   // the source entry of each sync
		dest       []string // what the destination has
		want       string   // operations of acme, then of beta
	}{
		{"one twin of two equal entries", "plan", "plan", []string{"plan"}, "| create"},
		{"one entry that either could edit", "plan", "talk", []string{"own"}, "update | create"},
		{"an edit of the other's twin leaves it another", "new", "talk", []string{"talk", "zzz"}, "update | update"},
		{"both have a twin", "plan", "talk", []string{"plan", "talk"}, "| "},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			a, b := contentSync(), contentSync()
			b.Name, b.Source.ClientID = "beta", "c2"
			ledger := func(sync, book string) state.TimeState {
				text := site
				for _, d := range tc.dest {
					text += "twin Alpha/Website 20T09:00-20T10:00 " + d + "\n"
				}
				l := timeStateOf(t, text+"book Website 20T09:00-20T10:00 "+book)
				l.Sync, l.Place = sync, "ann in theirs"
				return l
			}
			var got [2]string
			for _, c := range plan.Compute(state.Spec{Time: []state.TimeSync{a, b}}, state.State{Time: []state.TimeState{ledger("acme", tc.acme), ledger("beta", tc.beta)}}).Changes {
				if c.Sync == "beta" {
					got[1] += string(c.Op)
				} else {
					got[0] += string(c.Op) + " "
				}
			}
			if got := got[0] + "| " + got[1]; got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// TestTimeElsewhere: a sync that the pull request points elsewhere has all its changes gated.
func TestTimeElsewhere(t *testing.T) {
	t.Parallel()
	have := timeStateOf(t, "dest Alpha/Website\ndest Beta/Shop\nsource Shop")
	for _, elsewhere := range []bool{false, true} {
		sync := contentSync()
		sync.Elsewhere = elsewhere
		p := computeTime(sync, have)
		if len(p.Changes) == 0 {
			t.Fatal("nothing is planned")
		}
		for _, c := range p.Changes {
			if c.Gated != elsewhere || (c.Guard == plan.OtherSync) != elsewhere {
				t.Errorf("elsewhere %t: %s is gated %t by %q", elsewhere, c.Ref.Name, c.Gated, c.Guard)
			}
		}
	}
}
