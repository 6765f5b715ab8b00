package cli

import (
	"strings"
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestVerify: what a run has changed is read again and nothing else, unless everything is asked for; run.json says which.
func TestVerify(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		config, looked string
		calls          int
	}{
		{"", "users: 3 profiles", 3},
		{"verify: full\n", "users: everything", 6},
	} {
		bubble(t, func(t *testing.T) {
			seed, content := tidy(50)
			for i := range 3 {
				seed.Workspaces[0].Members[10+i].WorkCapacity = "PT6H"
			}
			content["clockify-sync.yaml"] += tc.config
			b := newBed(t, sandbox.Options{State: seed}, content)
			p := b.plan()
			reads := b.server.Total()
			b.server.ResetCalls()
			b.must(ExitDone, "apply")
			if n := b.server.Total(); len(p.Changes) != 3 || n != reads+3+tc.calls {
				t.Errorf("%q: %d changes, %d calls after %d to plan, want 3 to write and %d to verify", tc.config, len(p.Changes), n, reads, tc.calls)
			}
			if a := b.audit(); !a.Verified || strings.Join(a.LookedAt, "; ") != tc.looked {
				t.Errorf("%q: verified %v, looked at %v", tc.config, a.Verified, a.LookedAt)
			}
		})
	}
}
