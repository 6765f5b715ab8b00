package export

import (
	"regexp"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// managerGroup reports whether a group is named after one who manages it, or holds exactly people of its one manager,
// as the group of a manager does who was renamed.
func (e *Export) managerGroup(g state.Group) bool { return e.namedAfter(g) || e.holdsReports(g) }

func (e *Export) namedAfter(g state.Group) bool {
	return slices.ContainsFunc(g.Managers, func(m string) bool {
		p := e.person(m)
		return p != nil && (g.Name == p.Label() || g.Name == p.Label()+" ("+m+")")
	})
}

// hasManagerGroups reports whether any group is a manager's.
func (e *Export) hasManagerGroups() bool { return slices.ContainsFunc(e.dir.Groups, e.managerGroup) }

// holdsReports reports whether all members of a group report to its one manager and to nobody else.
func (e *Export) holdsReports(g state.Group) bool {
	return len(g.Managers) == 1 && len(g.Members) > 0 && !slices.ContainsFunc(g.Members, func(m string) bool {
		p := e.person(m)
		return p == nil || !slices.Equal(p.Managers, g.Managers)
	})
}

// fallbackName is how groups are called that hold those without a manager of their own.
var fallbackName = regexp.MustCompile(`(?i)\b(?:other|others|fallback|unassigned|misc|miscellaneous)\b`)

// recogniseFallback finds the one group that holds only people of its one manager, is not named after them, and is called
// like a fallback or stands beside a group that is named after them.
func (e *Export) recogniseFallback() *state.Group {
	named := map[string]bool{} // managers with a group of their own
	for _, g := range e.dir.Groups {
		if len(g.Managers) == 1 && e.namedAfter(g) {
			named[g.Managers[0]] = true
		}
	}
	var found []*state.Group
	for i := range e.dir.Groups {
		g := &e.dir.Groups[i]
		if !e.holdsReports(*g) || e.namedAfter(*g) || !e.active(g.Managers[0]) || g.Name != strings.TrimSpace(g.Name) {
			continue
		}
		if named[g.Managers[0]] || fallbackName.MatchString(g.Name) {
			found = append(found, g)
		}
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

// protectGroups lists the groups that are neither a manager's nor the fallback.
func (e *Export) protectGroups(fallback *state.Group) {
	ours := map[string]bool{}
	for _, g := range e.dir.Groups {
		if e.managerGroup(g) || fallback != nil && g.Name == fallback.Name {
			ours[strings.ToLower(g.Name)] = true
		}
	}
	var alike, others []string
	for _, g := range e.dir.Groups {
		switch name := strings.ToLower(g.Name); {
		case e.managerGroup(g), fallback != nil && g.Name == fallback.Name:
		case ours[name]:
			alike = append(alike, g.Name)
		default:
			others = append(others, g.Name)
			e.Users.Protect.Groups = append(e.Users.Protect.Groups, config.GroupPattern(g.Name))
		}
	}
	e.limit(groups, "that are nobody's manager group: listed under protect.groups; who is in them is not in the files", others)
	e.limit(groups, "named like a manager's group but for the letter case: not protected", alike)
	e.protectColumn(ours)
}

// protectColumn looks for the column whose values groups are named after, as countries are.
func (e *Export) protectColumn(ours map[string]bool) {
	names := map[string]bool{}
	for _, g := range e.dir.Groups {
		names[strings.ToLower(g.Name)] = true
	}
	for _, m := range e.Users.Fields {
		hit, clash := false, false
		for _, p := range e.dir.People {
			for value := range strings.SplitSeq(strings.ToLower(p.Fields[m.Field]), ";") {
				value = strings.TrimSpace(value)
				hit, clash = hit || names[value], clash || ours[value]
			}
		}
		if hit && !clash && strings.Contains(strings.ToLower(m.Field), "country") {
			e.Users.Protect.Column, e.Users.Protect.Field = m.Column, m.Field
			return
		}
	}
}

// managedGroups are the names of the groups that anybody manages.
func (e *Export) managedGroups() []string {
	var names []string
	for _, g := range e.dir.Groups {
		if len(g.Managers) > 0 {
			names = append(names, g.Name)
		}
	}
	return names
}
