package cli

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// pace keeps when calls were sent and which were answered 429.
type pace struct {
	next http.RoundTripper
	mu   sync.Mutex
	sent []time.Time
	over []time.Time
}

func (p *pace) RoundTrip(r *http.Request) (*http.Response, error) {
	now := time.Now()
	resp, err := p.next.RoundTrip(r)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, now)
	if err == nil && resp.StatusCode == http.StatusTooManyRequests {
		p.over = append(p.over, now)
	}
	return resp, err
}

// of is the share of the allowed rate that answered calls made up between two instants, and the share of the calls in
// between that were answered 429.
func (p *pace) of(perSecond float64, from, to time.Time) (used, refused float64) {
	in := func(list []time.Time) (n float64) {
		for _, at := range list {
			if !at.Before(from) && at.Before(to) {
				n++
			}
		}
		return n
	}
	sent, over := in(p.sent), in(p.over)
	return (sent - over) / perSecond / to.Sub(from).Seconds(), over / sent
}

// mirrorAt makes entries under a limit that the client is told of, or is not, and returns the pace of the run, which is
// measured from a while after its start to the last write.
func mirrorAt(t *testing.T, entries int, told, allowed float64, latency, settle time.Duration) (used, refused float64) {
	t.Helper()
	state, content := timesheet(entries, epoch)
	content["clockify-sync.yaml"] = strings.Replace(content["clockify-sync.yaml"], "requests_per_second: 50", fmt.Sprintf("requests_per_second: %v", told), 1)
	bubble(t, func(t *testing.T) {
		b := newBed(t, sandbox.Options{State: state, RatePerSecond: allowed, Latency: latency}, content)
		p := &pace{next: b.http}
		b.http = p
		start := time.Now()
		b.must(ExitDone, "apply")
		// The last calls verify, after the last write; a few of them blur the end by less than a thousandth.
		used, refused = p.of(allowed, start.Add(settle), p.sent[len(p.sent)-20])
	})
	return used, refused
}

// TestRate makes entries as fast as the server allows, and not faster.
func TestRate(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name            string
		told, allowed   float64
		latency, settle time.Duration
		used, refused   float64
	}{
		{"50 a second, near", 50, 50, 2 * time.Millisecond, 0, 0.9, 0.01},
		{"50 a second, far", 50, 50, 100 * time.Millisecond, 0, 0.9, 0.01},
		{"10 a second, near", 10, 10, 2 * time.Millisecond, 0, 0.9, 0.01},
		{"10 a second, far", 10, 10, 100 * time.Millisecond, 0, 0.9, 0.01},
		{"50 a second, farther", 50, 50, 200 * time.Millisecond, 0, 0.9, 0.01},
		{"50 a second, farthest", 50, 50, 400 * time.Millisecond, 0, 0.9, 0.01},
		{"10 a second, farther", 10, 10, 200 * time.Millisecond, 0, 0.9, 0.01},
		{"10 a second, farthest", 10, 10, 400 * time.Millisecond, 0, 0.9, 0.01},
		{"10 a second, not told", 50, 10, 100 * time.Millisecond, time.Minute, 0.9, 0.02},
		{"10 a second, not told, from the start", 50, 10, 2 * time.Millisecond, 0, 0.8, 0.02},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			used, refused := mirrorAt(t, sized(1500, 3000), tc.told, tc.allowed, tc.latency, tc.settle)
			t.Logf("%.1f %% of the rate used, %.2f %% of the calls answered 429", 100*used, 100*refused)
			if used < tc.used || refused > tc.refused {
				t.Errorf("used %.3f, want at least %.2f; refused %.4f, want at most %.2f", used, tc.used, refused, tc.refused)
			}
		})
	}
}
