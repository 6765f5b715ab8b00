package provider

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Verdict is what looking at an assumption has shown.
type Verdict string

// The verdicts.
const (
	Holds      Verdict = "holds"
	Differs    Verdict = "differs"
	CannotTell Verdict = "cannot tell"
)

// A ProbeResult is what one workspace shows of one assumption about the API. It holds no names, addresses or keys.
type ProbeResult struct {
	Name    string // the assumption
	Anchor  string // of its heading in docs/clockify-api.md
	Verdict Verdict
	Seen    string // what was seen, or why nothing can be told
	Means   string // with Differs: what the tool does then
}

// A probe looks at one assumption by reading. Its error counts as CannotTell.
type probe struct {
	name, anchor string
	means        string // if it differs
	look         func(context.Context, *probing) (Verdict, string, error)
}

// probing is what the probes of one workspace share.
type probing struct {
	w         *Workspace
	self      clockify.User
	workspace clockify.Workspace
	users     clockify.Peek[clockify.User]
	refused   bool // a page of the largest size
	groups    []clockify.Group
	totals    []clockify.CapacityTotal

	entry *clockify.TimeEntry // the newest finished one of the key's own user; nil: none

	usersErr, groupsErr, totalsErr, entryErr error
}

var probes = []probe{
	{"a page holds 5,000 rows", "page-size", "lists are read in smaller pages, with more calls", probePageSize},
	{"the last page is told by a header", "paging", "the end of a list is proved by a total, or by one more call", probeLastPage},
	{"everybody's membership is in the list of people", "membership-status", "nothing of people can be planned", probeMemberships},
	{"the list of people tells who is owner or admin", "roles", "owners and admins cannot be told, and are not protected", probeOwner},
	{"a role on a group names its source", "roles", "roles on groups would be taken for roles on people", probeRoleSource},
	{"the list of people has the values of their fields", "field-values-in-the-list", "each profile is read: one call a person", probeFieldValues},
	{"capacities are told in bulk", "capacity-totals", "each profile is read: one call a person", probeTotals},
	{"capacities in bulk are in seconds", "capacity-totals", "capacities would be read wrongly: please report it", probeTotalsUnit},
	{"groups are listed with their managers", "groups", "managers of groups would be given again in each run", probeGroups},
	{"the plan's features are a list of names", "plans", "features are tried instead of looked up", probeFeatures},
	{"a window of entries is read as wall clock", "windows", "a day more is read on both sides than is needed", probeWindow},
	{"one entry can be read by its id", "one-entry", "entries that were written cannot be verified", probeEntryByID},
	{"approved periods can be listed", "approvals", "an entry in an approved period is tried, and refused by Clockify", probeApprovals},
	{"the detailed report lists entries", "detailed-report", "entries are read person by person", probeReport},
	{"the detailed report tells an entry as its list does", "detailed-report", "whoever's entries it tells otherwise is read singly: more calls", probeReportEntry},
}

// Probe looks at every assumption that can be looked at by reading. It costs about thirteen calls. Its error is the one of
// opening the workspace.
func (w *Workspace) Probe(ctx context.Context) ([]ProbeResult, error) {
	self, workspace, err := w.open(ctx)
	if err != nil {
		return nil, err
	}
	p := &probing{w: w, self: self, workspace: workspace}
	p.users, p.usersErr = w.Reader.PeekUsers(ctx, w.ID, largestPage)
	if p.refused = clockify.IsStatus(p.usersErr, 400); p.refused {
		p.users, p.usersErr = w.Reader.PeekUsers(ctx, w.ID, refusedPage)
	}
	p.groups, p.groupsErr = clockify.All(func() seq[clockify.Group] { return w.Reader.Groups(ctx, w.ID) })
	day := w.Now().UTC().Truncate(24 * time.Hour)
	p.totals, p.totalsErr = w.Reader.CapacityTotals(ctx, w.ID, day, day.Add(week), 1)
	finished := false
	newest, err := w.Reader.PeekTimeEntries(ctx, w.ID, self.ID, clockify.EntriesQuery{InProgress: &finished, PageSize: 1})
	if p.entryErr = err; len(newest.Rows) > 0 {
		p.entry = &newest.Rows[0]
	}
	var results []ProbeResult
	for _, probe := range probes {
		r := ProbeResult{Name: probe.name, Anchor: probe.anchor}
		var err error
		if r.Verdict, r.Seen, err = probe.look(ctx, p); err != nil {
			r.Verdict, r.Seen = CannotTell, reasonOf(err)
		}
		if r.Verdict == Differs {
			r.Means = probe.means
		}
		results = append(results, r)
	}
	return results, ctx.Err()
}

const (
	largestPage = 5000
	refusedPage = 1000
)

// reasonOf is an error without what a server may have quoted.
func reasonOf(err error) string {
	status, _ := refusal(err)
	if status != 0 {
		return fmt.Sprintf("answered %d", status)
	}
	return "not answered"
}

func probePageSize(_ context.Context, p *probing) (Verdict, string, error) {
	rows, last := len(p.users.Rows), p.users.Last
	switch {
	case p.usersErr != nil:
		return "", "", p.usersErr
	case p.refused:
		return Differs, "a page of 5,000 is refused", nil
	case rows < largestPage && last != nil && !*last:
		return Differs, "a page is cut to " + text.Count(rows, "row", "rows"), nil
	case last == nil && p.users.Total < 0:
		return CannotTell, "nothing says whether the page is whole", nil
	}
	return Holds, text.Count(rows, "row", "rows") + " on a page", nil
}

func probeLastPage(_ context.Context, p *probing) (Verdict, string, error) {
	switch {
	case p.usersErr != nil:
		return "", "", p.usersErr
	case p.users.Last != nil:
		return Holds, "Last-Page is there", nil
	case p.users.Total >= 0:
		return Differs, "Total-Count is there in its place", nil
	}
	return Differs, "no header tells it", nil
}

func probeMemberships(_ context.Context, p *probing) (Verdict, string, error) {
	if p.usersErr != nil {
		return "", "", p.usersErr
	}
	without := 0
	for _, row := range p.users.Rows {
		if _, ok := p.w.membership(row); !ok {
			without++
		}
	}
	if without > 0 {
		return Differs, fmt.Sprintf("%d of %s without one", without, text.Count(len(p.users.Rows), "person", "people")), nil
	}
	return Holds, text.Count(len(p.users.Rows), "person", "people") + " with theirs", nil
}

func probeOwner(_ context.Context, p *probing) (Verdict, string, error) {
	if p.usersErr != nil {
		return "", "", p.usersErr
	}
	told := false
	for _, row := range p.users.Rows {
		told = told || row.Roles != nil
		for _, role := range row.Roles {
			if role.Owner() {
				return Holds, "the owner's role reads " + role.Role, nil
			}
		}
	}
	if !told {
		return Differs, "no row has roles", nil
	}
	return Differs, "nobody is the owner", nil
}

func probeRoleSource(_ context.Context, p *probing) (Verdict, string, error) {
	switch {
	case p.usersErr != nil:
		return "", "", p.usersErr
	case p.groupsErr != nil:
		return "", "", p.groupsErr
	}
	roles := p.rolesOnGroups()
	if slices.ContainsFunc(roles, func(e clockify.RoleEntity) bool { return !e.Source.Group() }) {
		return Differs, "a role on a group has no source", nil
	}
	if len(roles) == 0 {
		return CannotTell, "no group has a manager", nil
	}
	return Holds, text.Count(len(roles), "role", "roles") + " on groups", nil
}

// rolesOnGroups are the groups that the list of people tells as managed by somebody, each as its role has it.
func (p *probing) rolesOnGroups() []clockify.RoleEntity {
	groups := map[string]bool{}
	for _, g := range p.groups {
		groups[g.ID] = true
	}
	var found []clockify.RoleEntity
	for _, row := range p.users.Rows {
		for _, role := range row.Roles {
			for _, e := range role.Entities {
				if role.Role == clockify.RoleTeamManager && groups[e.ID] {
					found = append(found, e)
				}
			}
		}
	}
	return found
}

func probeFieldValues(ctx context.Context, p *probing) (Verdict, string, error) {
	if p.usersErr != nil {
		return "", "", p.usersErr
	}
	has := false
	for _, row := range p.users.Rows {
		if len(row.CustomFields) > 0 {
			return Holds, "values are there", nil
		}
		has = has || row.CustomFields != nil
	}
	if !has {
		return Differs, "the rows have no customFields", nil
	}
	for _, row := range p.users.Rows[:min(sampledProfiles, len(p.users.Rows))] {
		profile, err := p.w.Reader.MemberProfile(ctx, p.w.ID, row.ID)
		if err != nil {
			return "", "", err
		}
		if slices.ContainsFunc(profile.UserCustomFieldValues, func(v clockify.ProfileFieldValue) bool { return readValue(v.Value) != nil }) {
			return Differs, "a profile has values that the list lacks", nil
		}
	}
	return CannotTell, "nobody looked at has a value", nil
}

func probeTotals(_ context.Context, p *probing) (Verdict, string, error) {
	switch {
	case clockify.IsStatus(p.totalsErr, 400, 402, 403, 404):
		return Differs, reasonOf(p.totalsErr), nil
	case p.totalsErr != nil:
		return "", "", p.totalsErr
	}
	return Holds, text.Count(len(p.totals), "person", "people") + " on a page", nil
}

func probeTotalsUnit(ctx context.Context, p *probing) (Verdict, string, error) {
	if p.totalsErr != nil {
		return "", "", p.totalsErr
	}
	i := slices.IndexFunc(p.totals, func(t clockify.CapacityTotal) bool { return t.CapacityPerDay > 0 })
	if i < 0 {
		return CannotTell, "nobody has a capacity", nil
	}
	profile, err := p.w.Reader.MemberProfile(ctx, p.w.ID, p.totals[i].UserID)
	if err != nil {
		return "", "", err
	}
	want, err := parseDuration(profile.WorkCapacity)
	if err != nil || want < 0 {
		return CannotTell, "the profile has no capacity", nil //nolint:nilerr // said in words
	}
	if got := (time.Duration(p.totals[i].CapacityPerDay) * time.Second).Round(time.Minute); got != want {
		return Differs, fmt.Sprintf("%d in bulk where the profile says %s", p.totals[i].CapacityPerDay, want), nil
	}
	return Holds, "a profile says the same", nil
}

func probeGroups(_ context.Context, p *probing) (Verdict, string, error) {
	switch {
	case p.groupsErr != nil:
		return "", "", p.groupsErr
	case len(p.groups) == 0:
		return CannotTell, "there are no groups", nil
	}
	for _, g := range p.groups {
		if len(g.TeamManagers) > 0 {
			return Holds, "managers are there", nil
		}
	}
	if len(p.rolesOnGroups()) > 0 {
		return Differs, "managers that the list of people tells are missing", nil
	}
	return CannotTell, "no group has a manager", nil
}

func probeFeatures(_ context.Context, p *probing) (Verdict, string, error) {
	if n := len(p.workspace.Features); n > 0 {
		return Holds, fmt.Sprintf("%d features", n), nil
	}
	if plan := p.workspace.FeatureSubscriptionType; plan != "" && plan != "FREE" {
		return Differs, "the list is empty on the plan " + plan, nil
	}
	return CannotTell, "the list is empty", nil
}

// noEntry is what probes of an entry say without one.
func (p *probing) noEntry() (Verdict, string, error) {
	if p.entryErr != nil {
		return "", "", p.entryErr
	}
	return CannotTell, "the key's user has no entries", nil
}

// probeWindow asks for the second in which an entry starts: whoever reads it as wall clock elsewhere than in UTC does not
// find the entry there.
func probeWindow(ctx context.Context, p *probing) (Verdict, string, error) {
	if p.entry == nil {
		return p.noEntry()
	}
	start := p.entry.TimeInterval.Start
	zone, err := time.LoadLocation(p.self.Settings.TimeZone)
	if err != nil || p.self.Settings.TimeZone == "" {
		return CannotTell, "the key's user has no time zone", nil //nolint:nilerr // said in words
	}
	if _, offset := start.In(zone).Zone(); offset == 0 {
		return CannotTell, "the key's user is in UTC", nil
	}
	got, err := p.w.Reader.PeekTimeEntries(ctx, p.w.ID, p.self.ID, clockify.EntriesQuery{Start: start, End: start.Add(time.Second), PageSize: 50})
	if err != nil {
		return "", "", err
	}
	if slices.ContainsFunc(got.Rows, func(row clockify.TimeEntry) bool { return row.ID == p.entry.ID }) {
		return Differs, "a window is read as instants", nil
	}
	return Holds, "an entry is not in the window of its own instant", nil
}

func probeApprovals(ctx context.Context, p *probing) (Verdict, string, error) {
	if !p.workspace.Settings.TimeApprovalEnabled {
		return CannotTell, "approvals are not used here", nil
	}
	for a, err := range p.w.Reader.Approvals(ctx, p.w.ID) {
		switch {
		case clockify.IsStatus(err, 400, 403, 404, 405):
			return Differs, reasonOf(err), nil
		case err != nil:
			return "", "", err
		case a.UserID == "" || a.Start.IsZero() || a.End.IsZero():
			return Differs, "one without a person or a period", nil
		}
		return Holds, "with person and period", nil
	}
	return CannotTell, "nothing is approved", nil
}

func probeEntryByID(ctx context.Context, p *probing) (Verdict, string, error) {
	if p.entry == nil {
		return p.noEntry()
	}
	got, err := p.w.Reader.TimeEntry(ctx, p.w.ID, p.entry.ID)
	switch {
	case clockify.IsStatus(err, 400, 403, 404, 405):
		return Differs, reasonOf(err), nil
	case err != nil:
		return "", "", err
	case got.ID != p.entry.ID || !got.TimeInterval.Start.Equal(p.entry.TimeInterval.Start):
		return Differs, "another entry is answered", nil
	}
	return Holds, "it reads as in the list", nil
}

func probeReport(ctx context.Context, p *probing) (Verdict, string, error) {
	day := p.w.Now().UTC().Truncate(24 * time.Hour)
	got, err := p.w.Reader.PeekReport(ctx, p.w.ID, clockify.ReportQuery{Start: day.Add(-week), End: day.Add(24 * time.Hour), PageSize: 50})
	switch {
	case clockify.IsStatus(err, 400, 402, 403, 404):
		return Differs, reasonOf(err), nil
	case err != nil:
		return "", "", err
	}
	return Holds, text.Count(len(got.Rows), "entry", "entries") + " of a week on a page", nil
}

// probeReportEntry holds what the report says of an entry against what the list says.
func probeReportEntry(ctx context.Context, p *probing) (Verdict, string, error) {
	e := p.entry
	switch {
	case p.entryErr != nil:
		return "", "", p.entryErr
	case e == nil || e.TimeInterval.End == nil:
		return CannotTell, "the key's user has no entries", nil
	}
	start := e.TimeInterval.Start
	got, err := p.w.Reader.PeekReport(ctx, p.w.ID, clockify.ReportQuery{Start: start, End: start.Add(time.Second), UserIDs: []string{p.self.ID}, PageSize: 50})
	if err != nil {
		return "", "", err
	}
	i := slices.IndexFunc(got.Rows, func(row clockify.ReportEntry) bool { return row.ID == e.ID })
	if i < 0 {
		return Differs, "the newest entry is not in it", nil
	}
	row, unlike := got.Rows[i], []string(nil)
	for name, same := range map[string]bool{
		"description": row.Description == e.Description, "billable": row.Billable == e.Billable, "type": row.Type == e.Type, "task": row.TaskID == e.TaskID,
		"tags": len(row.Tags) == len(e.TagIDs), "end": row.TimeInterval.End != nil && row.TimeInterval.End.Equal(*e.TimeInterval.End),
	} {
		if !same {
			unlike = append(unlike, name)
		}
	}
	if slices.Sort(unlike); len(unlike) > 0 {
		return Differs, "it is told otherwise: " + text.And(unlike), nil
	}
	return Holds, "the newest entry is the same in both", nil
}
