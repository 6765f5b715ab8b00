package clockify

import (
	"context"
	"net/http"
	"sync/atomic"
)

type countKey struct{}

// CountCalls returns a context under which calls are counted, retries included, and the count so far.
func CountCalls(ctx context.Context) (context.Context, func() int) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, countKey{}, n), func() int { return int(n.Load()) }
}

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
	if n, ok := req.Context().Value(countKey{}).(*atomic.Int64); ok {
		n.Add(1)
	}
	return t.next.RoundTrip(req)
}
