// Package userscsv reads users.csv as HR systems and spreadsheets write it: it recognises what the file is, decodes it,
// and makes people of its rows, with every problem at its line and column. It writes the file back, too. It does not know
// Clockify, the config file or a clock.
package userscsv

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Names of the columns where the config says nothing: the header of the tool's predecessor.
const (
	EmailColumn   = "NTID email"
	ManagerColumn = "Manager NTID email"
	HoursColumn   = "Weekly Working Hours"
	CountryColumn = "Country (Label)"
)

// usual are the columns that the predecessor's file had beside, and the custom fields they filled.
var usual = []state.Mapping{
	{Column: "Company (Label)", Field: "Company"}, {Column: CountryColumn, Field: "Country"}, {Column: "Global Id", Field: "Global ID"},
}

// UsualColumn is the column that usually fills a custom field of this name; else the field's own name.
func UsualColumn(field string) string {
	for _, m := range usual {
		if m.Field == field {
			return m.Column
		}
	}
	return field
}

// ReservedColumn reports whether a column of this name means something to the tool itself.
func ReservedColumn(name string) bool {
	return name == EmailColumn || name == ManagerColumn || name == HoursColumn
}

// alike is how many problems of one kind are told one by one; of further ones the lines are listed.
const alike = 10

// problems collects what is wrong with one file.
type problems struct {
	file  string
	list  []state.Problem
	kinds map[string]*kind // by what is said of them
}

// kind is what is wrong in one way with many lines.
type kind struct {
	told int // problems of the list
	last int // the last of them
	more []int
}

func (p *problems) bad(at state.Source, format string, args ...any) {
	p.badUpTo(alike, at, format, args...)
}

// badUpTo reports so many problems of one kind one by one, and lists the lines of the others.
func (p *problems) badUpTo(most int, at state.Source, format string, args ...any) {
	k := p.kinds[format]
	if k == nil {
		k = &kind{}
		if p.kinds == nil {
			p.kinds = map[string]*kind{}
		}
		p.kinds[format] = k
	}
	if k.told == most {
		k.more = append(k.more, at.Line)
		return
	}
	k.told++
	k.last = len(p.list)
	p.list = append(p.list, state.Problem{Source: at, Text: fmt.Sprintf(format, args...)})
}

// all returns the problems.
func (p *problems) all() []state.Problem {
	all := slices.Clone(p.list)
	for _, k := range p.kinds {
		if n := len(k.more); n > 0 {
			all[k.last].Text += fmt.Sprintf(" The same is wrong in %s more: %s.", text.Count(n, "line", "lines"), ranges(k.more))
		}
	}
	return all
}

// ranges lists lines, which are in order, as 3, 5-9 and 12; of very many ranges the first.
func ranges(lines []int) string {
	var parts []string
	for i := 0; i < len(lines); {
		last := i
		for last+1 < len(lines) && lines[last+1] <= lines[last]+1 {
			last++
		}
		part := strconv.Itoa(lines[i])
		if lines[last] > lines[i] {
			part += "-" + strconv.Itoa(lines[last])
		}
		parts = append(parts, part)
		i = last + 1
	}
	return text.List(parts, 20)
}

// quote makes text from the file fit for a message: short, on one line, in quotation marks.
func quote(s string) string { return `"` + shorten(s) + `"` }

func shorten(s string) string { return text.Clip(text.Sanitize(s), 60) }
