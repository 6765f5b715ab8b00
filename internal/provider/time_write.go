package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

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
	b.ProjectBillable = (e.OpenBillable || t.fixed) && others == nil // a new entry: who may not decide it leaves it out
	var err error
	if b.ProjectID, err = t.dst.lookupID(idKey{"project", e.Client, e.Project}); err != nil {
		return b, err
	}
	if e.Task != "" {
		if b.TaskID, err = t.dst.lookupID(idKey{"task", b.ProjectID, e.Task}); err != nil {
			return b, err
		}
	}
	for _, tag := range e.Tags {
		id, err := t.dst.lookupID(idKey{"tag", "", tag})
		if err != nil {
			return b, err
		}
		b.TagIDs = append(b.TagIDs, id)
	}
	b.CustomFields = slices.Clone(others)
	for _, f := range e.Fields {
		id, err := t.dst.lookupID(idKey{"custom field", "", f.Name})
		if err != nil {
			return b, err
		}
		b.CustomFields = append(b.CustomFields, clockify.FieldValue{CustomFieldID: id, Value: f.Text})
	}
	if e.Link != "" {
		id := t.linkField()
		if id == "" {
			return b, fmt.Errorf("the custom field %q is not there", t.sync.LinkField)
		}
		b.CustomFields = append(b.CustomFields, clockify.FieldValue{CustomFieldID: id, Value: e.Link})
	}
	return b, nil
}

func (t *Time) linkField() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.linkID
}

func sameContent(row clockify.TimeEntry, b clockify.EntryBody) bool {
	return row.ProjectID == b.ProjectID && row.Description == b.Description && row.TimeInterval.Start.Equal(b.Start) &&
		row.TimeInterval.End != nil && row.TimeInterval.End.Equal(*b.End)
}

func (t *Time) linkOf(row clockify.TimeEntry) string {
	id := t.linkField()
	for _, v := range row.CustomFieldValues {
		if link, ok := readValue(v.Value).(string); ok && v.CustomFieldID == id {
			return link
		}
	}
	return ""
}

// verifyStored checks that Clockify stored what it was sent: it is known to decide by itself what is billable, and to drop
// custom field values, without a word (docs/clockify-api.md#billable, #field-values-of-an-entry).
func (t *Time) verifyStored(row clockify.TimeEntry, e *state.Entry, b clockify.EntryBody) error {
	var wrong []string
	if row.Billable != b.Billable && !t.fixed && !e.OpenBillable {
		wrong = append(wrong, fmt.Sprintf("billable is %t and not %t (the workspace lets admins alone decide it)", row.Billable, b.Billable))
	}
	if !sameContent(row, b) {
		wrong = append(wrong, "project, times or description are not as sent")
	}
	if e.Link != "" && t.linkOf(row) != e.Link {
		wrong = append(wrong, "the link was dropped")
	}
	if len(wrong) > 0 {
		return fmt.Errorf("the entry was stored otherwise than asked: %s", strings.Join(wrong, ", "))
	}
	return nil
}

// equalsSent reports whether an entry reads in everything as it was sent.
func (t *Time) equalsSent(row clockify.TimeEntry, e *state.Entry, b clockify.EntryBody) bool {
	ids := func(list []string) []string { return sorted(slices.Clone(list)) }
	return t.verifyStored(row, e, b) == nil && row.TaskID == b.TaskID && (row.Type == "BREAK") == (b.Type == "BREAK") && slices.Equal(ids(row.TagIDs), ids(b.TagIDs))
}

// onlySent reports whether an entry reads in everything as it was sent, and has no more: nobody misses it if it goes.
func (t *Time) onlySent(row clockify.TimeEntry, e *state.Entry, b clockify.EntryBody) bool {
	return t.equalsSent(row, e, b) && !row.IsLocked && !slices.ContainsFunc(row.CustomFieldValues, func(v clockify.EntryFieldValue) bool {
		return filled(v.Value) && !slices.ContainsFunc(b.CustomFields, func(f clockify.FieldValue) bool { return f.CustomFieldID == v.CustomFieldID })
	})
}

// updateEntry replaces an entry, whose custom field values go along: what is left out is cleared.
func (t *Time) updateEntry(ctx context.Context, p *person, a plan.Entry) error {
	b, err := t.body(a.Entry, append([]clockify.FieldValue{}, t.kept[a.ID]...))
	if err != nil {
		return err
	}
	var row clockify.TimeEntry
	err = t.Destination.run(ctx, operation{
		check: func(ctx context.Context) (bool, error) {
			row, err = t.Destination.Writer.TimeEntry(ctx, t.Destination.ID, a.ID)
			return err == nil && t.equalsSent(row, a.Entry, b), err
		},
		do: func(ctx context.Context) error {
			row, err = t.Destination.Writer.UpdateTimeEntry(ctx, t.Destination.ID, a.ID, b)
			return err
		},
	})
	if err != nil {
		return err
	}
	t.record(a.ID, &written{person: p, entry: a.Entry, body: b})
	return t.verifyStored(row, a.Entry, b)
}

// deleteEntry deletes an entry; one that is not there any more is deleted.
func (t *Time) deleteEntry(ctx context.Context, p *person, a plan.Entry) error {
	err := t.Destination.run(ctx, operation{
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
	})
	if err == nil {
		t.record(a.ID, &written{person: p})
	}
	return err
}
