package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// understood is what has to be typed before anything is done that cannot be taken back easily.
const understood = "I UNDERSTAND"

// consent shows what will go and has the words typed. Without somebody to ask, or with other words, nothing is allowed.
func (in *invocation) consent(ctx context.Context, p *plan.Plan) (plan.Approval, error) {
	var gated []plan.Change
	for _, c := range p.Gated() {
		if !p.Blocked(c) {
			gated = append(gated, c)
		}
	}
	if len(gated) == 0 || !in.asking() {
		return plan.Approval{}, nil
	}
	fmt.Fprintf(in.Stderr, "\n%s cannot be taken back easily:\n", count(len(gated), [2]string{"change", "changes"}))
	for _, c := range gated {
		fmt.Fprint(in.Stderr, report.Broken("  - "+visible(goes(c)), 6, in.Width))
	}
	text, err := in.ask(ctx, "Type "+understood+" to do this too; anything else leaves it for later: ")
	switch {
	case errors.Is(err, errNobody):
	case err != nil:
		return plan.Approval{}, err
	case text == understood:
		return plan.ApproveAll(), nil
	}
	fmt.Fprintf(in.Stderr, "Not done: %s. Everything else goes on.\n", count(len(gated), [2]string{"change waits", "changes wait"}))
	return plan.Approval{}, nil
}

// goes says what a gated change takes away.
func goes(c plan.Change) string {
	because := ""
	if c.Reason != "" {
		because = "   (" + c.Reason + ")"
	}
	switch do := c.Do.(type) {
	case plan.SetActive:
		return "deactivate " + do.Person + because
	case plan.DeleteGroup:
		return fmt.Sprintf("delete the group %q", do.Group) + because
	case plan.RemoveMember:
		return fmt.Sprintf("take %s out of the group %q", do.Person, do.Group) + because
	case plan.RevokeManager:
		return fmt.Sprintf("%s no longer manages %s", do.Manager, do.Person) + because
	case plan.RevokeGroup:
		return fmt.Sprintf("%s no longer manages the group %q", do.Manager, do.Group) + because
	}
	text := fmt.Sprintf("%s %s %s", c.Op, c.Ref.Kind, c.Ref.Name)
	for _, f := range c.Fields {
		text += fmt.Sprintf(", %s %q → %q", f.Name, f.Before, f.After)
	}
	return text + because
}

// askCleanup asks, before an apply, whether unmanaged groups are to be listed for deletion, where the config does not say.
func (s *session) askCleanup(ctx context.Context) error {
	users := s.loaded.Spec.Users
	if users == nil || users.IdentityProvider || s.loaded.Settings.CleanupSaid || !s.in.opts.wantsUsers() || len(s.problems()) > 0 || !s.in.asking() {
		return nil
	}
	yes, err := s.in.confirm(ctx, "Also delete groups that nobody manages and nothing protects? You see the list first; cleanup.unmanaged_groups answers this for good.", false)
	if err == nil {
		users.DeleteUnmanaged = yes
	}
	if errors.Is(err, errNobody) || errors.Is(err, errAnswers) {
		return nil
	}
	return err
}
