package clockify

import (
	"context"
	"net/http"
)

// Role is a role to give or take: over a user (TEAM_MANAGER), a group (TEAM_MANAGER with SourceType
// USER_GROUP), a project (PROJECT_MANAGER) or the workspace (WORKSPACE_ADMIN), whose id is EntityID.
type Role struct {
	Role       string `json:"role"`
	EntityID   string `json:"entityId"`
	SourceType string `json:"sourceType,omitempty"`
}

// GrantRole gives uid a role. What a second grant answers is not known, so a lost answer is
// ErrUncertain.
func (c *Client) GrantRole(ctx context.Context, ws, uid string, role Role) error {
	return c.do(ctx, write(once, http.MethodPost, role, "workspaces", ws, "users", uid, "roles"), anyJSON)
}

// RevokeRole takes a role from uid: a DELETE with a body. A "ghost" (TEAM_MANAGER over nothing) is
// taken with EntityID = uid (docs/clockify-api.md#empty-role). A lost answer is ErrUncertain.
func (c *Client) RevokeRole(ctx context.Context, ws, uid string, role Role) error {
	return c.do(ctx, write(once, http.MethodDelete, role, "workspaces", ws, "users", uid, "roles"), nil)
}
