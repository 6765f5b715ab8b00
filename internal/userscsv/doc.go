// Package userscsv reads users.csv as HR systems and spreadsheets write it: it recognises what the file is, decodes it,
// and makes people of its rows, with every problem at its line and column. It writes the file back, too. It does not know
// Clockify, the config file or a clock.
package userscsv

import (
	"fmt"
	"slices"

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

// maxProblems is how many problems of one file are kept: a person reads fewer, and a hostile file could hold millions.
const maxProblems = 10_000

// problems collects what is wrong with one file.
type problems struct {
	file string
	list []state.Problem
	more int
}

func (p *problems) bad(at state.Source, format string, args ...any) {
	if len(p.list) >= maxProblems {
		p.more++
		return
	}
	p.list = append(p.list, state.Problem{Source: at, Text: fmt.Sprintf(format, args...)})
}

// all returns the problems, and says how many were not kept.
func (p *problems) all() []state.Problem {
	if p.more == 0 {
		return p.list
	}
	return append(slices.Clone(p.list), state.Problem{
		Source: p.list[len(p.list)-1].Source, Text: text.Thousands(p.more) + " more problems follow; correct these first.",
	})
}

// quote makes text from the file fit for a message: short, on one line, in quotation marks.
func quote(s string) string { return `"` + shorten(s) + `"` }

func shorten(s string) string { return text.Clip(text.Sanitize(s), 60) }
