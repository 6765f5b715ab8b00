package report

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
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
	if !m.plan.Empty() {
		head += " Rows without a problem are planned below."
	}
	var rows []string
	for _, x := range m.plan.Problems {
		rows = append(rows, "> - "+m.at(x.Source)+prose(clip(x.Text, 400))+"\n")
	}
	p.add(block{
		head: head + "\n>\n",
		rows: rows, more: m.more("> - "), foot: "\n", rank: rankStops,
	})
	m.refusals(p)
}

// refusals says what guards and preflight refused.
func (m *markdown) refusals(p *page) {
	var rows []string
	for _, r := range m.plan.Refusals {
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
func (m *markdown) at(s state.Source) string {
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
