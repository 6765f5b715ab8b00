package sandbox

// wireRole is a row of roles[], which the vendor's schema leaves out (#roles).
type wireRole struct {
	Role              string       `json:"role"`
	FormatterRoleName string       `json:"formatterRoleName"`
	Entities          []wireEntity `json:"entities"`
}

type wireEntity struct {
	ID               string `json:"id"`
	Name             string `json:"name"`
	MembershipStatus string `json:"membershipStatus"`
	Source           any    `json:"source"`
}

// rolesOf are a member's roles: a role held on a group has a source, one held directly on a user has none, and a ghost has
// no entities (#roles).
func (sp *workspace) rolesOf(d *db, userID string) []wireRole {
	out := []wireRole{}
	m := sp.members.get(userID)
	ws := []wireEntity{{ID: sp.meta.ID}}
	switch {
	case m != nil && m.Owner:
		out = append(out, wireRole{sp.meta.OwnerRole, "Admin", ws})
	case m != nil && m.Admin:
		out = append(out, wireRole{"WORKSPACE_ADMIN", "Admin", ws})
	}
	for _, kind := range []struct{ role, title string }{{"PROJECT_MANAGER", "Project Manager"}, {"TEAM_MANAGER", "Team Manager"}} {
		row := wireRole{kind.role, kind.title, []wireEntity{}}
		held := false
		for _, g := range sp.held[userID] {
			if g.Role != kind.role {
				continue
			}
			held = true
			if g.EntityID != "" {
				row.Entities = append(row.Entities, sp.entity(d, g))
			}
		}
		if held {
			out = append(out, row)
		}
	}
	return out
}

func (sp *workspace) entity(d *db, g Grant) wireEntity {
	e := wireEntity{ID: g.EntityID, Name: sp.nameOf(d, g)}
	switch {
	case g.SourceType != "USER_GROUP", sp.meta.unlike("sources"):
	case sp.meta.RoleSourceAsString:
		e.Source = "USER_GROUP"
	default:
		e.Source = map[string]string{"id": g.EntityID, "type": "USER_GROUP"}
	}
	return e
}

// nameOf is the name of what a role is on.
func (sp *workspace) nameOf(d *db, g Grant) string {
	if g.SourceType == "USER_GROUP" {
		if group := sp.groups.get(g.EntityID); group != nil {
			return group.Name
		}
	} else if p := sp.projects.get(g.EntityID); p != nil {
		return p.Name
	} else if u := d.users.get(g.EntityID); u != nil {
		return u.Name
	}
	return ""
}
