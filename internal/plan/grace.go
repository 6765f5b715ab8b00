package plan

import (
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// day is how a mark is written.
const day = time.DateOnly

// graced reports whether an absent person is not to be deactivated yet: they are marked with the day on which they are
// due, or were and it has not come. With no grace nobody is.
func (p *planner) graced(email string) bool {
	if p.spec.DeactivateAfter <= 0 {
		return false
	}
	if !p.canMark() {
		return true
	}
	person := p.want.people[email]
	today := p.dir.Now.UTC().Format(day)
	due := person.Fields[state.LeaveField]
	if _, err := time.Parse(day, due); err != nil { // no mark yet, or nothing that is a day
		due = p.dir.Now.UTC().Add(p.spec.DeactivateAfter).Format(day)
		person = p.want.person(email)
		person.Fields[state.LeaveField] = due
		p.then.people[email] = person
		p.want.fields[state.LeaveField], p.then.fields[state.LeaveField] = true, true
	} else if due <= today {
		return false
	}
	p.note(state.Finding{Kind: state.FindingMarked, Level: state.LevelAttention, Name: email, About: due}, "is not in %s and will be deactivated on %s or later, with approval, unless they return (deactivate_after)", p.spec.File, due)
	return true
}

// canMark reports whether the field that holds the mark can be used. Where it cannot, nobody can be shown to have had
// their grace, and nobody is deactivated.
func (p *planner) canMark() bool {
	i := slices.IndexFunc(p.dir.Fields, func(f state.Field) bool { return f.Name == state.LeaveField })
	why, cause := "", Cause("")
	switch {
	case slices.ContainsFunc(p.spec.Fields, func(m state.Mapping) bool { return m.Field == state.LeaveField }):
		cause, why = state.CauseFieldMapped, "is filled from a CSV column (field_mapping) and belongs to deactivate_after: map the column to another field"
	case i < 0:
		return true
	case p.dir.Fields[i].Inactive:
		cause, why = state.CauseFieldInactive, "is inactive in Clockify: nobody can be marked, and nobody is deactivated, until an admin activates it (Workspace settings, Custom fields, Users)"
	case p.dir.Fields[i].Type != state.FieldText:
		cause, why = state.CauseFieldType, "is not a text field: nobody can be marked, and nobody is deactivated, until it has another name"
	default:
		return true
	}
	if !p.markTold {
		p.markTold = true
		p.note(state.Finding{Kind: state.FindingField, Name: state.LeaveField, Cause: cause, Failed: true}, "%s", why)
	}
	return false
}

// unmark takes the mark off the people of the CSV: they are back.
func (p *planner) unmark() {
	if p.spec.DeactivateAfter <= 0 || p.spec.Absent != state.AbsentDeactivate {
		return
	}
	for _, row := range p.rows {
		if p.want.people[row.Email].Fields[state.LeaveField] != "" && p.canMark() {
			delete(p.want.person(row.Email).Fields, state.LeaveField)
		}
	}
}
