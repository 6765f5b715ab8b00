package clockify

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// drainTimeout is how long a write in flight may still take when its caller has given up. A runner
// that is told to stop has 7.5 seconds before it is told again.
const drainTimeout = 5 * time.Second

// slowAfter is how long a server may be silent before whoever waits is told.
const slowAfter = 10 * time.Second

// detachedTransport gives an attempt its time, from the moment it is sent, and takes writes out of
// the caller's cancellation: cutting a write in flight stops nothing, it only loses the answer. A
// server that does not answer within drainTimeout of the cancellation is not waited for. Before that it waits for its
// place at the gate, which counts for none of this.
type detachedTransport struct {
	next    http.RoundTripper
	gate    *Gate
	timeout time.Duration
	onSlow  func(host string, waited time.Duration)
}

func (t *detachedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	leave, err := t.gate.enter(ctx, req.URL.Host)
	if err == nil {
		if err = ctx.Err(); err == nil && !isRead(req) {
			err = traceOf(ctx).mayWrite()
		}
		if err != nil {
			leave()
		}
	}
	if err != nil {
		closeBody(req)
		return nil, &unsentError{err}
	}
	caller := ctx
	if !isRead(req) {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cut := context.WithTimeout(ctx, t.timeout)
	stop := context.AfterFunc(caller, func() {
		if sleep(ctx, drainTimeout) == nil {
			cut()
		}
	})
	cancel := sync.OnceFunc(func() { stop(); cut(); leave() })
	answered := t.tellWhenSlow(ctx, req.URL.Host)
	resp, err := t.next.RoundTrip(req.WithContext(ctx))
	answered()
	if err != nil {
		silent := errors.Is(ctx.Err(), context.DeadlineExceeded) && caller.Err() == nil
		cancel()
		if silent {
			err = &NetworkError{Cause: NoAnswer, Host: req.URL.Host, Waited: t.timeout, Err: err}
		}
		return nil, err
	}
	resp.Body = &detachedBody{resp.Body, cancel}
	return resp, nil
}

// tellWhenSlow calls onSlow for as long as there is no answer. The returned func ends it.
func (t *detachedTransport) tellWhenSlow(ctx context.Context, host string) func() {
	if t.onSlow == nil {
		return func() {}
	}
	ctx, done := context.WithCancel(ctx)
	start := time.Now()
	go func() {
		for sleep(ctx, slowAfter) == nil {
			t.onSlow(host, time.Since(start).Round(time.Second))
		}
	}()
	return done
}

// detachedBody ends the attempt's time when its answer has been read.
type detachedBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b *detachedBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
