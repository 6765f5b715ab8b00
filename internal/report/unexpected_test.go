package report

import (
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// What is left of a profile that was skipped is known, whatever the next plan leaves out of it.
func TestUnexpectedPartOfAProfile(t *testing.T) {
	t.Parallel()
	hours, company := field("capacity", "PT7H", "PT8H"), field("Company", "", "Acme")
	skipped := change(plan.Update, plan.KindProfile, "mia@example.com", hours, company)
	skipped.ID = "1"
	cases := []struct {
		name   string
		status plan.Status
		fields []plan.Field
		want   int
	}{
		{"a part of what was skipped", plan.Skipped, []plan.Field{hours}, 0},
		{"another value", plan.Skipped, []plan.Field{field("capacity", "PT7H", "PT6H")}, 1},
		{"a part of what was done", plan.Done, []plan.Field{hours}, 1},
	}
	for _, tc := range cases {
		left := change(plan.Update, plan.KindProfile, "mia@example.com", tc.fields...)
		left.ID = "2"
		got := Verify{Done: true, Left: []plan.Change{left}}.Unexpected([]plan.Outcome{{Change: skipped, Status: tc.status}})
		if len(got) != tc.want {
			t.Errorf("%s: %d unexpected, want %d", tc.name, len(got), tc.want)
		}
	}
}
