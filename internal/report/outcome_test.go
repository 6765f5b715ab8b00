package report

import (
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/plan"
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
