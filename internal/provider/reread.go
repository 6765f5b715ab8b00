package provider

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Look says what a second reading looked at.
type Look struct {
	Lists    []string // the lists that were read again, in words
	Profiles int      // profiles of single people
}

// Words are what was looked at, for run.json.
func (l Look) Words() []string {
	words := slices.Clone(l.Lists)
	if l.Profiles > 0 {
		words = append(words, text.Count(l.Profiles, "profile", "profiles"))
	}
	return words
}

// wanted is what changes may have touched.
type wanted struct {
	people, groups, fields bool
	profiles               []string // emails
}

func touched(changes []plan.Change) wanted {
	var t wanted
	for _, c := range changes {
		switch c.Ref.Kind {
		case plan.KindField:
			t.fields = true
		case plan.KindMembership:
			t.groups = true
		case plan.KindProfile:
			t.profiles = append(t.profiles, c.Person)
		default: // roles are told by the people, and groups have managers and members
			t.people, t.groups = true, true
		}
	}
	slices.Sort(t.profiles)
	t.profiles = slices.Compact(t.profiles)
	return t
}

// Reread reads again what changes may have touched and takes the rest from the reading before: the lists of the kinds
// that were changed and the profiles of the people who were. Where that takes as many calls as reading everything,
// everything is read.
func (w *Workspace) Reread(ctx context.Context, spec *state.Users, changes []plan.Change) (*state.Directory, Look, error) {
	if w.dir == nil {
		return nil, Look{}, errNotRead
	}
	t := touched(changes)
	if len(t.profiles)+2 >= w.readCalls {
		dir, err := w.ReadUsers(ctx, spec)
		return dir, Look{Lists: []string{"everything"}}, err
	}
	var (
		look   Look
		rows   []clockify.User
		groups []clockify.Group
		fields []clockify.CustomField
	)
	group, gctx := errgroup.WithContext(ctx)
	if t.people {
		look.Lists = append(look.Lists, "people")
		group.Go(func() (err error) { rows, err = w.listPeople(gctx); return wrap("list the people", err) })
	}
	if t.groups {
		look.Lists = append(look.Lists, "groups")
		group.Go(func() (err error) { groups, err = w.listGroups(gctx); return wrap("list the groups", err) })
	}
	if t.fields {
		look.Lists = append(look.Lists, "custom fields")
		group.Go(func() (err error) {
			fields, err = w.Reader.CustomFields(gctx, w.ID, "USER")
			return wrap("list the custom fields", err)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, look, err
	}
	dir := *w.dir
	if t.fields {
		dir.Fields = nil
		w.keepFields(&dir, fields)
	}
	if dir.People = slices.Clone(w.dir.People); t.people {
		if err := w.replacePeople(&dir, rows); err != nil {
			return nil, look, err
		}
	}
	if t.groups {
		dir.Groups = nil
		w.keepGroups(&dir, groups)
	}
	r := &profileReader{w: w, people: map[string]*state.Person{}}
	for i := range dir.People {
		r.people[dir.People[i].Email] = &dir.People[i]
	}
	t.profiles = slices.DeleteFunc(t.profiles, func(email string) bool { return r.people[email] == nil })
	look.Profiles = len(t.profiles)
	return &dir, look, r.read(ctx, t.profiles)
}

// replacePeople puts rows in the place of the people that were read before, whose capacities and field values stay.
func (w *Workspace) replacePeople(dir *state.Directory, rows []clockify.User) error {
	before := map[string]state.Person{}
	for _, p := range dir.People {
		before[p.Email] = p
	}
	dir.People = nil
	if err := w.keepPeople(dir, rows); err != nil {
		return err
	}
	w.keepManagers(dir, rows)
	for i := range dir.People {
		p := &dir.People[i]
		if old, ok := before[p.Email]; ok {
			p.Capacity, p.Days, p.Fields = old.Capacity, old.Days, old.Fields
		}
	}
	return nil
}

// RereadCalls is how many calls Reread takes for changes, where lists have one page and reading everything takes no fewer.
func RereadCalls(changes []plan.Change) int {
	t := touched(changes)
	n := len(t.profiles)
	for _, list := range []bool{t.people, t.groups, t.fields} {
		if list {
			n++
		}
	}
	return n
}

func (w *Workspace) listPeople(ctx context.Context) ([]clockify.User, error) {
	return clockify.All(func() seq[clockify.User] {
		return w.Reader.Users(ctx, w.ID, clockify.UsersQuery{Memberships: "WORKSPACE", IncludeRoles: true})
	})
}

func (w *Workspace) listGroups(ctx context.Context) ([]clockify.Group, error) {
	return clockify.All(func() seq[clockify.Group] { return w.Reader.Groups(ctx, w.ID) })
}
