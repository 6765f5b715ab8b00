package plan_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// company makes a workspace of n people, a tenth of them managers, in which everything is as the CSV asks.
func company(n int) (*state.Users, *state.Directory) {
	managers := max(n/10, 1)
	dir := &state.Directory{Workspace: "Acme", Self: "p0@example.com", Fields: []state.Field{{Name: "Company", Type: state.FieldText}}}
	spec := &state.Users{
		File: "users.csv", FallbackManager: "p0@example.com", FallbackGroup: "Other functions", Absent: state.AbsentDeactivate,
		Fields:  []state.Mapping{{Column: "Company", Field: "Company"}},
		Protect: state.Protect{Groups: []string{"Holiday *"}, Column: "Company", Field: "Company", Values: []string{"Acme"}},
		Guards:  state.Guards{MaxDeactivations: state.Limit{Share: 1}, MaxRemovals: state.Limit{Share: 1}, MaxChanges: state.Limit{Share: 1}, MaxShrink: state.Limit{Share: 1}},
	}
	email := func(i int) string { return fmt.Sprintf("p%d@example.com", i) }
	for i := range managers {
		dir.Groups = append(dir.Groups, state.Group{Name: fmt.Sprintf("Person %d", i), Managers: []string{email(i)}})
	}
	for i := range n {
		boss := i % managers
		if boss == i {
			boss = (i + 1) % managers
		}
		dir.People = append(dir.People, state.Person{
			Email: email(i), Name: fmt.Sprintf("Person %d", i), Status: state.Active, Owner: i == 0, Admin: i == 0,
			Capacity: 8 * time.Hour, Fields: map[string]string{"Company": "Acme"}, Managers: []string{email(boss)},
		})
		dir.Groups[boss].Members = append(dir.Groups[boss].Members, email(i))
		spec.People = append(spec.People, state.Row{
			Email: email(i), Manager: email(boss), Capacity: 8 * time.Hour, Cells: []state.Cell{{Field: "Company", Text: "Acme"}},
			At: state.Source{File: "users.csv", Line: i + 2, Column: 1},
		})
	}
	d := newWorld(dir).directory()
	for i := range d.Groups {
		d.Groups[i].Members = union(d.Groups[i].Members, nil)
	}
	return spec, d
}

// BenchmarkUsers plans for a company where nothing is to do, where everybody's manager, hours and field change, and where
// half of the people, managers among them, have left, and where all managers but one have left their people behind.
func BenchmarkUsers(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		run := func(name string, want int, change func(*state.Users)) {
			b.Run(fmt.Sprintf("%d/%s", n, name), func(b *testing.B) {
				spec, dir := company(n)
				change(spec)
				if got := len(compute(spec, dir).Changes); got < want || want == 0 && got > 0 {
					b.Fatalf("%d changes, want %d or more", got, want)
				}
				b.ReportAllocs()
				for b.Loop() {
					compute(spec, dir).ApprovalDigest()
				}
			})
		}
		run("idle", 0, func(*state.Users) {})
		run("all", 5*n, func(u *state.Users) {
			for i := range u.People {
				p := &u.People[i]
				p.Capacity, p.Cells = 7*time.Hour, []state.Cell{{Field: "Company", Text: "Other"}}
				p.Manager = u.People[(i+3)%(n/10)].Email
				if p.Manager == p.Email {
					p.Manager = u.People[(i+4)%(n/10)].Email
				}
			}
		})
		run("leavers", n/2, func(u *state.Users) {
			var left []state.Row
			for i, p := range u.People {
				if i%2 == 0 {
					left = append(left, p)
				}
			}
			u.People = left
		})
		run("orphans", n, func(u *state.Users) { u.People = append(u.People[:1], u.People[n/10:]...) })
	}
}
