package report

import (
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// TestUnexpected leaves one of two equal entries unmade: the next plan gives it the number of the one that was made.
func TestUnexpected(t *testing.T) {
	t.Parallel()
	entry := func(id, name string) plan.Change {
		return plan.Change{ID: id, Op: plan.Create, Ref: plan.Ref{Kind: plan.KindEntry, Name: name}, Fields: []plan.Field{{Name: "start", After: "2026-03-01T08:00:00Z"}}}
	}
	first, second := entry("a", "Work"), entry("b", "Work")
	first.Ordinal, second.Ordinal = 1, 2
	outcomes := []plan.Outcome{{Change: first, Status: plan.Done}, {Change: second, Status: plan.NotTried}}
	if left := (Verify{Left: []plan.Change{first}}).Unexpected(outcomes); len(left) > 0 {
		t.Errorf("%d changes nobody announced, want none", len(left))
	}
	if left := (Verify{Left: []plan.Change{first, second}}).Unexpected(outcomes); len(left) != 1 {
		t.Errorf("%d changes nobody announced, want one", len(left))
	}
}
