package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// An operation is how one action is done: the call that makes it so, and the read that tells whether it is so. The read is
// needed where the call's answer was lost or Clockify refuses what may be done already; nothing is repeated without it.
type operation struct {
	do     func(context.Context) error
	check  func(context.Context) (bool, error)
	turn   chanMutex       // held meanwhile; nil: none
	people bool            // it writes people or groups, which an identity provider may own
	delays []time.Duration // waits before further tries where the call may come too soon after another
}

// maxAttempts is how often a write is tried whose answer was lost and which was then seen not to have happened.
const maxAttempts = 5

// roleDelays is how long a role on a group made moments ago may take to be accepted (docs/clockify-api.md#new-group).
var roleDelays = []time.Duration{300 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}

// maxForbidden: after so many 403 in a row, before any success, people and groups are taken for an identity provider's.
const maxForbidden = 3

// Do carries out one change. It may be called concurrently for changes that do not need each other. begin is called right
// before the first write, which is not sent where it returns an error; nil: nobody is told.
func (w *Workspace) Do(ctx context.Context, c plan.Change, begin func() error) (plan.Result, error) {
	if w.Writer == nil {
		return plan.Result{}, errReadOnly
	}
	return carryOut(ctx, begin, func(ctx context.Context) error {
		op, err := w.operation(c)
		if err != nil {
			return err
		}
		err = w.run(ctx, op)
		if c.Op == plan.Delete && c.Ref.Kind == plan.KindProfile && clockify.IsStatus(err, 400) && !errors.Is(err, plan.ErrUnknown) {
			return fmt.Errorf("%w: %w", plan.ErrNotCleared, err) // (docs/clockify-api.md#clearing-a-field)
		}
		return err
	})
}

// carryOut does a change and says what it took.
func carryOut(ctx context.Context, begin func() error, do func(context.Context) error) (plan.Result, error) {
	ctx, trace := clockify.WithTrace(ctx, begin)
	err := do(ctx)
	result := plan.Result{Attempts: trace.Writes(), Reads: trace.Reads(), HTTPStatus: trace.Status(), Response: "ok"}
	if err != nil {
		result.HTTPStatus, result.Response = refusal(err)
	}
	if errors.Is(err, plan.ErrUnknown) {
		result.HTTPStatus = 0 // the status in the error is that of the read which should have told
	}
	if clockify.Exhausted(err) {
		err = fmt.Errorf("%w: %w", plan.ErrStop, err)
	}
	return result, err
}

// refusal is the status of the answer in an error, and the answer in short.
func refusal(err error) (status int, text string) {
	var refused *clockify.Error
	switch {
	case !errors.As(err, &refused):
		return 0, err.Error()
	case refused.Code != 0:
		return refused.Status, fmt.Sprintf("%d %d %s", refused.Status, refused.Code, refused.Message)
	}
	return refused.Status, fmt.Sprintf("%d %s", refused.Status, refused.Message)
}

// operation knows how every change of the planner's is done.
func (w *Workspace) operation(c plan.Change) (operation, error) {
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
		return w.setMember(do.Group, do.Person, create)
	case plan.Manager:
		switch {
		case do.Group != "":
			return w.setGroupManager(do.Manager, do.Group, create)
		case do.Person != "":
			return w.setManager(do.Manager, do.Person, create)
		}
		return w.revokeEmptyRole(do)
	}
	return operation{}, fmt.Errorf("%T is not an action this workspace knows", c.Do)
}

// run does an operation. Where the outcome is in doubt it looks before it tries again.
func (w *Workspace) run(ctx context.Context, op operation) error {
	if op.people {
		if err := w.readOnlyByIdP(); err != nil {
			return err
		}
	}
	if op.turn != nil {
		op.turn.Lock()
		defer op.turn.Unlock()
	}
	delays := op.delays
	for try := 1; ; try++ {
		err := op.do(ctx)
		if op.people {
			w.record(err)
		}
		uncertain := errors.Is(err, clockify.ErrUncertain)
		refused := clockify.IsStatus(err, 400, 404, 409)
		if op.people && clockify.IsStatus(err, 403) {
			return fmt.Errorf("%w; if an identity provider (SCIM) owns people and groups, set identity_provider: true", err)
		}
		switch {
		case err == nil:
			return nil
		case uncertain && (op.check == nil || ctx.Err() != nil):
			return fmt.Errorf("%w: %w", plan.ErrUnknown, err)
		case op.check == nil || ctx.Err() != nil || !uncertain && !refused:
			return err
		}
		// Clockify answers a repeated grant, a removed role or a taken name with 400 or 409 in the words of the key
		// owner's language: whether it is as asked is read, not guessed from the words.
		done, checkErr := op.check(ctx)
		switch {
		case checkErr != nil && uncertain:
			return fmt.Errorf("%w; %w: %w", err, plan.ErrUnknown, checkErr)
		case checkErr == nil && done:
			return nil
		case uncertain && !clockify.Exhausted(err) && ctx.Err() == nil && try < maxAttempts:
			continue
		case refused && len(delays) > 0:
			if w.Sleep(ctx, delays[0]) != nil {
				return err
			}
			delays = delays[1:]
			continue
		}
		return err
	}
}

// readOnlyByIdP refuses writes of people and groups once it is clear that Clockify takes none.
func (w *Workspace) readOnlyByIdP() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.forbidden < maxForbidden || w.accepted {
		return nil
	}
	return fmt.Errorf("%w: Clockify refuses to change people and groups here; if an identity provider (SCIM) owns them, set identity_provider: true", plan.ErrNotTried)
}

// record counts the refusals that readOnlyByIdP goes by.
func (w *Workspace) record(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err == nil:
		w.accepted = true
	case clockify.IsStatus(err, 403):
		w.forbidden++
	}
}
