package cli

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/report"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// sampleFiles are the files of the demo, which fit the sandbox's sample.
//
//go:embed sample
var sampleFiles embed.FS

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
	state := sandbox.Sample(d.Now())
	server := sandbox.New(sandbox.Options{State: state, Now: d.Now, SettleDelay: 100 * time.Millisecond})
	url, stop, err := server.Serve("127.0.0.1:0")
	if err != nil {
		return d.fail(fmt.Errorf("start the sandbox: %w", err))
	}
	defer stop()
	fmt.Fprint(d.Stdout, report.Broken("A small company uses an in-memory Clockify at "+url+"; nothing leaves this machine.", 0, d.Width))
	fmt.Fprintf(d.Stdout, "Its users.csv and clockify-sync.yaml are in %s\n", dir)

	inDemo := d.visitor(dir, map[string]string{
		"CLOCKIFY_API_KEY": sandbox.SampleKey, "CLOCKIFY_WORKSPACE_ID": state.Workspaces[0].ID,
		"CLOCKIFY_API_URL": url + "/api/v1", "CLOCKIFY_REPORTS_URL": url + "/report/v1",
	})
	for i, step := range []struct {
		say  string
		args []string
	}{
		{"What would change?", []string{"plan"}},
		{"Change it. What cannot be taken back easily waits for approval.", []string{"apply"}},
		{"Someone looked at the list and approves exactly it.", []string{"apply", "--approve", ""}},
		{"Nothing is left to do.", []string{"plan", "--exit-code"}},
	} {
		if n := len(step.args); step.args[n-1] == "" {
			step.args[n-1] = approvalOf(filepath.Join(dir, planFile))
		}
		d.heading(fmt.Sprintf("%d. %s", i+1, step.say), "clockify-sync "+strings.Join(step.args, " "))
		inDemo.Args = step.args
		if code := inDemo.main(ctx); code != ExitDone {
			return d.fail(fmt.Errorf("the demo's step %q ended with exit code %d", step.say, code))
		}
	}
	d.heading("Look at what was written.", "")
	fmt.Fprintf(d.Stdout, "The first run as a page for a browser, and a row for every change tried:\n  %s\n  %s\n",
		filepath.Join(firstRun(dir), reportFile), filepath.Join(firstRun(dir), audit.SuccessFile))
	fmt.Fprintf(d.Stdout, "Play on: clockify-sync sandbox serves the same company; edit users.csv and plan again.\n")
	return ExitDone
}

// visitor is somebody in a folder with an environment of their own, who is asked nothing.
func (d *demoCommand) visitor(dir string, env map[string]string) *console {
	p := d.Process
	p.Dir, p.Asks = dir, false
	p.LookupEnv = func(name string) (string, bool) {
		if v, ok := env[name]; ok {
			return v, true
		}
		if name == "NO_COLOR" || name == "CI" || name == "TERM" || name == "USER" {
			return d.LookupEnv(name)
		}
		return "", false
	}
	return &console{Process: p, shown: map[string]bool{}}
}

// heading sets a step off from what was printed before.
func (d *demoCommand) heading(title, command string) {
	width := 80
	if d.Width > 0 {
		width = min(d.Width, 100)
	}
	line := "── " + title + " "
	line += strings.Repeat("─", max(0, width-utf8.RuneCountInString(line)))
	if d.style().Color {
		line = "\x1b[1;36m" + line + "\x1b[0m"
	}
	fmt.Fprintf(d.Stdout, "\n\n%s\n", line)
	if command != "" {
		fmt.Fprintf(d.Stdout, "$ %s\n\n", command)
	}
}

// firstRun is the folder of the first run in the audit folder of dir.
func firstRun(dir string) string {
	dir = filepath.Join(dir, "clockify-audit")
	runs, err := audit.List(dir)
	if err != nil || len(runs) == 0 {
		return dir
	}
	return filepath.Join(dir, runs[0].Folder)
}

// approvalOf is the approval digest in a plan.json.
func approvalOf(name string) string {
	data, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	shown, err := report.ReadJSON(data)
	if err != nil {
		return ""
	}
	return shown.ApprovalDigest[:min(len(shown.ApprovalDigest), 32)] // as the plan shows it
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
