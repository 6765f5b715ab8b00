package clockify

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// TimeEntry is one entry, as TimeEntryWithRatesDtoV1 and TimeEntryDtoImplV1 have it.
type TimeEntry struct {
	ID                string            `json:"id"`
	UserID            string            `json:"userId"`
	ProjectID         string            `json:"projectId"`
	TaskID            string            `json:"taskId"`
	TagIDs            Strings           `json:"tagIds"` // null on the wire when empty
	Description       string            `json:"description"`
	Billable          bool              `json:"billable"`
	Type              string            `json:"type"` // REGULAR, BREAK, HOLIDAY, TIME_OFF
	IsLocked          bool              `json:"isLocked"`
	TimeInterval      TimeInterval      `json:"timeInterval"`
	CustomFieldValues []EntryFieldValue `json:"customFieldValues"`

	Tags []Tag `json:"tags"` // with Hydrated
	Task *Task `json:"task"` // with Hydrated, where it has one
}

// TimeInterval is when an entry was; End is nil while the timer runs.
type TimeInterval struct {
	Start time.Time  `json:"start"`
	End   *time.Time `json:"end"`
}

// EntryFieldValue is the value of a custom field on an entry, as raw JSON.
type EntryFieldValue struct {
	CustomFieldID string          `json:"customFieldId"`
	Name          string          `json:"name"`
	Value         json.RawMessage `json:"value"`
}

// EntryBody is the whole of an entry to write: an update clears what is left out.
type EntryBody struct {
	Start       time.Time  // required: without it the API starts a timer
	End         *time.Time // nil: the entry runs
	Description string
	ProjectID   string
	TaskID      string
	TagIDs      []string
	Billable    bool
	Type        string // default REGULAR

	ProjectBillable bool // leave billable out: the project decides (docs/clockify-api.md#billable)
	CustomFields    []FieldValue
}

// EntriesQuery selects entries. The API reads Start and End as wall clock in somebody's time zone
// (docs/clockify-api.md#windows): ask for a day more on both sides and filter by instant.
type EntriesQuery struct {
	Start, End  time.Time // zero: no bound
	Description string    // contained in it: compare again; empty: any
	Hydrated    bool      // rows carry Tags and Task
	InProgress  *bool     // only running ones, or only finished ones; nil: both
	PageSize    int       // default 5000
}

func (e TimeEntry) rowID() string { return e.ID }

// MarshalJSON writes values under customFields, the key of requests: under customFieldValues, the
// key of answers, they are dropped without an error (docs/clockify-api.md#field-values-of-an-entry).
func (b EntryBody) MarshalJSON() ([]byte, error) {
	if b.Start.IsZero() {
		return nil, errors.New("an entry without start")
	}
	type field struct {
		FieldValue
		SourceType string `json:"sourceType"`
	}
	wire := struct {
		Start        string   `json:"start"`
		End          string   `json:"end,omitempty"`
		Description  string   `json:"description"`
		ProjectID    string   `json:"projectId,omitempty"`
		TaskID       string   `json:"taskId,omitempty"`
		TagIDs       []string `json:"tagIds,omitempty"`
		Billable     *bool    `json:"billable,omitempty"`
		Type         string   `json:"type,omitempty"`
		CustomFields []field  `json:"customFields,omitempty"`
	}{
		Start: wireTime(b.Start), Description: b.Description, ProjectID: b.ProjectID, TaskID: b.TaskID,
		TagIDs: b.TagIDs, Type: b.Type,
	}
	if !b.ProjectBillable {
		wire.Billable = &b.Billable
	}
	if b.End != nil {
		wire.End = wireTime(*b.End)
	}
	for _, v := range b.CustomFields {
		wire.CustomFields = append(wire.CustomFields, field{v, "WORKSPACE"})
	}
	return json.Marshal(wire)
}

// TimeEntries lists somebody's entries, newest start first.
func (c *Client) TimeEntries(ctx context.Context, ws, uid string, q EntriesQuery) iter.Seq2[TimeEntry, error] {
	r := get("workspaces", ws, "user", uid, "time-entries")
	r.query = q.values()
	return pages[TimeEntry](ctx, c, r, q.PageSize)
}

func (q EntriesQuery) values() url.Values {
	query := url.Values{}
	if !q.Start.IsZero() {
		query.Set("start", wireTime(q.Start))
	}
	if !q.End.IsZero() {
		query.Set("end", wireTime(q.End))
	}
	set(query, "description", q.Description)
	if q.Hydrated {
		query.Set("hydrated", "true")
	}
	if q.InProgress != nil {
		query.Set("in-progress", strconv.FormatBool(*q.InProgress))
	}
	return query
}

// TimeEntry reads one entry. One that does not exist is 400 or 404, code 501.
func (c *Client) TimeEntry(ctx context.Context, ws, id string) (TimeEntry, error) {
	return one[TimeEntry](ctx, c, get("workspaces", ws, "time-entries", id))
}

// CreateTimeEntry makes an entry of uid's, on the route that lets an admin's key write for others
// and past STOPWATCH_ONLY. A locked period is 403, code 1003. A lost answer is ErrUncertain.
func (c *Client) CreateTimeEntry(ctx context.Context, ws, uid string, b EntryBody) (TimeEntry, error) {
	return one[TimeEntry](ctx, c, write(once, http.MethodPost, b, "workspaces", ws, "user", uid, "time-entries"))
}

// UpdateTimeEntry replaces the whole entry.
func (c *Client) UpdateTimeEntry(ctx context.Context, ws, id string, b EntryBody) (TimeEntry, error) {
	return one[TimeEntry](ctx, c, write(idempotent, http.MethodPut, b, "workspaces", ws, "time-entries", id))
}

// DeleteTimeEntry deletes an entry. An approved one is 403, code 4005.
func (c *Client) DeleteTimeEntry(ctx context.Context, ws, id string) error {
	return c.do(ctx, write(idempotent, http.MethodDelete, nil, "workspaces", ws, "time-entries", id), nil)
}
