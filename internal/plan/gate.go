package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// gate makes a change wait for approval, and says whose leaving it belongs to.
func (p *planner) gate(c *Change) {
	c.Gated = true
	if c.Leaver == "" {
		c.Leaver = p.leaverOf(c)
	}
	switch {
	case c.Leaver != "":
		c.Phase = Deactivate
		if c.Cause == "" {
			c.Cause, c.CauseAbout = state.CauseLeaver, c.Leaver
		}
		if c.Reason == "" {
			c.Reason = p.label(c.Leaver) + " leaves"
		}
	case c.Ref.Kind == KindGroup && c.Op == Delete:
		c.Cause, c.Reason = state.CauseUnmanaged, "nobody's manager group and not protected (cleanup.unmanaged_groups: delete)"
	default:
		c.Phase = Deactivate
		c.Cause, c.Reason = state.CauseLeaver, "for the people of those who leave"
	}
}

// leaverOf finds the leaver because of whom a gated change is made.
func (p *planner) leaverOf(c *Change) string {
	first := func(managers []string) string {
		for _, m := range managers {
			if p.leavers[m] {
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
			return first(p.want.people[do.Person].Managers)
		case p.leavers[do.Person]:
			return do.Person
		}
		return p.owner(p.inGroup[do.Person]) // the group of a leaver that is kept
	case Manager:
		switch {
		case do.Person == "" && do.Group == "":
			return do.Manager
		case c.Op == Delete:
			return first([]string{do.Manager})
		case do.Person != "":
			return first(p.want.people[do.Person].Managers)
		}
		return first(p.managersOf(do.Group))
	}
	return ""
}

// guards makes whole kinds of removals wait for approval when there are too many of them, marks deactivations over
// their limit, and refuses to leave too few people active.
func (p *planner) guards() {
	if p.spec.OtherWorkspace {
		for i := range p.plan.Changes {
			if c := &p.plan.Changes[i]; !c.Gated {
				c.Gated, c.Guard = true, OtherWorkspace
			}
		}
	}
	limits := p.spec.Guards
	bases := p.bases()
	removed := map[string]int{}
	deactivated := 0
	for i := range p.plan.Changes {
		c := &p.plan.Changes[i]
		if what, n := removal(c); !c.Gated && n > 0 {
			removed[what] += n
		}
		if deactivates(c) {
			deactivated++
		}
	}
	for _, what := range sorted(removed) {
		if n, limit := removed[what], limits.MaxRemovals.Of(bases[what]); n > limit {
			p.plan.Exceeded = append(p.plan.Exceeded, Exceeded{MaxRemovals, what, Figures{n, limit, bases[what], allowing(limits.MaxRemovals, n, bases[what])}})
		}
	}
	for i := range p.plan.Changes {
		c := &p.plan.Changes[i]
		if what, n := removal(c); !c.Gated && n > 0 && removed[what] > limits.MaxRemovals.Of(bases[what]) {
			c.Gated, c.Guard, c.Attribute = true, MaxRemovals, what
			c.Reason = because(c.Reason, count(removed[what], "removal", "removals")+" of "+what+" are more than guards.max_removals allows")
		}
	}
	now := p.activePeople()
	if deactivated == 0 {
		return
	}
	if limit := limits.MaxDeactivations.Of(now); deactivated > limit {
		p.plan.Exceeded = append(p.plan.Exceeded, Exceeded{MaxDeactivations, "people", Figures{deactivated, limit, now, allowing(limits.MaxDeactivations, deactivated, now)}})
		for i := range p.plan.Changes {
			if c := &p.plan.Changes[i]; c.Leaver != "" {
				c.Guard = MaxDeactivations
			}
		}
	}
	if left := now - deactivated; left < limits.MinActiveUsers {
		p.refuse(Refusal{Setting: "guards.min_active_users", Cause: state.CauseGuard, Figures: Figures{Have: left, Limit: limits.MinActiveUsers, Base: now, Allow: fmt.Sprint(left)}}, "%s would leave %s. If that is meant, lower guards.min_active_users.",
			count(deactivated, "deactivation", "deactivations"), count(left, "active person", "active people"))
	}
}

// bases counts, for each kind of removal, what there is to remove from: what the workspace holds and what the routine
// changes add. Their removals are not taken off, so that the limit is the same in the next run, when the additions are
// done and the removals still wait.
func (p *planner) bases() map[string]int {
	bases := map[string]int{}
	for _, person := range p.dir.People {
		bases["manager links"] += len(person.Managers)
		for _, m := range p.spec.Fields {
			if person.Fields[m.Field] != "" {
				bases["field values"]++
			}
		}
	}
	for _, g := range p.dir.Groups {
		bases["memberships"] += len(g.Members)
		bases["manager links"] += len(g.Managers)
	}
	for _, c := range p.plan.Changes {
		if c.Gated {
			continue
		}
		switch do := c.Do.(type) {
		case Membership:
			if c.Op == Create {
				bases["memberships"]++
			}
		case Manager:
			if c.Op == Create {
				bases["manager links"]++
			}
		case Profile:
			for _, v := range do.Values {
				if person := p.have.people[do.Person]; v.Text != "" && (person == nil || person.Fields[v.Field] == "") {
					bases["field values"]++
				}
			}
		}
	}
	return bases
}

// activePeople counts who is active after the routine changes.
func (p *planner) activePeople() int {
	n := 0
	for _, person := range p.want.people {
		if person.Status == state.Active {
			n++
		}
	}
	return n
}

// removal says what a change removes, and how many of them.
func removal(c *Change) (what string, n int) {
	if c.Op != Delete {
		return "", 0
	}
	switch do := c.Do.(type) {
	case Membership:
		return "memberships", 1
	case Manager:
		if do.Person != "" || do.Group != "" {
			return "manager links", 1
		}
	case Profile:
		return "field values", len(do.Values)
	}
	return "", 0
}

// deactivates reports whether the change deactivates a person.
func deactivates(c *Change) bool {
	do, ok := c.Do.(Person)
	return ok && c.Op == Update && !do.Active
}

// allowing is the value of a limit that would allow have of base, written as the limit is.
func allowing(l state.Limit, have, base int) string {
	if l.Share == 0 || base == 0 {
		return strconv.Itoa(have)
	}
	percent := (have*100 + base - 1) / base
	return strconv.Itoa(percent) + "%"
}

func because(reasons ...string) string {
	return strings.Join(without(reasons, func(r string) bool { return r == "" }), "; ")
}

// preflight refuses changes the key's user or the workspace's plan does not allow. A paid workspace that tells no
// features may have them all; a free one that tells none has none.
func (p *planner) preflight() {
	if len(p.plan.Changes) == 0 {
		return
	}
	if self := p.have.people[p.dir.Self]; self != nil && !self.Admin && !self.Owner {
		p.refuse(Refusal{Setting: "CLOCKIFY_API_KEY", Cause: state.CauseNotAdmin, About: p.dir.Self}, "the key's user %s is neither owner nor admin of the workspace. Use a key of one who is.", p.dir.Self)
	}
	for _, c := range p.plan.Changes {
		switch c.Do.(type) {
		case CustomField, Profile:
			for _, f := range c.Fields {
				switch {
				case f.Name == state.LeaveField, c.Op == Create && c.Ref.Name == state.LeaveField:
					p.requireField("deactivate_after")
				case f.Name != "capacity":
					p.requireField("field_mapping")
				default:
					p.doubtCapacity()
				}
			}
		case Manager:
			p.require("managers", "the Team manager role (feature MANAGER_ROLE; Standard, Pro or Enterprise plan)", "MANAGER_ROLE")
		case Person:
			if c.Op == Create && p.dir.Free {
				p.refuse(Refusal{Setting: "invite", Cause: state.CauseFreePlan}, "the workspace is on the free plan, which does not let the API add people. Set invite: false, or change the plan.")
			}
		}
	}
}

// doubtCapacity says once that the workspace's plan may not let capacities be changed. Whether the feature is needed for
// them is unproved (docs/clockify-api.md#membership-status), so nothing is refused for it.
func (p *planner) doubtCapacity() {
	const feature = "EDIT_MEMBER_PROFILE"
	if len(p.dir.Features) == 0 || p.dir.Has(feature) || p.doubted {
		return
	}
	p.doubted = true
	p.note(state.Finding{Kind: state.FindingFeature, Name: feature, Cause: state.CauseFeature}, "is a feature the workspace's plan does not have: Clockify may refuse to change capacities")
}

func (p *planner) requireField(setting string) {
	p.require(setting, "custom fields of people (feature USER_CUSTOM_FIELDS; Pro or Enterprise plan)", "USER_CUSTOM_FIELDS", "CUSTOM_FIELDS")
}

func (p *planner) require(setting, what string, features ...string) {
	if (len(p.dir.Features) > 0 || p.dir.Free) && !p.dir.Has(features...) {
		p.refuse(Refusal{Setting: setting, Cause: state.CauseFeature, About: features[0]}, "the workspace %q lacks %s, which these changes need.", p.dir.Workspace, what)
	}
}
