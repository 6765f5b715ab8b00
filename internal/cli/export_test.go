package cli

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// handled sends calls straight to a handler.
type handled struct{ http.Handler }

func (h handled) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

// desk is somebody's machine: a folder and an in-memory Clockify.
type desk struct {
	Process
	server   *sandbox.Server
	out, err bytes.Buffer
	env      map[string]string
}

// newDesk sits down before a Clockify with a state, as the user of its first key, in its first workspace.
func newDesk(dir string, state sandbox.State) *desk {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	d := &desk{server: sandbox.New(sandbox.Options{State: state, Now: func() time.Time { return now }})}
	d.env = map[string]string{
		"CLOCKIFY_API_KEY": state.Keys[0].Key, "CLOCKIFY_WORKSPACE_ID": state.Workspaces[0].ID,
		"CLOCKIFY_API_URL": "http://127.0.0.1/api/v1", "CLOCKIFY_REPORTS_URL": "http://127.0.0.1/report/v1",
	}
	d.Process = Process{
		Stdin: strings.NewReader(""), Stdout: &d.out, Stderr: &d.err, Dir: dir, HTTP: handled{d.server},
		LookupEnv: func(name string) (string, bool) { v, ok := d.env[name]; return v, ok },
		Now:       func() time.Time { return now },
		Sleep:     func(context.Context, time.Duration) error { return nil },
	}
	return d
}

// run runs a command and returns its exit code and all it printed. It does so in a bubble, in which the client's pauses
// between calls take no time.
func (d *desk) run(t *testing.T, args ...string) (code int, text string) {
	d.out.Reset()
	d.err.Reset()
	p := d.Process
	p.Args = args
	synctest.Test(t, func(*testing.T) { code = Main(context.Background(), p) })
	return code, d.out.String() + d.err.String()
}

// fragments are names and values that files like to get wrong.
var fragments = []string{
	"Anna", "Bo Ek", "Sales", "sales", "Other functions", "Spain", "a,b", `say "hi"`, "=1+1", "-5", "@x", "+46", "two\nlines", "cr\r\nlf",
	" edge ", "*", "a?b", "[x]", `back\slash`, "x/y", "é 北京", "yes", "null", "12", "# no", "a: b", "{x}", "- dash", "Anna (p0@example.com)", "\u00a0nbsp",
	"NTID email", "Country (Label)", "Country", "<<", "!tag", "&a", "'", "p1@example.com", "\U0001f600", "a\tb",
}

// drawState draws a workspace of a few people with everything that may be odd about them.
func drawState(t *rapid.T) sandbox.State {
	text := rapid.SampledFrom(fragments)
	chance := func(n int, what string) bool { return rapid.IntRange(1, 100).Draw(t, what) <= n }
	var s sandbox.State
	w := s.AddWorkspace("Acme\n<x>")
	w.ListOmitsFieldValues = chance(20, "omits")
	if chance(20, "plan") {
		w.WithoutFeatures = []string{"SCHEDULING"}
	}
	type field struct {
		id, kind string
	}
	var all []field
	kinds := []string{"TXT", "NUMBER", "CHECKBOX", "LINK", "DROPDOWN_SINGLE", "DROPDOWN_MULTIPLE"}
	for range rapid.IntRange(0, 4).Draw(t, "fields") {
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		id := w.AddUserField(text.Draw(t, "field"), kind, "Anna", "Spain", "a,b")
		if chance(15, "dormant") {
			w.CustomFields[len(w.CustomFields)-1].Status = "INACTIVE"
		}
		all = append(all, field{id, kind})
	}
	value := func(kind string) any {
		switch kind {
		case "NUMBER":
			return rapid.SampledFrom([]any{0.5, 12.0, -3.25, 1e21}).Draw(t, "number")
		case "CHECKBOX":
			return chance(50, "checked")
		case "DROPDOWN_SINGLE":
			return rapid.SampledFrom([]string{"Anna", "Spain", "a,b", "gone"}).Draw(t, "one")
		case "DROPDOWN_MULTIPLE":
			return rapid.SampledFrom([]any{[]any{"Spain", "Anna"}, []any{"a,b"}, []any{"gone"}}).Draw(t, "many")
		}
		return text.Draw(t, "value")
	}
	emails := []string{"p0@example.com", "p1@example.com", "o'brien+x@example.com", "p3@example.com", "a,b@example.com", "p5@example.com", "p6@example.com", "p7@example.com"}
	var ids []string
	for i := range rapid.IntRange(1, len(emails)).Draw(t, "people") {
		name := ""
		if chance(85, "named") {
			name = strings.TrimSpace(text.Draw(t, "name"))
		}
		ids = append(ids, s.AddUser(emails[i], name))
		m := w.AddMember(ids[i])
		m.Owner = i == 0
		if i > 0 {
			m.Status = rapid.SampledFrom([]string{"", "", "", "", "INACTIVE", "PENDING", "DECLINED"}).Draw(t, "status")
		}
		m.WorkCapacity = rapid.SampledFrom([]string{"", "PT8H", "PT7H30M", "PT7H1M", "PT0S", "PT24H", "PT450M", "PT33H36M", "PT34H", "PT17M"}).Draw(t, "capacity")
		m.FieldValues = map[string]any{}
		for _, f := range all {
			if chance(60, "filled") {
				m.FieldValues[f.id] = value(f.kind)
			}
		}
	}
	some := func(n int, what string) (list []string) {
		for _, id := range ids {
			if chance(n, what) {
				list = append(list, id)
			}
		}
		return list
	}
	// Half of the workspaces are as the tool keeps them, more or less.
	orderly := chance(50, "orderly")
	reports := map[string][]string{}
	for i, id := range ids {
		if chance(75, "managed") {
			manager := ids[rapid.IntRange(0, len(ids)-1).Draw(t, "manager")]
			if manager != id || chance(10, "self") {
				w.AddManager(manager, id)
				reports[manager] = append(reports[manager], id)
			}
		}
		if chance(8, "second") && i > 0 {
			w.AddManager(ids[0], id)
		}
		if chance(4, "ghost") {
			w.AddGhost(id)
		}
	}
	names := map[string]bool{}
	group := func(name string, members, managers []string) {
		if name == "" || names[name] {
			return
		}
		names[name] = true
		id := w.AddGroup(name, members...)
		for _, m := range managers {
			w.AddGroupManager(m, id)
		}
	}
	if orderly {
		for i, id := range ids {
			if len(reports[id]) > 0 && chance(90, "own group") {
				name := s.Users[i].Name
				if name == "" {
					name = s.Users[i].Email
				}
				group(name, reports[id], []string{id})
			}
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "groups") {
		group(text.Draw(t, "group"), some(40, "in"), some(20, "runs"))
	}
	if chance(20, "fallback") && len(reports[ids[0]]) > 0 {
		group("Other functions", reports[ids[0]], ids[:1])
	}
	s.AddKey("key", ids[0])
	return s
}

// TestExportThenPlan holds export to its promise for any workspace: what it writes is valid, and the next plan is empty.
func TestExportThenPlan(t *testing.T) {
	root := t.TempDir()
	written, n := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		dir, err := os.MkdirTemp(root, "")
		if err != nil {
			r.Fatal(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		d := newDesk(dir, drawState(r))
		code, text := d.run(t, "export")
		if code != ExitDone {
			if strings.Contains(text, "nobody in the workspace") {
				return
			}
			r.Fatalf("export: %s", text)
		}
		written++
		if code, said := d.run(t, "plan", "--exit-code"); code != ExitDone {
			csv, _ := os.ReadFile(filepath.Join(dir, "users.csv"))
			yaml, _ := os.ReadFile(filepath.Join(dir, "clockify-sync.yaml"))
			r.Fatalf("plan after export ended with %d:\n%s\n%s\n%s\n%s", code, text, said, csv, yaml)
		}
		if d.server.WriteCount() > 0 {
			r.Fatal("something was written to Clockify")
		}
	})
	t.Logf("%d of %d workspaces were written as files", written, n)
	if written*2 < n {
		t.Errorf("only %d of %d workspaces were written: the test draws too many that cannot be", written, n)
	}
}
