package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// applyCommand plans, runs the plan, verifies and writes the audit files.
type applyCommand struct{ command }

func newApply(c *console) *cobra.Command {
	a := &applyCommand{command{console: c}}
	cmd := &cobra.Command{
		Use: "apply", Short: "Make Clockify match, verify, write the audit files", SuggestFor: []string{"sync", "run", "push", "deploy"},
		Args: noArgs, RunE: a.runs(a.run),
	}
	addFlags(cmd, planFlags...)
	addFlags(cmd, "audit-dir", "yes", "expect")
	return cmd
}

func (c *applyCommand) run(ctx context.Context) int {
	started := c.Now()
	r, err := c.load()
	if err != nil {
		return c.fail(err)
	}
	err = r.guide(ctx)
	if err == nil {
		err = r.askCleanup(ctx)
	}
	if err != nil {
		return c.fail(err)
	}
	r.open()
	r.applying = true
	p := r.planAll(ctx)
	if err := r.show(p); err != nil {
		return c.fail(err)
	}
	if err := r.expected(p); err != nil {
		return c.fail(err)
	}
	approval, reason, err := c.approval(ctx, r, p)
	if err != nil {
		return c.fail(err)
	}
	a := &applyRun{run: r, plan: p, started: started.Add(c.promptTime), approver: c.approver(p, approval)}
	code, err := a.do(ctx, approval)
	if err != nil {
		return c.fail(err)
	}
	a.print(reason)
	return code
}

// approver says for the audit who approved what of the plan is gated, and where.
func (c *applyCommand) approver(p *plan.Plan, approval plan.Approval) string {
	switch {
	case !slices.ContainsFunc(p.Gated(), approval.Permits):
		return ""
	case c.opts.Approve != "":
		return c.getenv("USER") + " with --approve"
	}
	return c.getenv("USER") + " at a terminal"
}

// approval is what may be done of the gated changes: what --approve says, or whoever sits at the terminal.
func (c *applyCommand) approval(ctx context.Context, r *run, p *plan.Plan) (plan.Approval, string, error) {
	if r.opts.Approve == "" {
		approval, err := c.agree(ctx, p)
		return approval, "", err
	}
	approval, reason, err := p.ParseApproval(r.opts.Approve, r.earlier()...)
	if err != nil {
		err = about(aboutApproval, fmt.Errorf("--approve: %w", err))
	}
	return approval, reason, err
}
