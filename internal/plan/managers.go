package plan

import (
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// resolveManagers turns the managers of the rows into accounts: numbers, and addresses of people whose address changed.
// An address that nobody has is compared with those that somebody has.
func (p *userPlanner) resolveManagers(before *userState) {
	r := p.roll
	for i := range r.rows {
		row := &r.rows[i]
		if row.Manager == "" {
			continue
		}
		if !strings.Contains(row.Manager, "@") {
			if account := r.byID[p.id(row.Manager)]; account != "" {
				row.Manager = account
			} else {
				row.near = p.nearNumber(row.Manager)
			}
		}
		row.Manager = r.account(row.Manager)
		if row.Manager == row.Email {
			row.Manager = ""
		}
		if before.people[row.Manager] == nil && row.Manager != "" && r.likely[row.Manager] == "" && !r.declared[row.Manager] && row.near == "" {
			row.near = p.nearAddress(row.Manager)
		}
	}
}

// setManagers gives each planned person the one manager they ought to have: the one of the CSV, or the fallback. Managers
// who are protected keep their role beside it; roles over nothing go.
func (p *userPlanner) setManagers(t *userTarget, held holds) {
	for _, row := range t.rows {
		if t.people[row.Email].EmptyRole {
			t.person(row.Email).EmptyRole = false
		}
		if p.spec.NoManagers || held.holds(attributeManager) {
			continue
		}
		now := t.people[row.Email].Managers
		manager, ok := p.managerOf(t, row)
		if !ok {
			for _, m := range now {
				t.kept[m] = true
			}
			continue
		}
		t.manager[row.Email] = manager
		managers := with(without(now, func(m string) bool { return !p.keep.user(m) }), manager)
		if !slices.Equal(managers, now) {
			t.person(row.Email).Managers = managers
		}
	}
}

// managerOf says who a person's manager ought to be. Not ok: they keep what they have, and a finding says why. A manager
// whom nobody knows for sure changes nothing: one who is invited, whose address is nearly another, or who likely has
// another address now.
func (p *userPlanner) managerOf(t *userTarget, row *row) (manager string, ok bool) {
	at := row.ManagerAt
	if at == (state.Source{}) {
		at = row.At
	}
	found := state.Finding{Kind: state.FindingKeepsManager, Level: state.LevelAttention, Name: row.Email, About: row.Manager, Source: at}
	fallback := p.spec.FallbackManager
	if fallback != "" {
		found.Values = []string{fallback}
	}
	person := t.people[row.Manager]
	switch {
	case row.Manager == "":
		found.Cause = state.CauseNoManager
	case p.roll.likely[row.Manager] != "":
		found.Cause, found.Values = state.CauseManagerMoved, []string{p.roll.likely[row.Manager]}
		t.note(found)
		return "", false
	case person == nil && row.near != "":
		found.Cause, found.Values = state.CauseManagerNear, []string{row.near}
		t.note(found)
		return "", false
	case person == nil && p.awaited(row.Manager), person != nil && person.Status == state.Pending:
		found.Cause = state.CauseManagerPending
		t.note(found)
		return "", false
	case person == nil:
		found.Cause = state.CauseManagerUnknown
	case person.Status == state.Active:
		return row.Manager, true
	case p.awaited(row.Manager): // inactive, and the reactivation waits
		return "", false
	default:
		found.Cause = state.CauseManagerInactive
	}
	if fallback == "" || fallback == row.Email {
		if fallback != "" || row.Manager == "" {
			found.Level = state.LevelNote // the file says so, and nothing changes
		}
		t.note(found)
		return "", false
	}
	if r, usable := p.fallbackUsable(t.userState); !usable {
		t.refuse(r)
		return "", false
	}
	found.Kind = state.FindingFallback
	if slices.Contains(t.people[row.Email].Managers, fallback) {
		found.Level = state.LevelNote // it is so already
	}
	t.note(found)
	t.why[row.Email] = why{found.Cause, found.About}
	return fallback, true
}

// awaited reports whether the planned rows have the account: its invitation or reactivation waits for approval.
func (p *userPlanner) awaited(account string) bool {
	if p.roll.awaited == nil {
		p.roll.awaited = set{}
		for i := range p.roll.rows {
			p.roll.awaited[p.roll.rows[i].Email] = true
		}
	}
	return p.roll.awaited[account]
}

// fallbackUsable reports whether the fallback manager can be given people, and the refusal where not.
func (p *userPlanner) fallbackUsable(s *userState) (Refusal, bool) {
	r := Refusal{Setting: "workspace.fallback_manager_email", About: p.spec.FallbackManager}
	switch person := s.people[p.spec.FallbackManager]; {
	case person == nil:
		r.Cause = state.CauseNotThere
	case person.Status != state.Active:
		r.Cause = state.CauseNotActive
	default:
		return Refusal{}, true
	}
	return r, false
}
