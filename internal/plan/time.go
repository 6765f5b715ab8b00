package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// ComputeTime plans the time syncs whose states were read and returns each one's plan by name. specs are all syncs of the
// config, for two of them may get into each other's way. A sync of several people has a state for each of them.
func ComputeTime(specs []state.TimeSync, states []state.TimeState) map[string]*Plan {
	var planners []*timePlanner
	for _, spec := range specs {
		var have []state.TimeState
		for _, s := range states {
			if s.Sync == spec.Name {
				have = append(have, s)
			}
		}
		if len(have) > 0 {
			planners = append(planners, newTimePlanner(spec, specs, have))
		}
	}
	for _, t := range planners {
		t.prepare(planners)
	}
	for _, t := range planners {
		t.collect()
	}
	for _, p := range timePlaces(planners) {
		p.compute()
	}
	plans := map[string]*Plan{}
	for _, t := range planners {
		plans[t.spec.Name] = t.finish()
	}
	return plans
}

// timePlanner works out what one time sync has to write: projects in the source, entries in the destination. Everything is
// compared as instants, so an entry that ends after midnight or spans a change of the clocks is an entry like any other.
type timePlanner struct {
	spec   state.TimeSync
	all    []state.TimeSync
	read   []*timePlanner   // of the syncs that this run has read
	people []*personPlanner // by address
	plan   *Plan
	valid  bool // nothing refuses the sync as it stands
	alone  bool // no sync that this run has not read writes to the same place

	// What the people's workspaces have in common.
	source, dest  *state.WorkspaceEntries
	targets       map[string]target   // by source project name
	mapped        map[projectKey]bool // destination projects that some source project goes to
	tasks         map[projectKey]names
	tags          names
	archivedTags  set
	fieldDefaults map[string]string // defaults.fields by the destination's name of the field
	only          struct{ projects, tags scope }
	planned       struct{ tags, tasks set } // to be made
}

// personPlanner works out one person's entries.
type personPlanner struct {
	*timePlanner
	have        state.TimeState
	place       *timePlace
	pairs       []pair
	unexplained []*state.Entry
	created     []*state.Entry
	mirrored    []*state.Entry // what stands in the destination for source entries
	notes       map[noteKey]*note
}

// projectKey is a project's identity.
type projectKey struct{ client, name string }

// pair is a source entry and what it ought to look like in the destination.
type pair struct {
	source *state.Entry
	want   state.Entry
	task   string   // of the source, which the destination project lacks
	tags   []string // of the source, which the destination cannot be given
	frozen bool     // the destination project is archived
}

func newTimePlanner(spec state.TimeSync, all []state.TimeSync, have []state.TimeState) *timePlanner {
	slices.SortStableFunc(have, func(a, b state.TimeState) int {
		return strings.Compare(a.Destination.User+" "+a.Place, b.Destination.User+" "+b.Place)
	})
	t := &timePlanner{
		spec: spec, all: all, plan: &Plan{}, source: &have[0].Source, dest: &have[0].Destination,
		targets: map[string]target{}, mapped: map[projectKey]bool{}, tasks: map[projectKey]names{},
		tags: namesOf(have[0].Destination.Tags), archivedTags: setOf(have[0].Destination.ArchivedTags),
		fieldDefaults: map[string]string{},
	}
	t.planned.tags, t.planned.tasks = set{}, set{}
	t.only.projects = newScope("only.projects", spec.OnlyProjects, t.projectNames())
	t.only.tags = newScope("only.tags", spec.OnlyTags, t.source.Tags)
	for _, h := range have {
		t.people = append(t.people, &personPlanner{timePlanner: t, have: h, notes: map[noteKey]*note{}})
	}
	return t
}

// prepare plans what the entries need, and where they go.
func (t *timePlanner) prepare(read []*timePlanner) {
	t.read = read
	t.valid = t.validate()
	t.alone = !slices.ContainsFunc(t.all, func(other state.TimeSync) bool {
		return other.Name != t.spec.Name && mayShare(other, t.spec) &&
			!slices.ContainsFunc(read, func(r *timePlanner) bool { return r.spec.Name == other.Name })
	})
	if t.valid {
		t.projects()
	}
}

// collect says what each entry ought to be. A pair of linked entries is followed when either of the two starts in the
// window, so an entry that was moved over the window's edge is moved along and not doubled. Without the link both sides
// are cut at the same instants, and a pair always starts at the same one, so the edge parts no pair.
func (t *timePlanner) collect() {
	subject := Subject{
		Domain: Time, Sync: t.spec.Name, Workspace: t.dest.Workspace, WorkspaceID: t.spec.Destination.WorkspaceID,
		From: instant(t.people[0].have.From), To: instant(t.people[0].have.To),
	}
	if t.spec.Several() {
		subject.People = len(t.people)
	}
	unread := map[string][]string{} // people by workspace
	if t.valid {
		for _, p := range t.people {
			name := cmp.Or(p.have.Destination.User, p.have.Source.User)
			switch {
			case p.have.Missing != "":
				t.addFinding(state.Finding{Kind: state.FindingPersonMissing, Name: name, About: p.have.Missing, Failed: true})
			case p.have.Unread != "":
				unread[p.have.Unread] = append(unread[p.have.Unread], name)
			default:
				subject.Entries += p.collect()
			}
		}
		for _, workspace := range sorted(unread) {
			people := unread[workspace]
			t.addFinding(state.Finding{Kind: state.FindingPeopleUnread, Name: workspace, Count: len(people), Values: people, Failed: true})
		}
	}
	t.plan.Subjects = []Subject{subject}
}

// finish completes the plan once all entries are planned.
func (t *timePlanner) finish() *Plan {
	for _, p := range t.people {
		p.report()
	}
	t.checkFeatures()
	if t.spec.Elsewhere {
		for i := range t.plan.Changes {
			if c := &t.plan.Changes[i]; !c.Gated {
				c.Gated, c.Guard = true, OtherSync
			}
		}
	}
	disambiguate(t.plan.Changes)
	finish(t.plan, timeNeeds)
	return t.plan
}

// add plans a change of the person's entries.
func (p *personPlanner) add(phase Phase, op Op, e *state.Entry, do Entry, fields []Field) *Change {
	c := p.timePlanner.add(phase, op, entryName(e), do, fields...)
	c.Person = p.have.Destination.User
	return c
}

// add plans a change of what the entries need.
func (t *timePlanner) add(phase Phase, op Op, name string, do Action, fields ...Field) *Change {
	c := Change{
		Domain: Time, Sync: t.spec.Name, Phase: phase, Op: op, Ref: Ref{do.Kind(), t.dest.Workspace, t.spec.Destination.WorkspaceID, name},
		Fields: fields, Source: t.spec.At, Do: do,
	}
	if !t.spec.Several() {
		c.Person = t.dest.User
	}
	t.plan.Changes = append(t.plan.Changes, c)
	return &t.plan.Changes[len(t.plan.Changes)-1]
}

func (p *personPlanner) inWindow(at time.Time) bool {
	return !at.Before(p.have.From) && at.Before(p.have.To)
}

// disambiguate tells changes apart that are equal in all that is shown: equal entries are as many changes.
func disambiguate(changes []Change) {
	named := make(map[string]int, len(changes))
	for i := range changes {
		named[changes[i].Ref.Name]++
	}
	equal := map[string][]int{} // the places of equal changes
	for i := range changes {
		if named[changes[i].Ref.Name] > 1 {
			id := identify(&changes[i])
			equal[id] = append(equal[id], i)
		}
	}
	for _, places := range equal {
		for n, i := range places {
			if len(places) > 1 {
				changes[i].Ordinal = n + 1
			}
		}
	}
}

// timeNeeds says which entries wait for the link field, a tag or a task to be made.
func timeNeeds(changes []Change) {
	link := ""
	tags, tasks := map[string]string{}, map[Task]string{}
	for i := range changes {
		switch do := changes[i].Do.(type) {
		case CustomField:
			link = changes[i].ID
		case Tag:
			tags[do.Name] = changes[i].ID
		case Task:
			tasks[do] = changes[i].ID
		}
	}
	if link == "" && len(tags) == 0 && len(tasks) == 0 {
		return
	}
	for i := range changes {
		c := &changes[i]
		do, ok := c.Do.(Entry)
		if !ok || do.Entry == nil {
			continue
		}
		ids := []string{link, tasks[Task{do.Entry.Client, do.Entry.Project, do.Entry.Task}]}
		for _, tag := range do.Entry.Tags {
			ids = append(ids, tags[tag])
		}
		c.Needs = without(ids, func(id string) bool { return id == "" })
	}
}
