package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// rows makes a row of every change; what is given and what is taken of one thing stand in one row.
func (b *builder) rows(ends []*end) []Row {
	var rows []Row
	at := map[string]int{}
	for _, e := range ends {
		lines := b.lines(e.Change)
		moves := (e.Ref.Kind == plan.KindManager || e.Ref.Kind == plan.KindMembership) && len(lines) == 1
		key := joined("\x00", string(e.Ref.Kind), lines[0].What.Text, fmt.Sprint(b.routine(e), e.Gated), e.Leaver)
		if n, ok := at[key]; ok && moves {
			rows[n].add(e, lines[0], b.why(e.Change))
			continue
		}
		at[key] = len(rows)
		rows = append(rows, Row{
			Kind: e.Ref.Kind, Phase: e.Phase, Lines: lines, Why: b.why(e.Change), Gated: e.Gated, Drift: e.Origin == plan.FromDrift,
			Changes: 1, Result: e.result, Error: e.err, Tries: e.tries,
		})
	}
	return rows
}

// add puts the other half of a move into the row. How it ended is told by the half that ended worse.
func (r *Row) add(e *end, l Line, why Words) {
	line := &r.Lines[0]
	line.Before, line.After = append(line.Before, l.Before...), append(line.After, l.After...)
	r.Changes++
	r.Drift = r.Drift && e.Origin == plan.FromDrift
	if r.Why.String() != why.String() {
		r.Why = join("; ", r.Why, why)
	}
	if e.result.worse(r.Result) {
		r.Result, r.Error, r.Phase = e.result, e.err, e.Phase
	}
	r.Tries = max(r.Tries, e.tries)
}

// staying completes the row of a person's manager with those who stay, such as those who go only after approval.
func (b *builder) staying(rows []Row, r plan.Report) {
	i := slices.IndexFunc(rows, func(r Row) bool { return r.Kind == plan.KindManager && !r.Gated && r.Lines[0].What.Text == "manager" })
	if i < 0 {
		return
	}
	line := &rows[i].Lines[0]
	var stay []Part
	for _, m := range r.Before {
		if label := b.names.person(m); !slices.Contains(line.Before, label) {
			stay = append(stay, label)
		}
	}
	line.Before = append(line.Before, stay...)
	line.After = append(stay, line.After...)
}

// lines say what of the object changes. There is always one.
func (b *builder) lines(c *plan.Change) []Line {
	kind := c.Ref.Kind.Info()
	itself := slices.Contains([]plan.Kind{plan.KindField, plan.KindGroup, plan.KindProject, plan.KindTag, plan.KindTask, plan.KindEntry}, c.Ref.Kind)
	exists := ours(cmp.Or(headcount(c), "exists"))
	if c.Ref.Kind == plan.KindEntry {
		exists = said(entryText(c.Entry))
	}
	switch {
	case !itself:
	case c.Op == plan.Create && c.Ref.Kind == plan.KindEntry:
		return []Line{{ours(kind.One), nil, []Part{exists}}}
	case c.Op == plan.Create:
		return []Line{{ours(kind.One), nil, []Part{ours(created)}}}
	case c.Op == plan.Delete:
		return []Line{{ours(kind.One), []Part{exists}, nil}}
	}
	var lines []Line
	if c.Ref.Kind == plan.KindEntry {
		lines = append(lines, Line{ours(kind.One), []Part{exists}, []Part{ours("edited")}})
	}
	for _, f := range c.Fields {
		if f.Before != f.After {
			lines = append(lines, Line{what(c, f.Name), b.value(c, f.Name, f.Before), b.value(c, f.Name, f.After)})
		}
	}
	if len(lines) == 0 {
		lines = append(lines, Line{ours(kind.One), nil, []Part{ours(string(c.Op) + "d")}})
	}
	return lines
}

// headcount says how many people a group holds that is deleted; empty for anything else.
func headcount(c *plan.Change) string {
	switch n := fieldOf(c, "members"); {
	case c.Ref.Kind != plan.KindGroup, n == "":
		return ""
	case n == "1":
		return "1 member"
	default:
		return text.Sanitize(n) + " members"
	}
}

// what names an attribute. Those of a profile but the capacity are custom fields, whatever they are called.
func what(c *plan.Change, field string) Part {
	if c.Ref.Kind == plan.KindProfile && field != "capacity" {
		return data(field)
	}
	return attribute(field)
}

// value is a field's value as people read it.
func (b *builder) value(c *plan.Change, field, v string) []Part {
	switch {
	case v == "":
		return nil
	case c.Ref.Kind == plan.KindManager && strings.Contains(field, "manager"):
		return []Part{b.names.person(v)}
	case c.Ref.Kind == plan.KindMembership, c.Ref.Kind == plan.KindGroup:
		return []Part{name(v)}
	case c.Ref.Kind == plan.KindProfile && field == "capacity":
		if d, ok := parseDuration(v); ok {
			return []Part{ours(hours(c, d))}
		}
	case c.Ref.Kind == plan.KindProfile && field == "working days":
		week := c.Week
		if v != fieldOf(c, field) {
			week = c.WeekBefore
		}
		if days, ok := workingDays(v); ok && fieldOf(c, "capacity") == "" && week > 0 {
			return []Part{ours(days + " (" + duration(week) + " a week)")}
		} else if ok {
			return []Part{ours(days)}
		}
	case c.Ref.Kind == plan.KindPerson, c.Ref.Kind == plan.KindManager:
		return []Part{ours(text.Clip(letters(v), 20))}
	case c.Ref.Kind == plan.KindEntry && (field == "start" || field == "end"):
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			return []Part{ours(t.UTC().Format(minutes))}
		}
	}
	return []Part{data(v)}
}

// letters drops everything but ASCII letters, digits and spaces.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if alphanumeric(r) || r == ' ' {
			return r
		}
		return -1
	}, s)
}

// line says what a change is about and what it does, in one line: "bob@example.com: manager Rosa Vega → Jane Smith".
func (b *builder) line(c *plan.Change) Words {
	object, doing := b.attempt(c)
	return join(": ", object, doing)
}

// attempt names the object of a change, and says what is done to it.
func (b *builder) attempt(c *plan.Change) (object, doing Words) {
	object = Words{data(c.Ref.Name)}
	if p, ok := personOf(c); ok {
		object = Words{data(p)}
	}
	verbs := map[plan.Op]string{plan.Create: "created", plan.Update: "edited", plan.Delete: "deleted"}
	if c.Ref.Kind == plan.KindEntry {
		doing := say("time entry is %s", verbs[c.Op])
		if what := entryText(c.Entry); what != "" {
			doing = append(doing, ours(": "), said(what))
		}
		return Words{data(projectOf(c))}, doing
	}
	var list []Words
	for _, l := range b.lines(c) {
		before, after := enumerate(l.Before, 10), enumerate(l.After, 10)
		switch {
		case len(l.After) == 1 && l.After[0] == ours(created), len(l.After) == 0 && len(l.Before) == 1 && l.Before[0].Kind == Ours && c.Ref.Kind == plan.KindGroup:
			list = append(list, say("%s is %s", l.What, verbs[c.Op]))
		case len(before) == 0:
			list = append(list, say("%s %s", l.What, after))
		case len(after) == 0:
			list = append(list, say("%s %s removed", l.What, before))
		default:
			list = append(list, say("%s %s → %s", l.What, before, after))
		}
	}
	return object, join(", ", list...)
}

// attributes are the names of fields that are words of the plan's, and not of a workspace.
var attributes = map[string]bool{
	"billable": true, "capacity": true, "client": true, "color": true, "description": true, "empty role": true, "end": true,
	"field values": true, "group": true, "hours": true, "manager": true, "manager links": true, "members": true,
	"memberships": true, "name": true, "people": true, "project": true, "start": true, "status": true, "tag": true, "tags": true,
	"task": true, "team manager": true, "type": true, "working days": true,
}

// attribute names what of an object changes: a word of the plan's, or else a custom field.
func attribute(s string) Part {
	if attributes[s] {
		return ours(s)
	}
	return data(s)
}
