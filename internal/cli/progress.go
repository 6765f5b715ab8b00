package cli

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

const (
	quietFor  = time.Second            // an apply that is done by then shows no progress
	drawEvery = 100 * time.Millisecond // at a terminal
	tellEvery = 10 * time.Second       // elsewhere
	barWidth  = 20
)

// progress tells how far a long apply is, on Stderr: at a terminal a bar for each phase, elsewhere a line now and then.
// Several jobs may report to one.
type progress struct {
	*console
	live bool // a line can be drawn over

	mu     sync.Mutex
	total  map[plan.Phase]int
	done   map[plan.Phase]int // ended, in whatever way
	tried  map[plan.Phase]int
	failed map[plan.Phase]int
	began  map[plan.Phase]time.Time
	first  time.Time // when the apply began
	last   time.Time // when something was shown
	seen   time.Time // when the last outcome fell
	drawn  plan.Phase
}

func (c *console) newProgress(p *plan.Plan) *progress {
	g := &progress{
		console: c, live: c.live(),
		total: map[plan.Phase]int{}, done: map[plan.Phase]int{}, tried: map[plan.Phase]int{}, failed: map[plan.Phase]int{}, began: map[plan.Phase]time.Time{},
	}
	g.first = c.Now()
	g.last, g.seen = g.first, g.first
	for _, c := range p.Changes {
		g.total[c.Phase]++
	}
	return g
}

// add counts an outcome and shows how far its phase is, if it is time to.
func (g *progress) add(o plan.Outcome) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now, phase := g.Now(), o.Change.Phase
	if _, ok := g.began[phase]; !ok {
		g.began[phase] = g.seen
	}
	g.seen = now
	g.done[phase]++
	if o.Status == plan.Done || o.Status == plan.Failed || o.Status == plan.Unknown {
		g.tried[phase]++
	}
	if o.Status == plan.Failed || o.Status == plan.Unknown {
		g.failed[phase]++
	}
	if g.tried[phase] == 0 {
		return // all of it waits or is skipped
	}
	ended := g.done[phase] == g.total[phase]
	if !g.live {
		if now.Sub(g.last) >= tellEvery {
			g.last = now
			fmt.Fprintln(g.Stderr, g.line(phase, now))
		}
		return
	}
	if now.Sub(g.first) < quietFor || now.Sub(g.last) < drawEvery && !ended {
		return
	}
	if g.drawn != "" && g.drawn != phase {
		fmt.Fprintln(g.Stderr)
	}
	g.drawn, g.last = phase, now
	fmt.Fprintf(g.Stderr, "\r%s\x1b[K", g.line(phase, now))
	if ended {
		fmt.Fprintln(g.Stderr)
		g.drawn = ""
	}
}

// close leaves the cursor at the beginning of a line.
func (g *progress) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.drawn != "" {
		fmt.Fprintln(g.Stderr)
		g.drawn = ""
	}
}

// line says how far a phase is: its bar, the rate, the time left and what failed.
func (g *progress) line(phase plan.Phase, now time.Time) string {
	done, total := g.done[phase], g.total[phase]
	line := fmt.Sprintf("%-11s ", phase)
	if g.live && (g.Width == 0 || g.Width >= 80) {
		line += bar(done, total) + "  "
	}
	line += fmt.Sprintf("%s/%s", text.Thousands(done), text.Thousands(total))
	if took := now.Sub(g.began[phase]).Seconds(); took > 0 {
		rate := float64(g.tried[phase]) / took
		line += fmt.Sprintf("  %.1f/s", rate)
		if left := total - done; left > 0 {
			line += "  " + span(time.Duration(float64(left)/rate*float64(time.Second))) + " left"
		}
	}
	if n := g.failed[phase]; n > 0 {
		line += fmt.Sprintf("  %s failed", text.Thousands(n))
	}
	return line
}

// bar draws the share that is done, to half a column.
func bar(done, total int) string {
	halves := 2 * barWidth
	if total > 0 {
		halves = 2 * barWidth * done / total
	}
	text := strings.Repeat("█", halves/2)
	if halves%2 == 1 {
		text += "▌"
	}
	return text + strings.Repeat(" ", barWidth-(halves+1)/2)
}

// span renders a time in the unit a person would say.
func span(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.0f s", math.Ceil(d.Seconds()))
	}
	return fmt.Sprintf("%.0f min", math.Ceil(d.Minutes()))
}
