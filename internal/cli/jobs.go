package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

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
	base  *state.Spec // what the base's files ask for; nil: there is none to compare with
	open  func(*reader) (source, error)

	endpoints []endpoint                 // the workspaces it reads
	workspace func(plan.Change) string   // the id of the workspace that a change is made in
	least     int                        // calls that reading it takes at least
	verifying func(workspace string) int // calls that verifying its plan takes there, and never more than reading did

	person string // the one person it is about; empty: all
	target string // whose entries in which workspace a time sync writes

	err  error      // it could not be started, read or planned
	plan *plan.Plan // with each change's origin
	source
}

// source is where a job's State comes from, and who can change it afterwards.
type source struct {
	read func(context.Context) (state.State, error)
	do   apply.Doer // who can do the plan: it knows the ids that were read
	// reread reads what changes may have touched, and says what it looked at; nil: everything is read.
	reread func(ctx context.Context, changes []plan.Change) (state.State, []string, error)
}

// open finds out what there is to do and checks what can be checked without asking Clockify.
func (r *run) open() {
	if r.opts.wantsUsers() && r.loaded.Spec.Users != nil {
		r.jobs = append(r.jobs, r.usersJob())
	}
	r.jobs = append(r.jobs, r.timeJobs()...)
}

func (r *run) usersJob() *job {
	users := r.loaded.Spec.Users
	j := &job{title: "users", spec: state.Spec{Users: users}, person: r.opts.person()}
	id, err := r.workspaceID()
	if j.err = errors.Join(r.key(), err); j.err != nil {
		return j
	}
	j.workspace = func(plan.Change) string { return id }
	j.endpoints, j.least = []endpoint{{id, mainKey}}, provider.LeastUserCalls(users)
	j.verifying = func(string) int { return provider.RereadCalls(j.plan.Changes) }
	if r.base != nil {
		j.base = &state.Spec{Users: r.base.Users}
	}
	j.open = func(r *reader) (source, error) {
		w, err := r.workspace(id, mainKey)
		return source{
			do: w,
			read: func(ctx context.Context) (state.State, error) {
				dir, err := w.ReadUsers(ctx, users)
				return state.State{Users: dir}, err
			},
			reread: func(ctx context.Context, changes []plan.Change) (state.State, []string, error) {
				dir, look, err := w.Reread(ctx, users, changes)
				return state.State{Users: dir}, look.Words(), err
			},
		}, err
	}
	return j
}

// planAll reads and plans every job. What the files themselves have to say comes first in the joined plan.
func (r *run) planAll(ctx context.Context) *plan.Plan {
	defer r.watch("Reading")()
	var sound []*job
	for _, j := range r.jobs {
		if j.err == nil {
			sound = append(sound, j)
		}
	}
	for i, m := range r.readAll(ctx, sound) {
		j := sound[i]
		r.role = cmp.Or(r.role, m.role)
		if j.plan, j.source, j.err = m.plan, m.source, m.err; clockify.Exhausted(j.err) && !errors.Is(j.err, errLeftOut) {
			j.err = r.budgets.explain(j.err, j.least)
		}
		if j.err == nil && j.person != "" && !j.knows(j.person) {
			j.plan, j.err = nil, about(aboutCommandLine, fmt.Errorf("--only user:%s: nobody has this address, neither in %s nor in the workspace", j.person, r.file))
		}
	}
	parts := []*plan.Plan{plan.Compute(state.Spec{Findings: r.loaded.Spec.Findings, Problems: r.loaded.Spec.Problems}, state.State{})}
	for _, j := range r.jobs {
		parts = append(parts, j.plan)
	}
	all := plan.Join(parts...)
	r.count(all)
	return plan.MapTexts(all, r.scrub())
}

// knows reports whether a person is in the CSV or in the workspace.
func (j *job) knows(email string) bool {
	if _, ok := j.plan.Names[email]; ok {
		return true
	}
	users := j.spec.Users
	return slices.Contains(users.InvalidEmails, email) || slices.ContainsFunc(users.People, func(row state.Row) bool { return row.Email == email })
}

// scrub takes the keys of the run out of texts, which Clockify's own may hold.
func (r *run) scrub() func(string) string { return r.scrubber().Scrub }

// result is what became of a job in a reading.
type result struct {
	have state.State
	plan *plan.Plan
	source
	err  error
	role string // of the key's user, where people were read
}

// compute has every job read, side by side, and plans what was read. Time syncs that write one person's entries in one
// workspace are planned together once all is read.
func compute(jobs []*job, read func(*job, *result)) []result {
	var group errgroup.Group
	done, targets := make([]result, len(jobs)), map[string]int{}
	for _, j := range jobs {
		targets[j.target]++
	}
	for i, j := range jobs {
		group.Go(func() error {
			m := &done[i]
			if read(j, m); m.err == nil && (j.target == "" || targets[j.target] == 1) {
				m.plan = plan.Compute(j.spec, m.have)
				if j.base != nil {
					m.plan.SetOrigins(plan.Compute(*j.base, m.have))
				}
				if j.person != "" {
					m.plan = m.plan.Narrow(j.person)
				}
			}
			return nil
		})
	}
	_ = group.Wait() // every job keeps its own error
	for target, n := range targets {
		if target != "" && n > 1 {
			computeTogether(jobs, done, target)
		}
	}
	for i := range done {
		done[i].role = roleOf(done[i].have.Users)
		done[i].have = state.State{} // may be large
	}
	return done
}

// computeTogether plans the time syncs of one target in one go: an entry there stands for one of the source, and no more.
func computeTogether(jobs []*job, done []result, target string) {
	var states []state.TimeState
	var all []state.TimeSync
	var base *state.Spec
	for i, j := range jobs {
		if j.target == target {
			states, all, base = append(states, done[i].have.Time...), j.spec.Time, j.base
		}
	}
	plans := plan.ComputeTime(all, states)
	if base != nil {
		asBefore := plan.ComputeTime(base.Time, states)
		for name, p := range plans {
			of := asBefore[name]
			if of == nil {
				of = &plan.Plan{} // the base has no such sync
			}
			p.SetOrigins(of)
		}
	}
	for i, j := range jobs {
		if j.target == target && done[i].err == nil {
			done[i].plan = plans[done[i].have.Time[0].Sync]
		}
	}
}

// failures are the errors of the jobs that could not be planned.
func (r *run) failures() []error {
	var errs []error
	if left := r.leftOut(); len(left) > 0 {
		errs = append(errs, leftOutError(left))
	}
	for _, j := range r.jobs {
		if j.err != nil && !errors.Is(j.err, errLeftOut) {
			errs = append(errs, fmt.Errorf("%s: %w", j.title, j.err))
		}
	}
	return errs
}

// stopped reports whether an error means that the run ended early on purpose.
func stopped(err error) bool {
	return clockify.Exhausted(err) || errors.Is(err, errDeclined) || errors.Is(err, errInterrupted) || errors.Is(err, context.Canceled) || errors.Is(err, plan.ErrStop)
}
