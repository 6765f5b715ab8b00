package provider

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
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
		// Who may not read for others gets a report of their own entries, which says nothing of the others.
		if may, err := r.admins(ctx); err != nil || !may {
			return false, err
		}
	}
	var source, dest map[string][]clockify.TimeEntry
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) { source, err = r.report(gctx, r.src, 0, sources); return err })
	group.Go(func() (err error) { dest, err = r.report(gctx, r.dst, margin, dests); return err })
	if err := group.Wait(); err != nil {
		if ctx.Err() != nil || clockify.Exhausted(err) || clockify.IsStatus(err, 401) {
			return false, wrap(r.of("read the detailed report"), err)
		}
		return false, nil // there is none, or it cannot be relied on: everybody is read
	}
	for _, p := range r.people {
		for _, row := range source[p.source] {
			if e, ok := r.fromSource(row); ok {
				p.have.Source.Entries = append(p.have.Source.Entries, e)
			}
		}
		for _, row := range dest[p.destination] {
			if e, ok := r.fromDestination(row); ok {
				p.have.Destination.Entries = append(p.have.Destination.Entries, e)
				r.note(e.ID)
			}
		}
		p.bulk = p.have.Missing == "" && listed(r.src.workspace, p.source) && listed(r.dst.workspace, p.destination)
	}
	return true, nil
}

// admins reports whether both keys are admins' or owners'.
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

// report reads one side's report, once for all syncs of the same people and window, and returns its rows by user.
func (r *timeReader) report(ctx context.Context, c *workspaceCache, margin time.Duration, users []string) (map[string][]clockify.TimeEntry, error) {
	query := clockify.ReportQuery{Start: r.from.Add(-margin), End: r.to.Add(margin), UserIDs: sorted(slices.Clone(users))}
	name := fmt.Sprint("report ", query.Start, query.End, query.UserIDs)
	return once(&c.lists, name, func() (map[string][]clockify.TimeEntry, error) {
		rows, err := clockify.All(func() seq[clockify.ReportEntry] { return c.w.Reader.DetailedReport(ctx, c.w.ID, query) })
		if err != nil {
			return nil, err
		}
		byUser := map[string][]clockify.TimeEntry{}
		for _, row := range rows {
			if row.UserID == "" || row.TimeInterval.Start.IsZero() {
				return nil, errReportLacks
			}
			byUser[row.UserID] = append(byUser[row.UserID], entryOf(row))
		}
		return byUser, nil
	})
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
