package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

func (t *text) waiting() {
	if len(t.waits) == 0 {
		return
	}
	t.heading("Needs approval")
	names, verbs := 0, 0
	for _, w := range t.waits {
		if n := columns(plain(w.name)); n <= 40 {
			names = max(names, n)
		}
		verbs = max(verbs, len(sorts[w.sort][0]))
	}
	for _, w := range t.waits {
		line := "  " + t.paint(red, "-") + " " + pad(sorts[w.sort][0], verbs) + "  " + pad(plain(w.name), names)
		line += "  " + plain(joined("; ", w.why, w.also))
		if w.exceeds() {
			line += " " + t.paint(yellow, "(over guards."+plain(w.over)+")")
		}
		t.line(6+verbs, line)
		for _, who := range w.who {
			t.line(8, "      "+plain(who))
		}
	}
}

func (t *text) persons() {
	if len(t.people) == 0 {
		return
	}
	t.heading("People")
	for _, p := range t.people {
		sign := t.paint(yellow, "~")
		if len(p.rows) > 0 && p.rows[0].what.text == "status" && len(p.rows[0].before) == 0 {
			sign = t.paint(green, "+")
		}
		name := plain(p.email)
		if label := t.names.beside(p.email); label != "" {
			name += t.paint(faint, "  "+plain(label))
		}
		t.line(6, "  "+sign+" "+name)
		t.rows(p.rows)
	}
}

// rows writes rows with their columns under each other.
func (t *text) rows(rows []row) {
	whats, befores := 9, 11
	for _, r := range rows {
		whats = max(whats, min(columns(plain(r.what.text)), 24))
		befores = max(befores, min(columns(list(r.before)), 30))
	}
	for _, r := range rows {
		before, after := list(r.before), list(r.after)
		none := "(none)"
		if r.what.ours && r.what.text == "group" {
			none = "–" // of this one: there may be others, which stay
		}
		before, after = cmp.Or(before, none), cmp.Or(after, none)
		line := "      " + pad(plain(r.what.text), whats) + "  " + t.paint(faint, pad(before, befores)) + " → " + t.paint(green, after)
		if r.why != "" {
			line += "   " + t.paint(faint, plain(r.why))
		}
		t.line(6+whats+2, line)
	}
}

func list(values []value) string {
	var parts []string
	for _, v := range values {
		s := plain(v.text)
		if v.ours && s == "none" {
			s = "(none)"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, ", ")
}

func (t *text) grouped() {
	if len(t.groups) == 0 {
		return
	}
	t.heading("Groups")
	for _, g := range t.groups {
		sign, extra := t.paint(yellow, "~"), ""
		switch g.op {
		case plan.Create:
			sign, extra = t.paint(green, "+"), "  new"
		case plan.Delete:
			sign, extra = t.paint(red, "-"), "  deleted"
		}
		t.line(6, "  "+sign+" "+plain(g.name)+t.paint(faint, extra+members(g)))
		t.rows(g.rows)
	}
}

func members(g groupView) string {
	var parts []string
	if g.join > 0 {
		parts = append(parts, fmt.Sprintf("%s in", count(g.join, "member", "members")))
	}
	if g.part > 0 {
		parts = append(parts, fmt.Sprintf("%s out", count(g.part, "member", "members")))
	}
	if len(parts) == 0 {
		return ""
	}
	return "  " + strings.Join(parts, ", ")
}

func (t *text) created() {
	if len(t.fields) == 0 {
		return
	}
	t.heading("Custom fields")
	for _, f := range t.fields {
		t.line(6, "  "+t.paint(green, "+")+" "+plain(f)+t.paint(faint, "  new, text"))
	}
}

func (t *text) mirrored() {
	for _, s := range t.syncs {
		if len(s.projects)+len(s.fields)+len(s.found) == 0 {
			continue
		}
		t.heading("Time sync " + plain(s.name) + t.span(s))
		for _, f := range s.fields {
			t.line(6, "  "+t.paint(green, "+")+" custom field "+plain(f))
		}
		names := 0
		for _, p := range s.projects {
			names = max(names, min(columns(plain(p.name)), 40))
		}
		for _, p := range s.projects {
			sign := t.paint(yellow, "~")
			if p.created {
				sign = t.paint(green, "+")
			}
			var parts []string
			if p.created {
				parts = append(parts, "created in "+plain(p.where))
			}
			for _, x := range []struct {
				n    int
				word string
			}{{p.add, "new"}, {p.edit, "edited"}, {p.remove, "deleted"}} {
				if x.n > 0 {
					parts = append(parts, thousands(x.n)+" "+x.word)
				}
			}
			if p.add+p.edit > 0 {
				parts = append(parts, total(p.hours))
			}
			t.line(6, "  "+sign+" "+pad(plain(p.name), names)+"  "+strings.Join(parts, ", "))
		}
		for _, f := range s.found {
			if !f.Failed {
				t.finding(f)
			}
		}
	}
}

// span says how much a sync copies and of which days.
func (t *text) span(s syncView) string {
	var parts []string
	if s.entries > 0 {
		parts = append(parts, count(s.entries, "entry", "entries")+", "+total(s.hours))
	}
	if from, to := day(s.subject.From), day(s.subject.To); from != "" && to != "" {
		parts = append(parts, from+" to "+to)
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

func (t *text) found(findings []state.Finding) {
	if len(findings) == 0 {
		return
	}
	t.heading("Look at")
	for _, f := range findings {
		t.finding(f)
	}
}

func (t *text) finding(f state.Finding) {
	sign := t.paint(yellow, "!")
	if f.Failed {
		sign = t.paint(red, "✗")
	}
	at := f.Source
	at.Column = 0
	t.line(6, "  "+sign+" "+joined("  ", plain(at.String()), joined(" ", plain(findingName(f)), plain(f.Text))))
}

// joined puts together what is not empty.
func joined(by string, parts ...string) string {
	var some []string
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, by)
}
