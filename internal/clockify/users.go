package clockify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strconv"
)

// User is UserDtoV1 with the roles that the vendor's schema leaves out.
type User struct {
	ID           string           `json:"id"`
	Email        string           `json:"email"`
	Name         string           `json:"name"` // empty until registered
	Settings     UserSettings     `json:"settings"`
	Memberships  []Membership     `json:"memberships"`  // nil: the answer has none
	Roles        []UserRole       `json:"roles"`        // nil: the answer has none
	CustomFields []UserFieldValue `json:"customFields"` // nil: the answer has none, which is not the same as empty
}

// UserSettings of the account.
type UserSettings struct {
	TimeZone string `json:"timeZone"`
}

// UserRole is one role of a person with what it is held over: project ids for PROJECT_MANAGER,
// user or group ids for TEAM_MANAGER, the workspace's id for the others.
type UserRole struct {
	Role     string       `json:"role"`
	Entities []RoleEntity `json:"entities"` // empty under TEAM_MANAGER: a "ghost" (docs/clockify-api.md#empty-role)
}

// RoleEntity is what a role is held over.
type RoleEntity struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Source RoleSource `json:"source"`
}

// RoleSource marks a role held on a group. It is zero for a role held directly on a user.
type RoleSource struct {
	ID   string `json:"id"`
	Type string `json:"type"` // USER_GROUP
}

// UserFieldValue is the value of a user custom field, as raw JSON by the field's type.
type UserFieldValue struct {
	CustomFieldID string          `json:"customFieldId"`
	Value         json.RawMessage `json:"value"`
}

// Names of roles. The owner reads as either of the first two (docs/clockify-api.md#roles).
const (
	RoleOwner          = "OWNER"
	RoleWorkspaceOwn   = "WORKSPACE_OWN"
	RoleAdmin          = "WORKSPACE_ADMIN"
	RoleTeamManager    = "TEAM_MANAGER"
	RoleProjectManager = "PROJECT_MANAGER"
	SourceUserGroup    = "USER_GROUP"
)

// Owner reports whether the role is the workspace owner's.
func (r UserRole) Owner() bool { return r.Role == RoleOwner || r.Role == RoleWorkspaceOwn }

// Group reports whether the role is held on a group, not directly on a user.
func (s RoleSource) Group() bool { return s.Type != "" || s.ID != "" }

// UnmarshalJSON reads an object, the bare string "USER_GROUP", or null.
func (s *RoleSource) UnmarshalJSON(data []byte) error {
	*s = RoleSource{}
	if data = bytes.TrimSpace(data); len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &s.Type)
	}
	type plain RoleSource
	return json.Unmarshal(data, (*plain)(s))
}

func (u User) rowID() string { return u.ID }

// UsersQuery selects users. The zero value is everybody, whatever their membership's status.
type UsersQuery struct {
	Email        string // contained in the address: compare again
	Memberships  string // which memberships the rows carry: ALL, NONE, WORKSPACE, PROJECT, USERGROUP; default NONE
	IncludeRoles bool   // rows carry Roles
	PageSize     int    // default 5000
}

// CurrentUser is the owner of the key.
func (c *Client) CurrentUser(ctx context.Context) (User, error) {
	return one[User](ctx, c, get("user"))
}

// Users lists the users of a workspace. A plain member's key gets 403, code 501.
func (c *Client) Users(ctx context.Context, ws string, q UsersQuery) iter.Seq2[User, error] {
	query := url.Values{"status": {"ALL"}, "include-roles": {strconv.FormatBool(q.IncludeRoles)}}
	set(query, "email", q.Email)
	set(query, "memberships", q.Memberships)
	r := get("workspaces", ws, "users")
	r.query = query
	return pages[User](ctx, c, r, q.PageSize)
}

// InviteUser adds an address to the workspace. The answer is the workspace; the new user is found
// by listing (docs/clockify-api.md#invitations). A banned domain is 400, code 1004.
func (c *Client) InviteUser(ctx context.Context, ws, email string, sendEmail bool) (Workspace, error) {
	if email == "" {
		return Workspace{}, errors.New("invite a user: no email")
	}
	r := write(once, http.MethodPost, map[string]string{"email": email}, "workspaces", ws, "users")
	r.query = url.Values{"send-email": {strconv.FormatBool(sendEmail)}}
	return one[Workspace](ctx, c, r)
}

// SetUserStatus activates or deactivates somebody. The key's own user is 403, code 501, even for
// what they already are. The answer is the workspace, its memberships showing the new status.
func (c *Client) SetUserStatus(ctx context.Context, ws, uid string, active bool) (Workspace, error) {
	status := "INACTIVE"
	if active {
		status = "ACTIVE"
	}
	return one[Workspace](ctx, c, write(idempotent, http.MethodPut, map[string]string{"status": status}, "workspaces", ws, "users", uid))
}

func set(q url.Values, key, value string) {
	if value != "" {
		q.Set(key, value)
	}
}
