package plan

import (
	"fmt"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// assignManagers gives each planned person the one manager they ought to have: the one of the CSV, or the fallback.
// Managers who are protected keep their role beside it; ghost roles of planned people go.
func (p *planner) assignManagers() {
	for _, row := range p.rows {
		now := p.want.people[row.Email]
		if now.EmptyRole {
			p.want.person(row.Email).EmptyRole = false
		}
		manager, ok := p.resolve(row)
		if !ok {
			for _, m := range now.Managers {
				p.keepers[m] = true
			}
			continue
		}
		p.manager[row.Email] = manager
		managers := with(without(now.Managers, func(m string) bool { return !p.protected.users[m] }), manager)
		if !slices.Equal(managers, now.Managers) {
			p.want.person(row.Email).Managers = managers
		}
	}
}

// resolve says who a person's manager ought to be. Not ok: they keep what they have, and a finding says why.
func (p *planner) resolve(row state.Row) (manager string, ok bool) {
	var why reason
	at := row.ManagerAt
	if at == (state.Source{}) {
		at = row.At
	}
	switch person := p.want.people[row.Manager]; {
	case row.Manager == "":
		why = reason{state.CauseNoManager, "", fmt.Sprintf("no manager in %s", lineOf(row.At))}
	case person == nil:
		why = reason{state.CauseManagerUnknown, row.Manager, fmt.Sprintf("%s is not in the workspace", row.Manager)}
	case person.Status == state.Pending:
		why = reason{state.CauseManagerPending, row.Manager, fmt.Sprintf("%s has not accepted the invitation yet", row.Manager)}
	case person.Status != state.Active:
		why = reason{state.CauseManagerInactive, row.Manager, fmt.Sprintf("%s is not active in the workspace", row.Manager)}
	default:
		return row.Manager, true
	}
	fallback := p.spec.FallbackManager
	found := state.Finding{Kind: state.FindingKeepsManager, Level: state.LevelAttention, Name: row.Email, Cause: why.cause, About: why.about, Source: at}
	if fallback != "" {
		found.Values = []string{fallback}
	}
	switch {
	case fallback == "":
		p.note(found, "keeps the manager they have: %s, and no workspace.fallback_manager_email is set", why.text)
		return "", false
	case fallback == row.Email:
		found.Level = state.LevelNote
		p.note(found, "is the fallback manager and keeps the manager they have: %s", why.text)
		return "", false
	case !p.needFallback():
		return "", false
	}
	found.Kind = state.FindingFallback
	if now := p.want.people[row.Email]; now != nil && slices.Contains(now.Managers, fallback) {
		found.Level = state.LevelNote // it is so already
	}
	p.note(found, "gets the fallback manager %s: %s", p.label(fallback), why.text)
	why.text = "fallback: " + why.text
	p.reasons[row.Email] = why
	return fallback, true
}

// needFallback reports whether the fallback manager can be given people; that they cannot is a refusal.
func (p *planner) needFallback() bool {
	fallback := p.spec.FallbackManager
	person := p.want.people[fallback]
	switch {
	case person == nil:
		p.refuse(Refusal{Setting: "workspace.fallback_manager_email", Cause: state.CauseNotThere, About: fallback}, "the fallback manager %s is not in the workspace. Name an active person of it.", fallback)
	case person.Status != state.Active:
		p.refuse(Refusal{Setting: "workspace.fallback_manager_email", Cause: state.CauseNotActive, About: fallback}, "the fallback manager %s is %s in the workspace. Name an active person of it.", fallback, person.Status)
	default:
		return true
	}
	return false
}

// lineOf renders a source without its column: users.csv:5.
func lineOf(s state.Source) string {
	s.Column = 0
	return s.String()
}
