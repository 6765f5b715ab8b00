package report

import (
	"fmt"
	"net/url"
	"strings"
	"text/template"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// functions are what the templates call.
func (m *markdown) functions() template.FuncMap {
	return template.FuncMap{
		"rows":    func() string { return rowsHere },
		"md":      func(w Words) string { return w.markdown() },
		"md1":     func(p Part) string { return Words{p}.inCell(unbroken) },
		"asked":   func(w Words) string { return w.inCell(2 * unbroken) },
		"said":    func(s string) string { return prose(text.Clip(s, longestSentence)) },
		"code":    func(s string) string { return code(text.Clip(s, longestCell)) },
		"codes":   codes,
		"name":    func(s string) string { return called(text.Clip(s, longestCell)) },
		"tag":     func(s string) string { return codeTag(text.Clip(s, longestCell)) },
		"cell":    cell,
		"num":     number,
		"hours":   duration,
		"count":   text.Count,
		"upper":   text.Upper,
		"members": members,
		"short":   short,
		"at":      m.at,
		"how":     func() string { return prose(m.ctx.ApproveHow) },
		"whole":   m.whole,
		"span":    span,
		"footer":  m.footer,
	}
}

// unbroken is how many characters a cell of a table with four columns may hold without a place to break: three such
// cells fit into the width of a comment, so that nothing has to be scrolled sideways.
const unbroken = 22

// markdown renders a sentence.
func (w Words) markdown() string { return w.inCell(longestCell) }

// inCell renders what stands in a table, with places to break where a value or name has none for more characters than most.
func (w Words) inCell(most int) string {
	var b strings.Builder
	for _, p := range w {
		if s := text.Sanitize(text.Clip(p.Text, longestCell)); (p.Kind == Name || p.Kind == Data) && !fits(s, most) {
			b.WriteString(breakable(s, most))
			continue
		}
		switch p.Kind {
		case Ours:
			b.WriteString(p.Text)
		case Name:
			b.WriteString(called(text.Clip(p.Text, longestCell)))
		case Data:
			b.WriteString(code(text.Clip(p.Text, longestCell)))
		case Said:
			b.WriteString(prose(text.Clip(p.Text, longestSentence)))
		}
	}
	return b.String()
}

func codes(list []string) string { return enumerate(parts(data, list), 20).markdown() }

// cell renders the values of a cell.
func cell(values []Part) string {
	if len(values) == 0 {
		return "–"
	}
	return commas(values, 10).inCell(unbroken)
}

// commas puts values beside each other, and counts those beyond most.
func commas(values []Part, most int) Words {
	var w Words
	for i, v := range values {
		if i == most {
			return append(w, ours(fmt.Sprintf(" and %d more", len(values)-most)))
		}
		if i > 0 {
			w = append(w, ours(", "))
		}
		w = append(w, v)
	}
	return w
}

// members says how many people come to a group and how many go.
func members(o Object) string {
	return joined(", ", counted(o.Joins, "member in", "members in"), counted(o.Leaves, "member out", "members out"))
}

// span says how much a sync copies and of which days.
func span(s Sync) string {
	length := ""
	if s.Sum.Add+s.Sum.Edit > 0 {
		length = duration(s.Sum.Hours)
	}
	if all := joined(", ", counted(s.Sum.Add+s.Sum.Edit, "entry", "entries"), length, s.Window); all != "" {
		return ": " + all
	}
	return ""
}

// whole is a link to where all of it stands; empty where this is the whole.
func (m *markdown) whole(words string) string {
	target := m.ctx.RunURL
	if m.ctx.Summary || target == "" {
		target = m.ctx.ArtifactURL
	}
	if target == "" {
		return ""
	}
	return "[" + words + "](" + link(target) + ")"
}

// at is a link to a line, or its name.
func (m *markdown) at(s state.Source) string {
	if s.File == "" {
		return ""
	}
	s.Column = 0
	place := code(s.String())
	if m.ctx.RepositoryURL == "" || m.ctx.Commit == "" {
		return place + " "
	}
	target := strings.TrimSuffix(m.ctx.RepositoryURL, "/") + "/blob/" + m.ctx.Commit + "/" + (&url.URL{Path: s.File}).EscapedPath()
	if s.Line > 0 {
		target += fmt.Sprintf("#L%d", s.Line)
	}
	return "[" + place + "](" + link(target) + ") "
}

// link makes a URL safe between the parentheses of a link.
func link(target string) string {
	return strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\n", "", "\r", "", "|", "%7C", "`", "%60", `\`, "%5C").Replace(target)
}

// footer says which plan this is, what it costs and where the rest stands.
func (m *markdown) footer() []string {
	var list []string
	if m.Digest != "" {
		plan := "Plan `" + short(m.Digest) + "`"
		if m.ctx.Commit != "" {
			plan += " of " + code(m.ctx.Commit[:min(len(m.ctx.Commit), 7)])
		}
		list = append(list, plan)
	}
	if m.Effort != "" {
		list = append(list, m.Effort)
	}
	if w := m.whole(map[bool]string{true: "run", false: "whole plan"}[m.Run]); w != "" {
		list = append(list, w)
	}
	if m.ctx.ArtifactURL != "" && m.ctx.RunURL != "" && !m.ctx.Summary {
		list = append(list, "["+map[bool]string{true: "audit files", false: "files"}[m.Run]+"]("+link(m.ctx.ArtifactURL)+")")
	}
	return list
}
