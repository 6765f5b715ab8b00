package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/clockify-sync/clockify-sync/internal/audit"
)

// auditCommand lists the runs of the audit folder, or completes the files of one that was killed.
type auditCommand struct {
	command
	name string
}

func newAudit(c *console) *cobra.Command {
	a := &auditCommand{command: command{console: c}}
	cmd := &cobra.Command{
		Use: "audit [RUN]", Short: "List the runs, or complete the files of one that was killed", SuggestFor: []string{"log", "logs", "history", "list", "runs"},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return errors.New("name one run, or none to list them")
			}
			a.name = cmp.Or(append(args, "")[0], "")
			return nil
		},
		RunE: a.runs(a.run),
	}
	addFlags(cmd, "audit-dir")
	return cmd
}

func (a *auditCommand) run(context.Context) int {
	dir, name := cmp.Or(a.opts.flags["audit-dir"], a.getenv("CLOCKIFY_SYNC_AUDIT_DIR"), "clockify-audit"), a.name
	if name == "" {
		return a.list(dir)
	}
	if parent := filepath.Dir(filepath.Clean(name)); parent != "." { // a path, as the shell completes it
		dir, name = parent, filepath.Base(name)
	}
	run, err := audit.Complete(a.path(dir), name)
	if err != nil {
		return a.fail(about(aboutOutput, err))
	}
	if run.Already {
		fmt.Fprintf(a.Stdout, "%s ended by itself or was completed before: its files are complete.\n", run.Folder)
		return ExitDone
	}
	fmt.Fprintf(a.Stdout, "%s was killed. Its files now tell what it did: %d done, %d failed, %d unknown, %d not tried.\n", run.Folder, run.Done, run.Failed, run.Unknown, run.NotTried)
	fmt.Fprintln(a.Stdout, "Next: clockify-sync apply, which reads what is there and does what is missing.")
	return ExitDone
}

// list shows a line for every run, the last one last.
func (a *auditCommand) list(dir string) int {
	runs, err := audit.List(a.path(dir))
	if errors.Is(err, os.ErrNotExist) || err == nil && len(runs) == 0 {
		fmt.Fprintf(a.Stdout, "There is no run in %s. Each apply makes a folder there.\n", dir)
		return ExitDone
	}
	if err != nil {
		return a.fail(err)
	}
	var open string
	w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RUN\tENDED\tDONE\tFAILED\tWITHHELD\tUNKNOWN\tBY\tCOMMIT")
	for _, r := range runs {
		ended := "exit code " + r.ExitCode
		switch {
		case r.Running:
			ended = "running"
		case r.Open:
			ended, open = "killed", r.Folder
		case r.ExitCode == "":
			ended = "killed, completed"
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%s\t%.12s\n", r.Folder, ended, r.Done, r.Failed+r.Skipped, r.Withheld, r.Unknown, r.Actor, r.Commit)
	}
	_ = w.Flush() // to standard output, which nothing else checks either
	if open != "" {
		fmt.Fprintf(a.Stdout, "\nTo complete the files of one that was killed: clockify-sync audit %s\n", open)
	}
	return ExitDone
}
