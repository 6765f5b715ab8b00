package provider

import (
	"context"
	"strings"
	"time"
	_ "time/tzdata" // zones of workspaces, also where the machine has none

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// lockedBefore is before when entries are locked for who is no admin; zero: never. An automatic lock moves the date that is
// told; where none is, the date is worked out (docs/clockify-api.md#locked-periods). What cannot be read is met where it is
// written.
func lockedBefore(s clockify.WorkspaceSettings, now time.Time) time.Time {
	if at, err := time.Parse(time.RFC3339, s.LockTimeEntries); err == nil {
		return at.UTC()
	}
	zone, err := time.LoadLocation(s.LockTimeZone)
	if s.AutomaticLock == nil || err != nil {
		return time.Time{}
	}
	lock, today := s.AutomaticLock, now.In(zone)
	back := func(years, months, days int) time.Time {
		return time.Date(today.Year()-years, today.Month()-time.Month(months), today.Day()-days, 0, 0, 0, 0, zone).UTC()
	}
	switch lock.Type + lock.OlderThanPeriod {
	case "OLDER_THANDAYS":
		return back(0, 0, lock.OlderThanValue)
	case "OLDER_THANWEEKS":
		return back(0, 0, 7*lock.OlderThanValue)
	case "OLDER_THANMONTHS":
		return back(0, lock.OlderThanValue, 0)
	}
	switch lock.Type {
	case "WEEKLY":
		change, knownChange := weekday(lock.ChangeDay)
		first, knownFirst := weekday(lock.FirstDay)
		if knownChange && knownFirst {
			since := (today.Weekday() - change + 7) % 7
			return back(0, 0, int(since+(change-first+7)%7))
		}
	case "MONTHLY":
		if today.Day() >= lock.DayOfMonth {
			return back(0, 0, today.Day()-1)
		}
		return time.Date(today.Year(), today.Month()-1, 1, 0, 0, 0, 0, zone).UTC()
	}
	return time.Time{}
}

func weekday(name string) (time.Weekday, bool) {
	for d := range time.Weekday(7) {
		if strings.EqualFold(d.String(), name) {
			return d, true
		}
	}
	return 0, false
}

// longestApproval is more than a period has that is approved at once (docs/clockify-api.md#approvals).
const longestApproval = 32 * 24 * time.Hour

// approvals finds out what of the destination is approved: nobody may write there. Who may not read it, or where there is
// none, meets it where it is written.
func (r *timeReader) approvals(ctx context.Context) error {
	if !r.dst.workspace.Settings.TimeApprovalEnabled {
		return nil
	}
	byUser := map[string]*person{}
	for _, p := range r.people {
		byUser[p.destination] = p
	}
	for a, err := range r.dst.w.Reader.Approvals(ctx, r.dst.w.ID) {
		if clockify.IsStatus(err, 400, 402, 403, 404) {
			return nil
		}
		if err != nil {
			return wrap(r.of("list what is approved in the destination"), err)
		}
		if a.Start.Before(r.from.Add(-r.margin() - longestApproval)) {
			return nil // all that follow are older
		}
		if p := byUser[a.UserID]; p != nil && a.State == "APPROVED" && a.Time {
			rules := &p.have.Destination.Rules
			rules.Approved = append(rules.Approved, state.Period{From: a.Start, To: a.End})
		}
	}
	return nil
}
