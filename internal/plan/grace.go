package plan

import (
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// setLeaveDates marks the absent people with the day on which they are due to be deactivated, and takes the mark off those
// who are back. Editing the date by hand changes the grace period.
func (p *userPlanner) setLeaveDates(t *userTarget) {
	if p.spec.DeactivateAfter <= 0 || p.spec.Absent != state.AbsentDeactivate {
		return
	}
	usable, told := p.canMark(), false
	say := func() {
		if !usable.Failed || told {
			return
		}
		told = true
		t.note(usable)
	}
	for _, row := range t.rows {
		if t.people[row.Email].Fields[state.LeaveField] == "" {
			continue
		}
		if say(); !usable.Failed {
			delete(t.person(row.Email).Fields, state.LeaveField)
		}
	}
	for _, email := range p.mayLeave(t.userState) {
		if say(); usable.Failed {
			return
		}
		if _, marked := p.due(t.userState, email); !marked {
			t.person(email).Fields[state.LeaveField] = p.dir.Now.UTC().Add(p.spec.DeactivateAfter).Format(time.DateOnly)
			t.fields[state.LeaveField] = true
		}
	}
}

// due is the day an absent person is due to leave, where they are marked with one.
func (p *userPlanner) due(s *userState, email string) (day string, marked bool) {
	day = s.people[email].Fields[state.LeaveField]
	_, err := time.Parse(time.DateOnly, day)
	return day, err == nil
}

// inGracePeriod reports whether an absent person is not to be deactivated yet: their day has not come. Where nobody can be
// marked nobody can be shown to have had their grace. Without a grace period nobody is.
func (p *userPlanner) inGracePeriod(t *userTarget, email string) bool {
	if p.spec.DeactivateAfter <= 0 {
		return false
	}
	if p.canMark().Failed {
		return true
	}
	day, marked := p.due(t.userState, email)
	if marked && day <= p.dir.Now.UTC().Format(time.DateOnly) {
		return false
	}
	p.note(state.Finding{Kind: state.FindingMarked, Level: state.LevelAttention, Name: email, About: day})
	return true
}

// canMark says whether the field that holds the day can be used; what stands against it is a finding that failed.
func (p *userPlanner) canMark() state.Finding {
	f := state.Finding{Kind: state.FindingField, Name: state.LeaveField, Failed: true}
	i := slices.IndexFunc(p.dir.Fields, func(f state.Field) bool { return f.Name == state.LeaveField })
	switch {
	case slices.ContainsFunc(p.spec.Fields, func(m state.Mapping) bool { return m.Field == state.LeaveField }):
		f.Cause = state.CauseFieldMapped
	case i >= 0 && p.dir.Fields[i].Inactive:
		f.Cause = state.CauseLeaveFieldInactive
	case i >= 0 && p.dir.Fields[i].Type != state.FieldText:
		f.Cause = state.CauseFieldType
	default:
		f.Failed = false
	}
	return f
}
