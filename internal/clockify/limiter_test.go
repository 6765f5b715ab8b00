package clockify

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestLimiterSpacing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(10)
		start := time.Now()
		var wg sync.WaitGroup
		for range 101 {
			wg.Go(func() {
				if err := l.Wait(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := time.Since(start); got < 10*time.Second || got > 10*time.Second+10*time.Millisecond {
			t.Errorf("101 calls took %s, want 10s", got)
		}
	})
}

func TestLimiterFallsOncePerBurst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(10)
		sent := time.Now()
		time.Sleep(time.Second)
		for range 20 {
			l.onThrottled(sent, 0)
		}
		if got := l.Rate(); got != 7 {
			t.Errorf("rate %v after one burst, want 7", got)
		}
		time.Sleep(time.Second)
		l.onThrottled(time.Now(), 0)
		if got := l.Rate(); got >= 5 {
			t.Errorf("rate %v after a second burst", got)
		}
		for range 1000 {
			time.Sleep(time.Second)
			l.onThrottled(time.Now(), 0)
		}
		if got := l.Rate(); got != slowest {
			t.Errorf("rate %v, want never below %v", got, slowest)
		}
		for range 120 {
			time.Sleep(time.Second)
			l.onSuccess(time.Now())
		}
		if got := l.Rate(); got != 10 {
			t.Errorf("rate %v after two calm minutes, want 10", got)
		}
	})
}

func TestLimiterPausesEverybody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(10)
		start := time.Now()
		if err := l.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		done := make(chan time.Duration)
		go func() { // waits for its turn when the pause is asked for
			_ = l.Wait(t.Context())
			done <- time.Since(start)
		}()
		synctest.Wait()
		time.Sleep(time.Millisecond)
		l.onThrottled(time.Now(), 20*time.Second)
		if got := <-done; got < 20*time.Second || got > 21*time.Second {
			t.Errorf("sent after %s, want the pause of 20s kept", got)
		}
		l.onThrottled(time.Now(), 20*time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}

// allowance is a server that allows so many calls a second, with a burst as deep as a fifth.
type allowance struct {
	mu          sync.Mutex
	perSecond   float64
	tokens      float64
	at          time.Time
	calls, over int
}

func (a *allowance) RoundTrip(*http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	a.tokens = min(a.perSecond/5+1, a.tokens+now.Sub(a.at).Seconds()*a.perSecond)
	a.at = now
	a.calls++
	if a.tokens < 1 {
		a.over++
		return says(429, ``)()
	}
	a.tokens--
	return says(200, okUser)()
}

func TestLimiterSettles(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name             string
		ceiling, allowed float64
		share, over      float64 // at least, at most
	}{
		{"all of it", 50, 50, 0.95, 0.01},
		{"told too much", 50, 10, 0.90, 0.03},
		{"slow", 10, 10, 0.95, 0.01},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := &allowance{perSecond: tc.allowed, at: time.Now()}
				c := client(t, a, func(o *Options) { o.Limiter = NewLimiter(tc.ceiling); o.Retries = 10 })
				const duration = 5 * time.Minute
				ctx, cancel := context.WithTimeout(t.Context(), duration)
				defer cancel()
				var wg sync.WaitGroup
				for range 16 {
					wg.Go(func() {
						for ctx.Err() == nil {
							_ = readUser(ctx, c)
						}
					})
				}
				wg.Wait()
				share := float64(a.calls-a.over) / (tc.allowed * duration.Seconds())
				over := float64(a.over) / float64(a.calls)
				t.Logf("used %.3f of the allowed rate, %.4f answered 429", share, over)
				if share < tc.share || over > tc.over {
					t.Errorf("used %.3f of the allowed rate (want %.2f), %.4f answered 429 (want %.2f at most)", share, tc.share, over, tc.over)
				}
			})
		})
	}
}
