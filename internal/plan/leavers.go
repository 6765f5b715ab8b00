package plan

import (
	"fmt"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// leaving is what becomes of the people who leave: who they are, and the state that leads to.
type leaving struct {
	*userPlanner
	full     *userTarget
	to       *userState
	leavers  set
	ownGroup map[string]string   // name of a group that goes to the leaver whose manager group it is
	people   map[string][]string // manager to the people they manage directly; see managedPeople
	groups   map[string][]string // manager to the keys of the groups they manage; see managedGroups
	namedBy  map[string][]string // manager to the people whose rows name them; see rowsNaming
	byName   map[string]*state.Group
}

// leave plans what becomes of the active people who are not in the CSV, nothing but a finding or their deactivation, and
// of the groups that nobody needs.
func (p *userPlanner) leave(desired *userState, full *userTarget) *leaving {
	l := &leaving{userPlanner: p, full: full, to: full.clone(), leavers: set{}, ownGroup: map[string]string{}}
	l.choose(desired)
	l.keepWithoutFallback()
	l.deactivate()
	l.cleanup()
	return l
}

// absent are the active people of a state who are not in the CSV, sorted.
func (p *userPlanner) absent(s *userState) []string {
	var gone []string
	for _, email := range s.emails() {
		if s.people[email].Status == state.Active && !p.roll.known[email] {
			gone = append(gone, email)
		}
	}
	return gone
}

// mayLeave are the absent people who are to be deactivated, those in their grace period among them.
func (p *userPlanner) mayLeave(s *userState) []string {
	if p.spec.Absent != state.AbsentDeactivate || p.spec.IdentityProvider || p.spec.UnreadableRows > 0 {
		return nil
	}
	return without(p.absent(s), func(email string) bool { return p.exempt(s.people[email]) != "" })
}

// choose decides who leaves, and says who does not and why.
func (l *leaving) choose(desired *userState) {
	gone := l.absent(l.full.userState)
	unread := l.spec.UnreadableRows > 0 && len(l.spec.People)+len(l.spec.InvalidEmails) == 0 // the file as a whole: who is not in it is no news
	if len(gone) == 0 || unread {
		return
	}
	found := state.Finding{Kind: state.FindingAbsent, Cause: state.CauseAbsent, Count: len(gone), Values: gone}
	switch {
	case l.spec.Absent != state.AbsentDeactivate:
		l.note(found)
		return
	case l.spec.IdentityProvider:
		found.Kind, found.Level = state.FindingManagedByIdP, state.LevelAttention
		l.note(found)
		return
	case l.spec.UnreadableRows > 0:
		l.note(state.Finding{Kind: state.FindingAbsent, Level: state.LevelAttention, Cause: state.CauseUnreadableRows, Count: l.spec.UnreadableRows})
		return
	}
	if n := len(l.spec.WithoutEmail); n > 0 {
		l.note(state.Finding{Kind: state.FindingAbsent, Level: state.LevelAttention, Cause: state.CauseWithoutEmail, Count: n, Source: l.spec.WithoutEmail[0]})
	}
	exempt := 0
	for _, email := range gone {
		person := l.full.people[email]
		if cause := l.exempt(person); cause != "" {
			exempt++
			l.note(state.Finding{Kind: state.FindingCannotLeave, Name: email, Cause: cause})
			continue
		}
		if person.Admin && !l.ownersKey() {
			l.refuse(Refusal{Setting: "deactivate_admins", Cause: state.CauseNotOwner, About: email})
		}
		if !l.inGracePeriod(l.full, email) {
			l.leavers[email] = true
		}
	}
	l.checkShrink(desired, gone, exempt)
}

// ownersKey reports whether the key is the owner's, who alone may deactivate admins.
func (l *leaving) ownersKey() bool {
	self := l.full.people[l.dir.Self]
	return self != nil && self.Owner
}

// checkShrink refuses everything when too many of the active people are missing in the CSV: a cut-off file, most likely.
// People who are never deactivated do not count, nor those of whom the CSV says that they left.
func (l *leaving) checkShrink(s *userState, gone []string, exempt int) {
	active := -exempt
	for _, person := range s.people {
		if person.Status == state.Active {
			active++
		}
	}
	missing := -exempt
	for _, email := range gone {
		if l.roll.left[email] == "" {
			missing++
		}
	}
	if limit := l.spec.Guards.MaxShrink.Of(active); missing > limit {
		l.refuse(Refusal{
			Setting: "guards.max_shrink", Cause: state.CauseGuard,
			Figures: Figures{Have: missing, Limit: limit, Base: active, Allow: allowing(l.spec.Guards.MaxShrink, missing, active)},
		})
	}
}

// keepWithoutFallback takes those off the leavers whose people would be left without a manager, because no fallback
// manager is configured. Keeping one may make another needed, so it goes on until nothing changes.
func (l *leaving) keepWithoutFallback() {
	for again := len(l.leavers) > 0; again; {
		again = false
		needed := l.onlyLeavers()
		for _, email := range sorted(l.leavers) {
			switch {
			case needed[email] == "":
			case l.spec.FallbackManager == "":
				delete(l.leavers, email)
				again = true
				l.note(state.Finding{
					Kind: state.FindingCannotLeave, Level: state.LevelAttention, Name: email, Cause: state.CauseNoFallback, About: needed[email],
				})
			default:
				if r, usable := l.fallbackUsable(l.full.userState); !usable {
					l.refuse(r)
				}
			}
		}
	}
}

// onlyLeavers says, for each leaver, whom or what they manage that has leavers alone as managers.
func (l *leaving) onlyLeavers() map[string]string {
	needed := map[string]string{}
	for _, email := range l.full.emails() {
		if person := l.full.people[email]; l.needsManager(person) {
			for _, m := range person.Managers {
				needed[m] = email
			}
		}
	}
	for _, key := range sorted(l.full.userState.groups) {
		if g := l.full.userState.groups[key]; l.handsOver(key, g) {
			for _, m := range g.Managers {
				needed[m] = fmt.Sprintf("the group %q", g.Name)
			}
		}
	}
	return needed
}

// unmanagedBy reports whether all managers are leavers.
func (l *leaving) unmanagedBy(managers []string) bool {
	return len(managers) > 0 && !slices.ContainsFunc(managers, func(m string) bool { return !l.leavers[m] })
}

// needsManager reports whether a person needs a new manager when the leavers leave: the one they ought to have goes, or,
// for those the CSV gives none, all they have.
func (l *leaving) needsManager(person *state.Person) bool {
	if l.leavers[person.Email] || person.Status == state.Inactive || l.keep.user(person.Email) || person.Email == l.spec.FallbackManager {
		return false
	}
	if manager, planned := l.full.manager[person.Email]; planned {
		return l.leavers[manager]
	}
	return l.unmanagedBy(person.Managers)
}

// handsOver reports whether a group needs a new manager when the leavers leave.
func (l *leaving) handsOver(key string, g *state.Group) bool {
	return !l.handsOffGroups() && l.unmanagedBy(g.Managers) && !l.keep.group(g.Name) && !l.deletedWith(key, g) && !l.unneeded(key, g)
}

// deletedWith reports whether the group is a leaver's own manager group, which goes with them.
func (l *leaving) deletedWith(key string, g *state.Group) bool {
	return l.leavers[l.owner(key)] && !l.keep.holds(g)
}

// owner is the manager whose group this is; empty when it is nobody's or the fallback group.
func (l *leaving) owner(key string) string {
	if g := l.full.userState.groups[key]; g == nil || l.isFallback(g.Name) {
		return ""
	}
	if m := l.full.teams.of[key]; m != "" {
		return m
	}
	return l.full.teams.former[key]
}

// deactivate takes from the leavers what they manage and are in, gives it to the fallback manager, and deactivates them.
func (l *leaving) deactivate() {
	var moved []string
	for _, leaver := range sorted(l.leavers) {
		for _, email := range l.managedPeople(leaver) {
			if l.keep.user(email) {
				l.note(state.Finding{Kind: state.FindingProtected, Level: state.LevelAttention, Name: email, Cause: state.CauseLeaver, About: leaver})
				continue
			}
			person := l.to.person(email)
			person.Managers = without(person.Managers, func(m string) bool { return m == leaver })
			if l.needsManager(l.full.people[email]) {
				person.Managers = with(person.Managers, l.spec.FallbackManager)
				moved = append(moved, email)
			}
		}
		person := l.to.person(leaver)
		person.Status, person.EmptyRole = state.Inactive, false
	}
	if l.handsOffGroups() {
		return
	}
	for _, key := range sorted(l.full.userState.groups) {
		l.removeFromGroup(key)
	}
	l.joinFallback(moved)
}

// removeFromGroup takes the leavers out of a group; their own goes with them.
func (l *leaving) removeFromGroup(key string) {
	g := l.full.userState.groups[key]
	leaves := func(m string) bool { return l.leavers[m] }
	owner := l.owner(key)
	switch {
	case l.keep.group(g.Name):
		for _, m := range g.Managers {
			if l.leavers[m] {
				l.note(state.Finding{Kind: state.FindingProtected, Level: state.LevelAttention, Name: g.Name, Cause: state.CauseLeaver, About: m})
			}
		}
		return
	case l.deletedWith(key, g):
		l.ownGroup[g.Name] = owner
		delete(l.to.groups, key)
		return
	case l.unneeded(key, g): // goes with the cleanup
		return
	case !slices.ContainsFunc(g.Members, leaves) && !slices.ContainsFunc(g.Managers, leaves):
		return
	}
	unmanaged := l.unmanagedBy(g.Managers)
	g = l.to.group(key)
	theirs := l.leavers[owner] // kept for a protected person, and nobody else's any more
	g.Members = without(g.Members, func(m string) bool { return l.leavers[m] || theirs && l.full.teams.in[m] == key })
	g.Managers = without(g.Managers, leaves)
	if unmanaged {
		g.Managers = with(g.Managers, l.spec.FallbackManager)
	}
}

// joinFallback puts the people whose managers leave into the fallback group. Where none is configured, those of the CSV
// go to the fallback manager's own group, where the next run would look for them.
func (l *leaving) joinFallback(people []string) {
	name := l.spec.FallbackGroup
	if name == "" {
		people = without(people, func(email string) bool { return l.full.manager[email] == "" })
	}
	if len(people) == 0 || l.keep.group(name) {
		return
	}
	key := ""
	if name == "" {
		key, name = l.fallbacksOwn()
	}
	if key == "" && name != "" {
		key = l.to.byName()[name]
	}
	switch {
	case name == "":
		return
	case key == "" || l.to.groups[key] == nil:
		key = l.to.addGroup(name)
	}
	if _, used := l.full.teams.of[key]; !used {
		l.full.teams.of[key] = l.spec.FallbackManager
	}
	g := l.to.group(key)
	g.Members = append(g.Members, people...)
	slices.Sort(g.Members)
	g.Members = slices.Compact(g.Members)
	g.Managers = with(without(g.Managers, func(m string) bool { return !l.keep.user(m) }), l.spec.FallbackManager)
}

// fallbacksOwn is the key and the name of the group the fallback manager has as a manager, or would get; the key is empty
// where it is to be made.
func (l *leaving) fallbacksOwn() (key, name string) {
	fallback := l.spec.FallbackManager
	for _, owners := range []map[string]string{l.full.teams.of, l.full.teams.former} {
		for _, key := range sorted(owners) {
			if g := l.to.groups[key]; owners[key] == fallback && g != nil {
				return key, g.Name
			}
		}
	}
	shared := false
	for _, m := range l.full.teams.of {
		shared = shared || !l.leavers[m] && l.label(l.full.userState, m) == l.label(l.full.userState, fallback)
	}
	names := l.teamNames(l.full.userState, fallback, shared)
	there, then := l.full.byName(), l.to.byName()
	for _, name := range names {
		if key := then[name]; key != "" && l.full.teams.of[key] == "" {
			return key, name
		}
	}
	for _, name := range names {
		if there[name] == "" {
			return "", name
		}
	}
	return "", ""
}

// cleanup plans the deletion of the groups that are neither managed nor protected, where that is asked for.
func (l *leaving) cleanup() {
	if !l.spec.DeleteUnmanaged || l.handsOffGroups() {
		return
	}
	for _, key := range sorted(l.to.groups) {
		g := l.to.groups[key]
		switch {
		case l.unneeded(key, g):
			delete(l.to.groups, key)
		case !l.needed(key, g.Name):
			l.note(state.Finding{Kind: state.FindingProtected, Name: g.Name, Cause: state.CauseProtectedMember})
		}
	}
}

// unneeded reports whether the cleanup deletes the group.
func (l *leaving) unneeded(key string, g *state.Group) bool {
	return l.spec.DeleteUnmanaged && !l.handsOffGroups() && !l.needed(key, g.Name) && !l.keep.holds(g)
}

// needed reports whether the group is managed or protected, or of a manager whom somebody keeps for want of another.
func (l *leaving) needed(key, name string) bool {
	_, managed := l.full.teams.of[key]
	return managed || l.full.kept[l.full.teams.former[key]] || l.keep.group(name) || l.isFallback(name)
}

// managedPeople lists whom a person manages directly before anybody leaves.
func (l *leaving) managedPeople(manager string) []string {
	if l.people == nil {
		l.people = map[string][]string{}
		for _, email := range l.full.emails() {
			for _, m := range l.full.userState.people[email].Managers {
				l.people[m] = append(l.people[m], email)
			}
		}
	}
	return l.people[manager]
}

// managedGroups lists the keys of the groups a person manages before anybody leaves.
func (l *leaving) managedGroups(manager string) []string {
	if l.groups == nil {
		l.groups = map[string][]string{}
		for _, key := range sorted(l.full.userState.groups) {
			for _, m := range l.full.userState.groups[key].Managers {
				l.groups[m] = append(l.groups[m], key)
			}
		}
	}
	return l.groups[manager]
}

// handover says what a leaver manages and where it goes, and what holds on to them. Their own manager group is deleted,
// and who leaves with them needs nobody: both are changes of their own.
func (l *leaving) handover(leaver string) *Handover {
	h := &Handover{Projects: l.full.userState.people[leaver].Projects}
	for _, email := range l.managedPeople(leaver) {
		if l.needsManager(l.full.userState.people[email]) {
			h.People++
		}
	}
	for _, key := range l.managedGroups(leaver) {
		if g := l.full.userState.groups[key]; l.handsOver(key, g) {
			h.Groups = append(h.Groups, g.Name)
		}
	}
	h.NamedBy = l.rowsNaming(leaver)
	if h.People > 0 || len(h.Groups) > 0 {
		h.To = l.spec.FallbackManager
	}
	return h
}

// rowsNaming lists the people whose rows name the manager.
func (l *leaving) rowsNaming(manager string) []string {
	if l.namedBy == nil {
		l.namedBy = map[string][]string{}
		for _, row := range l.roll.rows {
			l.namedBy[row.Manager] = append(l.namedBy[row.Manager], row.Email)
		}
		for _, list := range l.namedBy {
			slices.Sort(list)
		}
	}
	return l.namedBy[manager]
}

// mark makes a change wait for approval, and says whose leaving it belongs to.
func (l *leaving) mark(c *Change) {
	c.Gated = true
	if do, ok := c.Do.(Group); ok && c.Op == Delete {
		c.Leaver = l.ownGroup[do.Name]
	} else {
		c.Leaver = l.leaverOf(c)
	}
	if c.Leaver != "" {
		c.Phase = Deactivate
		if deactivates(c) {
			c.Cause, c.Handover = state.CauseAbsent, l.handover(c.Leaver)
			if cause := l.roll.left[c.Leaver]; cause != "" {
				c.Cause = cause
			}
		}
		if c.Cause == "" {
			c.Cause, c.CauseAbout = state.CauseLeaver, c.Leaver
		}
		return
	}
	if c.Ref.Kind == KindGroup && c.Op == Delete {
		c.Cause = state.CauseUnmanaged
		return
	}
	c.Phase = Deactivate
	c.Cause = state.CauseLeaver
}

// leaverOf finds the leaver because of whom a change is made.
func (l *leaving) leaverOf(c *Change) string {
	first := func(managers ...string) string {
		for _, m := range managers {
			if l.leavers[m] {
				return m
			}
		}
		return ""
	}
	switch do := c.Do.(type) {
	case Person:
		return do.Email
	case Membership:
		switch {
		case c.Op == Create:
			return first(l.full.userState.people[do.Person].Managers...)
		case l.leavers[do.Person]:
			return do.Person
		}
		return l.owner(l.full.teams.in[do.Person]) // the group of a leaver that is kept
	case Manager:
		switch {
		case do.Person == "" && do.Group == "":
			return do.Manager
		case c.Op == Delete:
			return first(do.Manager)
		case do.Person != "":
			return first(l.full.userState.people[do.Person].Managers...)
		}
		if g := l.groupNamed(do.Group); g != nil {
			return first(g.Managers...)
		}
	}
	return ""
}

// groupNamed is the group that is called so before anybody leaves.
func (l *leaving) groupNamed(name string) *state.Group {
	if l.byName == nil {
		l.byName = map[string]*state.Group{}
		for _, g := range l.full.userState.groups {
			l.byName[g.Name] = g
		}
	}
	return l.byName[name]
}
