package sandbox

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestWallClockWindows: a window sits where the account's clock shows what is written; a start alone is an instant
// (docs/clockify-api.md#windows).
func TestWallClockWindows(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.Users[2].TimeZone = "Europe/Stockholm" // UTC+1 in March
	w.Users[1].TimeZone = "America/New_York"
	sp := w.space()
	sp.Entries = nil
	for _, h := range []int{6, 7, 8, 9} {
		sp.AddEntry(w.member, w.project, fmt.Sprint(h), time.Date(2026, 3, 2, h, 0, 0, 0, time.UTC), time.Hour)
	}
	sp.AddEntry(w.member, w.project, "running", time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), 0)
	r := serve(t, Options{State: w.State})
	cases := []struct {
		query string
		want  []string
	}{
		{"", []string{"running", "9", "8", "7", "6"}},
		{"?start=2026-03-02T08:00:00Z&end=2026-03-02T09:00:00Z", []string{"8", "7"}},
		{"?start=2026-03-02T08:00:00%2B01:00&end=2026-03-02T09:00:00%2B01:00", []string{"7", "6"}},
		{"?start=2026-03-02T08:00:00Z", []string{"running", "9", "8"}},
		{"?in-progress=true", []string{"running"}},
		{"?in-progress=false&page-size=2&page=2", []string{"7", "6"}},
		{"?description=9", []string{"9"}},
	}
	for _, tc := range cases {
		t.Run(tc.query, func(t *testing.T) {
			t.Parallel()
			got := column(r.do(200, "GET", w.fill("/v1/workspaces/{ws}/user/{member}/time-entries")+tc.query, ""), "description")
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
	report := func(zone, from, to string) ([]string, any) {
		got := r.do(200, "POST", w.fill("/report/v1/workspaces/{ws}/reports/detailed"), fmt.Sprintf(
			`{"dateRangeStart":"%s","dateRangeEnd":"%s"%s,"sortOrder":"ASCENDING","detailedFilter":{"pageSize":2}}`, from, to, zone))
		return column(at(got, "timeentries"), "description"), got
	}
	got, whole := report(`,"timeZone":"UTC"`, "2026-03-02T07:00:00", "2026-03-02T23:00:00.000Z")
	if d := cmp.Diff([]string{"7", "8"}, got); d != "" || at(whole, "totals", 0, "entriesCount") != float64(3) {
		t.Errorf("literal range (-want +got)\n%s%v", d, whole)
	}
	if d := at(whole, "timeentries", 0, "timeInterval", "duration"); d != float64(3600) || at(whole, "timeentries", 0, "_id") == nil {
		t.Errorf("row %v, want seconds and _id", at(whole, "timeentries", 0))
	}
	got, whole = report("", "2026-03-02T03:00:00", "2026-03-02T03:30:00") // 03:00 in New York is 08:00 UTC
	if d := cmp.Diff([]string{"8"}, got); d != "" || at(whole, "timeentries", 0, "timeInterval", "start") != "2026-03-02T03:00:00-05:00" {
		t.Errorf("profile zone (-want +got)\n%s%v", d, whole)
	}
}

func TestFieldValueKeys(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := serve(t, Options{State: w.State})
	path := w.fill("/v1/workspaces/{ws}/user/{member}/time-entries")
	times := `"start":"2026-03-02T10:00:00Z","end":"2026-03-02T11:00:00Z"`
	wrong := r.do(201, "POST", path, w.fill(`{`+times+`,"customFieldValues":[{"customFieldId":"{entryField}","value":"a"}]}`))
	if n := len(at(wrong, "customFieldValues").([]any)); n != 0 {
		t.Errorf("the read key was written: %v", wrong)
	}
	right := r.do(201, "POST", path, w.fill(`{`+times+`,"customFields":[{"customFieldId":"{entryField}","sourceType":"WORKSPACE","value":"a"}]}`))
	if at(right, "customFieldValues", 0, "value") != "a" || at(right, "tagIds") != nil || at(right, "timeInterval", "duration") != "PT1H" {
		t.Errorf("written %v", right)
	}
	// PUT replaces: what is left out is gone, an end left out makes it run.
	id := at(right, "id").(string)
	after := r.do(200, "PUT", w.fill("/v1/workspaces/{ws}/time-entries/")+id, `{"start":"2026-03-02T10:00:00Z"}`)
	if len(at(after, "customFieldValues").([]any)) != 0 || at(after, "timeInterval", "end") != nil {
		t.Errorf("after PUT %v", after)
	}
	// Nothing looks for duplicates.
	if n := len(r.do(200, "GET", path, "").([]any)); n != 3 {
		t.Errorf("%d entries, want 3", n)
	}
}

func TestWhoMayWriteWhen(t *testing.T) {
	t.Parallel()
	const body = `{"start":"2026-03-02T08:00:00.000Z","end":"2026-03-02T09:00:00Z","userId":"someone"}`
	forMember, forAdmin := "/v1/workspaces/{ws}/user/{member}/time-entries", "/v1/workspaces/{ws}/user/{admin}/time-entries"
	lock := time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)
	cases := []struct {
		name      string
		setup     func(*Workspace)
		key, path string
		status    int
		code      float64
	}{
		{"own by user route", func(*Workspace) {}, "key-member", forMember, 201, 0},
		{"for others by an admin", func(*Workspace) {}, "key-admin", forMember, 201, 0},
		{"for others by a member", func(*Workspace) {}, "key-member", forAdmin, 403, 501},
		{"for others without the feature", func(w *Workspace) { w.WithoutFeatures = []string{"ADD_TIME_FOR_OTHERS"} }, "key-admin", forMember, 403, 501},
		{"for a stranger", func(*Workspace) {}, "key-admin", "/v1/workspaces/{ws}/user/{none}/time-entries", 400, 501},
		{"stopwatch, admin, user route", func(w *Workspace) { w.Settings.TimeTrackingMode = "STOPWATCH_ONLY" }, "key-admin", forMember, 201, 0},
		{"stopwatch, member, user route", func(w *Workspace) { w.Settings.TimeTrackingMode = "STOPWATCH_ONLY" }, "key-member", forMember, 403, 4030},
		{"locked, member", func(w *Workspace) { w.LockedUntil = lock }, "key-member", forMember, 403, 1003},
		{"locked, admin", func(w *Workspace) { w.LockedUntil = lock }, "key-admin", forAdmin, 201, 0},
		{"locked for admins too", func(w *Workspace) { w.LockedUntil, w.LockAdmins = lock, true }, "key-admin", forAdmin, 403, 1003},
		{"approved period", func(w *Workspace) { w.ApprovedPeriods = []Period{{From: lock.AddDate(0, 0, -1), To: lock}} }, "key-admin", forAdmin, 403, 4005},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			tc.setup(w.space())
			r := serve(t, Options{State: w.State}).as(tc.key)
			got := r.do(tc.status, "POST", w.fill(tc.path), body)
			if code, _ := at(got, "code").(float64); code != tc.code {
				t.Errorf("code %v, want %v", code, tc.code)
			}
			if who := at(got, "userId"); who == "someone" {
				t.Error("userId of the body was believed")
			}
		})
	}
}

func TestTimerBillableAndTypes(t *testing.T) {
	t.Parallel()
	w, now := newWorld(), newClock()
	sp := w.space()
	sp.Settings.OnlyAdminsCanChangeBillable, sp.Settings.DefaultBillableProjects = true, true
	sp.Projects[0].Archived = true
	sp.WithoutFeatures = []string{"BREAKS"}
	r := serve(t, Options{State: w.State, Now: now.Now}).as("key-member")
	path, entries := w.fill("/v1/workspaces/{ws}/user/{member}/time-entries"), w.fill("/v1/workspaces/{ws}/time-entries/")
	first := r.do(201, "POST", path, `{}`) // an empty body starts a timer
	now.add(time.Hour)
	r.do(201, "POST", path, w.fill(`{"start":"2026-03-02T13:00:00Z","projectId":"{project}"}`)) // archived: accepted
	stopped := r.do(200, "GET", entries+at(first, "id").(string), "")
	if at(stopped, "timeInterval", "end") != "2026-03-02T13:00:00Z" {
		t.Errorf("the first timer still runs: %v", stopped)
	}
	if at(first, "billable") != true {
		t.Error("a regular user's billable was not overridden")
	}
	running := r.do(200, "GET", path+"?in-progress=true", "")
	if n := len(running.([]any)); n != 1 {
		t.Errorf("%d running, want 1", n)
	}
	r.do(403, "POST", path, `{"start":"2026-03-02T08:00:00Z","type":"BREAK"}`)
	r.do(400, "POST", path, `{"start":"2026-03-02T08:00:00Z","type":"HOLIDAY"}`)
	hydrated := r.do(200, "GET", entries+at(first, "id").(string)+"?hydrated=true", "")
	if at(hydrated, "user", "id") != w.member || at(hydrated, "userId") != w.member {
		t.Errorf("hydrated %v", hydrated)
	}
}

func TestReportLimits(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.space().FeatureSubscriptionType = "FREE"
	r := serve(t, Options{State: w.State})
	path := w.fill("/v1/workspaces/{ws}/reports/detailed")
	body := `{"dateRangeStart":"2026-03-01T00:00:00Z","dateRangeEnd":"%s","timeZone":"UTC","detailedFilter":{}}`
	r.do(200, "POST", path, fmt.Sprintf(body, "2026-04-01T00:00:00Z"))
	r.do(400, "POST", path, fmt.Sprintf(body, "2026-04-02T00:00:00Z"))
	r.do(400, "POST", path, `{}`)
	if r.srv.WriteCount() != 0 || r.srv.Total() != 3 {
		t.Errorf("%d writes of %d calls, want 0 of 3", r.srv.WriteCount(), r.srv.Total())
	}
}

func TestRequired(t *testing.T) {
	t.Parallel()
	w := newWorld()
	sp := w.space()
	sp.CustomFields[1].Required = true
	sp.AddEntryField("Ticket", "NUMBER")
	sp.CustomFields[2].Required = true
	sp.Settings.ForceDescription = true
	r := serve(t, Options{State: w.State})
	path, times := w.fill("/v1/workspaces/{ws}/user/{member}/time-entries"), `"start":"2026-03-02T08:00:00Z","end":"2026-03-02T09:00:00Z"`
	got := r.do(400, "POST", path, `{`+times+`,"description":"x"}`)
	if at(got, "message") != " Source entry, Ticket" {
		t.Errorf("message %q, want only the field names", at(got, "message"))
	}
	fields := w.fill(`"customFields":[{"customFieldId":"{entryField}","value":"a"},{"customFieldId":"` + sp.CustomFields[2].ID + `","value":"42"}]`)
	r.do(400, "POST", path, `{`+times+`,`+fields+`}`)
	done := r.do(201, "POST", path, `{`+times+`,`+fields+`,"description":"x"}`)
	if at(done, "customFieldValues", 1, "value") != float64(42) {
		t.Errorf("a numeric string stayed one: %v", done)
	}
	r.do(201, "POST", path, `{"start":"2026-03-02T08:00:00Z"}`) // a running one is exempt
}
