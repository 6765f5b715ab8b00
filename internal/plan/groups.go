package plan

import (
	"cmp"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// maxGroupName is how long Clockify lets a group's name be, in characters (docs/clockify-api.md#groups).
const maxGroupName = 100

// manageGroups makes the managed groups what they ought to be: one per manager in use, named after them and managed by
// them, and the fallback group. Of the planned people each holds exactly those whose manager it is; other members stay.
func (p *planner) manageGroups() {
	users := map[string][]string{} // manager to planned people
	var fallen []string
	for _, row := range p.rows {
		manager, ok := p.manager[row.Email]
		switch {
		case !ok:
		case p.reasons[row.Email].cause != "" && p.spec.FallbackGroup != "":
			fallen = append(fallen, row.Email)
		default:
			users[manager] = append(users[manager], row.Email)
		}
	}
	p.findOwned()
	p.claimFallback(fallen)
	p.claim(users)
	for key := range p.owned {
		if _, ok := p.claimed[key]; !ok {
			p.vacate(key) // the group of a manager nobody reports to any more
		}
	}
}

// findOwned lists the groups that are somebody's manager group, in use or not: named after the person, and managed by them.
func (p *planner) findOwned() {
	for key, g := range p.have.groups {
		if p.protectedGroup(g.Name) || p.isFallback(g.Name) {
			continue
		}
		for _, m := range g.Managers {
			if slices.Contains(p.names(m, false), g.Name) {
				p.owned[key] = m
			}
		}
	}
}

func (p *planner) isFallback(name string) bool {
	return p.spec.FallbackGroup != "" && name == p.spec.FallbackGroup
}

// claimFallback puts the people without a usable manager into the fallback group.
func (p *planner) claimFallback(people []string) {
	name := p.spec.FallbackGroup
	if name == "" {
		return
	}
	if p.protectedGroup(name) {
		if len(people) > 0 {
			p.refuse(Refusal{Setting: "workspace.fallback_group_name", Cause: state.CauseFallbackGroup, About: name}, "the fallback group %q is protected. Give it another name, or take it out of protect.", name)
		}
		return
	}
	key := name
	if p.have.groups[key] == nil {
		if len(people) == 0 {
			return
		}
		key = p.want.addGroup(name)
		p.given[name] = true
	}
	manager := p.spec.FallbackManager
	if !p.want.active(manager) {
		manager = ""
	}
	p.fill(key, manager, people)
}

// claim finds or makes the group of every manager in use. A group is found by its team manager before it is looked for
// by name, so that a manager who was renamed keeps theirs.
func (p *planner) claim(users map[string][]string) {
	managers := sorted(users)
	count := map[string]int{}
	for _, m := range managers {
		count[p.label(m)]++
	}
	names := map[string][]string{}
	for _, m := range managers {
		names[m] = p.names(m, count[p.label(m)] > 1)
	}
	found := map[string]string{}
	managed := map[string][]string{} // manager to keys of groups they are team manager of
	for _, key := range sorted(p.have.groups) {
		g := p.have.groups[key]
		if p.protectedGroup(g.Name) || p.isFallback(g.Name) {
			continue
		}
		for _, m := range g.Managers {
			managed[m] = append(managed[m], key)
		}
	}
	for _, m := range managers {
		if key := p.byRole(m, names[m], managed[m], users[m]); key != "" {
			found[m] = key
			p.claimed[key] = m
		}
	}
	for _, m := range managers {
		if found[m] != "" {
			continue
		}
		for _, name := range names[m] {
			if g := p.have.groups[name]; g != nil && p.claimed[name] == "" {
				found[m] = name
				p.claimed[name] = m
				break
			}
		}
	}
	for _, m := range managers {
		p.settle(m, found[m], names[m], users[m])
	}
}

// names lists what a manager's group may be called, the best first: their label, unless another manager in use shares
// it, then the label with the email. Names of protected groups and of the fallback group are out of the question; where
// that leaves none the email has to do.
func (p *planner) names(manager string, shared bool) []string {
	label := p.label(manager)
	candidates := []string{groupName(label, ""), groupName(label, manager), manager}
	if shared {
		candidates = candidates[1:]
	}
	names := slices.DeleteFunc(slices.Compact(candidates), func(name string) bool { return p.protectedGroup(name) || p.isFallback(name) })
	if len(names) > 1 && names[len(names)-1] == manager {
		names = names[:len(names)-1]
	}
	return names
}

// byRole finds a manager's group among those they are team manager of: by name first; else the one that holds mostly
// their people and is nobody else's, which is what a group looks like whose manager was renamed.
func (p *planner) byRole(manager string, names, managed, people []string) string {
	free := false
	for i, name := range append(slices.Clone(names), groupName(p.label(manager), "")) {
		free = free || p.have.groups[name] == nil
		for _, key := range managed {
			shared := i > 0 && len(p.have.groups[key].Managers) > 1 // two of one name used to share a group
			if p.have.groups[key].Name == name && p.claimed[key] == "" && !shared {
				return key
			}
		}
	}
	if !free {
		return "" // renaming is out of the question; one of the groups that have their names is to be theirs
	}
	theirs := setOf(people)
	type candidate struct {
		key   string
		score int
	}
	var candidates []candidate
	for _, key := range managed {
		g := p.have.groups[key]
		if len(g.Managers) != 1 || p.claimed[key] != "" || p.owned[key] != "" || p.personal[g.Name] {
			continue
		}
		score := 0
		for _, member := range g.Members {
			person := p.have.people[member]
			if theirs[member] || person != nil && slices.Contains(person.Managers, manager) {
				score++
			}
		}
		if score*2 >= len(g.Members) {
			candidates = append(candidates, candidate{key, score})
		}
	}
	if len(candidates) == 0 {
		return ""
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	if candidates[0].score == 0 && len(candidates) > 1 {
		return "" // several empty groups: none can be told to be the one
	}
	return candidates[0].key
}

// settle gives a manager's group its name, its manager and its people, making it where there is none.
func (p *planner) settle(manager, key string, names, people []string) {
	free := func(name string) bool { // a name given up in this run is free only in the next
		return !p.given[name] && (p.have.groups[name] == nil || name == key)
	}
	i := slices.Index(names, key) // unambiguous, though the namesake may have left
	if i < 0 {
		i = slices.IndexFunc(names, free)
	}
	if i < 0 {
		wanted := []string{groupName(p.label(manager), ""), groupName(p.label(manager), manager)}
		p.note(state.Finding{Kind: state.FindingGroupName, Name: manager, Cause: state.CauseNoNameFree, Values: wanted, Failed: true},
			"gets no group: %q and %q are other groups' names or protected", wanted[0], wanted[1])
		return
	}
	name := names[i]
	if i > 0 && name != key {
		p.note(state.Finding{Kind: state.FindingGroupName, Name: manager, Cause: state.CauseNameTaken, Values: []string{name, names[0]}}, "their group is named %q: %q is another group's name", name, names[0])
	}
	switch {
	case key == "":
		key = p.want.addGroup(name)
		p.given[name] = true
	case p.have.groups[key].Name != name:
		p.want.group(key).Name = name
		p.given[name] = true
	}
	p.fill(key, manager, people)
}

// fill makes a managed group hold the given people and those it may not touch, and be managed by manager alone.
func (p *planner) fill(key, manager string, people []string) {
	p.claimed[key] = manager
	g := p.want.groups[key]
	members := without(g.Members, func(m string) bool { _, planned := p.manager[m]; return planned })
	for _, email := range people {
		p.inGroup[email] = key
	}
	members = append(members, people...)
	slices.Sort(members)
	members = slices.Compact(members)
	managers := g.Managers
	if manager != "" {
		managers = with(without(g.Managers, func(m string) bool { return !p.protected.users[m] }), manager)
	}
	if !slices.Equal(members, g.Members) || !slices.Equal(managers, g.Managers) {
		g = p.want.group(key)
		g.Members, g.Managers = members, managers
	}
}

// vacate takes the planned people out of a group.
func (p *planner) vacate(key string) {
	planned := func(m string) bool { _, ok := p.manager[m]; return ok }
	if slices.ContainsFunc(p.want.groups[key].Members, planned) {
		g := p.want.group(key)
		g.Members = without(g.Members, planned)
	}
}

// groupName is the name of a manager's group: their label, with the email behind it where the label is not enough.
func groupName(label, email string) string {
	suffix := ""
	if email != "" && email != label {
		suffix = " (" + email + ")"
	}
	runes := []rune(label)
	if room := maxGroupName - len([]rune(suffix)); len(runes) > room {
		runes = runes[:max(room, 0)]
	}
	return string(runes) + suffix
}
