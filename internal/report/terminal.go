package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// mostAtTerminal is how many rows of a section a terminal shows. The rest is in plan.json.
const mostAtTerminal = 3000

// Text writes the plan for a terminal or a log: what needs a person first, then everything old → new, and last what to
// do next.
func Text(w io.Writer, p *plan.Plan, style Style, ctx Context) {
	t := &terminal{screen{w: w, style: style}, newDocument(p, nil, Verify{}, ctx, mostAtTerminal), ctx}
	t.headline()
	if t.Idle && len(t.Findings.Problems) == 0 {
		t.line(0, t.words(t.Verdict))
		t.findings()
		return
	}
	t.stops()
	t.approval()
	t.section("People", t.People, "~")
	t.section("Groups", t.Groups, "~")
	t.section("Custom fields", t.Fields, "~")
	t.syncs()
	t.findings()
	t.closing()
}

// headline names the workspaces, and what stands against the plan.
func (t *terminal) headline() {
	lines := strings.Split(strings.TrimSuffix(t.ctx.Headline, "\n"), "\n")
	if t.ctx.Headline == "" {
		lines = []string{joined(" · ", t.Label, t.where())}
	}
	for i, line := range lines {
		if i == len(lines)-1 {
			line = joined(": ", line, t.Stands)
		}
		if line != "" {
			t.line(0, t.paint(bold, plain(line)))
		}
	}
}

// OutcomeText writes how an apply went: what was not done and why, what needs approval, what to do next.
func OutcomeText(w io.Writer, p *plan.Plan, outcomes []plan.Outcome, verify Verify, style Style, ctx Context) {
	d := newDocument(p, outcomes, verify, ctx, 1)
	t := &terminal{screen{w: w, style: style}, d, ctx}
	t.line(0, joined(" ", t.paint(bold, plain(d.Verdict.upper().String())+"."), d.Effort+stop(d.Effort)))
	color := ""
	if d.Doubt {
		color = red
	}
	t.line(0, t.paint(color, t.words(d.Verified)))
	for _, r := range d.Refusals {
		t.line(6, "  "+t.paint(red, "✗")+" "+t.words(r))
	}
	for _, u := range d.Undone {
		t.undone(u)
	}
	t.approval()
	if ctx.AuditDir != "" {
		t.line(2, fmt.Sprintf("Audit: %s (%s done, %s not)", plain(ctx.AuditDir), text.Thousands(d.number(Done)), text.Thousands(d.number(Failed)+d.number(Unknown))))
	}
	t.next()
}

// Problems writes what is wrong with the input, as compilers do: users.csv:12:5: text.
func Problems(w io.Writer, problems []state.Problem, style Style, ctx Context) {
	t := &screen{w: w, style: style}
	for _, p := range newMask(ctx, nil).problems(problems) {
		at := ""
		if p.Source != (state.Source{}) {
			at = t.paint(bold, plain(p.Source.String())+":") + " "
		}
		t.line(2, at+plain(p.Text))
	}
	if len(problems) > 0 {
		t.line(0, t.paint(red, text.Count(len(problems), "problem", "problems"))+"; nothing was planned for these rows and nothing will be written.")
	}
}

// terminal writes a document as text.
type terminal struct {
	screen
	*Document
	ctx Context
}

func (t *terminal) words(w Words) string { return plain(w.String()) }

// stops says what stands against any write.
func (t *terminal) stops() {
	lists := []struct {
		title string
		lines []string
	}{{title: "Problems"}, {title: "Refused"}, {title: "Cannot be done"}}
	for _, p := range t.Problems {
		lists[0].lines = append(lists[0].lines, joined(": ", plain(p.At.String()), t.words(p.Words)))
	}
	for _, r := range t.Refusals {
		lists[1].lines = append(lists[1].lines, t.words(r))
	}
	for _, f := range t.Findings.Problems {
		lists[2].lines = append(lists[2].lines, t.finding(f))
	}
	for _, l := range lists {
		if len(l.lines) == 0 {
			continue
		}
		t.heading(l.title)
		for _, line := range l.lines {
			t.line(6, "  "+t.paint(red, "✗")+" "+line)
		}
	}
	for _, l := range t.Loosened {
		t.line(2, t.paint(yellow, "! "+t.words(l)))
	}
}

// approval lists what needs approval.
func (t *terminal) approval() {
	if t.Approval == nil {
		return
	}
	t.heading("Needs approval")
	names, verbs := 0, 0
	for _, x := range t.Approval.Items {
		if n := columns(t.words(x.Name)); n <= 40 {
			names = max(names, n)
		}
		verbs = max(verbs, len(x.Sort.Verb()))
	}
	for _, x := range t.Approval.Items {
		why := t.words(x.Why)
		if x.Still {
			why = joined("; ", why, "still waiting from before")
		}
		t.line(6+verbs, "  "+t.paint(red, "-")+" "+pad(x.Sort.Verb(), verbs)+"  "+pad(t.words(x.Name), names)+"  "+why)
		for _, each := range x.Each {
			t.line(8, "      "+t.words(each))
		}
	}
	if a := t.Approval; len(a.From) > 0 {
		list := func(names []string) string { return plain(text.And(names)) }
		given := "nobody yet"
		if len(a.Given) > 0 {
			given = "given by " + list(a.Given)
		}
		t.line(4, fmt.Sprintf("  Approval: needs %d of %s; %s", a.Needed, list(a.From), given))
	}
}

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
		t.line(6, joined("  ", "  "+mark+" "+plain(o.Name.Text), t.paint(faint, plain(o.Beside)), t.paint(faint, members(o))))
		for _, r := range o.Rows {
			t.row(r, c)
		}
	}
	t.more(s.Routine - len(objects))
}

func (t *terminal) more(n int) {
	if n > 0 {
		t.line(2, "  "+t.paint(faint, "and "+text.Thousands(n)+" more; all of it is in plan.json"))
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
			for _, l := range r.Lines {
				if n := columns(plain(l.What.Text)); n <= most.what {
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
		what, before, after := plain(l.What.Text), t.values(l.Before), t.paint(green, t.values(l.After))
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
		t.heading("Time sync " + plain(s.Name) + span(s))
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
		names = max(names, min(columns(plain(p.Name)), 40))
	}
	for i, p := range list {
		if i == mostAtTerminal {
			t.more(len(list) - i)
			break
		}
		sign := t.paint(yellow, "~")
		var made, add, edit, take, sum string
		if p.Made != "" {
			sign, made = t.paint(green, "+"), "created in "+plain(p.Made)
		}
		if p.Add > 0 {
			add = text.Thousands(p.Add) + " new"
		}
		if p.Edit > 0 {
			edit = text.Thousands(p.Edit) + " edited"
		}
		if p.Take > 0 {
			take = t.paint(red, text.Thousands(p.Take)+" deleted")
		}
		if p.Add+p.Edit > 0 {
			sum = duration(p.Hours)
		}
		if both := joined(", ", made, add, edit, take, sum); both != "" {
			t.line(6, "  "+sign+" "+pad(plain(p.Name), names)+"  "+both)
		}
	}
}

// findings lists what to look at, and the standing facts in a line each.
func (t *terminal) findings() {
	if len(t.Findings.Attention) > 0 {
		t.heading("Look at")
		const most = 20
		for i, f := range t.Findings.Attention {
			if i == most && len(t.Findings.Attention) > most+1 {
				t.more(len(t.Findings.Attention) - most)
				break
			}
			t.line(6, "  "+t.paint(yellow, "!")+" "+t.finding(f))
		}
	}
	if len(t.Findings.Notes) > 0 {
		t.heading("Notes")
		for _, n := range t.Findings.Notes {
			t.line(4, "  "+t.paint(faint, "∙")+" "+joined(": ", plain(n.Sync), t.words(n.Words)))
		}
	}
}

func (t *terminal) finding(f Finding) string {
	return joined("  ", plain(f.At.String()), joined(": ", plain(f.Sync), t.words(f.Words)))
}

// closing is the verdict, the digests and what to do next.
func (t *terminal) closing() {
	t.write("\n")
	t.line(0, joined(" ", t.paint(bold, t.words(t.Verdict.upper())+"."), upper(t.Effort)+stop(t.Effort)))
	if len(t.Origin) > 0 {
		t.line(0, t.words(t.Origin))
	}
	digests := "Plan " + short(t.Digest)
	if t.Approval != nil && t.Approval.Digest != "" {
		digests += " · approval " + short(t.Approval.Digest)
	}
	t.line(0, t.paint(faint, digests))
	t.next()
}

func stop(s string) string {
	if s == "" {
		return ""
	}
	return "."
}

// next says what to do now.
func (t *terminal) next() {
	head := "Next: "
	if len(t.Next.Words) > 0 {
		t.line(6, head+t.words(t.Next.Words))
		head = "      "
	}
	wide := 0
	for _, c := range t.Next.Commands {
		wide = max(wide, columns(plain(c.Line)))
	}
	for _, c := range t.Next.Commands {
		line := head + t.paint(cyan, plain(c.Line))
		if c.Note != "" {
			line = head + t.paint(cyan, pad(plain(c.Line), wide)) + "   (" + c.Note + ")"
		}
		t.line(6, line)
		head = "      "
	}
}

// undone lists what was not done: many of one cause are one line with a count and the first three.
func (t *terminal) undone(u Undone) {
	sign := map[Result]string{Failed: t.paint(red, "✗"), Skipped: t.paint(faint, "∙"), Unknown: t.paint(red, "?")}[u.Result]
	wide := 0
	for _, f := range u.Causes {
		for _, a := range f.Shown() {
			wide = max(wide, min(columns(t.words(a.Object)), 40))
		}
	}
	for _, f := range u.Causes {
		why := plain(f.Why)
		if u.Result == Skipped {
			why = "skipped: " + why
		}
		many := f.More() > 0
		if many {
			t.line(6, "  "+sign+" "+text.Thousands(f.Number)+" changes: "+why+"; the first are")
		}
		for _, a := range f.Shown() {
			if many {
				t.line(8, joined("  ", "      "+pad(t.words(a.Object), wide), t.words(a.Doing)))
			} else {
				t.line(6, joined("  ", "  "+sign+" "+pad(t.words(a.Object), wide), t.words(a.Doing), why))
			}
		}
	}
}
