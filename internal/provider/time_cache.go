package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// lists keeps what was read once, by name; whoever needs it first reads it, the others wait. A failed reading is not kept.
type lists struct {
	flight singleflight.Group
	known  sync.Map
}

func once[T any](l *lists, name string, read func() (T, error)) (T, error) {
	got, err, _ := l.flight.Do(name, func() (any, error) {
		if v, ok := l.known.Load(name); ok {
			return v, nil
		}
		v, err := read()
		if err == nil {
			l.known.Store(name, v)
		}
		return v, err
	})
	value, _ := got.(T)
	return value, err
}

// Account is what a key sees whatever the workspace: whose it is, and its workspaces.
type Account struct {
	reader *clockify.Client
	lists  lists
}

// NewAccount returns the account of a key. It makes no call.
func NewAccount(reader *clockify.Client) *Account { return &Account{reader: reader} }

func (a *Account) self(ctx context.Context) (clockify.User, error) {
	return once(&a.lists, "self", func() (clockify.User, error) { return a.reader.CurrentUser(ctx) })
}

func (a *Account) workspaces(ctx context.Context) ([]clockify.Workspace, error) {
	return once(&a.lists, "workspaces", func() ([]clockify.Workspace, error) { return a.reader.Workspaces(ctx) })
}

// Common is what all keys see alike of a workspace, which is read once in a reading whatever the keys.
type Common struct {
	lists  lists
	lender atomic.Pointer[Account] // whose list of workspaces the others use too
}

// workspaceCache keeps what the syncs of a run share of one workspace. It is good until something is written: who reads
// after that reads anew.
type workspaceCache struct {
	w         *Workspace
	written   atomic.Bool
	workspace clockify.Workspace // once it is open
	lent      atomic.Bool        // another key has listed it: this one may not open it
	lists     lists

	mu    sync.Mutex
	ids   map[idKey]string
	names map[string]string          // of tags and tasks, by id
	made  map[string]bool            // names of tags that were made
	told  map[string]map[string]bool // names of tasks that are known, by project id
}

// idKey names a project by client and name, a tag by name, a task by project id and name, a custom field by name.
type idKey struct{ kind, parent, name string }

// cache is the workspace's present cache.
func (w *Workspace) cache() *workspaceCache {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.current == nil || w.current.written.Load() {
		if w.current != nil {
			w.Common = nil // as it was before
		}
		w.current = &workspaceCache{w: w, ids: map[idKey]string{}, names: map[string]string{}, told: map[string]map[string]bool{}, made: map[string]bool{}}
	}
	return w.current
}

// ask asks whose the key is and for the workspace, side by side. The user is returned beside an error too, and has no id
// where it is they who could not be asked for.
func (c *workspaceCache) ask(ctx context.Context) (clockify.User, error) {
	var self clockify.User
	var selfErr, workspaceErr error
	var group errgroup.Group
	group.Go(func() error { self, selfErr = c.w.Account.self(ctx); return nil })
	group.Go(func() error { workspaceErr = c.openOne(ctx); return nil })
	_ = group.Wait() // whose key it is comes first
	if selfErr != nil {
		return clockify.User{}, wrap("ask for the key's user", selfErr)
	}
	if workspaceErr == nil {
		c.tell(self)
	}
	return self, workspaceErr
}

// openOne asks for the workspace alone.
func (c *workspaceCache) openOne(ctx context.Context) error {
	_, err := once(&c.lists, "workspace", func() (struct{}, error) {
		workspace, err := c.w.Reader.Workspace(ctx, c.w.ID)
		if err == nil {
			c.opened(workspace)
		}
		return struct{}{}, wrap("open the workspace", err)
	})
	return err
}

// openListed looks for the workspace among those of the key: both sides of a time sync are there, at one call. An add-on
// token has no such list (docs/clockify-api.md#keys).
func (c *workspaceCache) openListed(ctx context.Context) error {
	all, err := c.workspaces(ctx)
	if clockify.IsStatus(err, 403, 404) || clockify.IsCode(err, 401, 1000) {
		return c.openOne(ctx)
	}
	if err != nil {
		return wrap("list the key's workspaces", err)
	}
	_, err = once(&c.lists, "workspace", func() (struct{}, error) {
		at := slices.IndexFunc(all, func(w clockify.Workspace) bool { return w.ID == c.w.ID })
		if at < 0 {
			return struct{}{}, errNotThere
		}
		c.opened(all[at])
		c.tell(clockify.User{})
		return struct{}{}, nil
	})
	return err
}

// workspaces lists those of the key, or where the first key of the reading has listed this one, that key's.
func (c *workspaceCache) workspaces(ctx context.Context) ([]clockify.Workspace, error) {
	common := c.common()
	if common == nil {
		return c.w.Account.workspaces(ctx)
	}
	all, err := once(&common.lists, "workspaces", func() ([]clockify.Workspace, error) {
		common.lender.Store(c.w.Account)
		return c.w.Account.workspaces(ctx)
	})
	if common.lender.Load() == c.w.Account {
		return all, err
	}
	if err == nil && slices.ContainsFunc(all, func(w clockify.Workspace) bool { return w.ID == c.w.ID }) {
		c.lent.Store(true)
		return all, nil
	}
	return c.w.Account.workspaces(ctx)
}

// mayOpen explains why a key cannot read a workspace that another one has listed; nil: it lists it too.
func (c *workspaceCache) mayOpen(ctx context.Context) error {
	if !c.lent.Load() {
		return nil
	}
	all, err := c.w.Account.workspaces(ctx)
	if err == nil && !slices.ContainsFunc(all, func(w clockify.Workspace) bool { return w.ID == c.w.ID }) {
		err = errNotThere
	}
	return err
}

func (c *workspaceCache) opened(workspace clockify.Workspace) {
	c.workspace = workspace
	if workspace.FeatureSubscriptionType == "FREE" && c.w.OnFree != nil {
		c.w.OnFree()
	}
}

// tell says which workspace is open, and with whose key where that is known.
func (c *workspaceCache) tell(self clockify.User) {
	if c.w.OnOpen != nil {
		c.w.OnOpen(lower(self.Email), c.workspace.Name)
	}
}

// open opens the workspace for a time sync, whose settings errors are about.
func (c *workspaceCache) open(ctx context.Context, setting string, side state.Endpoint) error {
	return c.openError(ctx, c.openListed(ctx), setting, side)
}

// openError says which setting keeps a workspace from being opened.
func (c *workspaceCache) openError(ctx context.Context, err error, setting string, side state.Endpoint) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errNotThere), clockify.IsStatus(err, 400, 403, 404):
		whose := "this key"
		if self, err := c.w.Account.self(ctx); err == nil {
			whose = "the key of " + self.Email
		}
		return &Denied{setting + ".workspace_id", fmt.Sprintf("there is no workspace %s that %s can open", clip(c.w.ID), whose), err}
	case clockify.IsStatus(err, 401):
		return badKey(err, setting, side)
	}
	return wrap(setting, err)
}

// badKey names the setting a refused key comes from; in front of other errors stands which side they are about.
func badKey(err error, setting string, side state.Endpoint) error {
	var denied *Denied
	if !errors.As(unknownKey(err), &denied) {
		return wrap(setting, err)
	}
	name := side.Token
	if name == "" {
		name = denied.Setting
	}
	return &Denied{name, denied.Text + " (" + setting + ")", err}
}

func (c *workspaceCache) clients(ctx context.Context) ([]clockify.ProjectClient, error) {
	return once(&c.lists, "clients", func() ([]clockify.ProjectClient, error) {
		return clockify.All(func() seq[clockify.ProjectClient] { return c.w.Reader.Clients(ctx, c.w.ID, clockify.ClientsQuery{}) })
	})
}

func (c *workspaceCache) projects(ctx context.Context) ([]clockify.Project, error) {
	return once(&c.lists, "projects", func() ([]clockify.Project, error) {
		list, err := clockify.All(func() seq[clockify.Project] { return c.w.Reader.Projects(ctx, c.w.ID, clockify.ProjectsQuery{}) })
		for _, p := range list {
			c.putID(p.ID, idKey{"project", p.ClientName, p.Name})
		}
		return list, err
	})
}

func (c *workspaceCache) fields(ctx context.Context) ([]clockify.CustomField, error) {
	return once(&c.lists, "fields", func() ([]clockify.CustomField, error) {
		read := func() ([]clockify.CustomField, error) { return c.w.Reader.CustomFields(ctx, c.w.ID, "TIMEENTRY") }
		list, err := []clockify.CustomField(nil), error(nil)
		if common := c.common(); common != nil {
			list, err = once(&common.lists, "fields "+c.w.ID, read)
		} else {
			list, err = read()
		}
		for _, f := range list {
			if f.EntityType != "USER" {
				c.putID(f.ID, idKey{"custom field", "", f.Name})
			}
		}
		return list, err
	})
}

// common is what the keys of the reading share; nil: something has been written since.
func (c *workspaceCache) common() *Common {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	return c.w.Common
}

func (c *workspaceCache) tags(ctx context.Context) ([]clockify.Tag, error) {
	return once(&c.lists, "tags", func() ([]clockify.Tag, error) {
		list, err := clockify.All(func() seq[clockify.Tag] { return c.w.Reader.Tags(ctx, c.w.ID) })
		for _, tag := range list {
			c.putID(tag.ID, idKey{"tag", "", tag.Name})
		}
		return list, err
	})
}

func (c *workspaceCache) tasks(ctx context.Context, project string) ([]clockify.Task, error) {
	return once(&c.lists, "tasks of "+project, func() ([]clockify.Task, error) {
		list, err := clockify.All(func() seq[clockify.Task] { return c.w.Reader.Tasks(ctx, c.w.ID, project) })
		for _, task := range list {
			c.putID(task.ID, idKey{"task", project, task.Name})
		}
		return list, err
	})
}

// users lists the people with their memberships; who may not is told so.
func (c *workspaceCache) users(ctx context.Context) ([]clockify.User, error) {
	return once(&c.lists, "users", func() ([]clockify.User, error) {
		return clockify.All(func() seq[clockify.User] {
			return c.w.Reader.Users(ctx, c.w.ID, clockify.UsersQuery{Memberships: "WORKSPACE", IncludeRoles: true})
		})
	})
}

// roles are the roles of the key's user. Who may not list people has none that are of use here.
func (c *workspaceCache) roles(ctx context.Context) ([]clockify.UserRole, error) {
	self, err := c.w.Account.self(ctx)
	if err != nil {
		return nil, err
	}
	return once(&c.lists, "roles", func() ([]clockify.UserRole, error) {
		rows, err := []clockify.User(nil), error(nil)
		if all, known := c.lists.known.Load("users"); known {
			rows = all.([]clockify.User)
		} else {
			rows, err = clockify.All(func() seq[clockify.User] {
				return c.w.Reader.Users(ctx, c.w.ID, clockify.UsersQuery{Email: self.Email, IncludeRoles: true})
			})
		}
		if clockify.IsStatus(err, 403) {
			return nil, nil
		}
		for _, row := range rows {
			if row.ID == self.ID {
				return row.Roles, err
			}
		}
		return nil, err
	})
}

// admin reports whether the key's user is an admin or the owner.
func (c *workspaceCache) admin(ctx context.Context) (bool, error) {
	roles, err := c.roles(ctx)
	return slices.ContainsFunc(roles, func(r clockify.UserRole) bool { return r.Owner() || r.Role == clockify.RoleAdmin }), err
}
