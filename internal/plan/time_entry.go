package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// refusedSigns are the two characters Clockify refuses in descriptions (docs/clockify-api.md#descriptions), and what stands in.
var refusedSigns = strings.NewReplacer("<", "‹", ">", "›")

// collect turns the source entries that are to be mirrored into pairs and notes why the others are not. It returns how
// many finished entries of the client's projects there are in the window.
func (t *timePlanner) collect() int {
	entries, n := t.have.Source.Entries, 0
	t.pairs = make([]pair, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		inside := t.inWindow(e.Start)
		note := func(kind, name string, cause Cause, text string) {
			if inside {
				t.countFinding(kind, name, cause, text, e)
			}
		}
		if e.OutOfScope {
			continue
		}
		if e.End.IsZero() {
			if inside {
				t.addFinding(state.Finding{Kind: state.FindingRunning, Name: entryName(e), Entries: []state.Entry{shown(e)}, Text: "is a timer that runs; it is left for the next run"})
			}
			continue
		}
		if e.Project == "" {
			if !e.TimeOff { // holidays and time off have no project
				note(state.FindingNoProject, t.who(), state.CauseNoProject, "without a project; left out")
			}
			continue
		}
		if inside {
			n++
		}
		a := t.targets[e.Project]
		switch {
		case e.TimeOff:
			note(state.FindingNotCarried, e.Project, state.CauseTimeOff, "holidays and time off cannot be made in another workspace; left out")
		case e.Break && !t.have.Destination.Has("BREAKS"):
			note(state.FindingNotCarried, e.Project, state.CauseBreaks, "breaks, which the destination's plan does not have (feature BREAKS); left out")
		case a.project == nil && a.kind == state.FindingAmbiguous:
			note(state.FindingNotCarried, e.Project, state.CauseProjectAmbiguous, "left out: its project is ambiguous in the destination")
		case a.project == nil:
			note(a.kind, e.Project, a.cause, a.text+"; left out")
		default:
			t.pairs = append(t.pairs, t.newPair(e, a))
			for _, what := range e.Unmapped {
				note(state.FindingNotCarried, what, state.CauseNotCarried, "is not carried")
			}
		}
	}
	return n
}

func (t *timePlanner) who() string {
	if t.have.Source.User != "" {
		return t.have.Source.User
	}
	return t.spec.Name
}

// newPair works out what the entry ought to look like in the destination.
func (t *timePlanner) newPair(e *state.Entry, a target) pair {
	p := pair{source: e, want: *e, frozen: a.project.Archived}
	w := &p.want
	w.Client, w.Project, w.Unmapped, w.Tags = a.project.Client, a.project.Name, nil, nil
	w.Description = refusedSigns.Replace(e.Description)
	if !t.spec.Link {
		w.Link = ""
	}
	if e.Task != "" && !t.spec.CreateMissing && !t.tasks[projectKey{w.Client, w.Project}][e.Task] {
		p.task, w.Task = e.Task, ""
	}
	for _, tag := range e.Tags {
		if t.tags.has[tag] || t.spec.CreateMissing && !t.tags.archived[tag] {
			w.Tags = append(w.Tags, tag)
		} else {
			p.tags = append(p.tags, tag)
		}
	}
	slices.Sort(w.Tags)
	return p
}

// applyUnsupported ends the working out once the destination entry is known, nil where there is none: what cannot be carried stays
// there as it is, and is noted where it differs.
func (t *timePlanner) applyUnsupported(p *pair, twin *state.Entry) {
	w, inside := &p.want, t.inWindow(p.source.Start) || twin != nil && t.inWindow(twin.Start)
	if p.task != "" {
		if twin != nil && twin.Client == w.Client && twin.Project == w.Project {
			w.Task = twin.Task
		}
		if w.Task != p.task && inside {
			t.countFinding(state.FindingNotCarried, p.task, state.CauseTaskMissing, "the destination project has no such task"+hint, p.source)
		}
	}
	for _, tag := range p.tags {
		switch {
		case twin != nil && slices.Contains(twin.Tags, tag):
			w.Tags = with(w.Tags, tag)
		case !inside:
		case t.tags.archived[tag]:
			t.countFinding(state.FindingNotCarried, tag, state.CauseTagArchived, "the tag is archived in the destination", p.source)
		default:
			t.countFinding(state.FindingNotCarried, tag, state.CauseTagMissing, "the destination has no such tag"+hint, p.source)
		}
	}
	if twin != nil && t.have.Destination.FixedBillable && w.Billable != twin.Billable {
		w.Billable = twin.Billable
		if inside {
			t.countFinding(state.FindingNotCarried, "billable", state.CauseBillableFixed, "the destination decides what is billable, and the key is no admin's", p.source)
		}
	}
	if w.Description != p.source.Description && inside {
		t.countFinding(state.FindingNotCarried, "< and >", state.CauseSigns, "Clockify refuses these signs in descriptions; they are written ‹ and ›", p.source)
	}
}

const hint = " (create_missing: true makes it)"

// create plans a new entry; equal is how many of its content there are already.
func (t *timePlanner) create(p *pair, equal int) {
	t.applyUnsupported(p, nil)
	if p.frozen {
		t.countFinding(state.FindingArchived, p.want.Project, state.CauseProjectArchived, "the destination project is archived; new and edited entries are left out", p.source)
		return
	}
	t.ensureTagsAndTask(&p.want)
	want := p.want // a change outlives the reading: it must not keep all of it
	t.add(Entries, Create, entryName(&want), Entry{Entry: &want, Equal: equal}, entryFields(&state.Entry{}, &want)...).Entry = &want
}

// update plans what makes the twin read like the source entry, if anything.
func (t *timePlanner) update(p *pair, twin *state.Entry) {
	t.applyUnsupported(p, twin)
	if t.have.Matched != nil {
		t.have.Matched[twin.ID] = true
	}
	if !t.spec.Link && compareSlot(twin, &p.want) == 0 && compareContent(twin, &p.want) == 0 {
		return // told by content alone, a twin that differs in its tags, task or billable may have been put right by hand
	}
	fields := entryFields(twin, &p.want)
	if t.spec.Link && twin.Link != p.want.Link {
		fields = append(fields, Field{"link", "", "marked"})
	}
	if len(fields) == 0 {
		return
	}
	if p.frozen {
		t.countFinding(state.FindingArchived, p.want.Project, state.CauseProjectArchived, "the destination project is archived; new and edited entries are left out", p.source)
		return
	}
	t.ensureTagsAndTask(&p.want)
	want := p.want
	t.add(Entries, Update, entryName(twin), Entry{ID: twin.ID, Entry: &want, Moves: !sameContent(twin, &want)}, fields...).Entry = &want
}

// ensureTagsAndTask plans the tags and the task of an entry that the destination lacks. A task is named with its project.
func (t *timePlanner) ensureTagsAndTask(e *state.Entry) {
	for _, tag := range e.Tags {
		if !t.tags.has[tag] && !t.tags.archived[tag] && !t.asked.tags[tag] {
			t.asked.tags[tag] = true
			t.add(Provision, Create, tag, Tag{tag}, Field{"tag", "", tag}).Cause = state.CauseForEntries
		}
	}
	if e.Task == "" || t.tasks[projectKey{e.Client, e.Project}][e.Task] {
		return
	}
	do := Task{e.Client, e.Project, e.Task}
	name := label(e) + " · " + e.Task
	if !t.asked.tasks[name] {
		t.asked.tasks[name] = true
		t.add(Provision, Create, name, do, Field{"project", "", label(e)}, Field{"task", "", e.Task}).Cause = state.CauseForEntries
	}
}

// entryFields are the fields in which two entries differ.
func entryFields(before, after *state.Entry) []Field {
	if compareSlot(before, after) == 0 && compareContent(before, after) == 0 && compareAttributes(before, after) == 0 {
		return nil
	}
	fields := make([]Field, 0, 4)
	put := func(name, before, after string) {
		if before != after {
			fields = append(fields, Field{name, before, after})
		}
	}
	put("project", label(before), label(after))
	if !before.Start.Equal(after.Start) {
		put("start", instant(before.Start), instant(after.Start))
	}
	if !before.End.Equal(after.End) {
		put("end", instant(before.End), instant(after.End))
	}
	put("description", before.Description, after.Description)
	put("task", before.Task, after.Task)
	put("tags", strings.Join(before.Tags, "; "), strings.Join(after.Tags, "; "))
	put("billable", boolText(before.Billable), boolText(after.Billable))
	put("type", entryType(before.Break), entryType(after.Break))
	return fields
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func boolText(b bool) string {
	if b {
		return "true"
	}
	return ""
}

func entryType(isBreak bool) string {
	if isBreak {
		return "BREAK"
	}
	return ""
}

func label(e *state.Entry) string {
	return state.Project{Client: e.Client, Name: e.Project}.Label()
}

// shownDescription is how many characters of a description an entry's name holds.
const shownDescription = 40

// entryName is what an entry is called: "Client / Project · 2026-11-20T09:00:00Z · description".
func entryName(e *state.Entry) string {
	name := instant(e.Start)
	if e.Project != "" {
		name = label(e) + " · " + name
	}
	text := strings.Join(strings.Fields(e.Description), " ")
	if len(text) > shownDescription {
		if r := []rune(text); len(r) > shownDescription {
			text = string(r[:shownDescription-1]) + "…"
		}
	}
	if text != "" {
		name += " · " + text
	}
	return name
}
