package github

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"
)

// maxResponse holds a page of 100 comments, each at most 256 KiB (docs/github.md#comments).
const maxResponse = 32 << 20

// callTimeout bounds one attempt of one call.
const callTimeout = 15 * time.Second

var (
	errRedirect = errors.New("refused a redirect to another host or method")
	errTooLarge = errors.New("the answer is larger than 32 MiB")
)

// transport gives the token to GitHub's hosts alone, and hands on an answer when it has the whole of it.
type transport struct {
	next  http.RoundTripper
	token string
	hosts [2]string
}

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !slices.Contains(t.hosts[:], r.URL.Host) {
		return nil, errRedirect
	}
	ctx, done := context.WithTimeout(r.Context(), callTimeout)
	defer done()
	r = r.Clone(ctx)
	r.Header.Set("Authorization", "Bearer "+t.token)
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxResponse {
		return nil, errTooLarge
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// sameHost follows a renamed repository, and nothing that could carry the token elsewhere or turn a write into a read.
func sameHost(req *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > 3 || req.URL.Host != first.URL.Host || req.URL.Scheme != first.URL.Scheme || req.Method != first.Method {
		return errRedirect
	}
	return nil
}
