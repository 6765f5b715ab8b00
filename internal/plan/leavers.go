package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// absent plans what becomes of the active people who are not in the CSV: nothing but a finding, or their deactivation.
func (p *planner) absent() {
	declared := setOf(p.spec.InvalidEmails)
	for _, row := range p.spec.People {
		declared[row.Email] = true
	}
	var gone []string
	for _, person := range p.dir.People {
		if person.Status == state.Active && !declared[person.Email] {
			gone = append(gone, person.Email)
		}
	}
	slices.Sort(gone)
	if len(gone) == 0 {
		return
	}
	file := p.spec.File
	switch {
	case p.spec.Absent != state.AbsentDeactivate:
		p.note(state.Finding{Kind: state.FindingAbsent, Cause: state.CauseAbsent, Count: len(gone), Values: gone}, "%s active in the workspace and not in %s; they are kept (absent: keep): %s",
			count(len(gone), "person is", "people are"), file, list(gone, 10))
		return
	case p.spec.IdentityProvider:
		p.note(state.Finding{Kind: state.FindingManagedByIdP, Level: state.LevelAttention, Cause: state.CauseAbsent, Count: len(gone), Values: gone}, "%s not in %s, and the identity provider has to deactivate them: %s",
			count(len(gone), "active person is", "active people are"), file, list(gone, 10))
		return
	case p.spec.UnreadableRows > 0:
		p.note(state.Finding{Kind: state.FindingAbsent, Level: state.LevelAttention, Cause: state.CauseUnreadableRows, Count: p.spec.UnreadableRows}, "nobody is taken for absent while %s of %s cannot be read", count(p.spec.UnreadableRows, "row", "rows"), file)
		return
	}
	exempt := 0
	for _, email := range gone {
		if cause, why := p.exemption(p.have.people[email]); why != "" {
			exempt++
			p.note(state.Finding{Kind: state.FindingCannotLeave, Name: email, Cause: cause}, "is not in %s and is kept: %s", file, why)
			continue
		}
		if !p.graced(email) {
			p.leavers[email] = true
		}
	}
	p.shrunk(exempt)
	p.keepUnreplaceable()
	p.deactivate()
}

// exemption says why an absent person is never deactivated; empty: they may be.
func (p *planner) exemption(person *state.Person) (Cause, string) {
	switch {
	case person.Email == p.dir.Self:
		return state.CauseOwnKey, "the key is theirs"
	case person.Owner:
		return state.CauseOwner, "they own the workspace"
	case p.protected.users[person.Email]:
		return state.CauseProtected, "they are protected (protect.users)"
	case person.Email == p.spec.FallbackManager:
		return state.CauseFallbackManager, "they are the fallback manager"
	case person.Admin && !p.spec.DeactivateAdmins:
		return state.CauseAdmin, "they are a workspace admin (deactivate_admins: false)"
	}
	return "", ""
}

// shrunk refuses everything when the CSV fell too far below the active people: a cut-off file, most likely. People who
// are never deactivated do not count.
func (p *planner) shrunk(exempt int) {
	active := p.activePeople() - exempt
	declared := len(p.spec.People) + len(p.spec.InvalidEmails)
	if fell := active - declared; fell > p.spec.Guards.MaxShrink.Of(active) {
		p.refuse(Refusal{Setting: "guards.max_shrink", Cause: state.CauseGuard, Figures: Figures{Have: fell, Limit: p.spec.Guards.MaxShrink.Of(active), Base: active, Allow: allowing(p.spec.Guards.MaxShrink, fell, active)}}, "%s has %s and the workspace %d active ones: a file cut off, most likely. If %d people really left, raise guards.max_shrink.",
			p.spec.File, count(declared, "person", "people"), active, fell)
	}
}

// keepUnreplaceable takes those off the leavers whose people would be left without a manager, because no fallback
// manager is configured. Keeping one may make another unreplaceable, so it goes on until nothing changes.
func (p *planner) keepUnreplaceable() {
	fallback := p.spec.FallbackManager
	for again := true; again; {
		again = false
		orphans := p.orphans()
		for _, email := range sorted(p.leavers) {
			switch {
			case orphans[email] == "":
			case fallback == "":
				delete(p.leavers, email)
				again = true
				p.note(state.Finding{Kind: state.FindingCannotLeave, Level: state.LevelAttention, Name: email, Cause: state.CauseNoFallback, About: orphans[email]}, "is not in %s and is kept: they manage %s, and no workspace.fallback_manager_email is set to take over", p.spec.File, orphans[email])
			default:
				p.needFallback()
			}
		}
	}
}

// orphans says, for each leaver, whom or what they alone manage that somebody else has to take over.
func (p *planner) orphans() map[string]string {
	orphans := map[string]string{}
	for _, email := range p.want.emails() {
		if person := p.want.people[email]; p.orphan(person) {
			for _, m := range person.Managers {
				orphans[m] = email
			}
		}
	}
	for _, key := range sorted(p.want.groups) {
		if g := p.want.groups[key]; p.orphaned(g.Managers) && !p.protectedGroup(g.Name) && !p.goesWith(key, g) && !p.unmanaged(key, g) {
			for _, m := range g.Managers {
				orphans[m] = fmt.Sprintf("the group %q", g.Name)
			}
		}
	}
	return orphans
}

// orphaned reports whether all managers are leavers.
func (p *planner) orphaned(managers []string) bool {
	return len(managers) > 0 && !slices.ContainsFunc(managers, func(m string) bool { return !p.leavers[m] })
}

// orphan reports whether a person needs a new manager when the leavers leave: the one they ought to have goes, or, for
// those the CSV gives none, all they have.
func (p *planner) orphan(person *state.Person) bool {
	if p.leavers[person.Email] || person.Status == state.Inactive || p.protected.users[person.Email] || person.Email == p.spec.FallbackManager {
		return false
	}
	if manager, planned := p.manager[person.Email]; planned {
		return p.leavers[manager]
	}
	return p.orphaned(person.Managers)
}

// goesWith reports whether the group is a leaver's own manager group, which goes with them.
func (p *planner) goesWith(key string, g *state.Group) bool {
	owner := p.owner(key)
	return p.leavers[owner] && !p.holdsProtected(g)
}

// owner is the manager whose group this is; empty when it is nobody's or the fallback group.
func (p *planner) owner(key string) string {
	if p.isFallback(p.want.groups[key].Name) {
		return ""
	}
	if m := p.claimed[key]; m != "" {
		return m
	}
	return p.owned[key]
}

func (p *planner) holdsProtected(g *state.Group) bool {
	protected := func(m string) bool { return p.protected.users[m] }
	return slices.ContainsFunc(g.Members, protected) || slices.ContainsFunc(g.Managers, protected)
}

// deactivate takes from the leavers what they manage and are in, gives it to the fallback manager, and deactivates them.
func (p *planner) deactivate() {
	var orphans []string
	for _, leaver := range sorted(p.leavers) {
		for _, email := range p.managedPeople(leaver) {
			if p.protected.users[email] {
				p.note(state.Finding{Kind: state.FindingProtected, Level: state.LevelAttention, Name: email, Cause: state.CauseLeaver, About: leaver}, "is protected and stays managed by %s, who is to be deactivated", leaver)
				continue
			}
			person := p.then.person(email)
			person.Managers = without(person.Managers, func(m string) bool { return m == leaver })
			if p.orphan(p.want.people[email]) {
				person.Managers = with(person.Managers, p.spec.FallbackManager)
				orphans = append(orphans, email)
			}
		}
		person := p.then.person(leaver)
		person.Status = state.Inactive
		person.EmptyRole = false
	}
	for _, key := range sorted(p.want.groups) {
		p.leaveGroup(key)
	}
	p.joinFallback(orphans)
}

// leaveGroup takes the leavers out of a group; their own goes with them.
func (p *planner) leaveGroup(key string) {
	g := p.want.groups[key]
	leaves := func(m string) bool { return p.leavers[m] }
	owner := p.owner(key)
	switch {
	case p.protectedGroup(g.Name):
		for _, m := range g.Managers {
			if p.leavers[m] {
				p.note(state.Finding{Kind: state.FindingProtected, Level: state.LevelAttention, Name: g.Name, Cause: state.CauseLeaver, About: m}, "is a protected group and stays managed by %s, who is to be deactivated", m)
			}
		}
		return
	case p.goesWith(key, g):
		p.ownGroup[key] = owner
		delete(p.then.groups, key)
		return
	case p.unmanaged(key, g): // goes with the cleanup
		return
	case !slices.ContainsFunc(g.Members, leaves) && !slices.ContainsFunc(g.Managers, leaves):
		return
	}
	orphan := p.orphaned(g.Managers)
	g = p.then.group(key)
	theirs := p.leavers[owner] // kept for a protected person, and nobody else's any more
	g.Members = without(g.Members, func(m string) bool { return p.leavers[m] || theirs && p.inGroup[m] == key })
	g.Managers = without(g.Managers, leaves)
	if orphan {
		g.Managers = with(g.Managers, p.spec.FallbackManager)
	}
}

// managedPeople lists whom a person manages directly after the routine changes.
func (p *planner) managedPeople(manager string) []string {
	if p.managed == nil {
		p.managed = map[string][]string{}
		for _, email := range p.want.emails() {
			for _, m := range p.want.people[email].Managers {
				p.managed[m] = append(p.managed[m], email)
			}
		}
	}
	return p.managed[manager]
}

// managedGroups lists the keys of the groups a person manages after the routine changes.
func (p *planner) managedGroups(manager string) []string {
	if p.groups == nil {
		p.groups = map[string][]string{}
		for _, key := range sorted(p.want.groups) {
			for _, m := range p.want.groups[key].Managers {
				p.groups[m] = append(p.groups[m], key)
			}
		}
	}
	return p.groups[manager]
}

// joinFallback puts the people whose managers leave into the fallback group. Where none is configured, those of the CSV
// go to the fallback manager's own group, where the next run would look for them.
func (p *planner) joinFallback(people []string) {
	name := p.spec.FallbackGroup
	key := name
	if name == "" {
		people = without(people, func(email string) bool { return p.manager[email] == "" })
	}
	if len(people) == 0 || p.protectedGroup(name) {
		return
	}
	if name == "" {
		key, name = p.ownOfFallback()
	}
	switch {
	case name == "":
		return
	case p.then.groups[key] != nil:
	case p.then.groups[newGroup+name] != nil:
		key = newGroup + name
	default:
		key = p.then.addGroup(name)
	}
	if _, claimed := p.claimed[key]; !claimed {
		p.claimed[key] = p.spec.FallbackManager
	}
	g := p.then.group(key)
	g.Members = append(g.Members, people...)
	slices.Sort(g.Members)
	g.Members = slices.Compact(g.Members)
	g.Managers = with(without(g.Managers, func(m string) bool { return !p.protected.users[m] }), p.spec.FallbackManager)
}

// ownOfFallback is the key and the name of the group the fallback manager has as a manager, or would get.
func (p *planner) ownOfFallback() (key, name string) {
	fallback := p.spec.FallbackManager
	for _, owners := range []map[string]string{p.claimed, p.owned} {
		for _, key := range sorted(owners) {
			if g := p.then.groups[key]; owners[key] == fallback && g != nil {
				return key, g.Name
			}
		}
	}
	shared := false
	for _, m := range p.claimed {
		shared = shared || !p.leavers[m] && p.label(m) == p.label(fallback)
	}
	names := p.names(fallback, shared)
	for _, name := range names {
		if _, claimed := p.claimed[name]; !claimed && p.have.groups[name] != nil && p.then.groups[name] != nil {
			return name, name
		}
	}
	for _, name := range names {
		if p.have.groups[name] == nil && p.want.groups[newGroup+name] == nil {
			return newGroup + name, name
		}
	}
	return "", ""
}

// cleanup plans the deletion of the groups that are neither managed nor protected, where that is asked for.
func (p *planner) cleanup() {
	if !p.spec.DeleteUnmanaged || p.spec.IdentityProvider {
		return
	}
	for _, key := range sorted(p.then.groups) {
		g := p.then.groups[key]
		switch {
		case p.unmanaged(key, g):
			delete(p.then.groups, key)
		case !p.kept(key, g.Name):
			p.note(state.Finding{Kind: state.FindingProtected, Name: g.Name, Cause: state.CauseProtectedMember}, "is an unmanaged group and is kept: a protected person is in it or manages it")
		}
	}
}

// unmanaged reports whether the cleanup deletes the group.
func (p *planner) unmanaged(key string, g *state.Group) bool {
	return p.spec.DeleteUnmanaged && !p.spec.IdentityProvider && !p.kept(key, g.Name) && !p.holdsProtected(g)
}

// kept reports whether the group is managed or protected, or of a manager whom somebody keeps for want of another.
func (p *planner) kept(key, name string) bool {
	_, managed := p.claimed[key]
	return managed || p.keepers[p.owned[key]] || p.protectedGroup(name) || p.isFallback(name)
}

// handover says what a leaver manages and where it goes. Their own manager group is deleted, and who leaves with them
// needs nobody: both are changes of their own.
func (p *planner) handover(leaver string) *Handover {
	h := &Handover{}
	for _, email := range p.managedPeople(leaver) {
		if p.orphan(p.want.people[email]) {
			h.People++
		}
	}
	for _, key := range p.managedGroups(leaver) {
		g := p.want.groups[key]
		if p.orphaned(g.Managers) && !p.protectedGroup(g.Name) && !p.goesWith(key, g) && !p.unmanaged(key, g) {
			h.Groups = append(h.Groups, g.Name)
		}
	}
	if h.People > 0 || len(h.Groups) > 0 {
		h.To = p.spec.FallbackManager
	}
	return h
}

// consequence says why a leaver is deactivated and what becomes of what they manage.
func (p *planner) consequence(h *Handover) string {
	var parts []string
	if h.People > 0 {
		parts = append(parts, count(h.People, "person", "people"))
	}
	for _, g := range h.Groups {
		parts = append(parts, fmt.Sprintf("group %q", g))
	}
	why := "active and not in " + p.spec.File
	if len(parts) == 0 {
		return why
	}
	return why + "; manages " + strings.Join(parts, ", ") + " → " + h.To
}

func count(n int, one, many string) string { return fmt.Sprintf("%d %s", n, pick(n, one, many)) }

func pick(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// list renders at most so many names.
func list(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
}
