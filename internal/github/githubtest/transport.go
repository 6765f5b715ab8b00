package githubtest

import (
	"errors"
	"net/http"
	"net/http/httptest"
)

// Transport reaches g without a network, in the caller's own goroutine: for
// tests under testing/synctest.
func (g *GitHub) Transport() http.RoundTripper { return transport{g} }

type transport struct{ h http.Handler }

func (t transport) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	defer func() {
		if v := recover(); v == http.ErrAbortHandler {
			resp, err = nil, errors.New("connection reset")
		} else if v != nil {
			panic(v)
		}
	}()
	in := r.Clone(r.Context())
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	if in.Host == "" {
		in.Host = in.URL.Host
	}
	t.h.ServeHTTP(w, in)
	resp = w.Result()
	resp.Request = r
	return resp, nil
}
