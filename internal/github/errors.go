package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Error is an answer of GitHub that is not success, or none (Status 0).
type Error struct {
	Method, Path string
	Status       int
	Message      string // GitHub's own words or the connection's, never the token

	limited    bool // a rate limit refused it: it was not done
	retryAfter time.Duration
	cause      error
}

func (e *Error) Error() string {
	if e.Status == 0 {
		return fmt.Sprintf("%s %s: %s", e.Method, e.Path, e.Message)
	}
	return fmt.Sprintf("%s %s: %d %s", e.Method, e.Path, e.Status, orElse(e.Message, http.StatusText(e.Status)))
}

// Unwrap leads to a cancelled context or a broken connection.
func (e *Error) Unwrap() error { return e.cause }

// unclear reports whether the call may have been done all the same.
func (e *Error) unclear() bool {
	return e.Status == 0 && !errors.Is(e.cause, errRedirect) || e.Status >= 500
}

func (e *Error) broken(err error, token string) *Error {
	// url.Error repeats method and address.
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	e.cause, e.Message = err, clean(err.Error(), token)
	return e
}

func (e *Error) answered(h http.Header, body []byte, token string) *Error {
	var answer struct {
		Message string `json:"message"`
	}
	// The rest of a body may repeat what was sent; without a message there is the status.
	if json.Unmarshal(body, &answer) == nil {
		e.Message = clean(answer.Message, token)
	}
	if e.Status == http.StatusTooManyRequests || e.Status == http.StatusForbidden &&
		(h.Get("Retry-After") != "" || h.Get("X-RateLimit-Remaining") == "0" || strings.Contains(strings.ToLower(e.Message), "rate limit")) {
		e.limited, e.retryAfter = true, retryAfter(h, time.Now())
	} else if e.Status >= 500 && h.Get("Retry-After") != "" {
		e.retryAfter = retryAfter(h, time.Now())
	}
	return e
}

func clean(text, token string) string {
	return cut(printable(strings.ReplaceAll(text, token, "***")), 300)
}

// Reason says in a word why a comment could not be posted.
type Reason string

// The reasons. With every one of them the run goes on and the text belongs in
// the summary (github-actions.md section 2).
const (
	ReadOnly    Reason = "read-only"   // 401, 403: the token may not write
	NotFound    Reason = "not-found"   // 404
	Locked      Reason = "locked"      // 403 or 410: the conversation is locked, or issues are off
	TooLong     Reason = "too-long"    // 422, or found too long before sending
	Invalid     Reason = "invalid"     // 422 otherwise
	Limited     Reason = "limited"     // a rate limit that lasts too long
	Unavailable Reason = "unavailable" // 5xx, no connection, or an answer that makes no sense
)

// CommentError is a comment or issue that could not be posted.
type CommentError struct {
	Reason Reason
	Err    error
}

func (e *CommentError) Error() string {
	words := "GitHub is not available"
	switch e.Reason {
	case ReadOnly:
		words = "the GitHub token may not write here (it needs pull-requests: write, or issues: write for issues)"
	case NotFound:
		words = "it is not there, or the GitHub token may not see it"
	case Locked:
		words = "the conversation is locked"
	case TooLong:
		words = "the text is too long for GitHub"
	case Invalid:
		words = "GitHub refused the text"
	case Limited:
		words = "GitHub's rate limit is used up"
	}
	return words + ": " + e.Err.Error()
}

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
