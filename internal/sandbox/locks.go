package sandbox

import (
	"slices"
	"strings"
	"time"
)

// lockDate is before when entries are locked now: the later of what somebody set and what the automatic lock has come to.
// On its day of the week or month that locks all of the week or month before; or it locks what is older than so many days,
// weeks or months (#locked-periods).
func (c *call) lockDate() time.Time {
	until, l := c.sp.meta.LockedUntil, c.sp.meta.AutomaticLock
	if l == nil {
		return until
	}
	now := c.now.In(c.s.zone(c.sp.meta.Settings.LockTimeZone))
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch l.Type {
	case "WEEKLY":
		for !strings.EqualFold(day.Weekday().String(), l.ChangeDay) {
			day = day.AddDate(0, 0, -1)
		}
		for !strings.EqualFold(day.Weekday().String(), l.FirstDay) {
			day = day.AddDate(0, 0, -1)
		}
	case "MONTHLY":
		first := day.AddDate(0, 0, 1-day.Day())
		if day.Day() < l.DayOfMonth {
			first = first.AddDate(0, -1, 0)
		}
		day = first
	case "OLDER_THAN":
		switch l.OlderThanPeriod {
		case "DAYS":
			day = day.AddDate(0, 0, -l.OlderThanValue)
		case "WEEKS":
			day = day.AddDate(0, 0, -7*l.OlderThanValue)
		case "MONTHS":
			day = day.AddDate(0, -l.OlderThanValue, 0)
		}
	}
	if day.After(until) {
		return day
	}
	return until
}

// locked says whether an entry starts in the locked period (#locked-periods).
func (c *call) locked(e *Entry) bool {
	until := c.lockDate()
	return !until.IsZero() && e.Start.Before(until)
}

// approved says whether an entry is approved, or lies in an approved period.
func (sp *workspace) approved(e *Entry) bool {
	return e.Approved || slices.ContainsFunc(sp.meta.ApprovedPeriods, func(p Period) bool { return p.holds(e) })
}

func (p Period) holds(e *Entry) bool {
	return (p.UserID == "" || p.UserID == e.UserID) && !e.Start.Before(p.From) && e.Start.Before(p.To)
}

// listApprovals is GET approval-requests: the approved periods of those who have entries in them, the latest first. A plain
// member sees their own [?] (#approvals).
func listApprovals(c *call) reply {
	if c.sp.meta.unlike("approvals") {
		return denied()
	}
	if status := c.query("status"); status != "" && status != "APPROVED" {
		return page(c, []Period{}, 200, true, func(Period) any { return nil })
	}
	_, _ = c.query("sort-column"), c.query("sort-order") // as they are sorted anyway
	var rows []Period
	for _, p := range c.sp.meta.ApprovedPeriods {
		for m := range c.sp.members.all {
			mine := Period{m.UserID, p.From, p.To}
			if (p.UserID == "" || p.UserID == m.UserID) && (c.admin() || m.UserID == c.key.UserID) && slices.ContainsFunc(c.sp.byUser[m.UserID], mine.holds) {
				rows = append(rows, mine)
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b Period) int { return b.From.Compare(a.From) })
	return page(c, rows, 200, true, func(p Period) any {
		var entries []any
		for _, e := range c.sp.byUser[p.UserID] {
			if p.holds(e) {
				entries = append(entries, map[string]any{"id": e.ID})
			}
		}
		return map[string]any{
			"approvalRequest": map[string]any{
				"id": ID("approval/"+p.UserID+p.From.Format(wireTime), 1), "workspaceId": c.sp.meta.ID,
				"owner":     map[string]any{"userId": p.UserID},
				"dateRange": map[string]any{"start": p.From.UTC().Format(wireTime), "end": p.To.UTC().Format(wireTime)},
				"status":    map[string]any{"state": "APPROVED"},
			},
			"entries": entries,
		}
	})
}
