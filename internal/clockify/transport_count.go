package clockify

import (
	"net/http"
	"sync/atomic"
)

// countTransport takes every attempt from the budget and counts it.
type countTransport struct {
	next   http.RoundTripper
	budget *Budget
	calls  *atomic.Int64
}

func (t *countTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.budget.Take(); err != nil {
		closeBody(req)
		return nil, err
	}
	t.calls.Add(1)
	trace := traceOf(req.Context())
	if trace != nil {
		trace.sent(isRead(req))
	}
	resp, err := t.next.RoundTrip(req)
	if trace != nil && err == nil {
		trace.status.Store(int64(resp.StatusCode))
	}
	return resp, err
}
