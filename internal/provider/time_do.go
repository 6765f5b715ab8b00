package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// Do carries out one change of the sync, as Workspace.Do does.
func (t *Time) Do(ctx context.Context, c plan.Change, begin func() error) (plan.Result, error) {
	if t.Source.Writer == nil || t.Destination.Writer == nil {
		return plan.Result{}, errReadOnly
	}
	if t.dst == nil {
		return plan.Result{}, errNotRead
	}
	result, err := carryOut(ctx, begin, func(ctx context.Context) error { return t.do(ctx, c) })
	if entry, ok := c.Do.(plan.Entry); ok && c.Op == plan.Create {
		result.MadeID = t.madeID(entry.Entry)
	}
	return result, err
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
		op, err := t.createTask(do)
		if err != nil {
			return err
		}
		return t.Destination.run(ctx, op)
	case plan.Entry:
		p, err := t.personOf(c.Person)
		if err != nil {
			return err
		}
		switch c.Op {
		case plan.Create:
			return reason(t.createEntry(ctx, p, do))
		case plan.Update:
			return reason(t.updateEntry(ctx, p, do))
		}
		return reason(t.deleteEntry(ctx, p, do))
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

// mayNotCreate says who may create projects when the key may not (docs/clockify-api.md#projects).
func mayNotCreate(err error) error {
	if clockify.IsStatus(err, 403) {
		return fmt.Errorf("this key may not create projects in the source: use an admin's key, or let everybody create them (Workspace settings, Permissions), or set projects: needed or none: %w", err)
	}
	return err
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
			return mayNotCreate(err)
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
	find := func(ctx context.Context) (bool, error) {
		fields, err := t.Destination.Writer.CustomFields(ctx, t.Destination.ID, "TIMEENTRY")
		var first *clockify.CustomField
		for i, f := range fields {
			if f.Name == a.Name && f.Type == "TXT" && (first == nil || f.ID < first.ID) {
				first = &fields[i]
			}
		}
		if err != nil || first == nil {
			return false, err
		}
		return true, keep(ctx, *first)
	}
	return operation{
		check: find,
		do: func(ctx context.Context) error {
			f, err := t.Destination.Writer.CreateCustomField(ctx, t.Destination.ID,
				clockify.NewCustomField{Name: a.Name, Type: "TXT", EntityType: "TIMEENTRY", Status: status})
			if err != nil {
				return err
			}
			if err := keep(ctx, f); err != nil {
				return err
			}
			_, err = find(ctx) // where another run made one too, both use the first
			return err
		},
	}
}

func (t *Time) createTag(a plan.Tag) operation {
	return operation{
		check: func(ctx context.Context) (bool, error) {
			return found(t.Destination.Writer.Tags(ctx, t.Destination.ID), func(tag clockify.Tag) bool {
				if tag.Name == a.Name && !tag.Archived {
					t.dst.addTag(tag)
					return true
				}
				return false
			})
		},
		do: func(ctx context.Context) error {
			tag, err := t.Destination.Writer.CreateTag(ctx, t.Destination.ID, a.Name)
			if err == nil {
				t.dst.addTag(tag)
			}
			return err
		},
	}
}

func (t *Time) createTask(a plan.Task) (operation, error) {
	project, err := t.dst.lookupID(idKey{"project", a.Client, a.Project})
	if err != nil {
		return operation{}, err
	}
	return operation{
		check: func(ctx context.Context) (bool, error) {
			return found(t.Destination.Writer.Tasks(ctx, t.Destination.ID, project), func(task clockify.Task) bool {
				if task.Name == a.Name {
					t.dst.addTask(project, task)
					return true
				}
				return false
			})
		},
		do: func(ctx context.Context) error {
			task, err := t.Destination.Writer.CreateTask(ctx, t.Destination.ID, project, a.Name)
			if err == nil {
				t.dst.addTask(project, task)
			}
			return err
		},
	}, nil
}
