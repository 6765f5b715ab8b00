package plan

import (
	"maps"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// userState is a workspace's people, groups and user fields, as they are or as they ought to be. Groups are kept under a
// key that survives renaming: the name they have today, or a made-up one for those to be created. People and groups are
// shared between states until they are edited, so that what nobody touched costs nothing and is seen to be equal at once.
type userState struct {
	people map[string]*state.Person
	order  []string // the people's emails, sorted; see emails
	groups map[string]*state.Group
	fields map[string]bool
}

// newGroup begins the key of a group that does not exist yet. No name begins so: names have no control characters.
const newGroup = "\x00"

func newUserState(d *state.Directory) *userState {
	s := &userState{
		people: make(map[string]*state.Person, len(d.People)), groups: make(map[string]*state.Group, len(d.Groups)),
		fields: map[string]bool{},
	}
	for i := range d.People {
		s.people[d.People[i].Email] = &d.People[i]
	}
	for i := range d.Groups {
		s.groups[d.Groups[i].Name] = &d.Groups[i]
	}
	for _, f := range d.Fields {
		s.fields[f.Name] = true
	}
	return s
}

// clone returns a state that starts out equal to s. Changing it leaves s as it is.
func (s *userState) clone() *userState {
	return &userState{
		people: maps.Clone(s.people), order: s.emails(), groups: maps.Clone(s.groups), fields: maps.Clone(s.fields),
	}
}

// emails are the people's, sorted. Nobody ever leaves a state, so that as many as people are all of them.
func (s *userState) emails() []string {
	if len(s.order) != len(s.people) {
		s.order = sorted(s.people)
	}
	return s.order
}

// person returns a copy of the person that may be changed. The person must be there.
func (s *userState) person(email string) *state.Person {
	p := *s.people[email]
	p.Fields = maps.Clone(p.Fields)
	if p.Fields == nil {
		p.Fields = map[string]string{}
	}
	p.Managers = slices.Clone(p.Managers)
	s.people[email] = &p
	return &p
}

// group returns a copy of the group that may be changed. The group must be there.
func (s *userState) group(key string) *state.Group {
	g := *s.groups[key]
	g.Members = slices.Clone(g.Members)
	g.Managers = slices.Clone(g.Managers)
	s.groups[key] = &g
	return &g
}

// addGroup makes a new group and returns its key.
func (s *userState) addGroup(name string) string {
	key := newGroup + name
	for s.groups[key] != nil { // made in this plan too, and renamed since
		key = newGroup + key
	}
	s.groups[key] = &state.Group{Name: name}
	return key
}

// byName are the groups' keys by their names, in composed form.
func (s *userState) byName() map[string]string {
	keys := make(map[string]string, len(s.groups))
	for key, g := range s.groups {
		keys[text.NFC(g.Name)] = key
	}
	return keys
}

// active reports whether the person is an active member.
func (s *userState) active(email string) bool {
	p := s.people[email]
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
