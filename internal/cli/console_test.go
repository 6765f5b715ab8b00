package cli

import (
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestColours are drawn where somebody watches a terminal that can show them. A variable that is empty says nothing.
func TestColours(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, true},
		{map[string]string{"NO_COLOR": ""}, true},
		{map[string]string{"NO_COLOR": "0"}, false},
		{map[string]string{"TERM": "dumb"}, false},
		{map[string]string{"TERM": "xterm"}, true},
		{map[string]string{"CI": "true"}, false},
		{map[string]string{"CI": "false"}, true},
		{map[string]string{"CI": "0"}, true},
		{map[string]string{"CI": ""}, true},
	} {
		d := newDesk(t.TempDir(), twoWorkspaces())
		d.Terminal, d.ErrTerminal, d.Asks = true, true, true
		d.write(t, "users.csv", twoPeople)
		for name, value := range tc.env {
			d.env[name] = value
		}
		code, text := d.run(t, "plan")
		if colours := strings.Contains(text, "\x1b["); code != ExitDone || colours != tc.want {
			t.Errorf("%v: exit code %d, colours %v, want %v", tc.env, code, colours, tc.want)
		}
		c := &console{Process: d.Process}
		if live := c.newProgress(&plan.Plan{}).live; live != tc.want {
			t.Errorf("%v: a bar that is drawn over %v, want %v", tc.env, live, tc.want)
		}
		if _, ci := tc.env["CI"]; c.asking() != (!ci || tc.want) {
			t.Errorf("%v: asking %v", tc.env, c.asking())
		}
	}
}

// TestFlagsWin gives a switch on the command line and its contrary in the environment.
func TestFlagsWin(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		env  string
		args []string
		want int
	}{
		{"", nil, ExitDone},
		{"true", nil, ExitPending},
		{"true", []string{"--exit-code=false"}, ExitDone},
		{"false", []string{"--exit-code"}, ExitPending},
	} {
		d := newDesk(t.TempDir(), twoWorkspaces())
		d.write(t, "users.csv", twoPeople)
		d.env["CLOCKIFY_SYNC_EXIT_CODE"] = tc.env
		if code, text := d.run(t, append([]string{"plan"}, tc.args...)...); code != tc.want {
			t.Errorf("%q and %v: exit code %d, want %d\n%s", tc.env, tc.args, code, tc.want, text)
		}
	}
}

// TestWholePage applies more than a comment can hold: the plan.md of the audit folder holds all of it.
func TestWholePage(t *testing.T) {
	t.Parallel()
	state, content := company(1500)
	d := newDesk(t.TempDir(), state)
	for name, text := range content {
		d.write(t, name, text)
	}
	if code, text := d.run(t, "apply"); code != ExitDone {
		t.Fatalf("exit code %d\n%s", code, clipped(text))
	}
	dir, err := filepath.Rel(d.Dir, lastRun(d.Dir))
	if err != nil {
		t.Fatal(err)
	}
	page := d.read(t, filepath.Join(dir, "plan.md"))
	if cut := regexp.MustCompile(`and [\d,]+ more`).FindString(page); len(page) < 70_000 || cut != "" {
		t.Errorf("plan.md has %d bytes: %q", len(page), cut)
	}
}

// TestProgressOfReading reads slowly, and from a server that is silent for a while: both are told of.
func TestProgressOfReading(t *testing.T) {
	t.Parallel()
	for _, live := range []bool{true, false} {
		bubble(t, func(t *testing.T) {
			state, content := company(20)
			b := newBed(t, sandbox.Options{State: state, Latency: 4 * time.Second}, content)
			var out, errs paper
			p := b.at(&out, &errs, "plan")
			p.ErrTerminal = live
			if code := Main(t.Context(), p); code != ExitDone {
				t.Fatalf("exit code %d\n%s", code, &errs.text)
			}
			shown := errs.text.String()
			if drawn := strings.Contains(shown, "\rReading     2 calls  8 s\x1b[K"); drawn != live {
				t.Errorf("drawn %v, want %v: %q", drawn, live, shown)
			}
			if told := strings.Contains(shown, "Reading     5 calls  10 s\n"); told == live {
				t.Errorf("told %v: %q", told, shown)
			}
			b.server.SetFaults(sandbox.Faults{})
			p = b.at(&out, &errs, "plan")
			p.HTTP = silent{b.http, 25 * time.Second}
			if code := Main(t.Context(), p); code != ExitDone {
				t.Fatalf("exit code %d\n%s", code, &errs.text)
			}
			if n := strings.Count(errs.text.String(), "waiting for clockify.test for 20 s\n"); n == 0 || n > 3 {
				t.Errorf("the silent server is told of %d times: %q", n, &errs.text)
			}
		})
	}
}

// silent answers late.
type silent struct {
	next http.RoundTripper
	wait time.Duration
}

func (s silent) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(s.wait)
	return s.next.RoundTrip(r)
}

// TestVerbose tells of each call, and never of a key or a body.
func TestVerbose(t *testing.T) {
	t.Parallel()
	d := newDesk(t.TempDir(), twoWorkspaces())
	d.write(t, "users.csv", twoPeople)
	code, text := d.run(t, "apply", "--verbose", "--yes")
	if code != ExitDone {
		t.Fatalf("exit code %d\n%s", code, text)
	}
	for _, want := range []string{`(?m)^GET /api/v1/user → 200, 0 ms$`, `(?m)^PATCH /api/v1/workspaces/[0-9a-f]+/member-profile/[0-9a-f]+ → 200, 0 ms$`} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, guidedKey) || strings.Contains(text, "workCapacity") {
		t.Errorf("too much is told:\n%s", text)
	}
	if _, text := d.run(t, "plan"); strings.Contains(text, "GET /") {
		t.Error("told unasked")
	}
	d.env["CLOCKIFY_SYNC_VERBOSE"] = "true"
	if _, text := d.run(t, "plan"); !strings.Contains(text, "GET /") {
		t.Error("the variable does nothing")
	}
	d.Terminal = true
	if _, text := d.run(t, "plan", "--no-color"); strings.Contains(text, "\x1b[") {
		t.Error("colours with --no-color")
	}
}

// TestOutOverInput: the plan is never written over a file that the run reads.
func TestOutOverInput(t *testing.T) {
	t.Parallel()
	for _, out := range []string{"users.csv", "./users.csv", "clockify-sync.yaml"} {
		d := newDesk(t.TempDir(), twoWorkspaces())
		d.write(t, "users.csv", twoPeople)
		d.write(t, "clockify-sync.yaml", "absent: keep\n")
		for _, command := range []string{"plan", "apply"} {
			if code, text := d.run(t, command, "--out", out); code != ExitFailed || !strings.Contains(text, "the run reads this file") {
				t.Errorf("%s --out %s: exit code %d\n%s", command, out, code, text)
			}
		}
		if got := d.read(t, "users.csv"); got != twoPeople {
			t.Errorf("--out %s: users.csv is now\n%s", out, clipped(got))
		}
	}
}

// TestAuditOfFolder: audit looks into the folder that the flag names.
func TestAuditOfFolder(t *testing.T) {
	t.Parallel()
	d := newDesk(t.TempDir(), twoWorkspaces())
	d.write(t, "users.csv", twoPeople)
	if code, text := d.run(t, "apply", "--yes", "--audit-dir", "elsewhere"); code != ExitDone {
		t.Fatalf("exit code %d\n%s", code, text)
	}
	if _, text := d.run(t, "audit", "--audit-dir", "elsewhere"); !strings.Contains(text, "-apply-") {
		t.Errorf("the run in elsewhere is not listed:\n%s", text)
	}
	if _, text := d.run(t, "audit"); strings.Contains(text, "-apply-") {
		t.Errorf("a run is listed where there is none:\n%s", text)
	}
}
