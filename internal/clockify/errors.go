package clockify

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

var (
	// ErrReadOnly: a read-only client was asked to write. Nothing was sent.
	ErrReadOnly = errors.New("this client may only read")
	// ErrBudget: the call budget is used up. The call was not sent.
	ErrBudget = errors.New("the call budget is used up")
	// ErrThrottled: the server refuses calls for longer than is worth waiting for.
	ErrThrottled = errors.New("the server refuses further calls for now")
	// ErrIncomplete: a list could not be proved complete.
	ErrIncomplete = errors.New("the list is not proved complete")
	// ErrUncertain: a write was sent and whether it took effect is not known. Read before repeating it.
	ErrUncertain = errors.New("the outcome of the write is not known")
	// ErrRedirect: the server pointed elsewhere. It was not followed, for the key would go along.
	ErrRedirect = errors.New("redirect refused")
	// ErrTooLarge: an answer was larger than any real one.
	ErrTooLarge = errors.New("answer too large")

	// errBody: a 2xx answer whose body is missing, cut or not what was asked for.
	errBody = errors.New("unreadable answer")
)

// Exhausted reports whether err says that no further call is worth trying in this run.
func Exhausted(err error) bool { return errors.Is(err, ErrBudget) || errors.Is(err, ErrThrottled) }

const maxMessage = 300

// Error is an answer with a status of 4xx or 5xx. Message is in the language of the key's owner
// (docs/clockify-api.md#errors): decide by Status and Code, show Message to people.
type Error struct {
	Method, Path string
	Status       int
	Code         int // the API's own code; 0 where the body has none
	Message      string
	RetryAfter   time.Duration // as asked by the server; 0 where it did not ask
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %d", e.Method, e.Path, e.Status)
	if text := http.StatusText(e.Status); text != "" {
		b.WriteString(" " + text)
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, " (code %d)", e.Code)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	return b.String()
}

// IsStatus reports whether err holds an answer with one of these statuses.
func IsStatus(err error, status ...int) bool {
	var e *Error
	return errors.As(err, &e) && slices.Contains(status, e.Status)
}

// IsCode reports whether err holds an answer with this status and API code.
func IsCode(err error, status, code int) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == status && e.Code == code
}

// newError reads the body of a failed answer: {"message","code"}, in 2019 {"description","code"},
// sometimes empty, sometimes a gateway's HTML.
func (c *Client) newError(method, path string, resp *http.Response, body []byte) *Error {
	e := &Error{Method: method, Path: path, Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header, time.Now())}
	var wire struct {
		Message     any `json:"message"`
		Description any `json:"description"`
		Code        any `json:"code"`
	}
	if json.Unmarshal(body, &wire) != nil {
		if isWebPage(resp.Header, body) && resp.StatusCode < 500 { // of a gateway nothing but its status is of use
			e.Message = "a web page in place of Clockify's answer; a filter of your network, perhaps"
		}
		return e
	}
	switch code := wire.Code.(type) {
	case float64:
		e.Code = int(code)
	case string:
		e.Code, _ = strconv.Atoi(code)
	}
	message, _ := wire.Message.(string)
	if message == "" {
		message, _ = wire.Description.(string)
	}
	e.Message = c.sanitize(message)
	return e
}

// sanitize strips keys and control characters and clips to 300 characters.
func (c *Client) sanitize(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, c.scrub(strings.ToValidUTF8(s, "?")))
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > maxMessage {
		s = string(r[:maxMessage]) + "…"
	}
	return s
}

// retryAfter reads the Retry-After header: seconds or a date. A date is measured against the
// server's own clock where it tells it.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if n, err := strconv.ParseInt(v, 10, 32); err == nil {
		return max(0, time.Duration(n)*time.Second)
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(0, at.Sub(now))
}
