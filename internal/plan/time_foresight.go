package plan

import (
	"cmp"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// longestDescription is how many characters Clockify takes (docs/clockify-api.md#descriptions).
const longestDescription = 3000

// fillDefaults gives an entry what the destination requires, it lacks and the sync has a default for.
func (p *personPlanner) fillDefaults(w *state.Entry) {
	rules, defaults := &p.dest.Rules, &p.spec.Defaults
	if tag, ok := p.usableTag(defaults.Tag); ok && rules.NeedsTag && len(w.Tags) == 0 {
		w.Tags = []string{tag}
	}
	if rules.NeedsTask && w.Task == "" && defaults.Task != "" {
		if task, ok := p.usableTask(projectKey{w.Client, w.Project}, defaults.Task); ok {
			w.Task = task
		}
	}
	for _, field := range rules.NeedsFields {
		if text := p.fieldDefaults[field]; text != "" {
			w.Fields = append(w.Fields, state.EntryField{Name: field, Text: text})
		}
	}
}

// checkDefaults finds the fields of defaults in the destination and tells, once each, of defaults that it lacks.
func (t *timePlanner) checkDefaults() {
	missing := func(kind, name string, known []string) {
		f := state.Finding{Kind: state.FindingNotMirrored, Name: kind, Cause: state.CauseDefaultMissing, About: name, Failed: true}
		if near, ok := text.Nearest(name, known); ok {
			f.Values = []string{near}
		}
		t.addFinding(f)
	}
	if tag := t.spec.Defaults.Tag; tag != "" && t.dest.Rules.NeedsTag {
		if _, ok := t.usableTag(tag); !ok {
			missing("tag", tag, t.dest.Tags)
		}
	}
	if task := t.spec.Defaults.Task; task != "" && t.dest.Rules.NeedsTask {
		there, known := t.spec.CreateMissing, []string{}
		for project := range t.tasks {
			_, ok := t.usableTask(project, task)
			there = there || ok
		}
		for _, p := range t.dest.Projects {
			known = append(known, p.Tasks...)
		}
		if !there {
			missing("task", task, known)
		}
	}
	fields := namesOf(slices.Concat(t.dest.Rules.Fields, t.dest.Rules.NeedsFields))
	for _, name := range sorted(t.spec.Defaults.Fields) {
		field, ok := fields.find(name)
		if ok && (field == name || t.fieldDefaults[field] == "") {
			t.fieldDefaults[field] = t.spec.Defaults.Fields[name]
		} else if !ok && t.dest.Rules.Fields != nil {
			missing("field", name, t.dest.Rules.Fields)
		}
	}
}

// refusedBecause says why the destination is known to refuse an entry that is to be made, or to be changed where there is
// one already. Empty: it is not known to.
func (p *personPlanner) refusedBecause(w, twin *state.Entry) (cause Cause, about string) {
	rules := &p.dest.Rules
	switch {
	case p.have.Destination.Inactive:
		return state.CausePersonInactive, p.have.Destination.User
	case p.locked(w.Start), twin != nil && p.locked(twin.Start):
		return state.CauseLocked, ""
	case p.approved(w.Start), twin != nil && (twin.Locked || p.approved(twin.Start)):
		return state.CauseApproved, ""
	case rules.TimerOnly && twin == nil:
		return state.CauseTimerOnly, ""
	case utf8.RuneCountInString(w.Description) > longestDescription:
		return state.CauseTooLong, ""
	case rules.NeedsDescription && w.Description == "":
		return state.CauseNeedsDescription, ""
	case rules.NeedsTask && w.Task == "" && p.spec.Defaults.Task != "":
		return state.CauseDefaultTask, p.spec.Defaults.Task
	case rules.NeedsTask && w.Task == "":
		return state.CauseNeedsTask, ""
	case rules.NeedsTag && len(w.Tags) == 0:
		return state.CauseNeedsTag, ""
	case twin != nil:
		return "", ""
	}
	for _, field := range rules.NeedsFields {
		if !slices.ContainsFunc(w.Fields, func(f state.EntryField) bool { return f.Name == field }) {
			return state.CauseNeedsField, field
		}
	}
	return "", ""
}

func (p *personPlanner) locked(at time.Time) bool { return at.Before(p.dest.Rules.LockedBefore) }

func (p *personPlanner) approved(at time.Time) bool {
	return slices.ContainsFunc(p.have.Destination.Rules.Approved, func(period state.Period) bool {
		return !at.Before(period.From) && at.Before(period.To)
	})
}

// sortByStart returns the entries by their start.
func sortByStart(list []*state.Entry) []*state.Entry {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b *state.Entry) int { return a.Start.Compare(b.Start) })
	return out
}

// longestEntry is more than an entry can last (docs/clockify-api.md#creating-an-entry).
const longestEntry = 48 * time.Hour

// readsLike reports whether a destination entry looks like what one that is being created was before an edit that content
// cannot follow: it has its project or its description.
func readsLike(e, created *state.Entry) bool {
	return sameProject(e, created) || e.Description == created.Description && e.Description != ""
}

func sameProject(a, b *state.Entry) bool { return a.Project == b.Project && a.Client == b.Client }

// overlapsAny reports whether an entry overlaps one of a list by start that is alike: the hours of both would count.
func overlapsAny(e *state.Entry, list []*state.Entry, alike func(e, other *state.Entry) bool) bool {
	from, _ := slices.BinarySearchFunc(list, e.Start.Add(-longestEntry), func(c *state.Entry, at time.Time) int {
		return cmp.Or(c.Start.Compare(at), 1)
	})
	for _, c := range list[from:] {
		if !c.Start.Before(e.End) {
			return false
		}
		if c.End.After(e.Start) && alike(e, c) {
			return true
		}
	}
	return false
}
