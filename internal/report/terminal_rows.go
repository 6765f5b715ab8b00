package report

import (
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// section lists what changes about the objects of one sort.
func (t *terminal) section(title string, s Section, sign string) {
	if s.Routine == 0 {
		return
	}
	t.heading(title)
	objects := t.shown(s)
	c := t.measure(objects)
	for _, o := range objects {
		mark := t.paint(yellow, sign)
		switch {
		case o.Made:
			mark = t.paint(green, "+")
		case o.Taken:
			mark = t.paint(red, "-")
		}
		t.line(6, joined("  ", "  "+mark+" "+t.called(o.Name.Text), t.paint(faint, t.called(o.Beside)), t.paint(faint, members(o))))
		for _, r := range o.Rows {
			if o.Made && r.makes() { // as the sign says
				if note := t.note(r); note != "" {
					t.line(6, "      "+t.paint(faint, note))
				}
				continue
			}
			t.row(r, c)
		}
	}
	t.more(s.Routine - len(objects))
}

func (t *terminal) more(n int) {
	if n > 0 {
		t.line(2, "  "+t.paint(faint, "and "+text.Thousands(n)+" more; "+plain(t.ctx.whole())))
	}
}

// widths are the columns of a section, so that its arrows stand under each other.
type widths struct{ what, before int }

func (t *terminal) measure(objects []Object) widths {
	most := widths{24, 30}
	if room := t.style.Width; room > 0 {
		most.what = min(most.what, max(9, room/5))
		most.before = min(most.before, max(9, room/4))
	}
	c := widths{9, 1}
	for _, o := range objects {
		for _, r := range o.Rows {
			if o.Made && r.makes() {
				continue
			}
			for _, l := range r.Lines {
				if n := columns(t.called(l.What.Text)); n <= most.what {
					c.what = max(c.what, n)
				}
				if n := columns(t.values(l.Before)); n <= most.before {
					c.before = max(c.before, n)
				}
			}
		}
	}
	return c
}

// values are what stands before or after; one form stands for nothing.
func (t *terminal) values(list []Part) string {
	if len(list) == 0 {
		return "–"
	}
	return t.words(commas(list, 10))
}

// row writes a row. What is too wide for its column has a line of its own, and the arrow stands under the others.
func (t *terminal) row(r Row, c widths) {
	const edge = "      "
	for i, l := range r.Lines {
		what, before, after := t.called(l.What.Text), t.values(l.Before), t.paint(green, t.values(l.After))
		if l.Takes() {
			after = t.paint(red, "–")
		}
		paint := func(s string) string {
			if l.Takes() {
				return t.paint(red, s)
			}
			return t.paint(faint, s)
		}
		left := pad(what, c.what)
		if columns(what) > c.what {
			t.line(len(edge)+2, edge+what)
			left = pad("", c.what)
		}
		if columns(before) > c.before {
			t.line(len(edge)+c.what+4, edge+left+"  "+paint(before))
			left, before = pad("", c.what), ""
		}
		line := edge + left + "  " + paint(pad(before, c.before)) + " → " + after
		if note := t.note(r); i == 0 && note != "" {
			hang := len(edge) + c.what + 2 + c.before + 3
			if whole := line + "   " + t.paint(faint, note); t.style.Width == 0 || columns(whole) <= t.style.Width {
				line = whole
			} else {
				t.line(hang, line)
				line = strings.Repeat(" ", hang) + t.paint(faint, note)
			}
			t.line(hang, line)
			continue
		}
		t.line(len(edge)+c.what+2+c.before+3, line)
	}
}

// note is what stands behind a row: that it is drift, and why it is done.
func (t *terminal) note(r Row) string {
	drift := ""
	if r.Drift && t.ctx.merging() {
		drift = "drift"
	}
	return joined("; ", drift, t.words(r.Why))
}

// syncs lists each time sync by project.
func (t *terminal) syncs() {
	for _, s := range t.Syncs {
		if len(s.Projects)+len(s.Made) == 0 {
			continue
		}
		t.heading("Time sync " + t.called(s.Name) + span(s))
		if len(s.Made) > 0 {
			t.line(6, "  "+t.paint(green, "+")+" "+t.words(s.Made))
		}
		t.projects(s.Projects)
		if len(s.People) > 0 {
			t.line(2, "  "+t.paint(faint, "by person"))
			t.projects(s.People)
		}
	}
}

// projects lists what a sync does in each project, or for each person.
func (t *terminal) projects(list []Project) {
	names := 0
	for _, p := range list {
		names = max(names, min(columns(t.called(p.Name)), 40))
	}
	for i, p := range list {
		if i == mostAtTerminal {
			t.more(len(list) - i)
			break
		}
		sign := t.paint(yellow, "~")
		var made, sum string
		if p.Made != "" {
			sign, made = t.paint(green, "+"), "created in "+t.called(p.Made)
		}
		if p.Add+p.Edit > 0 {
			sum = duration(p.Hours)
		}
		take := t.paint(red, some(p.Take, "deleted"))
		if all := joined(", ", made, some(p.Add, "new"), some(p.Edit, "edited"), take, sum); all != "" {
			t.line(6, "  "+sign+" "+pad(t.called(p.Name), names)+"  "+all)
		}
	}
}
