package clockify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// largeTries is how often a large page is asked for that goes wrong, before smaller ones are.
const largeTries = 2

// do sends r, again where its policy allows it, until decode has read the answer.
func (c *Client) do(ctx context.Context, r request, decode decoder) error {
	path, err := r.path()
	if err != nil {
		return err
	}
	s := &sending{c: c, r: r, path: path, decode: decode, throttled: true, wait: newBackOff(c.retries)}
	if r.body != nil {
		if s.body, err = json.Marshal(r.body); err != nil {
			return fmt.Errorf("%s %s: %w", r.method, path, err)
		}
	}
	if err = backoff.Retry(func() error { return s.try(ctx) }, backoff.WithContext(s.wait, ctx)); err == nil {
		return nil
	}
	if s.last != nil && !errors.Is(err, s.last) { // ctx ended during a wait
		err = fmt.Errorf("%w; the last answer was: %w", err, s.last)
	}
	if s.uncertain {
		err = fmt.Errorf("%w: %w", ErrUncertain, err)
	}
	var api *Error
	if errors.As(err, &api) {
		return err // names the call itself
	}
	return fmt.Errorf("%s %s: %w", r.method, path, err)
}

// sending is one request on its way through its attempts.
type sending struct {
	c      *Client
	r      request
	path   string
	body   []byte
	decode decoder
	wait   *backOff

	tries     int
	last      error
	uncertain bool // a write that an attempt may have carried out
	throttled bool // no attempt met anything but 429
}

// try sends the request once. Its error is permanent unless the policy allows a further attempt.
func (s *sending) try(ctx context.Context) error {
	s.tries++
	err := ctx.Err()
	if err != nil {
		err = &unsentError{err}
	} else if err = s.c.attempt(ctx, s.r, s.path, s.body, s.decode); err == nil {
		return nil
	}
	tooMany := IsStatus(err, http.StatusTooManyRequests)
	s.uncertain = s.uncertain || s.r.policy != read && ambiguous(err)
	s.throttled = s.throttled && tooMany
	s.wait.least = asked(err)
	again := repeatable(s.r.policy, err)
	switch {
	case !again:
	case s.c.budget.Left() == 0:
		err, again = fmt.Errorf("%w; the last answer was: %w", ErrBudget, err), false
	case s.wait.least > maxPause, s.throttled && s.wait.left == 0:
		// A call that meets nothing but 429 was not carried out, and none that follows would be.
		err, again = fmt.Errorf("%w; the last answer was: %w", ErrThrottled, err), false
	case s.r.large && !tooMany && s.tries == largeTries:
		again = false
	}
	s.last = err
	if !again || ctx.Err() != nil {
		return backoff.Permanent(err)
	}
	return err
}

// ambiguous reports whether a request that ended in err may have been carried out.
func ambiguous(err error) bool {
	if unsent(err) || errors.Is(err, ErrRedirect) {
		return false
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Status >= 500 || e.Status == http.StatusRequestTimeout
	}
	return true
}

// repeatable reports whether a call of this policy may be sent again after err. A 429 was not
// carried out, whatever the policy.
func repeatable(p retryPolicy, err error) bool {
	var u *unsentError
	switch {
	case errors.As(err, &u), errors.Is(err, ErrReadOnly), errors.Is(err, ErrBudget),
		errors.Is(err, ErrRedirect), errors.Is(err, ErrTooLarge), errors.Is(err, context.Canceled):
		return false
	case IsStatus(err, http.StatusTooManyRequests):
		return true
	case p == once:
		return unsent(err)
	}
	return ambiguous(err) || unsent(err)
}

// asked is the pause that the server asked for.
func asked(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// backOff waits as long as the server said, else ever longer with jitter.
type backOff struct {
	left  int // further attempts
	least time.Duration
	exp   *backoff.ExponentialBackOff
}

func newBackOff(retries int) *backOff {
	return &backOff{left: retries, exp: backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(500*time.Millisecond), backoff.WithMultiplier(2),
		backoff.WithMaxInterval(30*time.Second), backoff.WithMaxElapsedTime(0))}
}

func (b *backOff) Reset() {}

func (b *backOff) NextBackOff() time.Duration {
	if b.left <= 0 {
		return backoff.Stop
	}
	b.left--
	return max(b.exp.NextBackOff(), b.least)
}
