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
			for seed := range sized(3, 20) {
				lag := []string{"", "10s", "20s"}[seed%3]
				state.Workspaces[1].ListLag, state.Workspaces[1].AllListsLag = lag, runs == 3
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
							if got.code != ExitDone || strings.Contains(got.out, "counts twice") || strings.Contains(got.out, "count twice") || !idle && !strings.Contains(got.out, "Verified: all is as asked") {
								t.Errorf("seed %d: exit code %d\n%s\n%s", seed, got.code, clipped(got.out), got.err)
							}
						})
					}
					group.Wait()
					time.Sleep(time.Minute)
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

// TestListsThatLagForLong: where lists do not show what was made even after a minute, whether another run made it too is not
// known. That is said with its hours, and the run is not green.
func TestListsThatLagForLong(t *testing.T) {
	t.Parallel()
	state, content := timesheet(3, epoch)
	state.Workspaces[1].ListLag, state.Workspaces[1].AllListsLag = "10m", true
	bubble(t, func(t *testing.T) {
		b := newBed(t, sandbox.Options{State: state}, content)
		got := b.must(ExitFailed, "apply", "--yes")
		for _, want := range []string{"3 time entries (2h 15m) may be there twice", "Not verified: Clockify does not list all that was made", "Run it again later"} {
			if !strings.Contains(got.out, want) {
				t.Errorf("%q is not said:\n%s", want, got.out)
			}
		}
		if b.audit().Verified {
			t.Error("run.json says that it is verified")
		}
	})
}

// TestTakenBackByTheNextRun: what two runs made while no list showed it is taken back by the next of either, which knows from
// its audit folder what was not verified. Once all is well, nothing that they made is touched any more.
func TestTakenBackByTheNextRun(t *testing.T) {
	t.Parallel()
	state, content := timesheet(5, epoch)
	state.Workspaces[1].ListLag, state.Workspaces[1].AllListsLag = "5m", true
	bubble(t, func(t *testing.T) {
		b := newBed(t, sandbox.Options{State: state}, content)
		there := func() int { return len(b.server.State().Workspaces[1].Entries) }
		for _, dir := range []string{"one", "two"} {
			b.must(ExitFailed, "apply", "--yes", "--audit-dir", dir)
		}
		if n := there(); n != 10 {
			t.Fatalf("%d entries are there, want 10: lists do not lag", n)
		}
		time.Sleep(time.Hour)
		if got := b.must(ExitDone, "apply", "--yes", "--audit-dir", "one"); !strings.Contains(got.out, "5 time entries (3h 45m) count twice") {
			t.Errorf("the run that was the first does not say it:\n%s", got.out)
		}
		if got := b.must(ExitDone, "apply", "--yes", "--audit-dir", "two"); there() != 5 || !strings.Contains(got.out, "Verified: all is as asked") {
			t.Errorf("%d entries are there, want 5:\n%s", there(), got.out)
		}
		s := b.server.State()
		for _, w := range []int{0, 0} { // two equal ones, of which one goes
			e := s.Workspaces[w].Entries[0]
			s.Workspaces[w].AddEntry(e.UserID, e.ProjectID, "equal", epoch.Add(-2*time.Hour), time.Hour)
		}
		b.server.SetState(s)
		b.must(ExitFailed, "apply", "--yes", "--audit-dir", "two") // lists lag for five minutes
		time.Sleep(time.Hour)
		b.must(ExitDone, "apply", "--yes", "--audit-dir", "two")
		s = b.server.State()
		s.Workspaces[0].Entries = s.Workspaces[0].Entries[:len(s.Workspaces[0].Entries)-1]
		b.server.SetState(s)
		b.must(ExitDone, "apply", "--yes", "--audit-dir", "two")
		if n := there(); n != 7 {
			t.Errorf("%d entries are there, want 7: what was verified is never deleted", n)
		}
	})
}

// TestCountedTwice: what is in the destination twice, for whatever reason, is told in the verdict with its hours, when it is
// planned and when it was applied.
func TestCountedTwice(t *testing.T) {
	t.Parallel()
	state, content := timesheet(3, epoch)
	bubble(t, func(t *testing.T) {
		b := newBed(t, sandbox.Options{State: state}, content)
		b.must(ExitDone, "apply", "--yes")
		s := b.server.State()
		e := s.Workspaces[1].Entries[0]
		s.Workspaces[1].AddEntry(e.UserID, e.ProjectID, e.Description, e.Start, e.End.Sub(e.Start))
		b.server.SetState(s)
		const said = "1 time entry (45m) counts twice"
		if got := b.must(ExitDone, "plan"); !strings.Contains(got.out, said) || !strings.Contains(got.out, "equal to mirrored entries") {
			t.Errorf("the plan does not say it:\n%s", got.out)
		}
		s = b.server.State()
		from := &s.Workspaces[0]
		from.AddEntry(e.UserID, from.Entries[0].ProjectID, "new", epoch.Add(-time.Hour), time.Minute)
		b.server.SetState(s)
		got := b.must(ExitDone, "apply", "--yes")
		if _, ended, _ := strings.Cut(got.out, "\nApplied "); !strings.Contains(ended, said) {
			t.Errorf("the verdict does not say it:\n%s", got.out)
		}
	})
}

// TestAcceptedHours: hours that do not arrive, and that the sync accepts, stand in the verdict of the plan and of the run.
func TestAcceptedHours(t *testing.T) {
	t.Parallel()
	state, content := timesheet(3, epoch)
	state.Workspaces[1].Settings.ForceDescription = true
	e := state.Workspaces[0].Entries[0]
	state.Workspaces[0].AddEntry(e.UserID, e.ProjectID, "", epoch.Add(-2*time.Hour), 90*time.Minute)
	content["clockify-sync.yaml"] = strings.Replace(content["clockify-sync.yaml"], "    from:", "    unmirrored: accept\n    from:", 1)
	bubble(t, func(t *testing.T) {
		b := newBed(t, sandbox.Options{State: state}, content)
		for _, command := range []string{"plan", "apply", "plan"} {
			got := b.must(ExitDone, command)
			if _, ended, applied := strings.Cut(got.out, "\nApplied "); !strings.Contains(got.out, "1 time entry (1h 30m) is left out") || applied && !strings.Contains(ended, "1 time entry (1h 30m) is left out") {
				t.Errorf("%s does not say it:\n%s", command, got.out)
			}
		}
	})
}
