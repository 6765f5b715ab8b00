package sandbox

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"
)

// table holds rows by id in the order they came. A row is never changed in place: put replaces it, so that a clone of the
// table is a snapshot.
type table[T any] struct {
	rows []*T
	at   map[string]int
	dead int
}

func (t *table[T]) get(id string) *T {
	if i, ok := t.at[id]; ok {
		return t.rows[i]
	}
	return nil
}

func (t *table[T]) put(id string, row *T) {
	if t.at == nil {
		t.at = map[string]int{}
	}
	if i, ok := t.at[id]; ok {
		t.rows[i] = row
		return
	}
	t.at[id] = len(t.rows)
	t.rows = append(t.rows, row)
}

func (t *table[T]) del(id string, idOf func(*T) string) {
	i, ok := t.at[id]
	if !ok {
		return
	}
	delete(t.at, id)
	t.rows[i] = nil
	t.dead++
	if t.dead > 64 && t.dead > len(t.rows)/2 {
		t.rows = slices.DeleteFunc(t.rows, func(r *T) bool { return r == nil })
		for i, r := range t.rows {
			t.at[idOf(r)] = i
		}
		t.dead = 0
	}
}

func (t *table[T]) len() int { return len(t.at) }

func (t *table[T]) all(yield func(*T) bool) {
	for _, r := range t.rows {
		if r != nil && !yield(r) {
			return
		}
	}
}

func (t *table[T]) clone() table[T] {
	return table[T]{slices.Clone(t.rows), maps.Clone(t.at), t.dead}
}

func (t *table[T]) list(deep func(T) T) []T {
	if t.len() == 0 {
		return nil
	}
	out := make([]T, 0, t.len())
	for r := range t.all {
		out = append(out, deep(*r))
	}
	return out
}

// db is the state, indexed.
type db struct {
	users  table[User]
	emails map[string]string
	keys   []Key
	byKey  map[string]Key
	spaces table[space]
	seq    int
}

// space is one workspace, indexed. Its head holds no collections.
type space struct {
	head     Workspace
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
func fieldID(f *CustomField) string           { return f.ID }
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
	f.AllowedValues, f.ProjectDefaults = slices.Clone(f.AllowedValues), slices.Clone(f.ProjectDefaults)
	return f
}

func deepClient(c Client) Client { c.CcEmails = slices.Clone(c.CcEmails); return c }

func deepProject(p Project) Project {
	p.MemberIDs, p.GroupIDs = slices.Clone(p.MemberIDs), slices.Clone(p.GroupIDs)
	return p
}

func deepTask(t Task) Task {
	t.AssigneeIDs, t.UserGroupIDs = slices.Clone(t.AssigneeIDs), slices.Clone(t.UserGroupIDs)
	return t
}

func deepEntry(e Entry) Entry {
	e.TagIDs, e.FieldValues = slices.Clone(e.TagIDs), copyMap(e.FieldValues)
	return e
}

// load makes a db of a state; nothing is shared with it.
func load(s State) *db {
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

func loadSpace(w Workspace) *space {
	w.fill()
	sp := &space{head: w, features: map[string]bool{}, held: map[string][]Grant{}, on: map[string][]Grant{}, byUser: map[string][]*Entry{}, made: map[string]time.Time{}}
	for _, f := range w.features() {
		sp.features[f] = true
	}
	h := &sp.head
	h.Features, h.WithoutFeatures = slices.Clone(w.Features), slices.Clone(w.WithoutFeatures)
	h.Quirks.BannedDomains, h.ApprovedPeriods = slices.Clone(w.Quirks.BannedDomains), slices.Clone(w.ApprovedPeriods)
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
		c = deepClient(c)
		sp.clients.put(c.ID, &c)
	}
	for _, p := range w.Projects {
		p = deepProject(p)
		sp.projects.put(p.ID, &p)
	}
	for _, t := range w.Tasks {
		t = deepTask(t)
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
		w := sp.head
		w.Features, w.WithoutFeatures = slices.Clone(w.Features), slices.Clone(w.WithoutFeatures)
		w.Quirks.BannedDomains, w.ApprovedPeriods = slices.Clone(w.Quirks.BannedDomains), slices.Clone(w.ApprovedPeriods)
		w.Members, w.Groups, w.CustomFields = sp.members.list(deepMember), sp.groups.list(deepGroup), sp.fields.list(deepField)
		w.Clients, w.Projects, w.Tasks = sp.clients.list(deepClient), sp.projects.list(deepProject), sp.tasks.list(deepTask)
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
		c.spaces.put(n.head.ID, &n)
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

// grant adds a role; held and on follow.
func (sp *space) grant(g Grant) {
	sp.roles = append(sp.roles, g)
	sp.held[g.UserID] = append(sp.held[g.UserID], g)
	if g.EntityID != "" {
		sp.on[g.EntityID] = append(sp.on[g.EntityID], g)
	}
}

// revoke takes the roles away that match, and says how many there were.
func (sp *space) revoke(holder string, match func(Grant) bool) int {
	n := 0
	for _, g := range sp.held[holder] {
		if !match(g) {
			continue
		}
		n++
		if g.EntityID != "" {
			sp.on[g.EntityID] = slices.DeleteFunc(sp.on[g.EntityID], func(o Grant) bool { return o == g })
		}
	}
	if n > 0 {
		sp.held[holder] = slices.DeleteFunc(sp.held[holder], match)
		sp.roles = slices.DeleteFunc(sp.roles, func(g Grant) bool { return g.UserID == holder && match(g) })
	}
	return n
}

// newestFirst orders entries as the list does (section 4): newest start first.
func newestFirst(a, b *Entry) int {
	return cmp.Or(b.Start.Compare(a.Start), cmp.Compare(b.ID, a.ID))
}

func insertEntry(list []*Entry, e *Entry) []*Entry {
	i, _ := slices.BinarySearchFunc(list, e, newestFirst)
	return slices.Insert(list, i, e)
}

func removeEntry(list []*Entry, e *Entry) []*Entry {
	if i, ok := slices.BinarySearchFunc(list, e, newestFirst); ok {
		return slices.Delete(list, i, i+1)
	}
	return list
}

// putEntry stores an entry, new or changed.
func (sp *space) putEntry(e *Entry) {
	if old := sp.entries.get(e.ID); old != nil {
		sp.timeline = removeEntry(sp.timeline, old)
		sp.byUser[old.UserID] = removeEntry(sp.byUser[old.UserID], old)
	}
	sp.entries.put(e.ID, e)
	sp.timeline = insertEntry(sp.timeline, e)
	sp.byUser[e.UserID] = insertEntry(sp.byUser[e.UserID], e)
}

func (sp *space) delEntry(e *Entry) {
	sp.entries.del(e.ID, entryID)
	sp.timeline = removeEntry(sp.timeline, e)
	sp.byUser[e.UserID] = removeEntry(sp.byUser[e.UserID], e)
}

// between cuts a newest-first list to the entries that start in [from, to]; a zero time is no bound.
func between(list []*Entry, from, to time.Time) []*Entry {
	lo, hi := 0, len(list)
	if !to.IsZero() {
		lo = sort.Search(len(list), func(i int) bool { return !list[i].Start.After(to) })
	}
	if !from.IsZero() {
		hi = sort.Search(len(list), func(i int) bool { return list[i].Start.Before(from) })
	}
	return list[lo:max(lo, hi)]
}
