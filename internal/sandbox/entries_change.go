package sandbox

import (
	"encoding/json"
	"slices"
	"time"
)

// replace is a full replace: keys left out are cleared, an end left out makes it running [?] (section 4, Update).
func (c *call) replace(old *Entry, body map[string]json.RawMessage) (*Entry, *reply) {
	if rep := c.protected(old); rep != nil {
		return nil, rep
	}
	n, rep := c.build(draft{body: body, userID: old.UserID}, old.ID)
	if rep != nil {
		return nil, rep
	}
	n.Invoiced = old.Invoiced
	if n.End.IsZero() && !old.End.IsZero() {
		c.stopRunning(n)
	}
	return n, nil
}

func updateEntry(c *call) reply {
	old, rep := c.theEntry(c.p["entry"])
	if rep != nil {
		return *rep
	}
	n, rep := c.replace(old, c.body)
	if rep != nil {
		return *rep
	}
	c.sp.putEntry(n)
	return ok(c.entry(n, false))
}

// deleteEntry is 204 (section 4, Update). Invoiced entries delete normally.
func deleteEntry(c *call) reply {
	e, rep := c.theEntry(c.p["entry"])
	if rep != nil {
		return *rep
	}
	if rep := c.protected(e); rep != nil {
		return *rep
	}
	c.sp.delEntry(e)
	return reply{status: 204}
}

// stopTimer is PATCH user/{uid}/time-entries: 404 with code 404 where no timer runs (section 4, Update).
func stopTimer(c *call) reply {
	m, rep := c.theMember()
	if rep != nil {
		return *rep
	}
	end, err := time.Parse(time.RFC3339, in[string](c, "end"))
	if err != nil {
		return badDate("end")
	}
	for _, e := range c.sp.byUser[m.UserID] {
		if !e.End.IsZero() {
			continue
		}
		n := *e
		n.End = end.UTC().Truncate(time.Second)
		if n.End.Before(n.Start) {
			return refuse("Start datetime " + n.Start.Format(wireTime) + " is greater than end datetime " + n.End.Format(wireTime) + ".")
		}
		if rep := c.protected(&n); rep != nil {
			return *rep
		}
		c.sp.putEntry(&n)
		return ok(c.entry(&n, false))
	}
	return fail(404, 404, "Currently running time entry doesn't exist on workspace "+c.sp.head.ID+" for user "+m.UserID+".")
}

// bulkUpdate is PUT user/{uid}/time-entries: all or nothing [?]; end is needed, an object is 400/3002 (section 4, Update).
func bulkUpdate(c *call) reply {
	m, rep := c.theMember()
	if rep != nil {
		return *rep
	}
	var bodies []map[string]json.RawMessage
	if err := json.Unmarshal(c.raw, &bodies); err != nil {
		return fail(400, 3002, "JSON parse error: Cannot deserialize value of type ArrayList")
	}
	if len(bodies) == 0 {
		return refuse("must not be empty")
	}
	hydrated, _ := c.flag("hydrated")
	var changed []*Entry
	for _, body := range bodies {
		id, _ := value[string](body, "id")
		e := c.sp.entries.get(id)
		if e == nil || e.UserID != m.UserID {
			return refuse("Time entry doesn't belong to Workspace")
		}
		if end, _ := value[string](body, "end"); end == "" {
			return badDate("end")
		}
		if _, there := body["start"]; !there {
			body["start"], _ = json.Marshal(e.Start.Format(wireTime))
		}
		n, rep := c.replace(e, body)
		if rep != nil {
			return *rep
		}
		changed = append(changed, n)
	}
	out := []any{}
	for _, n := range changed {
		c.sp.putEntry(n)
		out = append(out, c.entry(n, hydrated))
	}
	return ok(out)
}

// bulkDelete is DELETE user/{uid}/time-entries?time-entry-ids=...: 200 with what was deleted (section 4, Update).
func bulkDelete(c *call) reply {
	m, rep := c.theMember()
	if rep != nil {
		return *rep
	}
	ids := c.list("time-entry-ids")
	if len(ids) == 0 {
		return fail(400, 3001, "Required request parameter 'time-entry-ids' for method parameter type Set is not present")
	}
	var gone []*Entry
	for _, id := range ids {
		e := c.sp.entries.get(id)
		if e == nil || e.UserID != m.UserID {
			return refuse("Time entry doesn't belong to Workspace")
		}
		if rep := c.protected(e); rep != nil {
			return *rep
		}
		if !slices.Contains(gone, e) {
			gone = append(gone, e)
		}
	}
	out := []any{}
	for _, e := range gone {
		c.sp.delEntry(e)
		out = append(out, c.entry(e, false))
	}
	return ok(out)
}

// duplicateEntry is POST user/{uid}/time-entries/{id}/duplicate: 201.
func duplicateEntry(c *call) reply {
	m, rep := c.theMember()
	if rep != nil {
		return *rep
	}
	e := c.sp.entries.get(c.p["entry"])
	if e == nil || e.UserID != m.UserID {
		return refuse("Time entry doesn't belong to Workspace")
	}
	n := deepEntry(*e)
	n.ID = c.d.newID("entry", func(id string) bool { return c.sp.entries.get(id) != nil })
	n.Approved, n.Invoiced = false, false
	if rep := c.protected(&n); rep != nil {
		return *rep
	}
	c.sp.putEntry(&n)
	return created(c.entry(&n, false))
}

// markInvoiced is PATCH time-entries/invoiced: 200 without a body, not seen on reads (section 4, Update).
func markInvoiced(c *call) reply {
	ids, invoiced := in[[]string](c, "timeEntryIds"), in[bool](c, "invoiced")
	if c.bad != nil {
		return *c.bad
	}
	if !c.has("timeEntryIds") || !c.has("invoiced") {
		return refuse("must not be null")
	}
	for _, id := range ids {
		if c.sp.entries.get(id) == nil {
			return refuse("Time entry doesn't belong to Workspace")
		}
	}
	for _, id := range ids {
		n := *c.sp.entries.get(id)
		n.Invoiced = invoiced
		c.sp.putEntry(&n)
	}
	return reply{status: 200}
}
