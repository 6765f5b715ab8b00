package cli

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/apply"
	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/model"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// job is one sync of a run: the people, or one time sync. Jobs are read, planned and applied side by side, and one that
// fails does not stop the others.
type job struct {
	title string // users, or time acme
	spec  model.Spec
	read  func(context.Context) (model.State, error)
	do    apply.Doer

	err  error // it could not be started, read or planned
	plan *plan.Plan
}

// open finds out what there is to do and checks what can be checked without asking Clockify.
func (s *session) open() {
	if s.in.opts.wantsUsers() && s.loaded.Spec.Users != nil {
		s.jobs = append(s.jobs, s.usersJob())
	}
}

func (s *session) usersJob() *job {
	users := s.loaded.Spec.Users
	j := &job{title: "users", spec: model.Spec{Users: users}}
	if j.err = s.key(); j.err != nil {
		return j
	}
	id, err := s.workspaceID()
	if err != nil {
		j.err = err
		return j
	}
	w, err := s.workspace(id, mainKey)
	if err != nil {
		j.err = err
		return j
	}
	j.do = w
	j.read = func(ctx context.Context) (model.State, error) {
		dir, err := w.ReadUsers(ctx, users)
		return model.State{Users: dir}, err
	}
	return j
}

// planAll reads and plans every job. What the files themselves have to say comes first in the joined plan.
func (s *session) planAll(ctx context.Context) *plan.Plan {
	var group errgroup.Group
	for _, j := range s.jobs {
		if j.err != nil {
			continue
		}
		group.Go(func() error {
			j.plan, j.err = j.make(ctx)
			return nil
		})
	}
	_ = group.Wait() // every job keeps its own error
	parts := []*plan.Plan{plan.Compute(model.Spec{Findings: s.loaded.Spec.Findings, Problems: s.loaded.Spec.Problems}, model.State{})}
	for _, j := range s.jobs {
		parts = append(parts, j.plan)
	}
	all := plan.Join(parts...)
	all.Calls.Made = s.calls()
	return all
}

func (j *job) make(ctx context.Context) (*plan.Plan, error) {
	have, err := j.read(ctx)
	if err != nil {
		return nil, err
	}
	return plan.Compute(j.spec, have), nil
}

// failures are the errors of the jobs that could not be planned.
func (s *session) failures() []error {
	var errs []error
	for _, j := range s.jobs {
		if j.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", j.title, j.err))
		}
	}
	return errs
}

// stopped reports whether an error means that the run ended early on purpose.
func stopped(err error) bool {
	return errors.Is(err, clockify.ErrBudget) || errors.Is(err, context.Canceled) || errors.Is(err, plan.ErrStop)
}

// syncNames are the names of the time syncs, in the order of the config.
func (s *session) syncNames() []string {
	var names []string
	for _, t := range s.loaded.Spec.Time {
		names = append(names, t.Name)
	}
	return names
}
