package cli

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/report"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// demoCommand shows the whole way against a sandbox: what would change, changing it, approving what waits, and that nothing is
// left to do.
type demoCommand struct{ command }

func newDemo(c *console) *cobra.Command {
	d := &demoCommand{command{console: c}}
	return &cobra.Command{Use: "demo", Short: "See all of it against the sandbox, with sample data", Args: noArgs, RunE: d.runs(d.run)}
}

func (d *demoCommand) run(ctx context.Context) int {
	dir, err := os.MkdirTemp("", "clockify-sync-demo-")
	if err == nil {
		err = sampleInto(dir)
	}
	if err != nil {
		return d.fail(fmt.Errorf("make the demo's folder: %w", err))
	}
	state := sampleState(d.Now())
	server := sandbox.New(sandbox.Options{State: state, Now: d.Now, SettleDelay: 100 * time.Millisecond})
	url, stop, err := serve(server, "127.0.0.1:0")
	if err != nil {
		return d.fail(fmt.Errorf("start the sandbox: %w", err))
	}
	defer stop()
	fmt.Fprintf(d.Stdout, "An in-memory Clockify is at %s with a small company in it; nothing leaves this machine.\n", url)
	fmt.Fprintf(d.Stdout, "The company's users.csv and clockify-sync.yaml are in %s\n", dir)

	env := map[string]string{
		"CLOCKIFY_API_KEY": sampleKey, "CLOCKIFY_WORKSPACE_ID": state.Workspaces[0].ID,
		"CLOCKIFY_API_URL": url + "/api/v1", "CLOCKIFY_REPORTS_URL": url + "/report/v1",
	}
	steps := []struct {
		say  string
		args []string
		want int
	}{
		{"1. What would change?", []string{"plan"}, ExitDone},
		{"2. Change it. What cannot be taken back easily waits for approval.", []string{"apply"}, ExitDone},
		{"3. Someone looked at the list and approves exactly it.", []string{"apply", "--approve", ""}, ExitDone},
		{"4. Nothing is left to do.", []string{"plan", "--exit-code"}, ExitDone},
	}
	for _, step := range steps {
		if n := len(step.args); step.args[n-1] == "" {
			step.args[n-1] = approvalOf(filepath.Join(dir, "plan.json"))
		}
		shown := strings.Join(step.args, " ")
		if i := strings.Index(shown, ":"); i > 0 {
			shown = shown[:i]
		}
		fmt.Fprintf(d.Stdout, "\n%s\n$ clockify-sync %s\n", step.say, shown)
		p := d.Process
		p.Args, p.Dir, p.Asks = step.args, dir, false
		p.LookupEnv = func(name string) (string, bool) {
			if v, ok := env[name]; ok {
				return v, true
			}
			if name == "NO_COLOR" || name == "CI" || name == "USER" {
				return d.LookupEnv(name)
			}
			return "", false
		}
		if code := Main(ctx, p); code != step.want {
			return d.fail(fmt.Errorf("the demo's step %q ended with exit code %d", step.say, code))
		}
	}
	fmt.Fprintf(d.Stdout, "\nLook at what was written, a row for every change tried:\n  %s\n  %s\n",
		filepath.Join(lastRun(dir), audit.SuccessFile), filepath.Join(lastRun(dir), audit.ErrorFile))
	fmt.Fprintf(d.Stdout, "Or play on: clockify-sync sandbox serves the same company; edit users.csv and plan again.\n")
	return ExitDone
}

// lastRun is the folder of the last run in the audit folder of dir.
func lastRun(dir string) string {
	dir = filepath.Join(dir, "clockify-audit")
	runs, err := audit.List(dir)
	if err != nil || len(runs) == 0 {
		return dir
	}
	return filepath.Join(dir, runs[len(runs)-1].Folder)
}

// approvalOf is the approval digest in a plan.json.
func approvalOf(name string) string {
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	_, digest, err := report.ReadJSON(f)
	if err != nil {
		return ""
	}
	return digest
}

// sampleInto writes the sample files.
func sampleInto(dir string) error {
	for _, name := range []string{"users.csv", "clockify-sync.yaml"} {
		data, err := fs.ReadFile(sampleFiles, "sample/"+name)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), data, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
