package clockify

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func ptr[T any](v T) *T { return &v }

var (
	noon = time.Date(2026, 3, 1, 12, 0, 0, 999, time.FixedZone("", 2*3600))
	one1 = noon.Add(time.Hour)
)

// methods is every method of Client, with the call it makes.
var methods = []struct {
	name  string
	write bool
	call  func(ctx context.Context, c *Client) error
	want  string // method, path, query
	body  string
}{
	{"CurrentUser", false, readUser, "GET /api/v1/user", ""},
	{"Workspaces", false, func(ctx context.Context, c *Client) error { _, err := c.Workspaces(ctx); return err }, "GET /api/v1/workspaces", ""},
	{"Workspace", false, func(ctx context.Context, c *Client) error { _, err := c.Workspace(ctx, "w"); return err }, "GET /api/v1/workspaces/w", ""},
	{"Users", false, func(ctx context.Context, c *Client) error {
		_, err := Collect(c.Users(ctx, "w", UsersQuery{Email: "a+b@example.com", Memberships: "WORKSPACE", IncludeRoles: true}))
		return err
	}, "GET /api/v1/workspaces/w/users?email=a%2Bb%40example.com&include-roles=true&memberships=WORKSPACE&page=1&page-size=5000&status=ALL", ""},
	{"InviteUser", true, func(ctx context.Context, c *Client) error {
		_, err := c.InviteUser(ctx, "w", "a@example.com", false)
		return err
	}, "POST /api/v1/workspaces/w/users?send-email=false", `{"email":"a@example.com"}`},
	{"SetUserStatus", true, func(ctx context.Context, c *Client) error {
		_, err := c.SetUserStatus(ctx, "w", "u", false)
		return err
	}, "PUT /api/v1/workspaces/w/users/u", `{"status":"INACTIVE"}`},
	{"MemberProfile", false, func(ctx context.Context, c *Client) error { _, err := c.MemberProfile(ctx, "w", "u"); return err }, "GET /api/v1/workspaces/w/member-profile/u", ""},
	{"PatchMemberProfile", true, func(ctx context.Context, c *Client) error {
		_, err := c.PatchMemberProfile(ctx, "w", "u", ProfilePatch{WorkCapacity: ptr("PT7H30M"), UserCustomFields: []FieldValue{{"f", "x"}, {"g", nil}}})
		return err
	}, "PATCH /api/v1/workspaces/w/member-profile/u", `{"workCapacity":"PT7H30M","userCustomFields":[{"customFieldId":"f","value":"x"},{"customFieldId":"g","value":null}]}`},
	{"GrantRole", true, func(ctx context.Context, c *Client) error {
		return c.GrantRole(ctx, "w", "u", Role{RoleTeamManager, "g", SourceUserGroup})
	}, "POST /api/v1/workspaces/w/users/u/roles", `{"role":"TEAM_MANAGER","entityId":"g","sourceType":"USER_GROUP"}`},
	{"RevokeRole", true, func(ctx context.Context, c *Client) error {
		return c.RevokeRole(ctx, "w", "u", Role{Role: RoleTeamManager, EntityID: "u"})
	}, "DELETE /api/v1/workspaces/w/users/u/roles", `{"role":"TEAM_MANAGER","entityId":"u"}`},
	{"Groups", false, func(ctx context.Context, c *Client) error { _, err := Collect(c.Groups(ctx, "w")); return err }, "GET /api/v1/workspaces/w/user-groups?includeTeamManagers=true&page=1&page-size=5000", ""},
	{"CreateGroup", true, func(ctx context.Context, c *Client) error { _, err := c.CreateGroup(ctx, "w", "n"); return err }, "POST /api/v1/workspaces/w/user-groups", `{"name":"n"}`},
	{"RenameGroup", true, func(ctx context.Context, c *Client) error { return c.RenameGroup(ctx, "w", "g/../x", "n") }, "PUT /api/v1/workspaces/w/user-groups/g%2F..%2Fx", `{"name":"n"}`},
	{"DeleteGroup", true, func(ctx context.Context, c *Client) error { return c.DeleteGroup(ctx, "w", "g") }, "DELETE /api/v1/workspaces/w/user-groups/g", ""},
	{"AddGroupMember", true, addMember, "POST /api/v1/workspaces/w/user-groups/g/users", `{"userId":"u"}`},
	{"RemoveGroupMember", true, func(ctx context.Context, c *Client) error { return c.RemoveGroupMember(ctx, "w", "g", "u") }, "DELETE /api/v1/workspaces/w/user-groups/g/users/u", ""},
	{"CustomFields", false, func(ctx context.Context, c *Client) error { _, err := c.CustomFields(ctx, "w", "USER"); return err }, "GET /api/v1/workspaces/w/custom-fields?entity-type=USER", ""},
	{"CreateCustomField", true, func(ctx context.Context, c *Client) error {
		_, err := c.CreateCustomField(ctx, "w", NewCustomField{"n", "TXT", "USER", "VISIBLE"})
		return err
	}, "POST /api/v1/workspaces/w/custom-fields", `{"name":"n","type":"TXT","entityType":"USER","status":"VISIBLE"}`},
	{"UpdateCustomField", true, func(ctx context.Context, c *Client) error {
		_, err := c.UpdateCustomField(ctx, "w", CustomField{ID: "f", Name: "n", Type: "TXT", Status: "VISIBLE", AllowedValues: Strings{}, WorkspaceDefaultValue: []byte("null")})
		return err
	}, "PUT /api/v1/workspaces/w/custom-fields/f", `{"allowedValues":[],"name":"n","onlyAdminCanEdit":false,"required":false,"status":"VISIBLE","type":"TXT"}`},
	{"CapacityTotals", false, func(ctx context.Context, c *Client) error {
		_, err := c.CapacityTotals(ctx, "w", noon, one1, 1)
		return err
	}, "POST /api/v1/workspaces/w/scheduling/assignments/user-filter/totals", `{"end":"2026-03-01T11:00:00Z","page":1,"pageSize":200,"start":"2026-03-01T10:00:00Z","statusFilter":"ALL"}`},
	{"Clients", false, func(ctx context.Context, c *Client) error {
		_, err := Collect(c.Clients(ctx, "w", ClientsQuery{Archived: ptr(false)}))
		return err
	}, "GET /api/v1/workspaces/w/clients?archived=false&page=1&page-size=5000", ""},
	{"Projects", false, func(ctx context.Context, c *Client) error {
		_, err := Collect(c.Projects(ctx, "w", ProjectsQuery{ClientIDs: []string{"a", "b"}, Archived: ptr(true), PageSize: 5}))
		return err
	}, "GET /api/v1/workspaces/w/projects?archived=true&clients=a&clients=b&page=1&page-size=5", ""},
	{"CreateProject", true, func(ctx context.Context, c *Client) error {
		_, err := c.CreateProject(ctx, "w", NewProject{Name: "n", ClientID: "c", Color: "#00FFFF"})
		return err
	}, "POST /api/v1/workspaces/w/projects", `{"name":"n","clientId":"c","color":"#00FFFF"}`},
	{"Tasks", false, func(ctx context.Context, c *Client) error { _, err := Collect(c.Tasks(ctx, "w", "p")); return err }, "GET /api/v1/workspaces/w/projects/p/tasks?page=1&page-size=5000", ""},
	{"CreateTask", true, func(ctx context.Context, c *Client) error { _, err := c.CreateTask(ctx, "w", "p", "n"); return err }, "POST /api/v1/workspaces/w/projects/p/tasks", `{"name":"n"}`},
	{"Tags", false, func(ctx context.Context, c *Client) error { _, err := Collect(c.Tags(ctx, "w")); return err }, "GET /api/v1/workspaces/w/tags?page=1&page-size=5000", ""},
	{"CreateTag", true, func(ctx context.Context, c *Client) error { _, err := c.CreateTag(ctx, "w", "n"); return err }, "POST /api/v1/workspaces/w/tags", `{"name":"n"}`},
	{"TimeEntries", false, func(ctx context.Context, c *Client) error {
		_, err := Collect(c.TimeEntries(ctx, "w", "u", EntriesQuery{Start: noon, End: one1, InProgress: ptr(false)}))
		return err
	}, "GET /api/v1/workspaces/w/user/u/time-entries?end=2026-03-01T11%3A00%3A00Z&in-progress=false&page=1&page-size=5000&start=2026-03-01T10%3A00%3A00Z", ""},
	{"TimeEntry", false, func(ctx context.Context, c *Client) error { _, err := c.TimeEntry(ctx, "w", "e"); return err }, "GET /api/v1/workspaces/w/time-entries/e", ""},
	{"CreateTimeEntry", true, func(ctx context.Context, c *Client) error {
		_, err := c.CreateTimeEntry(ctx, "w", "u", EntryBody{Start: noon, End: &one1, Description: "d", ProjectID: "p", TagIDs: []string{"t"}, CustomFields: []FieldValue{{"f", "src"}}})
		return err
	}, "POST /api/v1/workspaces/w/user/u/time-entries", `{"start":"2026-03-01T10:00:00Z","end":"2026-03-01T11:00:00Z","description":"d","projectId":"p","tagIds":["t"],"billable":false,"customFields":[{"customFieldId":"f","value":"src","sourceType":"WORKSPACE"}]}`},
	{"UpdateTimeEntry", true, updateEntry, "PUT /api/v1/workspaces/w/time-entries/e", `{"start":"2026-03-01T10:00:00Z","description":"","billable":false}`},
	{"DeleteTimeEntry", true, deleteEntry, "DELETE /api/v1/workspaces/w/time-entries/e", ""},
	{"Approvals", false, func(ctx context.Context, c *Client) error { _, err := Collect(c.Approvals(ctx, "w")); return err }, "GET /api/v1/workspaces/w/approval-requests?page=1&page-size=200&sort-column=START&sort-order=DESCENDING&status=APPROVED", ""},
	{"DetailedReport", false, func(ctx context.Context, c *Client) error {
		_, err := Collect(c.DetailedReport(ctx, "w", ReportQuery{Start: noon, End: one1, UserIDs: []string{"u"}}))
		return err
	}, "POST reports/v1/workspaces/w/reports/detailed", `{"amountShown":"HIDE_AMOUNT","dateRangeEnd":"2026-03-01T11:00:00Z","dateRangeStart":"2026-03-01T10:00:00Z","detailedFilter":{"page":1,"pageSize":1000,"sortColumn":"DATE"},"exportType":"JSON","rounding":false,"sortOrder":"ASCENDING","timeZone":"UTC","users":{"contains":"CONTAINS","ids":["u"],"status":"ALL"}}`},
}

func TestCalls(t *testing.T) {
	t.Parallel()
	for _, m := range methods {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := script(says(200, `{"id":"x"}`))
			_ = m.call(t.Context(), client(t, s, func(o *Options) { o.Retries = -1 }))
			if len(s.got) == 0 {
				t.Fatal("sent nothing")
			}
			req := s.got[0]
			got := req.Method + " " + req.URL.RequestURI()
			if req.URL.Host != "api.clockify.me" {
				got = req.Method + " " + strings.TrimSuffix(req.URL.Host, ".api.clockify.me") + req.URL.RequestURI()
			}
			if diff := cmp.Diff(m.want, got); diff != "" {
				t.Errorf("call (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(m.body, s.bodies[0]); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
			if got, want := req.Header.Get("Content-Type"), "application/json"; m.body != "" && got != want {
				t.Errorf("content type %q, want %q", got, want)
			}
		})
	}
}

func TestBadArgumentsSendNothing(t *testing.T) {
	t.Parallel()
	s := script(says(200, `{"id":"x"}`))
	c, ctx := client(t, s), t.Context()
	for name, err := range map[string]error{
		"empty workspace": func() error { _, err := c.Workspace(ctx, ""); return err }(),
		"dots":            c.DeleteGroup(ctx, "w", ".."),
		"empty user":      c.RemoveGroupMember(ctx, "w", "g", ""),
		"empty member":    c.AddGroupMember(ctx, "w", "g", ""),
		"no name":         c.RenameGroup(ctx, "w", "g", ""),
		"no start":        func() error { _, err := c.CreateTimeEntry(ctx, "w", "u", EntryBody{}); return err }(),
		"list":            func() error { _, err := Collect(c.Groups(ctx, "")); return err }(),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if len(s.got) != 0 {
		t.Errorf("sent %d calls", len(s.got))
	}
}
