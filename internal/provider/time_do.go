package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// Do carries out one change of the sync. It may be called concurrently for changes that do not need each other.
func (t *Time) Do(ctx context.Context, c plan.Change) (plan.Result, error) {
	if t.Source.Writer == nil || t.Destination.Writer == nil {
		return plan.Result{}, errReadOnly
	}
	if t.dst == nil {
		return plan.Result{}, errNotRead
	}
	return carryOut(ctx, func(ctx context.Context) error { return t.do(ctx, c) })
}

var errNotRead = errors.New("nothing has been read yet")

func (t *Time) do(ctx context.Context, c plan.Change) error {
	if c.Ref.Kind == plan.KindProject {
		t.src.written.Store(true)
	} else {
		t.dst.written.Store(true)
	}
	switch do := c.Do.(type) {
	case plan.Project:
		return t.Source.run(ctx, t.createProject(do))
	case plan.CustomField:
		return t.Destination.run(ctx, t.createLink(do))
	case plan.Tag:
		return t.Destination.run(ctx, t.createTag(do))
	case plan.Task:
		d, err := t.createTask(do)
		if err != nil {
			return err
		}
		return t.Destination.run(ctx, d)
	case plan.Entry:
		switch c.Op {
		case plan.Create:
			return reason(t.createEntry(ctx, do))
		case plan.Update:
			return reason(t.updateEntry(ctx, do))
		}
		return reason(t.Destination.run(ctx, t.deleteEntry(do)))
	}
	return fmt.Errorf("%T is not an action of a time sync", c.Do)
}

// reason says in words why Clockify refuses to write an entry (docs/clockify-api.md#locked-periods).
func reason(err error) error {
	for _, known := range refusals {
		if clockify.IsCode(err, 403, known.code) {
			return fmt.Errorf("%s: %w", known.text, err)
		}
	}
	return err
}

var refusals = []struct {
	code int
	text string
}{
	{1003, "the period is locked in the destination; unlock it (Workspace settings, Lock timesheets) or use an admin's key"},
	{4005, "the entry's period is approved in the destination; the approval has to be withdrawn first"},
	{4030, "the destination allows the timer alone (Workspace settings, Time tracking mode); use an admin's key"},
}

// found says whether one of a list is the one that is looked for.
func found[T any](list seq[T], is func(T) bool) (bool, error) {
	all, err := clockify.All(func() seq[T] { return list })
	return slices.ContainsFunc(all, is), err
}

// createProject makes a project in the source. It is looked for under the client by its whole name: names are unique
// there (docs/clockify-api.md#projects).
func (t *Time) createProject(a plan.Project) operation {
	client := t.sync.Source.ClientID
	return operation{
		check: func(ctx context.Context) (bool, error) {
			list := t.Source.Writer.Projects(ctx, t.Source.ID, clockify.ProjectsQuery{ClientIDs: []string{client}, Name: a.Name})
			return found(list, func(p clockify.Project) bool { return p.Name == a.Name && p.ClientID == client })
		},
		do: func(ctx context.Context) error {
			_, err := t.Source.Writer.CreateProject(ctx, t.Source.ID, clockify.NewProject{Name: a.Name, ClientID: client, Color: a.Color})
			return err
		},
	}
}

// createLink makes the link field, invisible: it is nobody's to fill in, and visible ones are few
// (docs/clockify-api.md#new-field). Clockify may leave a new field inactive; then it is activated, or a person has to.
func (t *Time) createLink(a plan.CustomField) operation {
	const status = "INVISIBLE"
	keep := func(ctx context.Context, f clockify.CustomField) error {
		if f.Status == "INACTIVE" {
			f.Status = status
			active, err := t.Destination.Writer.UpdateCustomField(ctx, t.Destination.ID, f)
			if err != nil || active.Status == "INACTIVE" {
				return fmt.Errorf("the new field is inactive; an admin has to activate it (Workspace settings, Custom fields): %w", errors.Join(err, errInactive))
			}
			f = active
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.linkID = f.ID
		return nil
	}
	return operation{
		check: func(ctx context.Context) (bool, error) {
			fields, err := t.Destination.Writer.CustomFields(ctx, t.Destination.ID, "TIMEENTRY")
			for _, f := range fields {
				if f.Name == a.Name && f.Type == "TXT" {
					return true, keep(ctx, f)
				}
			}
			return false, err
		},
		do: func(ctx context.Context) error {
			f, err := t.Destination.Writer.CreateCustomField(ctx, t.Destination.ID,
				clockify.NewCustomField{Name: a.Name, Type: "TXT", EntityType: "TIMEENTRY", Status: status})
			if err != nil {
				return err
			}
			return keep(ctx, f)
		},
	}
}

func (t *Time) createTag(a plan.Tag) operation {
	return operation{
		check: func(ctx context.Context) (bool, error) {
			return found(t.Destination.Writer.Tags(ctx, t.Destination.ID), func(tag clockify.Tag) bool {
				if tag.Name == a.Name && !tag.Archived {
					t.dst.keep(tag.ID, "tag", a.Name)
					return true
				}
				return false
			})
		},
		do: func(ctx context.Context) error {
			tag, err := t.Destination.Writer.CreateTag(ctx, t.Destination.ID, a.Name)
			if err == nil {
				t.dst.keep(tag.ID, "tag", a.Name)
			}
			return err
		},
	}
}

func (t *Time) createTask(a plan.Task) (operation, error) {
	project, err := t.dst.id("project", a.Client, a.Project)
	if err != nil {
		return operation{}, err
	}
	return operation{
		check: func(ctx context.Context) (bool, error) {
			return found(t.Destination.Writer.Tasks(ctx, t.Destination.ID, project), func(task clockify.Task) bool {
				if task.Name == a.Name {
					t.dst.keep(task.ID, "task", project, a.Name)
					return true
				}
				return false
			})
		},
		do: func(ctx context.Context) error {
			task, err := t.Destination.Writer.CreateTask(ctx, t.Destination.ID, project, a.Name)
			if err == nil {
				t.dst.keep(task.ID, "task", project, a.Name)
			}
			return err
		},
	}, nil
}
