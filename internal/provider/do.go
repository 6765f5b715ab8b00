package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// A deed is how one action is done: the call that makes it so, and the read that tells whether it is so. The read is
// needed where the call's answer was lost or Clockify refuses what may be done already; nothing is repeated without it.
type deed struct {
	do     func(context.Context) error
	holds  func(context.Context) (bool, error)
	people bool            // it writes people or groups, which an identity provider may own
	settle []time.Duration // waits before further tries where the call may come too soon after another
}

// repeats is how often a write is tried whose answer was lost and which was then seen not to have happened.
const repeats = 5

// settling is how long a role on a group made moments ago may take to be accepted (docs/clockify-api.md#new-group).
var settling = []time.Duration{300 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}

// refusalsBelieved is how many refusals in a row, before any success, say that people and groups are not ours to write.
const refusalsBelieved = 3

// Do carries out one change. It may be called concurrently for changes that do not need each other.
func (w *Workspace) Do(ctx context.Context, c plan.Change) (plan.Receipt, error) {
	if w.Writer == nil {
		return plan.Receipt{}, errReadOnly
	}
	ctx, attempts := clockify.CountCalls(ctx)
	d, err := w.deed(c)
	if err == nil {
		err = w.perform(ctx, d)
	}
	receipt := plan.Receipt{Attempts: attempts(), Response: response(err)}
	if errors.Is(err, clockify.ErrBudget) {
		err = fmt.Errorf("%w: %w", plan.ErrStop, err)
	}
	return receipt, err
}

// deed knows how every change of the planner's is done.
func (w *Workspace) deed(c plan.Change) (deed, error) {
	create := c.Op == plan.Create
	switch do := c.Do.(type) {
	case plan.CustomField:
		return w.createField(do), nil
	case plan.Group:
		switch c.Op {
		case plan.Create:
			return w.createGroup(do), nil
		case plan.Update:
			return w.renameGroup(do)
		}
		return w.deleteGroup(do)
	case plan.Person:
		if create {
			return w.invite(do), nil
		}
		return w.setActive(do)
	case plan.Profile:
		return w.setProfile(do)
	case plan.Membership:
		return w.member(do.Group, do.Person, create)
	case plan.Manager:
		switch {
		case do.Group != "":
			return w.groupManager(do.Manager, do.Group, create)
		case do.Person != "":
			return w.manager(do.Manager, do.Person, create)
		}
		return w.emptyRole(do)
	}
	return deed{}, fmt.Errorf("%T is not an action this workspace knows", c.Do)
}

// perform does a deed. Where the outcome is in doubt it looks before it tries again.
func (w *Workspace) perform(ctx context.Context, d deed) error {
	if d.people {
		if err := w.owned(); err != nil {
			return err
		}
	}
	settle := d.settle
	for try := 1; ; try++ {
		err := d.do(ctx)
		if d.people {
			w.observe(err)
		}
		doubt := errors.Is(err, clockify.ErrUncertain)
		refused := clockify.IsStatus(err, 400, 404, 409)
		if d.people && clockify.IsStatus(err, 403) {
			return fmt.Errorf("%w; if an identity provider (SCIM) owns people and groups, set identity_provider: true", err)
		}
		if err == nil || !doubt && !refused || d.holds == nil {
			return err
		}
		// Clockify answers a repeated grant, a removed role or a taken name with 400 or 409 in the words of the key
		// owner's language: whether it is as asked is read, not guessed from the words.
		done, herr := d.holds(ctx)
		switch {
		case herr != nil && doubt:
			return fmt.Errorf("%w; and reading whether it happened: %w", err, herr)
		case herr == nil && done:
			return nil
		case doubt && try < repeats:
			continue
		case refused && len(settle) > 0:
			if serr := w.Sleep(ctx, settle[0]); serr != nil {
				return err
			}
			settle = settle[1:]
			continue
		}
		return err
	}
}

// owned refuses writes of people and groups once it is clear that Clockify takes none.
func (w *Workspace) owned() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refusals < refusalsBelieved || w.accepted {
		return nil
	}
	return fmt.Errorf("%w: Clockify refuses to change people and groups here; if an identity provider (SCIM) owns them, set identity_provider: true", plan.ErrNotTried)
}

func (w *Workspace) observe(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err == nil:
		w.accepted = true
	case clockify.IsStatus(err, 403):
		w.refusals++
	}
}

// response is what is worth keeping of an answer: the status of a refusal, or that it went well.
func response(err error) string {
	var refused *clockify.Error
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &refused) && refused.Code != 0:
		return fmt.Sprintf("%d %d %s", refused.Status, refused.Code, refused.Message)
	case errors.As(err, &refused):
		return fmt.Sprintf("%d %s", refused.Status, refused.Message)
	}
	return err.Error()
}
