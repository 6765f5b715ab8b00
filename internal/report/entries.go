package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// syncView is what one time sync does.
type syncView struct {
	name     string
	subject  plan.Subject
	projects []projectView
	fields   []string
	found    []state.Finding
	entries  int // new and edited
	hours    time.Duration
}

type projectView struct {
	name      string
	created   bool
	where     string // the workspace it is created in
	add, edit int
	remove    int
	hours     time.Duration // of the new and edited entries
}

// everySync puts together what each time sync does, by project.
func (v *view) everySync() {
	byName := map[string]*syncView{}
	at := func(name string) *syncView {
		s := byName[name]
		if s == nil {
			s = &syncView{name: name}
			byName[name] = s
		}
		return s
	}
	for _, s := range v.plan.Subjects {
		if s.Domain == plan.Time {
			at(s.Sync).subject = s
		}
	}
	for _, f := range v.plan.Findings {
		if f.Sync != "" {
			at(f.Sync)
		}
	}
	for i := range v.plan.Changes {
		c := &v.plan.Changes[i]
		if c.Domain != plan.Time || c.Gated {
			continue
		}
		s := at(c.Sync)
		switch c.Ref.Kind {
		case plan.KindField:
			s.fields = append(s.fields, c.Ref.Name)
		case plan.KindProject:
			p := s.project(c.Ref.Name)
			p.created, p.where = true, c.Ref.Workspace
		case plan.KindTag, plan.KindTask:
			p := s.project(string(c.Ref.Kind) + " " + c.Ref.Name)
			p.created, p.where = true, c.Ref.Workspace
		case plan.KindEntry:
			e := entryOf(c)
			p := s.project(e.project)
			switch c.Op {
			case plan.Create:
				p.add++
			case plan.Update:
				p.edit++
			default:
				p.remove++
				continue
			}
			p.hours += e.length
			s.hours += e.length
			s.entries++
		}
	}
	for _, s := range byName {
		s.found = v.findings(func(f state.Finding) bool { return f.Sync == s.name })
		slices.SortFunc(s.projects, func(a, b projectView) int { return cmp.Compare(a.name, b.name) })
		v.syncs = append(v.syncs, *s)
	}
	slices.SortFunc(v.syncs, func(a, b syncView) int { return cmp.Compare(a.name, b.name) })
}

func (s *syncView) project(name string) *projectView {
	for i := range s.projects {
		if s.projects[i].name == name {
			return &s.projects[i]
		}
	}
	s.projects = append(s.projects, projectView{name: name})
	return &s.projects[len(s.projects)-1]
}

// entryView is a time entry as a change leaves it.
type entryView struct {
	project, description string
	start, end           time.Time
	length               time.Duration
}

// entryOf reads an entry from the fields of its change; the project and the times they do not say are taken from its
// name, "Client / Website · 2026-11-20T09:00:00Z · Review", and from the entry the change carries. Texts are never taken
// from the latter: it is not masked.
func entryOf(c *plan.Change) entryView {
	var e entryView
	e.project = c.Ref.Name
	parts := strings.Split(c.Ref.Name, " · ")
	for i, part := range parts {
		if t, err := time.Parse(time.RFC3339, part); err == nil {
			e.project, e.start = strings.Join(parts[:i], " · "), t
			e.description = strings.Join(parts[i+1:], " · ")
			break
		}
	}
	if do, ok := c.Do.(plan.Entry); ok && do.Entry != nil {
		e.start, e.end = do.Entry.Start, do.Entry.End
	}
	for _, f := range c.Fields {
		text := cmp.Or(f.After, f.Before)
		switch f.Name {
		case "project":
			e.project = cmp.Or(text, e.project)
		case "description":
			e.description = text
		case "start", "end":
			t, err := time.Parse(time.RFC3339, text)
			if err != nil {
				continue
			}
			if f.Name == "start" {
				e.start = t
			} else {
				e.end = t
			}
		}
	}
	if !e.start.IsZero() && e.end.After(e.start) {
		e.length = e.end.Sub(e.start)
	}
	return e
}

// entryLine names one entry: project, day, times, description.
func (v *view) entryLine(c *plan.Change) string {
	e := entryOf(c)
	parts := []string{e.project}
	if !e.start.IsZero() {
		when := e.start.UTC().Format("2006-01-02 15:04")
		if !e.end.IsZero() {
			when += "–" + e.end.UTC().Format("15:04")
		}
		parts = append(parts, when)
	}
	if e.description != "" {
		parts = append(parts, `"`+clip(e.description, 60)+`"`)
	}
	if e.length > 0 {
		parts = append(parts, duration(e.length))
	}
	return strings.Join(parts, " ")
}

// day is the date of an RFC 3339 instant; empty if it is none.
func day(instant string) string {
	t, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		return ""
	}
	return t.UTC().Format("2006-01-02")
}
