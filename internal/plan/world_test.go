package plan_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// errAlready: what an action asks is so already.
var errAlready = errors.New("so already")

// world is a workspace that does what actions say and refuses what cannot be done. Groups keep their number whatever
// they are called, so that a test can tell which is which.
type world struct {
	dir    *state.Directory // what does not change: name, features, self
	people map[string]*state.Person
	groups map[int]*state.Group
	next   int
	fields map[string]state.Field
}

func newWorld(d *state.Directory) *world {
	w := &world{dir: d, people: map[string]*state.Person{}, groups: map[int]*state.Group{}, fields: map[string]state.Field{}}
	for _, p := range d.People {
		p.Fields = maps.Clone(p.Fields)
		if p.Fields == nil {
			p.Fields = map[string]string{}
		}
		p.Managers = slices.Clone(p.Managers)
		w.people[p.Email] = &p
	}
	for _, g := range d.Groups {
		g.Members, g.Managers = slices.Clone(g.Members), slices.Clone(g.Managers)
		w.groups[w.next] = &g
		w.next++
	}
	for _, f := range d.Fields {
		w.fields[f.Name] = f
	}
	return w
}

// directory is the world as it is read again.
func (w *world) directory() *state.Directory {
	d := *w.dir
	d.People, d.Groups, d.Fields = nil, nil, nil
	for _, email := range slices.Sorted(maps.Keys(w.people)) {
		p := *w.people[email]
		p.Fields, p.Managers = maps.Clone(p.Fields), slices.Clone(p.Managers)
		d.People = append(d.People, p)
	}
	for _, n := range slices.Sorted(maps.Keys(w.groups)) {
		g := *w.groups[n]
		g.Members, g.Managers = slices.Clone(g.Members), slices.Clone(g.Managers)
		d.Groups = append(d.Groups, g)
	}
	for _, name := range slices.Sorted(maps.Keys(w.fields)) {
		d.Fields = append(d.Fields, w.fields[name])
	}
	return &d
}

func (w *world) group(name string) *state.Group {
	for _, g := range w.groups {
		if g.Name == name {
			return g
		}
	}
	return nil
}

// managers lists who manages a person directly; of somebody who is not there, nobody.
func (w *world) managers(email string) []string {
	if p := w.people[email]; p != nil {
		return p.Managers
	}
	return nil
}

// do carries out a change. What is there already, or is not there, is an error: a plan says only what is needed.
func (w *world) do(c plan.Change) error {
	on := c.Op == plan.Create
	switch a := c.Do.(type) {
	case plan.CustomField:
		if _, there := w.fields[a.Name]; there {
			return fmt.Errorf("%#v: there already", a)
		}
		w.fields[a.Name] = state.Field{Name: a.Name, Type: state.FieldText}
	case plan.Group:
		return w.doGroup(c.Op, a)
	case plan.Person:
		return w.doPerson(c.Op, a)
	case plan.Profile:
		return w.setProfile(a)
	case plan.Membership:
		return w.list(a, a.Group, a.Person, on, func(g *state.Group) *[]string { return &g.Members })
	case plan.Manager:
		switch {
		case a.Group != "":
			return w.list(a, a.Group, a.Manager, on, func(g *state.Group) *[]string { return &g.Managers })
		case a.Person != "":
			return w.manager(a, a.Person, a.Manager, on)
		}
		p := w.people[a.Manager]
		if p == nil || !p.EmptyRole || on {
			return fmt.Errorf("%#v: no role over nothing", a)
		}
		p.EmptyRole = false
	default:
		return fmt.Errorf("%T is no action this world knows", a)
	}
	return nil
}

func (w *world) doGroup(op plan.Op, a plan.Group) error {
	g := w.group(a.Name)
	switch {
	case op == plan.Create && g != nil:
		return fmt.Errorf("%#v: there already", a)
	case op == plan.Create:
		w.groups[w.next] = &state.Group{Name: a.Name}
		w.next++
	case g == nil:
		return fmt.Errorf("%#v: no such group", a)
	case op == plan.Update && w.group(a.NewName) != nil:
		return fmt.Errorf("%#v: the name is taken", a)
	case op == plan.Update:
		g.Name = a.NewName
	default:
		for n := range w.groups {
			if w.groups[n] == g {
				delete(w.groups, n)
			}
		}
	}
	return nil
}

func (w *world) doPerson(op plan.Op, a plan.Person) error {
	p := w.people[a.Email]
	switch {
	case op == plan.Create && p != nil:
		return fmt.Errorf("%#v: a member already", a)
	case op == plan.Create:
		w.people[a.Email] = &state.Person{Email: a.Email, Status: state.Pending, Capacity: 7 * 60 * 60e9, Fields: map[string]string{}}
		return nil
	case p == nil:
		return fmt.Errorf("%#v: no such person", a)
	case (p.Status == state.Active) == a.Active:
		return fmt.Errorf("%#v: so already", a)
	}
	p.Status = state.Inactive
	if a.Active {
		p.Status = state.Active
	}
	return nil
}

func (w *world) setProfile(a plan.Profile) error {
	p := w.people[a.Person]
	if p == nil {
		return fmt.Errorf("%#v: no such person", a)
	}
	if a.Capacity == nil && len(a.Values) == 0 && len(a.Days) == 0 {
		return fmt.Errorf("%#v: nothing in it", a)
	}
	if a.Capacity != nil {
		p.Capacity = *a.Capacity
	}
	if len(a.Days) > 0 {
		p.Days = a.Days
	}
	for _, v := range a.Values {
		if _, there := w.fields[v.Field]; !there {
			return fmt.Errorf("%#v: no field %q", a, v.Field)
		}
		delete(p.Fields, v.Field)
		if v.Text != "" {
			p.Fields[v.Field] = v.Text
		}
	}
	return nil
}

func (w *world) list(action plan.Action, group, person string, in bool, of func(*state.Group) *[]string) error {
	g := w.group(group)
	if g == nil || w.people[person] == nil {
		return fmt.Errorf("%#v: no such group or person", action)
	}
	return change(action, of(g), person, in)
}

func (w *world) manager(action plan.Action, person, manager string, in bool) error {
	p := w.people[person]
	if p == nil || w.people[manager] == nil {
		return fmt.Errorf("%#v: no such person", action)
	}
	return change(action, &p.Managers, manager, in)
}

func change(action plan.Action, list *[]string, x string, in bool) error {
	i, there := slices.BinarySearch(*list, x)
	switch {
	case there == in:
		return fmt.Errorf("%#v: %w", action, errAlready)
	case in:
		*list = slices.Insert(*list, i, x)
	default:
		*list = slices.Delete(*list, i, i+1)
	}
	return nil
}
