package plan

import (
	"cmp"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// maxGroupName is how long Clockify lets a group's name be, in characters (docs/clockify-api.md#groups).
const maxGroupName = 100

// teams says which groups are managers' groups.
type teams struct {
	of       map[string]string // group key to the manager it belongs to; the fallback group's is the fallback manager
	former   map[string]string // group key to the person it is named after and managed by, in use or not
	in       map[string]string // person to the key of the group they belong in
	takeover map[string]string // key of a group that is taken over by its name, to the manager who gets it
}

// setTeams makes the managed groups what they ought to be: one per manager in use, named after them and managed by them,
// and the fallback group. Of the planned people each holds exactly those whose manager it is; other members stay. What a
// group is called does not decide whose it is; see teamByRole.
func (p *userPlanner) setTeams(t *userTarget, from *userState, held holds) {
	t.teams = &teams{of: map[string]string{}, former: map[string]string{}, in: map[string]string{}, takeover: map[string]string{}}
	if p.handsOffGroups() || held.holds(attributeManager) {
		p.findFormer(t, from)
		return
	}
	b := &teamBuilder{p: p, userTarget: t, from: from, byName: from.byName(), members: map[string][]string{}, managed: map[string][]string{}, found: map[string]string{}}
	p.findFormer(t, from)
	b.collect()
	b.match()
	b.matchByName(held)
	b.name()
	b.place()
	b.giveUp()
}

// findFormer lists the groups that are somebody's manager group, in use or not: named after the person, and managed by them.
func (p *userPlanner) findFormer(t *userTarget, from *userState) {
	for key, g := range from.groups {
		if p.keep.group(g.Name) || p.isFallback(g.Name) {
			continue
		}
		for _, m := range g.Managers {
			if slices.Contains(p.teamNames(from, m, false), g.Name) {
				t.teams.former[key] = m
			}
		}
	}
}

func (p *userPlanner) isFallback(name string) bool {
	return p.spec.FallbackGroup != "" && text.NFC(name) == text.NFC(p.spec.FallbackGroup)
}

// teamBuilder works out the managed groups, step by step.
type teamBuilder struct {
	*userTarget
	p        *userPlanner
	from     *userState
	byName   map[string]string   // group keys by name
	members  map[string][]string // manager in use to their people
	fallen   []string            // the people of the fallback group
	managers []string            // those in use, sorted
	names    map[string][]string // manager in use to the names their group may have, the best first
	managed  map[string][]string // person to the keys of the groups they manage
	found    map[string]string   // manager in use to the key of their group
	nameless set                 // managers in use whose group can have no name
}

// collect sorts the planned people by whose group they belong in.
func (b *teamBuilder) collect() {
	for _, row := range b.rows {
		manager, ok := b.manager[row.Email]
		switch {
		case !ok:
		case b.why[row.Email].cause != "" && b.p.spec.FallbackGroup != "":
			b.fallen = append(b.fallen, row.Email)
		default:
			b.members[manager] = append(b.members[manager], row.Email)
		}
	}
	b.managers = sorted(b.members)
	called := map[string]int{}
	for _, m := range b.managers {
		called[b.p.label(b.from, m)]++
	}
	b.names = make(map[string][]string, len(b.managers))
	for _, m := range b.managers {
		b.names[m] = b.p.teamNames(b.from, m, called[b.p.label(b.from, m)] > 1)
	}
	for _, key := range sorted(b.from.groups) {
		g := b.from.groups[key]
		if b.p.keep.group(g.Name) || b.p.isFallback(g.Name) {
			continue
		}
		for _, m := range g.Managers {
			b.managed[m] = append(b.managed[m], key)
		}
	}
}

// teamNames lists what a manager's group may be called, the best first: their label, unless another manager in use shares
// it, then the label with the email. Names of protected groups and of the fallback group are out of the question; where
// that leaves none the email has to do.
func (p *userPlanner) teamNames(s *userState, manager string, shared bool) []string {
	label := p.label(s, manager)
	candidates := []string{groupName(label, ""), groupName(label, manager), manager}
	if shared {
		candidates = candidates[1:]
	}
	names := slices.DeleteFunc(slices.Compact(candidates), func(name string) bool { return p.keep.group(name) || p.isFallback(name) })
	if len(names) > 1 && names[len(names)-1] == manager {
		names = names[:len(names)-1]
	}
	return names
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

// match finds the groups that belong to managers in use by their roles.
func (b *teamBuilder) match() {
	for _, m := range b.managers {
		if key := b.teamByRole(m, b.names[m]); key != "" {
			b.found[m], b.teams.of[key] = key, m
		}
	}
}

// teamByRole finds the group that is a person's: they are its only team manager, and of the CSV's people it holds theirs
// and nobody else's, whatever it is called; or it has their name and they manage it. Of several the one with their name is
// theirs, else the one with most of their people, else the oldest.
func (b *teamBuilder) teamByRole(manager string, names []string) string {
	type candidate struct {
		key                string
		name, count, place int
	}
	var candidates []candidate
	plain := groupName(b.p.label(b.from, manager), "")
	for _, key := range b.managed[manager] {
		if _, taken := b.teams.of[key]; taken {
			continue
		}
		g := b.from.groups[key]
		sole := !slices.ContainsFunc(g.Managers, func(m string) bool { return m != manager && !b.p.keep.user(m) })
		name := slices.Index(names, g.Name)
		if name < 0 && g.Name == plain {
			name = len(names)
		}
		theirs, others := b.holdsOf(g, manager)
		switch {
		case name == 0, name > 0 && sole: // two of one name used to share a group
		case sole && theirs > 0 && others == 0:
			name = len(names) + 1
		default:
			continue
		}
		candidates = append(candidates, candidate{key, name, theirs, g.Place})
	}
	if len(candidates) == 0 {
		return ""
	}
	return slices.MinFunc(candidates, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(x.name, y.name), cmp.Compare(y.count, x.count), cmp.Compare(x.place, y.place), cmp.Compare(x.key, y.key))
	}).key
}

// holdsOf counts whose people of the CSV a group holds: the manager's, by the plan or by today's roles, and others'.
func (b *teamBuilder) holdsOf(g *state.Group, manager string) (theirs, others int) {
	for _, member := range g.Members {
		person := b.from.people[member]
		switch {
		case b.manager[member] == manager, person != nil && slices.Contains(person.Managers, manager):
			theirs++
		case b.p.roll.declared[member]:
			others++
		}
	}
	return theirs, others
}

// matchByName looks for the groups of the other managers by name. One that is somebody else's is taken over by approval
// alone; while that waits nobody is moved for it.
func (b *teamBuilder) matchByName(held holds) {
	for _, m := range b.managers {
		if b.found[m] != "" {
			continue
		}
		free, foreign := "", ""
		for _, name := range b.names[m] {
			key, there := b.byName[text.NFC(name)]
			_, taken := b.teams.of[key]
			owner := b.teams.former[key]
			switch {
			case !there || taken || owner != "" && owner != m || b.teams.takeover[key] != "":
			case b.foreign(b.from.groups[key], m):
				foreign = cmp.Or(foreign, key)
			default:
				free = cmp.Or(free, key)
			}
		}
		switch {
		case free != "":
			b.found[m], b.teams.of[free] = free, m
		case foreign != "":
			b.teams.takeover[foreign] = m
			if !held.takeovers {
				b.found[m], b.teams.of[foreign] = foreign, m
			}
		}
	}
}

// foreign reports whether a group is somebody else's: it has another team manager, or members who are not the manager's.
func (b *teamBuilder) foreign(g *state.Group, manager string) bool {
	if slices.ContainsFunc(g.Managers, func(m string) bool { return m != manager }) {
		return true
	}
	return slices.ContainsFunc(g.Members, func(member string) bool {
		person := b.from.people[member]
		return b.manager[member] != manager && (person == nil || !slices.Contains(person.Managers, manager))
	})
}

// waits reports whether the manager is to take a group over, and that is held.
func (b *teamBuilder) waits(manager string) bool {
	for key, m := range b.teams.takeover {
		if m == manager && b.teams.of[key] != manager {
			return true
		}
	}
	return false
}

// name gives the managers' groups their names, making those that are not there. A group takes the best of its names that
// is free, also one that another group gives up in this plan; where several wait for each other one takes a second name.
func (b *teamBuilder) name() {
	b.nameless = set{}
	taken := map[string]bool{}
	for _, g := range b.from.groups {
		taken[text.NFC(g.Name)] = true
	}
	if b.p.spec.FallbackGroup != "" {
		taken[text.NFC(b.p.spec.FallbackGroup)] = true
	}
	give := func(m, name string) {
		key := b.found[m]
		if key == "" {
			key = b.addGroup(name)
			b.found[m] = key
		} else {
			delete(taken, text.NFC(b.from.groups[key].Name))
			b.group(key).Name = name
		}
		taken[text.NFC(name)] = true
		b.teams.of[key] = m
		if best := b.names[m][0]; name != best {
			b.note(state.Finding{Kind: state.FindingGroupName, Name: m, Cause: state.CauseNameTaken, Values: []string{name, best}})
		}
	}
	var open []string
	for _, m := range b.managers {
		key := b.found[m]
		if key != "" && slices.Contains(b.names[m], b.from.groups[key].Name) || b.waits(m) {
			continue // it has one of its names, though a better one may have become free
		}
		open = append(open, m)
	}
	named := func(choose func(names []string) []string, once bool) (any bool) {
		open = slices.DeleteFunc(open, func(m string) bool {
			i := slices.IndexFunc(choose(b.names[m]), func(name string) bool { return !taken[text.NFC(name)] })
			if i < 0 || once && any {
				return false
			}
			give(m, choose(b.names[m])[i])
			any = true
			return true
		})
		return any
	}
	best := func(names []string) []string { return names[:min(1, len(names))] }
	others := func(names []string) []string { return names[min(1, len(names)):] }
	for len(open) > 0 && (named(best, false) || named(others, true)) {
	}
	for _, m := range open {
		if b.found[m] != "" {
			continue // it keeps the name it has
		}
		b.nameless[m] = true
		label := b.p.label(b.from, m)
		b.note(state.Finding{
			Kind: state.FindingGroupName, Name: m, Cause: state.CauseNoNameFree, Failed: true,
			Values: []string{groupName(label, ""), groupName(label, m)},
		})
	}
}

// place puts the planned people into their groups, and takes them out of other managers' groups.
func (b *teamBuilder) place() {
	fallback := b.fallbackTeam()
	for _, m := range b.managers {
		if key := b.found[m]; key != "" {
			for _, email := range b.members[m] {
				b.teams.in[email] = key
			}
		}
	}
	if fallback != "" {
		for _, email := range b.fallen {
			b.teams.in[email] = fallback
		}
		manager := b.p.spec.FallbackManager
		if !b.active(manager) {
			manager = ""
		}
		b.fill(fallback, manager, b.fallen)
	}
	for _, m := range b.managers {
		if key := b.found[m]; key != "" {
			b.fill(key, m, b.members[m])
		}
	}
}

// fallbackTeam is the key of the fallback group, which is made where people need it; empty: there is none.
func (b *teamBuilder) fallbackTeam() string {
	name := b.p.spec.FallbackGroup
	if name == "" {
		return ""
	}
	if b.p.keep.group(name) {
		if len(b.fallen) > 0 {
			b.refuse(Refusal{Setting: "workspace.fallback_group_name", Cause: state.CauseFallbackGroup, About: name})
		}
		return ""
	}
	if key, there := b.byName[text.NFC(name)]; there {
		return key
	}
	if len(b.fallen) == 0 {
		return ""
	}
	return b.addGroup(name)
}

// fill makes a managed group hold the given people and those it may not touch, and be managed by manager alone.
func (b *teamBuilder) fill(key, manager string, people []string) {
	b.teams.of[key] = manager
	g := b.groups[key]
	members := slices.Concat(without(g.Members, b.placed), people)
	slices.Sort(members)
	members = slices.Compact(members)
	managers := g.Managers
	if manager != "" {
		managers = with(without(g.Managers, func(m string) bool { return !b.p.keep.user(m) }), manager)
	}
	if !slices.Equal(members, g.Members) || !slices.Equal(managers, g.Managers) {
		g = b.group(key)
		g.Members, g.Managers = members, managers
	}
}

// placed reports whether the person has a group that they belong in.
func (b *teamBuilder) placed(email string) bool { return b.teams.in[email] != "" }

// giveUp empties the groups of people nobody reports to any more, of the planned people, and takes their role. Roles of
// people outside the CSV, of those who still manage somebody and of protected ones are not touched.
func (b *teamBuilder) giveUp() {
	manages := set{} // who still manages somebody directly
	for _, person := range b.people {
		for _, m := range person.Managers {
			manages[m] = true
		}
	}
	given := map[string]string{}
	for key, m := range b.teams.former {
		if _, used := b.teams.of[key]; !used && b.teams.takeover[key] == "" {
			given[key] = m
		}
	}
	for m := range b.managed {
		if b.members[m] == nil && b.planned(m) && !manages[m] && !b.hasFormer(m) {
			if key := b.teamByRole(m, nil); key != "" && b.teams.takeover[key] == "" {
				given[key] = m
			}
		}
	}
	for key, m := range given {
		members := without(b.groups[key].Members, b.placed)
		managers := b.groups[key].Managers
		managers = without(managers, func(x string) bool {
			named := x == m || slices.Contains(b.p.teamNames(b.from, x, false), b.from.groups[key].Name) // two of one name may share it
			return named && b.planned(x) && !manages[x]
		})
		if len(members) != len(b.groups[key].Members) || len(managers) != len(b.groups[key].Managers) {
			g := b.group(key)
			g.Members, g.Managers = members, managers
		}
	}
}

// planned reports whether the person's row is carried out.
func (b *teamBuilder) planned(email string) bool { return b.p.awaited(email) }

func (b *teamBuilder) hasFormer(manager string) bool {
	for _, key := range b.managed[manager] {
		if b.teams.former[key] == manager {
			return true
		}
	}
	return false
}
