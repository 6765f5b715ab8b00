package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clockify-sync/clockify-sync/internal/report"
)

// validateCommand reads the files and reports every problem.
type validateCommand struct{ command }

func newValidate(c *console) *cobra.Command {
	v := &validateCommand{command{console: c}}
	cmd := &cobra.Command{
		Use: "validate", Short: "Check users.csv and the config; needs no key and no network",
		Args: noArgs, RunE: v.runs(v.run),
	}
	addFlags(cmd, fileFlags...)
	return cmd
}

func (v *validateCommand) run(context.Context) int {
	r, err := v.load()
	if err != nil {
		return v.fail(err)
	}
	if problems := r.problems(); len(problems) > 0 {
		report.Problems(r.Stderr, problems, r.style(), r.context())
		r.advise(aboutFiles)
		return ExitFailed
	}
	for _, f := range r.loaded.Spec.Findings {
		fmt.Fprintf(r.Stdout, "%s: %s\n", f.Source, visible(r.masker(nil).Finding(f)))
	}
	fmt.Fprintln(r.Stdout, r.sound())
	return ExitDone
}

// sound says in a line what was read and found to be in order.
func (r *run) sound() string {
	var parts []string
	if u := r.loaded.Spec.Users; u != nil {
		parts = append(parts, r.file+": "+count(len(u.People), peopleWord))
	}
	if n := len(r.loaded.Spec.Time); n > 0 {
		parts = append(parts, count(n, [2]string{"time sync", "time syncs"}))
	}
	if r.loaded.Config != "" {
		parts = append(parts, r.loaded.Config)
	}
	return strings.Join(parts, ", ") + ": no problems"
}
