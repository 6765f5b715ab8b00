package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	gh "github.com/google/go-github/v75/github"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Error is an answer of GitHub that is not success, or none (Status 0).
type Error struct {
	Status  int
	Message string // GitHub's own words or the connection's, never the token

	limited    bool // a rate limit refused it: it was not done
	retryAfter time.Duration
	cause      error
}

func (e *Error) Error() string {
	if e.Status == 0 {
		return e.Message
	}
	return fmt.Sprintf("%d %s", e.Status, cmp.Or(e.Message, http.StatusText(e.Status)))
}

// Unwrap leads to a cancelled context or a broken connection.
func (e *Error) Unwrap() error { return e.cause }

// unclear reports whether the call may have been done all the same.
func (e *Error) unclear() bool {
	return e.Status == 0 && !errors.Is(e.cause, errRedirect) && !errors.Is(e.cause, errTooLarge) || e.Status >= 500
}

// asError types an error of go-github.
func (c *Client) asError(resp *gh.Response, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if u, ok := errors.AsType[*url.Error](err); ok || resp == nil || resp.Response == nil {
		if ok {
			err = u.Err // url.Error repeats method and address
		}
		return &Error{Message: c.clean(err.Error()), cause: err}
	}
	e := &Error{Status: resp.StatusCode}
	if resp.StatusCode <= 299 {
		e.Message = "the answer is not the JSON that was expected"
		return e
	}
	// The rest of a body may repeat what was sent; without a message there is the status.
	e.Message = c.clean(message(err))
	switch limited := strings.Contains(strings.ToLower(e.Message), "rate limit"); {
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusForbidden &&
		(limited || resp.Header.Get("Retry-After") != "" || resp.Header.Get("X-RateLimit-Remaining") == "0"):
		e.limited, e.retryAfter = true, retryAfter(resp.Header, time.Now())
	case e.Status >= 500 && resp.Header.Get("Retry-After") != "":
		e.retryAfter = retryAfter(resp.Header, time.Now())
	}
	return e
}

// message is what GitHub said, as go-github kept it.
func message(err error) string {
	if e, ok := errors.AsType[*gh.ErrorResponse](err); ok {
		return e.Message
	}
	if e, ok := errors.AsType[*gh.RateLimitError](err); ok {
		return e.Message
	}
	if e, ok := errors.AsType[*gh.AbuseRateLimitError](err); ok {
		return e.Message
	}
	return ""
}

// clean makes a line of GitHub's words that holds no token.
func (c *Client) clean(s string) string {
	return text.Clip(text.Sanitize(text.NewScrubber(c.token).Scrub(s)), 300)
}

// isStatus reports whether GitHub answered with the status.
func isStatus(err error, status int) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == status
}

// Reason says why a comment could not be posted.
type Reason string

// The reasons. With every one of them the run goes on and the text belongs in
// the summary (docs/github.md#comments).
const (
	ReadOnly    Reason = "the GitHub token may not write here (it needs pull-requests: write, or issues: write for issues)"
	NotFound    Reason = "it is not there, or the GitHub token may not see it"
	Locked      Reason = "the conversation is locked"
	TooLong     Reason = "the text is too long for GitHub"
	Invalid     Reason = "GitHub refused the text"
	Limited     Reason = "GitHub's rate limit is used up"
	Unavailable Reason = "GitHub is not available"
)

// CommentError is a comment or issue that could not be posted.
type CommentError struct {
	Reason Reason
	Err    error
}

func (e *CommentError) Error() string { return string(e.Reason) + ": " + e.Err.Error() }

func (e *CommentError) Unwrap() error { return e.Err }

// commentError types an error of posting; a cancelled run stays one.
func commentError(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if _, ok := errors.AsType[*CommentError](err); ok {
		return err
	}
	return &CommentError{Reason: reason(err), Err: err}
}

func reason(err error) Reason {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return Unavailable
	}
	message := strings.ToLower(e.Message)
	switch {
	case e.limited:
		return Limited
	case e.Status == http.StatusGone, e.Status == http.StatusForbidden && strings.Contains(message, "locked"):
		return Locked
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusForbidden:
		return ReadOnly
	case e.Status == http.StatusNotFound:
		return NotFound
	case e.Status == http.StatusUnprocessableEntity && strings.Contains(message, "too long"):
		return TooLong
	case e.Status == http.StatusUnprocessableEntity:
		return Invalid
	}
	return Unavailable
}
