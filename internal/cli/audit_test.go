package cli

import (
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestApprover: every row says who approved what was gated in its run, and how.
func TestApprover(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		state, content := company(20)
		state.Workspaces[0].AddMember(state.AddUser("gone@example.com", ""))
		b := newBed(t, sandbox.Options{State: state}, content)
		b.must(ExitDone, "apply")
		for _, row := range b.audit().rows {
			if row["Approver"] != "" {
				t.Fatalf("nobody approved anything: %v", row)
			}
		}
		b.must(ExitDone, "apply", "--approve", b.plan().ApprovalToken)
		rows := b.audit().rows
		if len(rows) == 0 {
			t.Fatal("nothing was done")
		}
		for _, row := range rows {
			if row["Approver"] != "tester with --approve" {
				t.Errorf("approver of %s: %q", row["Object"], row["Approver"])
			}
		}
	})
}
