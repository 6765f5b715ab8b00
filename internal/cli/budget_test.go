package cli

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// answersOf counts the answers with a status.
type answersOf struct {
	next   http.RoundTripper
	status int
	n      atomic.Int64
}

func (a *answersOf) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := a.next.RoundTrip(r)
	if err == nil && resp.StatusCode == a.status {
		a.n.Add(1)
	}
	return resp, err
}

// callsOf counts calls by workspace; asking for the key's user counts for each.
type callsOf struct {
	next http.RoundTripper
	mu   sync.Mutex
	n    map[string]int
}

func (c *callsOf) RoundTrip(r *http.Request) (*http.Response, error) {
	_, rest, _ := strings.Cut(r.URL.Path, "/workspaces/")
	id, _, _ := strings.Cut(rest, "/")
	c.mu.Lock()
	c.n[id]++
	c.mu.Unlock()
	return c.next.RoundTrip(r)
}

func (c *callsOf) of(id string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[id]
}

// busiest is the most calls that one workspace got.
func (c *callsOf) busiest() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	most := 0
	for id, n := range c.n {
		if id != "" {
			most = max(most, n)
		}
	}
	return most
}

func (c *callsOf) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.n)
}

// freely puts the first workspaces of a state on the free plan, with the features that the changes need.
func freely(state sandbox.State) sandbox.State {
	for i := range state.Workspaces {
		w := &state.Workspaces[i]
		w.FeatureSubscriptionType = "FREE"
		w.Features = []string{"MANAGER_ROLE", "USER_CUSTOM_FIELDS", "CUSTOM_FIELDS", "SCHEDULING", "ADD_TIME_FOR_OTHERS", "EDIT_MEMBER_PROFILE"}
	}
	return state
}

// TestFreeWorkspace carries out a hundred changes in workspaces that allow 30 calls an hour: in as few runs as that
// allows, one an hour, each of them ending cleanly, none of the changes made twice.
func TestFreeWorkspace(t *testing.T) {
	t.Parallel()
	people, peopleFiles := company(44)
	hours, hoursFiles := timesheet(100, epoch)
	cases := []struct {
		name    string
		state   sandbox.State
		changed int // the workspace that is changed
		account int // calls about the key that are taken from its hour
		files   files
	}{
		{"users", freely(people), 0, 1, peopleFiles},
		{"time entries", freely(hours), 1, 0, hoursFiles}, // there they are taken from the source's
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			want, _ := undisturbed(t, everPaid(tc.state), tc.files)
			bubble(t, func(t *testing.T) {
				b := newBed(t, sandbox.Options{State: tc.state, RatePerHour: 30}, tc.files)
				refused := &answersOf{next: b.http, status: http.StatusTooManyRequests}
				b.http = refused
				counted := &callsOf{next: b.http, n: map[string]int{}}
				b.http = counted
				p := b.plan()
				writes := 30 - 2*(counted.of(tc.state.Workspaces[tc.changed].ID)+tc.account) // which takes all the changes
				needed := 0                                                                  // in the workspace that is changed
				for _, c := range p.Changes {
					if (c.Kind == "project") == (tc.changed == 0) {
						needed++
					}
				}
				fewest := (max(needed, tc.account*p.Calls.Needed) + writes - 1) / writes
				if len(p.Changes) < 100 || p.Calls.Budget != 30 || !p.Calls.Hourly || p.Calls.Runs != fewest || p.Calls.Seconds != (fewest-1)*3600 {
					t.Errorf("%d changes, calls %+v, want %d runs", len(p.Changes), p.Calls, fewest)
				}
				if text := b.run(t.Context(), "plan").out; !strings.Contains(text, "30 calls an hour: ") || !strings.Contains(text, " runs, about ") {
					t.Errorf("the plan does not say how long it takes:\n%s", clipped(text))
				}
				args := []string{"apply", "--approve", p.ApprovalToken}
				runs := 0
				for code := ExitStopped; code == ExitStopped; runs++ {
					time.Sleep(time.Hour + time.Minute)
					b.server.ResetCalls()
					counted.reset()
					r := b.run(t.Context(), args...)
					if code = r.code; code != ExitDone && code != ExitStopped || runs == 20 {
						t.Fatalf("run %d: exit code %d\n%s\n%s", runs+1, code, clipped(r.out), r.err)
					}
					a := b.audit()
					a.complete(t)
					if n := counted.busiest(); n > 30 || !a.Verified || a.Totals["failed"] > 0 {
						t.Errorf("run %d: %d calls, verified %v, totals %v", runs+1, n, a.Verified, a.Totals)
					}
					if code == ExitStopped && (len(a.NotTried) == 0 || !strings.Contains(r.out, "not tried")) {
						t.Errorf("run %d does not say what is left:\n%s", runs+1, clipped(r.out))
					}
					if n := b.server.WriteCount(); n != a.good {
						t.Errorf("run %d: %d writes for %d changes", runs+1, n, a.good)
					}
				}
				if runs > fewest || runs < fewest-1 { // the last ones have less to verify
					t.Errorf("%d runs, want %d", runs, fewest)
				}
				if n := refused.n.Load(); n > 0 {
					t.Errorf("%d calls were answered 429", n)
				}
				if d := differences(want, worldLines(b.server.State())); d != "" {
					t.Error(d)
				}
				t.Logf("%d changes, %d reads a run, %d runs", len(p.Changes), p.Calls.Made, runs)
			})
		})
	}
}

// everPaid is the same state without the limit.
func everPaid(s sandbox.State) sandbox.State {
	s.Workspaces = append([]sandbox.Workspace{}, s.Workspaces...)
	for i := range s.Workspaces {
		s.Workspaces[i].FeatureSubscriptionType = "PRO_2021"
	}
	return s
}

// TestOthersUseUpTheHour meets 429 in the middle of a run, as where somebody else uses the workspace's calls: the run
// ends as cleanly, and the next one goes on.
func TestOthersUseUpTheHour(t *testing.T) {
	t.Parallel()
	state, content := company(44)
	bubble(t, func(t *testing.T) {
		b := newBed(t, sandbox.Options{State: freely(state), RatePerHour: 30}, content)
		b.plan()
		b.plan()
		b.must(ExitStopped, "apply")
		a := b.audit()
		a.complete(t)
		if a.good == 0 || a.Totals["failed"] > 0 || a.Totals["not_tried"] == 0 || len(a.Errors) > 0 {
			t.Errorf("totals %v, errors %v", a.Totals, a.Errors)
		}
		time.Sleep(time.Hour)
		b.must(ExitStopped, "apply")
	})
}

// TestMaxCalls holds a budget that was asked for, by the setting and by the variable, also where it is too small to
// verify or even to read.
func TestMaxCalls(t *testing.T) {
	t.Parallel()
	state, content := company(20)
	bubble(t, func(t *testing.T) {
		b := newBed(t, sandbox.Options{State: freely(state)}, content)
		for _, tc := range []struct {
			most           string
			code           int
			verified, goes bool // verified; something was written
		}{
			{"20", ExitStopped, true, true},
			{"10", ExitStopped, false, true},
			{"4", ExitStopped, false, false},
			{"100", ExitDone, true, true}, // of a free workspace that allows more
		} {
			b.env["CLOCKIFY_SYNC_MAX_CALLS"] = tc.most
			b.server.ResetCalls()
			r := b.must(tc.code, "apply")
			a := b.audit()
			if a.Verified != tc.verified || (a.good > 0) != tc.goes {
				t.Errorf("max-calls %s: verified %v, totals %v\n%s", tc.most, a.Verified, a.Totals, r.err)
			}
			if b.server.Total() > 20 && tc.most != "100" {
				t.Errorf("max-calls %s: %d calls", tc.most, b.server.Total())
			}
			if tc.most == "4" && !strings.Contains(r.err, "reading alone takes more than the 4 calls of a run (api.max_calls, or a free workspace's 30 an hour): it takes at least 6, and one more for each change") {
				t.Errorf("max-calls 4: %s", r.err)
			}
		}
	})
}

// TestBudgetOfUnknownNeed: where a run ends in reading before it is known how much there is to read, no figure is made up.
func TestBudgetOfUnknownNeed(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		state, content := timesheet(30, time.Now())
		b := newBed(t, sandbox.Options{State: state}, content)
		b.env["CLOCKIFY_SYNC_MAX_CALLS"] = "6"
		r := b.must(ExitStopped, "plan")
		if !strings.Contains(r.err, "reading alone takes more than the 6 calls of a run (api.max_calls, or a free workspace's 30 an hour): a run with a higher limit will say how many") || strings.Contains(r.err, "7") {
			t.Errorf("it says %s", r.err)
		}
	})
}

// TestTooSmallABudgetNamesTheNeed: the number that is named is what reading takes where nothing is to do: with it a plan is
// made, and with one less none is.
func TestTooSmallABudgetNamesTheNeed(t *testing.T) {
	t.Parallel()
	mirror := func(change func(string) string) func() (sandbox.State, files) {
		return func() (sandbox.State, files) {
			s, f := mirrored(30)
			f["clockify-sync.yaml"] = change(f["clockify-sync.yaml"])
			return s, f
		}
	}
	crewOf := func(people int) func() (sandbox.State, files) {
		return func() (sandbox.State, files) {
			s, together, _ := crew(people, 3, epoch)
			home := &s.Workspaces[0] // whoever has no entries has the key's rights asked for
			home.AddEntry(s.Users[0].ID, home.Projects[0].ID, "work", epoch.Add(-time.Hour), time.Minute)
			return s, together
		}
	}
	for _, tc := range []struct {
		name string
		make func() (sandbox.State, files)
		need int
	}{
		{"people", func() (sandbox.State, files) { return tidy(20) }, 6},
		{"450 people", func() (sandbox.State, files) { return tidy(450) }, 8},
		{"a time sync", mirror(func(s string) string { return s }), 5},
		{"with the link", mirror(func(s string) string { return strings.Replace(s, "    from:", "    link: field\n    from:", 1) }), 6},
		{"with tags", mirror(func(s string) string { return strings.Replace(s, "    from:", "    only: {tags: [x]}\n    from:", 1) }), 6},
		{"of twelve people", crewOf(12), 7},
		{"of twelve, one shard of two", crewOf(12), 7},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			state, content := tc.make()
			bubble(t, func(t *testing.T) {
				b := newBed(t, sandbox.Options{State: state}, content)
				args := []string{"plan"}
				if strings.Contains(tc.name, "shard") {
					args = append(args, "--only", "time:team:1/2")
				}
				b.must(ExitDone, "apply", "--yes")
				for _, most := range []int{2, tc.need - 1} {
					b.env["CLOCKIFY_SYNC_MAX_CALLS"] = strconv.Itoa(most)
					r := b.must(ExitStopped, args...)
					if want := fmt.Sprintf("at least %d, and one more for each change", tc.need); !strings.Contains(r.err, want) {
						t.Errorf("of %d calls it does not say %q:\n%s", most, want, r.err)
					}
				}
				b.env["CLOCKIFY_SYNC_MAX_CALLS"] = strconv.Itoa(tc.need)
				r := b.run(t.Context(), args...)
				if strings.Contains(r.err, "reading alone") {
					t.Errorf("%d calls do not suffice:\n%s", tc.need, r.err)
				}
			})
		})
	}
}
