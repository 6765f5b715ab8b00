package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a small workspace with ids by name.
type world struct {
	State
	ws, owner, admin, member, other, stranger string
	group, field, entryField                  string
	client, project, task, tag                string
	entry                                     string
}

func newWorld() *world {
	w := &world{}
	w.owner = w.AddUser("owner@example.com", "Olga Owner")
	w.admin = w.AddUser("admin@example.com", "Adam Admin")
	w.member = w.AddUser("member@example.com", "Mia Member")
	w.other = w.AddUser("other@example.com", "Otto Other")
	w.stranger = w.AddUser("stranger@example.com", "Sven Stranger")
	for _, u := range []string{"owner", "admin", "member", "stranger"} {
		user, _ := w.User(u + "@example.com")
		w.AddKey("key-"+u, user.ID)
	}
	sp := w.AddWorkspace("Home")
	w.ws = sp.ID
	sp.AddOwner(w.owner)
	sp.AddAdmin(w.admin)
	sp.AddMember(w.member)
	sp.AddMember(w.other)
	w.group = sp.AddGroup("Readers", w.member)
	w.field = sp.AddUserField("Company", "TXT")
	w.entryField = sp.AddEntryField("Source entry", "TXT")
	w.client = sp.AddClient("Uber Special")
	w.project = sp.AddProject(w.client, "Other")
	w.task = sp.AddTask(w.project, "Work")
	w.tag = sp.AddTag("urgent")
	w.entry = sp.AddEntry(w.member, w.project, "reading", time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), time.Hour).ID
	w.AddUser("far@example.com", "Far Away")
	return w
}

func (w *world) space() *Workspace { return w.Workspace(w.ws) }

// rig is a served sandbox.
type rig struct {
	t   testing.TB
	srv *Server
	url string
	key string
}

func serve(t testing.TB, opts Options) *rig {
	t.Helper()
	srv := New(opts)
	ts := httptest.NewServer(srv)
	t.Cleanup(ts.Close)
	return &rig{t: t, srv: srv, url: ts.URL, key: "key-admin"}
}

func (r *rig) as(key string) *rig { n := *r; n.key = key; return &n }

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

func (r *rig) try(method, path, body string) answer {
	r.t.Helper()
	req, err := http.NewRequest(method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if r.key != "" {
		req.Header.Set("X-Api-Key", r.key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, data, err}
}

// do is try that must get the status; it decodes the answer.
func (r *rig) do(want int, method, path, body string) any {
	r.t.Helper()
	a := r.try(method, path, body)
	if a.err != nil {
		r.t.Fatalf("%s %s: %v", method, path, a.err)
	}
	if a.status != want {
		r.t.Fatalf("%s %s = %d, want %d: %s", method, path, a.status, want, a.body)
	}
	if len(bytes.TrimSpace(a.body)) == 0 {
		return nil
	}
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		r.t.Fatalf("%s %s: %v in %s", method, path, err, a.body)
	}
	return v
}

// at walks into decoded JSON by keys and indexes.
func at(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

// column is one key of every row.
func column(v any, key string) []string {
	out := []string{}
	rows, _ := v.([]any)
	for _, row := range rows {
		s, _ := at(row, key).(string)
		out = append(out, s)
	}
	return out
}

// shared finds a file of the facts beside the checkout. It is absent elsewhere, and then the test is left out, but not in
// the project's own checks.
func shared(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the package")
		}
		dir = up
	}
	path := filepath.Join(filepath.Dir(dir), "shared", name)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CLOCKIFY_SYNC_CI") == "1" {
			t.Fatalf("%s is needed here: %v", name, err)
		}
		t.Skipf("%s is not beside the checkout", name)
	}
	return path
}

// with sends one header more.
func (r *rig) with(name, value, method, path string) answer {
	r.t.Helper()
	req, err := http.NewRequest(method, r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	if r.key != "" {
		req.Header.Set("X-Api-Key", r.key)
	}
	req.Header.Set(name, value)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, data, err}
}

func decode(t testing.TB, data []byte) any {
	t.Helper()
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return v
}
