package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// confirmPhrase is what has to be typed before anything is done that cannot be taken back easily.
const confirmPhrase = "I UNDERSTAND"

// consent shows what will go and has the words typed. Without somebody to ask, or with other words, nothing is allowed.
func (c *console) consent(ctx context.Context, p *plan.Plan) (plan.Approval, error) {
	var gated []plan.Change
	for _, g := range p.Gated() {
		if !p.Blocked(g) {
			gated = append(gated, g)
		}
	}
	if len(gated) == 0 || !c.asking() {
		return plan.Approval{}, nil
	}
	fmt.Fprintf(c.Stderr, "\n%s cannot be taken back easily:\n", count(len(gated), [2]string{"change", "changes"}))
	for _, g := range gated {
		fmt.Fprint(c.Stderr, report.Broken("  - "+visible(describeLoss(g)), 6, c.Width))
	}
	text, err := c.ask(ctx, "Type "+confirmPhrase+" to do this too; anything else leaves it for later: ")
	switch {
	case errors.Is(err, errNobody):
	case err != nil:
		return plan.Approval{}, err
	case text == confirmPhrase:
		return plan.ApproveAll(), nil
	}
	fmt.Fprintf(c.Stderr, "Not done: %s. Everything else goes on.\n", count(len(gated), [2]string{"change waits", "changes wait"}))
	return plan.Approval{}, nil
}

// describeLoss says what a gated change takes away.
func describeLoss(c plan.Change) string {
	because := ""
	if c.Reason != "" {
		because = "   (" + c.Reason + ")"
	}
	switch do := c.Do.(type) {
	case plan.Person:
		if c.Op == plan.Update && !do.Active {
			return "deactivate " + do.Email + because
		}
	case plan.Group:
		if c.Op == plan.Delete {
			return fmt.Sprintf("delete the group %q", do.Name) + because
		}
	case plan.Membership:
		if c.Op == plan.Delete {
			return fmt.Sprintf("take %s out of the group %q", do.Person, do.Group) + because
		}
	case plan.Manager:
		switch {
		case c.Op != plan.Delete:
		case do.Person != "":
			return fmt.Sprintf("%s no longer manages %s", do.Manager, do.Person) + because
		case do.Group != "":
			return fmt.Sprintf("%s no longer manages the group %q", do.Manager, do.Group) + because
		}
	}
	text := fmt.Sprintf("%s %s %s", c.Op, c.Ref.Kind, c.Ref.Name)
	for _, f := range c.Fields {
		text += fmt.Sprintf(", %s %q → %q", f.Name, f.Before, f.After)
	}
	return text + because
}

// askCleanup asks, before an apply, whether unmanaged groups are to be listed for deletion, where the config does not say.
func (r *run) askCleanup(ctx context.Context) error {
	users := r.loaded.Spec.Users
	if users == nil || users.IdentityProvider || r.loaded.Settings.CleanupSaid || !r.opts.wantsUsers() || len(r.problems()) > 0 || !r.asking() {
		return nil
	}
	yes, err := r.confirm(ctx, "Also delete groups that nobody manages and nothing protects? You see the list first; cleanup.unmanaged_groups answers this for good.", false)
	if err == nil {
		users.DeleteUnmanaged = yes
	}
	if errors.Is(err, errNobody) || errors.Is(err, errAnswers) {
		return nil
	}
	return err
}
