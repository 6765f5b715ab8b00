package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

const guidedKey = "guided-key-1"

// guided is a desk with a terminal at which the answers are typed, line by line; secrets are typed unseen.
func guided(t *testing.T, state sandbox.State, secrets []string, answers ...string) *desk {
	t.Helper()
	d := newDesk(t.TempDir(), state)
	delete(d.env, "CLOCKIFY_API_KEY")
	delete(d.env, "CLOCKIFY_WORKSPACE_ID")
	d.Asks, d.Terminal = true, true
	d.Stdin = strings.NewReader(strings.Join(answers, "\n"))
	d.ReadSecret = func(context.Context) (string, error) {
		if len(secrets) == 0 {
			return "", io.EOF
		}
		secret := secrets[0]
		secrets = secrets[1:]
		return secret, nil
	}
	return d
}

// twoWorkspaces are one that drifted from its CSV and one to mirror to.
func twoWorkspaces() sandbox.State {
	var s sandbox.State
	ann, bob, cid := s.AddUser("ann@example.com", "Ann"), s.AddUser("bob@example.com", "Bob"), s.AddUser("cid@example.com", "Cid")
	w := s.AddWorkspace("Beta")
	w.AddOwner(ann)
	w.AddMember(bob)
	w.AddMember(cid)
	w.AddGroup("Stray", bob)
	w.AddClient("Big Corp")
	w.AddClient("Acme & Söhne")
	other := s.AddWorkspace("alpha")
	other.AddOwner(ann)
	s.AddKey(guidedKey, ann)
	return s
}

func (d *desk) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(d.Dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(d.Dir, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(data)
}

func wantText(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in\n%s", part, text)
		}
	}
}

const twoPeople = "NTID email,Manager NTID email,Weekly Working Hours\nann@example.com,,35\nbob@example.com,ann@example.com,40\n"

func TestGuidedPlan(t *testing.T) {
	d := guided(t, twoWorkspaces(), []string{"", "wrong", guidedKey}, "9", "Beta", "2", "yes")
	d.write(t, "users.csv", twoPeople)
	code, text := d.run(t, "plan")
	if code != ExitDone {
		t.Errorf("exit code %d", code)
	}
	wantText(t, text, "That is not a key", "Clockify does not know this key.", "Signed in as ann@example.com", "Write a number from 1 to 2.",
		"1  alpha", "2  Beta", "Workspace: Beta", "Written to clockify-sync.yaml.", "bob@example.com")
	if strings.Contains(text, guidedKey) || strings.Contains(text, "wrong") {
		t.Errorf("a key is shown in\n%s", text)
	}
	want := "# yaml-language-server: $schema=" + config.Schema + "\nworkspace:\n  id: " + `"` + sandbox.ID("workspace", 1) + "\"\n"
	if diff := cmp.Diff(want, strings.ReplaceAll(d.read(t, "clockify-sync.yaml"), "id: "+sandbox.ID("workspace", 1), "id: \""+sandbox.ID("workspace", 1)+"\"")); diff != "" {
		t.Errorf("clockify-sync.yaml (-want +got):\n%s", diff)
	}
}

// TestNobodyAnswers ends the input, or never has a terminal: what is missing is an error as it is in CI.
func TestNobodyAnswers(t *testing.T) {
	cases := []struct {
		name    string
		secrets []string
		change  func(*desk)
		want    string
	}{
		{"no key", nil, func(*desk) {}, "no key: set CLOCKIFY_API_KEY"},
		{"three wrong keys", []string{"a", "b", "c"}, func(*desk) {}, "no key that Clockify knows"},
		{"no workspace", []string{guidedKey}, func(*desk) {}, "no workspace: set workspace.id"},
		{"no terminal", []string{guidedKey}, func(d *desk) { d.Asks = false }, "no key: set CLOCKIFY_API_KEY"},
		{"in CI", []string{guidedKey}, func(d *desk) { d.env["CI"] = "true" }, "no key: set CLOCKIFY_API_KEY"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			d := guided(t, twoWorkspaces(), tc.secrets)
			tc.change(d)
			d.write(t, "users.csv", twoPeople)
			code, text := d.run(t, "apply")
			if code != ExitFailed {
				t.Errorf("exit code %d", code)
			}
			wantText(t, text, tc.want)
			if strings.Contains(text, "delete groups") {
				t.Errorf("something else was asked for:\n%s", text)
			}
			if d.server.WriteCount() > 0 || d.read(t, "clockify-sync.yaml") != "" {
				t.Error("something was written")
			}
		})
	}
}

func TestGuidedExport(t *testing.T) {
	d := guided(t, twoWorkspaces(), []string{guidedKey}, "2")
	code, text := d.run(t, "export")
	if code != ExitDone {
		t.Errorf("exit code %d: %s", code, text)
	}
	wantText(t, text, "Beta: 3 people", "Wrote users.csv")
}

// TestAgree gives every kind of answer to the question before an apply: only yes and the words have anything written.
func TestAgree(t *testing.T) {
	const routine, gated, both = "absent: keep\ncleanup: {unmanaged_groups: keep}\n", "absent: deactivate\ncleanup: {unmanaged_groups: delete}\n", "absent: deactivate\n"
	cases := []struct {
		name    string
		config  string
		args    []string
		answers []string
		code    int
		writes  bool // of what is not gated
		gone    bool // cid@example.com is deactivated
		want    string
	}{
		{"yes", routine, nil, []string{"yes"}, ExitDone, true, false, "yes · anything else: nothing is written"},
		{"in capitals", routine, nil, []string{"YES"}, ExitDone, true, false, ""},
		{"no", routine, nil, []string{"no"}, ExitStopped, false, false, "nothing was written"},
		{"y", routine, nil, []string{"y"}, ExitStopped, false, false, "nothing was written"},
		{"a blank line", routine, nil, []string{"", ""}, ExitStopped, false, false, "nothing was written"},
		{"the end of the input", routine, nil, nil, ExitStopped, false, false, "nothing was written"},
		{"--yes", routine, []string{"--yes"}, nil, ExitDone, true, false, ""},
		{"both, yes", both, nil, []string{"n", "yes"}, ExitDone, true, false, "I UNDERSTAND: and the 1 change that needs approval"},
		{"both, the words", both, nil, []string{"n", "I UNDERSTAND"}, ExitDone, true, true, "deactivate  cid@example.com"},
		{"both, other words", both, nil, []string{"n", "i understand"}, ExitStopped, false, false, "nothing was written"},
		{"both, no", both, nil, []string{"n", "no"}, ExitStopped, false, false, "nothing was written"},
		{"both, the end", both, nil, []string{"n"}, ExitStopped, false, false, "nothing was written"},
		{"both, --yes, the words", both, []string{"--yes"}, []string{"n", "I UNDERSTAND"}, ExitDone, true, true, "Also do the 1 change that needs approval?"},
		{"both, --yes, no", both, []string{"--yes"}, []string{"n", "no"}, ExitDone, true, false, ""},
		{"both, --yes, the end", both, []string{"--yes"}, []string{"n"}, ExitDone, true, false, ""},
		{"cleanup too", both, nil, []string{"y", "I UNDERSTAND"}, ExitDone, true, true, "Stray"},
		{"as the config says", gated, nil, []string{"I UNDERSTAND"}, ExitDone, true, true, "Stray"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			d := guided(t, twoWorkspaces(), nil, tc.answers...)
			d.env["CLOCKIFY_API_KEY"] = guidedKey
			d.env["CLOCKIFY_WORKSPACE_ID"] = sandbox.ID("workspace", 1)
			d.write(t, "users.csv", twoPeople)
			d.write(t, "clockify-sync.yaml", tc.config+"guards: {min_active_users: 1, max_shrink: 100%}\n")
			code, text := d.run(t, append([]string{"apply"}, tc.args...)...)
			if code != tc.code {
				t.Errorf("exit code %d, want %d: %s", code, tc.code, text)
			}
			wantText(t, text, tc.want)
			if writes := d.server.WriteCount() > 0; writes != tc.writes {
				t.Errorf("written: %v, want %v", writes, tc.writes)
			}
			if _, err := os.Stat(filepath.Join(d.Dir, "clockify-audit")); (err == nil) != tc.writes {
				t.Errorf("an audit folder: %v, want one: %v", err, tc.writes)
			}
			var b strings.Builder
			if err := d.server.State().Write(&b); err != nil {
				t.Fatal(err)
			}
			if gone := strings.Contains(b.String(), `"INACTIVE"`); gone != tc.gone {
				t.Errorf("deactivated: %v, want %v\n%s", gone, tc.gone, text)
			}
			// What was agreed to, or there is nobody to ask: a run in CI is not asked.
			if d.Asks = false; tc.code == ExitStopped {
				if code, text := d.run(t, "apply"); code != ExitDone || d.server.WriteCount() == 0 {
					t.Errorf("without a terminal: exit code %d\n%s", code, text)
				}
			}
		})
	}
}

// TestInterrupted ends the run while a question is open: nothing was done, and the exit code says so.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	d := guided(t, twoWorkspaces(), nil)
	d.write(t, "users.csv", twoPeople)
	d.env["CLOCKIFY_API_KEY"] = guidedKey
	r, w := io.Pipe()
	defer func() { _ = w.Close() }()
	ctx, cancel := context.WithCancel(context.Background())
	p := d.Process
	p.Stdin, p.Args = r, []string{"plan"}
	p.Stderr = cancelling{&d.err, cancel}
	if code := Main(ctx, p); code != ExitStopped {
		t.Errorf("exit code %d: %s", code, d.err.String())
	}
	if d.read(t, "clockify-sync.yaml") != "" || d.server.WriteCount() > 0 {
		t.Error("something was written")
	}
}

// cancelling presses Ctrl-C as soon as a number is asked for.
type cancelling struct {
	io.Writer
	cancel context.CancelFunc
}

func (c cancelling) Write(p []byte) (int, error) {
	if strings.HasPrefix(string(p), "Number") {
		c.cancel()
	}
	return c.Writer.Write(p)
}

func TestSetupTime(t *testing.T) {
	d := guided(t, twoWorkspaces(), []string{guidedKey}, "2", "1", "soon", "2026-01-01", "2026-01-31", "", "")
	d.write(t, "clockify-sync.yaml", "# ours\nabsent: keep # yes\n")
	code, text := d.run(t, "setup", "time")
	if code != ExitDone {
		t.Errorf("exit code %d: %s", code, text)
	}
	wantText(t, text, "Client in Beta?", "Acme & Söhne", "Write a time such as 7d", "Next: clockify-sync plan --only time:acme---s-hne")
	loaded, err := readFiles(os.DirFS(d.Dir), wantedFiles{})
	if err != nil || len(loaded.Spec.Time) != 1 {
		t.Fatalf("%v\n%s", err, d.read(t, "clockify-sync.yaml"))
	}
	wantText(t, d.read(t, "clockify-sync.yaml"), "# ours\nabsent: keep # yes\n")
	s := loaded.Spec.Time[0]
	if s.Source.WorkspaceID != sandbox.ID("workspace", 1) || s.Destination.WorkspaceID != sandbox.ID("workspace", 2) ||
		!s.From.Equal(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) || !s.To.Equal(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", s)
	}
	// What was written is not asked for again.
	d.env["CLOCKIFY_API_KEY"] = guidedKey
	if code, text := d.run(t, "plan", "--only", "time"); code != ExitDone || strings.Contains(text, "?") {
		t.Errorf("plan ended with %d:\n%s", code, text)
	}
}

// TestSetupWithTwoKeys sets a time sync up whose destination has a key of its own, in a config that is made for it.
func TestSetupWithTwoKeys(t *testing.T) {
	state := twoWorkspaces()
	state.Workspaces[1].Members = nil // alpha is opened by another key alone
	bob := state.Users[1].ID
	state.Workspaces[1].AddOwner(bob)
	state.AddKey("key-of-bob", bob)
	d := guided(t, state, []string{guidedKey, "wrong", "key-of-bob"}, "1", "12 days", "ALPHA_TOKEN", "14d", "beta-to-alpha")
	code, text := d.run(t, "setup", "time", "--config", "sync.yaml")
	if code != ExitDone {
		t.Errorf("exit code %d: %s", code, text)
	}
	wantText(t, text, "Source workspace: Beta", "Whose entries: ann@example.com, whose key this is. For others write people: in the config", "Destination workspace: alpha", "Write a name of capital letters", "Set ALPHA_TOKEN to the key before the next run.", "Written to sync.yaml.")
	wantText(t, d.read(t, "sync.yaml"), "token_env: ALPHA_TOKEN", bob, "window: 14d")
	d.env["CLOCKIFY_API_KEY"], d.env["ALPHA_TOKEN"] = guidedKey, "key-of-bob"
	if code, text := d.run(t, "plan", "--only", "time", "--config", "sync.yaml"); code != ExitDone || strings.Contains(text, "?") {
		t.Errorf("plan ended with %d:\n%s", code, text)
	}
}

func TestSetupInPlan(t *testing.T) {
	d := guided(t, twoWorkspaces(), []string{guidedKey}, "y", "2", "2", "", "big")
	code, text := d.run(t, "plan", "--only", "time")
	if code != ExitDone {
		t.Errorf("exit code %d: %s", code, text)
	}
	wantText(t, d.read(t, "clockify-sync.yaml"), "- name: big\n", "window: 7d\n")
	d = guided(t, twoWorkspaces(), nil)
	if code, text := d.run(t, "plan", "--only", "time"); code != ExitFailed || !strings.Contains(text, "nobody answered") {
		t.Errorf("%d: %s", code, text)
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	var p plan.Plan
	for range 30 {
		p.Changes = append(p.Changes, plan.Change{Phase: plan.Profiles})
	}
	cases := []struct {
		name string
		live bool
		want string
	}{
		{"terminal", true, "\rprofiles    █                     2/30  1.0/s  28 s left\x1b[K"},
		{"log", false, "profiles    10/30  1.0/s  20 s left  5 failed\n"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk("", twoWorkspaces())
			now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
			d.ErrTerminal = tc.live
			in := &console{Process: d.Process}
			in.Now = func() time.Time { return now }
			g := in.newProgress(&p)
			for i := range 30 {
				now = now.Add(time.Second)
				status := plan.Done
				if i%2 == 1 {
					status = plan.Failed
				}
				if tc.live {
					status = plan.Done
				}
				g.add(plan.Outcome{Change: p.Changes[i], Status: status})
			}
			g.close()
			got := d.err.String()
			wantText(t, got, tc.want)
			if lines := strings.Count(got, "\n"); tc.live && lines != 1 || !tc.live && lines != 3 {
				t.Errorf("%d lines in\n%q", lines, got)
			}
		})
	}
}
