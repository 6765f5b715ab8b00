package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// mostAtTerminal is how many rows of a section a terminal shows.
const mostAtTerminal = 3000

// Text writes the plan for a terminal or a log: what needs a person first, then everything old → new, and last what to
// do next.
func Text(w io.Writer, p *plan.Plan, style Style, ctx Context) {
	t := newTerminal(w, newDocument(p, nil, Verify{}, ctx, mostAtTerminal), style, ctx)
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

// AskedAbout writes again what of a plan needs approval, for who is about to be asked.
func AskedAbout(w io.Writer, p *plan.Plan, style Style, ctx Context) {
	newTerminal(w, newDocument(p, nil, Verify{}, ctx, mostAtTerminal), style, ctx).approval()
}

// OutcomeText writes how an apply went: what was not done and why, what needs approval, what to do next.
func OutcomeText(w io.Writer, p *plan.Plan, outcomes []plan.Outcome, verify Verify, style Style, ctx Context) {
	d := newDocument(p, outcomes, verify, ctx, 1)
	t := newTerminal(w, d, style, ctx)
	took := ""
	if d.Effort != "" {
		took = "It took " + d.Effort + "."
	}
	t.line(0, joined(" ", t.paint(bold, plain(d.Verdict.Upper().String())+"."), took))
	color := ""
	if d.Doubt {
		color = red
	}
	t.line(0, t.paint(color, t.words(d.Verified)))
	for _, r := range d.Refusals {
		t.line(6, "  "+t.paint(red, "✗")+" "+t.words(r))
	}
	for _, f := range d.Twice {
		t.line(4, "  "+t.paint(yellow, "!")+" "+t.finding(f))
	}
	for _, u := range d.Undone {
		t.undone(u)
	}
	t.approval()
	if ctx.AuditDir != "" {
		t.line(2, fmt.Sprintf("Report: %s/report.html, beside it a row for every change tried", plain(strings.TrimSuffix(ctx.AuditDir, "/"))))
	}
	t.next()
}

// Problems writes what is wrong with the input, as compilers do: users.csv:12:5: text.
func Problems(w io.Writer, problems []state.Problem, style Style, ctx Context) {
	t := &screen{w: w, style: style}
	for _, p := range newMask(ctx, nil).problems(problems) {
		t.problem("", p.Source, p.Text, p.Excerpt)
	}
	if len(problems) > 0 {
		end := "; nothing will be written."
		if slices.ContainsFunc(problems, func(p state.Problem) bool { return p.Source.Line > 1 }) {
			end = "; nothing was planned for these rows and nothing will be written."
		}
		t.line(0, t.paint(red, text.Count(len(problems), "problem", "problems"))+end)
	}
}

// problem writes a problem, and under it the line of the file with a caret.
func (t *screen) problem(before string, at state.Source, what, excerpt string) {
	place := ""
	if at != (state.Source{}) {
		place = t.paint(bold, plain(at.String())+":") + " "
	}
	t.line(2, before+place+plain(what))
	for _, line := range strings.Split(excerpt, "\n") {
		if strings.TrimSpace(line) != "" {
			t.write(t.paint(faint, strings.TrimRight("    "+plain(line), " ")) + "\n")
		}
	}
}

// terminal writes a document as text.
type terminal struct {
	screen
	*Document
	ctx Context
}

func newTerminal(w io.Writer, d *Document, style Style, ctx Context) *terminal {
	return &terminal{screen{w: w, style: style}, d, ctx}
}

// words writes a sentence; names and values in it are cut where a table would cut them.
func (t *terminal) words(w Words) string {
	var b strings.Builder
	for _, p := range w {
		if p.Kind == Name || p.Kind == Data {
			p.Text = text.Clip(p.Text, longestCell)
		}
		b.WriteString(plain(p.Text))
	}
	return b.String()
}

// called writes a name; the whole of it is in plan.json.
func (t *terminal) called(s string) string { return plain(text.Clip(s, longestCell)) }

// stops says what stands against any write.
func (t *terminal) stops() {
	if len(t.Problems) > 0 {
		t.heading("Problems")
	}
	for _, p := range t.Problems {
		t.problem("  "+t.paint(red, "✗")+" ", p.At, p.Words.String(), p.Excerpt)
	}
	cross := t.paint(red, "✗")
	list(t, "Refused", cross, 6, t.Refusals, t.words)
	list(t, "Cannot be done", cross, 6, t.Findings.Problems, t.finding)
	for _, l := range t.Loosened {
		t.line(2, t.paint(yellow, "! "+t.words(l)))
	}
}

// list lists something under a title, a line each.
func list[T any](t *terminal, title, sign string, indent int, rows []T, write func(T) string) {
	if len(rows) > 0 {
		t.heading(title)
	}
	for _, row := range rows {
		t.line(indent, "  "+sign+" "+write(row))
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

// findings lists what to look at, and the standing facts in a line each.
func (t *terminal) findings() {
	list(t, "Look at", t.paint(yellow, "!"), 6, t.Findings.Attention, func(n Note) string { return t.finding(n.Finding) })
	list(t, "Notes", t.paint(faint, "∙"), 4, t.Findings.Notes, func(n Note) string {
		return joined(": ", plain(n.Sync), t.words(n.Words))
	})
}

func (t *terminal) finding(f Finding) string {
	return joined("  ", plain(f.At.String()), joined(": ", plain(f.Sync), t.words(f.Words)))
}

// closing is the verdict, the digests and what to do next.
func (t *terminal) closing() {
	t.write("\n")
	t.line(0, joined(" ", t.paint(bold, t.words(t.Verdict.Upper())+"."), text.Upper(t.Effort)+stop(t.Effort)))
	if len(t.Origin) > 0 {
		t.line(0, t.words(t.Origin))
	}
	if len(t.Problems) > 0 && len(t.Results) == 0 {
		t.next() // what would be nothing is no plan
		return
	}
	digest := "Plan " + short(t.Digest)
	if t.Approval != nil && t.Approval.Digest != "" {
		approval := "approval " + short(t.Approval.Digest)
		if whole := digest + " · " + approval; t.fits(whole) {
			digest = whole
		} else {
			t.line(0, t.paint(faint, digest))
			digest = text.Upper(approval)
		}
	}
	t.line(0, t.paint(faint, digest))
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
	wide, note := 0, 0
	for _, c := range t.Next.Commands {
		wide, note = max(wide, columns(plain(c.Line))), max(note, columns(c.Note))
	}
	if t.style.Width > 0 && len(head)+wide+len("   ()")+note > t.style.Width {
		wide = 0 // too narrow for notes that stand under each other
	}
	for _, c := range t.Next.Commands {
		line := head + t.paint(cyan, plain(c.Line))
		if c.Note != "" {
			line = head + t.paint(cyan, pad(plain(c.Line), wide)) + "   (" + c.Note + ")"
		}
		if !t.fits(line) {
			t.line(6, head+t.paint(cyan, plain(c.Line)))
			line = "        (" + c.Note + ")"
		}
		t.line(6, line)
		head = "      "
	}
}

// undone lists what was not done: many of one cause are one line with a count and the first three.
func (t *terminal) undone(u Undone) {
	sign := map[Result]string{Failed: t.paint(red, "✗"), Skipped: t.paint(faint, "∙"), Kept: t.paint(faint, "∙"), Unknown: t.paint(red, "?")}[u.Result]
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
