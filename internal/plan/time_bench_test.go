package plan_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// manyEntries is a ledger of n entries a side, over 50 projects. share of the source entries have a twin; of the others
// every second is an edit, the rest is new.
func manyEntries(n int, share float64, linked bool) (state.TimeSync, state.TimeState) {
	sync := contentSync()
	l := state.TimeState{Sync: "acme", Source: state.WorkspaceEntries{Client: "Acme", Workspace: "Home"}, Destination: state.WorkspaceEntries{Workspace: "Theirs", HasLink: linked, IsKeyOwner: true}}
	l.From = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l.To = l.From.Add(time.Duration(n+1) * time.Minute)
	if linked {
		sync = linkedSync()
	}
	for p := range 50 {
		l.Source.Projects = append(l.Source.Projects, state.Project{Client: "Acme", Name: fmt.Sprintf("Project %d", p)})
		l.Destination.Projects = append(l.Destination.Projects, state.Project{Client: "Client", Name: fmt.Sprintf("Project %d", p)})
	}
	for i := range n {
		p := l.Source.Projects[i%50]
		at := l.From.Add(time.Duration(i) * time.Minute)
		e := state.Entry{Client: p.Client, Project: p.Name, Start: at, End: at.Add(time.Hour), Description: fmt.Sprintf("work %d", i), ID: fmt.Sprintf("%024x", i)}
		d := e
		d.Client, d.ID = "Client", fmt.Sprintf("%024x", n+i)
		if linked {
			e.Link, d.Link = e.ID, e.ID
		}
		if float64(i) >= share*float64(n) {
			d.Description = "before"
			if i%2 == 0 {
				d.End = d.End.Add(time.Minute)
			}
		}
		l.Source.Entries = append(l.Source.Entries, e)
		l.Destination.Entries = append(l.Destination.Entries, d)
	}
	return sync, l
}

// BenchmarkTime plans n entries against n. From 10,000 to 100,000 time and bytes may grow 12-fold at most.
func BenchmarkTime(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		for _, bc := range []struct {
			name   string
			share  float64
			linked bool
		}{{"idle", 1, false}, {"half", 0.5, false}, {"idle linked", 1, true}, {"half linked", 0.5, true}} {
			b.Run(fmt.Sprintf("%s/%d", bc.name, n), func(b *testing.B) {
				sync, l := manyEntries(n, bc.share, bc.linked)
				b.ReportAllocs()
				for b.Loop() {
					computeTime(sync, l)
				}
			})
		}
	}
}

// TestTimeGrowth holds the number of allocations to the growth of the entries: time is not measured in tests.
func TestTimeGrowth(t *testing.T) {
	allocations := func(n int) float64 {
		sync, l := manyEntries(n, 0.5, false)
		return testing.AllocsPerRun(1, func() { computeTime(sync, l) })
	}
	small, large := allocations(2_000), allocations(20_000)
	if large > 12*small {
		t.Errorf("ten times the entries take %.0f allocations, more than 12 times %.0f", large, small)
	}
}
