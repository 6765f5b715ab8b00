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
