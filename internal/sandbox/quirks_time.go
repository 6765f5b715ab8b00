package sandbox

import (
	"fmt"
	"strconv"
	"time"
)

// newEntryID is an id for an entry. Ids of Clockify's grow with the time they are given at (#one-entry): these come after
// each other, and after all that a State has.
func (d *db) newEntryID(now time.Time, taken func(string) bool) string {
	for {
		d.seq++
		if id := fmt.Sprintf("ffff%08x%012x", now.Unix(), d.seq); !taken(id) {
			return id
		}
	}
}

// madeAt is when an entry with such an id was made.
func madeAt(id string) (time.Time, bool) {
	if len(id) != 24 || id[:4] != "ffff" {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(id[4:12], 16, 64)
	return time.Unix(seconds, 0), err == nil
}

// lags reports whether a list does not show the entry yet (#lag).
func (c *call) lags(e *Entry) bool {
	lag, err := time.ParseDuration(c.sp.meta.ListLag)
	if err != nil || !c.sp.meta.AllListsLag && c.query("start") == "" && c.query("end") == "" {
		return false
	}
	made, known := madeAt(e.ID)
	return known && c.now.Sub(made) < lag
}
