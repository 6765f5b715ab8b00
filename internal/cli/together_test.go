package cli

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestAppliesAtOnce lets two and three applies write the same entries at the same time: each ends well, everything is
// there once, and the next plan is empty.
func TestAppliesAtOnce(t *testing.T) {
	t.Parallel()
	state, content := timesheet(24, epoch)
	linked := files{"clockify-sync.yaml": strings.Replace(content["clockify-sync.yaml"], "    from:", "    link: field\n    from:", 1)}
	for _, config := range []files{content, linked} {
		for _, runs := range []int{2, 3} {
			for seed := range sized(2, 20) {
				bubble(t, func(t *testing.T) {
					b := newBed(t, sandbox.Options{State: state, Latency: 120 * time.Millisecond}, config)
					r := rand.New(rand.NewPCG(uint64(seed), 3))
					var group sync.WaitGroup
					var mu sync.Mutex
					for i := range runs {
						wait := time.Duration(r.IntN(1500)) * time.Millisecond
						group.Go(func() {
							time.Sleep(wait)
							got := b.run(t.Context(), "apply", "--yes", "--audit-dir", fmt.Sprint("audit-", i))
							mu.Lock()
							defer mu.Unlock()
							idle := strings.Contains(got.out, "already matches") // the others had done it all
							if got.code != ExitDone || !idle && !strings.Contains(got.out, "Verified: all is as asked") {
								t.Errorf("seed %d: exit code %d\n%s\n%s", seed, got.code, clipped(got.out), got.err)
							}
						})
					}
					group.Wait()
					s := b.server.State()
					if have, want := len(s.Workspaces[1].Entries), len(s.Workspaces[0].Entries); have != want {
						t.Errorf("seed %d, %d runs: %d entries are there, want %d", seed, runs, have, want)
					}
					if p := b.plan(); len(p.Changes) > 0 {
						t.Errorf("seed %d: a further run would change %v", seed, p.Changes)
					}
				})
			}
		}
	}
}
