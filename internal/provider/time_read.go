package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// markForm is what a link field holds that this tool has written. Anything else in it is somebody's own text.
var markForm = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// entries reads both sides' entries. Until names has run, an entry's Task and Tags hold ids.
func (r *timeReader) entries(ctx context.Context) error {
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		r.ledger.Source.Entries, err = r.side(gctx, r.src, "source", r.sync.Source, pad, r.fromSource)
		return err
	})
	group.Go(func() (err error) {
		margin := pad
		if r.sync.Link {
			margin = reach
		}
		r.ledger.Destination.Entries, err = r.side(gctx, r.dst, "destination", r.sync.Destination, margin, r.fromDestination)
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	return r.missing(ctx)
}

// side reads one side's entries, as many of them as keep wants.
func (r *timeReader) side(ctx context.Context, s *shelf, side string, of state.Endpoint, margin time.Duration, keep func(clockify.TimeEntry) (state.Entry, bool)) ([]state.Entry, error) {
	query := clockify.EntriesQuery{Start: r.ledger.From.Add(-margin), End: r.ledger.To.Add(margin)}
	list, err := clockify.All(func() seq[state.Entry] {
		return func(yield func(state.Entry, error) bool) {
			for row, err := range s.w.Reader.TimeEntries(ctx, s.w.ID, of.UserID, query) {
				if err != nil {
					yield(state.Entry{}, err)
					return
				}
				if e, ok := keep(row); ok && !yield(e, nil) {
					return
				}
			}
		}
	})
	switch {
	case clockify.IsStatus(err, 400, 404):
		err = &Denied{r.setting(side) + ".user_id", fmt.Sprintf("workspace %q has no user with the id %s", s.workspace.Name, clip(of.UserID)), err}
	case clockify.IsStatus(err, 403):
		err = &Denied{r.setting(side) + ".user_id", fmt.Sprintf("%s may not read the time entries of user %s in workspace %q: use a key of that person's or of an admin's", s.self.Email, clip(of.UserID), s.workspace.Name), err}
	}
	return list, wrap(r.of("list the "+side+"'s entries"), err)
}

func (r *timeReader) inside(at time.Time) bool {
	return !at.Before(r.ledger.From) && at.Before(r.ledger.To)
}

// fromSource keeps entries of the client's projects and, to be named, those without a project.
func (r *timeReader) fromSource(row clockify.TimeEntry) (state.Entry, bool) {
	e := plain(row)
	p, covered := r.projects.source[row.ProjectID]
	if !covered && row.ProjectID != "" || !r.sync.Link && !r.inside(e.Start) {
		return e, false
	}
	e.Client, e.Project = p.Client, p.Name
	if r.sync.Link {
		e.Link = row.ID
	}
	for _, v := range row.CustomFieldValues {
		if filled(v.Value) && v.Name != r.sync.LinkField {
			if e.Unmapped == nil {
				e.Unmapped = r.lostField(v.Name)
			} else {
				e.Unmapped = append(e.Unmapped, r.lostField(v.Name)...)
			}
		}
	}
	return e, true
}

// lostField says that a custom field is not carried, in words that all entries share.
func (r *timeReader) lostField(name string) []string {
	if r.lost[name] == nil {
		r.lost[name] = []string{"custom field " + name}
	}
	return r.lost[name]
}

// fromDestination keeps entries with a project, and marked ones wherever they are.
func (r *timeReader) fromDestination(row clockify.TimeEntry) (state.Entry, bool) {
	e := plain(row)
	p := r.projects.dest[row.ProjectID]
	e.Client, e.Project = p.Client, p.Name
	var values []clockify.FieldValue
	for _, v := range row.CustomFieldValues {
		if v.CustomFieldID != r.linkID {
			values = append(values, clockify.FieldValue{CustomFieldID: v.CustomFieldID, Value: v.Value})
			continue
		}
		if mark, _ := readValue(v.Value).(string); markForm.MatchString(mark) {
			e.Link = mark
		}
	}
	if e.Link == "" && (e.Project == "" || !r.inside(e.Start)) {
		return e, false
	}
	if len(values) > 0 {
		r.values[row.ID] = r.shareValues(values)
	}
	return e, true
}

// shareValues returns the first list that was alike: defaults are on every entry.
func (r *timeReader) shareValues(values []clockify.FieldValue) []clockify.FieldValue {
	key := fmt.Sprintf("%q", values)
	if r.alike[key] == nil {
		r.alike[key] = values
	}
	return r.alike[key]
}

// plain is what both sides have of an entry.
func plain(row clockify.TimeEntry) state.Entry {
	e := state.Entry{
		Description: row.Description, Start: row.TimeInterval.Start.UTC().Truncate(time.Second), Billable: row.Billable,
		Break: row.Type == "BREAK", TimeOff: row.Type == "HOLIDAY" || row.Type == "TIME_OFF",
		Task: row.TaskID, Tags: row.TagIDs, ID: row.ID,
	}
	if row.TimeInterval.End != nil {
		e.End = row.TimeInterval.End.UTC().Truncate(time.Second)
	}
	return e
}

// filled reports whether somebody gave a custom field a value.
func filled(raw json.RawMessage) bool {
	v := readValue(raw)
	return v != nil && v != false
}

// missing looks up the source entries that marks of the window name and the source's list did not have: deleted ones,
// ones moved far away, and ones the list has not caught up with (docs/clockify-api.md#lag).
func (r *timeReader) missing(ctx context.Context) error {
	if !r.sync.Link {
		return nil
	}
	known := make(map[string]bool, len(r.ledger.Source.Entries))
	for i := range r.ledger.Source.Entries {
		known[r.ledger.Source.Entries[i].Link] = true
	}
	var marks []string
	for _, e := range r.ledger.Destination.Entries {
		if e.Link != "" && r.inside(e.Start) && !known[e.Link] {
			known[e.Link] = true
			marks = append(marks, e.Link)
		}
	}
	var mu sync.Mutex
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(r.Source.Workers)
	for _, mark := range marks {
		group.Go(func() error {
			row, err := r.Source.Reader.TimeEntry(gctx, r.Source.ID, mark)
			if clockify.IsStatus(err, 400, 404) {
				return nil // it is gone
			}
			if err != nil {
				return fmt.Errorf("%s: %w", r.of("look for the source of a linked entry"), err)
			}
			mu.Lock()
			defer mu.Unlock()
			e, covered := r.fromSource(row)
			if !covered || row.UserID != r.sync.Source.UserID {
				e = state.Entry{Start: e.Start, Link: row.ID, ID: row.ID, OutOfScope: true}
			}
			r.ledger.Source.Entries = append(r.ledger.Source.Entries, e)
			return nil
		})
	}
	return group.Wait()
}
