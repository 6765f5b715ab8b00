package sandbox

import (
	"cmp"
	"slices"
	"strings"
)

type wireGroup struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	WorkspaceID  string        `json:"workspaceId"`
	UserIDs      []string      `json:"userIds"`
	TeamManagers []wireManager `json:"teamManagers"`
}

type wireManager struct {
	ID   string  `json:"id"`
	Name *string `json:"name"`
}

// group renders a group; its team managers only where they were asked for.
func (c *call) group(g *Group, managers bool) any {
	row := wireGroup{ID: g.ID, Name: g.Name, WorkspaceID: c.sp.meta.ID, UserIDs: g.UserIDs, TeamManagers: []wireManager{}}
	if row.UserIDs == nil {
		row.UserIDs = []string{}
	}
	if managers {
		for _, r := range c.sp.on[g.ID] {
			if u := c.d.users.get(r.UserID); u != nil && r.SourceType == "USER_GROUP" {
				m := wireManager{ID: u.ID}
				if u.Name != "" {
					m.Name = &u.Name
				}
				row.TeamManagers = append(row.TeamManagers, m)
			}
		}
	}
	return row
}

// listGroups is the only read of groups: GET of one is 405 (#groups).
func listGroups(c *call) reply {
	managers, _ := c.flag("includeTeamManagers")
	managers = managers && !c.sp.meta.unlike("groups")
	rows := slices.Collect(c.sp.groups.all)
	sortNamed(rows, groupID, func(g *Group) string { return g.Name })
	return page(c, rows, 5000, true, func(g *Group) any { return c.group(g, managers) })
}

// sortNamed orders by name, whatever the case.
func sortNamed[T any](rows []*T, id, name func(*T) string) {
	slices.SortStableFunc(rows, func(a, b *T) int {
		return cmp.Or(cmp.Compare(strings.ToLower(name(a)), strings.ToLower(name(b))), cmp.Compare(id(a), id(b)))
	})
}

// groupName reads and checks a name: required, unique (#groups). Case counts [?].
func (c *call) groupName(self string) (string, *reply) {
	name := in[string](c, "name")
	var rep reply
	switch {
	case c.bad != nil:
		return "", c.bad
	case strings.TrimSpace(name) == "":
		rep = refuse("User group name is required")
		return "", &rep
	case len([]rune(name)) > 100:
		rep = refuse("User group name cannot be longer than 100.")
		return "", &rep
	}
	for g := range c.sp.groups.all {
		if g.Name == name && g.ID != self {
			rep = refuse("User group with name '" + name + "' already exists")
			return "", &rep
		}
	}
	return name, nil
}

func createGroup(c *call) reply {
	name, rep := c.groupName("")
	if rep != nil {
		return *rep
	}
	g := &Group{ID: c.d.newID("group", func(id string) bool { return c.sp.groups.get(id) != nil }), Name: name}
	c.sp.groups.put(g.ID, g)
	c.sp.made[g.ID] = c.now
	return created(c.group(g, false))
}

// theGroup is the group of the path.
func (c *call) theGroup() (*Group, *reply) {
	g := c.sp.groups.get(c.p["group"])
	if g == nil {
		rep := refuse("User group doesn't belong to Workspace")
		return nil, &rep
	}
	return g, nil
}

func renameGroup(c *call) reply {
	g, rep := c.theGroup()
	if rep != nil {
		return *rep
	}
	name, rep := c.groupName(g.ID)
	if rep != nil {
		return *rep
	}
	n := *g
	n.Name = name
	c.sp.groups.put(n.ID, &n)
	return ok(c.group(&n, false))
}

// deleteGroup takes the roles on the group away with it [?].
func deleteGroup(c *call) reply {
	g, rep := c.theGroup()
	if rep != nil {
		return *rep
	}
	c.sp.groups.del(g.ID, groupID)
	delete(c.sp.made, g.ID)
	for _, r := range slices.Clone(c.sp.on[g.ID]) {
		c.sp.revoke(r.UserID, func(o Grant) bool { return o == r })
		left := slices.ContainsFunc(c.sp.held[r.UserID], func(o Grant) bool { return o.Role == r.Role })
		if c.sp.meta.GroupDeleteLeavesGhosts && !left {
			c.sp.grant(Grant{UserID: r.UserID, Role: r.Role})
		}
	}
	return ok(c.group(g, false))
}

// addToGroup adds one user; one who is there already is 200 unchanged (#groups).
func addToGroup(c *call) reply {
	g, rep := c.theGroup()
	if rep != nil {
		return *rep
	}
	id := in[string](c, "userId")
	switch {
	case c.bad != nil:
		return *c.bad
	case id == "":
		return refuse("Some users do not belong to workspace with id " + c.sp.meta.ID)
	case c.sp.members.get(id) == nil:
		return refuse("User doesn't belong to Workspace")
	case contains(g.UserIDs, id):
		return ok(c.group(g, false))
	}
	n := *g
	n.UserIDs = append(slices.Clone(g.UserIDs), id)
	c.sp.groups.put(n.ID, &n)
	return ok(c.group(&n, false))
}

// removeFromGroup is 200 also for who is not in it, and 404 with code 501 for an id unknown anywhere (#groups).
func removeFromGroup(c *call) reply {
	g, rep := c.theGroup()
	if rep != nil {
		return *rep
	}
	id := c.p["user"]
	if c.d.users.get(id) == nil {
		return fail(404, 501, "USER with ID '"+id+"' not found")
	}
	n := *g
	n.UserIDs = slices.DeleteFunc(slices.Clone(g.UserIDs), func(o string) bool { return o == id })
	c.sp.groups.put(n.ID, &n)
	return ok(c.group(&n, false))
}
