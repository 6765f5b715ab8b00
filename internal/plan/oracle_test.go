package plan_test

import (
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// oracle says of a user sync what must hold afterwards, read from what the product promises and not from the planner.
type oracle struct {
	spec      *state.Users
	before    *world
	rows      map[string]state.Row // by account
	known     map[string]bool      // accounts that are not absent
	protected map[string]bool      // users
	unsure    bool                 // a row names a manager who likely has another address
	values    map[string]bool      // names of protected groups, lower case
}

func newOracle(spec *state.Users, dir *state.Directory) *oracle {
	o := &oracle{spec: spec, before: newWorld(dir), rows: map[string]state.Row{}, known: map[string]bool{}, protected: map[string]bool{}}
	for _, u := range spec.Protect.Users {
		o.protected[u] = true
	}
	accounts, likely := o.accounts()
	for _, row := range spec.People {
		account := accounts[row.Email]
		switch {
		case row.Left, !row.Ends.IsZero() && row.Ends.Before(dir.Now):
			continue
		case row.Starts.After(dir.Now):
			o.known[account] = true
			continue
		case likely[row.Email] != "":
			o.known[account], o.known[likely[row.Email]] = true, true
			continue
		}
		o.known[account] = true
		if o.protected[row.Email] {
			continue
		}
		if m, there := accounts[row.Manager]; there {
			row.Manager = m
		}
		if row.Manager == account {
			row.Manager = ""
		}
		o.unsure = o.unsure || likely[row.Manager] != ""
		o.rows[account] = row
	}
	o.values = o.heldValues(o.before)
	return o
}

// accounts says which account each row of the CSV is for, and which account of a stranger's is likely theirs.
func (o *oracle) accounts() (accounts, likely map[string]string) {
	accounts, likely = map[string]string{}, map[string]string{}
	declared := map[string]bool{}
	for _, row := range o.spec.People {
		declared[row.Email] = true
	}
	for _, row := range o.spec.People {
		accounts[row.Email] = row.Email
		if o.before.people[row.Email] != nil {
			continue
		}
		same := o.holders(o.spec.IDField, row.ID)
		if o.spec.IDField != "" && row.ID != "" && len(same) == 1 && !declared[same[0]] {
			accounts[row.Email] = same[0]
		}
	}
	for _, account := range accounts {
		declared[account] = true
	}
	for _, row := range o.spec.People {
		if o.before.people[accounts[row.Email]] != nil {
			continue
		}
		for _, cell := range row.Cells {
			for _, email := range o.holders(cell.Field, o.held(cell)) {
				p := o.before.people[email]
				other := row.ID != "" && o.spec.IDField != "" && p.Fields[o.spec.IDField] != "" && p.Fields[o.spec.IDField] != row.ID
				if likely[row.Email] == "" && o.distinct(cell.Field, declared) && !declared[email] && !other && (p.Status == state.Active || p.Status == state.Pending) {
					likely[row.Email] = email
				}
			}
		}
	}
	return accounts, likely
}

// held is what a field holds when a cell is written to it.
func (o *oracle) held(cell state.Cell) string {
	if _, there := o.before.fields[cell.Field]; !there {
		return cell.Text // made as TXT
	}
	for _, s := range samples[cell.Field] {
		if s.text == cell.Text {
			return s.held
		}
	}
	return cell.Text
}

func (o *oracle) holders(field, value string) []string {
	var list []string
	for _, email := range slices.Sorted(maps.Keys(o.before.people)) {
		if value != "" && o.before.people[email].Fields[field] == value {
			list = append(list, email)
		}
	}
	return list
}

// distinct reports whether no value of a field stands twice, in the CSV or among those who have no row.
func (o *oracle) distinct(field string, declared map[string]bool) bool {
	if f, there := o.before.fields[field]; there && f.Type != state.FieldText && f.Type != state.FieldNumber {
		return false
	}
	rows := map[string]bool{}
	for _, row := range o.spec.People {
		for _, cell := range row.Cells {
			if v := o.held(cell); cell.Field == field && v != "" {
				if rows[v] {
					return false
				}
				rows[v] = true
			}
		}
	}
	for email, p := range o.before.people {
		if !declared[email] && len(without(o.holders(field, p.Fields[field]), declared)) > 1 {
			return false
		}
	}
	return true
}

// heldValues are the values that protect groups: those of the CSV, and those anybody holds.
func (o *oracle) heldValues(w *world) map[string]bool {
	held := map[string]bool{}
	for _, v := range o.spec.Protect.Values {
		held[strings.ToLower(v)] = true
	}
	for _, p := range w.people {
		if v := p.Fields[o.spec.Protect.Field]; v != "" {
			held[strings.ToLower(v)] = true
		}
	}
	return held
}

func (o *oracle) guarded(name string) bool { return globbed(name) || o.values[strings.ToLower(name)] }

func (o *oracle) label(email string) string {
	if p := o.before.people[email]; p != nil && p.Name != "" {
		return p.Name
	}
	return email
}

// namedAfter reports whether the name is one a manager's group may have.
func (o *oracle) namedAfter(name, email string) bool {
	long := o.label(email) + " (" + email + ")"
	return name == o.label(email) || name == long || name == email && o.guarded(long)
}

// namesakes reports whether somebody else goes by the person's name, or a group of somebody else's.
func (o *oracle) namesakes(email string) bool {
	for _, g := range o.before.groups {
		if o.namedAfter(g.Name, email) && !slices.Contains(g.Managers, email) {
			return true
		}
	}
	for other := range o.before.people {
		if o.spec.FallbackGroup == "" && other != email && o.label(other) == o.label(email) {
			return true
		}
	}
	return false
}

// planned reports whether the CSV's row for this email is carried out.
func (o *oracle) planned(email string) bool {
	_, declared := o.rows[email]
	p := o.before.people[email]
	switch {
	case !declared || o.protected[email]:
		return false
	case p == nil:
		return o.spec.Invite && !o.spec.IdentityProvider
	case p.Status == state.Declined:
		return false
	}
	return p.Status != state.Inactive || !o.spec.IdentityProvider
}

func (o *oracle) active(email string) bool {
	p := o.before.people[email]
	return p != nil && (p.Status == state.Active || p.Status == state.Inactive && o.planned(email))
}

// manager is whom a planned person ought to report to. Empty: they keep the managers they have.
func (o *oracle) manager(email string) (manager string, fallen bool) {
	m := o.rows[email].Manager
	switch was := o.before.people[m]; {
	case m == "":
	case o.active(m):
		return m, false
	case was != nil && was.Status == state.Pending, was == nil && o.planned(m):
		return "", false // not there yet
	}
	if f := o.spec.FallbackManager; f != "" && f != email {
		return f, true
	}
	return "", false
}

// assigned are the planned people with a manager to be given, by the manager whose group they are in; the fallen apart.
func (o *oracle) assigned() (teams map[string][]string, fallen []string, everybody map[string]bool) {
	teams, everybody = map[string][]string{}, map[string]bool{}
	for _, email := range slices.Sorted(maps.Keys(o.rows)) {
		m, fell := o.manager(email)
		if !o.planned(email) || m == "" {
			continue
		}
		everybody[email] = true
		if fell && o.spec.FallbackGroup != "" {
			fallen = append(fallen, email)
		} else {
			teams[m] = append(teams[m], email)
		}
	}
	return teams, fallen, everybody
}

func (o *oracle) exemption(p *state.Person) bool {
	return p.Owner || p.Admin && !o.spec.DeactivateAdmins || p.Email == o.before.dir.Self || o.protected[p.Email] || p.Email == o.spec.FallbackManager
}

func (o *oracle) absent() (may, never []string) {
	for _, email := range slices.Sorted(maps.Keys(o.before.people)) {
		p := o.before.people[email]
		if o.known[email] || p.Status != state.Active {
			continue
		}
		if o.exemption(p) {
			never = append(never, email)
		} else {
			may = append(may, email)
		}
	}
	return may, never
}

var asIs = cmpopts.EquateEmpty()

// afterRoutine checks the world after everything that needs no approval.
func (o *oracle) afterRoutine(t *rapid.T, w *world, p *plan.Plan) {
	t.Helper()
	fail := func(format string, args ...any) {
		t.Helper()
		t.Fatalf(format+"\nplan:\n%s", append(args, render(p))...)
	}
	for email, was := range o.before.people {
		if !o.planned(email) {
			if diff := cmp.Diff(was, w.people[email], asIs); diff != "" {
				fail("%s is not planned for and has changed (-before +after):\n%s", email, diff)
			}
		}
	}
	for email, row := range o.rows {
		if !o.planned(email) {
			continue
		}
		is, was := w.people[email], o.before.people[email]
		if was == nil {
			was = &state.Person{Status: state.Pending}
		}
		if is == nil {
			fail("%s was not invited", email)
		}
		want := *was
		want.Email, want.Capacity, want.EmptyRole, want.Fields = email, row.Capacity, false, maps.Clone(was.Fields)
		if len(row.Days) > 0 {
			want.Days = row.Days
		}
		if want.Fields == nil {
			want.Fields = map[string]string{}
		}
		if was.Status == state.Inactive {
			want.Status = state.Active
		}
		for _, cell := range row.Cells {
			delete(want.Fields, cell.Field)
			if held := o.held(cell); held != "" {
				want.Fields[cell.Field] = held
			}
		}
		if m, _ := o.manager(email); m != "" {
			want.Managers = slices.DeleteFunc(slices.Clone(was.Managers), func(x string) bool { return x == m || !o.protected[x] })
			want.Managers = append(want.Managers, m)
			slices.Sort(want.Managers)
		}
		if diff := cmp.Diff(&want, is, asIs); diff != "" {
			fail("%s (-want +got):\n%s", email, diff)
		}
	}
	for _, m := range o.spec.Fields {
		if _, there := w.fields[m.Field]; !there {
			fail("the field %q was not made", m.Field)
		}
	}
	o.groupsAfterRoutine(t, w, p)
}

// team finds the group of a manager in use: managed by them, holding exactly their people, and named after them or theirs
// already.
func (o *oracle) team(w *world, manager string, people []string, everybody map[string]bool) (number int, ok bool) {
	number = -1
	for n, g := range w.groups {
		was := o.before.groups[n]
		theirs := was != nil && was.Name == g.Name && slices.Contains(was.Managers, manager)
		if !slices.Contains(g.Managers, manager) || !o.namedAfter(g.Name, manager) && !theirs || o.guarded(g.Name) || g.Name == o.spec.FallbackGroup {
			continue
		}
		if !slices.Equal(members(g, everybody), people) {
			continue
		}
		if number < 0 || o.namedAfter(g.Name, manager) {
			number = n
		}
	}
	return number, number >= 0
}

func members(g *state.Group, among map[string]bool) []string {
	var list []string
	for _, m := range g.Members {
		if among[m] {
			list = append(list, m)
		}
	}
	return list
}

func (o *oracle) groupsAfterRoutine(t *rapid.T, w *world, p *plan.Plan) {
	t.Helper()
	teams, fallen, everybody := o.assigned()
	mine := map[int]string{} // group to the manager it is managed by
	if !o.spec.IdentityProvider {
		for m, people := range teams {
			unnamable := slices.ContainsFunc(p.Findings, func(f state.Finding) bool {
				return f.Kind == state.FindingGroupName && f.Name == m && f.Failed
			})
			n, ok := o.team(w, m, people, everybody)
			switch {
			case ok:
				mine[n] = m
			case unnamable:
				for _, email := range people {
					delete(everybody, email)
				}
			default:
				t.Fatalf("%s has no group of their own that holds exactly %v: %s\nplan:\n%s", m, people, show(w), render(p))
			}
		}
	}
	for n, g := range w.groups {
		was, old := o.before.groups[n]
		if !old {
			was = &state.Group{Name: g.Name}
		}
		want := *was
		owner, managed := mine[n]
		isFallback := o.spec.FallbackGroup != "" && g.Name == o.spec.FallbackGroup
		former := slices.ContainsFunc(was.Managers, func(m string) bool { return o.namedAfter(was.Name, m) })
		switch {
		case o.spec.IdentityProvider || o.guarded(was.Name):
		case managed:
			want.Name = g.Name // checked by team
			want.Members = union(without(was.Members, everybody), teams[owner])
			want.Managers = union(among(was.Managers, o.protected), []string{owner})
		case isFallback:
			want.Members = union(without(was.Members, everybody), fallen)
			if f := o.spec.FallbackManager; f != "" && o.active(f) {
				want.Managers = union(among(was.Managers, o.protected), []string{f})
			}
		case old:
			want.Members, want.Managers = g.Members, g.Managers
			o.givenUp(t, w, p, was, g, former, everybody)
		case !old:
			t.Fatalf("who asked for the group %q?\nplan:\n%s", g.Name, render(p))
		}
		if diff := cmp.Diff(&want, g, asIs); diff != "" {
			t.Fatalf("group %q (-want +got):\n%s\nplan:\n%s", was.Name, diff, render(p))
		}
	}
	for n, g := range o.before.groups {
		if w.groups[n] == nil {
			t.Fatalf("the group %q was deleted without approval", g.Name)
		}
	}
	if len(fallen) > 0 && !o.spec.IdentityProvider && w.group(o.spec.FallbackGroup) == nil {
		t.Fatalf("no fallback group\nplan:\n%s", render(p))
	}
}

// givenUp checks a group that is no manager's in use: people of the CSV leave the group of somebody nobody reports to any
// more, who loses the role on it. Any other is as it was.
func (o *oracle) givenUp(t *rapid.T, w *world, p *plan.Plan, was, is *state.Group, former bool, everybody map[string]bool) {
	t.Helper()
	manages := map[string]bool{}
	for _, person := range w.people {
		for _, m := range person.Managers {
			manages[m] = true
		}
	}
	lost := without(was.Managers, set(is.Managers))
	for _, m := range lost {
		others := without(was.Managers, o.protected)
		theirs := o.namedAfter(was.Name, m) || len(others) == 1
		if !o.planned(m) || manages[m] || o.protected[m] || !theirs {
			t.Fatalf("%s lost the role on %q\nplan:\n%s", m, was.Name, render(p))
		}
	}
	want := was.Members
	if former || len(lost) > 0 || !slices.Equal(was.Members, is.Members) && len(without(was.Managers, o.protected)) == 1 {
		want = without(was.Members, everybody)
	}
	if diff := cmp.Diff(want, is.Members, asIs); diff != "" || len(without(is.Managers, set(was.Managers))) > 0 || is.Name != was.Name {
		t.Fatalf("group %q (-want +got):\n%s\nplan:\n%s", was.Name, diff, render(p))
	}
}

func set(list []string) map[string]bool {
	s := map[string]bool{}
	for _, x := range list {
		s[x] = true
	}
	return s
}

// afterAll checks the world after the gated changes too.
func (o *oracle) afterAll(t *rapid.T, w *world, p *plan.Plan) {
	t.Helper()
	fail := func(format string, args ...any) {
		t.Helper()
		t.Fatalf(format+"\nworld:\n%splan:\n%s", append(args, show(w), render(p))...)
	}
	may, _ := o.absent()
	leavers := map[string]bool{}
	if o.spec.Absent == state.AbsentDeactivate && !o.spec.IdentityProvider {
		for _, email := range may {
			kept := slices.ContainsFunc(p.Findings, func(f state.Finding) bool { return f.Kind == state.FindingCannotLeave && f.Name == email })
			if kept && o.spec.FallbackManager != "" {
				fail("%s is kept, though the fallback manager can take over", email)
			}
			if leavers[email] = !kept; kept {
				delete(leavers, email)
			}
		}
	}
	for email, was := range o.before.people {
		is := w.people[email]
		switch {
		case leavers[email]:
			if is.Status != state.Inactive || is.EmptyRole {
				fail("%s has not left: %+v", email, is)
			}
		case !o.planned(email):
			want := *was
			if !o.protected[email] {
				want.Managers = without(was.Managers, leavers)
				if len(want.Managers) == 0 && len(was.Managers) > 0 && was.Status != state.Inactive && email != o.spec.FallbackManager {
					want.Managers = []string{o.spec.FallbackManager}
				}
			}
			if diff := cmp.Diff(&want, is, asIs); diff != "" {
				fail("%s is not in the CSV (-want +got):\n%s", email, diff)
			}
		default:
			if m, _ := o.manager(email); m != "" {
				if leavers[m] {
					m = o.spec.FallbackManager
				}
				if m != email && !slices.Contains(is.Managers, m) {
					fail("%s is not managed by %s but by %v", email, m, is.Managers)
				}
			}
		}
		for _, m := range is.Managers {
			if leavers[m] && !o.protected[email] {
				fail("%s left and still manages %s", m, email)
			}
		}
	}
	teams, _, _ := o.assigned()
	for n, g := range w.groups {
		if was := o.before.groups[n]; was != nil && o.guarded(was.Name) {
			if diff := cmp.Diff(was, g, asIs); diff != "" {
				fail("the protected group %q has changed (-before +after):\n%s", was.Name, diff)
			}
			continue
		}
		for _, x := range append(slices.Clone(g.Members), g.Managers...) {
			if leavers[x] {
				fail("%s left and is still in or over %q", x, g.Name)
			}
		}
		managed := g.Name == o.spec.FallbackGroup && g.Name != ""
		for m := range teams {
			managed = managed || slices.Contains(g.Managers, m)
		}
		managed = managed || o.spec.FallbackManager != "" && o.namedAfter(g.Name, o.spec.FallbackManager)
		for email := range o.rows {
			m, _ := o.manager(email)
			for _, keeps := range w.managers(email) {
				managed = managed || o.planned(email) && m == "" && o.namedAfter(g.Name, keeps) && slices.Contains(g.Managers, keeps)
			}
		}
		held := len(among(g.Members, o.protected))+len(among(g.Managers, o.protected)) > 0
		if o.spec.DeleteUnmanaged && !o.spec.IdentityProvider && !managed && !held {
			fail("the unmanaged group %q is still there", g.Name)
		}
	}
	for n, was := range o.before.groups {
		is := w.groups[n]
		held := len(among(was.Members, o.protected))+len(among(was.Managers, o.protected)) > 0
		if is == nil && (held || o.guarded(was.Name) || o.spec.IdentityProvider) {
			fail("the group %q is gone", was.Name)
		}
		if is == nil && !o.spec.DeleteUnmanaged && !slices.ContainsFunc(slices.Collect(maps.Keys(leavers)), func(l string) bool {
			return o.namedAfter(was.Name, l) || slices.Contains(was.Managers, l)
		}) {
			fail("the group %q is gone, and nobody asked for it", was.Name)
		}
		if is == nil {
			continue
		}
		for _, list := range [][2][]string{{was.Members, is.Members}, {was.Managers, is.Managers}} {
			for _, x := range among(list[0], o.protected) {
				if !slices.Contains(list[1], x) {
					fail("the protected %s was taken out of %q", x, was.Name)
				}
			}
		}
	}
}

func among(list []string, set map[string]bool) []string {
	return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return !set[x] })
}

func without(list []string, set map[string]bool) []string {
	return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return set[x] })
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

func show(w *world) string {
	var b strings.Builder
	for _, email := range slices.Sorted(maps.Keys(w.people)) {
		p := w.people[email]
		b.WriteString("  " + email + " (" + p.Name + ") " + string(p.Status) + " < " + strings.Join(p.Managers, ",") + "\n")
	}
	for _, n := range slices.Sorted(maps.Keys(w.groups)) {
		g := w.groups[n]
		b.WriteString("  [" + g.Name + "] " + strings.Join(g.Members, ",") + " | " + strings.Join(g.Managers, ",") + "\n")
	}
	return b.String()
}
