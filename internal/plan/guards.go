package plan

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Attributes of people that guards count, beside the names of the mapped fields.
const (
	attributeHours   = "hours"   // with the working days
	attributeManager = "manager" // with memberships and roles on groups
)

// holds is what waits for approval as a whole.
type holds struct {
	reactivations, invitations, takeovers bool
	attributes                            map[string]Guard // to the guard that is exceeded
}

func (h holds) any() bool {
	return h.reactivations || h.invitations || h.takeovers || len(h.attributes) > 0
}

// holds reports whether the changes of an attribute wait.
func (h holds) holds(attribute string) bool { return h.attributes[attribute] != "" }

// holdPeople says what of people and groups has to wait: groups that are taken over, and those who come or come back, where
// a guard finds too many. Guards count people and go by those concerned before the run, protected ones left out. Whom this
// run makes active again without approval counts as active, so that the same waits after the rest is done;
// max_reactivations bounds them.
func (p *userPlanner) holdPeople(before *userState, full *userTarget) holds {
	h := holds{takeovers: len(full.teams.takeover) > 0, attributes: map[string]Guard{}}
	limits := p.spec.Guards
	invited, reactivated := 0, 0
	for email, is := range full.people {
		switch was := before.people[email]; {
		case was == nil:
			invited++
		case was.Status == state.Inactive && is.Status == state.Active:
			reactivated++
		}
	}
	if invited+reactivated == 0 {
		return h
	}
	active := p.active(before, full)
	h.invitations = p.over(MaxInvitations, "people", limits.MaxInvitations, invited, active)
	h.reactivations = p.over(MaxReactivations, "people", limits.MaxReactivations, reactivated, active-reactivated)
	return h
}

// holdAttributes says which attributes have to wait, by what would be changed of them without approval.
func (p *userPlanner) holdAttributes(h holds, before *userState, full *userTarget) {
	limits := p.spec.Guards
	guard := func(attribute string, changed, removed, base int) {
		if p.over(MaxChanges, attribute, limits.MaxChanges, changed, base) {
			h.attributes[attribute] = MaxChanges
		}
		if p.over(MaxRemovals, attribute, limits.MaxRemovals, removed, base) && h.attributes[attribute] == "" {
			h.attributes[attribute] = MaxRemovals
		}
	}
	hours := 0
	for email, is := range full.people {
		if was := before.people[email]; was != is && was != nil && p.works(was, full, email) && changesHours(was, is) {
			hours++
		}
	}
	if hours > 0 {
		guard(attributeHours, hours, 0, p.active(before, full))
	}
	for _, m := range p.spec.Fields {
		changed, removed := 0, 0
		for email, is := range full.people {
			was := before.people[email]
			if was == is || was == nil || !p.works(was, full, email) || was.Fields[m.Field] == "" || was.Fields[m.Field] == is.Fields[m.Field] {
				continue
			}
			if is.Fields[m.Field] == "" {
				removed++
			} else {
				changed++
			}
		}
		if changed+removed > 0 {
			guard(m.Field, changed, removed, p.concerned(before, full, func(was *state.Person) bool { return was.Fields[m.Field] != "" }))
		}
	}
	if changed, removed := countManagers(before, full.userState); changed+removed > 0 {
		guard(attributeManager, changed, removed, p.concerned(before, full, func(was *state.Person) bool { return len(was.Managers) > 0 }))
	}
}

// over reports whether there are more than a guard allows, and keeps the figures.
func (p *userPlanner) over(guard Guard, attribute string, l state.Limit, have, base int) bool {
	limit := l.Of(base)
	if have <= limit {
		return false
	}
	p.plan.Exceeded = append(p.plan.Exceeded, Exceeded{guard, attribute, Figures{have, limit, base, allowing(l, have, base)}})
	return true
}

// concerned counts the active people before the run for whom it holds, those who are made active among them and protected
// ones left out. Invited people have their first values from this tool and do not count.
func (p *userPlanner) concerned(before *userState, full *userTarget, is func(was *state.Person) bool) int {
	n := 0
	for email, was := range before.people {
		if p.works(was, full, email) && is(was) && !p.keep.user(email) {
			n++
		}
	}
	return n
}

// active counts the active people before the run, those who are made so among them.
func (p *userPlanner) active(before *userState, full *userTarget) int {
	return p.concerned(before, full, func(*state.Person) bool { return true })
}

// works reports whether a person is active, or is to be made so.
func (p *userPlanner) works(was *state.Person, full *userTarget, email string) bool {
	return was.Status == state.Active || was.Status == state.Inactive && full.active(email)
}

func changesHours(was, is *state.Person) bool {
	if len(was.Days) > 0 && !slices.Equal(was.Days, is.Days) {
		return true
	}
	return was.Capacity != is.Capacity && was.Capacity != state.CapacityUnknown
}

// countManagers counts the people who get another manager, and those from whom one is taken and none given. Their
// memberships and their roles on groups count with it.
func countManagers(before, after *userState) (changed, removed int) {
	lost, gained := set{}, set{}
	note := func(was, is []string, add, remove func(string)) {
		added, gone := compareLists(was, is)
		for _, x := range added {
			add(x)
		}
		for _, x := range gone {
			remove(x)
		}
	}
	gain, lose := func(x string) { gained[x] = true }, func(x string) { lost[x] = true }
	for email, is := range after.people {
		if was := before.people[email]; was != nil && was != is {
			note(was.Managers, is.Managers, func(string) { gain(email) }, func(string) { lose(email) })
		}
	}
	for key, is := range after.groups {
		was := before.groups[key]
		if was == is {
			continue
		}
		if was == nil {
			was = &state.Group{}
		}
		note(was.Members, is.Members, gain, lose)
		note(was.Managers, is.Managers, gain, lose)
	}
	for email := range lost {
		if gained[email] {
			changed++
		} else {
			removed++
		}
	}
	return changed, removed
}

// mark makes a change wait for approval, and says which guard wants it.
func (h holds) mark(c *Change, full *userTarget, before *userState) {
	c.Gated = true
	switch do := c.Do.(type) {
	case Profile:
		if was := before.people[do.Person]; was != nil && (was.Status != state.Inactive || !h.reactivations) {
			c.Attribute = attributeOf(c.Fields[0].Name)
			c.Guard = h.attributes[c.Attribute]
			return
		}
		c.Attribute, c.Guard = "people", h.guardOf(before.people[do.Person])
	case Person:
		c.Attribute, c.Guard = "people", h.guardOf(before.people[do.Email])
	case Group, Membership, Manager:
		switch key := h.takenOver(c, full); {
		case key != "": // it waits whatever the guards say, and none has counted it
			c.Cause, c.CauseAbout = state.CauseTakeover, full.groups[key].Name
		case h.waits(c.Person, before):
			c.Attribute, c.Guard = "people", h.guardOf(before.people[c.Person])
		case h.holds(attributeManager):
			c.Attribute, c.Guard = attributeManager, h.attributes[attributeManager]
		case h.reactivations:
			c.Attribute, c.Guard = "people", MaxReactivations
		case h.invitations:
			c.Attribute, c.Guard = "people", MaxInvitations
		}
	}
	if !h.holds(attributeManager) {
		c.Phase = Cleanup // routine changes of groups come first: they know today's names
	}
}

// waits reports whether somebody comes, or comes back, and has to wait for that.
func (h holds) waits(email string, before *userState) bool {
	was := before.people[email]
	return email != "" && (was == nil && h.invitations || was != nil && was.Status == state.Inactive && h.reactivations)
}

// guardOf is the guard that makes what is done for a person wait: they come, or come back.
func (h holds) guardOf(was *state.Person) Guard {
	if was == nil && h.invitations {
		return MaxInvitations
	}
	return MaxReactivations
}

// takenOver is the key of the group that is taken over, where a change is a part of that.
func (h holds) takenOver(c *Change, full *userTarget) string {
	for _, key := range sorted(full.teams.takeover) {
		name := full.groups[key].Name
		switch do := c.Do.(type) {
		case Group:
			if do.Name == name || do.NewName == name {
				return key
			}
		case Membership:
			if do.Group == name || full.teams.in[do.Person] == key {
				return key
			}
		case Manager:
			if do.Group == name {
				return key
			}
		}
	}
	return ""
}

// attributeOf is the attribute that a field of a profile's change belongs to.
func attributeOf(field string) string {
	if field == fieldCapacity || field == fieldDays {
		return attributeHours
	}
	return field
}

// guardDeactivations marks the deactivations when there are more than allowed, and refuses to leave too few people active.
func (p *userPlanner) guardDeactivations(desired *userState, l *leaving) {
	if len(l.leavers) == 0 {
		return
	}
	active, base := 0, 0
	for email, person := range desired.people {
		if person.Status == state.Active {
			active++
			if !p.keep.user(email) {
				base++
			}
		}
	}
	if p.over(MaxDeactivations, "people", p.spec.Guards.MaxDeactivations, len(l.leavers), base) {
		for i := range p.plan.Changes {
			if c := &p.plan.Changes[i]; c.Leaver != "" {
				c.Attribute, c.Guard = "people", MaxDeactivations
			}
		}
	}
	if left := active - len(l.leavers); left < p.spec.Guards.MinActiveUsers {
		p.refuse(Refusal{
			Setting: "guards.min_active_users", Cause: state.CauseGuard,
			Figures: Figures{Have: left, Limit: p.spec.Guards.MinActiveUsers, Base: active, Allow: strconv.Itoa(left)},
		})
	}
}

// deactivates reports whether the change deactivates a person.
func deactivates(c *Change) bool {
	do, ok := c.Do.(Person)
	return ok && c.Op == Update && !do.Active
}

// allowing is the value of a limit that would allow have of base, written as the limit is. No share is more than all.
func allowing(l state.Limit, have, base int) string {
	if l.Share == 0 || have > base {
		return strconv.Itoa(have)
	}
	return fmt.Sprintf("%d%%", (have*100+base-1)/base)
}

// preflight refuses changes the key's user or the workspace's plan does not allow. A paid workspace that tells no
// features may have them all; a free one that tells none has none.
func (p *userPlanner) preflight(before *userState) {
	if len(p.plan.Changes) == 0 {
		return
	}
	if self := before.people[p.dir.Self]; self != nil && !self.Admin && !self.Owner {
		p.refuse(Refusal{Setting: "CLOCKIFY_API_KEY", Cause: state.CauseNotAdmin, About: p.dir.Self})
	}
	doubted := false
	for _, c := range p.plan.Changes {
		switch c.Do.(type) {
		case CustomField, Profile:
			for _, f := range c.Fields {
				switch {
				case f.Name == state.LeaveField, c.Op == Create && c.Ref.Name == state.LeaveField:
					p.require("deactivate_after", "USER_CUSTOM_FIELDS", "CUSTOM_FIELDS")
				case attributeOf(f.Name) != attributeHours:
					p.require("field_mapping", "USER_CUSTOM_FIELDS", "CUSTOM_FIELDS")
				default:
					doubted = doubted || len(p.dir.Features) > 0 && !p.dir.Has(featureHours)
				}
			}
		case Manager:
			p.require("managers", "MANAGER_ROLE")
		case Person:
			if c.Op == Create && p.dir.Free {
				p.refuse(Refusal{Setting: "invite", Cause: state.CauseFreePlan})
			}
		}
	}
	if doubted {
		p.note(state.Finding{Kind: state.FindingFeature, Name: featureHours, Cause: state.CauseFeature})
	}
}

// featureHours may be needed for changing hours; whether it is is unproved (docs/clockify-api.md#plans), so nothing is
// refused for it.
const featureHours = "EDIT_MEMBER_PROFILE"

// require refuses everything where the workspace has none of the features.
func (p *userPlanner) require(setting string, features ...string) {
	if (len(p.dir.Features) > 0 || p.dir.Free) && !p.dir.Has(features...) {
		p.refuse(Refusal{Setting: setting, Cause: state.CauseFeature, About: features[0]})
	}
}
