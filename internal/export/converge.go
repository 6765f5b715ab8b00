package export

import (
	"fmt"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// converge asks the planner until it has nothing to change.
func (e *Export) converge() error {
	for {
		p := plan.Compute(state.Spec{Users: &e.Users}, state.State{Users: e.dir})
		if len(p.Problems) > 0 {
			return fmt.Errorf("%w: %s", ErrNotEmpty, p.Problems[0].Text)
		}
		blank, aside := e.findCulprits(p)
		if len(blank)+len(aside) == 0 {
			if !p.Empty() {
				c := p.Changes[0]
				return fmt.Errorf("%w: %s %s %q", ErrNotEmpty, c.Op, c.Ref.Kind, c.Ref.Name)
			}
			break
		}
		e.Users.People = slices.DeleteFunc(e.Users.People, func(row state.Row) bool {
			why, ok := aside[row.Email]
			if ok {
				e.exclude(row.Email, why)
			}
			return ok
		})
		for i := range e.Users.People {
			if row := &e.Users.People[i]; blank[row.Email] {
				row.Manager = ""
				e.blanked = append(e.blanked, row.Email)
			}
		}
	}
	e.limit(people, "whose manager's group is not as the tool keeps it (named after and managed by the manager alone, with exactly their people): their manager cell is blank, and they keep their manager. Write it in to have the group made or fixed", slices.Clone(e.blanked))
	if e.Users.NoGroups {
		e.limit(groups, "that are left alone with manager_groups: false, because they are not, or not all, as the tool keeps the groups of managers (named after and managed by the manager alone, with exactly their people)", e.managedGroups())
	}
	e.limit(people, "set aside: not in the CSV, and under protect.users with the reason", slices.Clone(e.Users.Protect.Users))
	return nil
}

// findCulprits says whose manager cell, and whose row, makes the planner want to change something.
func (e *Export) findCulprits(p *plan.Plan) (blank map[string]bool, aside map[string]string) {
	blank, aside = map[string]bool{}, map[string]string{}
	reports := map[string][]string{}
	manager := map[string]string{}
	for _, row := range e.Users.People {
		if row.Manager != "" {
			reports[row.Manager] = append(reports[row.Manager], row.Email)
			manager[row.Email] = row.Manager
		}
	}
	all := func(managers ...string) {
		for _, m := range managers {
			for _, email := range reports[m] {
				blank[email] = true
			}
		}
	}
	managersOf := func(group string) []string {
		i := slices.IndexFunc(e.dir.Groups, func(g state.Group) bool { return g.Name == group })
		if i < 0 {
			return nil
		}
		return e.dir.Groups[i].Managers
	}
	for _, c := range p.Changes {
		switch do := c.Do.(type) {
		case plan.Profile:
			aside[do.Person] = "a profile that the planner would write otherwise"
			continue
		case plan.Group:
			if c.Op == plan.Update {
				all(managersOf(do.Name)...)
				continue
			}
		case plan.Manager:
			switch {
			case do.Group == "" && do.Person == "":
				aside[do.Manager] = "holds a team manager role over nothing, which the next apply would take away"
				continue
			case do.Group != "" && c.Op == plan.Delete:
				all(append(managersOf(do.Group), do.Manager)...)
				continue
			case do.Group != "":
				all(do.Manager)
				continue
			}
		}
		if manager[c.Person] != "" {
			blank[c.Person] = true
		}
	}
	for _, f := range p.Findings {
		if f.Failed {
			all(f.Name)
		}
	}
	return blank, aside
}

// suggestFallback writes the recognised fallback where that leaves the plan empty, and otherwise suggests it.
func (e *Export) suggestFallback(group *state.Group) {
	with := e.Users
	with.FallbackManager, with.FallbackGroup = group.Managers[0], group.Name
	p := plan.Compute(state.Spec{Users: &with}, state.State{Users: e.dir})
	if p.Empty() && len(p.Problems)+len(p.Refusals) == 0 {
		e.Users = with
		return
	}
	var gets []string
	for _, f := range p.Findings {
		if f.Kind == state.FindingFallback {
			gets = append(gets, f.Name)
		}
	}
	e.limit(people, fmt.Sprintf("in the group %q, which looks like the fallback: their manager cell is blank, and they keep their manager", group.Name), slices.Clone(group.Members))
	e.suggested = &with
	e.suggestion = fmt.Sprintf("This looks like the fallback. With it, %s without a manager here would get them.", text.Count(len(gets), people.One, people.Many))
	e.limit(people, "without a manager in the CSV: the fallback manager "+group.Managers[0]+" is only suggested in the config, because they would get them", gets)
}
