package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/report"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

var update = flag.Bool("update", false, "rewrite the golden files and the expected output in scripts")

// TestMain lets scripts run this test binary as the command clockify-sync, as one that breaks at its first call,
// or as one that tells how much memory it took.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"clockify-sync": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		p := System(Version{Version: "v0.0.0-test"})
		if os.Getenv("UNPACED") == "1" { // no wait between calls, and short ones before a second look
			p.Unpaced = true
			p.Sleep = func(ctx context.Context, d time.Duration) error { return sleep(ctx, min(d, 150*time.Millisecond)) }
		}
		os.Exit(Main(ctx, p))
	}, "clockify-sync-panics": func() {
		p := System(Version{Version: "v0.0.0-test"})
		p.HTTP = panics{}
		os.Exit(Main(context.Background(), p))
	}, "clockify-sync-measured": func() {
		code := Main(context.Background(), System(Version{Version: "v0.0.0-test"}))
		keepPeak(os.Getenv("PEAK_FILE"))
		os.Exit(code)
	}})
}

// TestScripts runs testdata/script/*.txtar of the repository. Beside testscript's own commands they have:
//
//	clockify [STATE.json]  starts an in-memory Clockify for this script, with the state of the file or the sample
//	                       company, and sets CLOCKIFY_API_URL, CLOCKIFY_REPORTS_URL, CLOCKIFY_API_KEY, CLOCKIFY_WORKSPACE_ID
//	faults [SPEC]          what goes wrong from now on, as in clockify-sync sandbox --faults; without SPEC nothing does
//	calls OP N             compares the number of calls since the last one with N; OP is ==, <= or >=
//	writes OP N            the same for the calls that were not reads; both forget what they counted
//	lastrun                sets RUN to the folder of the last apply, in clockify-audit
//	state FILE             saves what the in-memory Clockify holds
//	exits CODE COMMAND...  runs a command that must end with exactly that exit code
//	digest FILE            sets DIGEST to the digest of a plan.json
//	replace FILE OLD NEW   replaces text in a file; \n in NEW is a new line
//
// The sample company is signed in to by its owner; its files are at $SAMPLE, and the repository is at $REPOSITORY.
func TestScripts(t *testing.T) {
	t.Parallel()
	sample, err := absolute("sample")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: false,
		Setup: func(e *testscript.Env) error {
			e.Values[worldKey{}] = &world{env: e}
			e.Setenv("SAMPLE", sample)
			e.Setenv("UNPACED", "1")
			e.Setenv("REPOSITORY", filepath.Dir(filepath.Dir(filepath.Dir(sample))))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"clockify": plainly(clockifyVerb),
			"faults":   plainly(faultsVerb),
			"calls":    plainly(callsVerb),
			"writes":   plainly(writesVerb),
			"lastrun":  plainly(lastRunVerb),
			"state":    plainly(stateVerb),
			"exits":    plainly(exitsVerb),
			"replace":  plainly(replaceVerb),
			"digest":   plainly(digestVerb),
		},
	})
}

// world is what one script has started.
type world struct {
	env      *testscript.Env
	clockify *sandbox.Server
}

type worldKey struct{}

func worldOf(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

// server is the script's in-memory Clockify.
func server(ts *testscript.TestScript) *sandbox.Server {
	s := worldOf(ts).clockify
	if s == nil {
		ts.Fatalf("start one with clockify first")
	}
	return s
}

// plainly makes a verb of f that knows no negation and ends the script at an error.
func plainly(f func(*testscript.TestScript, []string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("! makes no sense here")
		}
		ts.Check(f(ts, args))
	}
}

// lastRun is the folder of the last run in the audit folder of dir.
func lastRun(dir string) string {
	dir = filepath.Join(dir, "clockify-audit")
	if runs, err := audit.List(dir); err == nil && len(runs) > 0 {
		return filepath.Join(dir, runs[len(runs)-1].Folder)
	}
	return dir
}

func lastRunVerb(ts *testscript.TestScript, _ []string) error {
	dir := lastRun(ts.MkAbs("."))
	if _, err := os.Stat(filepath.Join(dir, audit.RunFile)); err != nil {
		return err
	}
	ts.Setenv("RUN", dir)
	return nil
}

func clockifyVerb(ts *testscript.TestScript, args []string) error {
	state := sandbox.Sample(time.Now())
	if len(args) == 1 {
		var err error
		if state, err = sandbox.ReadState(strings.NewReader(ts.ReadFile(args[0]))); err != nil {
			return err
		}
	}
	w := worldOf(ts)
	w.clockify = sandbox.New(sandbox.Options{State: state})
	s := httptest.NewServer(w.clockify)
	ts.Defer(s.Close)
	ts.Setenv("CLOCKIFY_API_URL", s.URL+"/api/v1")
	ts.Setenv("CLOCKIFY_REPORTS_URL", s.URL+"/report/v1")
	ts.Setenv("CLOCKIFY_API_KEY", state.Keys[0].Key)
	ts.Setenv("CLOCKIFY_WORKSPACE_ID", state.Workspaces[0].ID)
	return nil
}

func faultsVerb(ts *testscript.TestScript, args []string) error {
	faults, err := sandbox.ParseFaults(strings.Join(args, ""))
	if err == nil {
		server(ts).SetFaults(faults)
	}
	return err
}

func callsVerb(ts *testscript.TestScript, args []string) error {
	return compare("calls", server(ts).Total(), ts, args)
}

func writesVerb(ts *testscript.TestScript, args []string) error {
	return compare("writes", server(ts).WriteCount(), ts, args)
}

func compare(what string, got int, ts *testscript.TestScript, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("%s: want == N or <= N", what)
	}
	want, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	holds := map[string]bool{"==": got == want, "<=": got <= want, ">=": got >= want}
	if ok, known := holds[args[0]]; !known || !ok {
		var list []string
		for _, c := range server(ts).Calls() {
			list = append(list, fmt.Sprintf("%6d %s", c.N, c.Route))
		}
		return fmt.Errorf("%s: got %d, want %s %d\n%s", what, got, args[0], want, strings.Join(list, "\n"))
	}
	server(ts).ResetCalls()
	return nil
}

func stateVerb(ts *testscript.TestScript, args []string) error {
	var b strings.Builder
	err := server(ts).State().Write(&b)
	if err == nil && len(args) == 1 {
		err = os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o644)
	}
	return err
}

func exitsVerb(ts *testscript.TestScript, args []string) error {
	if len(args) < 2 {
		return errors.New("exits: want a code and a command")
	}
	want, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		return err
	}
	if got != want {
		return fmt.Errorf("exit code %d, want %d", got, want)
	}
	return nil
}

func digestVerb(ts *testscript.TestScript, args []string) error {
	p, err := report.ReadJSON([]byte(ts.ReadFile(args[0])))
	ts.Setenv("DIGEST", p.Digest)
	return err
}

func replaceVerb(ts *testscript.TestScript, args []string) error {
	if len(args) != 3 {
		return errors.New("replace: want a file, what is there and what is to be")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		return fmt.Errorf("replace: %s does not hold %q", args[0], args[1])
	}
	return os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], strings.ReplaceAll(args[2], `\n`, "\n"))), 0o644)
}

// absolute is the path of a file of this package.
func absolute(name string) (string, error) {
	dir, err := os.Getwd()
	return dir + string(os.PathSeparator) + name, err
}
