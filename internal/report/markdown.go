package report

import (
	"embed"
	"strings"
	"text/template"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

//go:embed templates/comment.md.tmpl
var templates embed.FS

// What is cut last, first: what stands in the way, people, groups, time, findings, notes, the diagram.
const (
	rankStops = iota + 1
	rankPeople
	rankGroups
	rankTime
	rankFindings
	rankNotes
	rankDiagram
)

// Characters of one value, name or sentence that a page shows.
const (
	longestCell     = 120
	longestSentence = 600
)

// rowsHere stands in a part of the page where its rows go. No text of others can hold it: control characters are escaped.
const rowsHere = "\x00"

// Markdown is the body of Comment.
func Markdown(p *plan.Plan, ctx Context) string { return Comment(p, ctx).Body }

// Comment renders the plan as a pull request comment or summary of at most Context.MaxBytes. What needs approval is never
// cut: where its table does not fit it becomes a bare list, one line each, which has room for some 1,500 people. If that
// does not fit either, the page says that the plan is too large to be approved from it, and GatedShown is false.
func Comment(p *plan.Plan, ctx Context) Page {
	return writeMarkdown(newDocument(p, nil, Verify{}, ctx, ctx.maxBytes()/40), ctx)
}

// OutcomeMarkdown renders how an apply went, for a comment or summary of at most Context.MaxBytes.
func OutcomeMarkdown(p *plan.Plan, outcomes []plan.Outcome, verify Verify, ctx Context) string {
	d := newDocument(p, outcomes, verify, ctx, ctx.maxBytes()/40)
	d.Run = true
	return writeMarkdown(d, ctx).Body
}

// ProblemsMarkdown renders what is wrong with the input, with links to the lines.
func ProblemsMarkdown(problems []state.Problem, ctx Context) string {
	return Markdown(&plan.Plan{Problems: problems}, ctx)
}

// Sentence makes a sentence that holds text of others fit for Markdown.
func Sentence(s string) string { return prose(s) }

// markdown writes a document as Markdown.
type markdown struct {
	*Document
	Merging bool
	ctx     Context
	parts   *template.Template
}

func writeMarkdown(d *Document, ctx Context) Page {
	m := &markdown{Document: d, Merging: ctx.merging(), ctx: ctx}
	m.parts = template.Must(commentParts.Clone()).Funcs(m.functions())
	if d.Approval == nil {
		if body, cut, ok := m.page(block{}).render(); ok {
			return Page{body, true, cut}
		}
		return Page{m.least(), true, true}
	}
	for _, gated := range []block{m.approvalTable(), m.approvalList()} {
		if body, cut, ok := m.page(gated).render(); ok {
			return Page{body, true, cut}
		}
	}
	body, _, ok := m.page(block{head: m.write("approval-too-large", d.Approval)}).render()
	if !ok {
		body = m.least()
	}
	return Page{body, false, true}
}

// page puts the parts in their order.
func (m *markdown) page(gated block) *page {
	p := &page{budget: m.ctx.maxBytes()}
	if m.Idle && len(m.Findings.Problems) == 0 {
		p.fixed(m.write("idle", m))
	} else {
		p.fixed(m.write("title", m))
	}
	if m.Run && len(m.Facts) > 0 {
		p.fixed(m.write("facts", m))
	}
	if m.Run {
		p.fixed(m.write("verified", m))
	}
	p.add(m.block("problems", m, rows(m, "problem", m.Problems), rankStops, "> - "))
	p.add(m.block("refusals", m, rows(m, "refusal", m.Refusals), rankStops, "> - "))
	p.add(m.block("cannot", m, rows(m, "finding", m.Findings.Problems), rankStops, "- "))
	for _, u := range m.Undone {
		p.add(m.block("undone", u, rows(m, "failure", u.Causes), rankStops, "| "))
	}
	p.add(m.block("loosened", m, rows(m, "loosened-row", m.Loosened), 0, ""))
	if len(m.Origin) > 0 {
		p.fixed(m.write("origin", m))
	}
	p.add(gated)
	if !m.Run {
		const most = 60 // rows: some fifty time syncs
		counts := m.block("counts", m, rows(m, "count", m.Counts[:min(len(m.Counts), most)]), 0, "| ")
		if left := len(m.Counts) - most; left > 0 {
			counts.rows = append(counts.rows, counts.more(left))
		}
		p.add(counts)
	}
	p.add(m.block("people", m, rows(m, "object", m.shown(m.People)), rankPeople, "| ").of(m.People.Routine))
	objects := append(m.shown(m.Fields), m.shown(m.Groups)...)
	p.add(m.block("groups", m, rows(m, "object", objects), rankGroups, "| ").of(m.GroupsTotal()))
	if lines := diagram(m.Reports); lines != nil && !m.Run {
		b := m.block("diagram", m, []string{fence("mermaid", lines)}, rankDiagram, "")
		b.whole = true
		p.add(b)
	}
	if !m.Run {
		m.findings(p)
	}
	for _, s := range m.Syncs {
		projects := rows(m, "project", s.Projects)
		if len(s.Made) > 0 {
			projects = append([]string{m.write("made", s.Made)}, projects...)
		}
		p.add(m.block("sync", s, projects, rankTime, "| "))
		p.add(m.block("sync-people", s, rows(m, "project", s.People), rankTime, "| "))
	}
	if m.Run && len(m.Next.Words) > 0 {
		p.fixed(m.write("next", m.Next))
		m.Next = Next{}
	}
	if !m.Idle {
		p.fixed(m.write("footer", m))
	}
	return p
}

// findings are what to look at, folded where it is long, and the standing facts.
func (m *markdown) findings(p *page) {
	const long = 12
	head := "attention"
	if len(m.Findings.Attention) > long {
		head = "attention-folded"
	}
	p.add(m.block(head, m, rows(m, "finding", m.Findings.Attention), rankFindings, "- "))
	p.add(m.block("notes", m, rows(m, "note", m.Findings.Notes), rankNotes, "- "))
}

// GroupsTitle and GroupsTotal are of the section of groups and custom fields.
func (m *markdown) GroupsTitle() string {
	switch {
	case m.Groups.Routine == 0:
		return "Custom fields"
	case m.Fields.Routine == 0:
		return "Groups"
	}
	return "Groups and custom fields"
}

// GroupsTotal counts both.
func (m *markdown) GroupsTotal() int { return m.Groups.Routine + m.Fields.Routine }

// approvalTable shows what needs approval, each with its reason and consequence.
func (m *markdown) approvalTable() block {
	return m.block("approval", m.Approval, rows(m, "approval-row", m.Approval.Items), 0, "")
}

// approvalList shows the same without reasons, in the fewest characters: a fenced list, where nothing has to be escaped.
func (m *markdown) approvalList() block {
	var lines []string
	last := Sort(-1)
	for _, x := range m.Approval.Items {
		if x.Sort != last {
			last = x.Sort
			lines = append(lines, x.Sort.Verb()+":")
		}
		line := text.Clip(x.Name.String(), longestCell)
		for i, each := range x.Each {
			line += map[bool]string{true: ": ", false: "; "}[i == 0] + text.Clip(each.String(), longestCell)
		}
		lines = append(lines, line)
	}
	return m.block("approval-plain", m.Approval, []string{fence("text", lines)}, 0, "")
}

// least is what is said when not even the numbers fit.
func (m *markdown) least() string {
	s := m.write("title", m) + "Too large to be shown, and nothing that needs approval can be approved from here.\n"
	if len(s) > m.ctx.maxBytes() {
		return ""
	}
	return s
}

// write fills one part of the page.
func (m *markdown) write(part string, data any) string {
	var b strings.Builder
	if err := m.parts.ExecuteTemplate(&b, part, data); err != nil {
		panic(err) // the templates and their data are ours: a test writes every part
	}
	return b.String()
}

// rows fills a part for each of a list.
func rows[T any](m *markdown, part string, list []T) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = m.write(part, list[i])
	}
	return out
}

// block is a part with rows, of which some may be left out; before is what such a row begins with.
func (m *markdown) block(part string, data any, rows []string, rank int, before string) block {
	if len(rows) == 0 {
		return block{}
	}
	head, foot, _ := strings.Cut(m.write(part, data), rowsHere)
	return block{head: head, rows: rows, foot: foot, rank: rank, more: func(left int) string {
		return before + m.write("more", text.Thousands(left))
	}}
}

var commentParts = template.Must(template.New("comment").Funcs((&markdown{Document: &Document{}}).functions()).ParseFS(templates, "templates/comment.md.tmpl"))
