package github

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v4"
	gh "github.com/google/go-github/v75/github"
)

const (
	maxTries = 4
	// maxWait is how long one call waits in all: a comment is not worth more of a run's time.
	maxWait  = 90 * time.Second
	maxPages = 100
)

// attempt makes a call, and makes it again after a rate limit, which means that it was not done. Where doing it twice is
// as good as once (repeat), it does so after 5xx and a broken connection too. Its errors are *Error, or the context's.
func attempt[T any](ctx context.Context, c *Client, repeat bool, call func() (T, *gh.Response, error)) (T, *gh.Response, error) {
	var resp *gh.Response
	waits := &waits{}
	got, err := backoff.RetryWithData(func() (T, error) {
		got, r, err := call()
		resp = r
		if err == nil {
			return got, nil
		}
		e := c.asError(r, err)
		if waits.asked = e.retryAfter; ctx.Err() == nil && (e.limited || repeat && e.unclear()) {
			return got, e
		}
		return got, backoff.Permanent(e)
	}, backoff.WithContext(waits, ctx))
	return got, resp, err
}

// waits is a backoff.BackOff that waits at least as long as GitHub asked for.
type waits struct {
	asked  time.Duration
	tries  int
	waited time.Duration
}

func (w *waits) NextBackOff() time.Duration {
	wait := max(w.asked, time.Second<<w.tries)
	w.tries++
	w.waited += wait
	if w.tries == maxTries || w.waited > maxWait {
		return backoff.Stop
	}
	return wait
}

func (w *waits) Reset() { *w = waits{} }

// list yields the items of all pages. An error ends it: a list without one is whole.
func list[T any](ctx context.Context, c *Client, page func(gh.ListOptions) ([]T, *gh.Response, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		o := gh.ListOptions{PerPage: 100}
		for range maxPages {
			items, resp, err := attempt(ctx, c, true, func() ([]T, *gh.Response, error) { return page(o) })
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if err == nil && resp.NextPage == 0 {
				return
			}
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			o.Page = resp.NextPage
		}
		var none T
		yield(none, fmt.Errorf("there are more than %d pages", maxPages))
	}
}

// retryAfter reads how long a rate limit lasts: Retry-After in seconds, else the reset of a limit used up, else a minute,
// as GitHub asks for secondary limits (docs/github.md#rate-limits).
func retryAfter(h http.Header, now time.Time) time.Duration {
	if s, err := strconv.Atoi(h.Get("Retry-After")); err == nil && s >= 0 {
		return min(time.Duration(s), 3600*24) * time.Second
	}
	if h.Get("X-RateLimit-Remaining") == "0" {
		if reset, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil {
			return max(time.Unix(reset, 0).Sub(now), time.Second)
		}
	}
	return time.Minute
}
