package clockify

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
)

// Group is UserGroupDtoV1. There is no route for one group: list them.
type Group struct {
	ID           string         `json:"id"`
	Name         string         `json:"name"`
	UserIDs      Strings        `json:"userIds"`
	TeamManagers []GroupManager `json:"teamManagers"`
}

// GroupManager is a team manager of a group.
type GroupManager struct {
	ID string `json:"id"`
}

func (g Group) rowID() string { return g.ID }

// Groups lists the groups of a workspace with members and team managers.
func (c *Client) Groups(ctx context.Context, ws string) iter.Seq2[Group, error] {
	r := get("workspaces", ws, "user-groups")
	r.query = url.Values{"includeTeamManagers": {"true"}} // camelCase, alone among the parameters
	return pages[Group](ctx, c, r, 0)
}

// CreateGroup makes a group. A name that is taken is 400, code 501.
func (c *Client) CreateGroup(ctx context.Context, ws, name string) (Group, error) {
	if name == "" {
		return Group{}, errors.New("create a group: no name")
	}
	return one[Group](ctx, c, write(once, http.MethodPost, map[string]string{"name": name}, "workspaces", ws, "user-groups"))
}

// RenameGroup names a group anew.
func (c *Client) RenameGroup(ctx context.Context, ws, gid, name string) error {
	if name == "" {
		return errors.New("rename a group: no name")
	}
	_, err := one[Group](ctx, c, write(idempotent, http.MethodPut, map[string]string{"name": name}, "workspaces", ws, "user-groups", gid))
	return err
}

// DeleteGroup deletes a group. One that is gone already is 400, code 501.
func (c *Client) DeleteGroup(ctx context.Context, ws, gid string) error {
	_, err := one[Group](ctx, c, write(idempotent, http.MethodDelete, nil, "workspaces", ws, "user-groups", gid))
	return err
}

// AddGroupMember adds a user; adding a member changes nothing and is no error.
func (c *Client) AddGroupMember(ctx context.Context, ws, gid, uid string) error {
	if uid == "" {
		return errors.New("add a group member: no user id")
	}
	_, err := one[Group](ctx, c, write(idempotent, http.MethodPost, map[string]string{"userId": uid}, "workspaces", ws, "user-groups", gid, "users"))
	return err
}

// RemoveGroupMember removes a user; removing one who is no member changes nothing and is no error.
// An id that no user has is 404, code 501.
func (c *Client) RemoveGroupMember(ctx context.Context, ws, gid, uid string) error {
	_, err := one[Group](ctx, c, write(idempotent, http.MethodDelete, nil, "workspaces", ws, "user-groups", gid, "users", uid))
	return err
}
