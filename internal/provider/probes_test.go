package provider_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/provider"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestProbes: what doctor says of a workspace as the API is known, and of one where everything is otherwise.
func TestProbes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		set  func(*sandbox.Workspace)
		want map[provider.Verdict]int
		of   map[string]provider.Verdict // by name
		most int                         // calls
	}{
		{"as known", func(w *sandbox.Workspace) {
			w.Settings.TimeApproval = true
			w.ApprovedPeriods = []sandbox.Period{{From: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}}
		}, map[provider.Verdict]int{provider.Holds: 15}, nil, 13},
		{"otherwise", func(w *sandbox.Workspace) {
			w.Quirks = sandbox.Quirks{NoLastPage: true, ListOmitsFieldValues: true, RefusesLargePages: true, LargestPage: 1000}
			w.WithoutFeatures = []string{"SCHEDULING"}
		}, nil, map[string]provider.Verdict{
			"a page holds 5,000 rows":                           provider.Differs,
			"the last page is told by a header":                 provider.Differs,
			"the list of people has the values of their fields": provider.Differs,
			"capacities are told in bulk":                       provider.Differs,
			"capacities in bulk are in seconds":                 provider.CannotTell,
		}, 14},
		{"unlike", func(w *sandbox.Workspace) {
			w.Quirks = sandbox.Quirks{Unlike: []string{"memberships", "features", "groups", "totals", "windows", "entry", "report", "approvals"}, OwnerRole: "BOSS"}
			w.Settings.TimeApproval = true
		}, nil, map[string]provider.Verdict{
			"everybody's membership is in the list of people":     provider.Differs,
			"the list of people tells who is owner or admin":      provider.Differs,
			"capacities in bulk are in seconds":                   provider.Differs,
			"groups are listed with their managers":               provider.Differs,
			"the plan's features are a list of names":             provider.Differs,
			"a window of entries is read as wall clock":           provider.Differs,
			"one entry can be read by its id":                     provider.Differs,
			"approved periods can be listed":                      provider.Differs,
			"the detailed report lists entries":                   provider.Differs,
			"the detailed report tells an entry as its list does": provider.CannotTell,
		}, 14},
		{"a report that lacks things", func(w *sandbox.Workspace) {
			w.Quirks = sandbox.Quirks{ReportLacks: []string{"description", "end"}, Unlike: []string{"sources"}}
		}, nil, map[string]provider.Verdict{
			"the detailed report tells an entry as its list does": provider.Differs,
			"a role on a group names its source":                  provider.Differs,
		}, 14},
		{
			"cut pages", func(w *sandbox.Workspace) { w.Quirks = sandbox.Quirks{LargestPage: 10} }, nil,
			map[string]provider.Verdict{"a page holds 5,000 rows": provider.Differs},
			14,
		},
	}
	var differed sync.Map
	t.Cleanup(func() { // every probe has been seen to say both
		for _, name := range provider.ProbeNames() {
			if _, ok := differed.Load(name); !ok {
				t.Errorf("nothing here makes %q differ", name)
			}
		}
	})
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, dir := company(30)
			r := newWeb(t).serve(t, dir, func(w *sandbox.Workspace, _ *sandbox.Options) { tc.set(w) })
			state := r.State()
			for i := range state.Users {
				if state.Users[i].Email == ownerEmail {
					state.Users[i].TimeZone = "Asia/Tokyo"
					state.Workspaces[0].AddEntry(state.Users[i].ID, state.Workspaces[0].AddProject("", "P"), "x", time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), time.Hour)
				}
			}
			r.SetState(state)
			results, err := r.open().Probe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := map[provider.Verdict]int{}
			for _, p := range results {
				got[p.Verdict]++
				if p.Verdict == provider.Differs {
					differed.Store(p.Name, true)
				}
				if want, ok := tc.of[p.Name]; ok && want != p.Verdict {
					t.Errorf("%s: %s (%s), want %s", p.Name, p.Verdict, p.Seen, want)
				}
				if (p.Verdict == provider.Differs) != (p.Means != "") || p.Seen == "" || p.Anchor == "" {
					t.Errorf("%+v", p)
				}
			}
			if diff := cmp.Diff(tc.want, got); tc.want != nil && diff != "" {
				t.Errorf("verdicts (-want +got):\n%s\n%+v", diff, results)
			}
			if r.Total() > tc.most || r.WriteCount() > 0 {
				t.Errorf("%d calls and %d writes, want at most %d and none", r.Total(), r.WriteCount(), tc.most)
			}
		})
	}
}
