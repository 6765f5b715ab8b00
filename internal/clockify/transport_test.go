package clockify

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestReadOnly(t *testing.T) {
	t.Parallel()
	s := script(says(200, `{"id":"x","timeentries":[],"totals":[]}`))
	c := client(t, s, func(o *Options) { o.ReadOnly = true; o.Retries = -1 })
	n := 0
	for _, m := range methods {
		before := len(s.got)
		err := m.call(t.Context(), c)
		sent := len(s.got) > before
		if m.write == errors.Is(err, ErrReadOnly) && m.write != sent {
			n++
			continue
		}
		t.Errorf("%s: sent %v, error %v", m.name, sent, err)
	}
	if n != len(methods) {
		t.Errorf("%d of %d methods as they should be", n, len(methods))
	}
}

func TestReadOnlyRefusesLookalikes(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"/workspaces/w/users", "/workspaces/w/users/info/x", "/workspaces/w/users/u/info", "/users/info",
		"/workspaces/w/reports/summary", "/workspaces/w%2Fusers%2Finfo", "/workspaces/w/user-groups/reports%2Fdetailed",
	} {
		req := httptest.NewRequest(http.MethodPost, "https://x.example/api/v1"+path, nil)
		if isRead(req) {
			t.Errorf("POST %s counts as a read", path)
		}
		req.Method = http.MethodPut
		if isRead(req) {
			t.Errorf("PUT %s counts as a read", path)
		}
	}
	if !isRead(httptest.NewRequest(http.MethodPost, "https://x.example/api/v1/workspaces/w/users/info", nil)) {
		t.Error("POST users/info does not count as a read")
	}
}

func TestAuth(t *testing.T) {
	t.Parallel()
	for _, addon := range []bool{false, true} {
		s := script(says(200, okUser))
		if err := readUser(t.Context(), client(t, s, func(o *Options) { o.Addon = addon })); err != nil {
			t.Fatal(err)
		}
		key, token := s.got[0].Header.Get("X-Api-Key"), s.got[0].Header.Get("X-Addon-Token")
		if want := [2]string{"", testToken}; addon && [2]string{key, token} != want || !addon && [2]string{token, key} != want {
			t.Errorf("addon %v: X-Api-Key %q, X-Addon-Token %q", addon, key, token)
		}
	}
}

// TestRedirect uses real connections: the key must not reach the second server.
func TestRedirect(t *testing.T) {
	t.Parallel()
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/"+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	defer first.Close()
	c, err := New(Options{CoreURL: first.URL, ReportsURL: first.URL, Token: testToken})
	if err != nil {
		t.Fatal(err)
	}
	if err := readUser(t.Context(), c); !errors.Is(err, ErrRedirect) || reached {
		t.Errorf("reached %v, error %v", reached, err)
	}
	if err := createEntry(t.Context(), c); !errors.Is(err, ErrRedirect) || reached {
		t.Errorf("reached %v, error %v", reached, err)
	}
}

func TestNoTokenInErrorsOrLogs(t *testing.T) {
	t.Parallel()
	const email = "somebody@example.com"
	forms := []string{testToken, url.QueryEscape(testToken), base64.StdEncoding.EncodeToString([]byte(testToken)), email}
	echo := strings.Join(forms[:3], " ")
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var texts []string
	for _, answer := range (answers{
		says(400, `{"message":"bad key `+echo+`","code":501}`),
		says(200, `{"id":`+echo+`}`), says(200, `[{"id":"u","roles":"`+echo+`"}]`), says(302, ``, "Location", "https://x.example/?"+testToken),
		fails(fmt.Errorf("proxy says %s", echo)),
		fails(&url.Error{Op: "Get", URL: "https://x.example/?email=" + email, Err: errors.New(echo)}),
	}) {
		c := client(t, script(answer), func(o *Options) { o.Retries = -1; o.Logger = logger })
		_, err := Collect(c.Users(t.Context(), "w", UsersQuery{Email: email}))
		if err == nil {
			t.Fatal("no error")
		}
		texts = append(texts, err.Error(), fmt.Sprintf("%+v %#v", c, c))
	}
	texts = append(texts, log.String())
	for _, text := range texts {
		for _, form := range forms {
			if strings.Contains(text, form) {
				t.Errorf("%q holds %q", text, form)
			}
		}
	}
	if !strings.Contains(log.String(), "method=GET path=/api/v1/workspaces/w/users status=400") {
		t.Errorf("log:\n%s", &log)
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, body, want string
		code             int
	}{
		{"plain", `{"message":"Access Denied","code":501}`, "GET /user: 403 Forbidden (code 501): Access Denied", 501},
		{"2019", `{"description":"who","code":1000}`, "GET /user: 403 Forbidden (code 1000): who", 1000},
		{"code as a string", `{"message":"m","code":"4003"}`, "GET /user: 403 Forbidden (code 4003): m", 4003},
		{"empty", ``, "GET /user: 403 Forbidden", 0},
		{"null", `null`, "GET /user: 403 Forbidden", 0},
		{"controls", `{"message":"a\u001b[31m\n::error::b\u202ec"}`, "GET /user: 403 Forbidden: a [31m ::error::b c", 0},
		{"long", `{"message":"` + strings.Repeat("é", 5000) + `"}`, "GET /user: 403 Forbidden: " + strings.Repeat("é", 300) + "…", 0},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			err := readUser(t.Context(), client(t, script(says(403, tc.body))))
			if err == nil || err.Error() != tc.want {
				t.Errorf("error %v\nwant  %s", err, tc.want)
			}
			if !IsStatus(err, 404, 403) || IsStatus(err, 404) || !IsCode(err, 403, tc.code) || IsCode(err, 403, tc.code+1) {
				t.Errorf("status and code of %#v", err)
			}
		})
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		o    Options
		ok   bool
	}{
		{"defaults", Options{Token: testToken}, true},
		{"regional", Options{Token: testToken, CoreURL: "https://euc1.clockify.me/api/v1/", ReportsURL: "https://euc1.clockify.me/report/v1"}, true},
		{"loopback", Options{Token: testToken, CoreURL: "http://127.0.0.1:8080/api/v1", ReportsURL: "http://[::1]:1/"}, true},
		{"localhost", Options{Token: testToken, CoreURL: "http://localhost:8080"}, true},
		{"http", Options{Token: testToken, CoreURL: "http://api.clockify.me/api/v1"}, false},
		{"http, reports", Options{Token: testToken, ReportsURL: "http://reports.api.clockify.me/v1"}, false},
		{"http, looks like loopback", Options{Token: testToken, CoreURL: "http://127.0.0.1.example.com/"}, false},
		{"other scheme", Options{Token: testToken, CoreURL: "ftp://127.0.0.1/"}, false},
		{"user in it", Options{Token: testToken, CoreURL: "https://u:p@api.clockify.me/"}, false},
		{"query in it", Options{Token: testToken, CoreURL: "https://api.clockify.me/?a"}, false},
		{"no token", Options{}, false},
		{"line break in the token", Options{Token: testToken + "\n"}, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := New(tc.o)
			if (err == nil) != tc.ok {
				t.Errorf("error %v", err)
			}
			if err != nil && strings.Contains(err.Error(), testToken) {
				t.Errorf("error holds the token: %v", err)
			}
		})
	}
}

// TestGate: however many clients there are, no more calls are in flight than the gate lets through, and none fails for it.
func TestGate(t *testing.T) {
	t.Parallel()
	const perHost, clients = 16, 100
	var now, most atomic.Int64
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(2 * time.Millisecond)
		_, _ = io.WriteString(w, okUser)
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			n := now.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
		case http.StateClosed:
			now.Add(-1)
		}
	}
	srv.Start()
	defer srv.Close()
	base, gate := NewTransport(perHost), NewGate(perHost, perHost)
	defer base.CloseIdleConnections()
	var group sync.WaitGroup
	for range clients {
		c, err := New(Options{CoreURL: srv.URL, Token: testToken, Limiter: NewLimiter(0), Base: base, Gate: gate, Retries: -1})
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			group.Go(func() {
				if err := readUser(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
	if n := most.Load(); n > perHost {
		t.Errorf("%d connections at once, want at most %d", n, perHost)
	}
}
