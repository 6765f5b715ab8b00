package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// names puts names in the place of ids. Tags are read where entries have some; tasks only of projects whose entries may
// have to be written, for there may be many.
func (r *timeReader) names(ctx context.Context) error {
	used := r.used()
	group, gctx := errgroup.WithContext(ctx)
	var destTags []clockify.Tag
	if used.sourceTags || len(r.sync.OnlyTags) > 0 {
		group.Go(func() error {
			tags, err := r.src.tags(gctx)
			r.source.Tags = make([]string, len(tags))
			for i, tag := range tags {
				r.src.name(tag.ID, tag.Name)
				r.source.Tags[i] = tag.Name
			}
			return wrap(r.of("list the source's tags"), err)
		})
	}
	if used.sourceTags || used.destTags || r.sync.Defaults.Tag != "" {
		group.Go(func() (err error) {
			destTags, err = r.dst.tags(gctx)
			for _, tag := range destTags {
				r.dst.name(tag.ID, tag.Name)
			}
			return wrap(r.of("list the destination's tags"), err)
		})
	}
	for id := range used.sourceTasks {
		group.Go(func() error { return r.readTasks(gctx, r.src, id, nil) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := r.destTasks(ctx, used); err != nil {
		return err
	}
	for _, p := range r.people {
		r.src.rename(p.have.Source.Entries)
		r.dst.rename(p.have.Destination.Entries)
	}
	for _, tag := range destTags {
		if tag.Archived {
			r.dest.ArchivedTags = append(r.dest.ArchivedTags, tag.Name)
		} else {
			r.dest.Tags = append(r.dest.Tags, tag.Name)
		}
	}
	return nil
}

// usage is what of the workspaces entries use.
type usage struct {
	sourceTags, destTags bool
	sourceTasks          map[string]bool            // ids of source projects whose tasks have no name yet
	wanted               map[string]map[string]bool // by name of source project: ids of tasks of entries that may be written
	destTasks            map[string]bool            // ids of destination projects whose tasks have no name yet
}

// used looks at the entries. Without a link, entries that all have a twin are not written, whatever their tags and tasks:
// of their tasks nothing has to be known. Where another sync writes there too, a twin may be that sync's.
func (r *timeReader) used() usage {
	u := usage{sourceTasks: map[string]bool{}, wanted: map[string]map[string]bool{}, destTasks: map[string]bool{}}
	sourceID, destID := idsOf(r.projects.source), idsOf(r.projects.dest)
	archived := map[string]bool{}
	for _, p := range r.projects.dest {
		archived[p.Label()] = p.Archived
	}
	for _, p := range r.people {
		if p.bulk {
			dropNames(p) // nothing is written for them
			continue
		}
		left := map[string]int{} // twins less the source entries that want one
		for i := range p.have.Destination.Entries {
			e := &p.have.Destination.Entries[i]
			u.destTags = u.destTags || len(e.Tags) > 0
			if e.Task != "" && r.sync.Link && r.dst.nameOf(e.Task) == "" {
				u.destTasks[destID[labelOf(e)]] = true
			}
			if !e.TimeOff && !archived[labelOf(e)] {
				left[twinKey(e.Project, e)]++
				if e.Client != "" {
					left[twinKey(labelOf(e), e)]++
				}
			}
		}
		entries := p.have.Source.Entries
		for i := range entries {
			left[twinKey(r.goesTo(&entries[i]), &entries[i])]--
		}
		for i := range entries {
			e := &entries[i]
			u.sourceTags = u.sourceTags || len(e.Tags) > 0
			if e.Task == "" || e.Project == "" {
				continue
			}
			if !r.sync.Link && !r.shared && left[twinKey(r.goesTo(e), e)] >= 0 {
				e.Task = ""
				continue
			}
			if r.src.nameOf(e.Task) == "" {
				u.sourceTasks[sourceID[labelOf(e)]] = true
			}
			if u.wanted[e.Project] == nil {
				u.wanted[e.Project] = map[string]bool{}
			}
			u.wanted[e.Project][e.Task] = true
		}
	}
	return u
}

// goesTo is the name or label of the destination project that is likely meant.
func (r *timeReader) goesTo(e *state.Entry) string {
	return cmp.Or(r.sync.ProjectMap[e.Project], e.Project)
}

func labelOf(e *state.Entry) string { return state.Project{Client: e.Client, Name: e.Project}.Label() }

func twinKey(project string, e *state.Entry) string {
	return fmt.Sprintf("%s\x00%d\x00%d\x00%s", project, e.Start.Unix(), e.End.Unix(), e.Description)
}

func idsOf(projects map[string]state.Project) map[string]string {
	ids := map[string]string{}
	for id, p := range projects {
		ids[p.Label()] = id
	}
	return ids
}

// destTasks reads the tasks of destination projects that entries with a task may go to: more than do, for which it is is
// not decided here. Those that rows have told already are not asked for.
func (r *timeReader) destTasks(ctx context.Context, u usage) error {
	want := map[string]map[string]bool{} // by name or label of destination project: names of tasks
	for project, ids := range u.wanted {
		names := map[string]bool{}
		for id := range ids {
			names[r.src.nameOf(id)] = true
		}
		want[project] = names
		if to := r.sync.ProjectMap[project]; to != "" {
			want[to] = names
		}
	}
	var mu sync.Mutex
	group, gctx := errgroup.WithContext(ctx)
	for i := range r.dest.Projects {
		p := &r.dest.Projects[i]
		id, err := r.dst.lookupID(idKey{"project", p.Client, p.Name})
		if err != nil {
			return err
		}
		names := want[p.Name]
		if names == nil {
			names = want[p.Label()]
		}
		p.Tasks = r.dst.tasksTold(id)
		need := u.destTasks[id] || r.sync.Defaults.Task != "" && r.dest.Rules.NeedsTask
		for name := range names {
			need = need || !slices.Contains(p.Tasks, name)
		}
		if p.Archived || !need {
			continue
		}
		group.Go(func() error {
			return r.readTasks(gctx, r.dst, id, func(names []string) { mu.Lock(); p.Tasks = names; mu.Unlock() })
		})
	}
	return group.Wait()
}

// readTasks reads the tasks of a project.
func (r *timeReader) readTasks(ctx context.Context, c *workspaceCache, id string, keep func([]string)) error {
	list, err := c.tasks(ctx, id)
	if err != nil {
		return wrap(r.of("list the tasks of a project"), err)
	}
	names := make([]string, len(list))
	for i, task := range list {
		c.name(task.ID, task.Name)
		names[i] = task.Name
	}
	if keep != nil {
		slices.Sort(names)
		keep(names)
	}
	return nil
}

// rename puts names in the place of the ids of tags and tasks.
func (c *workspaceCache) rename(entries []state.Entry) {
	lists := map[string][]string{} // entries share lists of tags
	for i := range entries {
		e := &entries[i]
		if e.Task != "" {
			if e.Task = c.nameOf(e.Task); e.Task == "" {
				e.Unmapped = append(slices.Clip(e.Unmapped), "a task that is not there any more")
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
				if name := c.nameOf(id); name != "" {
					list = append(list, name)
				}
			}
			list = sorted(list)
			lists[key] = list
		}
		if len(list) < len(e.Tags) {
			e.Unmapped = append(slices.Clip(e.Unmapped), "a tag that is not there any more")
		}
		e.Tags = list
	}
}
