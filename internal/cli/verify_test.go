package cli

import (
	"net/http"
	"strings"
	"sync/atomic"
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

// demotes takes the key's rights away after so many writes.
type demotes struct {
	next   http.RoundTripper
	server *sandbox.Server
	left   atomic.Int64
}

func (d *demotes) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/totals") && d.left.Add(-1) == 0 {
		state := d.server.State()
		for i := range state.Workspaces[0].Members {
			m := &state.Workspaces[0].Members[i]
			m.Owner, m.Admin = false, false
		}
		d.server.SetState(state)
	}
	return d.next.RoundTrip(r)
}

// TestKeyLosesItsRights: in the middle of a run the key's user is an admin no more. What was done stays done and is
// known, what was not is told with Clockify's answer, and nothing is called verified.
func TestKeyLosesItsRights(t *testing.T) {
	t.Parallel()
	state, content := company(40)
	bubble(t, func(t *testing.T) {
		b := newBed(t, sandbox.Options{State: state}, content)
		d := &demotes{next: b.http, server: b.server}
		d.left.Store(30)
		b.http = d
		r := b.must(ExitFailed, "apply")
		a := b.audit()
		a.complete(t)
		if a.Totals["done"] < 20 || a.Totals["failed"] == 0 || a.Totals["unknown"] > 0 || a.Verified {
			t.Errorf("totals %v, verified %v", a.Totals, a.Verified)
		}
		if !strings.Contains(r.out+r.err, "403") {
			t.Errorf("the refusal is not told:\n%s\n%s", clipped(r.out), r.err)
		}
	})
}
