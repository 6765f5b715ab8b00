package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/apply"
	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/provider"
)

// job is one sync of a run: the people, or one time sync. Jobs are read, planned and applied side by side, and one that
// fails does not stop the others.
type job struct {
	title string // users, or time acme
	spec  state.Spec
	open  func(*round) (source, error)

	place string // whose entries in which workspace a time sync writes

	err  error // it could not be started, read or planned
	plan *plan.Plan
	do   apply.Doer // who can do the plan: it knows the ids that were read
}

// source is where a job's State comes from, and who can change it afterwards.
type source struct {
	read func(context.Context) (state.State, error)
	do   apply.Doer
}

// round is one reading of everything: jobs that read the same workspace with the same key share what they read. The
// reading that verifies is another round.
type round struct {
	s          *session
	mu         sync.Mutex
	workspaces map[string]*provider.Workspace
}

func (s *session) round() *round { return &round{s: s, workspaces: map[string]*provider.Workspace{}} }

// workspace returns the workspace as seen with a token.
func (r *round) workspace(id, token string) (*provider.Workspace, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := id + " " + r.s.tokens[token].Reveal()
	if w := r.workspaces[name]; w != nil {
		return w, nil
	}
	reader, err := r.s.client(token, false)
	if err != nil {
		return nil, err
	}
	writer, err := r.s.client(token, true)
	if err != nil {
		return nil, err
	}
	w := provider.New(provider.Options{ID: id, Reader: reader, Writer: writer, Now: r.s.in.Now, Sleep: r.s.in.Sleep, Logger: r.s.logger(), OnFree: r.s.free(token)})
	r.workspaces[name] = w
	return w, nil
}

// open finds out what there is to do and checks what can be checked without asking Clockify.
func (s *session) open() {
	if s.in.opts.wantsUsers() && s.loaded.Spec.Users != nil {
		s.jobs = append(s.jobs, s.usersJob())
	}
	s.jobs = append(s.jobs, s.timeJobs()...)
}

func (s *session) usersJob() *job {
	users := s.loaded.Spec.Users
	j := &job{title: "users", spec: state.Spec{Users: users}}
	id, err := s.workspaceID()
	if j.err = errors.Join(s.key(), err); j.err != nil {
		return j
	}
	j.open = func(r *round) (source, error) {
		w, err := r.workspace(id, mainKey)
		return source{do: w, read: func(ctx context.Context) (state.State, error) {
			dir, err := w.ReadUsers(ctx, users)
			return state.State{Users: dir}, err
		}}, err
	}
	return j
}

// planAll reads and plans every job. What the files themselves have to say comes first in the joined plan.
func (s *session) planAll(ctx context.Context) *plan.Plan {
	var sound []*job
	for _, j := range s.jobs {
		if j.err == nil {
			sound = append(sound, j)
		}
	}
	for i, m := range s.round().make(ctx, sound) {
		j := sound[i]
		if j.plan, j.do, j.err = m.plan, m.do, m.err; clockify.Exhausted(j.err) {
			j.err = s.spent(j.err)
		}
	}
	parts := []*plan.Plan{plan.Compute(state.Spec{Findings: s.loaded.Spec.Findings, Problems: s.loaded.Spec.Problems}, state.State{})}
	for _, j := range s.jobs {
		parts = append(parts, j.plan)
	}
	all := plan.Join(parts...)
	s.count(all)
	return all
}

// made is what became of a job in a round.
type made struct {
	have state.State
	plan *plan.Plan
	do   apply.Doer
	err  error
}

// make reads and plans jobs side by side. Time syncs that write one person's entries in one workspace are planned one
// after another once all is read, in the order of the config: an entry there stands for one of the source, and no more.
func (r *round) make(ctx context.Context, jobs []*job) []made {
	var group errgroup.Group
	done, places := make([]made, len(jobs)), map[string]int{}
	for _, j := range jobs {
		places[j.place]++
	}
	for i, j := range jobs {
		group.Go(func() error {
			m := &done[i]
			if m.have, m.do, m.err = j.read(ctx, r); m.err == nil && (j.place == "" || places[j.place] == 1) {
				m.plan = plan.Compute(j.spec, m.have)
			}
			return nil
		})
	}
	_ = group.Wait() // every job keeps its own error
	taken := map[string]map[string]bool{}
	for i, j := range jobs {
		m := &done[i]
		if m.err == nil && m.plan == nil {
			if taken[j.place] == nil {
				taken[j.place] = map[string]bool{}
			}
			for l := range m.have.Time {
				m.have.Time[l].Matched = taken[j.place]
			}
			m.plan = plan.Compute(j.spec, m.have)
		}
		m.have = state.State{} // may be large
	}
	return done
}

// read reads what the job needs as part of a round.
func (j *job) read(ctx context.Context, r *round) (state.State, apply.Doer, error) {
	from, err := j.open(r)
	if err != nil {
		return state.State{}, nil, err
	}
	have, err := from.read(ctx)
	return have, from.do, err
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
	return clockify.Exhausted(err) || errors.Is(err, context.Canceled) || errors.Is(err, plan.ErrStop)
}
