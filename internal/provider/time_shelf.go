package provider

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// shelf keeps what the time syncs of a run share of one workspace; each list is read once, by whoever needs it first. It
// is good until something is written: who reads after that reads anew.
type shelf struct {
	w         *Workspace
	written   atomic.Bool
	self      clockify.User
	workspace clockify.Workspace

	head        once[struct{}]
	clientList  once[[]clockify.ProjectClient]
	projectList once[[]clockify.Project]
	fieldList   once[[]clockify.CustomField]
	tagList     once[[]clockify.Tag]
	adminAnswer once[bool]
	mu          sync.Mutex
	taskLists   map[string]*once[[]clockify.Task] // by project id
	ids         map[string]string                 // see name
}

// once is a value that is read when it is first needed. A failed reading is not kept.
type once[T any] struct {
	mu    sync.Mutex
	turn  chanMutex
	known bool
	value T
}

func (o *once[T]) get(read func() (T, error)) (T, error) {
	turn := o.queue()
	turn.Lock()
	defer turn.Unlock()
	if o.known {
		return o.value, nil
	}
	v, err := read()
	if err == nil {
		o.value, o.known = v, true
	}
	return v, err
}

// queue makes the zero value ready.
func (o *once[T]) queue() chanMutex {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.turn == nil {
		o.turn = newMutex()
	}
	return o.turn
}

// shared is the workspace's present shelf.
func (w *Workspace) shared() *shelf {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.shelf == nil || w.shelf.written.Load() {
		w.shelf = &shelf{w: w, taskLists: map[string]*once[[]clockify.Task]{}, ids: map[string]string{}}
	}
	return w.shelf
}

// ask asks who the key's user is, and for the workspace, side by side. The user is returned beside an error too, and has
// no id where it is they who could not be asked for.
func (s *shelf) ask(ctx context.Context) (clockify.User, error) {
	var self clockify.User
	_, err := s.head.get(func() (struct{}, error) {
		var workspace clockify.Workspace
		var selfErr, workspaceErr error
		var group errgroup.Group
		group.Go(func() error { self, selfErr = s.w.Reader.CurrentUser(ctx); return nil })
		group.Go(func() error { workspace, workspaceErr = s.w.Reader.Workspace(ctx, s.w.ID); return nil })
		_ = group.Wait() // whose key it is comes first
		switch {
		case selfErr != nil:
			self = clockify.User{}
			return struct{}{}, wrap("ask for the key's user", selfErr)
		case workspaceErr != nil:
			return struct{}{}, wrap("open the workspace", workspaceErr)
		}
		s.self, s.workspace = self, workspace
		s.w.opened(self, workspace)
		return struct{}{}, nil
	})
	if err == nil {
		self = s.self
	}
	return self, err
}

// open asks for both for a time sync, whose settings errors are about.
func (s *shelf) open(ctx context.Context, setting string, side state.Endpoint) error {
	self, err := s.ask(ctx)
	switch {
	case err == nil:
		return nil
	case self.ID == "":
		return badKey(err, setting, side)
	case clockify.IsStatus(err, 400, 403, 404):
		return &Denied{setting + ".workspace_id", fmt.Sprintf("there is no workspace %s that the key of %s can open", clip(s.w.ID), self.Email), err}
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

// person tells the email of the user where it is known, which it is of the key's own.
func (s *shelf) person(id string) (email string, own bool) {
	if s.self.ID == id {
		return lower(s.self.Email), true
	}
	return "", false
}

func (s *shelf) clients(ctx context.Context) ([]clockify.ProjectClient, error) {
	return s.clientList.get(func() ([]clockify.ProjectClient, error) {
		return clockify.All(func() seq[clockify.ProjectClient] { return s.w.Reader.Clients(ctx, s.w.ID, clockify.ClientsQuery{}) })
	})
}

func (s *shelf) projects(ctx context.Context) ([]clockify.Project, error) {
	return s.projectList.get(func() ([]clockify.Project, error) {
		list, err := clockify.All(func() seq[clockify.Project] { return s.w.Reader.Projects(ctx, s.w.ID, clockify.ProjectsQuery{}) })
		for _, p := range list {
			s.keep(p.ID, "project", p.ClientName, p.Name)
		}
		return list, err
	})
}

func (s *shelf) fields(ctx context.Context) ([]clockify.CustomField, error) {
	return s.fieldList.get(func() ([]clockify.CustomField, error) { return s.w.Reader.CustomFields(ctx, s.w.ID, "TIMEENTRY") })
}

func (s *shelf) tags(ctx context.Context) ([]clockify.Tag, error) {
	return s.tagList.get(func() ([]clockify.Tag, error) {
		list, err := clockify.All(func() seq[clockify.Tag] { return s.w.Reader.Tags(ctx, s.w.ID) })
		for _, tag := range list {
			s.keep(tag.ID, "tag", tag.Name)
		}
		return list, err
	})
}

func (s *shelf) tasks(ctx context.Context, project string) ([]clockify.Task, error) {
	s.mu.Lock()
	o := s.taskLists[project]
	if o == nil {
		o = &once[[]clockify.Task]{}
		s.taskLists[project] = o
	}
	s.mu.Unlock()
	return o.get(func() ([]clockify.Task, error) {
		list, err := clockify.All(func() seq[clockify.Task] { return s.w.Reader.Tasks(ctx, s.w.ID, project) })
		for _, task := range list {
			s.keep(task.ID, "task", project, task.Name)
		}
		return list, err
	})
}

// admin reports whether the key's user is an admin or the owner. Who may not list people is neither.
func (s *shelf) admin(ctx context.Context) (bool, error) {
	return s.adminAnswer.get(func() (bool, error) {
		rows, err := clockify.All(func() seq[clockify.User] {
			return s.w.Reader.Users(ctx, s.w.ID, clockify.UsersQuery{Email: s.self.Email, IncludeRoles: true})
		})
		if clockify.IsStatus(err, 403) {
			return false, nil
		}
		for _, row := range rows {
			for _, role := range row.Roles {
				if row.ID == s.self.ID && (role.Owner() || role.Role == clockify.RoleAdmin) {
					return true, nil
				}
			}
		}
		return false, err
	})
}

// keep and id remember ids by kind and names: project by client and name, tag by name, task by project id and name.
func (s *shelf) keep(id, kind string, names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids[name(kind, names)] = id
}

func (s *shelf) id(kind string, names ...string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id := s.ids[name(kind, names)]; id != "" {
		return id, nil
	}
	return "", fmt.Errorf("the %s %q is not among those that were read or made", kind, names[len(names)-1])
}

func name(kind string, names []string) string {
	for _, n := range names {
		kind += "\x00" + n
	}
	return kind
}
