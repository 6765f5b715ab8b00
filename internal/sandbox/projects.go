package sandbox

import "regexp"

var colorForm = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// project renders a project: the key read is public, the key written isPublic (#projects).
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
		"id": p.ID, "name": p.Name, "workspaceId": c.sp.meta.ID, "clientId": p.ClientID, "clientName": clientName, "color": color,
		"billable": p.Billable, "public": p.Public, "template": false, "archived": p.Archived, "note": p.Note, "duration": "PT0S",
		"hourlyRate": map[string]any{"amount": 0, "currency": c.sp.meta.Settings.Currency}, "costRate": nil,
		"estimate": map[string]any{"estimate": "PT0S", "type": "AUTO"}, "timeEstimate": nil, "budgetEstimate": nil, "estimateReset": nil,
		"memberships": memberships,
	}
}

// listProjects: archived left out returns both (#projects).
func listProjects(c *call) reply {
	archived, only := c.flag("archived")
	name, clients := c.query("name"), c.list("clients")
	var rows []*Project
	for p := range c.sp.projects.all {
		mine := c.admin() || p.Public || contains(p.MemberIDs, c.key.UserID) // a private project of others is not shown [?]
		if mine && containsFold(p.Name, name) && (!only || p.Archived == archived) && (len(clients) == 0 || contains(clients, p.ClientID)) {
			rows = append(rows, p)
		}
	}
	sortNamed(rows, projectID, func(p *Project) string { return p.Name })
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

// checkProject holds a project to the rules: 2 to 250 characters, a known client, unique with the archived ones by name and
// client (#projects).
func (c *call) checkProject(p *Project) *reply {
	var rep reply
	switch n := len([]rune(p.Name)); {
	case c.bad != nil:
		return c.bad
	case !c.mayCreate(c.sp.meta.Settings.WhoCanCreateProjectsAndClients):
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
		p.Billable = c.sp.meta.Settings.DefaultBillableProjects
	}
	if !c.has("isPublic") {
		p.Public = c.sp.meta.Settings.IsProjectPublicByDefault
	}
	if rep := c.checkProject(p); rep != nil {
		return *rep
	}
	c.sp.projects.put(p.ID, p)
	return created(c.project(p))
}
