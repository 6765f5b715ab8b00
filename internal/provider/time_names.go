package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// names puts names in the place of ids, reading tags and tasks only where entries have them, and finds out who decides
// what is billable.
func (r *timeReader) names(ctx context.Context) error {
	src, dst := &r.ledger.Source, &r.ledger.Destination
	srcTags, srcTasks := used(src.Entries)
	dstTags, dstTasks := used(dst.Entries)
	group, gctx := errgroup.WithContext(ctx)
	var sourceTags, destTags []clockify.Tag
	if srcTags {
		group.Go(func() (err error) {
			sourceTags, err = r.src.tags(gctx)
			return wrap(r.of("list the source's tags"), err)
		})
	}
	if srcTags || dstTags {
		group.Go(func() (err error) {
			destTags, err = r.dst.tags(gctx)
			return wrap(r.of("list the destination's tags"), err)
		})
	}
	if s := r.dst.workspace.Settings; s.OnlyAdminsCanChangeBillableStatus {
		group.Go(func() error {
			admin, err := r.dst.admin(gctx)
			r.fixed = !admin
			dst.FixedBillable = r.fixed
			return wrap(r.of("ask whether the key is an admin's"), err)
		})
	}
	sourceTasks := r.taskReader(gctx, group, r.src, r.projects.source, func(p state.Project) bool { return srcTasks[p.Label()] })
	goals := r.goals(srcTasks)
	destTasks := r.taskReader(gctx, group, r.dst, r.projects.dest, func(p state.Project) bool { return dstTasks[p.Label()] || goals(p) })
	if err := group.Wait(); err != nil {
		return err
	}
	rename(src.Entries, sourceTags, sourceTasks)
	rename(dst.Entries, destTags, destTasks)
	for _, tag := range destTags {
		if tag.Archived {
			dst.ArchivedTags = append(dst.ArchivedTags, tag.Name)
		} else {
			dst.Tags = append(dst.Tags, tag.Name)
		}
	}
	for i := range dst.Projects {
		p := &dst.Projects[i]
		for _, task := range destTasks.of(p.Client, p.Name) {
			p.Tasks = append(p.Tasks, task.Name)
		}
		slices.Sort(p.Tasks)
	}
	return nil
}

// used tells whether entries have tags, and which projects' entries have tasks, by label.
func used(entries []state.Entry) (tags bool, tasks map[string]bool) {
	tasks = map[string]bool{}
	for i := range entries {
		e := &entries[i]
		tags = tags || len(e.Tags) > 0
		if e.Task != "" {
			tasks[state.Project{Client: e.Client, Name: e.Project}.Label()] = true
		}
	}
	return tags, tasks
}

// goals says which destination projects entries with tasks may go to: more than do, for which it is is not decided here.
func (r *timeReader) goals(labels map[string]bool) func(state.Project) bool {
	names := map[string]bool{}
	for _, p := range r.projects.source {
		if labels[p.Label()] {
			names[p.Name] = true
			if to := r.sync.ProjectMap[p.Name]; to != "" {
				names[to] = true
			}
		}
	}
	return func(p state.Project) bool { return !p.Archived && (names[p.Name] || names[p.Label()]) }
}

// taskBook is the tasks of some projects, by the project's label.
type taskBook struct {
	mu sync.Mutex
	by map[string][]clockify.Task
}

func (b *taskBook) of(client, project string) []clockify.Task {
	return b.by[state.Project{Client: client, Name: project}.Label()]
}

// taskReader reads the tasks of the projects that are wanted. The book is filled when the group is done.
func (r *timeReader) taskReader(ctx context.Context, group *errgroup.Group, s *shelf, projects map[string]state.Project, wanted func(state.Project) bool) *taskBook {
	book := &taskBook{by: map[string][]clockify.Task{}}
	for id, p := range projects {
		if !wanted(p) {
			continue
		}
		group.Go(func() error {
			list, err := s.tasks(ctx, id)
			book.mu.Lock()
			defer book.mu.Unlock()
			book.by[p.Label()] = list
			return wrap(r.of(fmt.Sprintf("list the tasks of %q", p.Label())), err)
		})
	}
	return book
}

// rename puts names in the place of the ids of tags and tasks.
func rename(entries []state.Entry, tags []clockify.Tag, tasks *taskBook) {
	names := map[string]string{}
	for _, tag := range tags {
		names[tag.ID] = tag.Name
	}
	for _, list := range tasks.by {
		for _, task := range list {
			names["task "+task.ID] = task.Name
		}
	}
	lists := map[string][]string{} // entries share lists of tags
	for i := range entries {
		e := &entries[i]
		if e.Task != "" {
			if e.Task = names["task "+e.Task]; e.Task == "" {
				e.Unmapped = append(e.Unmapped, "a task that is not there any more")
			}
		}
		if len(e.Tags) == 0 {
			e.Tags = nil
			continue
		}
		key := strings.Join(e.Tags, " ")
		list, known := lists[key]
		if !known {
			for _, id := range e.Tags {
				if names[id] != "" {
					list = append(list, names[id])
				}
			}
			list = sorted(list)
			lists[key] = list
		}
		if len(list) < len(e.Tags) {
			e.Unmapped = append(e.Unmapped, "a tag that is not there any more")
		}
		e.Tags = list
	}
}
