package plan

import (
	"fmt"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// planner works out what one workspace's people ought to be. It makes two rosters from the one that is: want, which
// routine changes lead to, and then, which the gated changes lead to from there. What is to be left alone is simply not
// touched in either.
type planner struct {
	spec *state.Users
	dir  *state.Directory
	plan *Plan

	have *roster
	want *roster // after the routine changes
	then *roster // after the gated ones

	fields    map[string]state.Field // by the name used in the config
	protected struct{ groups, users set }
	personal  set                     // names that somebody's manager group may have
	rows      []state.Row             // rows that are planned for
	manager   map[string]string       // whom a planned person reports to; people who keep theirs are not in it
	source    map[string]state.Source // where a planned person stands in the CSV
	keepers   set                     // managers whom people of the CSV keep for want of another
	reasons   map[string]reason       // why the fallback stands in for a person's manager
	inGroup   map[string]string       // the key of the managed group of a planned person
	claimed   map[string]string       // group key to the manager it belongs to; the fallback group's manager is the fallback
	owned     map[string]string       // group key to the person it is named after and managed by, in use or not
	given     set                     // group names handed out in this run
	managed   map[string][]string     // manager to people managed after the routine changes; see managedPeople
	groups    map[string][]string     // manager to keys of groups after the routine changes; see managedGroups
	named     map[string]*state.Group // groups by what they are called after the routine changes; see managersOf
	leavers   set
	ownGroup  map[string]string // group key to the leaver whose manager group it is
	refused   set               // settings refused already, so that one is said once
	doubted   bool              // said that capacities may be refused
	markTold  bool              // what is wrong with the field of the marks has been said
}

// users plans a user sync.
func users(spec *state.Users, dir *state.Directory) *Plan {
	have := newRoster(dir)
	p := &planner{
		spec: spec, dir: dir, have: have, want: have.next(),
		plan:     &Plan{Names: map[string]string{}},
		fields:   map[string]state.Field{},
		personal: set{},
		source:   map[string]state.Source{}, manager: map[string]string{}, reasons: map[string]reason{}, inGroup: map[string]string{},
		claimed: map[string]string{}, owned: map[string]string{}, given: set{},
		leavers: set{}, keepers: set{}, ownGroup: map[string]string{}, refused: set{},
	}
	for _, person := range dir.People {
		p.personal[groupName(person.Label(), "")] = true
		p.personal[groupName(person.Label(), person.Email)] = true
	}
	p.protect()
	p.declareFields()
	p.presence()
	p.profiles()
	p.assignManagers()
	if spec.IdentityProvider {
		p.note(state.Finding{Kind: state.FindingManagedByIdP, Cause: state.CauseIdentityProvider}, "an identity provider owns people and groups (identity_provider: true): managers, capacity and fields are kept, people and groups are left alone")
	} else {
		p.manageGroups()
	}
	p.unmark()
	p.then = p.want.next()
	p.absent()
	p.cleanup()

	routine := p.diff(p.have, p.want)
	gated := p.diff(p.want, p.then)
	for i := range gated {
		p.gate(&gated[i])
	}
	p.plan.Changes = append(routine, gated...)
	p.guards()
	p.preflight()
	p.subject()
	finish(p.plan, p.needs)
	return p.plan
}

func (p *planner) note(f state.Finding, format string, args ...any) {
	f.Text = fmt.Sprintf(format, args...)
	switch {
	case f.Failed:
		f.Level = state.LevelProblem
	case f.Level == "":
		f.Level = state.LevelNote
	}
	p.plan.Findings = append(p.plan.Findings, f)
}

func (p *planner) refuse(r Refusal, format string, args ...any) {
	if p.refused[r.Setting] {
		return
	}
	p.refused[r.Setting] = true
	r.Domain, r.Text = Users, fmt.Sprintf(format, args...)
	p.plan.Refusals = append(p.plan.Refusals, r)
}

// reason is why something is planned: the cause, what it is about, and for now its words.
type reason struct {
	cause Cause
	about string
	text  string
}

// label is what people call the person with this email.
func (p *planner) label(email string) string {
	if person := p.have.people[email]; person != nil {
		return person.Label()
	}
	return email
}

// subject says what the plan was made for, and who reports to whom where that changes.
func (p *planner) subject() {
	s := Subject{Domain: Users, Workspace: p.dir.Workspace, WorkspaceID: p.dir.WorkspaceID, Declared: len(p.spec.People) + len(p.spec.InvalidEmails) + p.spec.UnreadableRows, Groups: len(p.dir.Groups)}
	for _, person := range p.dir.People {
		if person.Status == state.Active {
			s.People++
		}
		if person.Name != "" {
			p.plan.Names[person.Email] = person.Name // of everybody: whoever masks the plan has to know them
		}
	}
	for _, email := range p.then.emails() {
		after, before := p.then.people[email], p.have.people[email]
		if after == before {
			continue
		}
		var old []string
		if before != nil {
			old = before.Managers
		}
		if strings.Join(old, " ") != strings.Join(after.Managers, " ") || p.leavers[email] {
			s.Reports = append(s.Reports, Report{Person: email, Before: old, After: after.Managers, Leaves: p.leavers[email]})
		}
	}
	p.plan.Subjects = []Subject{s}
}
