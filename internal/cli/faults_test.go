package cli

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// epoch is when runs under a clock of their own take place.
var epoch = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// bubble does f under a clock of its own, at epoch.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(epoch))
		f(t)
	})
}

// everyKind is a fifth of all calls gone wrong, in every way there is.
func everyKind(seed int) sandbox.Faults {
	return sandbox.Faults{Seed: uint64(seed), Rate: 0.2, Kinds: sandbox.Kinds()}
}

// undisturbed is the world after a run in which nothing goes wrong, and what that run was to change.
func undisturbed(t *testing.T, state sandbox.State, content files) (want []string, p planned) {
	t.Helper()
	bubble(t, func(t *testing.T) {
		b := newBed(t, sandbox.Options{State: state}, content)
		p = b.plan()
		args := []string{"apply"}
		if p.ApprovalToken != "" {
			args = append(args, "--approve", p.ApprovalToken)
		}
		b.must(ExitDone, args...)
		b.audit().complete(t)
		if again := b.plan(); len(again.Changes) > 0 {
			t.Fatalf("a second plan has %d changes: %+v", len(again.Changes), again.Changes[:1])
		}
		want = worldLines(b.server.State())
	})
	return want, p
}

// TestUsersUnderFaults changes people while a fifth of all calls goes wrong, every kind of fault mixed. A run that says
// it is done has to be: the workspace is then as after an undisturbed run, nothing doubled, nothing lost. Every change that
// was tried has a row in the audit. What a run could not do, the next ones have to.
func TestUsersUnderFaults(t *testing.T) {
	t.Parallel()
	people, seeds, most := sized(300, 900), sized(6, 20), 3
	state, content := company(people)
	w := &state.Workspaces[0]
	for i := range 30 { // people to invite, and groups to delete with their members
		content["users.csv"] += fmt.Sprintf("new%02d@example.com,p00001@example.com,40,Acme,Sweden\n", i)
		w.AddGroup(fmt.Sprintf("Old team %02d", i), w.Members[i].UserID)
	}
	content["clockify-sync.yaml"] += "invite: true\ncleanup:\n  unmanaged_groups: delete\n"
	want, p := undisturbed(t, state, content)
	if len(p.Changes) < 2*people {
		t.Fatalf("%d changes are too few to show anything", len(p.Changes))
	}
	runs := make([]int, seeds)
	t.Run("seeds", func(t *testing.T) {
		for seed := range seeds {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				runs[seed] = converge(t, state, content, everyKind(seed+1), p.ApprovalToken, want, most)
			})
		}
	})
	t.Logf("%d changes; runs needed by seed: %v", len(p.Changes), runs)
}

// converge applies until a run says that all is done, at most so many times, and returns how many it took.
func converge(t *testing.T, state sandbox.State, content files, faults sandbox.Faults, approval string, want []string, most int) (runs int) {
	t.Helper()
	bubble(t, func(t *testing.T) {
		b := newBed(t, sandbox.Options{State: state, Faults: faults}, content)
		args := []string{"apply"}
		if approval != "" {
			args = append(args, "--approve", approval)
		}
		for runs = 1; ; runs++ {
			r := b.run(t.Context(), args...)
			if r.code != ExitDone && r.code != ExitFailed {
				t.Fatalf("run %d: exit code %d\n%s", runs, r.code, clipped(r.err))
			}
			b.audit().complete(t)
			if r.code == ExitDone {
				break
			}
			if testing.Verbose() {
				t.Logf("run %d: %v %q\n%s", runs, b.audit().Totals, clipped(r.err), clipped(r.out))
			}
			if runs == most {
				t.Fatalf("not done after %d runs: %v\n%s\n%s", runs, b.audit().Totals, clipped(r.out), clipped(r.err))
			}
		}
		if d := differences(want, worldLines(b.server.State())); d != "" {
			t.Errorf("after %d runs:\n%s", runs, d)
		}
		b.server.SetFaults(sandbox.Faults{})
		if again := b.plan(); len(again.Changes) > 0 {
			t.Errorf("a second plan has %d changes", len(again.Changes))
		}
	})
	return runs
}

// TestEntriesUnderFaults is the same for time entries, which nothing keeps from being doubled but the care that is taken.
func TestEntriesUnderFaults(t *testing.T) {
	t.Parallel()
	entries, seeds, most := sized(1000, 10_000), seeds(6, 3), 3
	state, content := timesheet(entries, epoch)
	want, p := undisturbed(t, state, content)
	if len(p.Changes) != entries+10 {
		t.Fatalf("%d changes, want %d", len(p.Changes), entries+10)
	}
	runs := make([]int, seeds)
	t.Run("seeds", func(t *testing.T) {
		for seed := range seeds {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				runs[seed] = converge(t, state, content, everyKind(seed+1), "", want, most)
			})
		}
	})
	t.Logf("%d changes; runs needed by seed: %v", len(p.Changes), runs)
}

// TestLostAnswersAreSoughtTogether: new entries whose answers are lost at once share the list of everything that is read
// when they are not found by their description, and a list of several pages that grows meanwhile is read to its end.
func TestLostAnswersAreSoughtTogether(t *testing.T) {
	t.Parallel()
	const lost = 40
	for _, page := range []int{0, 50} {
		state, content := timesheet(300, epoch)
		state.Workspaces[1].Quirks.LargestPage = page
		bubble(t, func(t *testing.T) {
			b := newBed(t, sandbox.Options{State: state, Latency: 50 * time.Millisecond, Faults: sandbox.Faults{Kinds: []string{"cut_before"}, Only: []string{"POST"}, Route: "/time-entries", Times: lost}}, content)
			lists := &everythingCounter{next: b.http}
			b.http = lists
			b.must(ExitDone, "apply")
			if n := lists.n.Load(); n == 0 || n > lost/3 {
				t.Errorf("pages of %d: %d lists of everything for %d lost answers", page, n, lost)
			}
		})
	}
}

// everythingCounter counts first pages of lists of entries that have neither a window nor a description.
type everythingCounter struct {
	next http.RoundTripper
	n    atomic.Int64
}

func (c *everythingCounter) RoundTrip(r *http.Request) (*http.Response, error) {
	q := r.URL.Query()
	if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/time-entries") && !q.Has("start") && !q.Has("description") && q.Get("page") == "1" {
		c.n.Add(1)
	}
	return c.next.RoundTrip(r)
}
