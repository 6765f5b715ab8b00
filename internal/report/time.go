package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Sync is what one time sync does.
type Sync struct {
	Name      string
	Workspace string // the destination
	Window    string // its first and last day
	Projects  []Project
	People    []Project // the same by whose entries they are, where a sync is of several people
	Sum       Project   // of all projects
	Made      Words     // fields, tags and tasks that are created
	Section   Section   // every change, by project
}

// Project is what a time sync does in one project, or for one person.
type Project struct {
	Name            string
	Made            string        // the workspace it is created in
	Add, Edit, Take int           // entries, those that wait left out
	Hours           time.Duration // of the new and edited ones
	Written         time.Duration // of a run: of those that were written
}

// syncs puts together what each time sync does, by project.
func (b *builder) syncs() {
	subjects := map[string]plan.Subject{}
	for _, s := range b.plan.Subjects {
		if s.Domain == plan.Time {
			subjects[s.Sync] = s
		}
	}
	changes := map[string][]*end{}
	for _, e := range b.ends {
		if e.Domain == plan.Time {
			changes[e.Sync] = append(changes[e.Sync], e)
			if _, known := subjects[e.Sync]; !known { // a sync without a subject is told too
				subjects[e.Sync] = plan.Subject{}
			}
		}
	}
	for _, called := range slices.Sorted(maps.Keys(subjects)) {
		s := Sync{Name: called, Workspace: subjects[called].Workspace}
		if from, to := day(subjects[called].From), day(subjects[called].To); from != "" && to != "" {
			s.Window = from + " to " + to
		}
		b.projects(&s, changes[called])
		s.Section = b.section(section{plan.KindEntry, called}, func(o object) Object {
			return Object{Name: data(o.key), Beside: o.beside, Rows: b.rows(o.ends)}
		})
		b.doc.Syncs = append(b.doc.Syncs, s)
	}
}

// projects adds up a sync's entries.
func (b *builder) projects(s *Sync, changes []*end) {
	at, people := map[string]*Project{}, map[string]*Project{}
	find := func(in map[string]*Project, called string) *Project {
		if in[called] == nil {
			in[called] = &Project{Name: called}
		}
		return in[called]
	}
	for _, e := range changes {
		switch e.Ref.Kind {
		case plan.KindProject:
			find(at, e.Ref.Name).Made = e.Ref.Workspace
		case plan.KindEntry:
			for _, p := range []*Project{find(at, projectOf(e.Change)), find(people, e.Person), &s.Sum} {
				p.count(e)
			}
		default:
			s.Made = join(", ", s.Made, say("%s %s", e.Ref.Kind.Info().One, data(e.Ref.Name)))
		}
	}
	s.Projects = mostHoursFirst(at)
	if len(people) > 1 {
		s.People = mostHoursFirst(people)
		for i, p := range s.People {
			s.People[i].Name = b.names.label(p.Name)
		}
	}
}

func mostHoursFirst(at map[string]*Project) []Project {
	var list []Project
	for _, p := range at {
		list = append(list, *p)
	}
	slices.SortFunc(list, func(x, y Project) int {
		return cmp.Or(cmp.Compare(y.Hours, x.Hours), cmp.Compare(x.Name, y.Name))
	})
	return list
}

func (p *Project) count(e *end) {
	if e.Gated {
		return // it waits
	}
	switch e.Op {
	case plan.Create:
		p.Add++
	case plan.Update:
		p.Edit++
	default:
		p.Take++
		return
	}
	length := lengthOf(e.Entry)
	p.Hours += length
	if e.result == Done {
		p.Written += length
	}
}

// fieldOf is a field's value after a change, or before where it has none after.
func fieldOf(c *plan.Change, called string) string {
	for _, f := range c.Fields {
		if f.Name == called {
			return cmp.Or(f.After, f.Before)
		}
	}
	return ""
}

// projectOf is the project of an entry as a change leaves it.
func projectOf(c *plan.Change) string {
	if p := fieldOf(c, "project"); p != "" || c.Entry == nil {
		return cmp.Or(p, c.Ref.Name)
	}
	return cmp.Or(joined(" / ", c.Entry.Client, c.Entry.Project), c.Ref.Name)
}

// lengthOf is how long an entry is; 0 where it runs.
func lengthOf(e *state.Entry) time.Duration {
	if e == nil || e.Start.IsZero() || !e.End.After(e.Start) {
		return 0
	}
	return e.End.Sub(e.Start)
}

// minutes is how an instant is written.
const minutes = "2006-01-02 15:04"

// entryText is an entry without its project: day, times, length, description.
func entryText(e *state.Entry) string {
	if e == nil {
		return ""
	}
	start, end := e.Start.UTC(), e.End.UTC()
	var when, length string
	if !start.IsZero() {
		when = start.Format(minutes)
		switch {
		case end.IsZero():
		case start.Format(time.DateOnly) == end.Format(time.DateOnly):
			when += "–" + end.Format("15:04")
		default:
			when += " – " + end.Format(minutes)
		}
	}
	if d := lengthOf(e); d > 0 {
		length = duration(d)
	}
	return joined(" · ", when, length, e.Description)
}
