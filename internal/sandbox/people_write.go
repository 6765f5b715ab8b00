package sandbox

import (
	"slices"
	"strings"
)

// invite is POST users: it answers with the workspace, not the user (#invitations). No email is sent either way.
func invite(c *call) reply {
	c.flag("send-email")
	email := strings.TrimSpace(in[string](c, "email"))
	switch {
	case c.bad != nil:
		return *c.bad
	case email == "":
		return refuse("must not be blank")
	case c.sp.meta.FeatureSubscriptionType == "FREE": // paid workspaces only; the status is unrecorded [?]
		return *c.missing()
	}
	name, domain, at := strings.Cut(strings.ToLower(email), "@")
	if !at || name == "" || !strings.Contains(domain, ".") || strings.Contains(domain, "@") || contains(c.sp.meta.BannedDomains, domain) {
		rep := fail(400, 1004, "Domain of your email address is not valid.")
		e := rep.body.(apiError)
		e.Banned = &[]string{}
		rep.body = e
		return rep
	}
	id := c.d.emails[strings.ToLower(email)]
	switch {
	case id != "" && c.sp.members.get(id) != nil: // already a member: unrecorded [?]
		return refuse("User with email '" + email + "' already exists on workspace")
	case c.sp.full(): // no seats: unrecorded [?]
		return refuse("There are no free seats on workspace")
	}
	if id == "" {
		id = c.d.newID("user", func(id string) bool { return c.d.users.get(id) != nil })
		u := &User{ID: id, Email: email, AccountStatus: "NOT_REGISTERED"}
		u.fill()
		c.d.users.put(id, u)
		c.d.emails[strings.ToLower(email)] = id
	}
	m := &Member{UserID: id, Status: "PENDING"}
	m.fill()
	c.sp.members.put(id, m)
	return ok(c.workspace())
}

// full says whether every seat is taken.
func (sp *workspace) full() bool {
	if sp.meta.Seats == 0 {
		return false
	}
	n := 0
	for m := range sp.members.all {
		if m.Status != "INACTIVE" {
			n++
		}
	}
	return n >= sp.meta.Seats
}

// setStatus is PUT users/{uid}: it answers with the workspace. The key's own user is refused, even for a no-op, and so is
// the owner [?]. What becomes of a deactivated person's roles and groups is unknown: here they stay [?] (#deactivation).
func setStatus(c *call) reply {
	id := c.p["user"]
	if id == c.key.UserID {
		return denied()
	}
	m := c.sp.members.get(id)
	if m == nil {
		return refuse("User doesn't belong to Workspace")
	}
	status, err := value[string](c.body, "status")
	if err != nil || status != "ACTIVE" && status != "INACTIVE" {
		return refuse("You entered invalid value for field: [status]. This field can't be empty and can't be null. Make sure that every value representing: [status] must be from the following set: ACTIVE, INACTIVE.")
	}
	if m.Owner {
		return denied()
	}
	if status == "ACTIVE" && m.Status == "INACTIVE" && c.sp.full() {
		return refuse("There are no free seats on workspace")
	}
	n := *m
	n.Status = status
	c.sp.members.put(id, &n)
	return ok(c.workspace())
}

// roleBody is what POST and DELETE users/{uid}/roles ask for.
func (c *call) roleBody() (Grant, *reply) {
	g := Grant{
		UserID: c.p["user"], Role: c.enum("role", "WORKSPACE_ADMIN", "TEAM_MANAGER", "PROJECT_MANAGER"),
		EntityID: in[string](c, "entityId"), SourceType: c.enum("sourceType", "USER_GROUP"),
	}
	var rep reply
	switch {
	case c.bad != nil:
		return g, c.bad
	case c.sp.members.get(g.UserID) == nil:
		rep = refuse("User doesn't belong to Workspace")
	case g.Role == "" || g.EntityID == "":
		rep = refuse("must not be null")
	default:
		return g, nil
	}
	return g, &rep
}

// addRole is POST users/{uid}/roles: 201 with an array (#managers). The user of the path receives the role.
func addRole(c *call) reply {
	g, rep := c.roleBody()
	if rep != nil {
		return *rep
	}
	if g.Role == "WORKSPACE_ADMIN" {
		return c.setAdmin(g, true)
	}
	switch {
	case g.Role == "TEAM_MANAGER" && !c.sp.features["MANAGER_ROLE"]:
		return *c.missing()
	case g.Role == "PROJECT_MANAGER" && c.sp.projects.get(g.EntityID) == nil:
		return refuse("Project doesn't belong to Workspace")
	case g.Role == "TEAM_MANAGER" && g.SourceType == "" && c.sp.members.get(g.EntityID) == nil: // a group needs its sourceType [?]
		return refuse("User doesn't belong to Workspace")
	case g.SourceType == "USER_GROUP" && c.sp.groups.get(g.EntityID) == nil:
		return refuse("User group doesn't belong to Workspace")
	case slices.Contains(c.sp.held[g.UserID], g): // the status is unrecorded; 400 or 409, "already assigned" (#managers)
		return refuse("Role is already assigned to user")
	}
	if made, fresh := c.sp.made[g.EntityID]; fresh && c.now.Sub(made) < c.s.opts.SettleDelay {
		return refuse("User group doesn't belong to Workspace") // #new-group: a role on a new group can fail
	}
	c.sp.grant(g)
	return created([]any{c.roleDetails(g)})
}

// removeRole is DELETE users/{uid}/roles with a body: 204. A ghost goes with the holder's own id as entity (#empty-role).
func removeRole(c *call) reply {
	g, rep := c.roleBody()
	if rep != nil {
		return *rep
	}
	if g.Role == "WORKSPACE_ADMIN" {
		return c.setAdmin(g, false)
	}
	n := c.sp.revoke(g.UserID, func(o Grant) bool {
		return o == g || o.Role == g.Role && o.EntityID == "" && g.EntityID == g.UserID
	})
	if n == 0 { // removing an absent role: unrecorded [?]
		return refuse("User doesn't have role on entity")
	}
	return reply{status: 204}
}

func (c *call) setAdmin(g Grant, admin bool) reply {
	m := *c.sp.members.get(g.UserID)
	switch {
	case g.EntityID != c.sp.meta.ID:
		return refuse("Workspace doesn't exist")
	case m.Admin == admin || m.Owner:
		return refuse("Role is already as asked for")
	}
	m.Admin = admin
	c.sp.members.put(m.UserID, &m)
	if !admin {
		return reply{status: 204}
	}
	return created([]any{c.roleDetails(g)})
}

func (c *call) roleDetails(g Grant) map[string]any {
	var source any
	if g.SourceType != "" {
		source = map[string]any{"id": g.EntityID, "type": g.SourceType}
	}
	return map[string]any{
		"role":   map[string]any{"id": g.EntityID, "name": g.Role, "source": source},
		"userId": g.UserID, "workspaceId": c.sp.meta.ID,
	}
}
