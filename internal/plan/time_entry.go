package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// refusedSigns are the two characters Clockify refuses in descriptions (docs/clockify-api.md#descriptions), and what stands in.
var refusedSigns = strings.NewReplacer("<", "‹", ">", "›")

// collect turns the source entries that are to be mirrored into pairs and notes why the others are not. It returns how
// many finished entries there are in the window and in the sync's scope.
func (p *personPlanner) collect() int {
	entries, n := p.have.Source.Entries, 0
	p.pairs = make([]pair, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		inside := p.inWindow(e.Start)
		note := func(kind, name string, cause Cause) {
			if inside {
				p.countFinding(kind, name, cause, e)
			}
		}
		switch {
		case e.OutOfScope, !p.inScope(e):
			continue
		case e.End.IsZero():
			if inside {
				p.addFinding(state.Finding{Kind: state.FindingRunning, Name: entryName(e), Entries: []state.Entry{shown(e)}})
			}
			continue
		case e.Unseen:
			note(state.FindingNotMirrored, p.who(), state.CauseUnseenProject)
			continue
		case e.Project == "":
			if !e.TimeOff { // holidays and time off have no project
				note(state.FindingNoProject, p.who(), state.CauseNoProject)
			}
			continue
		}
		if inside {
			n++
		}
		to := p.targets[e.Project]
		switch {
		case e.TimeOff:
			note(state.FindingNotCarried, e.Project, state.CauseTimeOff)
		case e.Break && !p.have.Destination.Has("BREAKS"):
			note(state.FindingNotCarried, e.Project, state.CauseBreaks)
		case to.project == nil && inside && p.elsewhere(e):
			note(state.FindingNoProject, e.Project, to.cause)
		case to.project == nil && inside:
			p.countAbout(state.FindingNotMirrored, e.Project, to.cause, p.spec.ProjectMap[e.Project], e)
		case to.project == nil:
		default:
			p.pairs = append(p.pairs, p.newPair(e, to))
			for _, what := range e.Unmapped {
				note(state.FindingNotCarried, what, state.CauseNotCarried)
			}
		}
	}
	return n
}

// inScope reports whether the entry is in the part that only: mirrors.
func (p *personPlanner) inScope(e *state.Entry) bool {
	return p.only.projects.has(e.Project) && (p.only.tags.all || slices.ContainsFunc(e.Tags, p.only.tags.has))
}

// elsewhere reports whether an entry without a place in the destination is, or may be, mirrored by another sync: nobody can
// tell of one that was not read.
func (p *personPlanner) elsewhere(e *state.Entry) bool {
	for _, spec := range p.all {
		if spec.Name == p.spec.Name || !sameSource(spec, p.spec) {
			continue
		}
		i := slices.IndexFunc(p.read, func(t *timePlanner) bool { return t.spec.Name == spec.Name })
		if i < 0 || slices.ContainsFunc(p.read[i].people, func(q *personPlanner) bool {
			to := q.targets[e.Project].project
			return q.have.Source.User == p.have.Source.User && q.inScope(e) && to != nil && !to.Archived
		}) {
			return true
		}
	}
	return false
}

func (p *personPlanner) who() string { return cmp.Or(p.have.Source.User, p.spec.Name) }

// newPair works out what the entry ought to look like in the destination.
func (p *personPlanner) newPair(e *state.Entry, to target) pair {
	w := pair{source: e, want: *e, frozen: to.project.Archived}
	want := &w.want
	want.Client, want.Project, want.Unmapped, want.Tags = to.project.Client, to.project.Name, nil, nil
	want.Description = refusedSigns.Replace(e.Description)
	if !p.spec.Link {
		want.Link = ""
	}
	if p.spec.BillableFromProject {
		want.Billable, want.OpenBillable = false, true
	}
	if e.Task != "" {
		task, ok := p.usableTask(projectKey{want.Client, want.Project}, e.Task)
		if want.Task = task; !ok {
			w.task = e.Task
		}
	}
	for _, name := range e.Tags {
		if tag, ok := p.usableTag(name); ok {
			want.Tags = with(want.Tags, tag)
		} else {
			w.tags = append(w.tags, name)
		}
	}
	slices.Sort(want.Tags)
	return w
}

// usableTag is the destination's tag of a name, or the name itself where it may be made.
func (t *timePlanner) usableTag(name string) (string, bool) {
	if tag, ok := t.tags.find(name); ok {
		return tag, true
	}
	if name != "" && t.spec.CreateMissing && !t.archivedTags[name] {
		return name, true
	}
	return "", false
}

// usableTask is the destination project's task of a name, or the name itself where it may be made.
func (t *timePlanner) usableTask(project projectKey, name string) (string, bool) {
	if task, ok := t.tasks[project].find(name); ok {
		return task, true
	}
	if t.spec.CreateMissing {
		return name, true
	}
	return "", false
}

// applyUnsupported ends the working out once the destination entry is known, nil where there is none: what cannot be
// carried stays there as it is, and is noted where it differs.
func (p *personPlanner) applyUnsupported(w *pair, twin *state.Entry) {
	want, inside := &w.want, p.inWindow(w.source.Start) || twin != nil && p.inWindow(twin.Start)
	note := func(name string, cause Cause) {
		if inside {
			p.countFinding(state.FindingNotCarried, name, cause, w.source)
		}
	}
	if w.task != "" {
		if twin != nil && twin.Client == want.Client && twin.Project == want.Project {
			want.Task = twin.Task
		}
		if want.Task != w.task {
			note(w.task, state.CauseTaskMissing)
		}
	}
	for _, tag := range w.tags {
		switch {
		case twin != nil && slices.Contains(twin.Tags, tag):
			want.Tags = with(want.Tags, tag)
		case p.archivedTags[tag]:
			note(tag, state.CauseTagArchived)
		default:
			note(tag, state.CauseTagMissing)
		}
	}
	if twin != nil && want.OpenBillable {
		want.Billable = twin.Billable
	}
	if twin != nil && p.dest.FixedBillable && want.Billable != twin.Billable {
		want.Billable = twin.Billable
		note("billable", state.CauseBillableFixed)
	}
	if want.Description != w.source.Description {
		note("< and >", state.CauseSigns)
	}
}

// create plans a new entry.
func (p *personPlanner) create(w *pair) {
	p.applyUnsupported(w, nil)
	p.fillDefaults(&w.want)
	if !p.writable(w, nil) {
		return
	}
	want := w.want // a change outlives the reading: it must not keep all of it
	p.ensureTagsAndTask(&want)
	p.created = append(p.created, &want)
	p.add(Entries, Create, &want, Entry{Entry: &want}, entryFields(&state.Entry{}, &want)).Entry = &want
}

// update plans what makes the twin read like the source entry, if anything.
func (p *personPlanner) update(w *pair, twin *state.Entry) {
	p.place.matched[twin.ID] = true
	p.applyUnsupported(w, twin)
	p.fillDefaults(&w.want)
	w.want.Fields = nil // its fields are kept as they are
	p.mirrored = append(p.mirrored, twin)
	if !p.spec.Link && sameContent(twin, &w.want) {
		return // told by content alone, a twin that differs in its tags, task or billable may have been put right by hand
	}
	fields := entryFields(twin, &w.want)
	if p.spec.Link && twin.Link != w.want.Link {
		fields = append(fields, Field{"link", "", "marked"})
	}
	if len(fields) == 0 || !p.writable(w, twin) {
		return
	}
	want := w.want
	p.mirrored[len(p.mirrored)-1] = &want
	p.ensureTagsAndTask(&want)
	p.add(Entries, Update, twin, Entry{ID: twin.ID, Entry: &want}, fields).Entry = &want
}

// writable reports whether an entry can be made, or the twin be changed; if not, it says so in a finding.
func (p *personPlanner) writable(w *pair, twin *state.Entry) bool {
	if w.frozen && p.elsewhere(w.source) {
		p.countFinding(state.FindingArchived, w.want.Project, state.CauseProjectArchived, w.source)
		return false
	}
	cause, about := p.refusedBecause(&w.want, twin)
	if w.frozen {
		cause, about = state.CauseProjectArchived, ""
	}
	if cause != "" {
		p.countAbout(state.FindingNotMirrored, label(&w.want), cause, about, w.source)
	}
	return cause == ""
}

// ensureTagsAndTask plans the tags and the task of an entry that the destination lacks. A task is named with its project.
func (t *timePlanner) ensureTagsAndTask(e *state.Entry) {
	for _, tag := range e.Tags {
		if !t.tags.has(tag) && !t.archivedTags[tag] && !t.planned.tags[tag] {
			t.planned.tags[tag] = true
			t.add(Provision, Create, tag, Tag{tag}, Field{"tag", "", tag}).Cause = state.CauseForEntries
		}
	}
	if e.Task == "" || t.tasks[projectKey{e.Client, e.Project}].has(e.Task) {
		return
	}
	name := label(e) + " · " + e.Task
	if !t.planned.tasks[name] {
		t.planned.tasks[name] = true
		do := Task{e.Client, e.Project, e.Task}
		t.add(Provision, Create, name, do, Field{"project", "", label(e)}, Field{"task", "", e.Task}).Cause = state.CauseForEntries
	}
}
