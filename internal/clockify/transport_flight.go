package clockify

import (
	"context"
	"io"
	"net/http"
	"time"
)

// grace is how long a write in flight may still take when its caller has given up. A runner
// that is told to stop has 7.5 seconds before it is told again (github-actions.md section 5).
const grace = 5 * time.Second

// flightTransport gives an attempt its time, from the moment it is sent, and takes writes out of
// the caller's cancellation: cutting a write in flight stops nothing, it only loses the answer. A
// server that does not answer within grace of the cancellation is not waited for.
type flightTransport struct {
	next    http.RoundTripper
	timeout time.Duration
}

func (t *flightTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		closeBody(req)
		return nil, &unsentError{err}
	}
	caller := ctx
	if !isRead(req) {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cut := context.WithTimeout(ctx, t.timeout)
	stop := context.AfterFunc(caller, func() {
		if sleep(ctx, grace) == nil {
			cut()
		}
	})
	cancel := func() { stop(); cut() }
	resp, err := t.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		cancel()
		return nil, err
	}
	resp.Body = &flightBody{resp.Body, cancel}
	return resp, nil
}

// flightBody ends the attempt's time when its answer has been read.
type flightBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b *flightBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
