package clockify

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

type answers = []func() (*http.Response, error)

var (
	errDial = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	errRead = &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}
)

const (
	okUser  = `{"id":"u1"}`
	okEntry = `{"id":"e1","timeInterval":{"start":"2026-03-01T10:00:00Z","end":null}}`
)

func readUser(ctx context.Context, c *Client) error {
	_, err := c.CurrentUser(ctx)
	return err
}

func createEntry(ctx context.Context, c *Client) error {
	_, err := c.CreateTimeEntry(ctx, "w", "u", EntryBody{Start: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)})
	return err
}

func updateEntry(ctx context.Context, c *Client) error {
	_, err := c.UpdateTimeEntry(ctx, "w", "e", EntryBody{Start: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)})
	return err
}

func deleteEntry(ctx context.Context, c *Client) error { return c.DeleteTimeEntry(ctx, "w", "e") }

func grant(ctx context.Context, c *Client) error {
	return c.GrantRole(ctx, "w", "u", Role{Role: RoleTeamManager, EntityID: "v"})
}

func addMember(ctx context.Context, c *Client) error { return c.AddGroupMember(ctx, "w", "g", "u") }

func TestRetryByMeaning(t *testing.T) {
	t.Parallel()
	tooMany := says(429, ``)
	refused := says(400, `{"message":"doesn't belong","code":501}`)
	cases := []struct {
		name    string
		call    func(context.Context, *Client) error
		answers answers
		sent    int
		want    error // nil: success; errors.Is
		status  int   // of the *Error, 0: none
	}{
		{"read: 500 then well", readUser, answers{says(500, ``), says(200, okUser)}, 2, nil, 0},
		{"read: 503 to the end", readUser, answers{says(503, ``)}, 4, errAny, 503},
		{"read: connection reset", readUser, answers{fails(errRead), says(200, okUser)}, 2, nil, 0},
		{"read: cut in the middle", readUser, answers{cut(200, `{"id":"u`), says(200, okUser)}, 2, nil, 0},
		{"read: whole JSON, then cut", readUser, answers{cut(200, okUser), says(200, okUser)}, 2, nil, 0},
		{"read: empty 200", readUser, answers{says(200, ` `), says(200, okUser)}, 2, nil, 0},
		{"read: HTML", readUser, answers{says(200, `<html>`), says(200, okUser)}, 2, nil, 0},
		{"read: trailing text", readUser, answers{says(200, okUser+`{}`), says(200, okUser)}, 2, nil, 0},
		{"read: null", readUser, answers{says(200, `null`), says(200, okUser)}, 2, nil, 0},
		{"read: no id", readUser, answers{says(200, `{"id":null}`), says(200, okUser)}, 2, nil, 0},
		{"read: empty 200 to the end", readUser, answers{says(200, ``)}, 4, errBody, 0},
		{"read: 429", readUser, answers{tooMany, tooMany, says(200, okUser)}, 3, nil, 0},
		{"read: 400 is final", readUser, answers{refused}, 1, errAny, 400},
		{"read: redirect is final", readUser, answers{says(302, ``, "Location", "https://elsewhere.example/")}, 1, ErrRedirect, 0},

		{"create: 429 did not happen", createEntry, answers{tooMany, says(201, okEntry)}, 2, nil, 0},
		{"create: never sent", createEntry, answers{fails(errDial), says(201, okEntry)}, 2, nil, 0},
		{"create: 500", createEntry, answers{says(500, ``), says(201, okEntry)}, 1, ErrUncertain, 500},
		{"create: lost answer", createEntry, answers{fails(errRead), says(201, okEntry)}, 1, ErrUncertain, 0},
		{"create: lost answer, EOF", createEntry, answers{fails(io.EOF), says(201, okEntry)}, 1, ErrUncertain, 0},
		{"create: cut answer", createEntry, answers{cut(201, `{"id":`), says(201, okEntry)}, 1, ErrUncertain, 0},
		{"create: empty answer", createEntry, answers{says(201, ``), says(201, okEntry)}, 1, ErrUncertain, 0},
		{"create: refused", createEntry, answers{refused}, 1, errAny, 400},
		{"create: redirect was not carried out", createEntry, answers{says(307, ``)}, 1, ErrRedirect, 0},
		{"grant: 502", grant, answers{says(502, ``), says(201, `[]`)}, 1, ErrUncertain, 502},
		{"grant: empty 201", grant, answers{says(201, ``), says(201, `[]`)}, 1, ErrUncertain, 0},

		{"update: 500", updateEntry, answers{says(500, ``), says(200, okEntry)}, 2, nil, 0},
		{"update: lost answer", updateEntry, answers{fails(errRead), says(200, okEntry)}, 2, nil, 0},
		{"update: 500 to the end", updateEntry, answers{says(500, ``)}, 4, ErrUncertain, 500},
		{"update: every answer lost", updateEntry, answers{fails(errRead)}, 4, ErrUncertain, 0},
		{"update: never sent", updateEntry, answers{fails(errDial)}, 4, errAny, 0},
		{"add a member: lost answer", addMember, answers{fails(errRead), says(200, `{"id":"g"}`)}, 2, nil, 0},
		{"delete: no body", deleteEntry, answers{says(204, ``)}, 1, nil, 0},
		{"delete: HTML", deleteEntry, answers{says(200, `<html>`), says(204, ``)}, 2, nil, 0},
		{"delete: lost, then gone", deleteEntry, answers{fails(errRead), refused}, 2, ErrUncertain, 400},
		{"delete: gone before", deleteEntry, answers{refused}, 1, errAny, 400},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := script(tc.answers...)
				c := client(t, s)
				err := tc.call(t.Context(), c)
				switch {
				case tc.want == nil && err != nil:
					t.Errorf("error %v", err)
				case tc.want != nil && err == nil:
					t.Error("no error")
				case tc.want != nil && tc.want != errAny && !errors.Is(err, tc.want):
					t.Errorf("error %v, want %v", err, tc.want)
				case tc.want != ErrUncertain && errors.Is(err, ErrUncertain):
					t.Errorf("error %v is uncertain", err)
				}
				if tc.status != 0 && !IsStatus(err, tc.status) {
					t.Errorf("error %v, want status %d", err, tc.status)
				}
				if len(s.got) != tc.sent || c.Calls() != tc.sent {
					t.Errorf("sent %d, counted %d, want %d", len(s.got), c.Calls(), tc.sent)
				}
			})
		})
	}
}

var errAny = errors.New("any error")

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name     string
		header   func(now time.Time) []string
		min, max time.Duration
	}{
		{"seconds", func(time.Time) []string { return []string{"Retry-After", "7"} }, 7 * time.Second, 7 * time.Second},
		{"date", func(now time.Time) []string {
			return []string{"Retry-After", now.Add(9 * time.Second).UTC().Format(http.TimeFormat)}
		}, 9 * time.Second, 9 * time.Second},
		{"date by the server's clock", func(now time.Time) []string {
			now = now.Add(-time.Hour).UTC()
			return []string{"Date", now.Format(http.TimeFormat), "Retry-After", now.Add(4 * time.Second).Format(http.TimeFormat)}
		}, 4 * time.Second, 4 * time.Second},
		{"none", func(time.Time) []string { return nil }, 250 * time.Millisecond, 750 * time.Millisecond},
		{"nonsense", func(time.Time) []string { return []string{"Retry-After", "soon"} }, 250 * time.Millisecond, 750 * time.Millisecond},
		{"negative", func(time.Time) []string { return []string{"Retry-After", "-5"} }, 250 * time.Millisecond, 750 * time.Millisecond},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				c := client(t, script(says(429, ``, tc.header(start)...), says(200, okUser)))
				if err := readUser(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				if got := time.Since(start); got < tc.min || got > tc.max {
					t.Errorf("waited %s, want %s to %s", got, tc.min, tc.max)
				}
			})
		})
	}
}

func TestRetryAfterTooLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := script(says(429, ``, "Retry-After", "3600"))
		c := client(t, s, func(o *Options) { o.Limiter = NewLimiter(10) })
		start := time.Now()
		err := readUser(t.Context(), c)
		if !errors.Is(err, ErrThrottled) || !IsStatus(err, 429) {
			t.Errorf("error %v, want no more calls and the 429", err)
		}
		if err := readUser(t.Context(), c); !errors.Is(err, ErrThrottled) {
			t.Errorf("next call: %v, want %v", err, ErrThrottled)
		}
		if len(s.got) != 1 || time.Since(start) > time.Second {
			t.Errorf("sent %d in %s, want 1 at once", len(s.got), time.Since(start))
		}
	})
}

func TestTimeoutOfAWriteIsUncertain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{answer: func(_ int, req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		}}
		err := createEntry(t.Context(), client(t, s))
		if !errors.Is(err, ErrUncertain) || !errors.Is(err, context.DeadlineExceeded) || len(s.got) != 1 {
			t.Errorf("sent %d, error %v", len(s.got), err)
		}
	})
}

func TestCancel(t *testing.T) {
	t.Parallel()
	slow := func(body string) *server {
		return &server{answer: func(_ int, req *http.Request) (*http.Response, error) {
			select {
			case <-req.Context().Done():
				return nil, req.Context().Err()
			case <-time.After(4 * time.Second):
				return says(200, body)()
			}
		}}
	}
	t.Run("a write that hangs is given up", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			start := time.Now()
			hangs := &server{answer: func(_ int, req *http.Request) (*http.Response, error) {
				<-req.Context().Done()
				return nil, req.Context().Err()
			}}
			err := createEntry(ctx, client(t, hangs))
			if took := time.Since(start); !errors.Is(err, ErrUncertain) || !errors.Is(err, context.Canceled) || took != 6*time.Second {
				t.Errorf("after %s: error %v", took, err)
			}
		})
	})
	t.Run("a write in flight ends", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			c := client(t, slow(okEntry))
			if err := createEntry(ctx, c); err != nil {
				t.Errorf("error %v", err)
			}
			if err := createEntry(ctx, c); !errors.Is(err, context.Canceled) || errors.Is(err, ErrUncertain) || c.Calls() != 1 {
				t.Errorf("calls %d, error %v: no new call may start", c.Calls(), err)
			}
		})
	})
	t.Run("a read stops", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			start := time.Now()
			if err := readUser(ctx, client(t, slow(okUser))); !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
				t.Errorf("after %s: error %v", time.Since(start), err)
			}
		})
	})
	t.Run("a wait stops, and keeps the answer", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := readUser(ctx, client(t, script(says(429, ``, "Retry-After", "60"))))
			if !errors.Is(err, context.DeadlineExceeded) || !IsStatus(err, 429) {
				t.Errorf("error %v", err)
			}
		})
	})
}

func TestBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(4)
		b.Reserve(1)
		s := script(says(500, ``))
		c := client(t, s, func(o *Options) { o.Budget = b })
		start := time.Now()
		err := readUser(t.Context(), c)
		if !errors.Is(err, ErrBudget) || !IsStatus(err, 500) || b.Used() != 3 || b.Left() != 0 {
			t.Errorf("used %d, left %d, error %v", b.Used(), b.Left(), err)
		}
		if err := readUser(t.Context(), c); !errors.Is(err, ErrBudget) {
			t.Errorf("error %v, want %v", err, ErrBudget)
		}
		b.Release()
		if b.Left() != 1 {
			t.Errorf("left %d after release, want 1", b.Left())
		}
		if err := createEntry(t.Context(), c); !errors.Is(err, ErrUncertain) {
			t.Errorf("error %v", err)
		}
		if len(s.got) != 4 || c.Calls() != 4 {
			t.Errorf("sent %d, counted %d, want 4", len(s.got), c.Calls())
		}
		if time.Since(start) > 5*time.Second {
			t.Errorf("took %s: nothing to wait for", time.Since(start))
		}
	})
}

// TestBudgetParts: the whole bounds all its parts together, and a part that was capped bounds itself alone.
func TestBudgetParts(t *testing.T) {
	t.Parallel()
	whole := NewBudget(5)
	a, b := whole.Part(), whole.Part()
	a.Cap(2)
	take := func(b *Budget, n int) (taken int) {
		for range n {
			if b.Take() == nil {
				taken++
			}
		}
		return taken
	}
	if got := take(a, 4); got != 2 || whole.Used() != 2 || a.Left() != 0 || b.Left() != 3 {
		t.Errorf("%d taken of the part, %d of the whole, %d and %d left", got, whole.Used(), a.Left(), b.Left())
	}
	if got := take(b, 4); got != 3 || b.Left() != 0 || b.Used() != 3 {
		t.Errorf("%d taken of the other part, %d left", got, b.Left())
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	big := func() (*http.Response, error) {
		r := io.MultiReader(strings.NewReader(`{"id":"`), io.LimitReader(letters{}, maxAnswer))
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(r)}, nil
	}
	s := script(big)
	if err := readUser(t.Context(), client(t, s)); !errors.Is(err, ErrTooLarge) || len(s.got) != 1 {
		t.Errorf("sent %d, error %v", len(s.got), err)
	}
}

type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestTrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := client(t, script(says(503, ``), says(200, okUser), says(503, ``), says(200, okEntry), says(200, okUser)))
		ctx, trace := WithTrace(t.Context(), nil)
		if err := readUser(ctx, c); err != nil || trace.Status() != 200 {
			t.Fatal(trace.Status(), err)
		}
		if err := updateEntry(ctx, c); err != nil || trace.Status() != 200 {
			t.Fatal(trace.Status(), err)
		}
		if err := readUser(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if trace.Reads() != 2 || trace.Writes() != 2 || c.Calls() != 5 {
			t.Errorf("%d reads and %d writes under the context and %d calls in all, want 2, 2 and 5", trace.Reads(), trace.Writes(), c.Calls())
		}
	})
}

func TestThrottledToTheLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := client(t, script(says(429, ``)))
		if err := createEntry(t.Context(), c); !errors.Is(err, ErrThrottled) || !IsStatus(err, 429) || errors.Is(err, ErrUncertain) || c.Calls() != 4 {
			t.Errorf("%d calls, error %v: want to stop after four", c.Calls(), err)
		}
	})
}
