package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// confirmPhrase is what has to be typed before anything is done that cannot be taken back easily.
const confirmPhrase = "I UNDERSTAND"

// errDeclined ends an apply that nobody agreed to. It is a stop on purpose.
var errDeclined = errors.New("nothing was written")

// agree asks before anything is written and returns what may be done of the gated changes. yes is for what is not gated,
// confirmPhrase for all of it; any other answer, and the end of the input, is errDeclined. --yes answers for what is not
// gated: then only the rest is asked about, and any other answer leaves it for later. Nobody is asked about a plan that
// changes nothing, nor where there is no terminal.
func (c *command) agree(ctx context.Context, p *plan.Plan) (plan.Approval, error) {
	routine, gated := 0, 0
	for _, change := range p.Changes {
		switch {
		case p.Blocked(change):
		case change.Gated:
			gated++
		default:
			routine++
		}
	}
	if c.opts.Yes {
		routine = 0
	}
	if routine+gated == 0 || !c.asking() {
		return plan.Approval{}, nil
	}
	if gated > 0 && len(p.Changes) > aScreen {
		report.AskedAbout(c.Stderr, p, c.style(), report.Context{UsersFile: c.opts.Users})
	}
	fmt.Fprint(c.Stderr, report.Broken("\n"+question(routine, gated, c.opts.Yes), 0, c.Width))
	text, err := c.ask(ctx, "> ")
	switch {
	case err != nil && !errors.Is(err, errNobody):
		return plan.Approval{}, err
	case err == nil && text == confirmPhrase:
		return plan.ApproveAll(), nil
	case err == nil && strings.EqualFold(text, "yes") && routine > 0, c.opts.Yes:
		return plan.Approval{}, nil
	}
	return plan.Approval{}, errDeclined
}

// aScreen is how many changes are shown before what needs approval has scrolled away, and is shown again.
const aScreen = 12

var (
	changeWord = [2]string{"change", "changes"}
	gatedWord  = [2]string{"change that needs approval", "changes that need approval"}
)

// question says what each answer does.
func question(routine, gated int, agreed bool) string {
	otherwise := "anything else: nothing is written"
	switch {
	case gated == 0:
		return fmt.Sprintf("Apply the %s?  yes · %s", count(routine, changeWord), otherwise)
	case agreed:
		return fmt.Sprintf("Also do the %s?  %s · anything else: not now", count(gated, gatedWord), confirmPhrase)
	case routine == 0:
		return fmt.Sprintf("Do the %s?  %s · %s", count(gated, gatedWord), confirmPhrase, otherwise)
	}
	return fmt.Sprintf("Apply the %s?  yes: these · %s: and the %s · %s", count(routine, changeWord), confirmPhrase, count(gated, gatedWord), otherwise)
}

// askCleanup asks, before an apply, whether unmanaged groups are to be listed for deletion, where the config does not say.
func (r *run) askCleanup(ctx context.Context) error {
	users := r.loaded.Spec.Users
	if users == nil || users.IdentityProvider || r.loaded.file.Said("cleanup", "unmanaged_groups") || !r.opts.wantsUsers() || len(r.problems()) > 0 || !r.asking() {
		return nil
	}
	yes, err := r.confirm(ctx, "Also delete groups that nobody manages and nothing protects? You see the list first; cleanup.unmanaged_groups answers this for good.", false)
	if err == nil {
		users.DeleteUnmanaged = yes
	}
	if errors.Is(err, errNobody) {
		return errDeclined
	}
	if errors.Is(err, errAnswers) {
		return nil
	}
	return err
}
