package cli

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

// planCommand shows what apply would do.
type planCommand struct{ command }

func newPlan(c *console) *cobra.Command {
	p := &planCommand{command{console: c}}
	cmd := &cobra.Command{
		Use: "plan", Short: "Show what apply would change", SuggestFor: []string{"diff", "preview", "show", "dry-run", "refresh"},
		Args: noArgs, RunE: p.runs(p.run),
	}
	addFlags(cmd, planFlags...)
	return cmd
}

// planFile is where plan leaves the plan, so that a later apply can tell what is left of an approved one.
const planFile = "plan.json"

func (c *planCommand) run(ctx context.Context) int {
	r, err := c.load()
	if err != nil {
		return c.fail(err)
	}
	if err := r.guide(ctx); err != nil {
		return c.fail(err)
	}
	earlier := r.earlier()
	r.opts.Out = cmp.Or(r.opts.Out, planFile)
	r.open()
	p := r.planAll(ctx)
	if err := r.show(p); err != nil {
		return c.fail(err)
	}
	if r.opts.Approve != "" {
		_, reason, err := p.ParseApproval(r.opts.Approve, earlier...)
		if err != nil {
			return c.fail(about(aboutApproval, fmt.Errorf("--approve: %w", err)))
		}
		if reason != "" {
			fmt.Fprintln(r.Stdout, "Approval: "+reason)
		}
	}
	return r.planExit(p)
}
