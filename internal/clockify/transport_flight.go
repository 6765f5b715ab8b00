package clockify

import (
	"context"
	"io"
	"net/http"
	"time"
)

// flightTransport gives an attempt its time, from the moment it is sent, and takes writes out of
// the caller's cancellation: cutting a write in flight stops nothing, it only loses the answer.
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
	if !isRead(req) {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
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
