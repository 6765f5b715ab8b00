package cli

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/plan"
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
