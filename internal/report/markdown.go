package report

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/model"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// What is cut first, last: the picture, then findings, time, groups, people, and what stands in the way.
const (
	rankStops = iota + 1
	rankPeople
	rankGroups
	rankTime
	rankFindings
	rankTree
)

// longestCell is how many characters of one value a table shows.
const longestCell = 120

// plainFile matches names that mean nothing to Markdown.
var plainFile = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(\.[a-z]+)?$`)

// Markdown is the body of Comment.
func Markdown(p *plan.Plan, ctx Context) string { return Comment(p, ctx).Body }

// Comment renders the plan as a pull request comment or summary of at most Context.MaxBytes. What needs approval is never
// cut: where its table does not fit it becomes a bare list, one line each, which has room for some 1,500 people. If that
// does not fit either, the page says that the plan is too large to be approved from it, and GatedShown is false.
func Comment(p *plan.Plan, ctx Context) Page {
	m := &markdown{look(p, ctx), ctx}
	for _, gated := range []func() string{m.table, m.bare} {
		if body, cut, ok := m.page(gated()).render(); ok {
			return Page{body, true, cut}
		}
	}
	body, _, ok := m.page(m.tooLarge()).render()
	if !ok {
		body = m.least()
	}
	return Page{body, len(m.waits) == 0, true}
}

type markdown struct {
	*view
	ctx Context
}

func (m *markdown) page(gated string) *page {
	p := &page{budget: m.ctx.maxBytes()}
	if m.idle() {
		line := m.nothing(m.ctx)
		if !plainFile.MatchString(cmp.Or(m.ctx.UsersFile, "users.csv")) {
			line = prose(line)
		}
		p.fixed(line + "\n\n")
	} else {
		p.fixed("### Clockify: " + m.verdict(m.ctx) + "\n\n")
	}
	m.stops(p)
	p.fixed(gated)
	if !m.idle() {
		p.fixed(m.numbers())
	}
	m.persons(p)
	m.grouped(p)
	m.drawn(p)
	m.found(p)
	for _, s := range m.syncs {
		m.mirrored(p, s)
	}
	if !m.idle() {
		p.fixed(m.footer())
	}
	return p
}

// stops says what stands against any write.
func (m *markdown) stops(p *page) {
	head := "> [!WARNING]\n> **Nothing is written while there are problems in the input.**"
	if !m.view.plan.Empty() {
		head += " Rows without a problem are planned below."
	}
	var rows []string
	for _, x := range m.view.plan.Problems {
		rows = append(rows, "> - "+m.at(x.Source)+prose(clip(x.Text, 400))+"\n")
	}
	p.add(block{
		head: head + "\n>\n",
		rows: rows, more: m.more("> - "), foot: "\n", rank: rankStops,
	})
	rows = nil
	for _, r := range m.view.plan.Refusals {
		rows = append(rows, "> - "+prose(clip(refusal(r), 600))+"\n")
	}
	p.add(block{head: "> [!WARNING]\n> **Refused before any write:**\n>\n", rows: rows, more: m.more("> - "), foot: "\n", rank: rankStops})
}

// more is the row instead of those that are missing.
func (m *markdown) more(before string) func(int) string {
	return func(left int) string {
		text := before + "and " + thousands(left) + " more"
		if link := m.whole("in the whole plan"); link != "" {
			text += ", " + link
		}
		return text + "\n"
	}
}

func (m *markdown) whole(text string) string {
	if target := cmp.Or(m.ctx.RunURL, m.ctx.ArtifactURL); target != "" {
		return "[" + text + "](" + link(target) + ")"
	}
	return ""
}

// at is a link to a line, or its name.
func (m *markdown) at(s model.Source) string {
	if s.File == "" {
		return ""
	}
	s.Column = 0
	name := code(s.String())
	if m.ctx.RepositoryURL == "" || m.ctx.Commit == "" {
		return name + " "
	}
	target := strings.TrimSuffix(m.ctx.RepositoryURL, "/") + "/blob/" + m.ctx.Commit + "/" + (&url.URL{Path: s.File}).EscapedPath()
	if s.Line > 0 {
		target += fmt.Sprintf("#L%d", s.Line)
	}
	return "[" + name + "](" + link(target) + ") "
}

// link makes a URL safe between the parentheses of a link.
func link(target string) string {
	return strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\n", "", "\r", "", "|", "%7C", "`", "%60", `\`, "%5C").Replace(target)
}

func (m *markdown) numbers() string {
	if len(m.counts) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("| | add | change | remove | waits |\n|---|--:|--:|--:|--:|\n")
	const most = 60 // rows: some fifty time syncs
	for i, t := range m.counts {
		if i == most {
			fmt.Fprintf(&b, "| and %d more | | | | |\n", len(m.counts)-most)
			break
		}
		name := t.kind
		if t.sync != "" {
			name += " " + code(clip(t.sync, 40))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", name, number(t.add), number(t.change), number(t.remove), number(t.gated))
	}
	return b.String() + "\n"
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return thousands(n)
}

func (m *markdown) persons(p *page) {
	var rows []string
	for _, x := range m.people {
		name := code(clip(x.email, longestCell))
		if label := m.names.beside(x.email); label != "" {
			name += " " + prose(clip(label, 60))
		}
		rows = append(rows, cells(name, x.rows))
	}
	p.add(block{
		head: "<details><summary><b>People</b> (" + thousands(len(rows)) + ")</summary>\n\n| | | now | after merge | |\n|---|---|---|---|---|\n",
		rows: rows, more: m.more("| "), foot: "\n</details>\n\n", rank: rankPeople,
	})
}

// cells renders the rows of one object, named in the first.
func cells(name string, rows []row) string {
	var b strings.Builder
	for _, r := range rows {
		what := r.what.text
		if !r.what.ours {
			what = code(clip(what, 60))
		}
		after := cell(r.after)
		if after != "–" {
			after = "<b>" + after + "</b>"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", name, what, cell(r.before), after, prose(clip(r.why, 300)))
		name = ""
	}
	return b.String()
}

func cell(values []value) string {
	if len(values) == 0 {
		return "–"
	}
	const most = 10
	var parts []string
	for i, v := range values {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %d more", len(values)-most))
			break
		}
		switch {
		case v.ours:
			parts = append(parts, v.text)
		case v.name:
			parts = append(parts, prose(clip(v.text, longestCell)))
		default:
			parts = append(parts, code(clip(v.text, longestCell)))
		}
	}
	return strings.Join(parts, ", ")
}

func (m *markdown) grouped(p *page) {
	var rows []string
	for _, f := range m.fields {
		rows = append(rows, "| "+code(clip(f, 60))+" | custom field | – | <b>new</b> | |\n")
	}
	n := len(rows)
	for _, g := range m.groups {
		name, moves := code(clip(g.name, longestCell)), strings.TrimSpace(members(g))
		text := ""
		switch {
		case g.op == plan.Create:
			text = "| " + name + " | group | – | <b>new</b> | " + moves + " |\n"
		case g.op == plan.Delete:
			text = "| " + name + " | group | exists | <b>deleted</b> | " + moves + " |\n"
		case len(g.rows) == 0:
			continue // only members come and go, which stands with the people
		case moves != "":
			text = "| " + name + " | members | | | " + moves + " |\n"
		}
		if text != "" {
			name = ""
		}
		rows = append(rows, text+cells(name, g.rows))
	}
	title := "Groups"
	switch {
	case n > 0 && len(rows) == n:
		title = "Custom fields"
	case n > 0:
		title = "Groups and custom fields"
	}
	p.add(block{
		head: "<details><summary><b>" + title + "</b> (" + thousands(len(rows)) + ")</summary>\n\n| | | now | after merge | |\n|---|---|---|---|---|\n",
		rows: rows, more: m.more("| "), foot: "\n</details>\n\n", rank: rankGroups,
	})
}

func (m *markdown) drawn(p *page) {
	if tree := m.tree(); tree != "" {
		p.add(block{
			head: "<details><summary><b>Who reports to whom</b>, where it changes</summary>\n\n",
			rows: []string{tree}, foot: "\n</details>\n\n", rank: rankTree, whole: true,
		})
	}
}

func (m *markdown) found(p *page) {
	findings := m.findings(func(f model.Finding) bool { return f.Sync == "" || f.Failed })
	var rows []string
	for _, f := range findings {
		rows = append(rows, "- "+m.finding(f)+"\n")
	}
	head, foot := "**Look at**\n\n", "\n"
	if len(rows) > 12 {
		head = "<details><summary><b>Look at</b> (" + thousands(len(rows)) + ")</summary>\n\n"
		foot = "\n</details>\n\n"
	}
	p.add(block{head: head, rows: rows, more: m.more("- "), foot: foot, rank: rankFindings})
}

func (m *markdown) finding(f model.Finding) string {
	text := m.at(f.Source)
	if f.Failed {
		text = "**cannot be done** " + text
	}
	if f.Sync != "" {
		text += code(clip(f.Sync, 40)) + " "
	}
	if name := findingName(f); name != "" {
		text += code(clip(name, longestCell)) + " "
	}
	return text + prose(clip(f.Text, 400))
}

// mirrored shows one time sync by project, never by entry.
func (m *markdown) mirrored(p *page, s syncView) {
	var rows []string
	for _, f := range s.fields {
		rows = append(rows, "| custom field "+code(clip(f, 60))+" <i>(created)</i> | | | |\n")
	}
	for _, x := range s.projects {
		name := code(clip(x.name, longestCell))
		if x.created {
			name += " <i>(created in " + code(clip(x.where, 60)) + ")</i>"
		}
		edit := number(x.edit)
		if x.remove > 0 {
			edit = strings.TrimSpace(edit + " (" + thousands(x.remove) + " deleted)")
		}
		sum := ""
		if x.add+x.edit > 0 {
			sum = total(x.hours)
		}
		rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s |\n", name, number(x.add), edit, sum))
	}
	title := "<b>Time sync</b> " + code(clip(s.name, 60)) + (&text{}).span(s)
	if len(rows) > 0 {
		p.add(block{
			head: "<details><summary>" + title + "</summary>\n\n| project | new | edited | hours |\n|---|--:|--:|--:|\n",
			rows: rows, more: m.more("| "), foot: "\n</details>\n\n", rank: rankTime,
		})
	}
	rows = nil
	for _, f := range s.found {
		if !f.Failed {
			f.Sync = ""
			rows = append(rows, "- "+m.finding(f)+"\n")
		}
	}
	p.add(block{head: "<b>Left alone by</b> " + code(clip(s.name, 60)) + "\n\n", rows: rows, more: m.more("- "), foot: "\n", rank: rankFindings})
}

func (m *markdown) footer() string {
	var parts []string
	head := "Plan <code>" + short(m.digest) + "</code>"
	if m.ctx.Commit != "" {
		head += " of " + code(m.ctx.Commit[:min(len(m.ctx.Commit), 7)])
	}
	if names := m.workspaces(); len(names) > 0 {
		var list []string
		for _, n := range names[:min(len(names), 5)] {
			list = append(list, code(clip(n, 60)))
		}
		head += " against " + sentence(list)
	}
	parts = append(parts, head)
	if e := m.effort(m.ctx); e != "" {
		parts = append(parts, e)
	}
	if w := m.whole("whole plan"); w != "" {
		parts = append(parts, w)
	}
	if m.ctx.ArtifactURL != "" && m.ctx.RunURL != "" {
		parts = append(parts, "[files]("+link(m.ctx.ArtifactURL)+")")
	}
	footer := "<sub>" + strings.Join(parts, " · ") + "</sub>\n"
	if m.ctx.HappensOnMerge != "" && !m.allBlocked() {
		footer = "<sub>" + strings.ReplaceAll(m.ctx.HappensOnMerge, "\n", " ") + "</sub>\n\n" + footer
	}
	return footer
}

// least is what is said when not even the numbers fit.
func (m *markdown) least() string {
	text := "### Clockify: " + m.verdict(m.ctx) + "\n\nToo large to be shown, and nothing that needs approval can be approved from here.\n"
	return text[:min(len(text), m.ctx.maxBytes())]
}
