package plan

import (
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// needs says of each change which earlier ones must have been done before it: nobody is put into a group that could not
// be made, nobody loses a manager or a group before having the next, and a leaver is deactivated last of all.
func (p *planner) needs(changes []Change) {
	by := map[string][]string{} // "what object" to ids
	had := map[string]int{}     // id to the change (counted from 1) that was last found to need it
	note := func(id string, keys ...string) {
		for _, k := range keys {
			by[k] = append(by[k], id)
		}
	}
	for i := range changes {
		c := &changes[i]
		var keys []string
		switch do := c.Do.(type) {
		case SetProfile:
			keys = []string{"person " + do.Person}
			for _, v := range do.Values {
				keys = append(keys, "field "+v.Field)
			}
		case AddMember:
			keys = []string{"person " + do.Person, "group " + do.Group}
		case RemoveMember:
			keys = []string{"group " + do.Group, "joins " + do.Person}
		case GrantManager:
			keys = []string{"person " + do.Person, "person " + do.Manager}
		case RevokeManager:
			keys = []string{"manages " + do.Person}
		case GrantGroup:
			keys = []string{"group " + do.Group, "person " + do.Manager}
		case RevokeGroup:
			keys = []string{"group " + do.Group, "manages group " + do.Group}
		case DeleteGroup:
			keys = []string{"group " + do.Group, "empties " + do.Group}
			if c.Leaver != "" {
				keys = append(keys, "leaving "+c.Leaver)
			}
		case SetActive:
			if !do.Active {
				keys = []string{"leaving " + do.Person, "frees " + do.Person}
			}
		}
		for _, k := range keys {
			for _, id := range by[k] {
				if had[id] != i+1 {
					had[id] = i + 1
					c.Needs = append(c.Needs, id)
				}
			}
		}
		if c.Leaver != "" {
			note(c.ID, "leaving "+c.Leaver)
		}
		switch do := c.Do.(type) {
		case CreateField:
			note(c.ID, "field "+do.Field)
		case CreateGroup:
			note(c.ID, "group "+do.Group)
		case RenameGroup:
			note(c.ID, "group "+do.To)
		case Invite:
			note(c.ID, "person "+do.Person)
		case SetActive:
			if do.Active {
				note(c.ID, "person "+do.Person)
			}
		case AddMember:
			note(c.ID, "joins "+do.Person)
		case RemoveMember:
			note(c.ID, "empties "+do.Group)
		case GrantManager:
			note(c.ID, "manages "+do.Person)
		case GrantGroup:
			note(c.ID, "manages group "+do.Group)
		case RevokeManager:
			note(c.ID, "frees "+do.Manager)
		case RevokeGroup:
			note(c.ID, "frees "+do.Manager)
		case DeleteGroup:
			for _, m := range p.managersOf(do.Group) {
				note(c.ID, "frees "+m)
			}
		}
	}
}

// managersOf lists who manages the group that is called so after the routine changes.
func (p *planner) managersOf(name string) []string {
	if p.named == nil {
		p.named = map[string]*state.Group{}
		for _, g := range p.want.groups {
			p.named[g.Name] = g
		}
	}
	if g := p.named[name]; g != nil {
		return g.Managers
	}
	return nil
}
