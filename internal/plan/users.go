package plan

import (
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// userPlanner is what every step of a user sync reads, and the plan to which they add what they have to say.
type userPlanner struct {
	spec   *state.Users
	dir    *state.Directory
	fields map[string]state.Field // mapped fields by name: as they are, or as they will be made
	keep   *handsOff
	roll   *roll
	plan   *Plan
}

// users plans a user sync. From the workspace as it is (before) it works out three states: desired, which the routine
// changes lead to; full, which those that a guard makes wait lead to from there; and approved, which the leaving of absent
// people leads to from there. The plan is what lies between each and the next.
func users(spec *state.Users, dir *state.Directory) *Plan {
	before := newUserState(dir)
	p := &userPlanner{spec: spec, dir: dir, plan: &Plan{Names: map[string]string{}}}
	p.keep = newHandsOff(spec, dir)
	p.sayUnmatched(before)
	p.fields = p.readFields()
	p.roll = p.readRows(before)
	p.sayDamaged(before)
	p.sayNotCleared(before)

	if spec.IdentityProvider {
		p.note(state.Finding{Kind: state.FindingManagedByIdP, Cause: state.CauseIdentityProvider})
	}

	full := p.target(before, holds{})
	p.plan.Findings = append(p.plan.Findings, full.findings...)
	for _, r := range full.refusals {
		p.refuse(r)
	}
	desired, held := full, p.holdPeople(before, full)
	if held.any() {
		desired = p.target(before, held)
	}
	if p.holdAttributes(held, before, desired); len(held.attributes) > 0 {
		desired = p.target(before, held)
	}
	if desired != full {
		full = p.target(desired.userState, holds{})
	}
	leaving := p.leave(desired.userState, full)

	routine := p.diff(before, desired.userState, desired.why, nil)
	waiting := p.diff(desired.userState, full.userState, full.why, held.attributes)
	for i := range waiting {
		held.mark(&waiting[i], full, before)
	}
	gone := p.diff(full.userState, leaving.to, nil, nil)
	for i := range gone {
		leaving.mark(&gone[i])
	}
	p.plan.Changes = slices.Concat(routine, waiting, gone)
	if spec.OtherWorkspace {
		for i := range p.plan.Changes {
			if c := &p.plan.Changes[i]; !c.Gated {
				c.Gated, c.Guard = true, OtherWorkspace
			}
		}
	}
	p.guardDeactivations(desired.userState, leaving)
	p.preflight(before)
	p.subject(before, leaving)
	finish(p.plan, func(changes []Change) { userNeeds(changes, full.userState) })
	return p.plan
}

// userTarget is a state that a part of the plan leads to, and how it came about.
type userTarget struct {
	*userState
	rows     []*row
	manager  map[string]string // whom a planned person is to report to; who keeps theirs is not in it
	why      map[string]why    // why the fallback manager stands in
	kept     set               // managers whom people keep for want of another
	teams    *teams
	findings []state.Finding
	refusals []Refusal
}

// why is a cause, and what it is about.
type why struct {
	cause Cause
	about string
}

// target works out what the workspace ought to be like, less what is held.
func (p *userPlanner) target(from *userState, held holds) *userTarget {
	t := &userTarget{userState: from.clone(), manager: map[string]string{}, why: map[string]why{}, kept: set{}}
	p.setFields(t)
	p.setRows(t, from, held)
	p.setProfiles(t, from, held)
	p.setManagers(t, held)
	p.setTeams(t, from, held)
	p.setLeaveDates(t)
	return t
}

func (t *userTarget) note(f state.Finding) { t.findings = append(t.findings, leveled(f)) }

func (t *userTarget) refuse(r Refusal) { t.refusals = append(t.refusals, r) }

func (p *userPlanner) note(f state.Finding) { p.plan.Findings = append(p.plan.Findings, leveled(f)) }

// leveled is the finding with the level it has unless it says otherwise.
func leveled(f state.Finding) state.Finding {
	switch {
	case f.Failed:
		f.Level = state.LevelProblem
	case f.Level == "":
		f.Level = state.LevelNote
	}
	return f
}

// refuse refuses every change of people, once for a setting.
func (p *userPlanner) refuse(r Refusal) {
	if slices.ContainsFunc(p.plan.Refusals, func(other Refusal) bool { return other.Setting == r.Setting }) {
		return
	}
	r.Domain = Users
	p.plan.Refusals = append(p.plan.Refusals, r)
}

// label is what people call the person with this email.
func (p *userPlanner) label(s *userState, email string) string {
	if person := s.people[email]; person != nil {
		return person.Label()
	}
	return email
}

// subject says what the plan was made for, and who reports to whom where that changes.
func (p *userPlanner) subject(before *userState, l *leaving) {
	s := Subject{
		Domain: Users, Workspace: p.dir.Workspace, WorkspaceID: p.dir.WorkspaceID, Groups: len(p.dir.Groups),
		Protects: p.heldValues(),
		Declared: len(p.spec.People) + len(p.spec.InvalidEmails) + p.spec.UnreadableRows,
	}
	for _, person := range p.dir.People {
		if person.Status == state.Active {
			s.People++
		}
		if person.Name != "" {
			p.plan.Names[person.Email] = person.Name // of everybody: whoever masks the plan has to know them
		}
	}
	for _, email := range l.to.emails() {
		after, was := l.to.people[email], before.people[email]
		if after == was {
			continue
		}
		var old []string
		if was != nil {
			old = was.Managers
		}
		if !slices.Equal(old, after.Managers) || l.leavers[email] {
			s.Reports = append(s.Reports, Report{Person: email, Before: old, After: after.Managers, Leaves: l.leavers[email]})
		}
	}
	p.plan.Subjects = []Subject{s}
}
