package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// groupID finds a group's id by the name it has now.
func (w *Workspace) groupID(name string) (id string, created bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if id := w.groups[name]; id != "" {
		return id, w.created[name], nil
	}
	return "", false, fmt.Errorf("the group %q is not among those that were read", name)
}

// group reads one group again, by name. Nil: there is none.
func (w *Workspace) group(ctx context.Context, name string) (*clockify.Group, error) {
	groups, err := clockify.All(func() seq[clockify.Group] { return w.Writer.Groups(ctx, w.ID) })
	if err != nil {
		return nil, err
	}
	for i := range groups {
		if groups[i].Name == name {
			return &groups[i], nil
		}
	}
	return nil, nil
}

func (w *Workspace) createGroup(a plan.Group) operation {
	keep := func(id string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.groups[a.Name], w.created[a.Name] = id, true
	}
	return operation{
		people: true,
		check: func(ctx context.Context) (bool, error) {
			g, err := w.group(ctx, a.Name)
			if err != nil || g == nil {
				return false, err
			}
			keep(g.ID)
			return true, nil
		},
		do: func(ctx context.Context) error {
			g, err := w.Writer.CreateGroup(ctx, w.ID, a.Name)
			if err != nil {
				return err
			}
			keep(g.ID)
			return nil
		},
	}
}

func (w *Workspace) renameGroup(a plan.Group) (operation, error) {
	id, _, err := w.groupID(a.Name)
	if err != nil {
		return operation{}, err
	}
	keep := func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.groups, a.Name)
		w.groups[a.NewName] = id
	}
	return operation{
		people: true,
		check: func(ctx context.Context) (bool, error) {
			g, err := w.group(ctx, a.NewName)
			if err != nil || g == nil || g.ID != id {
				return false, err
			}
			keep()
			return true, nil
		},
		do: func(ctx context.Context) error {
			if err := w.Writer.RenameGroup(ctx, w.ID, id, a.NewName); err != nil {
				return err
			}
			keep()
			return nil
		},
	}, nil
}

func (w *Workspace) deleteGroup(a plan.Group) (operation, error) {
	id, _, err := w.groupID(a.Name)
	if err != nil {
		return operation{}, err
	}
	return operation{
		people: true,
		check: func(ctx context.Context) (bool, error) {
			g, err := w.group(ctx, a.Name)
			return g == nil, err
		},
		do: func(ctx context.Context) error { return w.Writer.DeleteGroup(ctx, w.ID, id) },
	}, nil
}

// setMember puts a person into a group or takes them out.
func (w *Workspace) setMember(group, email string, in bool) (operation, error) {
	gid, _, err := w.groupID(group)
	if err != nil {
		return operation{}, err
	}
	m, err := w.user(email)
	if err != nil {
		return operation{}, err
	}
	return operation{
		people: true,
		check: func(ctx context.Context) (bool, error) {
			g, err := w.group(ctx, group)
			if err != nil || g == nil {
				return false, err
			}
			return slices.Contains(g.UserIDs, m.id) == in, nil
		},
		do: func(ctx context.Context) error {
			if in {
				return w.Writer.AddGroupMember(ctx, w.ID, gid, m.id)
			}
			return w.Writer.RemoveGroupMember(ctx, w.ID, gid, m.id)
		},
	}, nil
}

// setManager gives or takes the team manager role held directly on a person.
func (w *Workspace) setManager(manager, email string, held bool) (operation, error) {
	holder, err := w.user(manager)
	if err != nil {
		return operation{}, err
	}
	m, err := w.user(email)
	if err != nil {
		return operation{}, err
	}
	role := clockify.Role{Role: clockify.RoleTeamManager, EntityID: m.id}
	return operation{
		check: func(ctx context.Context) (bool, error) {
			row, err := w.row(ctx, manager)
			if err != nil || row == nil {
				return false, err
			}
			return manages(row, m.id) == held, nil
		},
		do: w.role(holder.id, role, held),
	}, nil
}

// manages reports whether the row's person holds the team manager role directly on the user.
func manages(row *clockify.User, id string) bool {
	for _, role := range row.Roles {
		for _, e := range role.Entities {
			if role.Role == clockify.RoleTeamManager && e.ID == id && !e.Source.Group() {
				return true
			}
		}
	}
	return false
}

// setGroupManager gives or takes the team manager role on a group.
func (w *Workspace) setGroupManager(manager, group string, held bool) (operation, error) {
	holder, err := w.user(manager)
	if err != nil {
		return operation{}, err
	}
	gid, created, err := w.groupID(group)
	if err != nil {
		return operation{}, err
	}
	d := operation{
		check: func(ctx context.Context) (bool, error) {
			g, err := w.group(ctx, group)
			if err != nil || g == nil {
				return g == nil && !held, err
			}
			found := slices.ContainsFunc(g.TeamManagers, func(m clockify.GroupManager) bool { return m.ID == holder.id })
			return found == held, nil
		},
		do: w.role(holder.id, clockify.Role{Role: clockify.RoleTeamManager, EntityID: gid, SourceType: clockify.SourceUserGroup}, held),
	}
	if created && held {
		d.delays = roleDelays
	}
	return d, nil
}

// revokeEmptyRole takes a team manager role over nothing: it is named by the holder's own id (docs/clockify-api.md#empty-role).
func (w *Workspace) revokeEmptyRole(a plan.Manager) (operation, error) {
	m, err := w.user(a.Manager)
	if err != nil {
		return operation{}, err
	}
	return operation{
		check: func(ctx context.Context) (bool, error) {
			row, err := w.row(ctx, a.Manager)
			if err != nil || row == nil {
				return false, err
			}
			return !slices.ContainsFunc(row.Roles, func(r clockify.UserRole) bool {
				return r.Role == clockify.RoleTeamManager && len(r.Entities) == 0
			}), nil
		},
		do: w.role(m.id, clockify.Role{Role: clockify.RoleTeamManager, EntityID: m.id}, false),
	}, nil
}

func (w *Workspace) role(holder string, role clockify.Role, grant bool) func(context.Context) error {
	return func(ctx context.Context) error {
		if grant {
			return w.Writer.GrantRole(ctx, w.ID, holder, role)
		}
		return w.Writer.RevokeRole(ctx, w.ID, holder, role)
	}
}
