package cli

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// openPTY makes a terminal: what is written to the first is typed at the second.
func openPTY(t *testing.T, columns uint16) (keys, terminal *os.File) {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	var n, unlock int32
	size := [4]uint16{40, columns, 0, 0}
	for request, at := range map[uintptr]unsafe.Pointer{syscall.TIOCSPTLCK: unsafe.Pointer(&unlock), syscall.TIOCGPTN: unsafe.Pointer(&n), syscall.TIOCSWINSZ: unsafe.Pointer(&size)} {
		if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, keys.Fd(), request, uintptr(at)); e != 0 {
			t.Fatalf("ioctl %#x: %v", request, e)
		}
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return keys, terminal
}

// typed is a step at a terminal: what is waited for, and what is typed then.
type typed struct{ wait, keys string }

// atTerminal runs a command at a terminal, a real one, and returns its exit code and all that was shown.
func (b *bed) atTerminal(t *testing.T, steps []typed, args ...string) (code int, shown string) {
	t.Helper()
	keys, terminal := openPTY(t, 100)
	defer keys.Close()
	cmd := b.process(args...)
	cmd.Env = append(cmd.Env, "UNPACED=1", "TERM=dumb")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = terminal.Close()
	patience := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer patience.Stop()
	var text strings.Builder
	buffer := make([]byte, 4096)
	for seen := 0; ; {
		n, err := keys.Read(buffer) // ends with EIO when the other side is closed
		text.Write(buffer[:n])
		if len(steps) > 0 {
			if i := strings.Index(text.String()[seen:], steps[0].wait); i >= 0 {
				seen += i + len(steps[0].wait)
				time.Sleep(30 * time.Millisecond) // until it reads: a terminal drops what is typed while its mode changes
				if _, err := keys.WriteString(steps[0].keys); err != nil {
					t.Fatal(err)
				}
				steps = steps[1:]
			}
		}
		if err != nil {
			break
		}
	}
	_ = cmd.Wait()
	if len(steps) > 0 {
		t.Errorf("it was never asked for %q:\n%s", steps[0].wait, &text)
	}
	return cmd.ProcessState.ExitCode(), text.String()
}

// TestEveryPrompt comes to every question that is asked at a terminal, and presses Ctrl-C there, and Ctrl-D: it ends,
// nothing is written to Clockify, and no file is.
func TestEveryPrompt(t *testing.T) {
	t.Parallel()
	key, workspace, keep := typed{"not shown): ", guidedKey + "\n"}, typed{"Number [1-2]: ", "2\n"}, typed{"asked again? [Y/n] ", "n\n"}
	cleanup := typed{"good. [y/N] ", "n\n"}
	prompts := []struct {
		name   string
		before []typed
		wait   string
		args   []string
		eof    int // the exit code after Ctrl-D
	}{
		{"the key", nil, key.wait, []string{"apply"}, ExitFailed},
		{"the workspace", []typed{key}, workspace.wait, []string{"apply"}, ExitFailed},
		{"to keep it", []typed{key, workspace}, keep.wait, []string{"apply"}, ExitStopped},
		{"groups to delete", []typed{key, workspace, keep}, cleanup.wait, []string{"apply"}, ExitStopped},
		{"to apply", []typed{key, workspace, keep, cleanup}, "\n> ", []string{"apply"}, ExitStopped},
		{"the kind of repository", nil, "Number [1-3]: ", []string{"init"}, ExitFailed},
		{"what is kept in step", []typed{{"Number [1-3]: ", "1\n"}}, "Number [1-3]: ", []string{"init"}, ExitFailed},
		{"who approves", []typed{{"Number [1-3]: ", "1\n"}, {"Number [1-3]: ", "1\n"}}, "later): ", []string{"init"}, ExitFailed},
		{"to set up a time sync", nil, "one up now? [Y/n] ", []string{"plan", "--only", "time"}, ExitFailed},
		{"the source", []typed{key}, workspace.wait, []string{"setup", "time"}, ExitFailed},
		{"the client", []typed{key, workspace}, "Number [1-2]: ", []string{"setup", "time"}, ExitFailed},
		{"the window", []typed{key, workspace, {"Number [1-2]: ", "1\n"}}, "[7d]: ", []string{"setup", "time"}, ExitFailed},
		{"the first day's end", []typed{key, workspace, {"Number [1-2]: ", "1\n"}, {"[7d]: ", "2026-01-01\n"}}, "up to now: ", []string{"setup", "time"}, ExitFailed},
		{"the name", []typed{key, workspace, {"Number [1-2]: ", "1\n"}, {"[7d]: ", "\n"}}, "name for it", []string{"setup", "time"}, ExitFailed},
	}
	for _, p := range prompts {
		for _, press := range []struct {
			name, keys string
			code       int
		}{{"Ctrl-C", "\x03", ExitStopped}, {"Ctrl-D", "\x04", p.eof}} {
			t.Run(p.name+", "+press.name, func(t *testing.T) {
				t.Parallel()
				b := newBed(t, sandbox.Options{State: twoWorkspaces()}, files{"users.csv": twoPeople})
				b.served(func(h http.Handler) http.Handler { return h })
				delete(b.env, "CLOCKIFY_API_KEY")
				delete(b.env, "CLOCKIFY_WORKSPACE_ID")
				steps := append(append([]typed{}, p.before...), typed{p.wait, press.keys})
				code, shown := b.atTerminal(t, steps, p.args...)
				if code != press.code {
					t.Errorf("exit code %d, want %d\n%s", code, press.code, shown)
				}
				if b.server.WriteCount() > 0 {
					t.Error("something was written to Clockify")
				}
				for _, name := range []string{"clockify-sync.yaml", "clockify-audit", ".gitignore", ".github"} {
					if _, err := os.Stat(filepath.Join(b.dir, name)); err == nil {
						t.Errorf("%s is there", name)
					}
				}
				if strings.Contains(shown, guidedKey) {
					t.Error("the key was shown")
				}
			})
		}
	}
}

// TestWholeEvening answers every question at a terminal, with mistakes, and gets what was asked for.
func TestWholeEvening(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{State: twoWorkspaces()}, files{"users.csv": twoPeople})
	b.served(func(h http.Handler) http.Handler { return h })
	delete(b.env, "CLOCKIFY_API_KEY")
	delete(b.env, "CLOCKIFY_WORKSPACE_ID")
	code, shown := b.atTerminal(t, []typed{
		{"not shown): ", "wrong\x15" + guidedKey + "x\x7f\n"},
		{"Number [1-2]: ", "two\n"},
		{"Number [1-2]: ", "2\n"},
		{"asked again? [Y/n] ", "perhaps\n"},
		{"asked again? [Y/n] ", "\n"},
		{"good. [y/N] ", "y\n"},
		{"\n> ", "I UNDERSTAND\n"},
	}, "apply")
	if code != ExitDone {
		t.Errorf("exit code %d\n%s", code, shown)
	}
	wantText(t, shown, "Signed in as ann@example.com", "Written to clockify-sync.yaml", "Stray", "Applied ")
	if lines := strings.Join(worldLines(b.server.State()), "\n"); strings.Contains(lines, "Stray") || !strings.Contains(lines, "bob@example.com is in Ann") {
		t.Errorf("not done:\n%s", lines)
	}
}

// TestEveryAnswer gives every kind of answer at a terminal: what was not agreed to is not done, and what was is.
func TestEveryAnswer(t *testing.T) {
	t.Parallel()
	const gated = "absent: deactivate\ncleanup: {unmanaged_groups: keep}\nguards: {min_active_users: 1, max_shrink: 100%}\n"
	ask, yes := "\n> ", "yes"
	cases := []struct {
		name, config, users string
		args                []string
		steps               []typed
		routine, gone       bool // what was done: of what needs no approval, and of what does
	}{
		{"yes", "", "", nil, []typed{{ask, yes}}, true, false},
		{"yes, with blanks", "", "", nil, []typed{{ask, "  yes "}}, true, false},
		{"no", "", "", nil, []typed{{ask, "no"}}, false, false},
		{"y", "", "", nil, []typed{{ask, "y"}}, false, false},
		{"Y", "", "", nil, []typed{{ask, "Y"}}, false, false},
		{"nothing", "", "", nil, []typed{{ask, ""}}, false, false},
		{"yes no", "", "", nil, []typed{{ask, "yes no"}}, false, false},
		{"both, yes", gated, "", nil, []typed{{ask, yes}}, true, false},
		{"both, no", gated, "", nil, []typed{{ask, "no"}}, false, false},
		{"both, y", gated, "", nil, []typed{{ask, "y"}}, false, false},
		{"both, Y", gated, "", nil, []typed{{ask, "Y"}}, false, false},
		{"both, nothing", gated, "", nil, []typed{{ask, ""}}, false, false},
		{"both, the words in another case", gated, "", nil, []typed{{ask, "I understand"}}, false, false},
		{"both, the words half", gated, "", nil, []typed{{ask, "I UNDERSTAN"}}, false, false},
		{"both, the words", gated, "", nil, []typed{{ask, confirmPhrase}}, true, true},
		{"both, --yes, y", gated, "", []string{"--yes"}, []typed{{ask, "y"}}, true, false},
		{"both, --yes, the words", gated, "", []string{"--yes"}, []typed{{ask, confirmPhrase}}, true, true},
		{"gated alone, yes", gated, sameAsNow, nil, []typed{{ask, yes}}, false, false},
		{"gated alone, nothing", gated, sameAsNow, nil, []typed{{ask, ""}}, false, false},
		{"gated alone, the words in another case", gated, sameAsNow, nil, []typed{{ask, "i understand"}}, false, false},
		{"gated alone, the words", gated, sameAsNow, nil, []typed{{ask, confirmPhrase}}, false, true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			state := twoWorkspaces()
			users := twoPeople
			if tc.users != "" {
				users = tc.users
			}
			config := tc.config
			if config == "" {
				config = "cleanup: {unmanaged_groups: keep}\n"
			}
			b := newBed(t, sandbox.Options{State: state}, files{"users.csv": users, "clockify-sync.yaml": config})
			b.served(func(h http.Handler) http.Handler { return h })
			for i := range tc.steps {
				tc.steps[i].keys += "\n"
			}
			code, shown := b.atTerminal(t, tc.steps, append([]string{"apply"}, tc.args...)...)
			after := strings.Join(worldLines(b.server.State()), "\n")
			routine, gone := strings.Contains(after, "bob@example.com is ACTIVE, works PT8H"), strings.Contains(after, "cid@example.com is INACTIVE")
			if routine != tc.routine || gone != tc.gone {
				t.Errorf("done: %v, want %v; deactivated: %v, want %v\n%s\n%s", routine, tc.routine, gone, tc.gone, shown, after)
			}
			agreed := tc.routine || tc.gone
			if want := map[bool]int{true: ExitDone, false: ExitStopped}[agreed]; code != want || (b.server.WriteCount() > 0) != agreed {
				t.Errorf("exit code %d, want %d, after %d writes\n%s", code, want, b.server.WriteCount(), shown)
			}
			if _, err := os.Stat(filepath.Join(b.dir, "clockify-audit")); (err == nil) != agreed {
				t.Errorf("an audit folder: %v", err == nil)
			}
		})
	}
}

// sameAsNow asks for no change of anybody in it.
const sameAsNow = "NTID email\nann@example.com\nbob@example.com\n"

// TestYesOrNo answers the questions that take y or n, in every form, and then agrees to nothing.
func TestYesOrNo(t *testing.T) {
	t.Parallel()
	key, workspace := typed{"not shown): ", guidedKey + "\n"}, typed{"Number [1-2]: ", "2\n"}
	for _, tc := range []struct {
		answers   []string // to whether it is not to be asked again
		kept      bool
		questions bool // it came to the last question
	}{
		{[]string{"y"}, true, true},
		{[]string{"Y"}, true, true},
		{[]string{"yes"}, true, true},
		{[]string{""}, true, true},
		{[]string{"n"}, false, true},
		{[]string{"No"}, false, true},
		{[]string{"perhaps", "n"}, false, true},
		{[]string{"I UNDERSTAND", "1", "ja"}, false, false},
	} {
		t.Run(strings.Join(tc.answers, ","), func(t *testing.T) {
			t.Parallel()
			b := newBed(t, sandbox.Options{State: twoWorkspaces()}, files{"users.csv": twoPeople})
			b.served(func(h http.Handler) http.Handler { return h })
			delete(b.env, "CLOCKIFY_API_KEY")
			delete(b.env, "CLOCKIFY_WORKSPACE_ID")
			steps := []typed{key, workspace}
			for _, answer := range tc.answers {
				steps = append(steps, typed{"asked again? [Y/n] ", answer + "\n"})
			}
			if tc.questions {
				steps = append(steps, typed{"good. [y/N] ", "\n"}, typed{"\n> ", "y\n"})
			}
			if code, shown := b.atTerminal(t, steps, "apply"); code == ExitDone || b.server.WriteCount() > 0 {
				t.Errorf("exit code %d after %d writes\n%s", code, b.server.WriteCount(), shown)
			}
			if _, err := os.Stat(filepath.Join(b.dir, "clockify-sync.yaml")); (err == nil) != tc.kept {
				t.Errorf("a config: %v, want %v", err == nil, tc.kept)
			}
		})
	}
}

// TestUselessAnswers gives every question that wants a number, a name or a date three answers that are none: it ends, and
// nothing is written. What is there already is never overwritten.
func TestUselessAnswers(t *testing.T) {
	t.Parallel()
	key, number, second := typed{"not shown): ", guidedKey + "\n"}, typed{"Number [1-2]: ", "1\n"}, typed{"Number [1-2]: ", "2\n"}
	thrice := func(wait string, answers ...string) (steps []typed) {
		for _, a := range answers {
			steps = append(steps, typed{wait, a + "\n"})
		}
		return steps
	}
	for name, tc := range map[string]struct {
		args  []string
		steps []typed
	}{
		"the key":            {[]string{"plan"}, thrice("not shown): ", "wrong", "", "also wrong")},
		"the workspace":      {[]string{"plan"}, append([]typed{key}, thrice("Number [1-2]: ", "0", "three", "")...)},
		"the repository":     {[]string{"init"}, thrice("Number [1-3]: ", "", "y", "4")},
		"the syncs":          {[]string{"init"}, append(thrice("Number [1-3]: ", "1"), thrice("Number [1-3]: ", "-1", "both", "9")...)},
		"the client":         {[]string{"setup", "time"}, append([]typed{key, second}, thrice("Number [1-2]: ", "3", "Acme", "")...)},
		"the window":         {[]string{"setup", "time"}, append([]typed{key, second, number}, thrice("[7d]: ", "a week", "-1d", "2026-13-01")...)},
		"the name":           {[]string{"setup", "time"}, append([]typed{key, second, number, {"[7d]: ", "\n"}}, thrice("name for it", "a:b", "a/b", "a,b")...)},
		"export over a file": {[]string{"export"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, sandbox.Options{State: twoWorkspaces()}, files{"users.csv": twoPeople})
			b.served(func(h http.Handler) http.Handler { return h })
			if tc.steps != nil {
				delete(b.env, "CLOCKIFY_API_KEY")
				delete(b.env, "CLOCKIFY_WORKSPACE_ID")
			}
			code, shown := b.atTerminal(t, tc.steps, tc.args...)
			if code != ExitFailed || b.server.WriteCount() > 0 || string(b.read("users.csv")) != twoPeople {
				t.Errorf("exit code %d after %d writes\n%s", code, b.server.WriteCount(), shown)
			}
			if found := allFiles(t, b.dir); len(found) != 1 {
				t.Errorf("%d files are there, want users.csv alone\n%s", len(found), shown)
			}
		})
	}
}
