package export

import (
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/userscsv"
)

// mapFields gives every user field that a CSV can fill a column.
func (e *Export) mapFields() {
	columns, folded := map[string]bool{}, map[string]bool{}
	var dormant, unnamed []string
	for _, f := range e.dir.Fields {
		column := userscsv.UsualColumn(f.Name)
		if column != f.Name && slices.ContainsFunc(e.dir.Fields, func(o state.Field) bool { return o.Name == column }) {
			column = f.Name
		}
		switch {
		case f.Inactive:
			dormant = append(dormant, f.Name)
		case f.Name == "", !userscsv.HoldsCell(f.Name), userscsv.ReservedColumn(column), columns[column], folded[strings.ToLower(f.Name)]:
			unnamed = append(unnamed, f.Name)
		default:
			columns[column], folded[strings.ToLower(f.Name)] = true, true
			e.Users.Fields = append(e.Users.Fields, state.Mapping{Column: column, Field: f.Name})
		}
	}
	e.limit(fields, "inactive in Clockify: not in the files until an admin activates them", dormant)
	e.limit(fields, "with a name that no column can have beside the others: not in the files", unnamed)
}

// listPeople declares everybody who is active or invited as they are today.
func (e *Export) listPeople() {
	var inactive, unwritable, many, gone []string
	for _, p := range e.dir.People {
		switch {
		case p.Status != state.Active && p.Status != state.Pending:
			inactive = append(inactive, p.Email)
			continue
		case !userscsv.HoldsEmail(p.Email):
			unwritable = append(unwritable, p.Email)
			continue
		}
		row := state.Row{Email: p.Email, Capacity: p.Capacity}
		switch {
		case len(p.Managers) > 1:
			many = append(many, p.Email)
		case len(p.Managers) == 1 && p.Managers[0] != p.Email && userscsv.HoldsEmail(p.Managers[0]) && e.active(p.Managers[0]):
			row.Manager = p.Managers[0]
		case len(p.Managers) == 1:
			gone = append(gone, p.Email)
		}
		if why := e.cells(&row, p); why != "" {
			e.exclude(p.Email, why)
			continue
		}
		e.Users.People = append(e.Users.People, row)
	}
	e.limit(people, "not active: not in the CSV, because a row would bring them back", inactive)
	e.limit(people, "with an address a CSV row cannot have: not in the CSV", unwritable)
	e.limit(people, "with more than one direct manager: their manager cell is blank, and they keep all of them", many)
	e.limit(people, "whose direct manager is themselves or not active: their manager cell is blank", gone)
}

// cells fills in hours and field values, or says why a row cannot hold them.
func (e *Export) cells(row *state.Row, p state.Person) string {
	if _, ok := userscsv.HoursText(p.Capacity); !ok {
		return "a working day that no hours of a week give"
	}
	for _, m := range e.Users.Fields {
		text := p.Fields[m.Field]
		field := e.dir.Fields[slices.IndexFunc(e.dir.Fields, func(f state.Field) bool { return f.Name == m.Field })]
		if back, err := plan.CellText(field, text); err != nil || back != text || !userscsv.HoldsCell(text) {
			return "a value of " + m.Field + " that the field does not take today or a CSV cannot hold"
		}
		row.Cells = append(row.Cells, state.Cell{Field: m.Field, Text: text})
	}
	return ""
}

func (e *Export) exclude(email, why string) {
	e.Excluded[email] = why
	e.Users.Protect.Users = append(e.Users.Protect.Users, email)
}
