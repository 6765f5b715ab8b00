package provider

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// longestFreeReport is how long a range the detailed report of a free workspace may have
// (docs/clockify-api.md#detailed-report).
const longestFreeReport = 31 * 24 * time.Hour

// fewSyncs is how many syncs of one person each are read in bulk at least: whether their keys may read for others has to be
// asked first.
const fewSyncs = 4

// bulk reads everybody's entries from the detailed reports of both sides, a thousand a call. A report may be stale or lack
// something: it says who has to be read, not what is to be written. It reports whether there were reports that can be
// used.
func (r *timeReader) bulk(ctx context.Context) (bool, error) {
	margin := time.Duration(0)
	if r.sync.Link {
		margin = linkMargin
	}
	sources, dests, few := r.Peers.Source, r.Peers.Destination, fewSyncs
	if r.sync.Several() {
		sources, dests, few = nil, nil, 2
		for _, p := range r.people {
			if p.have.Missing == "" {
				sources, dests = append(sources, p.source), append(dests, p.destination)
			}
		}
	}
	if len(sources) < few || r.tooLong(r.src, 0) || r.tooLong(r.dst, margin) {
		return false, nil
	}
	if !r.sync.Several() {
		if may, err := r.admins(ctx); err != nil || !may {
			return false, err
		}
	}
	var source, dest map[string][]state.Entry
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) { source, err = r.report(gctx, r.src, 0, sources, r.fromSource); return err })
	group.Go(func() (err error) { dest, err = r.report(gctx, r.dst, margin, dests, r.fromDestination); return err })
	if err := group.Wait(); err != nil {
		if ctx.Err() != nil || clockify.Exhausted(err) || clockify.IsStatus(err, 401) {
			return false, wrap(r.of("read the detailed report"), err)
		}
		return false, nil // there is none, or it cannot be relied on: everybody is read
	}
	if slices.ContainsFunc(sources, func(user string) bool { return len(source[user]) == 0 }) {
		if may, err := r.admins(ctx); err != nil || !may {
			return false, err
		}
	}
	for _, p := range r.people {
		p.have.Source.Entries, p.have.Destination.Entries = source[p.source], dest[p.destination]
		for i := range p.have.Destination.Entries {
			r.note(p.have.Destination.Entries[i].ID)
		}
		p.bulk = p.have.Missing == "" && listed(r.src.workspace, p.source) && listed(r.dst.workspace, p.destination)
	}
	return true, nil
}

// admins reports whether both keys are admins' or owners'. Who may not read for others gets a report of their own entries,
// which says nothing of the others.
func (r *timeReader) admins(ctx context.Context) (bool, error) {
	for _, c := range []*workspaceCache{r.src, r.dst} {
		if admin, err := c.admin(ctx); err != nil || !admin {
			return false, wrap(r.of("ask for the key's roles"), err)
		}
	}
	return true, nil
}

func (r *timeReader) tooLong(c *workspaceCache, margin time.Duration) bool {
	return c.workspace.FeatureSubscriptionType == "FREE" && r.to.Sub(r.from)+2*margin > longestFreeReport
}

// report reads one side's report and returns the entries that are kept, by user. Syncs of one person each share the rows
// of one report; those of several have no use for them twice, and there may be many.
func (r *timeReader) report(ctx context.Context, c *workspaceCache, margin time.Duration, users []string, keep func(clockify.TimeEntry) (state.Entry, bool)) (map[string][]state.Entry, error) {
	query := clockify.ReportQuery{Start: r.from.Add(-margin), End: r.to.Add(margin), UserIDs: sorted(slices.Clone(users))}
	rows := func() seq[clockify.ReportEntry] { return c.w.Reader.DetailedReport(ctx, c.w.ID, query) }
	mine := map[string]bool{}
	for _, p := range r.people {
		mine[p.source], mine[p.destination] = true, true
	}
	if !r.sync.Several() {
		shared, err := once(&c.lists, fmt.Sprint("report ", query.Start, query.End, query.UserIDs), func() ([]clockify.ReportEntry, error) {
			return clockify.All(rows)
		})
		if err != nil {
			return nil, err
		}
		rows = func() seq[clockify.ReportEntry] {
			return func(yield func(clockify.ReportEntry, error) bool) {
				for _, row := range shared {
					if !yield(row, nil) {
						return
					}
				}
			}
		}
	}
	type kept struct {
		user  string
		entry state.Entry
	}
	list, err := clockify.All(func() seq[kept] {
		return func(yield func(kept, error) bool) {
			for row, err := range rows() {
				if err == nil && (row.UserID == "" || row.TimeInterval.Start.IsZero()) {
					err = errReportLacks
				}
				if err != nil {
					yield(kept{}, err)
					return
				}
				if !mine[row.UserID] {
					continue
				}
				if e, ok := keep(entryOf(row)); ok && !yield(kept{row.UserID, e}, nil) {
					return
				}
			}
		}
	})
	byUser := map[string][]state.Entry{}
	running := 0
	for _, k := range list {
		byUser[k.user] = append(byUser[k.user], k.entry)
		if k.entry.End.IsZero() {
			running++
		}
	}
	// A person has one timer at most: more entries without an end than people, or no other ones, are ends that are not told.
	if err == nil && running > 0 && (running > len(byUser) || running == len(list)) {
		err = errReportLacks
	}
	return byUser, err
}

// entryOf is a row of a report as the list of entries would have it.
func entryOf(row clockify.ReportEntry) clockify.TimeEntry {
	e := clockify.TimeEntry{
		ID: row.ID, UserID: row.UserID, ProjectID: row.ProjectID, TaskID: row.TaskID, Description: row.Description,
		Billable: row.Billable, Type: row.Type, IsLocked: row.Locked,
		TimeInterval: clockify.TimeInterval{Start: row.TimeInterval.Start, End: row.TimeInterval.End},
	}
	if row.TaskID != "" {
		e.Task = &clockify.Task{ID: row.TaskID, Name: row.TaskName}
	}
	for _, tag := range row.Tags {
		e.TagIDs = append(e.TagIDs, tag.ID)
		e.Tags = append(e.Tags, clockify.Tag{ID: tag.ID, Name: tag.Name})
	}
	for _, v := range row.CustomFields {
		e.CustomFieldValues = append(e.CustomFieldValues, clockify.EntryFieldValue{CustomFieldID: v.CustomFieldID, Value: v.Value})
	}
	return e
}

// readDiffering reads from their own lists those whose reports say that there is something to do.
func (r *timeReader) readDiffering(ctx context.Context, differs Pending) error {
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(r.Source.Workers)
	for _, p := range r.people {
		if !p.bulk {
			if p.have.Missing == "" {
				group.Go(func() error { return r.read(gctx, p) })
			}
			continue
		}
		if err := r.missing(ctx, p); err != nil {
			return err
		}
		if differs != nil {
			if entries, _ := differs(r.named(p)); !entries {
				continue
			}
		}
		p.bulk = false
		group.Go(func() error { return r.read(gctx, p) })
	}
	return group.Wait()
}
