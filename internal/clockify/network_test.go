package clockify

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestNetworkCauses: what a network puts in the way is told in words, by its cause, and a write that never left is not
// uncertain.
func TestNetworkCauses(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(untrusted.Close)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
	t.Cleanup(proxy.Close)
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("\n<!doctype html><title>Sign in</title>"))
	}))
	t.Cleanup(portal.Close)
	through := NewTransport(4)
	through.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }
	nobody := NewTransport(4)
	nobody.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(closed.URL) }
	cases := []struct {
		name  string
		url   string
		base  http.RoundTripper
		cause NetworkCause
		says  string
		sent  bool // a write may have arrived
	}{
		{"nobody listens", closed.URL, nil, NoConnection, "is the address right?", false},
		{"no such name", "https://nowhere.invalid/api", nil, NoConnection, "If the way out is a proxy, name it in HTTPS_PROXY", false},
		{"untrusted", untrusted.URL, nil, BadCertificate, "SSL_CERT_FILE", false},
		{"a proxy with a password", "https://127.0.0.1:1/api", through, BadProxy, "HTTPS_PROXY=http://user:password@host:port", false},
		{"a proxy with a password, without TLS", "http://127.0.0.1:1/api", through, BadProxy, "the proxy on the way to 127.0.0.1:1 wants a password", false},
		{"no proxy there", "https://127.0.0.1:1/api", nobody, BadProxy, "is not to be had: connection refused", false},
		{"a login page", portal.URL, nil, WebPage, "answered with a web page (\"Sign in\"); a login page or a filter of your network, perhaps", true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c, err := New(Options{CoreURL: tc.url, Token: testToken, Limiter: NewLimiter(0), Retries: -1, Base: tc.base})
			if err != nil {
				t.Fatal(err)
			}
			var network *NetworkError
			err = readUser(t.Context(), c)
			if !errors.As(err, &network) || network.Cause != tc.cause || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("error %v, want cause %d and %q", err, tc.cause, tc.says)
			}
			if err := createEntry(t.Context(), c); !errors.As(err, &network) || errors.Is(err, ErrUncertain) != tc.sent {
				t.Errorf("a write: error %v, want uncertain %v", err, tc.sent)
			}
		})
	}
}

// TestFilteredPage: a refusal that is a web page did not come from the API. A write that met it was refused all the same.
func TestFilteredPage(t *testing.T) {
	t.Parallel()
	page := says(403, "<html><title>Blocked</title>")
	var network *NetworkError
	err := readUser(t.Context(), client(t, script(page), func(o *Options) { o.Retries = -1 }))
	if !errors.As(err, &network) || network.Cause != WebPage || IsStatus(err, 403) {
		t.Errorf("a read: %v", err)
	}
	err = createEntry(t.Context(), client(t, script(page)))
	if !IsStatus(err, 403) || errors.Is(err, ErrUncertain) || !strings.HasSuffix(err.Error(), "a web page in place of Clockify's answer; a filter of your network, perhaps") {
		t.Errorf("a write: %v", err)
	}
}

// TestSilentServer: that a server does not answer is told while it is waited for, and then by its cause.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var told []time.Duration
		silent := &server{answer: func(_ int, req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		}}
		c := client(t, silent, func(o *Options) {
			o.Timeout, o.Retries = 35*time.Second, -1
			o.OnSlow = func(host string, waited time.Duration) {
				mu.Lock()
				defer mu.Unlock()
				if told = append(told, waited); host != "api.clockify.me" {
					t.Errorf("host %q", host)
				}
			}
		})
		err := readUser(t.Context(), c)
		var network *NetworkError
		if !errors.As(err, &network) || network.Cause != NoAnswer || !strings.Contains(err.Error(), "api.clockify.me did not answer within 35s") {
			t.Errorf("error %v", err)
		}
		mu.Lock()
		defer mu.Unlock()
		if len(told) != 3 || told[0] != 10*time.Second || told[2] != 30*time.Second {
			t.Errorf("told at %v, want after 10, 20 and 30 s", told)
		}
	})
}
