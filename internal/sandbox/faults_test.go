package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseFaults(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text string
		want Faults
		err  string
	}{
		{"", Faults{}, ""},
		{
			"seed=7,rate=0.2,kinds=429+500+cut_after,only=POST,route=/roles,after=3,times=2,retry_after=date",
			Faults{Seed: 7, Rate: 0.2, Kinds: []string{"429", "500", "cut_after"}, Only: []string{"POST"}, Route: "/roles", After: 3, Times: 2, RetryAfter: "date"},
			"",
		},
		{"status=500,only=writes;kinds=slow,slow=1s", Faults{Status: 500, Only: []string{"writes"}, Also: []Faults{{Kinds: []string{"slow"}, Slow: "1s"}}}, ""},
		{"kinds=all", Faults{Kinds: Kinds()}, ""},
		{"kinds=bogus", Faults{}, "no such kind: bogus"},
		{"rate=2", Faults{}, "not between 0 and 1"},
		{"speed=2", Faults{}, "no such key: speed"},
		{"seed", Faults{}, "not key=value"},
		{"slow=soon", Faults{}, "invalid duration"},
		{"only=FETCH", Faults{}, "FETCH"},
	}
	for _, tc := range cases {
		t.Run(tc.text, func(t *testing.T) {
			t.Parallel()
			got, err := ParseFaults(tc.text)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Errorf("error %v, want %q", err, tc.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if text, _ := json.Marshal(got); text != nil {
				if back, err := readFaults(strings.NewReader(string(text))); err != nil || cmp.Diff(got, back) != "" {
					t.Errorf("through JSON: %v, %v", back, err)
				}
			}
		})
	}
}

// TestFaultKinds switches each kind on alone and looks at one write or list: what came back, and whether it was done.
func TestFaultKinds(t *testing.T) {
	t.Parallel()
	cases := []struct {
		kind    string
		status  int // 0 is a connection that broke
		done    bool
		checked func(answer) string
	}{
		{"429", 429, false, nil},
		{"500", 500, false, nil},
		{"502", 502, false, func(a answer) string { return want(strings.Contains(string(a.body), "<html>"), "not JSON") }},
		{"503", 503, false, nil},
		{"500_after", 500, true, nil},
		{"cut_before", 0, false, nil},
		{"cut_after", 0, true, nil},
		{"cut_body", 201, true, func(a answer) string { return want(a.err != nil && len(a.body) > 0, "half a body and an error") }},
		{"empty200", 200, true, func(a answer) string { return want(len(a.body) == 0, "no body") }},
		{"slow", 201, true, nil},
		{"timeout", 0, false, nil},
	}
	for _, tc := range cases {
		t.Run(tc.kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			r := serve(t, Options{State: w.State, Faults: Faults{Kinds: []string{tc.kind}, Slow: "1ms", Timeout: "1ms"}})
			// A connection of its own: a kept one that is cut would be tried again by net/http for reads.
			got := r.try("POST", w.fill("/v1/workspaces/{ws}/user-groups"), `{"name":"New"}`)
			if got.status != tc.status {
				t.Errorf("status %d, want %d (%v)", got.status, tc.status, got.err)
			}
			if done := len(r.srv.State().Workspaces[0].Groups) == 2; done != tc.done {
				t.Errorf("done: %v, want %v", done, tc.done)
			}
			if tc.checked != nil {
				if text := tc.checked(got); text != "" {
					t.Error(text)
				}
			}
			if r.srv.Total() != 1 || r.srv.WriteCount() != 1 {
				t.Errorf("%d calls and %d writes, want one", r.srv.Total(), r.srv.WriteCount())
			}
		})
	}
}

func want(ok bool, what string) string {
	if ok {
		return ""
	}
	return "want " + what
}

func TestFaultsOfPages(t *testing.T) {
	t.Parallel()
	w := newWorld()
	path := w.fill("/v1/workspaces/{ws}/users?status=ALL&page-size=2&page=")
	cases := []struct {
		kind string
		page int
		want []string
		last string
	}{
		{"short_page", 1, []string{"admin@example.com"}, "false"},
		{"short_page", 2, []string{"other@example.com"}, "false"},
		{"repeat_page", 1, []string{"admin@example.com", "member@example.com"}, "false"},
		{"repeat_page", 2, []string{"admin@example.com", "member@example.com"}, "false"},
		{"no_last_page", 2, []string{"other@example.com", "owner@example.com"}, ""},
		{"list_changes", 2, []string{"member@example.com", "owner@example.com"}, "true"},
	}
	for _, tc := range cases {
		t.Run(fmt.Sprint(tc.kind, tc.page), func(t *testing.T) {
			t.Parallel()
			r := serve(t, Options{State: w.State, Faults: Faults{Kinds: []string{tc.kind}}})
			got := r.try("GET", path+strconv.Itoa(tc.page), "")
			if d := cmp.Diff(tc.want, column(decode(t, got.body), "email")); d != "" || got.header.Get("Last-Page") != tc.last {
				t.Errorf("Last-Page %q, want %q (-want +got)\n%s", got.header.Get("Last-Page"), tc.last, d)
			}
		})
	}
}

func TestStaleReads(t *testing.T) {
	t.Parallel()
	w, now := newWorld(), newClock()
	r := serve(t, Options{State: w.State, Now: now.Now, Faults: Faults{Kinds: []string{"stale_reads"}, Stale: "2s"}})
	groups := func() int { return len(r.do(200, "GET", w.fill("/v1/workspaces/{ws}/user-groups"), "").([]any)) }
	before := groups()
	r.do(201, "POST", w.fill("/v1/workspaces/{ws}/user-groups"), `{"name":"New"}`)
	during := groups()
	now.add(2 * time.Second)
	if after := groups(); before != 1 || during != 1 || after != 2 {
		t.Errorf("groups before, during, after: %d %d %d, want 1 1 2", before, during, after)
	}
}

func TestFaultsByRule(t *testing.T) {
	t.Parallel()
	w := newWorld()
	f, err := ParseFaults("status=500,only=writes")
	if err != nil {
		t.Fatal(err)
	}
	r := serve(t, Options{State: w.State, Faults: f})
	r.do(200, "GET", w.fill("/v1/workspaces/{ws}/users"), "")
	r.do(200, "POST", w.fill("/v1/workspaces/{ws}/scheduling/assignments/user-filter/totals"), `{"start":"2026-01-01T00:00:00Z","end":"2026-01-08T00:00:00Z"}`)
	r.do(500, "POST", w.fill("/v1/workspaces/{ws}/user-groups"), `{"name":"New"}`)
	r.do(500, "DELETE", w.fill("/v1/workspaces/{ws}/user-groups/{group}"), "")

	f, _ = ParseFaults("kinds=429,retry_after=7,route=/user-groups,after=1,times=1")
	r.srv.SetFaults(f)
	path := w.fill("/v1/workspaces/{ws}/user-groups")
	var got []int
	for range 3 {
		got = append(got, r.try("GET", path, "").status)
	}
	if d := cmp.Diff([]int{200, 429, 200}, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// TestFaultsBySeed: the same seed and calls give the same faults, another seed others, and the rate holds.
func TestFaultsBySeed(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) string {
		in := newInjector(Faults{Seed: seed, Rate: 0.2, Kinds: Kinds()})
		var b strings.Builder
		for i := range 1000 {
			req, _ := http.NewRequest("GET", fmt.Sprintf("http://x/v1/workspaces/w/users?page=%d", i%10), nil)
			b.WriteString(in.draw(req, "GET /v1/workspaces/{ws}/users", false, true).kind + ",")
		}
		return b.String()
	}
	one := run(1)
	if one != run(1) {
		t.Error("the same seed gave other faults")
	}
	if one == run(2) {
		t.Error("another seed gave the same faults")
	}
	hits := 0
	for kind := range strings.SplitSeq(one, ",") {
		if kind != "" {
			hits++
		}
	}
	if hits < 150 || hits > 250 {
		t.Errorf("%d of 1000 calls faulted, want about 200", hits)
	}
	for _, kind := range Kinds() {
		if !strings.Contains(one, kind+",") {
			t.Errorf("kind %s never came", kind)
		}
	}
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	w, now := newWorld(), newClock()
	w.space().FeatureSubscriptionType = "FREE"
	r := serve(t, Options{State: w.State, Now: now.Now, RatePerSecond: 10, RatePerHour: 30})
	count := func(r *rig, n int) (refused int) {
		for range n {
			if r.try("GET", w.fill("/v1/workspaces/{ws}/user-groups"), "").status == 429 {
				refused++
			}
		}
		return refused
	}
	if got := count(r, 12); got != 2 {
		t.Errorf("%d of 12 at once refused, want 2", got)
	}
	if got := count(r.as("key-owner"), 10); got != 0 {
		t.Errorf("%d refused of another key, want 0", got)
	}
	now.add(time.Minute)
	if got := count(r, 10); got != 0 {
		t.Errorf("%d refused after a minute, want 0", got)
	}
	now.add(time.Minute)
	if got := count(r, 5); got != 5 {
		t.Errorf("%d of 5 beyond the hour's budget refused, want 5", got)
	}
	now.add(time.Hour)
	if got := count(r, 5); got != 0 {
		t.Errorf("%d refused in the next hour, want 0", got)
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := serve(t, Options{State: w.State})
	r.do(200, "GET", w.fill("/v1/workspaces/{ws}/users"), "")
	r.do(404, "GET", "/v1/nothing", "")
	bare := r.as("")
	calls := bare.do(200, "GET", "/sandbox/calls", "")
	if at(calls, "total") != float64(2) || at(calls, "writes") != float64(0) || at(calls, "routes", 1, "route") != "GET /v1/workspaces/{ws}/users" {
		t.Errorf("calls %v", calls)
	}
	bare.do(204, "DELETE", "/sandbox/calls", "")
	if r.srv.Total() != 0 {
		t.Errorf("%d calls after the reset", r.srv.Total())
	}
	state := bare.try("GET", "/sandbox/state", "")
	bare.do(204, "PUT", "/sandbox/state", string(state.body))
	if again := bare.try("GET", "/sandbox/state", ""); cmp.Diff(string(state.body), string(again.body)) != "" {
		t.Error("the state changed on its way out and in")
	}
	bare.do(400, "PUT", "/sandbox/state", `{"people":[]}`)
	bare.do(204, "PUT", "/sandbox/faults", "status=503,times=1")
	r.do(503, "GET", "/v1/user", "")
	r.do(200, "GET", "/v1/user", "")
	bare.do(400, "PUT", "/sandbox/faults", "kinds=bogus")
	if got := at(bare.do(200, "GET", "/sandbox/faults", ""), "status"); got != float64(503) {
		t.Errorf("faults read back: %v", got)
	}
}

// TestConcurrentUse is for the race detector: readers, writers and controls at once.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := serve(t, Options{State: w.State, Faults: Faults{Seed: 3, Rate: 0.1, Kinds: []string{"500", "stale_reads", "short_page"}}})
	r.srv.OnWrite(func(s State) { _ = len(s.Workspaces) })
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for j := range 25 {
				r.try("POST", w.fill("/v1/workspaces/{ws}/user/{member}/time-entries"), `{"start":"2026-03-02T08:00:00Z","end":"2026-03-02T09:00:00Z"}`)
				r.try("GET", w.fill("/v1/workspaces/{ws}/user/{member}/time-entries"), "")
				r.try("POST", w.fill("/v1/workspaces/{ws}/user-groups"), fmt.Sprintf(`{"name":"g%d-%d"}`, i, j))
				r.try("GET", w.fill("/v1/workspaces/{ws}/users?include-roles=true&memberships=ALL"), "")
				r.srv.State()
				r.srv.Calls()
			}
		})
	}
	wg.Wait()
	if got := r.srv.Total(); got != 400 {
		t.Errorf("%d calls counted, want 400", got)
	}
}
