package sandbox

import (
	"encoding/json"
	"regexp"
	"slices"
)

var (
	colorForm = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	hexID     = regexp.MustCompile(`^[0-9a-fA-F]{24}$`)
)

// project renders a project: the key read is public, the key written isPublic (section 3).
func (c *call) project(p *Project) map[string]any {
	clientName := ""
	if cl := c.sp.clients.get(p.ClientID); cl != nil {
		clientName = cl.Name
	}
	memberships := make([]wireMembership, 0, len(p.MemberIDs))
	for _, id := range p.MemberIDs {
		memberships = append(memberships, wireMembership{UserID: id, TargetID: p.ID, MembershipType: "PROJECT", MembershipStatus: "ACTIVE"})
	}
	color := p.Color
	orElse(&color, "#03A9F4")
	return map[string]any{
		"id": p.ID, "name": p.Name, "workspaceId": c.sp.head.ID, "clientId": p.ClientID, "clientName": clientName, "color": color,
		"billable": p.Billable, "public": p.Public, "template": false, "archived": p.Archived, "note": p.Note, "duration": "PT0S",
		"hourlyRate": map[string]any{"amount": 0, "currency": c.sp.head.Settings.Currency}, "costRate": nil,
		"estimate": map[string]any{"estimate": "PT0S", "type": "AUTO"}, "timeEstimate": nil, "budgetEstimate": nil, "estimateReset": nil,
		"memberships": memberships,
	}
}

// listProjects: archived left out returns both (section 3).
func listProjects(c *call) reply {
	archived, only := c.flag("archived")
	strict, _ := c.flag("strict-name-search")
	billable, onlyBillable := c.flag("billable")
	withClient, clientAsked := c.flag("contains-client")
	withUser, userAsked := c.flag("contains-user")
	clients, users, groups := c.list("clients"), c.list("users"), c.list("userGroups")
	access := c.choice("access", "PUBLIC", "PRIVATE")
	clientStatus := c.choice("client-status", "ACTIVE", "ARCHIVED", "ALL")
	var rows []*Project
	for p := range c.sp.projects.all {
		cl := c.sp.clients.get(p.ClientID)
		switch {
		case !c.named(p.Name, strict), only && p.Archived != archived, onlyBillable && p.Billable != billable:
			continue
		case len(clients) > 0 && contains(clients, p.ClientID) == (clientAsked && !withClient):
			continue
		case len(users) > 0 && slices.ContainsFunc(p.MemberIDs, func(id string) bool { return contains(users, id) }) == (userAsked && !withUser):
			continue
		case len(groups) > 0 && !slices.ContainsFunc(p.GroupIDs, func(id string) bool { return contains(groups, id) }):
			continue
		case access != "" && p.Public != (access == "PUBLIC"):
			continue
		case clientStatus == "ACTIVE" && cl != nil && cl.Archived, clientStatus == "ARCHIVED" && (cl == nil || !cl.Archived):
			continue
		case !c.admin() && !p.Public && !contains(p.MemberIDs, c.key.UserID): // a private project of others [?]
			continue
		}
		rows = append(rows, p)
	}
	sortNamed(c, rows, projectID, func(p *Project) string { return p.Name })
	return page(c, rows, 5000, true, func(p *Project) any { return c.project(p) })
}

func (c *call) theProject() (*Project, *reply) {
	p := c.sp.projects.get(c.p["project"])
	if p == nil {
		rep := refuse("Project doesn't belong to Workspace")
		return nil, &rep
	}
	return p, nil
}

func getProject(c *call) reply {
	p, rep := c.theProject()
	if rep != nil {
		return *rep
	}
	return ok(c.project(p))
}

// checkProject holds a project to the rules: 2 to 250 characters, a known client, unique with the archived ones by name and
// client (section 3).
func (c *call) checkProject(p *Project) *reply {
	var rep reply
	switch n := len([]rune(p.Name)); {
	case c.bad != nil:
		return c.bad
	case !c.mayCreate(c.sp.head.Settings.WhoCanCreateProjectsAndClients):
		rep = denied()
	case n == 0:
		rep = refuse("Project name is required")
	case n < 2 || n > 250:
		rep = refuse("Project name has to be between 2 and 250 characters long")
	case p.ClientID != "" && c.sp.clients.get(p.ClientID) == nil:
		rep = refuse("Client doesn't belong to Workspace")
	case p.Color != "" && !colorForm.MatchString(p.Color):
		rep = refuse("You entered invalid value for field: [color]")
	default:
		for o := range c.sp.projects.all {
			if o.Name != p.Name || o.ClientID != p.ClientID || o.ID == p.ID {
				continue
			}
			rep = refuse("Project with this name already exists")
			if cl := c.sp.clients.get(p.ClientID); cl != nil {
				rep = refuse(p.Name + " project for client " + cl.Name + " already exists.")
			}
			return &rep
		}
		return nil
	}
	return &rep
}

// createProject takes isPublic, and without it the workspace's own setting.
func createProject(c *call) reply {
	p := &Project{
		ID: c.d.newID("project", func(id string) bool { return c.sp.projects.get(id) != nil }), Name: in[string](c, "name"),
		ClientID: in[string](c, "clientId"), Color: in[string](c, "color"), Note: in[string](c, "note"),
		Billable: in[bool](c, "billable"), Public: in[bool](c, "isPublic"), MemberIDs: []string{c.key.UserID},
	}
	if !c.has("billable") {
		p.Billable = c.sp.head.Settings.DefaultBillableProjects
	}
	if !c.has("isPublic") {
		p.Public = c.sp.head.Settings.IsProjectPublicByDefault
	}
	if rep := c.checkProject(p); rep != nil {
		return *rep
	}
	c.sp.projects.put(p.ID, p)
	return created(c.project(p))
}

// updateProject has mixed semantics: color, note, archived and clientId left out are kept, isPublic and billable left out
// become false (section 3).
func updateProject(c *call) reply {
	p, rep := c.theProject()
	if rep != nil {
		return *rep
	}
	n := deepProject(*p)
	n.Billable, n.Public = in[bool](c, "billable"), in[bool](c, "isPublic")
	if _, there := c.body["name"]; there {
		n.Name = in[string](c, "name")
	}
	if _, there := c.body["clientId"]; there {
		n.ClientID = in[string](c, "clientId")
	}
	if c.has("color") {
		n.Color = in[string](c, "color")
	}
	if c.has("note") {
		n.Note = in[string](c, "note")
	}
	if c.has("archived") {
		n.Archived = in[bool](c, "archived")
	}
	if rep := c.checkProject(&n); rep != nil {
		return *rep
	}
	c.sp.projects.put(n.ID, &n)
	return ok(c.project(&n))
}

// deleteProject needs it archived first, and frees the name (section 3). Its entries keep no project [?].
func deleteProject(c *call) reply {
	p, rep := c.theProject()
	switch {
	case rep != nil:
		return *rep
	case !c.mayCreate(c.sp.head.Settings.WhoCanCreateProjectsAndClients):
		return denied()
	case !p.Archived:
		return refuse("Cannot delete an active project")
	}
	c.sp.projects.del(p.ID, projectID)
	for _, t := range c.sp.tasks.list(same[Task]) {
		if t.ProjectID == p.ID {
			c.sp.tasks.del(t.ID, taskID)
		}
	}
	for e := range c.sp.entries.all {
		if e.ProjectID == p.ID {
			n := *e
			n.ProjectID, n.TaskID = "", ""
			c.sp.putEntry(&n)
		}
	}
	for _, g := range slices.Clone(c.sp.on[p.ID]) {
		c.sp.revoke(g.UserID, func(o Grant) bool { return o == g })
	}
	return ok(c.project(p))
}

// checkMembers refuses users that are not there, and ids that are none (section 3).
func (c *call) checkMembers(ids []string) *reply {
	for _, id := range ids {
		var rep reply
		switch {
		case c.sp.members.get(id) != nil:
			continue
		case !hexID.MatchString(id):
			rep = refuse("state should be: hexString has 24 characters")
		default:
			rep = refuse("User or group not a member of workspace")
		}
		return &rep
	}
	return nil
}

// replaceMembers is PATCH memberships: it replaces the whole list and answers with the project (section 3).
func replaceMembers(c *call) reply {
	p, rep := c.theProject()
	if rep != nil {
		return *rep
	}
	if !c.has("memberships") {
		return refuse("must not be null")
	}
	var ids []string
	for _, m := range in[[]map[string]json.RawMessage](c, "memberships") {
		id, _ := value[string](m, "userId")
		ids = append(ids, id)
	}
	if c.bad != nil {
		return *c.bad
	}
	if rep := c.checkMembers(ids); rep != nil {
		return *rep
	}
	n := deepProject(*p)
	n.MemberIDs = ids
	c.sp.projects.put(n.ID, &n)
	return ok(c.project(&n))
}

// changeMembers is POST memberships: it adds, or with remove takes away (section 3).
func changeMembers(c *call) reply {
	p, rep := c.theProject()
	if rep != nil {
		return *rep
	}
	ids, remove := in[[]string](c, "userIds"), in[bool](c, "remove")
	if c.bad != nil {
		return *c.bad
	}
	if rep := c.checkMembers(ids); rep != nil {
		return *rep
	}
	n := deepProject(*p)
	n.MemberIDs = slices.DeleteFunc(n.MemberIDs, func(id string) bool { return contains(ids, id) })
	if !remove {
		n.MemberIDs = append(n.MemberIDs, ids...)
	}
	c.sp.projects.put(n.ID, &n)
	return ok(c.project(&n))
}
