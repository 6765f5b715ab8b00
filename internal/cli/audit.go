package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clockify-sync/clockify-sync/internal/audit"
)

// auditCommand completes the CSV files of a run that was killed.
type auditCommand struct {
	command
	dir string
}

func newAudit(c *console) *cobra.Command {
	a := &auditCommand{command: command{console: c}}
	return &cobra.Command{
		Use: "audit DIR", Short: "Complete the audit files of a run that was killed",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("name the one folder of the killed run, such as clockify-audit")
			}
			a.dir = args[0]
			return nil
		},
		RunE: a.runs(a.run),
	}
}

func (a *auditCommand) run(context.Context) int {
	found, err := audit.Complete(a.path(a.dir))
	if err != nil {
		return a.fail(err)
	}
	if found.Finished {
		fmt.Fprintf(a.Stdout, "Run %s ended by itself: its files are complete.\n", found.Run)
		return ExitDone
	}
	fmt.Fprintf(a.Stdout, "Run %s was killed. Its files now tell what it did.\n", found.Run)
	return ExitDone
}
