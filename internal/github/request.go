package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// request is one call, repeated when that is safe.
type request struct {
	method, url string
	body, into  any
	repeat      bool // doing it twice is as good as once
}

const (
	// maxResponse holds a page of 100 comments, each at most 256 KiB (github-actions.md section 2).
	maxResponse = 32 << 20
	maxTries    = 4
	// maxWait is how long one call waits in all: a comment is not worth more of a run's time.
	maxWait  = 90 * time.Second
	maxPages = 100
)

// send makes the call. It tries again after 5xx, a broken connection (if the
// request may be repeated) and a rate limit (always: it was not done).
func (c *Client) send(ctx context.Context, r request) (http.Header, error) {
	waited := time.Duration(0)
	for try := 1; ; try++ {
		header, err := c.once(ctx, r)
		if err == nil {
			return header, nil
		}
		e, ok := errors.AsType[*Error](err)
		if !ok || ctx.Err() != nil || try == maxTries || !e.limited && !(r.repeat && e.unclear()) {
			return nil, err
		}
		wait := max(e.retryAfter, time.Second<<(try-1))
		if waited += wait; waited > maxWait {
			return nil, err
		}
		if sleep(ctx, wait) != nil {
			return nil, err
		}
	}
}

func (c *Client) once(ctx context.Context, r request) (http.Header, error) {
	var body io.Reader
	if r.body != nil {
		raw, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("encode the request: %w", err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, body)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Accept", "application/vnd.github+json")
	req.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	req.Header.Set("User-Agent", "clockify-sync")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	fail := &Error{Method: r.method, Path: req.URL.Path}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fail.broken(err, c.token)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse+1))
	if err != nil {
		return nil, fail.broken(err, c.token)
	}
	fail.Status = resp.StatusCode
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, fail.answered(resp.Header, raw, c.token)
	}
	if len(raw) > maxResponse {
		fail.Message = "the answer is larger than 32 MiB"
		return nil, fail
	}
	if r.into != nil {
		if err := json.Unmarshal(raw, r.into); err != nil {
			fail.Message = "the answer is not the JSON that was expected"
			return nil, fail
		}
	}
	return resp.Header, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// pages yields the items of a list, following Link to the last page. An error
// ends it: a list without one is whole.
func pages[T any](ctx context.Context, c *Client, path string, query url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		q := url.Values{"per_page": {"100"}}
		for k, v := range query {
			q[k] = v
		}
		next := c.api.String() + path + "?" + q.Encode()
		for range maxPages {
			var items []T
			header, err := c.send(ctx, request{method: http.MethodGet, url: next, into: &items, repeat: true})
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if next, err = c.nextPage(header); err != nil {
				yield(none, err)
				return
			}
			if next == "" {
				return
			}
		}
		yield(none, fmt.Errorf("%s has more than %d pages", path, maxPages))
	}
}

var nextLink = regexp.MustCompile(`<([^<>]*)>\s*;[^,<]*\brel="?next"?`)

func (c *Client) nextPage(h http.Header) (string, error) {
	m := nextLink.FindStringSubmatch(strings.Join(h.Values("Link"), ", "))
	if m == nil {
		return "", nil
	}
	u, err := url.Parse(m[1])
	if err != nil || u.Scheme != c.api.Scheme || u.Host != c.api.Host || u.User != nil {
		return "", errors.New("the link to the next page leads to another host")
	}
	return u.String(), nil
}

// retryAfter reads how long a rate limit lasts: Retry-After in seconds, else the
// reset of a limit used up, else a minute, as GitHub asks for secondary limits.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if s, err := strconv.Atoi(h.Get("Retry-After")); err == nil && s >= 0 {
		return min(time.Duration(s), 3600*24) * time.Second
	}
	if h.Get("X-RateLimit-Remaining") == "0" {
		if reset, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil {
			return max(time.Unix(reset, 0).Sub(now), time.Second)
		}
	}
	return time.Minute
}
