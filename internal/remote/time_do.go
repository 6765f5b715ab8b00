package remote

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/model"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// Do carries out one change of the sync. It may be called concurrently for changes that do not need each other.
func (t *Time) Do(ctx context.Context, c plan.Change) (plan.Receipt, error) {
	if t.Source.Writer == nil || t.Destination.Writer == nil {
		return plan.Receipt{}, errReadOnly
	}
	if t.dst == nil {
		return plan.Receipt{}, errNotRead
	}
	ctx, attempts := clockify.CountCalls(ctx)
	err := t.carryOut(ctx, c.Do)
	receipt := plan.Receipt{Attempts: attempts(), Response: response(err)}
	if errors.Is(err, clockify.ErrBudget) {
		err = fmt.Errorf("%w: %w", plan.ErrStop, err)
	}
	return receipt, err
}

var errNotRead = errors.New("nothing has been read yet")

func (t *Time) carryOut(ctx context.Context, action plan.Action) error {
	if _, ok := action.(plan.CreateProject); ok {
		t.src.written.Store(true)
	} else {
		t.dst.written.Store(true)
	}
	switch do := action.(type) {
	case plan.CreateProject:
		return t.Source.perform(ctx, t.createProject(do))
	case plan.CreateLink:
		return t.Destination.perform(ctx, t.createLink(do))
	case plan.CreateTag:
		return t.Destination.perform(ctx, t.createTag(do))
	case plan.CreateTask:
		d, err := t.createTask(do)
		if err != nil {
			return err
		}
		return t.Destination.perform(ctx, d)
	case plan.CreateEntry:
		return reason(t.createEntry(ctx, do))
	case plan.UpdateEntry:
		return reason(t.updateEntry(ctx, do))
	case plan.DeleteEntry:
		return reason(t.Destination.perform(ctx, t.deleteEntry(do)))
	}
	return fmt.Errorf("%T is not an action of a time sync", action)
}

// reason says in words why Clockify refuses to write an entry (clockify-api.md section 4).
func reason(err error) error {
	for _, known := range refusals {
		if clockify.IsCode(err, 403, known.code) {
			return fmt.Errorf("%s: %w", known.text, err)
		}
	}
	return err
}

var refusals = []struct {
	code int
	text string
}{
	{1003, "the period is locked in the destination; unlock it (Workspace settings, Lock timesheets) or use an admin's key"},
	{4005, "the entry's period is approved in the destination; the approval has to be withdrawn first"},
	{4030, "the destination allows the timer alone (Workspace settings, Time tracking mode); use an admin's key"},
}

// found says whether one of a list is the one that is looked for.
func found[T any](list seq[T], is func(T) bool) (bool, error) {
	all, err := clockify.All(func() seq[T] { return list })
	return slices.ContainsFunc(all, is), err
}

// createProject makes a project in the source. It is looked for under the client by its whole name: names are unique
// there (clockify-api.md section 3).
func (t *Time) createProject(a plan.CreateProject) deed {
	client := t.sync.Source.ClientID
	return deed{
		holds: func(ctx context.Context) (bool, error) {
			list := t.Source.Writer.Projects(ctx, t.Source.ID, clockify.ProjectsQuery{ClientIDs: []string{client}, Name: a.Project})
			return found(list, func(p clockify.Project) bool { return p.Name == a.Project && p.ClientID == client })
		},
		do: func(ctx context.Context) error {
			_, err := t.Source.Writer.CreateProject(ctx, t.Source.ID, clockify.NewProject{Name: a.Project, ClientID: client, Color: a.Color})
			return err
		},
	}
}

// createLink makes the link field, invisible: it is nobody's to fill in, and visible ones are few
// (clockify-api.md section 2). Clockify may leave a new field inactive; then it is activated, or a person has to.
func (t *Time) createLink(a plan.CreateLink) deed {
	const status = "INVISIBLE"
	keep := func(ctx context.Context, f clockify.CustomField) error {
		if f.Status == "INACTIVE" {
			f.Status = status
			active, err := t.Destination.Writer.UpdateCustomField(ctx, t.Destination.ID, f)
			if err != nil || active.Status == "INACTIVE" {
				return fmt.Errorf("Clockify made the field and left it inactive; an admin has to activate it (Workspace settings, Custom fields): %w", errors.Join(err, errInactive))
			}
			f = active
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.linkID = f.ID
		return nil
	}
	return deed{
		holds: func(ctx context.Context) (bool, error) {
			fields, err := t.Destination.Writer.CustomFields(ctx, t.Destination.ID, "TIMEENTRY")
			for _, f := range fields {
				if f.Name == a.Field && f.Type == "TXT" {
					return true, keep(ctx, f)
				}
			}
			return false, err
		},
		do: func(ctx context.Context) error {
			f, err := t.Destination.Writer.CreateCustomField(ctx, t.Destination.ID,
				clockify.NewCustomField{Name: a.Field, Type: "TXT", EntityType: "TIMEENTRY", Status: status})
			if err != nil {
				return err
			}
			return keep(ctx, f)
		},
	}
}

func (t *Time) createTag(a plan.CreateTag) deed {
	return deed{
		holds: func(ctx context.Context) (bool, error) {
			return found(t.Destination.Writer.Tags(ctx, t.Destination.ID), func(tag clockify.Tag) bool {
				if tag.Name == a.Tag && !tag.Archived {
					t.dst.keep(tag.ID, "tag", a.Tag)
					return true
				}
				return false
			})
		},
		do: func(ctx context.Context) error {
			tag, err := t.Destination.Writer.CreateTag(ctx, t.Destination.ID, a.Tag)
			if err == nil {
				t.dst.keep(tag.ID, "tag", a.Tag)
			}
			return err
		},
	}
}

func (t *Time) createTask(a plan.CreateTask) (deed, error) {
	project, err := t.dst.id("project", a.Client, a.Project)
	if err != nil {
		return deed{}, err
	}
	return deed{
		holds: func(ctx context.Context) (bool, error) {
			return found(t.Destination.Writer.Tasks(ctx, t.Destination.ID, project), func(task clockify.Task) bool {
				if task.Name == a.Task {
					t.dst.keep(task.ID, "task", project, a.Task)
					return true
				}
				return false
			})
		},
		do: func(ctx context.Context) error {
			task, err := t.Destination.Writer.CreateTask(ctx, t.Destination.ID, project, a.Task)
			if err == nil {
				t.dst.keep(task.ID, "task", project, a.Task)
			}
			return err
		},
	}, nil
}

// body is the whole of an entry to write. others are custom field values it is to keep.
func (t *Time) body(e *model.Entry, others []clockify.FieldValue) (clockify.EntryBody, error) {
	end := e.End
	b := clockify.EntryBody{Start: e.Start, End: &end, Description: e.Description, Billable: e.Billable, Type: "REGULAR"}
	if e.Break {
		b.Type = "BREAK"
	}
	var err error
	if b.ProjectID, err = t.dst.id("project", e.Client, e.Project); err != nil {
		return b, err
	}
	if e.Task != "" {
		if b.TaskID, err = t.dst.id("task", b.ProjectID, e.Task); err != nil {
			return b, err
		}
	}
	for _, tag := range e.Tags {
		id, err := t.dst.id("tag", tag)
		if err != nil {
			return b, err
		}
		b.TagIDs = append(b.TagIDs, id)
	}
	b.CustomFields = slices.Clone(others)
	if e.Link != "" {
		t.mu.Lock()
		id := t.linkID
		t.mu.Unlock()
		if id == "" {
			return b, fmt.Errorf("the custom field %q is not there", t.sync.LinkField)
		}
		b.CustomFields = append(b.CustomFields, clockify.FieldValue{CustomFieldID: id, Value: e.Link})
	}
	return b, nil
}

// looks are the waits before a new entry whose answer was lost is looked for. A list may lag behind a write
// (clockify-api.md section 4, "Freshness": disputed), so that it is not there is believed the last time alone.
var looks = []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second}

// createEntry makes an entry. Nothing in Clockify looks for duplicates, so when an answer was lost the destination is
// searched before the entry is made again: for its mark, or for one more entry of its content than there were. Equal
// entries therefore take turns.
func (t *Time) createEntry(ctx context.Context, a plan.CreateEntry) error {
	b, err := t.body(a.Entry, nil)
	if err != nil {
		return err
	}
	key, done := t.turn(b)
	defer done()
	for try := 1; ; try++ {
		row, err := t.Destination.Writer.CreateTimeEntry(ctx, t.Destination.ID, t.sync.Destination.UserID, b)
		if err == nil {
			t.count(key)
			return t.agrees(row, b)
		}
		if !errors.Is(err, clockify.ErrUncertain) {
			return err
		}
		there, lookErr := t.look(ctx, a, b, key)
		switch {
		case lookErr != nil:
			return fmt.Errorf("%w; and looking whether it was made: %w", err, lookErr)
		case there:
			t.count(key)
			return nil
		case try == repeats:
			return err
		}
	}
}

// look searches the destination for an entry that may have been made.
func (t *Time) look(ctx context.Context, a plan.CreateEntry, b clockify.EntryBody, key uint64) (bool, error) {
	t.mu.Lock()
	want := a.Equal + t.made[key] + 1
	t.mu.Unlock()
	query := clockify.EntriesQuery{Start: b.Start.Add(-pad), End: b.Start.Add(pad)}
	for i, wait := range looks {
		if wait > 0 {
			if err := t.Destination.Sleep(ctx, wait); err != nil {
				return false, err
			}
		}
		rows, err := clockify.All(func() seq[clockify.TimeEntry] {
			return t.Destination.Writer.TimeEntries(ctx, t.Destination.ID, t.sync.Destination.UserID, query)
		})
		switch {
		case err == nil:
		case i == len(looks)-1, ctx.Err() != nil, errors.Is(err, clockify.ErrBudget):
			return false, err
		default:
			continue // others may add to the list while it is read
		}
		n := 0
		for _, row := range rows {
			if a.Entry.Link != "" && t.markOf(row) == a.Entry.Link {
				return true, nil
			}
			if sameContent(row, b) {
				n++
			}
		}
		if a.Entry.Link == "" && n >= want {
			return true, nil
		}
	}
	return false, nil
}

func sameContent(row clockify.TimeEntry, b clockify.EntryBody) bool {
	return row.ProjectID == b.ProjectID && row.Description == b.Description && row.TimeInterval.Start.Equal(b.Start) &&
		row.TimeInterval.End != nil && row.TimeInterval.End.Equal(*b.End)
}

func (t *Time) markOf(row clockify.TimeEntry) string {
	t.mu.Lock()
	id := t.linkID
	t.mu.Unlock()
	for _, v := range row.CustomFieldValues {
		if mark, ok := readValue(v.Value).(string); ok && v.CustomFieldID == id {
			return mark
		}
	}
	return ""
}

// turn waits until no other entry of the same content is being written.
func (t *Time) turn(b clockify.EntryBody) (key uint64, done func()) {
	h := fnv.New64a()
	_, _ = io.WriteString(h, b.ProjectID+"\x00"+b.Description+"\x00") // a hash takes everything
	_ = binary.Write(h, binary.LittleEndian, [2]int64{b.Start.Unix(), b.End.Unix()})
	key = h.Sum64()
	turn := t.turns[key%uint64(len(t.turns))]
	turn.Lock()
	return key, turn.Unlock
}

// count notes that there is one more entry of a content.
func (t *Time) count(key uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.made[key]++
}

// agrees checks that Clockify stored what it was sent: it is known to decide by itself what is billable, and to drop
// custom field values, without a word (clockify-api.md section 4).
func (t *Time) agrees(row clockify.TimeEntry, b clockify.EntryBody) error {
	var wrong []string
	if row.Billable != b.Billable && !t.fixed {
		wrong = append(wrong, fmt.Sprintf("billable is %t and not %t (the workspace lets admins alone decide it)", row.Billable, b.Billable))
	}
	if !sameContent(row, b) {
		wrong = append(wrong, "project, times or description are not as sent")
	}
	for _, v := range b.CustomFields {
		if mark, ok := v.Value.(string); ok && t.markOf(row) != mark {
			wrong = append(wrong, "the link was dropped")
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("Clockify stored the entry otherwise than asked: %s", strings.Join(wrong, ", "))
	}
	return nil
}

// updateEntry replaces an entry, whose custom field values go along: what is left out is cleared.
func (t *Time) updateEntry(ctx context.Context, a plan.UpdateEntry) error {
	b, err := t.body(a.Entry, t.values[a.Handle])
	if err != nil {
		return err
	}
	key, done := t.turn(b)
	defer done()
	var row clockify.TimeEntry
	err = t.Destination.perform(ctx, deed{
		holds: func(ctx context.Context) (bool, error) {
			row, err = t.Destination.Writer.TimeEntry(ctx, t.Destination.ID, a.Handle)
			return err == nil && t.asSent(row, b), err
		},
		do: func(ctx context.Context) error {
			row, err = t.Destination.Writer.UpdateTimeEntry(ctx, t.Destination.ID, a.Handle, b)
			return err
		},
	})
	if err != nil {
		return err
	}
	if a.Moves {
		t.count(key)
	}
	return t.agrees(row, b)
}

// asSent reports whether an entry reads in everything as it was sent.
func (t *Time) asSent(row clockify.TimeEntry, b clockify.EntryBody) bool {
	ids := func(list []string) []string { return sorted(slices.Clone(list)) }
	return t.agrees(row, b) == nil && row.TaskID == b.TaskID && (row.Type == "BREAK") == (b.Type == "BREAK") && slices.Equal(ids(row.TagIDs), ids(b.TagIDs))
}

// deleteEntry deletes an entry; one that is not there any more is deleted.
func (t *Time) deleteEntry(a plan.DeleteEntry) deed {
	return deed{
		holds: func(ctx context.Context) (bool, error) {
			_, err := t.Destination.Writer.TimeEntry(ctx, t.Destination.ID, a.Handle)
			if clockify.IsStatus(err, 400, 404) {
				return true, nil
			}
			return false, err
		},
		do: func(ctx context.Context) error {
			return t.Destination.Writer.DeleteTimeEntry(ctx, t.Destination.ID, a.Handle)
		},
	}
}
