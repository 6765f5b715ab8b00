package clockify

import (
	"net/http"
	"time"
)

// limitTransport waits for its turn and tells the limiter how it went.
type limitTransport struct {
	next    http.RoundTripper
	limiter *Limiter
}

func (t *limitTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.limiter.Wait(req.Context()); err != nil {
		closeBody(req)
		return nil, &unsentError{err}
	}
	sent := time.Now()
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		t.limiter.onThrottled(sent, retryAfter(resp.Header, time.Now()))
	case resp.StatusCode < 500:
		t.limiter.onSuccess(sent)
	}
	return resp, nil
}
