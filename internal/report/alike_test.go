package report

import (
	"fmt"
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// TestOneCause: some findings of one cause about one thing are one line, and none says of a setting that it is missing which
// is there.
func TestOneCause(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{}
	keep := func(n int, about, near string) {
		for range n {
			p.Findings = append(p.Findings, state.Finding{
				Kind: state.FindingKeepsManager, Level: state.LevelAttention, Name: fmt.Sprintf("p%d@example.com", len(p.Findings)),
				Cause: state.CauseManagerNear, About: about, Values: []string{near},
			})
		}
	}
	keep(4, "ana@exmaple.com", "ana@example.com")
	keep(1, "bo@exmaple.com", "bo@example.com")
	want := []string{
		"4 people keep the manager they have: the manager named is nearly another (p0@example.com, p1@example.com, p2@example.com and p3@example.com)",
		"p4@example.com keeps the manager they have: bo@exmaple.com is not in the workspace, and bo@example.com is nearly the same",
	}
	check := func(want ...string) {
		t.Helper()
		got := newDocument(p, nil, Verify{}, Context{}, 0).Findings.Attention
		if len(got) != len(want) {
			t.Fatalf("got %d lines, want %d: %v", len(got), len(want), got)
		}
		for i, n := range got {
			if n.Words.String() != want[i] {
				t.Errorf("got %s, want %s", n.Words, want[i])
			}
		}
	}
	check(want...)
	keep(12, "cy@exmaple.com", "cy@example.com")
	check("17 people keep the manager they have: the manager named is nearly another (p0@example.com, p1@example.com, p2@example.com and 14 more)")
}
