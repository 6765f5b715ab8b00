package clockify

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// TestCutConnections uses real connections, kept alive and then cut by the server after it has read
// the request: net/http itself must not send a write again either.
func TestCutConnections(t *testing.T) {
	t.Parallel()
	var posts, cuts atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, okUser)
			return
		}
		posts.Add(1)
		if cuts.Add(-1) < 0 {
			_, _ = io.WriteString(w, okEntry)
			return
		}
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}))
	defer srv.Close()
	c, err := New(Options{CoreURL: srv.URL, ReportsURL: srv.URL, Token: testToken, Limiter: NewLimiter(0)})
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(3) {
		if err := readUser(t.Context(), c); err != nil { // leaves a connection to reuse
			t.Fatal(err)
		}
		cuts.Store(1)
		if err := createEntry(t.Context(), c); !errors.Is(err, ErrUncertain) || posts.Load() != i+1 {
			t.Errorf("%d creates arrived, want %d; error %v", posts.Load(), i+1, err)
		}
	}
	posts.Store(0)
	cuts.Store(1)
	if err := updateEntry(t.Context(), c); err != nil || posts.Load() != 2 {
		t.Errorf("%d updates arrived, want 2; error %v", posts.Load(), err)
	}
}

// TestNobodyListens: a dial that fails proves that nothing was sent.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	c, err := New(Options{CoreURL: srv.URL, Token: testToken, Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	if err := createEntry(t.Context(), c); err == nil || errors.Is(err, ErrUncertain) {
		t.Errorf("error %v, want one that is not uncertain", err)
	}
}
