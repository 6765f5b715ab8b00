package sandbox

import (
	"encoding/json"
	"strings"
	"time"
)

// draft is the body of one entry to write, with what it takes to check it.
type draft struct {
	body   map[string]json.RawMessage
	userID string
	isNew  bool
}

// createFor is POST user/{uid}/time-entries: for others it needs an admin and ADD_TIME_FOR_OTHERS (#creating-an-entry).
func createFor(c *call) reply {
	id := c.p["user"]
	switch {
	case id != c.key.UserID && !c.admin():
		return denied()
	case c.sp.members.get(id) == nil:
		return refuse("User doesn't belong to Workspace")
	case id != c.key.UserID && !c.sp.features["ADD_TIME_FOR_OTHERS"]:
		return *c.missing()
	}
	if from := c.query("from-entry"); from != "" && c.sp.entries.get(from) == nil {
		return reply{status: 404} // an unknown from-entry: 404, empty (#errors)
	}
	return c.create(draft{body: c.body, userID: id, isNew: true})
}

// create makes an entry. Nothing looks for duplicates (#format).
func (c *call) create(d draft) reply {
	e, rep := c.build(d, c.d.newEntryID(c.now, func(id string) bool { return c.sp.entries.get(id) != nil }))
	if rep != nil {
		return *rep
	}
	if e.End.IsZero() {
		c.stopRunning(e)
	}
	c.sp.putEntry(e)
	return created(c.entry(e, false))
}

// stopRunning ends the user's running entry when another starts (#creating-an-entry).
func (c *call) stopRunning(by *Entry) {
	for _, e := range c.sp.byUser[by.UserID] {
		if e.End.IsZero() && e.ID != by.ID {
			n := *e
			n.End = c.now.UTC().Truncate(time.Second)
			if n.End.Before(n.Start) {
				n.End = n.Start
			}
			c.sp.putEntry(&n)
			return
		}
	}
}

// build makes an entry of a body, or says why not.
func (c *call) build(d draft, id string) (*Entry, *reply) {
	c.body = d.body
	e := &Entry{
		ID: id, UserID: d.userID, Description: in[string](c, "description"), ProjectID: in[string](c, "projectId"), TaskID: in[string](c, "taskId"),
		TagIDs: in[[]string](c, "tagIds"), Billable: in[bool](c, "billable"), Type: c.enum("type", "REGULAR", "BREAK"),
	}
	if rep := c.times(e, d); rep != nil {
		return nil, rep
	}
	if rep := c.checkEntry(e, d); rep != nil {
		return nil, rep
	}
	if rep := c.entryFields(e); rep != nil {
		return nil, rep
	}
	if rep := c.protected(e); rep != nil {
		return nil, rep
	}
	// A regular user's billable may be overridden without a word (#billable).
	if c.sp.meta.Settings.OnlyAdminsCanChangeBillable && !c.admin() {
		e.Billable = c.sp.meta.Settings.DefaultBillableProjects
		if p := c.sp.projects.get(e.ProjectID); p != nil {
			e.Billable = p.Billable
		}
	}
	return e, nil
}

// times reads start and end: a start left out is now, an end left out is a running timer; end without start, and start
// after end, are refused; equal is allowed [?] (#creating-an-entry).
func (c *call) times(e *Entry, d draft) *reply {
	var rep reply
	for _, at := range []struct {
		key string
		to  *time.Time
	}{{"start", &e.Start}, {"end", &e.End}} {
		if !c.has(at.key) {
			continue
		}
		v := in[string](c, at.key)
		t, err := time.Parse(time.RFC3339, v)
		if err != nil {
			rep = badDate(at.key)
			return &rep
		}
		*at.to = t.UTC().Truncate(time.Second)
	}
	switch {
	case e.Start.IsZero() && !d.isNew:
		rep = refuse("You entered invalid value for field: [start]. This field can't be empty and can't be null.")
	case e.Start.IsZero() && !e.End.IsZero():
		rep = refuse("Can't create time entry with end time only.")
	case !e.End.IsZero() && e.Start.After(e.End):
		rep = refuse("Start datetime " + e.Start.Format(wireTime) + " is greater than end datetime " + e.End.Format(wireTime) + ".")
	default:
		if e.Start.IsZero() {
			e.Start = c.now.UTC().Truncate(time.Second)
		}
		return nil
	}
	return &rep
}

// checkEntry holds an entry to the workspace: what it points at, its text, its type, and what is required. An archived
// project is accepted (#creating-an-entry).
func (c *call) checkEntry(e *Entry, d draft) *reply {
	s, done := c.sp.meta.Settings, !e.End.IsZero()
	var rep reply
	switch {
	case c.bad != nil:
		return c.bad
	case len([]rune(e.Description)) > 3000:
		rep = refuse("Description cannot be longer than 3000.")
	case strings.ContainsAny(e.Description, "<>"):
		rep = refuse("You entered invalid value for field: [description]. Don't use < and > characters in the description")
	case e.Type == "BREAK" && !c.sp.features["BREAKS"]:
		return c.missing()
	case e.ProjectID != "" && c.sp.projects.get(e.ProjectID) == nil:
		rep = refuse("Project doesn't belong to Workspace")
	case e.TaskID != "" && !c.sp.taskOf(e.TaskID, e.ProjectID):
		rep = refuse("Task doesn't belong to Project")
	case d.isNew && done && s.TimeTrackingMode == "STOPWATCH_ONLY" && !c.admin(): // (#timer-only)
		rep = fail(403, 4030, "Manual time tracking disabled on workspace")
	case done && s.ForceProjects && e.ProjectID == "":
		rep = refuse("Time entry couldn't be created. Project is either required field or given project is archived.")
	case done && s.ForceTasks && e.TaskID == "":
		rep = refuse("Time entry couldn't be created. Task is required field.")
	case done && s.ForceTags && len(e.TagIDs) == 0:
		rep = refuse("Time entry couldn't be created. Tags are required field.")
	case done && s.ForceDescription && e.Description == "":
		rep = refuse("Time entry couldn't be created. Description is required field.")
	default:
		orElse(&e.Type, "REGULAR")
		return c.checkTags(e)
	}
	return &rep
}

func (sp *workspace) taskOf(task, project string) bool {
	t := sp.tasks.get(task)
	return t != nil && t.ProjectID == project
}

// checkTags: an unknown tag is 400/501, an archived one is disputed (#tags) and refused here unless the quirk says so.
func (c *call) checkTags(e *Entry) *reply {
	for _, id := range e.TagIDs {
		t := c.sp.tags.get(id)
		var rep reply
		switch {
		case t == nil:
			rep = refuse("Tag doesn't belong to Workspace")
		case t.Archived && !c.sp.meta.AcceptsArchivedTags:
			rep = refuse("You can not create entities for archived tag")
		default:
			continue
		}
		return &rep
	}
	return nil
}

// entryFields reads customFields, the write key: customFieldValues, the read key, is dropped without a word. Fields left
// out get their default; dropdown values are stored as they come; a required field without a value is refused with nothing
// but its name (#required-parts). A value for an INACTIVE field is dropped [?].
func (c *call) entryFields(e *Entry) *reply {
	var rep reply
	sent := in[[]map[string]json.RawMessage](c, "customFields")
	switch {
	case c.bad != nil:
		return c.bad
	case len(sent) > 50:
		rep = refuse("size must be between 0 and 50")
		return &rep
	case len(sent) > 0 && !c.sp.features["CUSTOM_FIELDS"]:
		return c.missing()
	}
	values := map[string]any{}
	var required []string
	for f := range c.sp.fields.all {
		if f.EntityType == "TIMEENTRY" && f.Status != "INACTIVE" && f.Default != nil {
			values[f.ID] = f.Default
		}
	}
	for _, s := range sent {
		id, _ := value[string](s, "customFieldId")
		v, _ := value[any](s, "value")
		f := c.sp.fields.get(id)
		if f == nil || f.EntityType != "TIMEENTRY" {
			rep = refuse("Custom field doesn't belong to Workspace")
			return &rep
		}
		delete(values, f.ID)
		if v != nil && f.Status != "INACTIVE" {
			values[f.ID] = normal(f, v)
		}
	}
	for f := range c.sp.fields.all {
		if _, there := values[f.ID]; !there && f.EntityType == "TIMEENTRY" && f.Required && f.Status == "VISIBLE" && !e.End.IsZero() {
			required = append(required, f.Name)
		}
	}
	if len(required) > 0 {
		rep = refuse(" " + strings.Join(required, ", "))
		return &rep
	}
	if len(values) > 0 {
		e.FieldValues = values
	}
	return nil
}

// protected refuses what is locked, 403/1003, to regular users, and what is approved, 403/4005, to everybody (#locked-periods).
func (c *call) protected(e *Entry) *reply {
	var rep reply
	switch {
	case c.sp.approved(e):
		rep = fail(403, 4005, "Can't edit approved time entry.")
	case c.locked(e) && (!c.admin() || c.sp.meta.LockAdmins):
		rep = fail(403, 1003, "Can't edit locked time entry.")
	default:
		return nil
	}
	return &rep
}
