package cli

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// team is so many people whose entries of one client are mirrored from one workspace into another, each by a sync of
// their own, with so many new entries each. With keys of their own each reads with theirs.
func team(people, entries int, ownKeys bool) (sandbox.State, files, map[string]string) {
	var s sandbox.State
	env := map[string]string{}
	owner := s.AddUser("owner@example.com", "Owner")
	s.AddKey("key-of-owner-0123456789", owner)
	var ids []string
	for i := range people {
		id := s.AddUser(fmt.Sprintf("p%03d@example.com", i), fmt.Sprintf("Person %03d", i))
		s.AddKey(fmt.Sprintf("key-of-person-%03d-0123456789", i), id)
		ids = append(ids, id)
	}
	from := s.AddWorkspace("Agency")
	from.AddOwner(owner)
	client := from.AddClient("Acme")
	var projects []string
	for i := range 5 {
		projects = append(projects, from.AddProject(client, fmt.Sprintf("Project %d", i)))
	}
	for i, id := range ids {
		from.AddMember(id)
		for k := range entries {
			from.AddEntry(id, projects[(i+k)%len(projects)], fmt.Sprintf("Work %d", k), epoch.Add(-time.Duration(k+2)*time.Hour), 30*time.Minute)
		}
	}
	source := from.ID
	to := s.AddWorkspace("Acme")
	to.AddOwner(owner)
	for i := range 5 {
		to.AddProject(to.AddClient(fmt.Sprintf("Department %d", i)), fmt.Sprintf("Project %d", i))
	}
	for _, id := range ids {
		to.AddMember(id)
	}
	var b strings.Builder
	b.WriteString("time_sync:\n")
	for i, id := range ids {
		token := ""
		if ownKeys {
			name := fmt.Sprintf("TOKEN_%03d", i)
			token, env[name] = ", token_env: "+name, fmt.Sprintf("key-of-person-%03d-0123456789", i)
		}
		fmt.Fprintf(&b, "  - name: p%03d\n    source: {workspace_id: %s, client_id: %s, user_id: %s%s}\n    destination: {workspace_id: %s, user_id: %s%s}\n    from: %s\n    to: %s\n", i, source, client, id, token, to.ID, id, token,
			epoch.AddDate(0, 0, -7).Format(time.RFC3339), epoch.Format(time.RFC3339))
	}
	b.WriteString("api:\n  requests_per_second: 50\n")
	return s, files{"clockify-sync.yaml": b.String()}, env
}

// TestFreeTeam: in free workspaces, which allow 30 calls an hour, every run does some syncs from end to end and leaves
// the others whole for the next, which begins with them; so all are done in as many runs as the calls they take need.
func TestFreeTeam(t *testing.T) {
	t.Parallel()
	for _, people := range []int{1, 4, 10, 30, -10} {
		forgets := people < 0 // the audit folder is another one each time, as in GitHub Actions
		people = max(people, -people)
		for _, ownKeys := range []bool{false, true} {
			t.Run(fmt.Sprintf("people=%d/own_keys=%v/forgets=%v", people, ownKeys, forgets), func(t *testing.T) {
				t.Parallel()
				state, content, env := team(people, 2, ownKeys)
				bubble(t, func(t *testing.T) {
					b := newBed(t, sandbox.Options{State: freely(state), RatePerHour: 30}, content)
					for name, value := range env {
						b.env[name] = value
					}
					counted := &callsOf{next: b.http, n: map[string]int{}}
					refused := &answersOf{next: counted, status: http.StatusTooManyRequests}
					b.http = refused
					runs, calls := 0, 0
					for ; len(b.server.State().Workspaces[1].Entries) < 2*people; runs++ {
						time.Sleep(time.Hour + time.Minute)
						b.server.ResetCalls()
						counted.reset()
						if forgets {
							b.env["GITHUB_RUN_NUMBER"] = strconv.Itoa(100 + runs)
							if err := os.RemoveAll(filepath.Join(b.dir, "clockify-audit")); err != nil {
								t.Fatal(err)
							}
						}
						r := b.run(t.Context(), "apply")
						if r.code != ExitDone && r.code != ExitStopped || runs == 60 {
							t.Fatalf("run %d: exit code %d\n%s\n%s", runs+1, r.code, clipped(r.out), r.err)
						}
						calls += counted.busiest()
						if n := b.server.WriteCount(); !forgets && (n < 2 || n%2 != 0) {
							t.Errorf("run %d made %d of the entries:\n%s%s", runs+1, n, clipped(r.out), r.err)
						}
					}
					each := (calls + people - 1) / people
					whole := 30 / each // syncs that an hour holds
					fewest := max((calls+29)/30, (people+whole-1)/whole)
					t.Logf("%d runs; %d calls for the busier workspace, %d a sync, %d runs at the least", runs, calls, each, fewest)
					most := fewest + 1
					if forgets { // in turns that surely fit, and may overlap
						most = 2 * fewest
					}
					if runs > most {
						t.Errorf("%d runs, and the calls needed would have fitted into %d", runs, fewest)
					}
					if n := len(b.server.State().Workspaces[1].Entries); n != 2*people {
						t.Errorf("%d entries, want %d", n, 2*people) // none twice
					}
					if n := refused.n.Load(); n > 0 {
						t.Errorf("%d calls were answered 429", n)
					}
				})
			})
		}
	}
}

// TestRefusedKeysOfATeam: the workspaces are listed with one key for all; a key that is not known, or does not open one of
// them, is told by its own setting all the same, whichever key came first, and keeps nobody else from being done.
func TestRefusedKeysOfATeam(t *testing.T) {
	t.Parallel()
	for _, bad := range []int{0, 3} {
		for _, tc := range []struct {
			name   string
			spoil  func(s *sandbox.State, env map[string]string, id string)
			expect string
		}{
			{"unknown", func(_ *sandbox.State, env map[string]string, _ string) {
				env[fmt.Sprintf("TOKEN_%03d", bad)] = "key-of-nobody-0123456789"
			}, fmt.Sprintf("TOKEN_%03d: Clockify does not know this key", bad)},
			{
				"no member of the source", func(s *sandbox.State, _ map[string]string, id string) { leave(&s.Workspaces[0], id) },
				fmt.Sprintf("time_sync p%03d: source.workspace_id: there is no workspace", bad),
			},
			{
				"no member of the destination", func(s *sandbox.State, _ map[string]string, id string) { leave(&s.Workspaces[1], id) },
				fmt.Sprintf("time_sync p%03d: destination.workspace_id: there is no workspace", bad),
			},
		} {
			t.Run(fmt.Sprint(tc.name, " ", bad), func(t *testing.T) {
				t.Parallel()
				state, content, env := team(5, 1, true)
				tc.spoil(&state, env, state.Workspaces[0].Members[1+bad].UserID)
				bubble(t, func(t *testing.T) {
					b := newBed(t, sandbox.Options{State: state}, content)
					for name, value := range env {
						b.env[name] = value
					}
					r := b.must(ExitFailed, "apply", "--yes")
					if !strings.Contains(r.err+r.out, tc.expect) {
						t.Errorf("%q is not told:\n%s\n%s", tc.expect, clipped(r.out), clipped(r.err))
					}
					if n := len(b.server.State().Workspaces[1].Entries); n != 4 {
						t.Errorf("%d entries were made, want those of the 4 others", n)
					}
				})
			})
		}
	}
}

// leave takes a person out of a workspace.
func leave(w *sandbox.Workspace, id string) {
	w.Members = slices.DeleteFunc(w.Members, func(m sandbox.Member) bool { return m.UserID == id })
	w.Entries = slices.DeleteFunc(w.Entries, func(e sandbox.Entry) bool { return e.UserID == id })
}

// TestManySyncs: hundreds of syncs with keys of their own are done by a process that may open 256 files, whose audit is
// whole.
func TestManySyncs(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash to limit open files with")
	}
	people := sized(150, 500)
	state, content, env := team(people, 1, true)
	b := newBed(t, sandbox.Options{State: state, Now: atEpoch, Latency: 20 * time.Millisecond}, content)
	b.env["UNPACED"] = "1"
	for name, value := range env {
		b.env[name] = value
	}
	b.served(func(h http.Handler) http.Handler { return h })
	cmd := b.process("apply", "--only=time")
	cmd.Args = append([]string{"bash", "-c", `ulimit -n 256 && exec -a clockify-sync "$0" "$@"`, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = bash
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, clipped(fmt.Sprint(cmd.Stdout)), clipped(fmt.Sprint(cmd.Stderr)))
	}
	a := b.audit()
	a.complete(t)
	if n := len(b.server.State().Workspaces[1].Entries); n != people || a.good != people || !a.Verified {
		t.Errorf("%d entries, %d rows of what was done, verified %v; want %d", n, a.good, a.Verified, people)
	}
	t.Logf("%d syncs, %d calls", people, b.server.Total())
}
