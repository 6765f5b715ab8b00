package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// mirror works out what one time sync has to write: projects in the source, entries in the destination. Everything is
// compared as instants, so an entry that ends after midnight or spans a change of the clocks is an entry like any other.
type mirror struct {
	spec state.TimeSync
	have state.TimeState
	plan *Plan

	aims   map[string]aim      // where the entries of a source project go, by its name
	mapped map[projectKey]bool // destination projects that some source project goes to
	tasks  map[projectKey]set  // of the destination projects
	tags   struct{ has, archived set }
	asked  struct{ tags, tasks set } // planned to be made
	notes  map[noteKey]*note
	jobs   []job
}

// projectKey is a project's identity.
type projectKey struct{ client, name string }

// job is a source entry and what it ought to look like in the destination.
type job struct {
	source *state.Entry
	want   state.Entry
	task   string   // of the source, which the destination project lacks
	tags   []string // of the source, which the destination cannot be given
	frozen bool     // the destination project is archived
}

// timeSync plans one time sync. The ledger holds the entries of the window and, where entries are linked, those around
// it: a pair of linked entries is followed when either of the two starts in the window, so an entry that was moved over
// the window's edge is moved along and not doubled. Without the link both sides are cut at the same instants, and a pair
// always starts at the same one, so the edge parts no pair.
func timeSync(spec state.TimeSync, ledger state.TimeState) *Plan {
	m := &mirror{
		spec: spec, have: ledger, plan: &Plan{},
		aims: map[string]aim{}, mapped: map[projectKey]bool{}, tasks: map[projectKey]set{}, notes: map[noteKey]*note{},
	}
	m.tags.has, m.tags.archived = setOf(ledger.Destination.Tags), setOf(ledger.Destination.ArchivedTags)
	m.asked.tags, m.asked.tasks = set{}, set{}
	subject := Subject{
		Domain: Time, Sync: spec.Name, Workspace: ledger.Destination.Workspace,
		From: ledger.From.UTC().Format(time.RFC3339), To: ledger.To.UTC().Format(time.RFC3339),
	}
	if m.sound() {
		m.projects()
		subject.Entries = m.gather()
		if spec.Link {
			m.follow()
		} else {
			m.compare()
		}
		m.preflight()
	}
	m.plan.Subjects = []Subject{subject}
	m.report()
	number(m.plan.Changes)
	finish(m.plan, timeNeeds)
	return m.plan
}

// sound refuses a sync that cannot be meant as it stands.
func (m *mirror) sound() bool {
	before := len(m.plan.Refusals)
	if m.spec.Source.WorkspaceID == m.spec.Destination.WorkspaceID {
		m.refuse("destination.workspace_id", "source and destination are the same workspace: its entries would be mirrored onto themselves.")
	}
	if m.spec.Deletes && !m.spec.Link {
		m.refuse("deletes", "deletes: gated needs link: field; by content alone nobody can tell whose entry it is.")
	}
	if !m.spec.Link {
		return len(m.plan.Refusals) == before
	}
	dest := &m.have.Destination
	switch {
	case dest.LinkTrouble != "":
		m.refuse("link_field", "the custom field %q of workspace %q cannot hold the link: %s.", m.spec.LinkField, dest.Workspace, dest.LinkTrouble)
	case !dest.HasLink && !dest.Has("CUSTOM_FIELDS"):
		m.refuse("link", "the workspace %q lacks custom fields (feature CUSTOM_FIELDS; Pro or Enterprise plan), which link: field needs.", dest.Workspace)
	case !dest.HasLink:
		m.add(Provision, Create, KindField, m.spec.LinkField, CreateLink{m.spec.LinkField},
			Field{"type", "", string(state.FieldText)}, Field{"of", "", "time entries"})
	}
	return len(m.plan.Refusals) == before
}

// preflight refuses changes the destination's plan does not allow.
func (m *mirror) preflight() {
	dest := &m.have.Destination
	writes := slices.ContainsFunc(m.plan.Changes, func(c Change) bool { return c.Ref.Kind == KindEntry && c.Op == Create })
	if writes && !dest.IsKeyOwner && !dest.Has("ADD_TIME_FOR_OTHERS") {
		m.refuse("destination.user_id", "the workspace %q lacks adding time for others (feature ADD_TIME_FOR_OTHERS; Basic plan or above), and the key is not the person's own.", dest.Workspace)
	}
}

func (m *mirror) refuse(setting, format string, args ...any) {
	m.plan.Refusals = append(m.plan.Refusals, Refusal{
		Domain: Time, Sync: m.spec.Name, Setting: "time_sync " + m.spec.Name + ": " + setting, Text: fmt.Sprintf(format, args...),
	})
}

// sameEntries refuses a sync that mirrors what one before it mirrors already, to the same place: both would make every
// entry.
func sameEntries(all []state.TimeSync, sync state.TimeSync) *Plan {
	for _, other := range all {
		if other.Name == sync.Name {
			return nil
		}
		if sides(other) == sides(sync) {
			m := mirror{spec: sync, plan: &Plan{}}
			m.refuse("source", "time_sync %s mirrors the same entries to the same person in the same workspace already; both would make each of them. Take one of the two out.", other.Name)
			return m.plan
		}
	}
	return nil
}

// sides are what a sync mirrors and where to, whoever's keys it does so with.
func sides(s state.TimeSync) [5]string {
	return [5]string{s.Source.WorkspaceID, s.Source.ClientID, s.Source.UserID, s.Destination.WorkspaceID, s.Destination.UserID}
}

// marksShared refuses a sync whose marks another sync would take for its own: each would see the other's entries as ones
// whose source is gone.
func marksShared(all []state.TimeSync, sync state.TimeSync) *Plan {
	for _, other := range all {
		if other.Name != sync.Name && other.Link && sync.Link && other.LinkField == sync.LinkField &&
			other.Destination.WorkspaceID == sync.Destination.WorkspaceID && other.Destination.UserID == sync.Destination.UserID {
			m := mirror{spec: sync, plan: &Plan{}}
			m.refuse("link_field", "time_sync %s marks the same person's entries in the same workspace with the same field. Give each sync its own link_field.", other.Name)
			return m.plan
		}
	}
	return nil
}

func (m *mirror) add(phase Phase, op Op, kind Kind, name string, do Action, fields ...Field) *Change {
	m.plan.Changes = append(m.plan.Changes, Change{
		Domain: Time, Sync: m.spec.Name, Phase: phase, Op: op, Ref: Ref{m.have.Destination.Workspace, kind, name},
		Fields: fields, Source: m.spec.At, Person: m.have.Destination.User, Do: do,
	})
	return &m.plan.Changes[len(m.plan.Changes)-1]
}

func (m *mirror) inside(at time.Time) bool { return !at.Before(m.have.From) && at.Before(m.have.To) }

// number tells changes apart that are equal in all that is shown: equal entries are as many changes.
func number(changes []Change) {
	named := make(map[string]int, len(changes))
	for i := range changes {
		named[changes[i].Ref.Name]++
	}
	seen := map[string]int{}
	for i := range changes {
		c := &changes[i]
		if named[c.Ref.Name] < 2 {
			continue
		}
		id := identify(*c)
		seen[id]++
		if n := seen[id]; n > 1 {
			c.Ref.Name = fmt.Sprintf("%s (%d)", c.Ref.Name, n)
		}
	}
}

// timeNeeds says which entries wait for the link field, a tag or a task to be made.
func timeNeeds(changes []Change) {
	link := ""
	tags, tasks := map[string]string{}, map[CreateTask]string{}
	for i := range changes {
		switch do := changes[i].Do.(type) {
		case CreateLink:
			link = changes[i].ID
		case CreateTag:
			tags[do.Tag] = changes[i].ID
		case CreateTask:
			tasks[do] = changes[i].ID
		}
	}
	if link == "" && len(tags) == 0 && len(tasks) == 0 {
		return
	}
	for i := range changes {
		c := &changes[i]
		var e *state.Entry
		switch do := c.Do.(type) {
		case CreateEntry:
			e = do.Entry
		case UpdateEntry:
			e = do.Entry
		default:
			continue
		}
		ids := []string{link, tasks[CreateTask{e.Client, e.Project, e.Task}]}
		for _, tag := range e.Tags {
			ids = append(ids, tags[tag])
		}
		c.Needs = without(ids, func(id string) bool { return id == "" })
	}
}
