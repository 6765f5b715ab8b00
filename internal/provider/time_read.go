package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// linkForm is what a link field holds that this tool has written. Anything else in it is somebody's own text.
var linkForm = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// entries reads everybody's entries on both sides. Until details has run, an entry's Task and Tags hold ids, or with a
// link names, which rows with their parts have at once.
func (r *timeReader) entries(ctx context.Context) error {
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(r.Source.Workers)
	for _, p := range r.people {
		if p.have.Missing == "" {
			group.Go(func() error { return r.read(gctx, p) })
		}
	}
	return group.Wait()
}

// read reads one person's entries. Of several people those that the key may not read are left out.
func (r *timeReader) read(ctx context.Context, p *person) error {
	group, gctx := errgroup.WithContext(ctx)
	side := func(workspace string, read func(context.Context, *person) error) {
		group.Go(func() error {
			err := read(gctx, p)
			if r.sync.Several() && clockify.IsStatus(err, 403) {
				r.found.Lock()
				defer r.found.Unlock()
				p.have.Unread = workspace
				return nil
			}
			return err
		})
	}
	side(r.source.Workspace, r.readSource)
	side(r.dest.Workspace, r.readDestination)
	if err := group.Wait(); err != nil {
		return err
	}
	if p.have.Unread != "" {
		p.have.Source.Entries, p.have.Destination.Entries = nil, nil
		return nil
	}
	return r.missing(ctx, p)
}

func (r *timeReader) readSource(ctx context.Context, p *person) (err error) {
	p.have.Source.Entries, err = r.side(ctx, r.src, "source", p.source, tzMargin, r.fromSource)
	return err
}

func (r *timeReader) readDestination(ctx context.Context, p *person) (err error) {
	p.have.Destination.Entries, err = r.side(ctx, r.dst, "destination", p.destination, r.margin(), r.fromDestination)
	if err != nil {
		return err
	}
	for i := range p.have.Destination.Entries {
		r.note(p.have.Destination.Entries[i].ID)
	}
	return r.recent(ctx, p)
}

// margin is how far around the window the destination is looked at.
func (t *Time) margin() time.Duration {
	if t.sync.Link {
		return linkMargin
	}
	return tzMargin
}

func (r *timeReader) note(id string) {
	r.found.Lock()
	defer r.found.Unlock()
	r.known[id] = true
}

// side reads one side's entries of the window, as many of them as keep wants.
func (r *timeReader) side(ctx context.Context, c *workspaceCache, side, user string, margin time.Duration, keep func(clockify.TimeEntry) (state.Entry, bool)) ([]state.Entry, error) {
	query := clockify.EntriesQuery{Start: r.from.Add(-margin), End: r.to.Add(margin), Hydrated: r.sync.Link}
	return r.entriesOf(ctx, c, side, user, query, time.Time{}, keep)
}

// entriesOf reads a list of entries, which begins with the latest, as far as one that starts before the first wanted.
func (r *timeReader) entriesOf(ctx context.Context, c *workspaceCache, side, user string, query clockify.EntriesQuery, first time.Time, keep func(clockify.TimeEntry) (state.Entry, bool)) ([]state.Entry, error) {
	list, err := clockify.All(func() seq[state.Entry] {
		return func(yield func(state.Entry, error) bool) {
			for row, err := range c.w.Reader.TimeEntries(ctx, c.w.ID, user, query) {
				if err != nil {
					yield(state.Entry{}, err)
					return
				}
				if row.TimeInterval.Start.Before(first) {
					return
				}
				if e, ok := keep(row); ok && !yield(e, nil) {
					return
				}
			}
		}
	})
	switch {
	case clockify.IsStatus(err, 400, 404) && !listed(c.workspace, user):
		err = &Denied{r.setting(side) + ".user_id", fmt.Sprintf("workspace %q has no user with the id %s", c.workspace.Name, clip(user)), err}
	case clockify.IsStatus(err, 403):
		whose := "this key"
		if self, err := c.w.Account.self(ctx); err == nil {
			whose = self.Email
		}
		err = &Denied{r.setting(side) + ".user_id", fmt.Sprintf("%s may not read the time entries of user %s in workspace %q: use a key of that person's or of an admin's", whose, clip(user), c.workspace.Name), err}
	}
	return list, wrap(r.of("list the "+side+"'s entries"), err)
}

func (t *Time) inWindow(at time.Time) bool { return !at.Before(t.from) && at.Before(t.to) }

// fromSource keeps entries of the client's projects and, to be named, those without a project or in one the key cannot
// see.
func (r *timeReader) fromSource(row clockify.TimeEntry) (state.Entry, bool) {
	e := r.plain(row, r.src)
	p, covered := r.projects.source[row.ProjectID]
	e.Unseen = row.ProjectID != "" && !r.visible[row.ProjectID]
	if !covered && row.ProjectID != "" && !e.Unseen || !r.sync.Link && !r.inWindow(e.Start) {
		return e, false
	}
	e.Client, e.Project = p.Client, p.Name
	if r.sync.Link {
		e.Link = row.ID
	}
	for _, v := range row.CustomFieldValues {
		if filled(v.Value) && v.Name != r.sync.LinkField {
			e.Unmapped = append(e.Unmapped, r.unmappedField(v.Name)...)
		}
	}
	return e, true
}

// unmappedField says that a custom field is not carried, in words that all entries share.
func (r *timeReader) unmappedField(name string) []string {
	r.found.Lock()
	defer r.found.Unlock()
	if r.unmapped[name] == nil {
		r.unmapped[name] = []string{"custom field " + name}
	}
	return r.unmapped[name]
}

// fromDestination keeps entries with a project, and linked ones wherever they are.
func (r *timeReader) fromDestination(row clockify.TimeEntry) (state.Entry, bool) {
	e := r.plain(row, r.dst)
	p := r.projects.dest[row.ProjectID]
	e.Client, e.Project, e.Locked, e.Made = p.Client, p.Name, row.IsLocked, r.unsure[row.ID]
	var values []clockify.FieldValue
	for _, v := range row.CustomFieldValues {
		if v.CustomFieldID != r.linkID {
			values = append(values, clockify.FieldValue{CustomFieldID: v.CustomFieldID, Value: v.Value})
			continue
		}
		if link, _ := readValue(v.Value).(string); linkForm.MatchString(link) {
			e.Link = link
		}
	}
	if e.Link == "" && (e.Project == "" || !r.inWindow(e.Start)) {
		return e, false
	}
	r.keepValues(row.ID, values)
	return e, true
}

// keepValues keeps an entry's values, as one list where several are alike: defaults are on every entry.
func (r *timeReader) keepValues(id string, values []clockify.FieldValue) {
	r.found.Lock()
	defer r.found.Unlock()
	if len(values) == 0 {
		delete(r.kept, id) // the report may have had some
		return
	}
	key := fmt.Sprintf("%q", values)
	if r.alike[key] == nil {
		r.alike[key] = values
	}
	r.kept[id] = r.alike[key]
}

// plain is what both sides have of an entry.
func (r *timeReader) plain(row clockify.TimeEntry, c *workspaceCache) state.Entry {
	e := state.Entry{
		Description: row.Description, Start: row.TimeInterval.Start.UTC().Truncate(time.Second), Billable: row.Billable,
		Break: row.Type == "BREAK", TimeOff: row.Type == "HOLIDAY" || row.Type == "TIME_OFF",
		Task: row.TaskID, Tags: row.TagIDs, ID: row.ID,
	}
	if row.TimeInterval.End != nil {
		e.End = row.TimeInterval.End.UTC().Truncate(time.Second)
	}
	if row.Task != nil && row.Task.ID != "" {
		c.putID(row.Task.ID, idKey{"task", row.ProjectID, row.Task.Name})
		c.name(row.Task.ID, row.Task.Name)
	}
	for _, tag := range row.Tags {
		if !tag.Archived {
			c.putID(tag.ID, idKey{"tag", "", tag.Name})
		}
		c.name(tag.ID, tag.Name)
	}
	return e
}

// filled reports whether somebody gave a custom field a value.
func filled(raw json.RawMessage) bool {
	v := readValue(raw)
	return v != nil && v != false
}

// recent adds entries of the person's that runs made a short while ago and the list has not caught up with. Each is asked
// for once.
func (r *timeReader) recent(ctx context.Context, p *person) error {
	for _, made := range r.earlier {
		r.found.Lock()
		known := r.known[made.ID]
		r.found.Unlock()
		another := p.email != "" && strings.Contains(made.Person, "@") && made.Person != p.email
		if known || another || !made.Lately {
			continue
		}
		row, err := once(&r.asked, made.ID, func() (clockify.TimeEntry, error) {
			row, err := r.Destination.Reader.TimeEntry(ctx, r.Destination.ID, made.ID)
			if clockify.IsStatus(err, 400, 404) {
				return row, nil // it was deleted since
			}
			return row, err
		})
		if err != nil {
			return wrap(r.of("look for an entry that an earlier run made"), err)
		}
		if e, ok := r.fromDestination(row); ok && row.UserID == p.destination {
			p.have.Destination.Entries = append(p.have.Destination.Entries, e)
			r.note(made.ID)
		}
	}
	return nil
}

// missing looks up the source entries that links of the window name and the source's list did not have: deleted ones,
// ones moved far away, and ones the list has not caught up with (docs/clockify-api.md#lag).
func (r *timeReader) missing(ctx context.Context, p *person) error {
	if !r.sync.Link {
		return nil
	}
	source := &p.have.Source.Entries
	known := make(map[string]bool, len(*source))
	for i := range *source {
		known[(*source)[i].Link] = true
	}
	var links []string
	for _, e := range p.have.Destination.Entries {
		if e.Link != "" && r.inWindow(e.Start) && !known[e.Link] {
			known[e.Link] = true
			links = append(links, e.Link)
		}
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(r.Source.Workers)
	for _, link := range links {
		group.Go(func() error {
			row, err := r.Source.Reader.TimeEntry(gctx, r.Source.ID, link)
			if clockify.IsStatus(err, 400, 404) {
				return nil // it is gone
			}
			if err != nil {
				return fmt.Errorf("%s: %w", r.of("look for the source of a linked entry"), err)
			}
			e, covered := r.fromSource(row)
			if !covered || e.Unseen || row.UserID != p.source {
				e = state.Entry{Start: e.Start, Link: row.ID, ID: row.ID, OutOfScope: true}
			}
			r.found.Lock()
			defer r.found.Unlock()
			*source = append(*source, e)
			return nil
		})
	}
	return group.Wait()
}
