package sandbox

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestTransport holds the transport without a network against a real socket: whatever befalls a call looks the same.
func TestTransport(t *testing.T) {
	t.Parallel()
	for _, kind := range append(Kinds(), "") {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			type seen struct {
				status  int
				failed  bool // before the answer
				body    string
				cutBody bool
			}
			look := func(client *http.Client, base string) (got seen) {
				w := newWorld()
				req, _ := http.NewRequest(http.MethodPost, base+w.fill("/v1/workspaces/{ws}/user-groups"), strings.NewReader(`{"name":"New"}`))
				req.Header.Set("X-Api-Key", w.State.Keys[0].Key)
				req.Header.Set("Content-Type", "application/json")
				resp, err := client.Do(req)
				if err != nil {
					return seen{failed: true}
				}
				defer resp.Body.Close()
				body, err := io.ReadAll(resp.Body)
				return seen{resp.StatusCode, false, string(body), err != nil}
			}
			o := Options{Faults: Faults{Kinds: []string{kind}, Slow: "1ms", Timeout: "1ms"}}
			if kind == "" {
				o.Faults = Faults{}
			}
			o.State = newWorld().State
			s := httptest.NewServer(New(o))
			defer s.Close()
			want := look(s.Client(), s.URL)
			got := look(&http.Client{Transport: New(o).Transport()}, "http://anywhere.test")
			if got != want {
				t.Errorf("%+v, over a socket %+v", got, want)
			}
		})
	}
}

// TestTransportHangsUp gives up a call that hangs: the caller is let go at once.
func TestTransportHangsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		client := &http.Client{Transport: New(Options{State: w.State, Latency: time.Hour}).Transport()}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://anywhere.test/api/v1/user", nil)
		start := time.Now()
		if _, err := client.Do(req); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}
