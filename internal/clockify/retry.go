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

// do sends r, again where its kind allows it, until decode has read the answer.
func (c *Client) do(ctx context.Context, r request, decode decoder) error {
	path, err := r.path()
	if err != nil {
		return err
	}
	var body []byte
	if r.body != nil {
		if body, err = json.Marshal(r.body); err != nil {
			return fmt.Errorf("%s %s: %w", r.method, path, err)
		}
	}
	var last error
	doubt := false    // an earlier attempt may have been carried out
	throttled := true // no attempt met anything but 429
	wait := &waits{left: c.retries, exp: newExponential()}
	err = backoff.Retry(func() error {
		var err error
		if stop := ctx.Err(); stop != nil {
			err = &unsentError{stop}
		} else if err = c.attempt(ctx, r, path, body, decode); err == nil {
			return nil
		}
		again := repeatable(r.kind, err)
		if r.kind != read && ambiguous(err) {
			doubt = true
		} else if doubt && !again {
			// The first attempt may be why this one was refused: deleted, so no longer there.
			err = uncertain(err)
		}
		if r.kind == once && ambiguous(err) {
			err = uncertain(err)
		}
		wait.told = told(err)
		// A call that meets nothing but 429 was not carried out, and none that follows would be.
		throttled = throttled && IsStatus(err, http.StatusTooManyRequests)
		over := throttled && wait.left == 0
		if again && (c.budget.Left() == 0 || wait.told > maxPause || over) {
			err, again = fmt.Errorf("%w; the last answer was: %w", ErrBudget, err), false
		}
		last = err
		if !again || ctx.Err() != nil {
			return backoff.Permanent(err)
		}
		return err
	}, backoff.WithContext(wait, ctx))
	if err == nil {
		return nil
	}
	if last != nil && !errors.Is(err, last) { // ctx ended during a wait
		err = fmt.Errorf("%w; the last answer was: %w", err, last)
		if doubt {
			err = uncertain(err)
		}
	}
	var api *Error
	if errors.As(err, &api) {
		return err // names the call itself
	}
	return fmt.Errorf("%s %s: %w", r.method, path, err)
}

func uncertain(err error) error {
	if errors.Is(err, ErrUncertain) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUncertain, err)
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

// repeatable reports whether a call of this kind may be sent again after err. A 429 was not
// carried out, whatever the kind.
func repeatable(k kind, err error) bool {
	var u *unsentError
	switch {
	case errors.As(err, &u), errors.Is(err, ErrReadOnly), errors.Is(err, ErrBudget),
		errors.Is(err, ErrRedirect), errors.Is(err, ErrTooLarge), errors.Is(err, context.Canceled):
		return false
	case IsStatus(err, http.StatusTooManyRequests):
		return true
	case k == once:
		return unsent(err)
	}
	return ambiguous(err) || unsent(err)
}

func told(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// waits is a BackOff that does as the server said, else doubles with jitter.
type waits struct {
	left int
	told time.Duration
	exp  *backoff.ExponentialBackOff
}

func newExponential() *backoff.ExponentialBackOff {
	return backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(500*time.Millisecond), backoff.WithMultiplier(2),
		backoff.WithMaxInterval(30*time.Second), backoff.WithMaxElapsedTime(0))
}

func (w *waits) Reset() {}

func (w *waits) NextBackOff() time.Duration {
	if w.left <= 0 {
		return backoff.Stop
	}
	w.left--
	next := w.exp.NextBackOff()
	return max(next, w.told)
}
