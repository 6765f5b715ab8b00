package sandbox

import (
	"encoding/json"
)

// replace is a full replace: keys left out are cleared, an end left out makes it running [?] (#updating-an-entry).
func (c *call) replace(old *Entry, body map[string]json.RawMessage) (*Entry, *reply) {
	if rep := c.protected(old); rep != nil {
		return nil, rep
	}
	n, rep := c.build(draft{body: body, userID: old.UserID}, old.ID)
	if rep != nil {
		return nil, rep
	}
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

// deleteEntry is 204 (#updating-an-entry).
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
