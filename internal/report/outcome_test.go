package report

import (
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

func TestWhatOf(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name        string
		change      plan.Change
		object, did string
	}{
		{"a person", plan.Change{Domain: plan.Users, Op: plan.Update, Ref: plan.Ref{Kind: plan.KindMembership, Name: "Ops / ann@x"}, Person: "ann@x", Fields: []plan.Field{{Name: "group", After: "Ops"}}}, "ann@x", "group Ops"},
		{"a project, with the key of whose entries they are", plan.Change{Domain: plan.Time, Op: plan.Create, Ref: plan.Ref{Kind: plan.KindProject, Name: "Website"}, Person: "ann@x"}, "Website", "project is created"},
		{"an entry, with that key", plan.Change{Domain: plan.Time, Op: plan.Update, Ref: plan.Ref{Kind: plan.KindEntry, Name: "X / Website · plan"}, Person: "ann@x"}, "X / Website · plan", "time entry is edited"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := &builder{plan: &plan.Plan{}}
			what, doing := b.attempt(&tc.change)
			object, did := what.String(), doing.String()
			if object != tc.object || did != tc.did {
				t.Errorf("got %q, %q, want %q, %q", object, did, tc.object, tc.did)
			}
		})
	}
}

// TestTakenBack: entries that were taken back while verifying are in the first line, beside the changes of the plan.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	entry := func(id string, op plan.Op, cause state.Cause) plan.Change {
		return plan.Change{ID: id, Domain: plan.Time, Op: op, Cause: cause, Ref: plan.Ref{Kind: plan.KindEntry, Name: "Website"}}
	}
	p := &plan.Plan{Changes: []plan.Change{entry("a", plan.Create, ""), entry("b", plan.Create, "")}}
	outcomes := []plan.Outcome{
		{Change: p.Changes[0], Status: plan.Done},
		{Change: p.Changes[1], Status: plan.Done},
		{Change: entry("c", plan.Delete, state.CauseDoubled), Status: plan.Done},
		{Change: entry("d", plan.Delete, state.CauseDoubled), Status: plan.Failed},
	}
	const want = "applied 2 changes; 1 time entry taken back that another run made too"
	if got := newDocument(p, outcomes, Verify{Done: true}, Context{}, 10).Verdict.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
