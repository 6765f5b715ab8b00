package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// refusedSigns are the two characters Clockify refuses in descriptions (docs/clockify-api.md#descriptions), and what stands in.
var refusedSigns = strings.NewReplacer("<", "‹", ">", "›")

// gather turns the source entries that are to be mirrored into jobs and notes why the others are not. It returns how
// many finished entries of the client's projects there are in the window.
func (m *mirror) gather() int {
	entries, n := m.have.Source.Entries, 0
	m.jobs = make([]job, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		inside := m.inside(e.Start)
		note := func(kind, name, text string) {
			if inside {
				m.note(kind, name, text, e)
			}
		}
		if e.OutOfScope {
			continue
		}
		if e.End.IsZero() {
			if inside {
				m.find(state.FindingRunning, entryName(e), "is a timer that runs; it is left for the next run", false)
			}
			continue
		}
		if e.Project == "" {
			if !e.TimeOff { // holidays and time off have no project
				note(state.FindingNoProject, m.who(), "without a project; left out")
			}
			continue
		}
		if inside {
			n++
		}
		a := m.aims[e.Project]
		switch {
		case e.TimeOff:
			note(state.FindingNotCarried, e.Project, "holidays and time off cannot be made in another workspace; left out")
		case e.Break && !m.have.Destination.Has("BREAKS"):
			note(state.FindingNotCarried, e.Project, "breaks, which the destination's plan does not have (feature BREAKS); left out")
		case a.project == nil && a.kind == state.FindingAmbiguous:
			note(state.FindingNotCarried, e.Project, "left out: its project is ambiguous in the destination")
		case a.project == nil:
			note(a.kind, e.Project, a.text+"; left out")
		default:
			m.jobs = append(m.jobs, m.job(e, a))
			for _, what := range e.Unmapped {
				note(state.FindingNotCarried, what, "is not carried")
			}
		}
	}
	return n
}

func (m *mirror) who() string {
	if m.have.Source.User != "" {
		return m.have.Source.User
	}
	return m.spec.Name
}

// job works out what the entry ought to look like in the destination.
func (m *mirror) job(e *state.Entry, a aim) job {
	j := job{source: e, want: *e, frozen: a.project.Archived}
	w := &j.want
	w.Client, w.Project, w.Unmapped, w.Tags = a.project.Client, a.project.Name, nil, nil
	w.Description = refusedSigns.Replace(e.Description)
	if !m.spec.Link {
		w.Link = ""
	}
	if e.Task != "" && !m.spec.CreateMissing && !m.tasks[projectKey{w.Client, w.Project}][e.Task] {
		j.task, w.Task = e.Task, ""
	}
	for _, tag := range e.Tags {
		if m.tags.has[tag] || m.spec.CreateMissing && !m.tags.archived[tag] {
			w.Tags = append(w.Tags, tag)
		} else {
			j.tags = append(j.tags, tag)
		}
	}
	slices.Sort(w.Tags)
	return j
}

// settle ends the working out once the destination entry is known, nil where there is none: what cannot be carried stays
// there as it is, and is noted where it differs.
func (m *mirror) settle(j *job, twin *state.Entry) {
	w, inside := &j.want, m.inside(j.source.Start) || twin != nil && m.inside(twin.Start)
	if j.task != "" {
		if twin != nil && twin.Client == w.Client && twin.Project == w.Project {
			w.Task = twin.Task
		}
		if w.Task != j.task && inside {
			m.note(state.FindingNotCarried, "task "+j.task, "the destination project has no such task"+hint, j.source)
		}
	}
	for _, tag := range j.tags {
		switch {
		case twin != nil && slices.Contains(twin.Tags, tag):
			w.Tags = with(w.Tags, tag)
		case !inside:
		case m.tags.archived[tag]:
			m.note(state.FindingNotCarried, "tag "+tag, "the tag is archived in the destination", j.source)
		default:
			m.note(state.FindingNotCarried, "tag "+tag, "the destination has no such tag"+hint, j.source)
		}
	}
	if twin != nil && m.have.Destination.FixedBillable && w.Billable != twin.Billable {
		w.Billable = twin.Billable
		if inside {
			m.note(state.FindingNotCarried, "billable", "the destination decides what is billable, and the key is no admin's", j.source)
		}
	}
	if w.Description != j.source.Description && inside {
		m.note(state.FindingNotCarried, "< and >", "Clockify refuses these signs in descriptions; they are written ‹ and ›", j.source)
	}
}

const hint = " (create_missing: true makes it)"

// create plans a new entry; equal is how many of its content there are already.
func (m *mirror) create(j *job, equal int) {
	m.settle(j, nil)
	if j.frozen {
		m.note(state.FindingArchived, j.want.Project, "the destination project is archived; new and edited entries are left out", j.source)
		return
	}
	m.ask(&j.want)
	want := j.want // a change outlives the reading: it must not keep all of it
	m.add(Entries, Create, KindEntry, entryName(&want), CreateEntry{&want, equal}, entryFields(&state.Entry{}, &want)...)
}

// update plans what makes the twin read like the source entry, if anything.
func (m *mirror) update(j *job, twin *state.Entry) {
	m.settle(j, twin)
	if m.have.Matched != nil {
		m.have.Matched[twin.ID] = true
	}
	if !m.spec.Link && slot(twin, &j.want) == 0 && content(twin, &j.want) == 0 {
		return // told by content alone, a twin that differs in its tags, task or billable may have been put right by hand
	}
	fields := entryFields(twin, &j.want)
	if m.spec.Link && twin.Link != j.want.Link {
		fields = append(fields, Field{"link", "", "marked"})
	}
	if len(fields) == 0 {
		return
	}
	if j.frozen {
		m.note(state.FindingArchived, j.want.Project, "the destination project is archived; new and edited entries are left out", j.source)
		return
	}
	m.ask(&j.want)
	want := j.want
	m.add(Entries, Update, KindEntry, entryName(twin), UpdateEntry{twin.ID, &want, slot(twin, &j.want) != 0 || content(twin, &j.want) != 0}, fields...)
}

// ask plans the tags and the task of an entry that the destination lacks. Both are of the kind project, as parts of what
// entries are booked on, and say what they are in their names.
func (m *mirror) ask(e *state.Entry) {
	for _, tag := range e.Tags {
		if !m.tags.has[tag] && !m.tags.archived[tag] && !m.asked.tags[tag] {
			m.asked.tags[tag] = true
			m.add(Provision, Create, KindProject, "tag "+tag, CreateTag{tag}, Field{"tag", "", tag})
		}
	}
	if e.Task == "" || m.tasks[projectKey{e.Client, e.Project}][e.Task] {
		return
	}
	do := CreateTask{e.Client, e.Project, e.Task}
	name := "task " + label(e) + " · " + e.Task
	if !m.asked.tasks[name] {
		m.asked.tasks[name] = true
		m.add(Provision, Create, KindProject, name, do, Field{"project", "", label(e)}, Field{"task", "", e.Task})
	}
}

// entryFields are the fields in which two entries differ.
func entryFields(before, after *state.Entry) []Field {
	if slot(before, after) == 0 && content(before, after) == 0 && attributes(before, after) == 0 {
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
	put("billable", yes(before.Billable), yes(after.Billable))
	put("type", sort(before.Break), sort(after.Break))
	return fields
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func yes(b bool) string {
	if b {
		return "true"
	}
	return ""
}

func sort(isBreak bool) string {
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
