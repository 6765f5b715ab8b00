package report

import (
	"fmt"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

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
	findings := m.findings(func(f state.Finding) bool { return f.Sync == "" || f.Failed })
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

func (m *markdown) finding(f state.Finding) string {
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
