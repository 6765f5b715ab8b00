package provider_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/provider"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// equals books the same hour n times, one of which is there and one of which can be had by an edit, and others around it.
func equals(n int) func(o *office, home, theirs *sandbox.Workspace) {
	return func(o *office, home, theirs *sandbox.Workspace) {
		for i := range n {
			o.book(home, 20, "09:00", time.Hour, "same")
			o.book(home, 20, "10:00", time.Hour, fmt.Sprintf("work %d", i))
		}
		o.book(theirs, 20, "09:00", time.Hour, "same")
		o.book(theirs, 20, "09:00", time.Hour, "other")
	}
}

// Whatever happens to the answers, a run ends with every entry there once: no duplicate, nothing lost. Equal entries are
// made by eight at once.
func TestTimeLostAnswers(t *testing.T) {
	t.Parallel()
	for _, linked := range []bool{false, true} {
		for _, kinds := range []string{"cut_after", "500_after", "cut_before", "500", "empty200", "cut_body", "cut_after+500+502+empty200+cut_before+cut_body"} {
			for seed := range 3 {
				t.Run(fmt.Sprintf("linked=%t/%s/%d", linked, kinds, seed), func(t *testing.T) {
					t.Parallel()
					o := newOffice(t, equals(8))
					s := o.sync()
					if linked {
						s = o.linked()
					}
					faults, err := sandbox.ParseFaults(fmt.Sprintf("seed=%d,rate=0.5,only=writes,kinds=%s", seed, kinds))
					if err != nil {
						t.Fatal(err)
					}
					want, most := 16, 16
					if linked {
						most++ // the first linked run takes the other for an edit; where it does not get so far, it is somebody's own
					}
					for range 6 {
						o.SetFaults(faults)
						_, failed := o.run(s)
						got := o.entries(o.theirs)
						for i := range got[1:] {
							if got[i] == got[i+1] && !strings.HasSuffix(got[i], "same") {
								t.Fatalf("%s is there twice", got[i])
							}
						}
						if len(got) > most {
							t.Fatalf("%d entries are there, want %d", len(got), want)
						}
						if failed == nil {
							if len(got) < want {
								t.Fatalf("nothing failed, and %d entries are there, want %d", len(got), want)
							}
							break
						}
					}
					o.SetFaults(sandbox.Faults{})
					o.run(s)
					if got := o.entries(o.theirs); len(got) < want || len(got) > most {
						t.Errorf("%d entries are there, want %d:\n%s", len(got), want, strings.Join(got, "\n"))
					}
					o.settled(s)
				})
			}
		}
	}
}

// Lost answers to edits, deletes, tags, tasks, projects and the field.
func TestTimeLostAnswersToOtherWrites(t *testing.T) {
	t.Parallel()
	for _, kinds := range []string{"cut_after", "500_after", "cut_before", "cut_after+500+empty200"} {
		t.Run(kinds, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
				o.book(home, 20, "09:00", time.Hour, "plan")
				o.book(home, 20, "10:00", time.Hour, "build")
			})
			s := o.linked()
			s.CreateMissing, s.Deletes = true, true
			o.run(s)
			o.change(func(home, theirs *sandbox.Workspace) {
				theirs.AddProject("", "Shop")
				tag, task := home.AddTag("dev"), home.AddTask(home.Projects[0].ID, "Build")
				home.Entries = home.Entries[1:]
				home.Entries[0].TagIDs, home.Entries[0].TaskID, home.Entries[0].Description = []string{tag}, task, "building"
			})
			faults, err := sandbox.ParseFaults("rate=0.6,only=writes,kinds=" + kinds)
			if err != nil {
				t.Fatal(err)
			}
			for range 8 {
				o.SetFaults(faults)
				if _, failed := o.run(s, true); failed == nil {
					break
				}
			}
			o.SetFaults(sandbox.Faults{})
			o.run(s, true)
			if diff := cmp.Diff([]string{"Alpha / Website 20T10:00-20T11:00 building task=Build tag=dev"}, o.entries(o.theirs)); diff != "" {
				t.Errorf("destination (-want +got):\n%s", diff)
			}
			o.settled(s)
		})
	}
}

// A list that cannot be proved complete is an error; nothing is planned on it.
func TestTimeDoubtfulReads(t *testing.T) {
	t.Parallel()
	for _, route := range []string{"/projects", "/time-entries", "/clients"} {
		o := newOffice(t, equals(2))
		if route == "/clients" { // asked for where no project tells the client's name
			o = newOffice(t, func(o *office, home, _ *sandbox.Workspace) { home.Projects = nil; home.AddClient("Other") })
		}
		faults, err := sandbox.ParseFaults("only=GET,kinds=short_page,route=" + route)
		if err != nil {
			t.Fatal(err)
		}
		o.SetFaults(faults)
		if _, err := o.open(o.sync()).Read(t.Context(), o.sync(), o.now, differs(o.sync())); !errors.Is(err, clockify.ErrIncomplete) {
			t.Errorf("a cut list of %s gives %v", route, err)
		}
	}
}

// What changing a setting would help against is said with the setting's name and without any token.
func TestTimeDenied(t *testing.T) {
	t.Parallel()
	const nobody = "ffffffffffffffffffffffff"
	cases := []struct {
		name    string
		set     func(o *office, s *state.TimeSync)
		setting string
		text    string
	}{
		{"source workspace", func(o *office, s *state.TimeSync) { s.Source.WorkspaceID = nobody }, "time_sync acme: source.workspace_id", nobody},
		{"destination workspace", func(o *office, s *state.TimeSync) { s.Destination.WorkspaceID = nobody }, "time_sync acme: destination.workspace_id", nobody},
		{"client", func(o *office, s *state.TimeSync) { s.Source.ClientID = nobody }, "time_sync acme: source.client_id", "no client"},
		{"source user", func(o *office, s *state.TimeSync) { s.Source.UserID = nobody }, "time_sync acme: source.user_id", "no user"},
		{"destination user", func(o *office, s *state.TimeSync) { s.Destination.UserID = nobody }, "time_sync acme: destination.user_id", "no user"},
		{"key", func(o *office, s *state.TimeSync) { o.keys[o.theirs] = "key-that-nobody-knows" }, "ACME_DEST_TOKEN", "does not know this key"},
		{"somebody else's entries", func(o *office, s *state.TimeSync) { o.keys[o.theirs] = "key-of-bob-0123456789" }, "time_sync acme: destination.user_id", "may not read"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, nil)
			state := o.State()
			bob := state.AddUser("bob@x.io", "Bob")
			state.AddKey("key-of-bob-0123456789", bob)
			state.Workspace(o.theirs).AddMember(bob)
			o.SetState(state)
			s := o.sync()
			tc.set(o, &s)
			_, err := o.open(s).Read(t.Context(), s, o.now, differs(s))
			var denied *provider.Denied
			if !errors.As(err, &denied) || denied.Setting != tc.setting || !strings.Contains(denied.Text, tc.text) {
				t.Fatalf("got %v, want one about %s with %q", err, tc.setting, tc.text)
			}
			if strings.Contains(err.Error(), "key-") {
				t.Errorf("a token is told: %v", err)
			}
		})
	}
}

// A key of somebody who may not write for others, and one whose billable is decided by the workspace.
func TestTimeRightsOfTheKey(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
		o.book(home, 20, "09:00", time.Hour, "plan").Billable = true
		theirs.Settings.OnlyAdminsCanChangeBillable = true
		theirs.Members[0].Owner = false
	})
	p, failed := o.run(o.sync())
	if failed != nil {
		t.Fatalf("what the workspace decides is no failure: %v", failed)
	}
	if diff := cmp.Diff([]string{"Alpha / Website 20T09:00-20T10:00 plan"}, o.entries(o.theirs)); diff != "" {
		t.Errorf("destination (-want +got):\n%s", diff)
	}
	if len(p.Changes) != 1 {
		t.Errorf("%d changes", len(p.Changes))
	}
	o.settled(o.sync())
}

// An admin's key writes where only the timer is allowed, for others too if the plan has that; else nothing is written.
func TestTimeForOthers(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		theirs  func(*sandbox.Workspace)
		refused bool
	}{
		{"a paid plan", func(w *sandbox.Workspace) { w.FeatureSubscriptionType = "BASIC_2021" }, false},
		{"a paid plan without the feature", func(w *sandbox.Workspace) { w.WithoutFeatures = []string{"ADD_TIME_FOR_OTHERS"} }, true},
		{"the free plan", func(w *sandbox.Workspace) { w.FeatureSubscriptionType = "FREE" }, true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
				o.book(home, 20, "09:00", time.Hour, "plan")
				theirs.Settings.TimeTrackingMode = "STOPWATCH_ONLY"
				tc.theirs(theirs)
			})
			state := o.State()
			boss := state.AddUser("boss@x.io", "Boss")
			state.AddKey("key-of-boss-0123456789", boss)
			state.Workspace(o.theirs).AddAdmin(boss)
			o.SetState(state)
			o.keys[o.theirs] = "key-of-boss-0123456789"
			p, failed := o.run(o.sync())
			if failed != nil || tc.refused != (len(p.Refusals) == 1) || tc.refused && p.Refusals[0].About != "ADD_TIME_FOR_OTHERS" {
				t.Errorf("refusals: %v; failed: %v", p.Refusals, failed)
			}
			if n := len(o.entries(o.theirs)); n > 0 == tc.refused {
				t.Errorf("%d entries are there", n)
			}
		})
	}
}

// An entry that Clockify stores otherwise than asked is told: here a workspace that began to decide what is billable
// after it was read.
func TestTimeStoredOtherwise(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
		o.book(home, 20, "09:00", time.Hour, "plan").Billable = true
		theirs.Members[0].Owner = false
	})
	tm, p := o.plan(o.sync())
	o.change(func(_, theirs *sandbox.Workspace) { theirs.Settings.OnlyAdminsCanChangeBillable = true })
	if failed := do(tm, p, false); len(failed) != 1 || !strings.Contains(failed[0], "billable is false and not true") {
		t.Errorf("failed: %v", failed)
	}
}

// A used-up budget stops the run, and what is not an action of a time sync is refused.
func TestTimeDoRefuses(t *testing.T) {
	t.Parallel()
	o := newOffice(t, equals(1))
	tm, p := o.plan(o.sync())
	if _, err := tm.Do(t.Context(), plan.Change{Do: plan.Group{Name: "x"}}, nil); err == nil {
		t.Error("a time sync makes a group")
	}
	tm.Destination.Writer = nil
	if _, err := tm.Do(t.Context(), p.Changes[0], nil); err == nil {
		t.Error("a sync opened for reading writes")
	}
	client, err := clockify.New(clockify.Options{
		CoreURL: o.address + "/api/v1", Token: annKey, Limiter: clockify.NewLimiter(0), Budget: clockify.NewBudget(1), Retries: -1, Base: o.base,
	})
	if err != nil {
		t.Fatal(err)
	}
	tm.Destination.Writer = client
	if _, err := tm.Do(t.Context(), p.Changes[0], nil); err != nil {
		t.Fatal(err)
	}
	if _, err := tm.Do(t.Context(), p.Changes[0], nil); !errors.Is(err, plan.ErrStop) {
		t.Errorf("a used-up budget gives %v", err)
	}
}
