package provider

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
)

// longestFreeReport is how long a range the detailed report of a free workspace may have
// (docs/clockify-api.md#detailed-report).
const longestFreeReport = 31 * 24 * time.Hour

// bulk reads everybody's entries from the detailed reports of both sides, a thousand a call. A report may be stale or lack
// something: it says who has to be read, not what is to be written. It reports whether there were reports that can be
// used.
func (r *timeReader) bulk(ctx context.Context) (bool, error) {
	margin := time.Duration(0)
	if r.sync.Link {
		margin = linkMargin
	}
	bySource, byDest := map[string]*person{}, map[string]*person{}
	for _, p := range r.people {
		if p.have.Missing == "" {
			bySource[p.source], byDest[p.destination] = p, p
		}
	}
	if len(bySource) < 2 || r.tooLong(r.src, 0) || r.tooLong(r.dst, margin) {
		return false, nil
	}
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		return r.report(gctx, r.src, 0, bySource, func(p *person, row clockify.TimeEntry) {
			if e, ok := r.fromSource(row); ok {
				p.have.Source.Entries = append(p.have.Source.Entries, e)
			}
		})
	})
	group.Go(func() error {
		return r.report(gctx, r.dst, margin, byDest, func(p *person, row clockify.TimeEntry) {
			if e, ok := r.fromDestination(row); ok {
				p.have.Destination.Entries = append(p.have.Destination.Entries, e)
				r.note(e.ID)
			}
		})
	})
	if err := group.Wait(); err != nil {
		if ctx.Err() != nil || clockify.Exhausted(err) || clockify.IsStatus(err, 401) {
			return false, wrap(r.of("read the detailed report"), err)
		}
		for _, p := range r.people {
			p.have.Source.Entries, p.have.Destination.Entries = nil, nil
		}
		return false, nil // there is none, or it cannot be relied on: everybody is read
	}
	for _, p := range r.people {
		p.bulk = p.have.Missing == ""
	}
	return true, nil
}

func (r *timeReader) tooLong(c *workspaceCache, margin time.Duration) bool {
	return c.workspace.FeatureSubscriptionType == "FREE" && r.to.Sub(r.from)+2*margin > longestFreeReport
}

// report reads one side's report and hands its rows to whose they are.
func (r *timeReader) report(ctx context.Context, c *workspaceCache, margin time.Duration, people map[string]*person, keep func(*person, clockify.TimeEntry)) error {
	query := clockify.ReportQuery{Start: r.from.Add(-margin), End: r.to.Add(margin)}
	for id := range people {
		query.UserIDs = append(query.UserIDs, id)
	}
	query.UserIDs = sorted(query.UserIDs)
	rows, err := clockify.All(func() seq[clockify.ReportEntry] { return c.w.Reader.DetailedReport(ctx, c.w.ID, query) })
	if err != nil {
		return err
	}
	for _, row := range rows {
		p := people[row.UserID]
		if row.UserID == "" || row.TimeInterval.Start.IsZero() {
			return errReportLacks
		}
		if p != nil {
			keep(p, entryOf(row))
		}
	}
	return nil
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
