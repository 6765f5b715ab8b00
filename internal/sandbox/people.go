package sandbox

import (
	"cmp"
	"slices"
	"strings"
)

// accountStatuses that the list shows when none is asked for (#list-of-people).
var shownAccounts = []string{"ACTIVE", "PENDING_EMAIL_VERIFICATION", "NOT_REGISTERED"}

var (
	accountStatuses    = []string{"ACTIVE", "PENDING_EMAIL_VERIFICATION", "DELETED", "NOT_REGISTERED", "LIMITED", "LIMITED_DELETED"}
	membershipStatuses = []string{"PENDING", "ACTIVE", "DECLINED", "INACTIVE", "ALL"}
	membershipKinds    = []string{"ALL", "NONE", "WORKSPACE", "PROJECT", "USERGROUP"}
	sortColumns        = []string{"ID", "EMAIL", "NAME", "NAME_LOWERCASE", "ACCESS", "HOURLYRATE", "COSTRATE"}
	sortOrders         = []string{"ASCENDING", "DESCENDING"}
	infoRoles          = []string{"WORKSPACE_ADMIN", "OWNER", "TEAM_MANAGER", "PROJECT_MANAGER"}
)

// peopleFilter is what a list of users was asked for, on the query or in the body of users/info.
type peopleFilter struct {
	email, name, projectID, status, memberships string
	accounts, roles, groups                     []string
	withRoles                                   bool
	column, order                               string
}

// listUsers is GET users (#list-of-people). A plain member is refused: 403/501.
func listUsers(c *call) reply {
	f := peopleFilter{
		email: c.query("email"), name: c.query("name"), projectID: c.query("project-id"),
		status: c.choice("status", membershipStatuses...), memberships: c.choice("memberships", membershipKinds...),
		accounts: c.list("account-statuses"), column: c.choice("sort-column", sortColumns...), order: c.choice("sort-order", sortOrders...),
	}
	f.withRoles, _ = c.flag("include-roles")
	for _, a := range f.accounts {
		if !contains(accountStatuses, a) {
			c.badQuery("account-statuses", a)
		}
	}
	return page(c, c.people(f), 5000, true, c.userRow(f))
}

// people are the members that pass, in order.
func (c *call) people(f peopleFilter) []*User {
	accounts := f.accounts
	if len(accounts) == 0 {
		accounts = shownAccounts
	}
	var project *Project
	if f.projectID != "" {
		if project = c.sp.projects.get(f.projectID); project == nil && c.bad == nil {
			rep := refuse("Project doesn't belong to Workspace")
			c.bad = &rep
		}
	}
	inGroups := map[string]bool{}
	for _, id := range f.groups {
		if g := c.sp.groups.get(id); g != nil {
			for _, u := range g.UserIDs {
				inGroups[u] = true
			}
		}
	}
	var out []*User
	for m := range c.sp.members.all {
		u := c.d.users.get(m.UserID)
		switch {
		case u == nil || !containsFold(u.Email, f.email) || !containsFold(u.Name, f.name):
			continue
		case !contains(accounts, u.AccountStatus):
			continue
		case f.status == "" && m.Status == "INACTIVE": // the default is not documented: active and pending ones [?]
			continue
		case f.status != "" && f.status != "ALL" && m.Status != f.status:
			continue
		case project != nil && !contains(project.MemberIDs, u.ID):
			continue
		case len(f.groups) > 0 && !inGroups[u.ID]:
			continue
		case len(f.roles) > 0 && !c.sp.holdsAny(m, f.roles):
			continue
		}
		out = append(out, u)
	}
	sortPeople(out, f.column, f.order)
	return out
}

// holdsAny is the roles filter of users/info, where owners count as admins (#list-of-people).
func (sp *workspace) holdsAny(m *Member, roles []string) bool {
	for _, r := range roles {
		if r == "OWNER" && m.Owner || r == "WORKSPACE_ADMIN" && (m.Owner || m.Admin) {
			return true
		}
		if slices.ContainsFunc(sp.held[m.UserID], func(g Grant) bool { return g.Role == r }) {
			return true
		}
	}
	return false
}

func sortPeople(list []*User, column, order string) {
	key := func(u *User) string { return u.Email }
	switch column {
	case "ID":
		key = func(u *User) string { return u.ID }
	case "NAME":
		key = func(u *User) string { return u.Name }
	case "NAME_LOWERCASE":
		key = func(u *User) string { return strings.ToLower(u.Name) }
	}
	slices.SortStableFunc(list, func(a, b *User) int {
		n := cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(a.ID, b.ID))
		if order == "DESCENDING" {
			return -n
		}
		return n
	})
}

// wireUser is a user as it is sent (#list-of-people).
type wireUser struct {
	ID               string           `json:"id"`
	Email            string           `json:"email"`
	Name             *string          `json:"name"` // null for who has not registered
	Memberships      []wireMembership `json:"memberships"`
	ProfilePicture   string           `json:"profilePicture"`
	ActiveWorkspace  string           `json:"activeWorkspace"`
	DefaultWorkspace string           `json:"defaultWorkspace"`
	Settings         *wireSettings    `json:"settings"` // always there, null when unset
	Status           string           `json:"status"`   // of the account (#membership-status)
	CustomFields     []wireUserField  `json:"customFields"`
	Roles            *[]wireRole      `json:"roles,omitempty"`
}

type wireMembership struct {
	UserID           string `json:"userId"`
	HourlyRate       any    `json:"hourlyRate"`
	CostRate         any    `json:"costRate"`
	TargetID         string `json:"targetId"`
	MembershipType   string `json:"membershipType"`
	MembershipStatus string `json:"membershipStatus"`
}

type wireSettings struct {
	WeekStart  string `json:"weekStart"`
	TimeZone   string `json:"timeZone"`
	TimeFormat string `json:"timeFormat"`
	DateFormat string `json:"dateFormat"`
	Lang       string `json:"lang"`
}

type wireUserField struct {
	CustomFieldID   string `json:"customFieldId"`
	UserID          string `json:"userId"`
	Value           any    `json:"value"`
	CustomFieldName string `json:"customFieldName"`
	CustomFieldType string `json:"customFieldType"`
}

// userRow renders rows of one list. What needs a look over the whole workspace is looked up once.
func (c *call) userRow(f peopleFilter) func(*User) any {
	var groupsOf, projectsOf map[string][]string
	if f.memberships == "ALL" || f.memberships == "USERGROUP" {
		groupsOf = map[string][]string{}
		for g := range c.sp.groups.all {
			for _, u := range g.UserIDs {
				groupsOf[u] = append(groupsOf[u], g.ID)
			}
		}
	}
	if f.memberships == "ALL" || f.memberships == "PROJECT" {
		projectsOf = map[string][]string{}
		for p := range c.sp.projects.all {
			for _, u := range p.MemberIDs {
				projectsOf[u] = append(projectsOf[u], p.ID)
			}
		}
	}
	return func(u *User) any {
		row := c.user(u)
		if f.memberships == "ALL" || f.memberships == "WORKSPACE" {
			row.Memberships = c.d.workspacesOf(u.ID)
		}
		for _, id := range groupsOf[u.ID] {
			row.Memberships = append(row.Memberships, wireMembership{UserID: u.ID, TargetID: id, MembershipType: "USERGROUP", MembershipStatus: "ACTIVE"})
		}
		for _, id := range projectsOf[u.ID] {
			row.Memberships = append(row.Memberships, wireMembership{UserID: u.ID, TargetID: id, MembershipType: "PROJECT", MembershipStatus: "ACTIVE"})
		}
		if !c.sp.meta.ListOmitsFieldValues {
			row.CustomFields = c.sp.fieldsOf(u.ID)
		}
		if f.withRoles {
			roles := c.sp.rolesOf(c.d, u.ID)
			row.Roles = &roles
		}
		return row
	}
}

// user renders an account.
func (c *call) user(u *User) wireUser {
	row := wireUser{ID: u.ID, Email: u.Email, Memberships: []wireMembership{}, Status: u.AccountStatus, CustomFields: []wireUserField{}}
	if u.Name != "" {
		row.Name = &u.Name
	}
	if c.sp != nil {
		row.ActiveWorkspace, row.DefaultWorkspace = c.sp.meta.ID, c.sp.meta.ID
	}
	if u.AccountStatus != "NOT_REGISTERED" {
		row.Settings = &wireSettings{WeekStart: u.WeekStart, TimeZone: u.TimeZone, TimeFormat: "HOUR24", DateFormat: "MM/DD/YYYY", Lang: u.Lang}
	}
	return row
}

// workspacesOf are a user's memberships of all workspaces: a row is read by its targetId (#membership-status).
func (d *db) workspacesOf(userID string) []wireMembership {
	out := []wireMembership{}
	for sp := range d.spaces.all {
		if m := sp.members.get(userID); m != nil {
			out = append(out, wireMembership{UserID: userID, TargetID: sp.meta.ID, MembershipType: "WORKSPACE", MembershipStatus: m.Status})
		}
	}
	return out
}

// fieldsOf are a person's field values as rows of users carry them.
func (sp *workspace) fieldsOf(userID string) []wireUserField {
	out := []wireUserField{}
	m := sp.members.get(userID)
	if m == nil || !sp.features["USER_CUSTOM_FIELDS"] {
		return out
	}
	for f := range sp.fields.all {
		if v, there := m.FieldValues[f.ID]; there && f.EntityType == "USER" {
			out = append(out, wireUserField{CustomFieldID: f.ID, UserID: userID, Value: v, CustomFieldName: f.Name, CustomFieldType: f.Type})
		}
	}
	return out
}
