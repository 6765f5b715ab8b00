package clockify

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How the rate falls and rises. Up to nine tenths of the rate that was too much it rises fast, beyond
// slowly, and faster again the longer all is calm: so it stays near what the server allows, and asks
// for more only now and then.
const (
	fall         = 0.7         // of the rate, on a 429
	near         = 0.9         // of the rate that was too much
	fastStep     = 1.0 / 20    // of that rate
	slowStep     = 1.0 / 100   // of that rate, and
	leastUp      = 1.0 / 500   // of the ceiling
	slowest      = 0.5         // calls a second that are always tried
	recoverEvery = time.Second // at most one step up in this time

	// maxPause is the longest a call waits because the server said so. Asked for more, as a free
	// workspace with its 30 calls an hour may ask, the run is over.
	maxPause = 5 * time.Minute
)

// Limiter spaces calls evenly and slows down for everybody when the server says 429. Share one
// between all clients of a host and key, for the server counts per key.
type Limiter struct {
	turn chan struct{} // held while waiting: a queue, so that a new rate holds for all who wait
	rate *rate.Limiter

	mu                sync.Mutex
	ceiling           float64   // calls a second; 0 is unlimited
	until             time.Time // nobody sends before
	lastThrottledRate float64   // the rate that last met a 429
	fell              time.Time // when the rate last fell
	rose              time.Time // when it last rose
}

// NewLimiter returns a limiter with a ceiling of perSecond calls; 0 or less is unlimited.
func NewLimiter(perSecond float64) *Limiter {
	l := &Limiter{turn: make(chan struct{}, 1), rate: rate.NewLimiter(rate.Inf, 1)}
	l.SetLimit(perSecond)
	return l
}

// SetLimit sets the ceiling, and the rate to it.
func (l *Limiter) SetLimit(perSecond float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ceiling = max(0, perSecond)
	if l.ceiling == 0 {
		l.rate.SetLimit(rate.Inf)
		return
	}
	l.rate.SetLimit(rate.Limit(l.ceiling))
}

// Rate is the present rate in calls a second; 0 when unlimited.
func (l *Limiter) Rate() float64 {
	if r := l.rate.Limit(); r != rate.Inf {
		return float64(r)
	}
	return 0
}

// Wait returns when the caller may send one call, or with ctx's error, or with ErrThrottled when the
// server asked for a pause that is too long to wait for.
func (l *Limiter) Wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.turn }()
	for {
		pause := l.pause()
		if pause > maxPause {
			return fmt.Errorf("%w: it asks for a pause of %s", ErrThrottled, pause.Round(time.Second))
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		turn := l.rate.Reserve()
		if err := sleep(ctx, turn.Delay()); err != nil {
			turn.Cancel()
			return err
		}
		if l.pause() <= 0 { // else an answer asked for a pause meanwhile
			return nil
		}
	}
}

func (l *Limiter) pause() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(l.until)
}

// onThrottled takes in a 429 to a call sent at the given time. Calls sent before the rate last fell
// belong to the same burst: they lower it no further.
func (l *Limiter) onThrottled(sent time.Time, after time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if until := now.Add(after); after > 0 && until.After(l.until) {
		l.until = until
	}
	if !sent.After(l.fell) {
		return
	}
	l.fell, l.rose = now, now
	current := float64(l.rate.Limit())
	if l.ceiling == 0 {
		// Unlimited until the server says otherwise; then its lowest documented rate is the ceiling.
		l.ceiling, current = defaultPerSecond, defaultPerSecond
	}
	l.lastThrottledRate = current
	l.rate.SetLimit(rate.Limit(max(current*fall, min(slowest, l.ceiling))))
}

// onSuccess takes in any other answer: the rate rises a step, at most once a second.
func (l *Limiter) onSuccess(sent time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	current := float64(l.rate.Limit())
	if l.ceiling == 0 || current >= l.ceiling || !sent.After(l.fell) || now.Sub(l.rose) < recoverEvery {
		return
	}
	l.rose = now
	step := l.lastThrottledRate*slowStep + l.ceiling*leastUp
	if current < l.lastThrottledRate*near {
		step = l.lastThrottledRate * fastStep
	}
	calm := now.Sub(l.fell).Seconds() / 10
	step *= 1 + calm*calm
	l.rate.SetLimit(rate.Limit(min(l.ceiling, current+step)))
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
