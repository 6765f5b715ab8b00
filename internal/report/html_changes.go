package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// The list of changes: sections of tables of groups of rows. A group is one person, group or project; a table is so
// many of them that a browser can leave those out of sight undrawn.
type (
	htmlSection struct {
		Title  string
		Tables []htmlTable
	}
	htmlTable struct {
		Caption string
		Lazy    bool
		Groups  []htmlGroup
	}
	htmlGroup struct {
		Name, Beside string
		Person       bool
		Rows         []htmlRow
	}
	htmlRow struct {
		Kind, Result, Word string
		Phase              string
		Lines              []htmlLine
		Note               string // why it is done
		Why, Tries         string // how it went
	}
	htmlLine struct{ What, Before, After string }
)

const (
	mostRows   = 100  // of one table
	longestTip = 2000 // characters of one value
)

// changes lists every change of the plan, under whom or what it is about.
func (b *htmlBuilder) changes(page *htmlPage) {
	order := []string{"People", "Groups", "Custom fields"}
	sections, at := map[string][]*htmlGroup{}, map[string]*htmlGroup{}
	used := map[plan.Kind]bool{}
	for i, o := range b.ended {
		c := &b.ended[i].Change
		section, group := b.place(c)
		key := section + "\x00" + group.Name + "\x00" + group.Beside
		g := at[key]
		if g == nil {
			g = &group
			at[key] = g
			if !slices.Contains(order, section) {
				order = append(order, section)
			}
			sections[section] = append(sections[section], g)
		}
		used[c.Ref.Kind] = true
		row := htmlRow{Kind: string(c.Ref.Kind), Result: b.results[i], Phase: string(c.Phase), Lines: b.lines(c), Note: tip(c.Reason)}
		for _, r := range results {
			if r.value == row.Result {
				row.Word = r.word
			}
		}
		if row.Result != "done" && row.Result != "waits" {
			row.Why = tip(cmp.Or(o.Err, o.Response))
		}
		if o.Attempts > 0 {
			row.Tries = count(o.Attempts, "try", "tries")
		}
		g.Rows = append(g.Rows, row)
	}
	for _, section := range order {
		groups := sections[section]
		slices.SortStableFunc(groups, func(x, y *htmlGroup) int {
			return cmp.Or(cmp.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)), cmp.Compare(x.Beside, y.Beside))
		})
		if len(groups) > 0 {
			title := section + " (" + thousands(len(groups)) + ")"
			page.Sections = append(page.Sections, htmlSection{visible(title), tables(visible(section), groups)})
		}
	}
	for _, k := range kinds {
		if used[k.kind] {
			page.Kinds = append(page.Kinds, htmlOption{string(k.kind), k.name})
		}
	}
	page.Total = count(len(b.plan.Changes), "change", "changes")
}

// place says in which section and under what a change stands.
func (b *htmlBuilder) place(c *plan.Change) (section string, g htmlGroup) {
	if c.Domain == plan.Time {
		section = joined(" ", "Time sync", c.Sync)
		if c.Ref.Kind == plan.KindEntry {
			return section, htmlGroup{Name: tip(entryOf(c).project)}
		}
		return section, htmlGroup{Name: tip(c.Ref.Name), Beside: visible(c.Ref.Workspace)}
	}
	if email := whom(c); email != "" {
		g = htmlGroup{Name: tip(b.names.label(email)), Person: true}
		if name := strings.TrimSpace(b.names.names[email]); name != "" && !strings.Contains(g.Name, email) {
			g.Beside = tip(email)
		}
		return "People", g
	}
	if c.Ref.Kind == plan.KindField {
		return "Custom fields", htmlGroup{Name: tip(c.Ref.Name)}
	}
	return "Groups", htmlGroup{Name: tip(c.Ref.Name)}
}

// lines say what of the object changes, before and after.
func (b *htmlBuilder) lines(c *plan.Change) []htmlLine {
	what := map[plan.Kind]string{plan.KindField: "custom field", plan.KindGroup: "group", plan.KindProject: "project", plan.KindTag: "tag", plan.KindTask: "task", plan.KindEntry: "time entry"}[c.Ref.Kind]
	exists := "exists"
	if c.Ref.Kind == plan.KindEntry {
		exists = entryText(c)
	}
	for _, f := range c.Fields {
		if c.Ref.Kind == plan.KindGroup && f.Name == "members" && f.Before != "" {
			exists = headcount(f.Before)
		}
	}
	switch {
	case what == "":
	case c.Op == plan.Create && c.Ref.Kind == plan.KindEntry:
		return []htmlLine{{what, "", exists}}
	case c.Op == plan.Create:
		return []htmlLine{{what, "", "new"}}
	case c.Op == plan.Delete:
		return []htmlLine{{what, exists, "deleted"}}
	}
	var lines []htmlLine
	if c.Ref.Kind == plan.KindEntry {
		lines = append(lines, htmlLine{what, exists, "edited"})
	}
	for _, f := range c.Fields {
		if f.Before == f.After {
			continue
		}
		lines = append(lines, htmlLine{tip(f.Name), texts(b.side(c, f.Name, f.Before)), texts(b.side(c, f.Name, f.After))})
	}
	if len(lines) == 0 {
		lines = append(lines, htmlLine{cmp.Or(what, kindName(c.Ref.Kind)), "", string(c.Op) + "d"})
	}
	return lines
}

func texts(values []value) string {
	var parts []string
	for _, v := range values {
		parts = append(parts, tip(v.text))
	}
	return strings.Join(parts, ", ")
}

// entryText is an entry without its project: day, times, length, description.
func entryText(c *plan.Change) string {
	e := entryOf(c)
	var when string
	if !e.start.IsZero() {
		from, to := e.start.UTC(), e.end.UTC()
		when = from.Format("2006-01-02 15:04")
		switch {
		case e.end.IsZero():
		case from.Format(time.DateOnly) == to.Format(time.DateOnly):
			when += "–" + to.Format("15:04")
		default:
			when += " – " + to.Format("2006-01-02 15:04")
		}
	}
	length := ""
	if e.length > 0 {
		length = duration(e.length)
	}
	return joined(" · ", when, length, tip(e.description))
}

func tip(s string) string { return visible(clip(s, longestTip)) }

// tables cuts groups into tables of some hundred rows. A group that is longer goes on in the next one.
func tables(section string, groups []*htmlGroup) []htmlTable {
	var list []htmlTable
	rows := mostRows
	for _, g := range groups {
		whole := *g
		for part := 0; len(whole.Rows) > 0; part++ {
			if rows >= mostRows {
				list, rows = append(list, htmlTable{}), 0
			}
			n := min(len(whole.Rows), mostRows)
			piece := whole
			piece.Rows, whole.Rows = whole.Rows[:n], whole.Rows[n:]
			if part > 0 {
				piece.Beside = joined(", ", piece.Beside, "continued")
			}
			t := &list[len(list)-1]
			t.Groups = append(t.Groups, piece)
			rows += n
		}
	}
	for i := range list {
		list[i].Caption = section
		if len(list) > 1 {
			list[i].Caption += ", part " + thousands(i+1) + " of " + thousands(len(list))
			list[i].Lazy = i < len(list)-1
		}
	}
	return list
}
