package sandbox

import (
	"slices"
	"time"
)

// wireReportEntry is a row of the detailed report: its id is _id, its duration seconds (#detailed-report).
type wireReportEntry struct {
	ID                string             `json:"_id"`
	Description       string             `json:"description"`
	UserID            string             `json:"userId"`
	UserName          *string            `json:"userName"`
	UserEmail         string             `json:"userEmail"`
	TimeInterval      wireReportInterval `json:"timeInterval"`
	Billable          bool               `json:"billable"`
	ProjectID         *string            `json:"projectId"`
	ProjectName       *string            `json:"projectName"`
	ProjectColor      *string            `json:"projectColor"`
	ClientID          *string            `json:"clientId"`
	ClientName        *string            `json:"clientName"`
	TaskID            *string            `json:"taskId"`
	TaskName          *string            `json:"taskName"`
	Tags              []wireReportTag    `json:"tags"`
	CustomFields      []wireReportField  `json:"customFields"`
	Type              string             `json:"type"`
	ApprovalRequestID *string            `json:"approvalRequestId"`
	Locked            bool               `json:"locked"`
}

type wireReportInterval struct {
	Start    string  `json:"start"`
	End      *string `json:"end"`
	Duration *int    `json:"duration"`
}

type wireReportTag struct {
	ID   string `json:"_id"`
	Name string `json:"name"`
}

type wireReportField struct {
	CustomFieldID string `json:"customFieldId"`
	Value         any    `json:"value"`
}

// idFilter is how the report is narrowed to users or projects: CONTAINS their ids.
type idFilter struct {
	IDs []string `json:"ids"`
}

func (f idFilter) passes(id string) bool { return len(f.IDs) == 0 || contains(f.IDs, id) }

// reportDate reads a range bound with or without a zone, as its hands of the clock.
func reportDate(v string) (time.Time, error) {
	var t time.Time
	var err error
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05.999999999", "2006-01-02"} {
		if t, err = time.Parse(form, v); err == nil {
			return t, nil
		}
	}
	return t, err
}

// detailedReport is POST reports/detailed: one read of everybody's entries. With timeZone UTC the range is literal, else
// wall clock in the profile zone; times are rendered in the request's zone. On the free plan a range is 31 days at most; the
// status of a longer one is unrecorded [?]. A plain member sees their own entries [?]. Running timers are left out [?].
func detailedReport(c *call) reply {
	if c.sp.meta.unlike("report") {
		return denied()
	}
	from, to, rep := c.reportRange()
	if rep != nil {
		return *rep
	}
	users, projects := in[idFilter](c, "users"), in[idFilter](c, "projects")
	paging := in[struct {
		Page     *int `json:"page"`
		PageSize *int `json:"pageSize"`
	}](c, "detailedFilter")
	order := c.enum("sortOrder", "ASCENDING", "DESCENDING")
	if c.bad != nil {
		return *c.bad
	}
	number, size := or(paging.Page, 1), or(paging.PageSize, 50)
	if number < 1 || size < 1 {
		return refuse("page and pageSize must be greater than or equal to 1")
	}
	size = min(size, 1000)
	var rows []*Entry
	total, billable := 0, 0
	for _, e := range between(c.sp.timeline, from, to) {
		if !c.reported(e) || !users.passes(e.UserID) || !projects.passes(e.ProjectID) {
			continue
		}
		rows = append(rows, e)
		if n := int(e.End.Sub(e.Start) / time.Second); !e.End.IsZero() {
			total += n
			if e.Billable {
				billable += n
			}
		}
	}
	if order == "ASCENDING" {
		slices.Reverse(rows)
	}
	loc := c.reportZone()
	out := []wireReportEntry{}
	for _, e := range c.reportPage(rows, number, size) {
		out = append(out, c.reportRow(e, loc))
	}
	return ok(map[string]any{
		"totals":      []any{map[string]any{"_id": "", "totalTime": total, "totalBillableTime": billable, "entriesCount": len(rows), "amounts": []any{}}},
		"timeentries": out,
	})
}

// reportPage cuts a page, and lets the faults of pages strike. The report has no Last-Page: a short page shows only by
// the count in totals.
func (c *call) reportPage(rows []*Entry, number, size int) []*Entry {
	lo, hi := min((number-1)*size, len(rows)), min(number*size, len(rows))
	shown := rows[lo:hi]
	switch {
	case c.fault.kind == "short_page":
		return shown[:len(shown)/2]
	case c.fault.kind == "repeat_page" && number > 1:
		return rows[max(0, lo-size):lo]
	case c.fault.kind == "list_changes" && number > 1 && len(shown) > 0:
		return append([]*Entry{rows[lo-1]}, shown[1:]...)
	}
	return shown
}

// reportZone is the zone of the request, else of the profile.
func (c *call) reportZone() *time.Location {
	if name := in[string](c, "timeZone"); name != "" {
		return c.s.zone(name)
	}
	return c.s.zone(c.me.TimeZone)
}

func (c *call) reportRange() (from, to time.Time, rep *reply) {
	for _, key := range []string{"dateRangeStart", "dateRangeEnd", "detailedFilter"} {
		if !c.has(key) {
			bad := refuse("You entered invalid value for field: [" + key + "]. This field can't be empty and can't be null.")
			return from, to, &bad
		}
	}
	loc := c.s.zone(c.me.TimeZone)
	if in[string](c, "timeZone") == "UTC" {
		loc = time.UTC
	}
	for _, at := range []struct {
		key string
		to  *time.Time
	}{{"dateRangeStart", &from}, {"dateRangeEnd", &to}} {
		t, err := reportDate(in[string](c, at.key))
		if err != nil {
			bad := badDate(at.key)
			return from, to, &bad
		}
		*at.to = wallClock(t, loc)
	}
	if c.sp.meta.FeatureSubscriptionType == "FREE" && to.Sub(from) > 31*24*time.Hour {
		bad := refuse("Date range can't be longer than 31 days on the free plan")
		return from, to, &bad
	}
	return from, to, nil
}

// reported says whether an entry is in the report.
func (c *call) reported(e *Entry) bool {
	return (c.admin() || e.UserID == c.key.UserID) && (!e.End.IsZero() || c.sp.meta.ReportShowsRunning) && !c.lags(e)
}

func (c *call) reportRow(e *Entry, loc *time.Location) wireReportEntry {
	const form = "2006-01-02T15:04:05Z07:00"
	row := wireReportEntry{
		ID: e.ID, Description: e.Description, UserID: e.UserID, Billable: e.Billable, Type: e.Type, Locked: c.locked(e) || c.sp.approved(e),
		TimeInterval: wireReportInterval{Start: e.Start.In(loc).Format(form)}, Tags: []wireReportTag{}, CustomFields: []wireReportField{},
	}
	if u := c.d.users.get(e.UserID); u != nil {
		row.UserEmail = u.Email
		if u.Name != "" {
			row.UserName = &u.Name
		}
	}
	if !e.End.IsZero() {
		end, n := e.End.In(loc).Format(form), int(e.End.Sub(e.Start)/time.Second)
		row.TimeInterval.End, row.TimeInterval.Duration = &end, &n
	}
	if p := c.sp.projects.get(e.ProjectID); p != nil {
		row.ProjectID, row.ProjectName, row.ProjectColor = &p.ID, &p.Name, &p.Color
		if cl := c.sp.clients.get(p.ClientID); cl != nil {
			row.ClientID, row.ClientName = &cl.ID, &cl.Name
		}
	}
	if t := c.sp.tasks.get(e.TaskID); t != nil {
		row.TaskID, row.TaskName = &t.ID, &t.Name
	}
	for _, id := range e.TagIDs {
		if t := c.sp.tags.get(id); t != nil {
			row.Tags = append(row.Tags, wireReportTag{t.ID, t.Name})
		}
	}
	for f := range c.sp.fields.all {
		if v, there := e.FieldValues[f.ID]; there {
			row.CustomFields = append(row.CustomFields, wireReportField{f.ID, v})
		}
	}
	if c.sp.approved(e) {
		id := ID("approval/"+e.UserID, 1)
		row.ApprovalRequestID = &id
	}
	c.lack(&row)
	return row
}

// lack takes from a row what reports of the workspace do not have.
func (c *call) lack(row *wireReportEntry) {
	for _, field := range c.sp.meta.ReportLacks {
		switch field {
		case "tags":
			row.Tags = nil
		case "task":
			row.TaskID, row.TaskName = nil, nil
		case "type":
			row.Type = ""
		case "customFields":
			row.CustomFields = nil
		case "end":
			row.TimeInterval.End, row.TimeInterval.Duration = nil, nil
		case "billable":
			row.Billable = false
		case "description":
			row.Description = ""
		}
	}
}
