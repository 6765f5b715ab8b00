package provider

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
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// body is the whole of an entry to write. others are custom field values it is to keep.
func (t *Time) body(e *state.Entry, others []clockify.FieldValue) (clockify.EntryBody, error) {
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
// (docs/clockify-api.md#lag), so that it is not there is believed the last time alone.
var looks = []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second}

// createEntry makes an entry. Nothing in Clockify looks for duplicates, so when an answer was lost the destination is
// searched before the entry is made again: for its mark, or for one more entry of its content than there were. Equal
// entries therefore take turns.
func (t *Time) createEntry(ctx context.Context, a plan.Entry) error {
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
			return fmt.Errorf("%w; %w: %w", err, plan.ErrUnknown, lookErr)
		case there:
			t.count(key)
			return nil
		case try == maxAttempts:
			return err
		}
	}
}

// look searches the destination for an entry that may have been made.
func (t *Time) look(ctx context.Context, a plan.Entry, b clockify.EntryBody, key uint64) (bool, error) {
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
		case i == len(looks)-1, ctx.Err() != nil, clockify.Exhausted(err):
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
// custom field values, without a word (docs/clockify-api.md#field-values-of-an-entry).
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
		return fmt.Errorf("the entry was stored otherwise than asked: %s", strings.Join(wrong, ", "))
	}
	return nil
}

// updateEntry replaces an entry, whose custom field values go along: what is left out is cleared.
func (t *Time) updateEntry(ctx context.Context, a plan.Entry) error {
	b, err := t.body(a.Entry, t.values[a.ID])
	if err != nil {
		return err
	}
	key, done := t.turn(b)
	defer done()
	var row clockify.TimeEntry
	err = t.Destination.run(ctx, operation{
		check: func(ctx context.Context) (bool, error) {
			row, err = t.Destination.Writer.TimeEntry(ctx, t.Destination.ID, a.ID)
			return err == nil && t.asSent(row, b), err
		},
		do: func(ctx context.Context) error {
			row, err = t.Destination.Writer.UpdateTimeEntry(ctx, t.Destination.ID, a.ID, b)
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
func (t *Time) deleteEntry(a plan.Entry) operation {
	return operation{
		check: func(ctx context.Context) (bool, error) {
			_, err := t.Destination.Writer.TimeEntry(ctx, t.Destination.ID, a.ID)
			if clockify.IsStatus(err, 400, 404) {
				return true, nil
			}
			return false, err
		},
		do: func(ctx context.Context) error {
			return t.Destination.Writer.DeleteTimeEntry(ctx, t.Destination.ID, a.ID)
		},
	}
}
