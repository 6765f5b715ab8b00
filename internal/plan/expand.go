package plan

import (
	"path"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// protect works out which groups and people no phase may touch: groups that match a pattern, or are named like a value
// the protecting column has in the CSV or still has with anybody in the workspace; and the people named in the config.
func (p *planner) protect() {
	names := set{}
	add := func(value string) {
		if value = strings.TrimSpace(value); value != "" {
			names[strings.ToLower(value)] = true
		}
	}
	for _, v := range p.spec.Protect.Values {
		add(v)
	}
	if field := p.spec.Protect.Field; field != "" {
		for _, person := range p.dir.People {
			for value := range strings.SplitSeq(person.Fields[field], separator) {
				add(value)
			}
		}
	}
	p.protected.users = setOf(p.spec.Protect.Users)
	p.protected.groups = names
}

// protectedGroup reports whether a group of that name is protected.
func (p *planner) protectedGroup(name string) bool {
	if p.protected.groups[strings.ToLower(strings.TrimSpace(name))] {
		return true
	}
	return slices.ContainsFunc(p.spec.Protect.Groups, func(glob string) bool {
		ok, err := path.Match(flat(glob), flat(name))
		return err == nil && ok
	})
}

// flat prepares a name for path.Match, to which a slash is special and letters differ by case; to people neither is.
func flat(name string) string { return strings.ToLower(strings.ReplaceAll(name, "/", "\x01")) }

// declareFields adds the mapped custom fields the workspace lacks. Dormant ones are left for a person to activate.
func (p *planner) declareFields() {
	for _, m := range p.spec.Fields {
		i := slices.IndexFunc(p.dir.Fields, func(f state.Field) bool { return f.Name == m.Field })
		if i < 0 {
			p.fields[m.Field] = state.Field{Name: m.Field, Type: state.FieldText}
			p.want.fields[m.Field] = true
			continue
		}
		field := p.dir.Fields[i]
		p.fields[m.Field] = field
		if field.Inactive {
			p.note(state.Finding{Kind: state.FindingField, Name: m.Field, Cause: state.CauseFieldInactive, Failed: true},
				"the user field is inactive in Clockify: its values are left alone until an admin activates it (Workspace settings, Custom fields, Users)")
		}
	}
}

// presence decides which rows are planned for: whose person is in the workspace, or will be.
func (p *planner) presence() {
	for _, row := range p.spec.People {
		if !p.convertible(row) {
			continue
		}
		person := p.have.people[row.Email]
		switch {
		case p.protected.users[row.Email]:
			p.note(state.Finding{Kind: state.FindingProtected, Name: row.Email, Cause: state.CauseProtected, Source: row.At}, "is protected (protect.users): nothing of users.csv is applied")
			continue
		case person == nil && p.spec.Invite && !p.spec.IdentityProvider:
			p.want.people[row.Email] = &state.Person{Email: row.Email, Status: state.Pending, Capacity: state.CapacityUnknown}
		case person == nil:
			hint, cause := "invite them in Clockify, or set invite: true", state.CauseNew
			if p.spec.IdentityProvider {
				hint, cause = "the identity provider has to add them", state.CauseIdentityProvider
			}
			p.note(state.Finding{Kind: state.FindingNotInWorkspace, Level: state.LevelAttention, Name: row.Email, Cause: cause, Source: row.At}, "is not in the workspace: %s", hint)
			continue
		case person.Status == state.Declined:
			p.note(state.Finding{Kind: state.FindingNotInWorkspace, Level: state.LevelAttention, Name: row.Email, Cause: state.CauseDeclined, Source: row.At}, "declined the invitation to the workspace: invite them again in Clockify")
			continue
		case person.Status == state.Inactive && p.spec.IdentityProvider:
			p.note(state.Finding{Kind: state.FindingManagedByIdP, Level: state.LevelAttention, Name: row.Email, Cause: state.CauseInactive, Source: row.At}, "is inactive, and the identity provider has to reactivate them")
			continue
		case person.Status == state.Inactive:
			p.want.person(row.Email).Status = state.Active
		}
		p.rows = append(p.rows, row)
		p.source[row.Email] = row.At
	}
}

// convertible reports whether every cell of the row fits its field; what does not is a problem of the row.
func (p *planner) convertible(row state.Row) bool {
	sound := true
	for _, cell := range row.Cells {
		if _, err := FieldText(p.fields[cell.Field], cell.Text); err != nil {
			sound = false
			p.plan.Problems = append(p.plan.Problems, state.Problem{Source: cell.At, Text: cell.Field + ": " + err.Error() + "."})
		}
	}
	return sound
}

// profiles sets the capacity and the mapped fields of the planned people.
func (p *planner) profiles() {
	for _, row := range p.rows {
		now := p.want.people[row.Email]
		values := map[string]string{}
		for _, cell := range row.Cells {
			field := p.fields[cell.Field]
			if value, err := FieldText(field, cell.Text); err == nil && !field.Inactive && value != now.Fields[cell.Field] {
				values[cell.Field] = value
			}
		}
		if len(values) == 0 && now.Capacity == row.Capacity {
			continue
		}
		person := p.want.person(row.Email)
		person.Capacity = row.Capacity
		for field, value := range values {
			if value == "" {
				delete(person.Fields, field)
			} else {
				person.Fields[field] = value
			}
		}
	}
}
