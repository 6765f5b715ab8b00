package cli

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// served puts the bed's Clockify, or what a test puts before it, behind a socket, for a process of its own.
func (b *bed) served(wrap func(http.Handler) http.Handler) *httptest.Server {
	s := httptest.NewServer(wrap(b.server))
	b.t.Cleanup(s.Close)
	b.env["CLOCKIFY_API_URL"], b.env["CLOCKIFY_REPORTS_URL"] = s.URL+"/api/v1", s.URL+"/report/v1"
	return s
}

// process is the command in a process of its own: this test binary under another name (see TestMain).
func (b *bed) process(args ...string) *exec.Cmd {
	b.t.Helper()
	self, err := os.Executable()
	if err != nil {
		b.t.Fatal(err)
	}
	cmd := &exec.Cmd{Path: self, Args: append([]string{"clockify-sync"}, args...), Dir: b.dir, Stdout: &strings.Builder{}, Stderr: &strings.Builder{}}
	for name, value := range b.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// atEpoch is a clock that stands still: the server's, where real time and a test's own are mixed.
func atEpoch() time.Time { return epoch }

// atOnce does f under a clock of its own, so that no wait takes any time.
func (b *bed) atOnce(t *testing.T, f func()) {
	bubble(t, func(t *testing.T) {
		b.t = t
		f()
	})
	b.t = t
}

// TestCancelledApply stops a real process in the middle of its writes: it ends within seconds with exit code 3 and whole
// files, and the next run goes on.
func TestCancelledApply(t *testing.T) {
	t.Parallel()
	state, content := company(60)
	want, p := undisturbed(t, state, content)
	cases := []struct {
		name   string
		signal os.Signal
		hangs  bool // the server never answers a write after the tenth
	}{
		{"interrupt", os.Interrupt, false},
		{"terminate", syscall.SIGTERM, false},
		{"a server that hangs", os.Interrupt, true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, sandbox.Options{State: state, Now: atEpoch, Latency: 20 * time.Millisecond}, content)
			var writes atomic.Int64
			begun := make(chan struct{})
			b.served(func(h http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/totals") {
						n := writes.Add(1)
						if n == 11 {
							close(begun)
						}
						if n > 10 && tc.hangs {
							_, _ = io.Copy(io.Discard, r.Body) // until then nobody sees the caller hang up
							<-r.Context().Done()
							return
						}
					}
					h.ServeHTTP(w, r)
				})
			})
			cmd := b.process("apply", "--approve", p.ApprovalToken)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-begun
			if err := cmd.Process.Signal(tc.signal); err != nil {
				t.Fatal(err)
			}
			before := writes.Load()
			patience := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
			_ = cmd.Wait()
			if !patience.Stop() {
				t.Fatalf("it did not stop\n%s", cmd.Stderr)
			}
			if code := cmd.ProcessState.ExitCode(); code != ExitStopped {
				t.Errorf("exit code %d, want %d\n%s\n%s", code, ExitStopped, clipped(fmt.Sprint(cmd.Stdout)), cmd.Stderr)
			}
			if more := writes.Load() - before; more > 16 { // those under way, and those let go before the signal was seen
				t.Errorf("%d writes were begun after the signal", more)
			}
			a := b.audit()
			a.complete(t)
			if a.Totals["failed"] > 0 {
				t.Errorf("changes failed: %v", a.rows[a.good])
			}
			if a.ExitCode == nil || *a.ExitCode != ExitStopped || a.Verified || a.Totals["not_tried"] == 0 || len(a.NotTried) == 0 {
				t.Errorf("run.json: exit code %v, verified %v, totals %v", a.ExitCode, a.Verified, a.Totals)
			}
			if !strings.Contains(fmt.Sprint(cmd.Stdout), "safe to run again") {
				t.Errorf("it does not say that it can be run again:\n%s", clipped(fmt.Sprint(cmd.Stdout)))
			}
			b.atOnce(t, func() { b.must(ExitDone, "apply", "--approve", p.ApprovalToken) })
			if d := differences(want, worldLines(b.server.State())); d != "" {
				t.Errorf("after the next run:\n%s", d)
			}
		})
	}
}

// TestKilled kills real processes of a sync of people, of one person's time and of a team's, each at another call: before the call is carried out, after it
// was and before it is answered, or a moment later. The audit of the killed run, completed from its journal, tells what it
// did, and the next run leads to where an undisturbed one does.
func TestKilled(t *testing.T) {
	t.Parallel()
	times := sized(45, 150)
	type scene struct {
		state    sandbox.State
		files    files
		want     []string
		approval string
		calls    int
	}
	var scenes []scene
	for _, make := range []func() (sandbox.State, files){
		func() (sandbox.State, files) { return company(20) },
		func() (sandbox.State, files) { return timesheet(30, epoch) },
		func() (sandbox.State, files) { // people: all, between instants: a process has the real clock
			state, content, _ := crew(sized(6, 20), sized(4, 10), epoch)
			span := fmt.Sprintf("    people: all\n    from: %s\n    to: %s\n", epoch.AddDate(0, 0, -7).Format(time.RFC3339), epoch.Format(time.RFC3339))
			content["clockify-sync.yaml"] = strings.Replace(content["clockify-sync.yaml"], "    people: all\n", span, 1)
			return state, content
		},
	} {
		state, content := make()
		want, p := undisturbed(t, state, content)
		scenes = append(scenes, scene{state, content, want, p.ApprovalToken, 2*p.Calls.Made + p.Calls.Needed})
	}
	var group errgroup.Group
	group.SetLimit(8) // they mostly wait for their rate
	defer func() { _ = group.Wait() }()
	for n := range times {
		run := func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(n), 1))
			sc := scenes[n%len(scenes)]
			b := newBed(t, sandbox.Options{State: sc.state, Now: atEpoch}, sc.files)
			at, how, later := 1+rng.IntN(sc.calls), rng.IntN(3), time.Duration(rng.IntN(3000))*time.Microsecond
			var calls atomic.Int64
			cmd := b.process("apply", "--approve", sc.approval)
			started := make(chan struct{})
			kill := func() { <-started; _ = cmd.Process.Kill() }
			s := b.served(func(h http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if calls.Add(1) != int64(at) {
						h.ServeHTTP(w, r)
						return
					}
					switch how {
					case 0:
						kill()
						panic(http.ErrAbortHandler)
					case 1:
						h.ServeHTTP(httptest.NewRecorder(), r)
						kill()
						panic(http.ErrAbortHandler)
					}
					time.AfterFunc(later, kill)
					h.ServeHTTP(w, r)
				})
			})
			cmd = b.process("apply", "--approve", sc.approval) // now with the server's address
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			close(started)
			_ = cmd.Wait()
			s.Close() // waits for calls that are still being carried out

			if runs := b.runs(); len(runs) > 0 {
				b.must(ExitDone, "audit", runs[0].Folder)
				a := b.audit()
				if a.begun != len(a.rows) || a.good != len(a.doneIDs) || a.begun != a.ended+len(a.open) || a.Totals["unknown"] != len(a.open) && a.ExitCode == nil {
					t.Errorf("journal: %d begun, %d ended, %d open; %d rows, %d successes, totals %v", a.begun, a.ended, len(a.open), len(a.rows), a.good, a.Totals)
				}
				if w := b.server.WriteCount(); len(a.open) > w-a.good+4 { // those on their way
					t.Errorf("%d writes reached Clockify, of which the audit knows %d done, and it calls %d unknown", w, a.good, len(a.open))
				}
				if w := b.server.WriteCount(); w < a.good || w > a.good+len(a.open) {
					t.Errorf("%d writes reached Clockify; the audit knows of %d done and %d unknown", w, a.good, len(a.open))
				}
			} else if w := b.server.WriteCount(); w > 0 {
				t.Errorf("%d writes and no journal", w)
			}
			b.atOnce(t, func() { b.must(ExitDone, "apply", "--approve", sc.approval) })
			if d := differences(sc.want, worldLines(b.server.State())); d != "" {
				t.Errorf("killed at call %d of %d (%d); after the next run:\n%s", at, sc.calls, how, d)
			}
		}
		group.Go(func() error { t.Run(fmt.Sprint(n), run); return nil })
	}
}

// TestKilledInOneFolder kills five runs in a row that share an audit folder, each at a random call. The folder lists all of
// them, each can be completed, and nothing that one left is changed by another or by completing another.
func TestKilledInOneFolder(t *testing.T) {
	t.Parallel()
	for seed := range sized(3, 20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(uint64(seed), 2))
			state, content := company(60)
			b := newBed(t, sandbox.Options{State: state, Now: atEpoch}, content)
			b.env["UNPACED"] = "1"
			before := map[string]string{}
			nothingLost := func(what string) {
				t.Helper()
				now := allFiles(t, filepath.Join(b.dir, "clockify-audit"))
				for name, text := range before {
					if now[name] != text && (filepath.Base(name) != audit.RunsFile || !strings.HasPrefix(now[name], text)) {
						t.Errorf("%s changed %s", what, name)
					}
				}
				before = now
			}
			for n := range 5 {
				deadly := int64(1 + rng.IntN(12))
				var calls atomic.Int64
				var cmd *exec.Cmd
				started := make(chan struct{})
				b.served(func(h http.Handler) http.Handler { // a server for each: what a killed run sent last may come late
					return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						reads := r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "/totals")
						if !reads && calls.Add(1) == deadly {
							<-started
							_ = cmd.Process.Kill()
							panic(http.ErrAbortHandler)
						}
						h.ServeHTTP(w, r)
					})
				})
				cmd = b.process("apply")
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				close(started)
				_ = cmd.Wait()
				if cmd.ProcessState.ExitCode() != -1 { // -1: ended by a signal
					t.Fatalf("run %d was not killed after %d writes, but ended with %d\n%s\n%s", n, calls.Load(), cmd.ProcessState.ExitCode(), clipped(fmt.Sprint(cmd.Stdout)), cmd.Stderr)
				}
				nothingLost(fmt.Sprintf("run %d", n))
			}
			runs := b.runs()
			if len(runs) != 5 {
				t.Fatalf("%d runs are listed, want 5", len(runs))
			}
			listed := b.must(ExitDone, "audit").out
			rng.Shuffle(len(runs), func(i, j int) { runs[i], runs[j] = runs[j], runs[i] })
			for _, r := range runs {
				if !r.Open || !strings.Contains(listed, r.Folder) {
					t.Errorf("a killed run is listed as %+v in\n%s", r, listed)
				}
				b.must(ExitDone, "audit", r.Folder)
				nothingLost("completing " + r.Folder)
			}
			for _, r := range b.runs() {
				if r.Open || r.Done+r.Failed+r.Unknown+r.NotTried == 0 {
					t.Errorf("a completed run is listed as %+v", r)
				}
			}
		})
	}
}

// allFiles is the content of every file below a folder.
func allFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
