package sandbox

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// db is the state, indexed.
type db struct {
	users  table[User]
	emails map[string]string
	keys   []Key
	byKey  map[string]Key
	spaces table[workspace]
	seq    int
}

// workspace is one workspace, indexed. Its meta holds no collections.
type workspace struct {
	meta     Workspace
	features map[string]bool
	members  table[Member]
	groups   table[Group]
	fields   table[CustomField]
	clients  table[Client]
	projects table[Project]
	tasks    table[Task]
	tags     table[Tag]
	entries  table[Entry]

	roles    []Grant
	held     map[string][]Grant // by holder
	on       map[string][]Grant // by entity
	timeline []*Entry           // all entries, newest start first
	byUser   map[string][]*Entry
	made     map[string]time.Time // when a group was created here
}

func groupID(g *Group) string                 { return g.ID }
func clientID(c *Client) string               { return c.ID }
func projectID(p *Project) string             { return p.ID }
func taskID(t *Task) string                   { return t.ID }
func tagID(t *Tag) string                     { return t.ID }
func entryID(e *Entry) string                 { return e.ID }
func same[T any](v T) T                       { return v }
func copyMap(m map[string]any) map[string]any { return maps.Clone(m) }

func deepMember(m Member) Member {
	m.WorkingDays, m.FieldValues = slices.Clone(m.WorkingDays), copyMap(m.FieldValues)
	return m
}

func deepGroup(g Group) Group { g.UserIDs = slices.Clone(g.UserIDs); return g }

func deepField(f CustomField) CustomField {
	f.AllowedValues = slices.Clone(f.AllowedValues)
	return f
}

func deepProject(p Project) Project {
	p.MemberIDs = slices.Clone(p.MemberIDs)
	return p
}

func deepEntry(e Entry) Entry {
	e.TagIDs, e.FieldValues = slices.Clone(e.TagIDs), copyMap(e.FieldValues)
	return e
}

// load makes a db of a state; nothing is shared with it. A state that could not be one (an id twice, or of nothing) is a
// mistake of the program that built it, and panics; ReadState says so as an error.
func load(s State) *db {
	if err := s.check(); err != nil {
		panic("sandbox: " + err.Error())
	}
	d := &db{emails: map[string]string{}, byKey: map[string]Key{}, keys: slices.Clone(s.Keys)}
	for _, u := range s.Users {
		u.fill()
		d.users.put(u.ID, &u)
		d.emails[strings.ToLower(u.Email)] = u.ID
	}
	for _, k := range s.Keys {
		d.byKey[k.Key] = k
	}
	for _, w := range s.Workspaces {
		d.spaces.put(w.ID, loadSpace(w))
	}
	return d
}

func loadSpace(w Workspace) *workspace {
	w.fill()
	sp := &workspace{meta: w, features: map[string]bool{}, held: map[string][]Grant{}, on: map[string][]Grant{}, byUser: map[string][]*Entry{}, made: map[string]time.Time{}}
	for _, f := range w.features() {
		sp.features[f] = true
	}
	h := &sp.meta
	h.Features, h.WithoutFeatures = slices.Clone(w.Features), slices.Clone(w.WithoutFeatures)
	h.BannedDomains, h.ApprovedPeriods = slices.Clone(w.BannedDomains), slices.Clone(w.ApprovedPeriods)
	h.Members, h.Roles, h.Groups, h.CustomFields, h.Clients, h.Projects, h.Tasks, h.Tags, h.Entries = nil, nil, nil, nil, nil, nil, nil, nil, nil
	for _, m := range w.Members {
		m = deepMember(m)
		m.fill()
		sp.members.put(m.UserID, &m)
	}
	for _, g := range w.Groups {
		g = deepGroup(g)
		sp.groups.put(g.ID, &g)
	}
	for _, f := range w.CustomFields {
		f = deepField(f)
		f.fill()
		sp.fields.put(f.ID, &f)
	}
	for _, c := range w.Clients {
		sp.clients.put(c.ID, &c)
	}
	for _, p := range w.Projects {
		p = deepProject(p)
		sp.projects.put(p.ID, &p)
	}
	for _, t := range w.Tasks {
		orElse(&t.Status, "ACTIVE")
		sp.tasks.put(t.ID, &t)
	}
	for _, t := range w.Tags {
		sp.tags.put(t.ID, &t)
	}
	for _, g := range w.Roles {
		sp.grant(g)
	}
	for _, e := range w.Entries {
		e = deepEntry(e)
		e.fill()
		sp.entries.put(e.ID, &e)
		sp.timeline = append(sp.timeline, &e)
		sp.byUser[e.UserID] = append(sp.byUser[e.UserID], &e)
	}
	slices.SortFunc(sp.timeline, newestFirst)
	for _, list := range sp.byUser {
		slices.SortFunc(list, newestFirst)
	}
	return sp
}

// state is the way back: a deep copy.
func (d *db) state() State {
	s := State{Users: d.users.list(same[User]), Keys: slices.Clone(d.keys)}
	for sp := range d.spaces.all {
		w := sp.meta
		w.Features, w.WithoutFeatures = slices.Clone(w.Features), slices.Clone(w.WithoutFeatures)
		w.BannedDomains, w.ApprovedPeriods = slices.Clone(w.BannedDomains), slices.Clone(w.ApprovedPeriods)
		w.Members, w.Groups, w.CustomFields = sp.members.list(deepMember), sp.groups.list(deepGroup), sp.fields.list(deepField)
		w.Clients, w.Projects, w.Tasks = sp.clients.list(same), sp.projects.list(deepProject), sp.tasks.list(same)
		w.Tags, w.Entries, w.Roles = sp.tags.list(same[Tag]), sp.entries.list(deepEntry), slices.Clone(sp.roles)
		s.Workspaces = append(s.Workspaces, w)
	}
	return s
}

// snapshot is a copy that later writes do not reach.
func (d *db) snapshot() *db {
	c := &db{users: d.users.clone(), emails: maps.Clone(d.emails), keys: d.keys, byKey: d.byKey, seq: d.seq}
	for sp := range d.spaces.all {
		n := *sp
		n.members, n.groups, n.fields, n.clients = sp.members.clone(), sp.groups.clone(), sp.fields.clone(), sp.clients.clone()
		n.projects, n.tasks, n.tags, n.entries = sp.projects.clone(), sp.tasks.clone(), sp.tags.clone(), sp.entries.clone()
		n.roles, n.timeline, n.made = slices.Clone(sp.roles), slices.Clone(sp.timeline), maps.Clone(sp.made)
		n.held, n.on, n.byUser = cloneLists(sp.held), cloneLists(sp.on), cloneLists(sp.byUser)
		c.spaces.put(n.meta.ID, &n)
	}
	return c
}

func cloneLists[T any](m map[string][]T) map[string][]T {
	out := make(map[string][]T, len(m))
	for k, list := range m {
		out[k] = slices.Clone(list)
	}
	return out
}

// newID is an id nothing has yet, the same for the same calls in the same order.
func (d *db) newID(kind string, taken func(string) bool) string {
	for {
		d.seq++
		if id := ID("made/"+kind, d.seq); !taken(id) {
			return id
		}
	}
}
