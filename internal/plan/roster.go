package plan

import (
	"maps"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// roster is a Directory the planner can change. Groups are kept under a key that survives renaming: the name they have
// today, or a made-up one for those to be created. People and groups are shared between rosters until they are edited,
// so that what nobody touched costs nothing and is seen to be equal at once.
type roster struct {
	people map[string]*state.Person
	order  []string // the people's emails, sorted; see emails
	groups map[string]*state.Group
	fields map[string]bool
}

// newGroup begins the key of a group that does not exist yet. No name begins so: names have no control characters.
const newGroup = "\x00"

func newRoster(d *state.Directory) *roster {
	r := &roster{people: make(map[string]*state.Person, len(d.People)), groups: make(map[string]*state.Group, len(d.Groups)), fields: map[string]bool{}}
	for i := range d.People {
		r.people[d.People[i].Email] = &d.People[i]
	}
	for i := range d.Groups {
		r.groups[d.Groups[i].Name] = &d.Groups[i]
	}
	for _, f := range d.Fields {
		r.fields[f.Name] = true
	}
	return r
}

// next returns a roster that starts out equal to r. Changing it leaves r as it is.
func (r *roster) next() *roster {
	return &roster{people: maps.Clone(r.people), order: r.emails(), groups: maps.Clone(r.groups), fields: maps.Clone(r.fields)}
}

// emails are the people's, sorted. Nobody ever leaves a roster, so that as many as people are all of them.
func (r *roster) emails() []string {
	if len(r.order) != len(r.people) {
		r.order = sorted(r.people)
	}
	return r.order
}

// person returns a copy of the person that may be changed. The person must be there.
func (r *roster) person(email string) *state.Person {
	p := *r.people[email]
	p.Fields = maps.Clone(p.Fields)
	if p.Fields == nil {
		p.Fields = map[string]string{}
	}
	p.Managers = slices.Clone(p.Managers)
	r.people[email] = &p
	return &p
}

// group returns a copy of the group that may be changed. The group must be there.
func (r *roster) group(key string) *state.Group {
	g := *r.groups[key]
	g.Members = slices.Clone(g.Members)
	g.Managers = slices.Clone(g.Managers)
	r.groups[key] = &g
	return &g
}

// addGroup makes a new group and returns its key.
func (r *roster) addGroup(name string) string {
	key := newGroup + name
	r.groups[key] = &state.Group{Name: name}
	return key
}

// active reports whether the person will be an active member.
func (r *roster) active(email string) bool {
	p := r.people[email]
	return p != nil && p.Status == state.Active
}

// sorted is what the map's keys are in order: the planner never ranges over a map where order could show.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// set is a set of strings.
type set map[string]bool

func setOf(lists ...[]string) set {
	s := set{}
	for _, list := range lists {
		for _, x := range list {
			s[x] = true
		}
	}
	return s
}

// without returns list less those for which drop holds, in the same order.
func without(list []string, drop func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(list), drop)
}

// with returns the sorted list with x in it.
func with(list []string, x string) []string {
	i, found := slices.BinarySearch(list, x)
	if found {
		return list
	}
	return slices.Insert(slices.Clone(list), i, x)
}
