package plan_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// sample is a text a cell may hold and what the field then holds.
type sample struct {
	text, held string
}

var (
	emails     = []string{"ops@x", "owner@x", "a@x", "b@x", "c@x", "d@x", "e@x", "f@x", "g@x"}
	names      = []string{"", "Sam", "Sam", "Eve", "Eve Jones", "Bo", "Holiday X", "Norway", "Other functions"}
	groupNames = []string{"Sam", "Sam (a@x)", "Eve", "Eve Jones", "Bo", "c@x", "d@x", "Holiday X", "Norway", "Sweden", "Other functions", "Club", "Project"}
	statuses   = []state.Status{state.Active, state.Active, state.Active, state.Active, state.Inactive, state.Pending, state.Declined}
	typed      = []state.Field{
		{Name: "Country", Type: state.FieldText},
		{Name: "Grade", Type: state.FieldNumber},
		{Name: "Lead", Type: state.FieldCheckbox},
		{Name: "Site", Type: state.FieldOne, Allowed: []string{"North", "South"}},
		{Name: "Skills", Type: state.FieldMany, Allowed: []string{"go", "sql"}},
	}
	samples = map[string][]sample{
		"Country": {{text: ""}, {text: "Norway", held: "Norway"}, {text: "Sweden", held: "Sweden"}},
		"Grade":   {{text: ""}, {text: "1,50", held: "1.5"}, {text: "03", held: "3"}},
		"Lead":    {{text: ""}, {text: "Yes", held: "true"}, {text: "0", held: "false"}},
		"Site":    {{text: ""}, {text: "north", held: "North"}, {text: "South", held: "South"}},
		"Skills":  {{text: ""}, {text: "sql; GO", held: "go;sql"}, {text: "go", held: "go"}},
		"New":     {{text: ""}, {text: "x", held: "x"}},
	}
)

func subset(t *rapid.T, label string, of []string, most int) []string {
	list := rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, min(most, len(of)), rapid.ID[string]).Draw(t, label)
	slices.Sort(list)
	return list
}

func drawDirectory(t *rapid.T) *state.Directory {
	d := &state.Directory{Workspace: "Acme", Self: "owner@x"}
	members := append([]string{"ops@x", "owner@x"}, subset(t, "members", emails[2:], 7)...)
	for _, f := range typed {
		if rapid.IntRange(0, 5).Draw(t, "field "+f.Name) > 0 {
			d.Fields = append(d.Fields, f)
		}
	}
	for _, email := range members {
		p := state.Person{
			Email: email, Name: rapid.SampledFrom(names).Draw(t, "name"), Status: rapid.SampledFrom(statuses).Draw(t, "status"),
			Admin: rapid.IntRange(0, 9).Draw(t, "admin") == 0, EmptyRole: rapid.IntRange(0, 5).Draw(t, "ghost") == 0,
			Capacity: rapid.SampledFrom([]time.Duration{8 * time.Hour, 4 * time.Hour}).Draw(t, "capacity"),
			Managers: subset(t, "managers", members, 2), Fields: map[string]string{},
		}
		if email == "ops@x" && rapid.IntRange(0, 2).Draw(t, "own name") > 0 {
			p.Name = "Operations"
		}
		if email == "owner@x" {
			p.Owner, p.Admin, p.Status = true, true, state.Active
		}
		for _, f := range d.Fields {
			if s := rapid.SampledFrom(samples[f.Name]).Draw(t, f.Name); s.held != "" {
				p.Fields[f.Name] = s.held
			}
		}
		d.People = append(d.People, p)
	}
	for _, name := range subset(t, "groups", groupNames, 6) {
		d.Groups = append(d.Groups, state.Group{Name: name, Members: subset(t, "in", members, 5), Managers: subset(t, "managing", members, 2)})
	}
	return d
}

func drawUsers(t *rapid.T) *state.Users {
	u := &state.Users{
		File:             "users.csv",
		FallbackManager:  rapid.SampledFrom([]string{"ops@x", "ops@x", "ops@x", "", "a@x"}).Draw(t, "fallback"),
		FallbackGroup:    rapid.SampledFrom([]string{"Other functions", "Other functions", ""}).Draw(t, "fallback group"),
		Protect:          state.Protect{Groups: []string{"Holiday *"}, Column: "Country", Field: "Country", Users: subset(t, "protected", emails[2:], 1)},
		Absent:           rapid.SampledFrom([]state.Absent{state.AbsentKeep, state.AbsentDeactivate}).Draw(t, "absent"),
		Invite:           rapid.Bool().Draw(t, "invite"),
		DeleteUnmanaged:  rapid.Bool().Draw(t, "cleanup"),
		IdentityProvider: rapid.IntRange(0, 9).Draw(t, "idp") == 0,
		Guards: state.Guards{
			MaxDeactivations: state.Limit{Count: rapid.IntRange(0, 3).Draw(t, "max deactivations")},
			MaxRemovals:      state.Limit{Share: 0.2, Floor: rapid.SampledFrom([]int{1, 3, 50}).Draw(t, "max removals")},
			MaxShrink:        state.Limit{Count: 100},
		},
	}
	var mapped []string
	for _, f := range append([]string{"New"}, "Country", "Grade", "Lead", "Site", "Skills") {
		if rapid.Bool().Draw(t, "maps "+f) {
			mapped = append(mapped, f)
			u.Fields = append(u.Fields, state.Mapping{Column: f, Field: f})
		}
	}
	rows := rapid.SliceOfNDistinct(rapid.SampledFrom(append(emails, "new@x")), 1, 9, rapid.ID[string]).Draw(t, "rows")
	for i, email := range rows {
		d := state.Row{
			Email: email, Capacity: rapid.SampledFrom([]time.Duration{8 * time.Hour, 450 * time.Minute}).Draw(t, "hours"),
			At: state.Source{File: "users.csv", Line: i + 2, Column: 1},
		}
		d.Manager = rapid.SampledFrom(append([]string{"", "nobody@x", "a@x", "b@x"}, emails...)).Draw(t, "manager")
		if d.Manager == email {
			d.Manager = ""
		}
		for _, f := range mapped {
			s := rapid.SampledFrom(samples[f]).Draw(t, "cell")
			d.Cells = append(d.Cells, state.Cell{Field: f, Text: s.text})
			if f == "Country" && s.text != "" {
				u.Protect.Values = append(u.Protect.Values, s.text)
			}
		}
		u.People = append(u.People, d)
	}
	return u
}

// carryOut does the changes for which run holds, in the plan's order, and reports whether all could be done. step is told of
// every world on the way.
func carryOut(t *rapid.T, w *world, p *plan.Plan, run func(plan.Change) bool, step func()) {
	t.Helper()
	done := map[string]bool{}
	for _, phase := range plan.Phases {
		for _, c := range p.Changes {
			if c.Phase != phase || !run(c) {
				continue
			}
			for _, id := range c.Needs {
				if !done[id] {
					t.Fatalf("%sneeds %s, which was not done before", renderChange(c), id)
				}
			}
			if err := w.do(c); err != nil {
				t.Fatalf("%s%v\nplan:\n%s", renderChange(c), err, render(p))
			}
			done[c.ID] = true
			step()
		}
	}
}

func all(plan.Change) bool { return true }

// TestConverges holds a run against the promises of the user sync, said here without the planner.
func TestConverges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dir, spec := drawDirectory(t), drawUsers(t)
		p := compute(spec, dir)
		if len(p.Refusals) > 0 {
			return
		}
		o := newOracle(spec, dir)
		if o.namesakes(spec.FallbackManager) {
			return // whose group is whose, when people leave to such a fallback manager, is settled in the next run
		}
		w := newWorld(dir)
		hadManager := map[string]bool{}
		managed := func() {
			for _, row := range spec.People {
				person := w.people[row.Email]
				if person == nil {
					continue
				}
				// Nobody takes over whoever takes over everybody.
				if hadManager[row.Email] && len(person.Managers) == 0 && row.Email != spec.FallbackManager {
					t.Fatalf("%s is without a manager in between\n%s", row.Email, render(p))
				}
				hadManager[row.Email] = len(person.Managers) > 0
			}
		}
		managed()
		withheld := false
		routine := func(c plan.Change) bool { return !c.Gated }
		carryOut(t, w, p, routine, managed)
		for _, c := range p.Gated() {
			withheld = withheld || c.Guard == "max_removals"
		}

		if !maps.Equal(o.values, o.heldValues(w)) {
			return // a group is no longer protected, since nobody holds the value any more: the next plan may differ
		}
		again := compute(spec, w.directory())
		for _, c := range again.Changes {
			if !c.Gated {
				t.Fatalf("a routine change is left: %s\nfirst:\n%s\nthen:\n%s", renderChange(c), render(p), render(again))
			}
		}
		if diff := cmp.Diff(gatedText(p), gatedText(again)); diff != "" || p.ApprovalDigest() != again.ApprovalDigest() {
			t.Fatalf("what waits for approval is not the same after the rest is done (-first +then):\n%s\nfirst:\n%s", diff, render(p))
		}
		if !withheld {
			o.afterRoutine(t, w, p)
		}
		carryOut(t, w, again, all, managed)
		o.afterAll(t, w, p)
		if !maps.Equal(o.values, o.heldValues(w)) {
			return
		}
		if last := compute(spec, w.directory()); !last.Empty() || len(last.Refusals) > 0 {
			t.Fatalf("something is left:\n%s\nfirst:\n%s", render(last), render(p))
		}
	})
}

func gatedText(p *plan.Plan) string {
	var b strings.Builder
	for _, c := range p.Gated() {
		b.WriteString(c.ID + " " + renderChange(c))
	}
	return b.String()
}

// TestPartlyApproved: what was approved stays so when some of the leavers have left, and nothing new comes up.
func TestPartlyApproved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dir, spec := drawDirectory(t), drawUsers(t)
		spec.Guards.MaxRemovals = state.Limit{Count: 99}
		p := compute(spec, dir)
		o := newOracle(spec, dir)
		if len(p.Refusals) > 0 || len(p.Gated()) == 0 || o.namesakes(spec.FallbackManager) {
			return
		}
		done := map[string]bool{}
		goes, halves := map[string]bool{}, false
		part := func(c plan.Change) bool { // of what belongs to a leaver all or nothing
			run, drawn := goes[c.Leaver]
			if !drawn || c.Leaver == "" {
				run = rapid.Bool().Draw(t, "run")
				goes[c.Leaver] = run
			}
			run = run || !c.Gated
			for _, id := range c.Needs {
				halves = halves || run && !done[id]
				run = run && done[id]
			}
			done[c.ID] = run
			return run
		}
		w := newWorld(dir)
		carryOut(t, w, p, part, func() {})
		if halves {
			return
		}
		if !maps.Equal(o.values, o.heldValues(w)) {
			return
		}
		again := compute(spec, w.directory())
		approval, reason, err := again.ParseApproval(p.ApprovalToken())
		if err != nil || reason != "" {
			t.Fatalf("%s, %v\nfirst:\n%s\nthen:\n%s", reason, err, render(p), render(again))
		}
		for _, c := range again.Gated() {
			if !approval.Permits(c) {
				t.Fatalf("was not approved: %s", renderChange(c))
			}
		}
	})
}

// TestFailures: whatever fails, what is left out with it keeps everybody with a manager and in a group, and lets nobody
// leave who still manages something.
func TestFailures(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dir, spec := drawDirectory(t), drawUsers(t)
		spec.Guards.MaxRemovals = state.Limit{Count: 99}
		p := compute(spec, dir)
		o := newOracle(spec, dir)
		if len(p.Refusals) > 0 {
			return
		}
		w := newWorld(dir)
		groupsOf := func(email string) (n int) {
			for _, g := range w.groups {
				if slices.Contains(g.Members, email) {
					n++
				}
			}
			return n
		}
		done, moves, inGroups := map[string]bool{}, map[string]bool{}, map[string]int{}
		for _, c := range p.Changes {
			if do, ok := c.Do.(plan.Membership); ok && c.Op == plan.Create {
				moves[do.Person], inGroups[do.Person] = true, groupsOf(do.Person)
			}
		}
		for _, phase := range plan.Phases {
			for _, c := range p.Changes {
				run := c.Phase == phase && rapid.IntRange(0, 3).Draw(t, "fails") > 0
				for _, id := range c.Needs {
					run = run && done[id]
				}
				if !run {
					continue
				}
				if err := w.do(c); err != nil && !errors.Is(err, errAlready) { // given back before it could be taken
					t.Fatalf("%s%v\n%s", renderChange(c), err, render(p))
				}
				done[c.ID] = true
			}
		}
		for n, was := range o.before.groups {
			if is := w.groups[n]; is != nil && len(was.Managers) > 0 && len(is.Managers) == 0 {
				t.Fatalf("the group %q is left without a manager\n%s", was.Name, render(p))
			}
		}
		leaving, _ := o.absent()
		for email, was := range o.before.people {
			is := w.people[email]
			stays := spec.Absent == state.AbsentKeep || !slices.Contains(leaving, email)
			if len(was.Managers) > 0 && len(is.Managers) == 0 && stays && email != spec.FallbackManager && is.Status != state.Inactive {
				t.Fatalf("%s is left without a manager\n%s", email, render(p))
			}
			if _, declared := o.rows[email]; declared && moves[email] && inGroups[email] > 0 && groupsOf(email) == 0 && !spec.DeleteUnmanaged {
				t.Fatalf("%s is left without a group\n%s", email, render(p))
			}
			if was.Status == state.Active && is.Status == state.Inactive {
				for other, person := range w.people {
					if slices.Contains(person.Managers, email) && !o.protected[other] {
						t.Fatalf("%s has left and still manages %s\n%s", email, other, render(p))
					}
				}
				for _, g := range w.groups {
					if slices.Contains(g.Managers, email) && !o.guarded(g.Name) {
						t.Fatalf("%s has left and still manages %q\n%s", email, g.Name, render(p))
					}
				}
			}
		}
	})
}

// TestSamePlan: neither the order of rows nor that of what was read shows.
func TestSamePlan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dir, spec := drawDirectory(t), drawUsers(t)
		first := compute(spec, dir)
		checkNeeds(t, first)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		twin, copied := *dir, *spec
		twin.People, twin.Groups, twin.Fields = shuffled(r, dir.People), shuffled(r, dir.Groups), shuffled(r, dir.Fields)
		copied.People, copied.Protect.Values = shuffled(r, spec.People), shuffled(r, spec.Protect.Values)
		second := compute(&copied, &twin)
		one, two := encode(t, first), encode(t, second)
		if one != two || first.Digest() != second.Digest() || first.ApprovalDigest() != second.ApprovalDigest() {
			t.Fatalf("order shows (-first +second):\n%s", cmp.Diff(one, two))
		}
	})
}

func shuffled[T any](r *rand.Rand, list []T) []T {
	list = slices.Clone(list)
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// encode is everything of a plan, actions by their type too.
func encode(t *rapid.T, p *plan.Plan) string {
	text, err := json.MarshalIndent(p, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.Write(text)
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "\n%T", c.Do)
	}
	return b.String()
}

// TestGuardsHold counts by the fields that people see, not by actions.
func TestGuardsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dir, spec := drawDirectory(t), drawUsers(t)
		spec.Guards = state.Guards{
			MaxDeactivations: state.Limit{Count: rapid.IntRange(0, 3).Draw(t, "deactivations")},
			MaxRemovals:      state.Limit{Count: rapid.IntRange(0, 6).Draw(t, "removals")},
			MaxShrink:        state.Limit{Count: rapid.IntRange(0, 6).Draw(t, "shrink")},
			MinActiveUsers:   rapid.IntRange(0, 6).Draw(t, "active"),
		}
		p := compute(spec, dir)
		routine, flagged := map[string]int{}, map[string]int{}
		leave, back := 0, 0
		for _, c := range p.Changes {
			for _, f := range c.Fields {
				switch {
				case c.Ref.Kind == plan.KindPerson && f.Name == "status" && f.After == "inactive":
					leave++
					if !c.Gated {
						t.Fatalf("a deactivation is not gated: %s", renderChange(c))
					}
				case c.Ref.Kind == plan.KindPerson && f.Before == "inactive":
					back++
				case f.After != "" || f.Before == "" || f.Name == "ghost role":
				case c.Guard == "max_removals":
					flagged[string(c.Ref.Kind)]++
				case c.Gated:
				default:
					routine[string(c.Ref.Kind)]++
				}
			}
			if c.Op == plan.Delete && c.Ref.Kind == plan.KindGroup && !c.Gated {
				t.Fatalf("deleting a group is not gated: %s", renderChange(c))
			}
			if c.Leaver != "" && !c.Gated {
				t.Fatalf("what belongs to a deactivation is not gated: %s", renderChange(c))
			}
		}
		for kind, n := range flagged {
			if n <= spec.Guards.MaxRemovals.Count {
				t.Fatalf("%d removals of %s wait for approval, %d allowed\n%s", n, kind, spec.Guards.MaxRemovals.Count, render(p))
			}
		}
		for kind, n := range routine {
			if n > spec.Guards.MaxRemovals.Count {
				t.Fatalf("%d removals of %s without approval, %d allowed\n%s", n, kind, spec.Guards.MaxRemovals.Count, render(p))
			}
		}
		for _, c := range p.Changes {
			if c.Leaver != "" && (c.Guard == "max_deactivations") != (leave > spec.Guards.MaxDeactivations.Count) {
				t.Fatalf("%d deactivations, %d allowed, and the mark is %q", leave, spec.Guards.MaxDeactivations.Count, c.Guard)
			}
		}
		active := back
		for _, person := range dir.People {
			if person.Status == state.Active {
				active++
			}
		}
		tooFew := leave > 0 && active-leave < spec.Guards.MinActiveUsers
		if refused(p, "guards.min_active_users") != tooFew {
			t.Fatalf("%d of %d leave, %d must stay: refused %v\n%s", leave, active, spec.Guards.MinActiveUsers, !tooFew, render(p))
		}
		if !refused(p, "guards.max_shrink") && leave > 0 {
			o := newOracle(spec, dir)
			if fell := active - o.exempt() - len(spec.People); fell > spec.Guards.MaxShrink.Count {
				t.Fatalf("the CSV fell by %d, %d allowed\n%s", fell, spec.Guards.MaxShrink.Count, render(p))
			}
		}
	})
}

func refused(p *plan.Plan, setting string) bool {
	return slices.ContainsFunc(p.Refusals, func(r plan.Refusal) bool { return r.Setting == setting })
}

// globbed is the oracle's own reading of the pattern that the random specs have.
func globbed(name string) bool {
	ok, _ := path.Match("Holiday *", name)
	return ok
}
