package sandbox

import (
	"cmp"
	"slices"
)

// shownAccounts are those that the list shows when none is asked for (#list-of-people).
var shownAccounts = []string{"ACTIVE", "PENDING_EMAIL_VERIFICATION", "NOT_REGISTERED"}

// listUsers is GET users (#list-of-people), in the order of addresses. A plain member is refused: 403/501.
func listUsers(c *call) reply {
	if !c.admin() && !c.sp.meta.MembersListPeople {
		return denied()
	}
	email, status := c.query("email"), c.choice("status", "PENDING", "ACTIVE", "DECLINED", "INACTIVE", "ALL")
	var rows []*User
	for m := range c.sp.members.all {
		u := c.d.users.get(m.UserID)
		shown := m.Status == status || status == "ALL" || status == "" && m.Status != "INACTIVE" // the default is not documented: active and pending ones [?]
		if u != nil && shown && contains(shownAccounts, u.AccountStatus) && containsFold(u.Email, email) {
			rows = append(rows, u)
		}
	}
	slices.SortStableFunc(rows, func(a, b *User) int { return cmp.Or(cmp.Compare(a.Email, b.Email), cmp.Compare(a.ID, b.ID)) })
	return page(c, rows, 5000, true, c.userRow())
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

// userRow renders rows of the list, with as much as the query asks for.
func (c *call) userRow() func(*User) any {
	memberships := c.choice("memberships", "NONE", "WORKSPACE") == "WORKSPACE"
	withRoles, _ := c.flag("include-roles")
	return func(u *User) any {
		row := c.user(u)
		if memberships && !c.sp.meta.unlike("memberships") {
			row.Memberships = c.d.workspacesOf(u.ID)
		}
		if !c.sp.meta.ListOmitsFieldValues {
			row.CustomFields = c.sp.fieldsOf(u.ID)
		}
		if withRoles {
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
