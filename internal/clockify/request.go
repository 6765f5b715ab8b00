package clockify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	maxAnswer    = 64 << 20 // the largest list seen is far below: 5,000 rows of a few kB
	maxErrorBody = 64 << 10
	wireLayout   = "2006-01-02T15:04:05Z"
)

// retryPolicy says what may be done with a call that went wrong.
type retryPolicy int

const (
	read       retryPolicy = iota // repeat
	idempotent                    // a write that may be repeated: doing it twice is doing it once
	once                          // a write that may not: it is repeated only if it certainly did not happen
)

// request is one call, in words of the API: path segments below the base URL, unescaped.
type request struct {
	policy  retryPolicy
	method  string
	reports bool // on the reports host
	segs    []string
	query   url.Values
	body    any
	large   bool // a page so large that smaller ones can be asked for instead
}

func get(segs ...string) request { return request{method: http.MethodGet, segs: segs} }

func write(p retryPolicy, method string, body any, segs ...string) request {
	return request{policy: p, method: method, body: body, segs: segs}
}

// path is the escaped path below the base URL. An empty id would make it another route's, and a
// dot segment somebody else's, so both are errors.
func (r request) path() (string, error) {
	var b strings.Builder
	for _, s := range r.segs {
		if s == "" || s == "." || s == ".." {
			return "", fmt.Errorf("%s %s: bad id %q in the path", r.method, strings.Join(r.segs, "/"), s)
		}
		b.WriteString("/" + url.PathEscape(s))
	}
	return b.String(), nil
}

// decoder reads the body of a 2xx answer; its error counts as an unreadable answer. nil is for calls
// that answer with nothing.
type decoder func(h http.Header, body []byte) error

// attempt sends r once and reads the whole answer.
func (c *Client) attempt(ctx context.Context, r request, path string, body []byte, decode decoder) error {
	base := c.core
	if r.reports {
		base = c.reports
	}
	target := base + path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, reader)
	if err != nil {
		return &unsentError{errors.New("build the request")}
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.agent)

	resp, err := c.http.Do(req)
	if err != nil {
		return c.clean(explainNetwork(req.URL.Host, withoutURL(err)))
	}
	defer resp.Body.Close()
	limit := int64(maxAnswer)
	if resp.StatusCode >= 300 {
		limit = maxErrorBody
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return c.clean(redirected(req.URL.Host, resp))
	case resp.StatusCode == http.StatusProxyAuthRequired:
		return &unsentError{&NetworkError{Cause: BadProxy, Host: req.URL.Host, Err: refusal(false, resp)}}
	case wantsTLS(resp.StatusCode, data):
		return &unsentError{&NetworkError{Cause: BadCertificate, Host: req.URL.Host, Err: &seen{"it wants TLS. Write https in its address", errBody}}}
	case resp.StatusCode >= 400 && resp.StatusCode < 500 && resp.StatusCode != http.StatusTooManyRequests && r.policy == read && isWebPage(resp.Header, data):
		return c.clean(webPage(req.URL.Host, resp.StatusCode, data))
	case resp.StatusCode >= 400:
		return c.newError(r.method, path, resp, data)
	case resp.StatusCode < 200:
		return fmt.Errorf("%w: status %d", errBody, resp.StatusCode)
	case decode == nil && (len(bytes.TrimSpace(data)) == 0 || json.Valid(data)):
		return nil
	case err != nil:
		return c.clean(brokenOff(req.URL.Host, err))
	case int64(len(data)) > limit:
		return ErrTooLarge
	case isWebPage(resp.Header, data):
		return c.clean(webPage(req.URL.Host, resp.StatusCode, data))
	case len(bytes.TrimSpace(data)) == 0:
		return notAnAPI(req.URL.Host, errors.New("it is empty"))
	case decode == nil:
		return notAnAPI(req.URL.Host, errors.New("it is not JSON"))
	}
	if err := decode(resp.Header, data); err != nil {
		return c.clean(notAnAPI(req.URL.Host, err))
	}
	return nil
}

// anyJSON is for answers that are documented to have a body of which nothing is used.
func anyJSON(_ http.Header, body []byte) error {
	if !json.Valid(body) {
		return errors.New("not JSON")
	}
	return nil
}

// withoutURL takes off the *url.Error, whose text holds the query.
func withoutURL(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return err
}

// clean sanitizes the text of an error, which may quote the server.
func (c *Client) clean(err error) error {
	if text := c.sanitize(err.Error()); text != err.Error() {
		return &cleanError{text, err}
	}
	return err
}

type cleanError struct {
	text string
	err  error
}

func (e *cleanError) Error() string { return e.text }
func (e *cleanError) Unwrap() error { return e.err }

// unsentError is an error from before a request was sent.
type unsentError struct{ err error }

func (e *unsentError) Error() string { return e.err.Error() }
func (e *unsentError) Unwrap() error { return e.err }

// unsent reports whether err proves that no server saw the request.
func unsent(err error) bool {
	var u *unsentError
	var n *NetworkError
	return errors.As(err, &u) || errors.Is(err, ErrReadOnly) || errors.Is(err, ErrBudget) ||
		errors.As(err, &n) && n.Cause == NoConnection
}

// identified is an object with an identity.
type identified interface{ rowID() string }

// one sends r and reads one object, which must have its id.
func one[T identified](ctx context.Context, c *Client, r request) (T, error) {
	var got T
	err := c.do(ctx, r, func(_ http.Header, body []byte) error {
		var fresh T
		if err := json.Unmarshal(body, &fresh); err != nil {
			return err
		}
		if fresh.rowID() == "" {
			return errors.New("object without id")
		}
		got = fresh
		return nil
	})
	return got, err
}

// whole reads a list that the API does not page (docs/clockify-api.md#lists-without-pages).
func whole[T identified](ctx context.Context, c *Client, r request) ([]T, error) {
	var got []T
	err := c.do(ctx, r, func(_ http.Header, body []byte) (err error) {
		got, err = rows[T](body)
		return err
	})
	return got, err
}

// rows reads a JSON array of objects that each have an id. null is no list.
func rows[T identified](body []byte) ([]T, error) {
	var got []T
	if err := json.Unmarshal(body, &got); err != nil {
		return nil, err
	}
	if got == nil {
		return nil, errors.New("null where a list belongs")
	}
	for i, r := range got {
		if r.rowID() == "" {
			return nil, fmt.Errorf("row %d without id", i)
		}
	}
	return got, nil
}

// wireTime is t as the API reads it: UTC, whole seconds (docs/clockify-api.md#format).
func wireTime(t time.Time) string { return t.UTC().Format(wireLayout) }

// object reads a JSON object into a pointer's pointer; null is none.
func object[T any](body []byte, into **T) error {
	if err := json.Unmarshal(body, into); err != nil {
		return err
	}
	if *into == nil {
		return errors.New("null where an object belongs")
	}
	return nil
}
