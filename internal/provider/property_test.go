package provider_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

var (
	someEmails = []string{"a@x.io", "b@x.io", "c@x.io", "d@x.io", "e@x.io"}
	someNames  = []string{"", "Sam", "Sam", "Eve", "Bo", "Other functions"}
	someGroups = []string{"Sam", "Sam (a@x.io)", "Eve", "Bo", "c@x.io", "Holiday X", "Club", "Other functions"}
	someFields = []state.Field{
		{Name: "Country", Type: state.FieldText},
		{Name: "Grade", Type: state.FieldNumber},
		{Name: "Lead", Type: state.FieldCheckbox},
		{Name: "Site", Type: state.FieldOne, Allowed: []string{"North", "South"}},
		{Name: "Skills", Type: state.FieldMany, Allowed: []string{"go", "sql"}},
	}
	// Texts of cells and what the field then holds.
	someTexts = map[string][][2]string{
		"Country": {{"", ""}, {"Norway", "Norway"}, {"Sweden", "Sweden"}},
		"Grade":   {{"", ""}, {"1,50", "1.5"}, {"3", "3"}},
		"Lead":    {{"", ""}, {"Yes", "true"}, {"0", "false"}},
		"Site":    {{"", ""}, {"north", "North"}},
		"Skills":  {{"", ""}, {"sql; GO", "go;sql"}, {"go", "go"}},
		"New":     {{"", ""}, {"x", "x"}},
	}
	capacities = map[time.Duration][]string{8 * time.Hour: {"PT8H", "PT480M"}, 450 * time.Minute: {"PT7H30M", "PT450M"}}
)

func pick(t *rapid.T, label string, of []string, most int) []string {
	list := rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, min(most, len(of)), rapid.ID[string]).Draw(t, label)
	slices.Sort(list)
	return list
}

func drawDirectory(t *rapid.T) *state.Directory {
	dir := &state.Directory{Fields: slices.DeleteFunc(slices.Clone(someFields), func(f state.Field) bool { return rapid.IntRange(0, 4).Draw(t, f.Name) == 0 })}
	members := append([]string{opsEmail, ownerEmail}, pick(t, "members", someEmails, 5)...)
	slices.Sort(members)
	for _, email := range members {
		p := state.Person{
			Email: email, Name: rapid.SampledFrom(someNames).Draw(t, "name"), Status: state.Active,
			Capacity:  rapid.SampledFrom([]time.Duration{8 * time.Hour, 450 * time.Minute, 4 * time.Hour}).Draw(t, "capacity"),
			EmptyRole: rapid.IntRange(0, 5).Draw(t, "ghost") == 0, Managers: pick(t, "managers", members, 2), Fields: map[string]string{},
		}
		switch email {
		case ownerEmail:
			p.Owner, p.Admin = true, true
		case opsEmail:
			p.Name = "Operations"
		default:
			p.Status = rapid.SampledFrom([]state.Status{state.Active, state.Active, state.Inactive, state.Pending, state.Declined}).Draw(t, "status")
		}
		for _, f := range dir.Fields {
			if held := rapid.SampledFrom(someTexts[f.Name]).Draw(t, f.Name)[1]; held != "" {
				p.Fields[f.Name] = held
			}
		}
		dir.People = append(dir.People, p)
	}
	for _, p := range dir.People { // who has a role has no ghost
		for _, m := range p.Managers {
			dir.People[slices.Index(members, m)].EmptyRole = false
		}
	}
	for _, name := range pick(t, "groups", someGroups, 5) {
		g := state.Group{Name: name, Members: pick(t, "in", members, 4), Managers: pick(t, "over", members, 2)}
		for _, m := range g.Managers {
			dir.People[slices.Index(members, m)].EmptyRole = false
		}
		dir.Groups = append(dir.Groups, g)
	}
	return dir
}

func drawUsers(t *rapid.T) *state.Users {
	u := &state.Users{
		File: "users.csv", FallbackManager: opsEmail, FallbackGroup: "Other functions",
		Protect: state.Protect{Groups: []string{"Holiday *"}},
		Absent:  rapid.SampledFrom([]state.Absent{state.AbsentKeep, state.AbsentDeactivate}).Draw(t, "absent"),
		Invite:  rapid.Bool().Draw(t, "invite"), DeleteUnmanaged: rapid.Bool().Draw(t, "cleanup"),
		Guards: state.Guards{MaxDeactivations: state.Limit{Count: 99}, MaxRemovals: state.Limit{Count: 99}, MaxChanges: state.Limit{Count: 99}, MaxReactivations: state.Limit{Count: 99}, MaxInvitations: state.Limit{Count: 99}, MaxShrink: state.Limit{Count: 99}},
	}
	var mapped []string
	for _, f := range []string{"New", "Country", "Grade", "Lead", "Site", "Skills"} {
		if rapid.Bool().Draw(t, "maps "+f) {
			mapped = append(mapped, f)
			u.Fields = append(u.Fields, state.Mapping{Column: f, Field: f})
		}
	}
	all := append([]string{ownerEmail, opsEmail, "new@x.io"}, someEmails...)
	for i, email := range rapid.SliceOfNDistinct(rapid.SampledFrom(all), 1, len(all), rapid.ID[string]).Draw(t, "rows") {
		d := state.Row{
			Email: email, Manager: rapid.SampledFrom(append(all, "", "nobody@x.io")).Draw(t, "manager"),
			Capacity: rapid.SampledFrom([]time.Duration{8 * time.Hour, 450 * time.Minute}).Draw(t, "hours"),
			At:       state.Source{File: "users.csv", Line: i + 2, Column: 1},
		}
		if d.Manager == email {
			d.Manager = ""
		}
		for _, f := range mapped {
			d.Cells = append(d.Cells, state.Cell{Field: f, Text: rapid.SampledFrom(someTexts[f]).Draw(t, "cell")[0]})
		}
		u.People = append(u.People, d)
	}
	return u
}

// TestReadDoRead: whatever a workspace holds and a CSV asks, what was planned and done over HTTP is what was asked.
func TestReadDoRead(t *testing.T) {
	t.Parallel()
	web := newWeb(t)
	rapid.Check(t, func(t *rapid.T) {
		dir, spec := drawDirectory(t), drawUsers(t)
		quirks := sandbox.Quirks{RoleSourceAsString: rapid.Bool().Draw(t, "source as string"), NoLastPage: rapid.Bool().Draw(t, "no Last-Page")}
		r := web.serve(t, dir, func(w *sandbox.Workspace, _ *sandbox.Options) { w.Quirks = quirks })
		w, have, p := r.read(spec)
		checkRead(t, dir, have, spec)
		if len(p.Refusals) > 0 {
			return
		}
		var declared []string
		for _, row := range spec.People {
			if row.Email != spec.FallbackManager { // nobody takes over whoever takes over everybody
				declared = append(declared, row.Email)
			}
		}
		check := r.neverWithout(declared)
		r.ResetCalls()
		allDone(t, carryOut(w, p))
		check()
		if got := r.WriteCount(); got != len(p.Changes) {
			t.Fatalf("%d writes for %d changes", got, len(p.Changes))
		}
		if got := r.Total(); got > p.Calls.Needed {
			t.Fatalf("%d calls, the plan said %d", got, p.Calls.Needed)
		}
		if slices.ContainsFunc(p.Findings, func(f state.Finding) bool { return f.Kind == state.FindingAddressChanged }) {
			return // who is likely somebody in the CSV is left alone
		}
		asked(t, spec, dir, r.State())
		if _, _, again := r.read(spec); !again.Empty() {
			t.Fatalf("left: %+v\nfirst: %+v", again.Changes, p.Changes)
		}
		shuffled := *spec
		shuffled.People = slices.Clone(spec.People)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		rng.Shuffle(len(shuffled.People), func(i, j int) {
			shuffled.People[i], shuffled.People[j] = shuffled.People[j], shuffled.People[i]
		})
		if got := compute(&shuffled, have); got.Digest() != p.Digest() || got.ApprovalDigest() != p.ApprovalDigest() {
			t.Fatal("the order of the rows shows in the digest")
		}
	})
}

// checkRead holds what was read against what is there. Capacities are read of the people of the CSV alone, values where
// fields are mapped.
func checkRead(t *rapid.T, dir, have *state.Directory, spec *state.Users) {
	t.Helper()
	want := *dir
	want.People = slices.Clone(dir.People)
	for i := range want.People {
		p := &want.People[i]
		if !slices.ContainsFunc(spec.People, func(d state.Row) bool { return d.Email == p.Email }) {
			p.Capacity = state.CapacityUnknown
		}
	}
	if len(spec.Fields) == 0 {
		want.Fields = nil
		for i := range want.People {
			want.People[i].Fields = nil
		}
	}
	want.Groups = slices.Clone(dir.Groups)
	groupIDs := make([]string, len(dir.Groups))
	for i := range dir.Groups {
		groupIDs[i] = sandbox.ID("group/"+have.WorkspaceID, i+1)
	}
	for i, id := range groupIDs {
		want.Groups[i].Place, _ = slices.BinarySearch(slices.Sorted(slices.Values(groupIDs)), id)
	}
	got := *have
	got.People = slices.Clone(have.People)
	for i := range got.People {
		if p := &got.People[i]; i < len(want.People) && want.People[i].Capacity == state.CapacityUnknown {
			p.Capacity = state.CapacityUnknown
		}
	}
	sortPeople := cmpopts.SortSlices(func(a, b state.Group) bool { return a.Name < b.Name })
	sortFields := cmpopts.SortSlices(func(a, b state.Field) bool { return a.Name < b.Name })
	opts := cmp.Options{cmpopts.EquateEmpty(), sortPeople, sortFields, cmpopts.IgnoreFields(state.Directory{}, "Workspace", "WorkspaceID", "Features", "Free", "Self", "Now"), cmpopts.IgnoreFields(state.Person{}, "Days")}
	if diff := cmp.Diff(want, got, opts); diff != "" {
		t.Fatalf("read (-there +read):\n%s", diff)
	}
	if have.Workspace != "Acme" || have.Self != ownerEmail || have.Free || !have.Has("MANAGER_ROLE") {
		t.Fatalf("read %q by %s, free %v, features %v", have.Workspace, have.Self, have.Free, have.Features)
	}
}

// asked says, of what the in-memory Clockify holds and without planner or reader, whether it is what the CSV asks.
func asked(t *rapid.T, spec *state.Users, before *state.Directory, s sandbox.State) {
	t.Helper()
	ws := s.Workspaces[0]
	was, rows := map[string]state.Person{}, map[string]bool{}
	for _, p := range before.People {
		was[p.Email] = p
	}
	for _, row := range spec.People {
		rows[row.Email] = true
	}
	ids, members, label := map[string]string{}, map[string]sandbox.Member{}, map[string]string{}
	for _, u := range s.Users {
		ids[u.Email], label[u.Email] = u.ID, u.Name
		if u.Name == "" {
			label[u.Email] = u.Email
		}
		for _, m := range ws.Members {
			if m.UserID == u.ID {
				members[u.Email] = m
			}
		}
	}
	leaves := func(email string) bool {
		p := was[email]
		return spec.Absent == state.AbsentDeactivate && p.Status == state.Active && !rows[email] && email != ownerEmail && email != opsEmail
	}
	usable := func(email string) bool {
		p, there := was[email]
		return there && !leaves(email) && (p.Status == state.Active || p.Status == state.Inactive && rows[email])
	}
	managers := directManagers(s)
	for email := range was {
		if m := members[email]; leaves(email) != (m.Status == "INACTIVE" && was[email].Status == state.Active) {
			t.Fatalf("%s is %s", email, m.Status)
		}
		for _, m := range managers[email] {
			if leaves(m) {
				t.Fatalf("%s has left and still manages %s", m, email)
			}
		}
	}
	for _, row := range spec.People {
		m, there := members[row.Email]
		old, old2 := was[row.Email]
		if !old2 && !spec.Invite || old.Status == state.Declined {
			continue
		}
		if !there || m.Status == "INACTIVE" {
			t.Fatalf("%s is in the CSV and %q in the workspace", row.Email, m.Status)
		}
		if !slices.Contains(capacities[row.Capacity], m.WorkCapacity) {
			t.Fatalf("%s works %s, want %v", row.Email, m.WorkCapacity, row.Capacity)
		}
		checkValues(t, before, ws, m, row)
		manager, name := row.Manager, ""
		if p, there := was[manager]; there && p.Status == state.Pending || !there && rows[manager] && spec.Invite {
			continue // not there yet: they keep whom they have
		}
		switch {
		case usable(manager):
		case row.Email == opsEmail:
			continue
		default:
			manager, name = opsEmail, spec.FallbackGroup
		}
		if !slices.Equal(managers[row.Email], []string{manager}) {
			t.Fatalf("%s is managed by %v, want %s", row.Email, managers[row.Email], manager)
		}
		names := []string{name}
		if name == "" {
			names = []string{label[manager], label[manager] + " (" + manager + ")"}
		}
		in := slices.ContainsFunc(ws.Groups, func(g sandbox.Group) bool {
			over := slices.Contains(ws.Roles, sandbox.Grant{UserID: ids[manager], Role: "TEAM_MANAGER", EntityID: g.ID, SourceType: "USER_GROUP"})
			theirs := slices.ContainsFunc(before.Groups, func(old state.Group) bool { return old.Name == g.Name && slices.Contains(old.Managers, manager) })
			return (theirs || slices.Contains(names, g.Name)) && slices.Contains(g.UserIDs, m.UserID) && over
		})
		if !in {
			t.Fatalf("%s is in no group of %s", row.Email, manager)
		}
	}
}

func checkValues(t *rapid.T, before *state.Directory, ws sandbox.Workspace, m sandbox.Member, row state.Row) {
	t.Helper()
	for _, cell := range row.Cells {
		i := slices.IndexFunc(ws.CustomFields, func(f sandbox.CustomField) bool { return f.Name == cell.Field })
		if i < 0 {
			t.Fatalf("there is no field %s", cell.Field)
		}
		want := cell.Text // of a field that was made for it, as TXT
		if slices.ContainsFunc(before.Fields, func(f state.Field) bool { return f.Name == cell.Field }) {
			for _, pair := range someTexts[cell.Field] {
				if pair[0] == cell.Text {
					want = pair[1]
				}
			}
		}
		got := ""
		switch v := m.FieldValues[ws.CustomFields[i].ID].(type) {
		case nil:
		case []any:
			var parts []string
			for _, part := range v {
				parts = append(parts, fmt.Sprint(part))
			}
			slices.Sort(parts)
			got = strings.Join(parts, ";")
		default:
			got = fmt.Sprint(v)
		}
		if got != want {
			t.Fatalf("%s holds %q in %s, want %q", row.Email, got, cell.Field, want)
		}
	}
}
