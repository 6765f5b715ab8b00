package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// crew is people who book in one workspace, n entries each, and one time sync of them all. One config has a declaration
// for all, the other one for each.
func crew(people, n int, now time.Time) (state sandbox.State, together, each files) {
	owner := state.AddUser("anna@example.com", "Anna")
	state.AddKey("key-of-anna-0123456789", owner)
	state.AddWorkspace("Agency")
	state.AddWorkspace("Acme")
	from, to := &state.Workspaces[0], &state.Workspaces[1]
	from.AddOwner(owner)
	to.AddOwner(owner)
	client := from.AddClient("Acme")
	project := from.AddProject(client, "Website")
	to.AddProject(to.AddClient("Web"), "Website")
	head, single := "time_sync:\n", "time_sync:\n"
	start := now.Add(-6 * 24 * time.Hour).Truncate(time.Minute)
	for i := range people {
		id := state.AddUser(fmt.Sprintf("p%04d@example.com", i), fmt.Sprintf("Person %d", i))
		from, to = &state.Workspaces[0], &state.Workspaces[1]
		from.AddMember(id)
		to.AddMember(id)
		for k := range n {
			from.AddEntry(id, project, fmt.Sprintf("Work %d", k), start.Add(time.Duration(k)*time.Hour), 45*time.Minute)
		}
		single += fmt.Sprintf("  - name: s%04d\n    source: {workspace_id: %s, client_id: %s, user_id: %s}\n    destination: {workspace_id: %s}\n", i, from.ID, client, id, to.ID)
	}
	head += fmt.Sprintf("  - name: team\n    people: all\n    shards: 2\n    source: {workspace_id: %s, client_id: %s}\n    destination: {workspace_id: %s}\n", from.ID, client, to.ID)
	const rate = "api:\n  requests_per_second: 50\n"
	return state, files{"clockify-sync.yaml": head + rate}, files{"clockify-sync.yaml": single + rate}
}

// teamEntries is the destination's entries, each with whose it is.
func teamEntries(s sandbox.State) map[string]int {
	n := map[string]int{}
	for _, e := range s.Workspaces[1].Entries {
		n[e.UserID+" "+e.Start.Format(time.RFC3339)+" "+e.Description]++
	}
	return n
}

// TestCrew: a run of everybody, then runs of the shards, which the matrix names.
func TestCrew(t *testing.T) {
	t.Parallel()
	state, together, _ := crew(12, 3, epoch)
	bubble(t, func(t *testing.T) {
		b := newBed(t, sandbox.Options{State: state}, together)
		first := b.must(ExitDone, "apply", "--only", "time:team:1/2", "--yes")
		if !strings.Contains(first.out, "Verified: all is as asked") {
			t.Errorf("the first shard:\n%s", first.out)
		}
		half := len(teamEntries(b.server.State()))
		if half == 0 || half >= 36 {
			t.Fatalf("the first of two shards made %d of 36 entries", half)
		}
		b.server.ResetCalls()
		b.must(ExitDone, "apply", "--only", "time:team:2/2", "--yes")
		for _, c := range b.server.Calls() {
			if strings.Contains(c.Route, "GET") && strings.Contains(c.Route, "time-entries/{") {
				t.Errorf("the second shard asks for entries of the first: %+v", c)
			}
		}
		if n := len(teamEntries(b.server.State())); n != 36 {
			t.Errorf("both shards made %d of 36 entries", n)
		}
		if p := b.plan(); len(p.Changes) > 0 {
			t.Errorf("a run of all would change %v", p.Changes)
		}
		for _, part := range []string{"time:team:3/2", "time:team:1/3", "time:team:x"} {
			if r := b.run(t.Context(), "plan", "--only", part); r.code != ExitFailed || !strings.Contains(r.err, part) {
				t.Errorf("--only %s: exit code %d: %s", part, r.code, r.err)
			}
		}
	})
}

// TestCrewCalls holds the calls of one declaration for many people against one each: 500 people with 5,000 entries idle
// take 25 at most.
func TestCrewCalls(t *testing.T) {
	t.Parallel()
	for _, people := range []int{1, 2, 3, 4, 10, sized(100, 500)} {
		state, together, each := crew(people, 10, epoch)
		calls := func(content files) (idle, some int) {
			bubble(t, func(t *testing.T) {
				b := newBed(t, sandbox.Options{State: state}, content)
				b.must(ExitDone, "apply", "--yes")
				b.server.ResetCalls()
				b.must(ExitDone, "apply", "--yes")
				idle = b.server.Total()
				s := b.server.State()
				for i := range min(10, people) {
					home := &s.Workspaces[0]
					home.AddEntry(home.Members[1+i].UserID, home.Projects[0].ID, "new", time.Now().Add(-time.Hour), time.Minute)
				}
				b.server.SetState(s)
				b.server.ResetCalls()
				b.must(ExitDone, "apply", "--yes")
				some = b.server.Total()
			})
			return idle, some
		}
		idle, some := calls(together)
		apart, someApart := calls(each)
		t.Logf("%d people: idle %d (apart %d), ten new entries %d (apart %d)", people, idle, apart, some, someApart)
		if most := 7 + 2*people*10/1000 + 2; idle > most {
			t.Errorf("%d people idle: %d calls, want %d at most", people, idle, most)
		}
		if apart > people+6 {
			t.Errorf("%d people idle, a sync each: %d calls, want %d at most", people, apart, people+6)
		}
		if new := min(10, people); some > idle+new*(2+1+1)+6 {
			t.Errorf("%d people, %d of whom booked: %d calls", people, new, some)
		}
	}
}

// TestCrewUnderFaults: a fifth of all calls goes wrong, and everybody's entries are there once, and nobody else's.
func TestCrewUnderFaults(t *testing.T) {
	t.Parallel()
	people, n, seeds := sized(12, 100), sized(5, 100), seeds(3, 6)
	state, together, _ := crew(people, n, epoch)
	want := map[string]int{}
	for _, e := range state.Workspaces[0].Entries {
		want[e.UserID+" "+e.Start.Format(time.RFC3339)+" "+e.Description]++
	}
	for seed := range seeds {
		bubble(t, func(t *testing.T) {
			b := newBed(t, sandbox.Options{State: state}, together)
			b.server.SetFaults(everyKind(seed))
			for range 12 {
				r := b.run(t.Context(), "apply", "--yes")
				got := teamEntries(b.server.State())
				for key, n := range got {
					if n > want[key] {
						t.Fatalf("seed %d: %d of %s, want %d", seed, n, key, want[key])
					}
				}
				if r.code == ExitDone {
					break
				}
				time.Sleep(time.Hour)
			}
			b.server.SetFaults(sandbox.Faults{})
			b.must(ExitDone, "apply", "--yes")
			if got := teamEntries(b.server.State()); !maps.Equal(got, want) {
				missing := slices.DeleteFunc(slices.Collect(maps.Keys(want)), func(k string) bool { return got[k] > 0 })
				t.Errorf("seed %d: %d of %d entries, missing %v", seed, len(got), len(want), missing)
			}
		})
	}
}

// TestCrewMemory holds what one sync of many people keeps: 500 people, 100,000 entries on both sides.
func TestCrewMemory(t *testing.T) {
	t.Parallel()
	if raced {
		t.Skip("measured without -race")
	}
	people, n := sized(100, 500), sized(100, 200)
	state, together, _ := crew(people, n, atEpoch())
	home, theirs := &state.Workspaces[0], &state.Workspaces[1]
	for i := range home.Entries {
		e := &home.Entries[i]
		theirs.AddEntry(e.UserID, theirs.Projects[0].ID, e.Description, e.Start, e.End.Sub(e.Start))
	}
	for i := range 20 {
		home.AddEntry(home.Members[1+i].UserID, home.Projects[0].ID, "new", atEpoch().Add(-time.Hour), time.Minute)
	}
	window := fmt.Sprintf("    from: %s\n    to: %s\n", atEpoch().AddDate(0, 0, -7).Format(time.RFC3339), atEpoch().AddDate(0, 0, 7).Format(time.RFC3339))
	together["clockify-sync.yaml"] = strings.Replace(together["clockify-sync.yaml"], "    shards: 2\n", window, 1)
	peak := costOf(t, state, together, 20).peak
	t.Logf("%d people, %d entries: peak memory %.0f MB", people, people*n, peak)
	if most := float64(sized(120, 300)); peak >= most {
		t.Errorf("peak memory %.0f MB, want less than %.0f", peak, most)
	}
}
