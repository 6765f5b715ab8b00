package clockify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"net/http"
	"time"
)

// ReportEntry is one entry of the detailed report.
type ReportEntry struct {
	ID                string             `json:"_id"`
	UserID            string             `json:"userId"`
	ProjectID         string             `json:"projectId"`
	TaskID            string             `json:"taskId"`
	TaskName          string             `json:"taskName"`
	Tags              []ReportTag        `json:"tags"`
	Description       string             `json:"description"`
	Billable          bool               `json:"billable"`
	Locked            bool               `json:"locked"`
	Type              string             `json:"type"`
	ApprovalRequestID string             `json:"approvalRequestId"` // "" when it is in none
	TimeInterval      ReportInterval     `json:"timeInterval"`
	CustomFields      []ReportFieldValue `json:"customFields"`
}

// ReportTag is a tag of an entry.
type ReportTag struct {
	ID   string `json:"_id"`
	Name string `json:"name"`
}

// ReportInterval is when an entry was.
type ReportInterval struct {
	Start    time.Time  `json:"start"`
	End      *time.Time `json:"end"`
	Duration int64      `json:"duration"` // seconds, unlike the ISO-8601 of the core host
}

// ReportFieldValue is the value of a custom field on an entry, as raw JSON.
type ReportFieldValue struct {
	CustomFieldID string          `json:"customFieldId"`
	Value         json.RawMessage `json:"value"`
}

// ReportQuery selects entries of all users by start. On a free workspace the range is 31 days at
// most.
type ReportQuery struct {
	Start, End time.Time // both required; instants, for the report is asked for in UTC
	UserIDs    []string  // empty: everybody
	PageSize   int       // default 1000
}

func (e ReportEntry) rowID() string { return e.ID }

// UnmarshalJSON takes the id from _id, the wire's name, or id.
func (e *ReportEntry) UnmarshalJSON(data []byte) error {
	type plain ReportEntry
	wire := struct {
		*plain
		Other string `json:"id"`
	}{plain: (*plain)(e)}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	if e.ID == "" {
		e.ID = wire.Other
	}
	return nil
}

// UnmarshalJSON rounds the duration to the second.
func (i *ReportInterval) UnmarshalJSON(data []byte) error {
	type plain ReportInterval
	wire := struct {
		*plain
		Duration float64 `json:"duration"`
	}{plain: (*plain)(i)}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	i.Duration = int64(math.Round(wire.Duration))
	return nil
}

// DetailedReport lists the entries of many users with one call a page, from the reports host.
func (c *Client) DetailedReport(ctx context.Context, ws string, q ReportQuery) iter.Seq2[ReportEntry, error] {
	size := q.PageSize
	if size <= 0 {
		size = reportPage
	}
	r := write(read, http.MethodPost, nil, "workspaces", ws, "reports", "detailed")
	r.reports = true
	return list(r, size, func(int) {}, func(r request, n, size int) (page[ReportEntry], error) {
		r.body = q.body(n, size)
		p := page[ReportEntry]{}
		err := c.do(ctx, r, func(_ http.Header, body []byte) (err error) {
			p, err = decodeReport(body)
			return err
		})
		return p, err
	})
}

func (q ReportQuery) body(n, size int) map[string]any {
	body := map[string]any{
		// UTC makes the range literal; else it is wall clock in the profile's zone.
		"dateRangeStart": wireTime(q.Start), "dateRangeEnd": wireTime(q.End), "timeZone": "UTC",
		"detailedFilter": map[string]any{"page": n, "pageSize": size, "sortColumn": "DATE"},
		"exportType":     "JSON", "amountShown": "HIDE_AMOUNT", "sortOrder": "ASCENDING", "rounding": false,
	}
	if len(q.UserIDs) > 0 {
		body["users"] = map[string]any{"ids": q.UserIDs, "contains": "CONTAINS", "status": "ALL"}
	}
	return body
}

// decodeReport reads one page: entries under timeentries, the wire's name, or timeEntries, the
// vendor's document's (encoding/json takes either case), and how many there are in all.
func decodeReport(body []byte) (page[ReportEntry], error) {
	var wire struct {
		Totals []*struct {
			EntriesCount *int `json:"entriesCount"`
		} `json:"totals"`
		Entries []ReportEntry `json:"timeentries"`
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		return page[ReportEntry]{}, err
	}
	if wire.Entries == nil {
		return page[ReportEntry]{}, errors.New("no timeentries")
	}
	for i, e := range wire.Entries {
		if e.ID == "" {
			return page[ReportEntry]{}, fmt.Errorf("entry %d without id", i)
		}
	}
	p := page[ReportEntry]{rows: wire.Entries, total: -1}
	if len(wire.Totals) == 1 && wire.Totals[0] != nil && wire.Totals[0].EntriesCount != nil {
		p.total = *wire.Totals[0].EntriesCount
	}
	return p, nil
}
