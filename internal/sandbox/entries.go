package sandbox

import (
	"fmt"
	"strings"
	"time"

	_ "time/tzdata" // zones of profiles, also where the machine has none
)

// wireTime is a time as it is sent: whole seconds, UTC (#format).
const wireTime = "2006-01-02T15:04:05Z"

// wireEntry is the 15 keys of an entry (#entries-of-a-person). There is no created or updated time.
type wireEntry struct {
	ID                string           `json:"id"`
	Description       string           `json:"description"`
	TagIDs            []string         `json:"tagIds"` // null when empty (#format)
	UserID            string           `json:"userId"`
	Billable          bool             `json:"billable"`
	TaskID            *string          `json:"taskId"`
	ProjectID         *string          `json:"projectId"`
	WorkspaceID       string           `json:"workspaceId"`
	TimeInterval      wireInterval     `json:"timeInterval"`
	CustomFieldValues []wireEntryField `json:"customFieldValues"`
	Type              string           `json:"type"`
	KioskID           *string          `json:"kioskId"`
	HourlyRate        any              `json:"hourlyRate"`
	CostRate          any              `json:"costRate"`
	IsLocked          bool             `json:"isLocked"`

	*wireHydrated
}

// wireHydrated is what hydrated=true adds next to the ids (#entries-of-a-person).
type wireHydrated struct {
	Project any   `json:"project"`
	Task    any   `json:"task"`
	Tags    []any `json:"tags"`
	User    any   `json:"user"`
	Kiosk   any   `json:"kiosk"`
}

type wireInterval struct {
	Start    string  `json:"start"`
	End      *string `json:"end"`
	Duration *string `json:"duration"`
}

type wireEntryField struct {
	CustomFieldID string `json:"customFieldId"`
	TimeEntryID   string `json:"timeEntryId"`
	Name          string `json:"name"`
	Type          string `json:"type"`
	Value         any    `json:"value"`
}

func (c *call) entry(e *Entry, hydrated bool) wireEntry {
	row := wireEntry{
		ID: e.ID, Description: e.Description, UserID: e.UserID, Billable: e.Billable, WorkspaceID: c.sp.meta.ID, Type: e.Type,
		TimeInterval: wireInterval{Start: e.Start.Format(wireTime)}, CustomFieldValues: []wireEntryField{}, IsLocked: c.locked(e) || c.sp.approved(e),
	}
	if len(e.TagIDs) > 0 {
		row.TagIDs = e.TagIDs
	}
	if e.TaskID != "" {
		row.TaskID = &e.TaskID
	}
	if e.ProjectID != "" {
		row.ProjectID = &e.ProjectID
	}
	if !e.End.IsZero() {
		end, length := e.End.Format(wireTime), iso(e.End.Sub(e.Start))
		row.TimeInterval.End, row.TimeInterval.Duration = &end, &length
	}
	for f := range c.sp.fields.all {
		if v, there := e.FieldValues[f.ID]; there {
			row.CustomFieldValues = append(row.CustomFieldValues, wireEntryField{f.ID, e.ID, f.Name, f.Type, v})
		}
	}
	if hydrated {
		row.wireHydrated = c.hydrate(e)
	}
	return row
}

func (c *call) hydrate(e *Entry) *wireHydrated {
	h := &wireHydrated{Tags: []any{}}
	if p := c.sp.projects.get(e.ProjectID); p != nil {
		h.Project = c.project(p)
	}
	if t := c.sp.tasks.get(e.TaskID); t != nil {
		h.Task = c.task(t)
	}
	for _, id := range e.TagIDs {
		if t := c.sp.tags.get(id); t != nil {
			h.Tags = append(h.Tags, c.tag(t))
		}
	}
	if u := c.d.users.get(e.UserID); u != nil {
		h.User = map[string]any{"id": u.ID, "name": orNull(u.Name), "status": u.AccountStatus}
	}
	return h
}

// iso renders a duration as PT1H2M3S.
func iso(d time.Duration) string {
	s := int(d / time.Second)
	var b strings.Builder
	b.WriteString("PT")
	for _, part := range []struct {
		n    int
		unit string
	}{{s / 3600, "H"}, {s / 60 % 60, "M"}, {s % 60, "S"}} {
		if part.n > 0 {
			fmt.Fprintf(&b, "%d%s", part.n, part.unit)
		}
	}
	if b.Len() == 2 {
		return "PT0S"
	}
	return b.String()
}

// zone is a time zone by name; UTC where there is none such. Loading one reads a file, so they are kept.
func (s *Server) zone(name string) *time.Location {
	if loc, known := s.zones.Load(name); known {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		loc = time.UTC
	}
	s.zones.Store(name, loc)
	return loc
}

// wallClock reads a moment of a window as the API does: what the value says in UTC is taken as the hands of a clock in the
// account's zone, so that at UTC+2 the window sits two hours earlier than written (#windows).
func wallClock(t time.Time, loc *time.Location) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc)
}

// listEntries is GET user/{uid}/time-entries: one person, newest start first (#entries-of-a-person).
func listEntries(c *call) reply {
	m, rep := c.theMember()
	if rep != nil {
		return *rep
	}
	from, to, rep := c.window(m.UserID)
	if rep != nil {
		return *rep
	}
	hydrated, _ := c.flag("hydrated")
	running, onlyRunning := c.flag("in-progress")
	text := c.query("description")
	var rows []*Entry
	for _, e := range between(c.sp.byUser[m.UserID], from, to) {
		if onlyRunning && running != e.End.IsZero() || !containsFold(e.Description, text) || c.lags(e) {
			continue
		}
		rows = append(rows, e)
	}
	return page(c, rows, 5000, true, func(e *Entry) any { return c.entry(e, hydrated) })
}

// window reads start and end. A start alone filters as an instant; a window is wall clock (#windows). Whose zone
// counts is unsettled: here it is the zone of the person asked for [?].
func (c *call) window(userID string) (from, to time.Time, rep *reply) {
	for key, at := range map[string]*time.Time{"start": &from, "end": &to} {
		if v := c.query(key); v != "" {
			t, err := time.Parse(time.RFC3339, v)
			if err != nil {
				bad := badDate(key)
				return from, to, &bad
			}
			*at = t
		}
	}
	if !to.IsZero() && !c.sp.meta.unlike("windows") {
		loc := c.s.zone(c.d.users.get(userID).TimeZone)
		to = wallClock(to, loc)
		if !from.IsZero() {
			from = wallClock(from, loc)
		}
	}
	return from, to, nil
}

// theEntry is the entry of an id: unknown, deleted or foreign is 400/501 (#one-entry). A plain member reads only
// their own [?].
func (c *call) theEntry(id string) (*Entry, *reply) {
	e := c.sp.entries.get(id)
	var rep reply
	switch {
	case e == nil:
		rep = refuse("Time entry doesn't belong to Workspace")
	case !c.admin() && e.UserID != c.key.UserID:
		rep = denied()
	default:
		return e, nil
	}
	return nil, &rep
}

func getEntry(c *call) reply {
	if c.sp.meta.unlike("entry") {
		return refuse("Time entry doesn't belong to Workspace")
	}
	e, rep := c.theEntry(c.p["entry"])
	if rep != nil {
		return *rep
	}
	hydrated, _ := c.flag("hydrated")
	if c.bad != nil {
		return *c.bad
	}
	return ok(c.entry(e, hydrated))
}
