package plan

import (
	"regexp"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// readFields says of each mapped field what it is, or will be: those the workspace lacks are made as text. One whose name
// another one nearly has is not made, nor is one that is inactive written; both need a person's hand.
func (p *userPlanner) readFields() map[string]state.Field {
	fields := map[string]state.Field{}
	for _, m := range p.spec.Fields {
		i := slices.IndexFunc(p.dir.Fields, func(f state.Field) bool { return text.NFC(f.Name) == text.NFC(m.Field) })
		if i < 0 {
			fields[m.Field] = state.Field{Name: m.Field, Type: state.FieldText}
			near := slices.IndexFunc(p.dir.Fields, func(f state.Field) bool { return text.Fold(f.Name) == text.Fold(m.Field) })
			if near >= 0 {
				fields[m.Field] = state.Field{Name: m.Field, Type: state.FieldText, Inactive: true}
				p.note(state.Finding{Kind: state.FindingField, Name: m.Field, Cause: state.CauseNearlySame, About: p.dir.Fields[near].Name, Failed: true})
			}
			continue
		}
		fields[m.Field] = p.dir.Fields[i]
		if p.dir.Fields[i].Inactive {
			p.note(state.Finding{Kind: state.FindingField, Level: state.LevelAttention, Name: m.Field, Cause: state.CauseFieldInactive})
		}
	}
	return fields
}

// setFields adds the mapped custom fields that the workspace lacks.
func (p *userPlanner) setFields(t *userTarget) {
	for _, m := range p.spec.Fields {
		if f := p.fields[m.Field]; !f.Inactive {
			t.fields[f.Name] = true
		}
	}
}

// setRows takes the rows that are carried out: whose account is there, or will be. People who come are invited, inactive
// ones made active, unless that is held.
func (p *userPlanner) setRows(t *userTarget, from *userState, held holds) {
	for i := range p.roll.rows {
		row := &p.roll.rows[i]
		switch person := from.people[row.Email]; {
		case person == nil && held.invitations, person != nil && person.Status == state.Inactive && held.reactivations:
			continue
		case person == nil:
			t.people[row.Email] = &state.Person{Email: row.Email, Status: state.Pending, Capacity: state.CapacityUnknown}
		case person.Status == state.Inactive:
			t.person(row.Email).Status = state.Active
		}
		t.rows = append(t.rows, row)
	}
}

// setProfiles sets the hours, the working days and the mapped fields of the planned people. A guard holds nothing back
// from those who come.
func (p *userPlanner) setProfiles(t *userTarget, from *userState, held holds) {
	for _, row := range t.rows {
		now := t.people[row.Email]
		comes := from.people[row.Email] == nil
		free := func(attribute string) bool { return comes || !held.holds(attribute) }
		hours := !p.spec.NoHours && row.Capacity != state.CapacityUnknown && row.Capacity != now.Capacity && free(attributeHours)
		days := len(row.Days) > 0 && !slices.Equal(row.Days, now.Days) && free(attributeHours)
		values := map[string]string{}
		for _, cell := range row.Cells {
			field := p.fields[cell.Field]
			value, err := FieldText(field, cell.Text)
			if err == nil && !field.Inactive && !(value == "" && field.Required) && differ(value, now.Fields[field.Name]) && free(field.Name) {
				values[field.Name] = value
			}
		}
		if !hours && !days && len(values) == 0 {
			continue
		}
		person := t.person(row.Email)
		if hours {
			person.Capacity = row.Capacity
		}
		if days {
			person.Days = row.Days
		}
		for field, value := range values {
			if value == "" {
				delete(person.Fields, field)
			} else {
				person.Fields[field] = value
			}
		}
	}
}

// differ reports whether two texts differ by more than their Unicode form.
func differ(a, b string) bool { return a != b && text.NFC(a) != text.NFC(b) }

// sayDamaged warns of values that lost their leading zeros against what the field holds, or became 1.00235E+11.
func (p *userPlanner) sayDamaged(before *userState) {
	damaged := map[string][]string{}
	for _, row := range p.roll.rows {
		person := before.people[row.Email]
		if person == nil {
			continue
		}
		for _, cell := range row.Cells {
			f := p.fields[cell.Field]
			if was := person.Fields[f.Name]; f.Type == state.FieldText && was != cell.Text && isDamaged(was, cell.Text) {
				damaged[cell.Field] = append(damaged[cell.Field], row.Email)
			}
		}
	}
	for _, field := range sorted(damaged) {
		slices.Sort(damaged[field])
		p.note(state.Finding{
			Kind: state.FindingDamaged, Level: state.LevelAttention, Name: field, Count: len(damaged[field]), Values: damaged[field],
		})
	}
}

// sayNotCleared tells of blank cells whose field cannot be blank: the values stay.
func (p *userPlanner) sayNotCleared(before *userState) {
	kept := map[string][]string{}
	for _, row := range p.roll.rows {
		person := before.people[row.Email]
		if person == nil {
			continue
		}
		for _, cell := range row.Cells {
			if f := p.fields[cell.Field]; f.Required && !f.Inactive && cell.Text == "" && person.Fields[f.Name] != "" {
				kept[cell.Field] = append(kept[cell.Field], row.Email)
			}
		}
	}
	for _, field := range sorted(kept) {
		slices.Sort(kept[field])
		p.note(state.Finding{Kind: state.FindingNotCleared, Name: field, Count: len(kept[field]), Values: kept[field]})
	}
}

// scientific is what a spreadsheet makes of a long number.
var scientific = regexp.MustCompile(`^\d(?:[.,]\d+)?[eE]\+\d+$`)

// isDamaged reports whether a spreadsheet has likely made the text: it is 1.00235E+11, or what was there without the zeros
// before it.
func isDamaged(was, now string) bool {
	return scientific.MatchString(now) || strings.HasPrefix(was, "0") && now != "" && withoutZeros(was) == now
}
