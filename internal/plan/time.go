package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// timePlanner works out what one time sync has to write: projects in the source, entries in the destination. Everything is
// compared as instants, so an entry that ends after midnight or spans a change of the clocks is an entry like any other.
type timePlanner struct {
	spec state.TimeSync
	have state.TimeState
	plan *Plan

	targets map[string]target   // by source project name
	mapped  map[projectKey]bool // destination projects that some source project goes to
	tasks   map[projectKey]set  // of the destination projects
	tags    struct{ has, archived set }
	asked   struct{ tags, tasks set } // planned to be made
	notes   map[noteKey]*note
	pairs   []pair
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

// timeSync plans one time sync. The ledger holds the entries of the window and, where entries are linked, those around
// it: a pair of linked entries is followed when either of the two starts in the window, so an entry that was moved over
// the window's edge is moved along and not doubled. Without the link both sides are cut at the same instants, and a pair
// always starts at the same one, so the edge parts no pair.
func timeSync(spec state.TimeSync, ledger state.TimeState) *Plan {
	t := &timePlanner{
		spec: spec, have: ledger, plan: &Plan{},
		targets: map[string]target{}, mapped: map[projectKey]bool{}, tasks: map[projectKey]set{}, notes: map[noteKey]*note{},
	}
	t.tags.has, t.tags.archived = setOf(ledger.Destination.Tags), setOf(ledger.Destination.ArchivedTags)
	t.asked.tags, t.asked.tasks = set{}, set{}
	subject := Subject{
		Domain: Time, Sync: spec.Name, Workspace: ledger.Destination.Workspace,
		From: ledger.From.UTC().Format(time.RFC3339), To: ledger.To.UTC().Format(time.RFC3339),
	}
	if t.validate() {
		t.projects()
		subject.Entries = t.collect()
		if spec.Link {
			t.syncByLink()
		} else {
			t.syncByContent()
		}
		t.preflight()
	}
	t.plan.Subjects = []Subject{subject}
	t.report()
	disambiguate(t.plan.Changes)
	finish(t.plan, timeNeeds)
	return t.plan
}

// sound refuses a sync that cannot be meant as it stands.
func (t *timePlanner) validate() bool {
	before := len(t.plan.Refusals)
	if t.spec.Source.WorkspaceID == t.spec.Destination.WorkspaceID {
		t.refuse("destination.workspace_id", state.CauseSameWorkspace, "", "source and destination are the same workspace: its entries would be mirrored onto themselves.")
	}
	if t.spec.Deletes && !t.spec.Link {
		t.refuse("deletes", state.CauseNeedsLink, "", "deletes: gated needs link: field; by content alone nobody can tell whose entry it is.")
	}
	if !t.spec.Link {
		return len(t.plan.Refusals) == before
	}
	dest := &t.have.Destination
	switch {
	case dest.LinkTrouble != "":
		t.refuse("link_field", state.CauseLinkField, dest.LinkTrouble, "the custom field %q of workspace %q cannot hold the link: %s.", t.spec.LinkField, dest.Workspace, dest.LinkTrouble)
	case !dest.HasLink && !dest.Has("CUSTOM_FIELDS"):
		t.refuse("link", state.CauseFeature, "CUSTOM_FIELDS", "the workspace %q lacks custom fields (feature CUSTOM_FIELDS; Pro or Enterprise plan), which link: field needs.", dest.Workspace)
	case !dest.HasLink:
		t.add(Provision, Create, t.spec.LinkField, CustomField{t.spec.LinkField},
			Field{"type", "", string(state.FieldText)}, Field{"of", "", "time entries"})
	}
	return len(t.plan.Refusals) == before
}

// preflight refuses changes the destination's plan does not allow.
func (t *timePlanner) preflight() {
	dest := &t.have.Destination
	writes := slices.ContainsFunc(t.plan.Changes, func(c Change) bool { return c.Ref.Kind == KindEntry && c.Op == Create })
	if writes && !dest.IsKeyOwner && !dest.Has("ADD_TIME_FOR_OTHERS") {
		t.refuse("destination.user_id", state.CauseFeature, "ADD_TIME_FOR_OTHERS", "the workspace %q lacks adding time for others (feature ADD_TIME_FOR_OTHERS; Basic plan or above), and the key is not the person's own.", dest.Workspace)
	}
}

func (t *timePlanner) refuse(setting string, cause Cause, about, format string, args ...any) {
	t.plan.Refusals = append(t.plan.Refusals, Refusal{
		Domain: Time, Sync: t.spec.Name, Setting: "time_sync " + t.spec.Name + ": " + setting, Cause: cause, About: about, Text: fmt.Sprintf(format, args...),
	})
}

// sameEntries refuses a sync that mirrors what one before it mirrors already, to the same place: both would make every
// entry.
func sameEntries(all []state.TimeSync, sync state.TimeSync) *Plan {
	for _, other := range all {
		if other.Name == sync.Name {
			return nil
		}
		if endpointsOf(other) == endpointsOf(sync) {
			t := timePlanner{spec: sync, plan: &Plan{}}
			t.refuse("source", state.CauseSameEntries, other.Name, "time_sync %s mirrors the same entries to the same person in the same workspace already; both would make each of them. Take one of the two out.", other.Name)
			return t.plan
		}
	}
	return nil
}

// sides are what a sync mirrors and where to, whoever's keys it does so with.
func endpointsOf(s state.TimeSync) [5]string {
	return [5]string{s.Source.WorkspaceID, s.Source.ClientID, s.Source.UserID, s.Destination.WorkspaceID, s.Destination.UserID}
}

// marksShared refuses a sync whose marks another sync would take for its own: each would see the other's entries as ones
// whose source is gone.
func marksShared(all []state.TimeSync, sync state.TimeSync) *Plan {
	for _, other := range all {
		if other.Name != sync.Name && other.Link && sync.Link && other.LinkField == sync.LinkField &&
			other.Destination.WorkspaceID == sync.Destination.WorkspaceID && other.Destination.UserID == sync.Destination.UserID {
			t := timePlanner{spec: sync, plan: &Plan{}}
			t.refuse("link_field", state.CauseSameLink, other.Name, "time_sync %s marks the same person's entries in the same workspace with the same field. Give each sync its own link_field.", other.Name)
			return t.plan
		}
	}
	return nil
}

func (t *timePlanner) add(phase Phase, op Op, name string, do Action, fields ...Field) *Change {
	t.plan.Changes = append(t.plan.Changes, Change{
		Domain: Time, Sync: t.spec.Name, Phase: phase, Op: op, Ref: Ref{t.have.Destination.Workspace, t.spec.Destination.WorkspaceID, do.Kind(), name},
		Fields: fields, Source: t.spec.At, Person: t.have.Destination.User, Do: do,
	})
	return &t.plan.Changes[len(t.plan.Changes)-1]
}

func (t *timePlanner) inWindow(at time.Time) bool {
	return !at.Before(t.have.From) && at.Before(t.have.To)
}

// number tells changes apart that are equal in all that is shown: equal entries are as many changes.
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
		var e *state.Entry
		if do, ok := c.Do.(Entry); ok {
			e = do.Entry
		}
		if e == nil {
			continue
		}
		ids := []string{link, tasks[Task{e.Client, e.Project, e.Task}]}
		for _, tag := range e.Tags {
			ids = append(ids, tags[tag])
		}
		c.Needs = without(ids, func(id string) bool { return id == "" })
	}
}
