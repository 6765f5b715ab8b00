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

var (
	today = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	weeks = [][]time.Weekday{{time.Monday, time.Tuesday}, {time.Monday, time.Wednesday, time.Friday}}
	ids   = []string{"", "", "", "1", "2", "3", "4", "5"}
)

func subset(t *rapid.T, label string, of []string, most int) []string {
	list := rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, min(most, len(of)), rapid.ID[string]).Draw(t, label)
	slices.Sort(list)
	return list
}

func drawDirectory(t *rapid.T) *state.Directory {
	d := &state.Directory{Workspace: "Acme", Self: "owner@x", Now: today}
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
		if rapid.Bool().Draw(t, "has days") {
			p.Days = rapid.SampledFrom(weeks).Draw(t, "days")
		}
		if id := rapid.SampledFrom(ids).Draw(t, "id"); id != "" {
			p.Fields["Id"] = id
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
			MaxReactivations: state.Limit{Count: rapid.SampledFrom([]int{0, 1, 99, 99}).Draw(t, "max reactivations")},
			MaxInvitations:   state.Limit{Count: rapid.SampledFrom([]int{0, 99, 99, 99}).Draw(t, "max invitations")},
			MaxChanges:       state.Limit{Share: 0.3, Floor: rapid.SampledFrom([]int{1, 3, 50, 50}).Draw(t, "max changes")},
			MaxShrink:        state.Limit{Count: 100},
		},
	}
	if rapid.Bool().Draw(t, "ids") {
		u.IDField = "Id"
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
		switch rapid.IntRange(0, 15).Draw(t, "when") {
		case 0:
			d.Left = true
		case 1:
			d.Starts = today.AddDate(0, 0, 5)
		case 2:
			d.Ends = today.AddDate(0, 0, -5)
		case 3:
			d.Starts, d.Ends = today.AddDate(0, 0, -5), today.AddDate(0, 0, 5)
		}
		if rapid.IntRange(0, 3).Draw(t, "working days") == 0 {
			d.Days = rapid.SampledFrom(weeks).Draw(t, "days")
		}
		if u.IDField != "" {
			d.ID = rapid.SampledFrom(ids).Draw(t, "id")
			if slices.ContainsFunc(u.People, func(other state.Row) bool { return other.ID == d.ID }) {
				d.ID = "" // a number that stands twice is a problem of the file
			}
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
		if o.unsure || o.namesakes(spec.FallbackManager) {
			return // whose group is whose, when people leave to such a fallback manager, is settled in the next run
		}
		w := newWorld(dir)
		hadManager := map[string]bool{}
		managed := func() {
			for email := range o.rows {
				person := w.people[email]
				if person == nil {
					continue
				}
				// Nobody takes over whoever takes over everybody.
				if hadManager[email] && len(person.Managers) == 0 && email != spec.FallbackManager {
					t.Fatalf("%s is without a manager in between\n%s", email, render(p))
				}
				hadManager[email] = len(person.Managers) > 0
			}
		}
		managed()
		withheld := false
		routine := func(c plan.Change) bool { return !c.Gated }
		carryOut(t, w, p, routine, managed)
		for _, c := range p.Gated() {
			withheld = withheld || c.Leaver == "" && !(c.Op == plan.Delete && c.Ref.Kind == plan.KindGroup)
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
			t.Fatalf("what waits for approval is not the same after the rest is done (-first +then):\n%s\nfirst:\n%s\nthen:\n%s", diff, render(p), render(again))
		}
		if !withheld {
			o.afterRoutine(t, w, p)
		}
		carryOut(t, w, again, all, managed)
		o.afterAll(t, w, p)
		if !maps.Equal(o.values, o.heldValues(w)) {
			return
		}
		last := compute(spec, w.directory())
		if spec.DeleteUnmanaged && !slices.ContainsFunc(last.Changes, func(c plan.Change) bool { return c.Ref.Kind != plan.KindGroup || c.Op != plan.Update }) {
			carryOut(t, w, last, all, managed) // the cleanup made a better name free
			last = compute(spec, w.directory())
		}
		if !last.Empty() || len(last.Refusals) > 0 {
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

// unguarded lets a spec change as much as it wants.
func unguarded(spec *state.Users) {
	many := state.Limit{Count: 99}
	spec.Guards.MaxRemovals, spec.Guards.MaxChanges, spec.Guards.MaxReactivations, spec.Guards.MaxInvitations = many, many, many, many
}

// TestPartlyApproved: what was approved stays so when some of the leavers have left, and nothing new comes up.
func TestPartlyApproved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dir, spec := drawDirectory(t), drawUsers(t)
		unguarded(spec)
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
		unguarded(spec)
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
			if is := w.groups[n]; is != nil && len(was.Managers) > 0 && len(is.Managers) == 0 && !givesUp(p, was.Name) {
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

// givesUp reports whether the plan takes the roles on a group and gives none.
func givesUp(p *plan.Plan, group string) bool {
	takes, gives := false, false
	for _, c := range p.Changes {
		if do, ok := c.Do.(plan.Manager); ok && do.Group == group {
			takes, gives = takes || c.Op == plan.Delete, gives || c.Op == plan.Create
		}
	}
	return takes && !gives
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

// tally counts by the fields that people see whose value of an attribute becomes another one, and from whom one is taken.
type tally struct{ lost, gained map[string]bool }

func (c tally) changed() int { return len(among(slices.Collect(maps.Keys(c.lost)), c.gained)) }
func (c tally) removed() int { return len(c.lost) - c.changed() }

// TestGuardsHold counts by people and by the fields that are shown, not by actions.
func TestGuardsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dir, spec := drawDirectory(t), drawUsers(t)
		limit := func(name string) state.Limit { return state.Limit{Count: rapid.IntRange(0, 6).Draw(t, name)} }
		spec.Guards = state.Guards{
			MaxDeactivations: limit("deactivations"), MaxRemovals: limit("removals"), MaxChanges: limit("changes"),
			MaxReactivations: limit("reactivations"), MaxInvitations: limit("invitations"), MaxShrink: limit("shrink"),
			MinActiveUsers: rapid.IntRange(0, 6).Draw(t, "active"),
		}
		p := compute(spec, dir)
		o := newOracle(spec, dir)
		leave, active := 0, 0
		for _, person := range dir.People {
			if person.Status == state.Active {
				active++
			}
		}
		counts := map[string]tally{}
		count := func(attribute, email string, f plan.Field) {
			was := o.before.people[email]
			if was == nil || was.Status == state.Pending && attribute != "manager" {
				return
			}
			if counts[attribute].lost == nil {
				counts[attribute] = tally{map[string]bool{}, map[string]bool{}}
			}
			if f.Before != "" {
				counts[attribute].lost[email] = true
			}
			if f.After != "" {
				counts[attribute].gained[email] = true
			}
		}
		comes, back := map[bool]int{}, map[bool]int{}
		gated := map[string]map[bool]bool{}
		for _, c := range p.Changes {
			attribute := "manager"
			switch do := c.Do.(type) {
			case plan.Person:
				switch {
				case c.Op == plan.Create:
					comes[c.Gated]++
				case do.Active:
					back[c.Gated]++
					if !c.Gated {
						active++
					}
				default:
					if leave++; !c.Gated {
						t.Fatalf("a deactivation is not gated: %s", renderChange(c))
					}
				}
				continue
			case plan.CustomField:
				continue
			case plan.Group:
				if c.Op == plan.Delete && !c.Gated {
					t.Fatalf("deleting a group is not gated: %s", renderChange(c))
				}
				continue
			case plan.Profile:
				for _, f := range c.Fields {
					if attribute = f.Name; f.Name == "capacity" || f.Name == "working days" {
						attribute = "hours"
					}
					if c.Guard == "" || c.Attribute == attribute {
						count(attribute, do.Person, f)
					}
				}
			case plan.Membership:
				if c.Leaver == "" && (c.Guard == "" && !c.Gated || c.Attribute == attribute) {
					count(attribute, do.Person, c.Fields[0])
				}
			case plan.Manager:
				who := do.Person
				if who == "" {
					who = do.Manager
				}
				if c.Leaver == "" && c.Ref.Name != "" && c.Fields[0].Name != "empty role" && (c.Guard == "" && !c.Gated || c.Attribute == attribute) {
					count(attribute, who, c.Fields[0])
				}
			}
			if c.Leaver == "" && c.Fields[0].Name != "empty role" && o.before.people[c.Person] != nil && (c.Guard == "" && !c.Gated || c.Attribute == attribute) {
				if gated[attribute] == nil {
					gated[attribute] = map[bool]bool{}
				}
				gated[attribute][c.Gated] = true
			}
			if c.Leaver != "" && !c.Gated {
				t.Fatalf("what belongs to a deactivation is not gated: %s", renderChange(c))
			}
		}
		if comes[false] > spec.Guards.MaxInvitations.Count || back[false] > spec.Guards.MaxReactivations.Count {
			t.Fatalf("%d invited and %d made active without approval\n%s", comes[false], back[false], render(p))
		}
		if len(comes) > 1 || len(back) > 1 {
			t.Fatalf("some wait and some do not\n%s", render(p))
		}
		for attribute, c := range counts {
			over := c.changed() > spec.Guards.MaxChanges.Count || c.removed() > spec.Guards.MaxRemovals.Count
			if over && gated[attribute][false] || !over && gated[attribute][true] {
				t.Fatalf("%s: %d changed and %d removed, waiting %v\n%s", attribute, c.changed(), c.removed(), gated[attribute], render(p))
			}
		}
		for _, c := range p.Changes {
			if c.Leaver != "" && (c.Guard == "max_deactivations") != (leave > spec.Guards.MaxDeactivations.Count) {
				t.Fatalf("%d deactivations, %d allowed, and the mark is %q", leave, spec.Guards.MaxDeactivations.Count, c.Guard)
			}
		}
		tooFew := leave > 0 && active-leave < spec.Guards.MinActiveUsers
		if refused(p, "guards.min_active_users") != tooFew {
			t.Fatalf("%d of %d leave, %d must stay: refused %v\n%s", leave, active, spec.Guards.MinActiveUsers, !tooFew, render(p))
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
