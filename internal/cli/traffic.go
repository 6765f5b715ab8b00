package cli

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// traffic watches the calls of a run as they pass: how many, and how long the last took. It knows neither bodies nor
// headers.
type traffic struct {
	next    http.RoundTripper
	now     func() time.Time
	verbose io.Writer // gets a line for each call; nil: nobody does

	mu    sync.Mutex
	calls int
	last  time.Duration // what the last answered call took
	slow  time.Time     // when a silent server was last told of
}

func newTraffic(next http.RoundTripper, now func() time.Time, verbose io.Writer) *traffic {
	return &traffic{next: next, now: now, verbose: verbose}
}

// RoundTrip sends a call on.
func (t *traffic) RoundTrip(r *http.Request) (*http.Response, error) {
	began := t.now()
	resp, err := t.next.RoundTrip(r)
	took := t.now().Sub(began)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls++
	if err == nil {
		t.last = took
	}
	if t.verbose != nil {
		end := "no answer"
		if err == nil {
			end = fmt.Sprint(resp.StatusCode)
		}
		fmt.Fprintf(t.verbose, "%s %s → %s, %d ms\n", r.Method, visible(r.URL.Path), end, took.Milliseconds())
	}
	return resp, err
}

// CloseIdleConnections does so where there are any.
func (t *traffic) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// seen is how many calls came back, and what the last answered one took.
func (t *traffic) seen() (calls int, latency time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.calls, t.last
}

// tellSlow says that a server is silent. Of many calls that wait for it, one is told of.
func (r *run) tellSlow(host string, waited time.Duration) {
	t := r.traffic
	t.mu.Lock()
	defer t.mu.Unlock()
	now := r.Now()
	if !t.slow.IsZero() && now.Sub(t.slow) < tellEvery/2 {
		return
	}
	t.slow = now
	over := ""
	if r.live() {
		over = "\r\x1b[K"
	}
	fmt.Fprintf(r.Stderr, "%swaiting for %s for %s\n", over, visible(host), span(waited))
}

// watch tells on Stderr how far reading is, until the returned function is called: at a terminal a line that is drawn over,
// elsewhere a line now and then. Reading that is quick is not told of.
func (r *run) watch(what string) (stop func()) {
	began, done, ended := r.Now(), make(chan struct{}), make(chan struct{})
	before, _ := r.traffic.seen()
	go func() {
		defer close(ended)
		tick := time.NewTicker(drawEvery)
		defer tick.Stop()
		told, drawn := began, ""
		for {
			select {
			case <-done:
				if drawn != "" {
					fmt.Fprint(r.Stderr, "\r\x1b[K")
				}
				return
			case <-tick.C:
			}
			now := r.Now()
			calls, _ := r.traffic.seen()
			text := fmt.Sprintf("%-11s %s  %s", what, count(calls-before, [2]string{"call", "calls"}), span(now.Sub(began)))
			switch {
			case now.Sub(began) < quietFor, text == drawn:
			case r.live():
				fmt.Fprintf(r.Stderr, "\r%s\x1b[K", text)
				drawn = text
			case now.Sub(told) >= tellEvery:
				fmt.Fprintln(r.Stderr, text)
				told = now
			}
		}
	}()
	return func() { close(done); <-ended }
}
