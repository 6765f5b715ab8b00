package provider_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/provider"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestIdleCalls: where nothing is to do a run asks little, reads side by side what does not depend on each other, and
// writes nothing; whatever the server makes of a page of 5,000.
func TestIdleCalls(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		people int
		set    sandbox.Quirks
		calls  int // at most
		trips  int // calls one after the other, at most
	}{
		{"100 people", 100, sandbox.Quirks{}, 6, 3},
		{"1,000 people", 1000, sandbox.Quirks{}, 10, 3},
		{"10,000 people", 10_000, sandbox.Quirks{}, 58, 6},
		{"1,000 people, 5,000 refused", 1000, sandbox.Quirks{RefusesLargePages: true, LargestPage: 1000}, 12, 4},
		{"1,000 people, cut to 200", 1000, sandbox.Quirks{LargestPage: 200}, 18, 12},
		{"1,000 people, the size ignored", 1000, sandbox.Quirks{IgnoresPageSize: true}, 110, 100},
		{"1,000 people, no word about the last page", 1000, sandbox.Quirks{NoLastPage: true}, 10, 3},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const latency = 100 * time.Millisecond
				spec, dir := company(tc.people)
				r := near(t, dir, func(w *sandbox.Workspace, o *sandbox.Options) { w.Quirks, o.Latency = tc.set, latency })
				start := time.Now()
				if _, _, p := r.read(spec); !p.Empty() {
					t.Fatalf("%d changes where nothing is to do: %+v", len(p.Changes), p.Changes[0])
				}
				trips := int((time.Since(start) + latency - 1) / latency)
				t.Logf("%d calls, %d round trips of %s", r.Total(), trips, latency)
				if r.Total() > tc.calls || trips > tc.trips || r.WriteCount() != 0 {
					t.Errorf("%d calls, %d round trips, %d writes; want at most %d, %d and none: %+v", r.Total(), trips, r.WriteCount(), tc.calls, tc.trips, r.Calls())
				}
			})
		})
	}
}

// TestIdleTime: at 50 calls a second, 100 ms away, 10,000 people are read in no more than a quarter of the 7.2 seconds
// that one call after the other took.
func TestIdleTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		spec, dir := company(10_000)
		r := near(t, dir, func(_ *sandbox.Workspace, o *sandbox.Options) { o.Latency = 100 * time.Millisecond })
		r.perSecond = 50
		start := time.Now()
		r.read(spec)
		if took := time.Since(start); took > 1800*time.Millisecond {
			t.Errorf("%s for %d calls", took, r.Total())
		}
	})
}

// TestCallsOfChanges: people who change cost what their changes need and no more reads.
func TestCallsOfChanges(t *testing.T) {
	t.Parallel()
	spec, dir := company(1000)
	for i := 500; i < 510; i++ {
		spec.People[i].Capacity, spec.People[i].Cells = 4*time.Hour, []state.Cell{{Field: "Company", Text: "Other"}}
	}
	r := newWeb(t).serve(t, dir, nil)
	w, _, p := r.read(spec)
	allDone(t, carryOut(w, p))
	if calls := r.Total(); len(p.Changes) != 10 || r.WriteCount() != 10 || calls > 12+10 {
		t.Errorf("%d changes, %d writes, %d calls; want 10, 10 and at most 22", len(p.Changes), r.WriteCount(), calls)
	}
}

// BenchmarkIdle reads and plans where nothing is to do, and reports the calls of a run.
func BenchmarkIdle(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			spec, dir := company(n)
			r := newWeb(b).serve(b, dir, nil)
			b.ReportAllocs()
			runs := 0
			for b.Loop() {
				if _, _, p := r.read(spec); !p.Empty() {
					b.Fatalf("%d changes where nothing is to do", len(p.Changes))
				}
				runs++
			}
			b.ReportMetric(float64(r.Total())/float64(runs), "calls/op")
			b.ReportMetric(float64(r.WriteCount())/float64(runs), "writes/op")
		})
	}
}

// TestDoubtfulReads: a read that fails or is not proved complete is an error, and nothing follows.
func TestDoubtfulReads(t *testing.T) {
	t.Parallel()
	for _, route := range []string{"/v1/user", "/workspaces/{ws}", "/users", "/user-groups", "/custom-fields", "/totals"} {
		for _, fault := range []sandbox.Faults{{Status: 500}, {Kinds: []string{"short_page"}}, {Kinds: []string{"cut_body"}}, {Kinds: []string{"empty200"}}} {
			t.Run(fmt.Sprint(route, fault.Status, fault.Kinds), func(t *testing.T) {
				t.Parallel()
				list := route != "/v1/user" && route != "/workspaces/{ws}"
				people := 30
				if len(fault.Kinds) > 0 && fault.Kinds[0] == "short_page" {
					if !list || route == "/custom-fields" || route == "/totals" {
						return // no pages; and who is missing among the capacities is read alone
					}
					people = 1200 // two pages
				}
				spec, dir := company(people)
				r := newWeb(t).serve(t, dir, nil)
				fault := fault
				fault.Route, fault.Only = route, []string{"reads"}
				r.SetFaults(fault)
				have, err := r.open().ReadUsers(t.Context(), spec)
				if err == nil || have != nil {
					t.Errorf("read %v and error %v, want an error alone", have, err)
				}
				if r.WriteCount() != 0 {
					t.Errorf("%d writes", r.WriteCount())
				}
			})
		}
	}
}

// busy is a small workspace where everything that a run can do is to do.
func busy() (*state.Users, *state.Directory) {
	spec, dir := company(20)
	spec.Invite, spec.DeleteUnmanaged = true, true
	spec.Fields = append(spec.Fields, state.Mapping{Column: "New", Field: "New"})
	for i := range spec.People {
		spec.People[i].Cells = append(spec.People[i].Cells, state.Cell{Field: "New", Text: "x"})
	}
	spec.People[5].Manager, spec.People[6].Capacity = "p9@x.io", time.Hour // a manager who had nobody
	spec.People[7].Cells[0].Text = ""
	spec.People = slices.Delete(spec.People, 18, 20) // two leave
	spec.People = append(spec.People, state.Row{Email: "new@x.io", Manager: "p9@x.io", Capacity: 8 * time.Hour})
	dir.People[8].Status, dir.People[10].EmptyRole = state.Inactive, true
	dir.People[11].Managers = []string{opsEmail, "p12@x.io"}
	dir.People[19].Managers = []string{"p18@x.io"}
	dir.People[0].Name = "Renamed"
	dir.Groups[1].Managers = []string{opsEmail, "p4@x.io"}
	dir.Groups = append(dir.Groups, state.Group{Name: "Old", Members: []string{"p3@x.io"}})
	return spec, dir
}

// TestEveryWriteFails: each change fails or is skipped, none is done, and the workspace is as it was.
func TestEveryWriteFails(t *testing.T) {
	t.Parallel()
	spec, dir := busy()
	r := newWeb(t).serve(t, dir, nil)
	w, _, p := r.read(spec)
	before := r.State()
	r.SetFaults(sandbox.Faults{Status: 500, Only: []string{"writes"}})
	kinds := map[string]bool{}
	failed := 0
	for _, e := range carryOut(w, p) {
		kind := fmt.Sprintf("%s %T", e.change.Op, e.change.Do)
		if do, ok := e.change.Do.(plan.Manager); ok {
			kind += fmt.Sprintf(" %t %t", do.Person != "", do.Group != "")
		}
		kinds[kind] = true
		if e.err != nil {
			failed++
		}
		if e.err == nil && !e.skipped {
			t.Errorf("%#v is called done", e.change.Do)
		}
	}
	if failed == 0 || r.WriteCount() == 0 {
		t.Errorf("%d failed after %d writes", failed, r.WriteCount())
	}
	if len(kinds) != 15 {
		t.Errorf("the plan has %d kinds of actions, the test wants all 15: %v", len(kinds), kinds)
	}
	if diff := cmp.Diff(before, r.State()); diff != "" {
		t.Errorf("the workspace has changed (-before +after):\n%s", diff)
	}
}

// TestLostAnswers: a write whose answer was lost is looked for before it is repeated: nothing is there twice, and what
// was done is called done.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"cut_after", "500_after", "cut_body", "empty200", "cut_before", "500", "503"} {
		for _, call := range []struct{ method, route string }{
			{"POST", "/user-groups"},
			{"POST", "/custom-fields"},
			{"POST", "/users"},
			{"POST", "/roles"},
			{"DELETE", "/roles"},
			{"PUT", "/user-groups"},
			{"DELETE", "/user-groups"},
			{"PUT", "/users/"},
		} {
			t.Run(kind+" "+call.method+" "+call.route, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					lostAnswer(t, sandbox.Faults{Kinds: []string{kind}, Only: []string{call.method}, Route: call.route, Times: 1})
				})
			})
		}
	}
}

func lostAnswer(t *testing.T, fault sandbox.Faults) {
	t.Helper()
	spec, dir := busy()
	r := near(t, dir, nil)
	r.retries = 2
	w, _, p := r.read(spec)
	check := r.neverWithout([]string{"p5@x.io", "p11@x.io", "p2@x.io"})
	r.ResetCalls()
	r.SetFaults(fault)
	allDone(t, carryOut(w, p))
	check()
	if got := r.WriteCount(); got > len(p.Changes)+1 {
		t.Errorf("%d writes for %d changes", got, len(p.Changes))
	}
	names := map[string]int{}
	for _, g := range r.State().Workspaces[0].Groups {
		names["group "+g.Name]++
	}
	for _, f := range r.State().Workspaces[0].CustomFields {
		names["field "+f.Name]++
	}
	for _, u := range r.State().Users {
		names["person "+u.Email]++
	}
	for _, g := range r.State().Workspaces[0].Roles {
		names[fmt.Sprint("role ", g)]++
	}
	for name, n := range names {
		if n > 1 {
			t.Errorf("%s is there %d times", name, n)
		}
	}
	if _, _, again := r.read(spec); !again.Empty() {
		t.Errorf("left: %+v", again.Changes)
	}
}

// TestEveryAnswerLost: where each answer to a kind of write is lost after it was carried out, reading shows that it was
// done; nothing is called failed, and the read counts as none of the attempts.
func TestEveryAnswerLost(t *testing.T) {
	t.Parallel()
	for _, call := range []struct{ method, route string }{
		{"PATCH", "/member-profile"},
		{"PUT", "/users/"},
		{"PUT", "/user-groups"},
		{"DELETE", "/user-groups"},
		{"POST", "/user-groups"},
		{"POST", "/roles"},
	} {
		t.Run(call.method+" "+call.route, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				spec, dir := busy()
				r := near(t, dir, nil)
				w, _, p := r.read(spec)
				r.SetFaults(sandbox.Faults{Kinds: []string{"cut_after"}, Only: []string{call.method}, Route: call.route})
				result := carryOut(w, p)
				allDone(t, result)
				looked := 0
				for _, e := range result {
					if e.receipt.Attempts != 1 || e.receipt.HTTPStatus < 200 || e.receipt.HTTPStatus > 204 {
						t.Errorf("%#v: receipt %+v", e.change.Do, e.receipt)
					}
					looked += min(e.receipt.Reads, 1)
				}
				if looked == 0 {
					t.Error("nothing was looked at")
				}
				if _, _, again := r.read(spec); !again.Empty() {
					t.Errorf("left: %+v", again.Changes)
				}
			})
		})
	}
}

// TestUnknown: where an answer is lost and looking is not possible either, nobody says that the write failed.
func TestUnknown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		spec, dir := busy()
		r := near(t, dir, nil)
		w, _, p := r.read(spec)
		r.SetFaults(sandbox.Faults{
			Kinds: []string{"cut_after"}, Only: []string{"POST"}, Route: "/user-groups",
			Also: []sandbox.Faults{{Status: 500, Only: []string{"GET"}, Route: "/user-groups"}},
		})
		unknown := 0
		for _, e := range carryOut(w, p) {
			if errors.Is(e.err, plan.ErrUnknown) {
				if unknown++; e.receipt.HTTPStatus != 0 {
					t.Errorf("%s: a status of %d, which is that of looking", e.change.Ref.Name, e.receipt.HTTPStatus)
				}
				continue
			}
			if do, ok := e.change.Do.(plan.Group); ok && e.change.Op == plan.Create {
				t.Errorf("%+v: %v", do, e.err)
			}
		}
		if unknown == 0 {
			t.Error("nothing is unknown")
		}
	})
}

// TestSettling: a role on a group made moments ago is tried again after a while (docs/clockify-api.md#new-group).
func TestSettling(t *testing.T) {
	t.Parallel()
	spec, dir := company(20)
	spec.People[5].Manager = "p9@x.io"
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	r := newWeb(t).serve(t, dir, func(_ *sandbox.Workspace, o *sandbox.Options) {
		o.SettleDelay, o.Now = time.Second, func() time.Time { return now }
	})
	var waits []time.Duration
	r.sleep = func(_ context.Context, d time.Duration) error {
		waits = append(waits, d)
		now = now.Add(d)
		return nil
	}
	w, _, p := r.read(spec)
	for _, c := range p.Changes { // one at a time: the clock is shared
		if _, err := w.Do(t.Context(), c, nil); err != nil {
			t.Errorf("%#v: %v", c.Do, err)
		}
	}
	if want := []time.Duration{300 * time.Millisecond, time.Second}; !slices.Equal(waits, want) {
		t.Errorf("waited %v, want %v", waits, want)
	}
	if _, _, again := r.read(spec); !again.Empty() {
		t.Errorf("left: %+v", again.Changes)
	}
}

// TestSettlingCancelled: a run that is told to end does not go on waiting.
func TestSettlingCancelled(t *testing.T) {
	t.Parallel()
	spec, dir := company(20)
	spec.People[5].Manager = "p9@x.io"
	r := newWeb(t).serve(t, dir, func(_ *sandbox.Workspace, o *sandbox.Options) { o.SettleDelay = time.Hour })
	r.sleep = func(context.Context, time.Duration) error { return context.Canceled }
	w, _, p := r.read(spec)
	failed := 0
	for _, e := range carryOut(w, p) {
		if e.err != nil {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("%d changes failed, want the role alone", failed)
	}
}

// TestRequiredField: blank cells of a field that Clockify requires are one finding and no change.
func TestRequiredField(t *testing.T) {
	t.Parallel()
	for _, required := range []bool{true, false} {
		spec, dir := busy()
		r := near(t, dir, func(w *sandbox.Workspace, _ *sandbox.Options) {
			for i := range w.CustomFields {
				w.CustomFields[i].Required = required
			}
		})
		_, _, p := r.read(spec)
		cleared := slices.ContainsFunc(p.Changes, func(c plan.Change) bool { return c.Ref.Kind == plan.KindProfile && c.Op == plan.Delete })
		told := slices.ContainsFunc(p.Findings, func(f state.Finding) bool { return f.Kind == state.FindingNotCleared && f.Count > 0 })
		if cleared == required || told != required {
			t.Errorf("required %v: cleared %v, told %v", required, cleared, told)
		}
	}
}

// TestFieldLeftInactive: a field that Clockify makes and leaves inactive is a failure that says what to do, values for
// it are not tried, and the next run leaves it alone.
func TestFieldLeftInactive(t *testing.T) {
	t.Parallel()
	spec, dir := busy()
	r := newWeb(t).serve(t, dir, func(w *sandbox.Workspace, _ *sandbox.Options) { w.FieldActivationQuirk = true })
	w, _, p := r.read(spec)
	for _, e := range carryOut(w, p) {
		switch do := e.change.Do.(type) {
		case plan.CustomField:
			if e.err == nil || !strings.Contains(e.err.Error(), "admin has to activate it") {
				t.Errorf("the field: %v", e.err)
			}
		case plan.Profile:
			of := func(v plan.Value) bool { return v.Field == "New" }
			if got := slices.ContainsFunc(do.Values, of); got != e.skipped {
				t.Errorf("%#v: skipped %v, %v", do, e.skipped, e.err)
			}
		default:
			if e.err != nil || e.skipped {
				t.Errorf("%#v: %v (skipped %v)", do, e.err, e.skipped)
			}
		}
	}
	_, _, again := r.read(spec)
	for _, c := range again.Changes {
		for _, f := range c.Fields {
			if f.Name == "New" || c.Ref.Kind == plan.KindField {
				t.Errorf("the inactive field is planned for: %+v", c)
			}
		}
	}
	if !slices.ContainsFunc(again.Findings, func(f state.Finding) bool {
		return f.Kind == state.FindingField && f.Name == "New" && f.Level == state.LevelAttention
	}) {
		t.Errorf("no finding about the field: %+v", again.Findings)
	}
}

// TestPersonByPerson: where bulk answers lack something it is read of each person, and of nobody else.
func TestPersonByPerson(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		set   func(*sandbox.Workspace)
		spec  func(*state.Users)
		calls int // at most
	}{
		{name: "the list has no field values", set: func(w *sandbox.Workspace) { w.ListOmitsFieldValues = true }, calls: 5 + 40},
		{name: "no scheduling, so no capacities", set: func(w *sandbox.Workspace) { w.WithoutFeatures = []string{"SCHEDULING"} }, calls: 5 + 40},
		{name: "neither", set: func(w *sandbox.Workspace) {
			w.ListOmitsFieldValues, w.WithoutFeatures = true, []string{"SCHEDULING"}
		}, calls: 5 + 40},
		{name: "few people in the CSV", spec: func(u *state.Users) { u.People, u.Absent = u.People[:1], state.AbsentKeep }, calls: 6},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			spec, dir := company(40)
			dir.People[3].Fields, spec.People[3].Cells[0].Text = nil, ""
			r := newWeb(t).serve(t, dir, func(w *sandbox.Workspace, _ *sandbox.Options) {
				if tc.set != nil {
					tc.set(w)
				}
			})
			if tc.spec != nil {
				tc.spec(spec)
			}
			if _, _, p := r.read(spec); !p.Empty() {
				t.Errorf("%d changes where nothing is to do: %+v", len(p.Changes), p.Changes[0])
			}
			if r.Total() > tc.calls {
				t.Errorf("%d calls, want at most %d", r.Total(), tc.calls)
			}
		})
	}
}

// TestOldDropdownValue: a value of another field that is no longer allowed does not get in the way of a profile.
func TestOldDropdownValue(t *testing.T) {
	t.Parallel()
	spec, dir := company(20)
	dir.Fields = append(dir.Fields, state.Field{Name: "Site", Type: state.FieldOne, Allowed: []string{"North"}})
	dir.People[5].Fields["Site"] = "East"
	dir.People[6].Fields["Site"] = "North"
	spec.People[5].Cells[0].Text, spec.People[6].Cells[0].Text = "Other", "Other"
	r := newWeb(t).serve(t, dir, nil)
	w, _, p := r.read(spec)
	allDone(t, carryOut(w, p))
	_, have, again := r.read(spec)
	if !again.Empty() {
		t.Errorf("left: %+v", again.Changes)
	}
	for _, person := range have.People {
		if want := map[string]string{"p5@x.io": "East", "p6@x.io": "North"}[person.Email]; person.Fields["Site"] != want {
			t.Errorf("%s holds %q, want %q", person.Email, person.Fields["Site"], want)
		}
	}
}

// TestIdentityProvider: where people and groups are somebody else's, a few refusals are believed, and managers, hours and
// fields go on.
func TestIdentityProvider(t *testing.T) {
	t.Parallel()
	spec, dir := busy()
	r := newWeb(t).serve(t, dir, func(w *sandbox.Workspace, _ *sandbox.Options) { w.SCIM = true })
	w, _, p := r.read(spec)
	p.Changes = slices.DeleteFunc(p.Changes, func(c plan.Change) bool { return c.Gated })
	refused, left := 0, 0
	for _, c := range p.Changes { // one at a time, so that it is known how many are refused before it is believed
		_, err := w.Do(t.Context(), c, nil)
		switch c.Do.(type) {
		case plan.Group, plan.Membership, plan.Person:
			if errors.Is(err, plan.ErrNotTried) {
				left++
			} else if err != nil {
				refused++
				if clockify.IsStatus(err, 403) && !strings.Contains(err.Error(), "set identity_provider: true") {
					t.Errorf("%#v: %v, want what to set", c.Do, err)
				}
			}
		case plan.CustomField, plan.Profile, plan.Manager:
			if do, ok := c.Do.(plan.Manager); ok && do.Group != "" {
				continue // the group could not be made
			}
			if err != nil && !strings.Contains(err.Error(), "new@x.io") {
				t.Errorf("%#v: %v", c.Do, err)
			}
		}
	}
	if left == 0 || refused > 5 {
		t.Errorf("%d refused and %d then left alone", refused, left)
	}
}

func TestRefusedFromTheStart(t *testing.T) {
	t.Parallel()
	spec, dir := company(20)
	cases := []struct {
		name, key, ws, setting string
		calls                  int // at most
	}{
		{"a key nobody knows", "another-key", "", "CLOCKIFY_API_KEY", 2},
		{"a workspace that is not there", ownerKey, sandbox.ID("workspace", 9), "workspace.id", 2},
		{"a plain member's key", "key-of-a-member", "", "CLOCKIFY_API_KEY", 5},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newWeb(t).serve(t, dir, func(_ *sandbox.Workspace, o *sandbox.Options) {})
			state := r.State()
			member, _ := state.User("p5@x.io")
			state.AddKey("key-of-a-member", member.ID)
			r.SetState(state)
			client, err := clockify.New(clockify.Options{CoreURL: r.address + "/api/v1", Token: tc.key, Limiter: clockify.NewLimiter(0), Retries: -1, Base: r.base})
			if err != nil {
				t.Fatal(err)
			}
			ws := tc.ws
			if ws == "" {
				ws = r.ws
			}
			have, err := provider.New(provider.Options{ID: ws, Reader: client, Now: time.Now}).ReadUsers(t.Context(), spec)
			var denied *provider.Denied
			if !errors.As(err, &denied) || denied.Setting != tc.setting || have != nil {
				t.Errorf("read %v, error %v, want one about %s", have, err, tc.setting)
			}
			if r.Total() > tc.calls {
				t.Errorf("%d calls, want at most %d", r.Total(), tc.calls)
			}
		})
	}
}

// TestMayNotWrite: without a writer nothing is sent; with a budget that is used up the run is told to stop.
func TestMayNotWrite(t *testing.T) {
	t.Parallel()
	spec, dir := busy()
	r := newWeb(t).serve(t, dir, nil)
	_, _, p := r.read(spec)
	r.ResetCalls()
	budget := clockify.NewBudget(30)
	client, err := clockify.New(clockify.Options{CoreURL: r.address + "/api/v1", Token: ownerKey, Limiter: clockify.NewLimiter(0), Retries: -1, Base: r.base, Budget: budget})
	if err != nil {
		t.Fatal(err)
	}
	reading := provider.New(provider.Options{ID: r.ws, Reader: client, Now: time.Now})
	writing := provider.New(provider.Options{ID: r.ws, Reader: client, Writer: client, Now: time.Now})
	if _, err := reading.Do(t.Context(), p.Changes[0], nil); err == nil {
		t.Error("a workspace for reading has written")
	}
	if _, err := writing.ReadUsers(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	for _, c := range p.Changes {
		if budget.Left() == 0 {
			receipt, err := writing.Do(t.Context(), c, nil)
			if !errors.Is(err, plan.ErrStop) || receipt.Attempts != 0 {
				t.Errorf("%v after %d attempts, want to be told to stop", err, receipt.Attempts)
			}
			return
		}
		if _, err := writing.Do(t.Context(), c, nil); err != nil && !errors.Is(err, plan.ErrStop) {
			t.Errorf("%#v: %v", c.Do, err)
		}
	}
	t.Error("the budget was never used up")
}

// TestWorkingDays: days that the file names go into the profile, and are read again in the next run.
func TestWorkingDays(t *testing.T) {
	t.Parallel()
	spec, dir := company(12)
	spec.People[10].Days, spec.People[10].Capacity = []time.Weekday{time.Monday, time.Friday}, 5*time.Hour
	r := newWeb(t).serve(t, dir, nil)
	w, _, p := r.read(spec)
	allDone(t, carryOut(w, p))
	if len(p.Changes) != 1 || r.WriteCount() != 1 {
		t.Errorf("%d changes and %d writes, want one of each", len(p.Changes), r.WriteCount())
	}
	for _, m := range r.State().Workspaces[0].Members {
		if days := strings.Join(m.WorkingDays, " "); (days == "MONDAY FRIDAY") != (m.WorkCapacity == "PT5H") {
			t.Errorf("a member works %s on %s", m.WorkCapacity, days)
		}
	}
	if _, _, again := r.read(spec); !again.Empty() {
		t.Errorf("left: %+v", again.Changes)
	}
}

// TestHoursOfRenamed: whose address changed is one of those whose hours are read, however few other rows there are.
func TestHoursOfRenamed(t *testing.T) {
	t.Parallel()
	spec, dir := company(20)
	spec.IDField, spec.Fields = "Number", append(spec.Fields, state.Mapping{Column: "Number", Field: "Number"})
	dir.Fields = append(dir.Fields, state.Field{Name: "Number", Type: state.FieldText})
	dir.People[3].Fields["Number"] = "1003"
	row := spec.People[3]
	row.Email, row.ID = "other@x.io", "1003"
	spec.People = []state.Row{row}
	_, read, _ := near(t, dir, nil).read(spec)
	for _, p := range read.People {
		if p.Email == dir.People[3].Email && p.Capacity != dir.People[3].Capacity {
			t.Errorf("the capacity of %s is read as %v, want %v", p.Email, p.Capacity, dir.People[3].Capacity)
		}
	}
}
