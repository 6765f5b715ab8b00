package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLastPage(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := serve(t, Options{State: w.State})
	cases := []struct {
		name, path string
		rows       int
		last       string // "" is no header
	}{
		{"first page", "/users?page-size=3&status=ALL", 3, "false"},
		{"second page", "/users?page-size=3&status=ALL&page=2", 1, "true"},
		{"past the end", "/users?page-size=3&page=9", 0, "true"},
		{"exactly full", "/users?page-size=4&status=ALL", 4, "true"},
		{"groups", "/user-groups", 1, "true"},
		{"entries", "/user/" + w.member + "/time-entries", 1, "true"},
		{"fields are never paged", "/custom-fields?page=7&page-size=1", 2, ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := r.try("GET", w.fill("/v1/workspaces/{ws}")+tc.path, "")
			rows, _ := decode(t, got.body).([]any)
			if len(rows) != tc.rows || got.header.Get("Last-Page") != tc.last {
				t.Errorf("%d rows, Last-Page %q, want %d, %q", len(rows), got.header.Get("Last-Page"), tc.rows, tc.last)
			}
		})
	}
}

func TestPageSizeDefaults(t *testing.T) {
	t.Parallel()
	var s State
	s.AddKey("key-admin", s.AddUser("owner@example.com", "Owner"))
	sp := s.AddWorkspace("Big")
	sp.AddOwner(s.Users[0].ID)
	for i := range 5100 {
		sp.AddMember(s.AddUser(fmt.Sprintf("p%04d@example.com", i), "P"))
	}
	r := serve(t, Options{State: s})
	for path, want := range map[string]int{"/users": 50, "/users?page-size=1000": 1000, "/users?page-size=9999": 5000} {
		rows := r.do(200, "GET", "/v1/workspaces/"+sp.ID+path, "").([]any)
		if len(rows) != want {
			t.Errorf("%s: %d rows, want %d", path, len(rows), want)
		}
	}
	totals := r.do(200, "POST", "/v1/workspaces/"+sp.ID+"/scheduling/assignments/user-filter/totals",
		`{"start":"2026-01-01T00:00:00Z","end":"2026-01-08T00:00:00Z","pageSize":1000}`).([]any)
	if len(totals) != 200 {
		t.Errorf("totals: %d rows, want 200", len(totals))
	}
}

func TestUserFilters(t *testing.T) {
	t.Parallel()
	w := newWorld()
	sp := w.space()
	sp.Members[3].Status = "INACTIVE"
	sp.AddManager(w.admin, w.member)
	w.Users[2].AccountStatus = "LIMITED"
	r := serve(t, Options{State: w.State})
	cases := []struct {
		query string
		want  []string
	}{
		{"", []string{"admin", "owner"}},
		{"?status=ALL", []string{"admin", "other", "owner"}},
		{"?status=INACTIVE", []string{"other"}},
		{"?status=ALL&email=OWN", []string{"owner"}},
	}
	for _, tc := range cases {
		t.Run(tc.query, func(t *testing.T) {
			t.Parallel()
			got := column(r.do(200, "GET", w.fill("/v1/workspaces/{ws}/users")+tc.query, ""), "email")
			for i := range got {
				got[i], _, _ = strings.Cut(got[i], "@")
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
	if n := r.srv.WriteCount(); n != 0 {
		t.Errorf("%d writes counted, want none", n)
	}
	refused := r.do(501, "GET", w.fill("/v1/workspaces/{ws}/users")+"?name=otto", "")
	if at(refused, "message") != "the sandbox does not do the parameter name" {
		t.Errorf("a filter that is not done: %v", refused)
	}
}

func TestRolesInAllForms(t *testing.T) {
	t.Parallel()
	w := newWorld()
	sp := w.space()
	sp.AddManager(w.admin, w.member)
	sp.AddGroupManager(w.admin, w.group)
	sp.AddGhost(w.other)
	read := func(r *rig) map[string]any {
		out := map[string]any{}
		for _, row := range r.do(200, "GET", w.fill("/v1/workspaces/{ws}/users?status=ALL&include-roles=true"), "").([]any) {
			var roles []string
			for _, role := range at(row, "roles").([]any) {
				text := at(role, "role").(string)
				for _, e := range at(role, "entities").([]any) {
					switch source := at(e, "source").(type) {
					case nil:
						text += " direct"
					case string:
						text += " " + source
					default:
						text += fmt.Sprint(" object ", at(source, "type"))
					}
				}
				roles = append(roles, text)
			}
			out[at(row, "email").(string)] = roles
		}
		return out
	}
	want := map[string]any{
		"owner@example.com": []string{"WORKSPACE_OWN direct"}, "member@example.com": []string(nil), "other@example.com": []string{"TEAM_MANAGER"},
		"admin@example.com": []string{"WORKSPACE_ADMIN direct", "TEAM_MANAGER direct object USER_GROUP"},
	}
	r := serve(t, Options{State: w.State})
	if d := cmp.Diff(want, read(r)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	sp.RoleSourceAsString, sp.OwnerRole = true, "OWNER"
	want["owner@example.com"] = []string{"OWNER direct"}
	want["admin@example.com"] = []string{"WORKSPACE_ADMIN direct", "TEAM_MANAGER direct USER_GROUP"}
	if d := cmp.Diff(want, read(serve(t, Options{State: w.State}))); d != "" {
		t.Errorf("as strings (-want +got)\n%s", d)
	}
	groups := r.do(200, "GET", w.fill("/v1/workspaces/{ws}/user-groups?includeTeamManagers=true"), "")
	if got := at(groups, 0, "teamManagers", 0, "id"); got != w.admin {
		t.Errorf("team manager of the group is %v, want %s", got, w.admin)
	}
	// A ghost goes by the holder's own id; a second time there is none.
	ghost := fmt.Sprintf(`{"role":"TEAM_MANAGER","entityId":"%s"}`, w.other)
	r.do(204, "DELETE", w.fill("/v1/workspaces/{ws}/users/{other}/roles"), ghost)
	r.do(400, "DELETE", w.fill("/v1/workspaces/{ws}/users/{other}/roles"), ghost)
	r.do(400, "DELETE", w.fill("/v1/workspaces/{ws}/users/{other}/roles"), "")
	// Roles on a group go with it.
	r.do(200, "DELETE", w.fill("/v1/workspaces/{ws}/user-groups/{group}"), "")
	if d := cmp.Diff([]Grant{{UserID: w.admin, Role: "TEAM_MANAGER", EntityID: w.member}}, r.srv.State().Workspaces[0].Roles); d != "" {
		t.Errorf("roles left (-want +got)\n%s", d)
	}
}

func TestRoleOnFreshGroupSettles(t *testing.T) {
	t.Parallel()
	w, now := newWorld(), newClock()
	r := serve(t, Options{State: w.State, Now: now.Now, SettleDelay: time.Second})
	g := at(r.do(201, "POST", w.fill("/v1/workspaces/{ws}/user-groups"), `{"name":"New"}`), "id")
	body := fmt.Sprintf(`{"role":"TEAM_MANAGER","entityId":"%s","sourceType":"USER_GROUP"}`, g)
	path := w.fill("/v1/workspaces/{ws}/users/{admin}/roles")
	r.do(400, "POST", path, body)
	now.add(time.Second)
	got := r.do(201, "POST", path, body)
	if at(got, 0, "role", "source", "type") != "USER_GROUP" {
		t.Errorf("granted %v", got)
	}
	r.do(400, "POST", path, body)
}

func TestInviteAndStatus(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := serve(t, Options{State: w.State})
	var writes int
	r.srv.OnWrite(func(s State) { writes++ })
	ws := r.do(200, "POST", w.fill("/v1/workspaces/{ws}/users"), `{"email":"New@example.com"}`)
	if at(ws, "id") != w.ws || len(at(ws, "memberships").([]any)) != 5 {
		t.Errorf("invite answers %v, want the workspace", ws)
	}
	row := at(r.do(200, "GET", w.fill("/v1/workspaces/{ws}/users?email=new@&memberships=WORKSPACE"), ""), 0)
	if at(row, "name") != nil || at(row, "status") != "NOT_REGISTERED" || at(row, "memberships", 0, "membershipStatus") != "PENDING" {
		t.Errorf("invited: %v", row)
	}
	r.do(400, "POST", w.fill("/v1/workspaces/{ws}/users"), `{"email":"new@example.com"}`)
	r.do(200, "PUT", w.fill("/v1/workspaces/{ws}/users/{member}"), `{"status":"INACTIVE"}`)
	r.do(400, "PUT", w.fill("/v1/workspaces/{ws}/users/{member}"), `{"membershipStatus":"ACTIVE"}`)
	r.do(403, "PUT", w.fill("/v1/workspaces/{ws}/users/{owner}"), `{"status":"INACTIVE"}`)
	if got := r.srv.State().Workspaces[0].Members[2].Status; got != "INACTIVE" {
		t.Errorf("status %s, want INACTIVE", got)
	}
	if writes != 2 {
		t.Errorf("OnWrite called %d times, want 2", writes)
	}
}

func TestWhoMayEnter(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.Keys = append(w.Keys, Key{Key: "addon", Addon: true, WorkspaceID: w.ws})
	r := serve(t, Options{State: w.State})
	cases := []struct {
		name, key, method, path, body string
		want                          int
	}{
		{"stranger on a sub-route", "key-stranger", "GET", "/v1/workspaces/{ws}/user-groups", "", 403},
		{"stranger on the workspace", "key-stranger", "GET", "/v1/workspaces/{ws}", "", 404},
		{"malformed id on a sub-route", "key-admin", "GET", "/v1/workspaces/abc/users", "", 403},
		{"malformed id", "key-admin", "GET", "/v1/workspaces/abc", "", 404},
		{"member lists groups", "key-member", "GET", "/v1/workspaces/{ws}/user-groups", "", 200},
		{"member grants", "key-member", "POST", "/v1/workspaces/{ws}/users/{member}/roles", `{}`, 403},
		{"member reads own entries", "key-member", "GET", "/v1/workspaces/{ws}/user/{member}/time-entries", "", 200},
		{"member reads others' entries", "key-member", "GET", "/v1/workspaces/{ws}/user/{other}/time-entries", "", 403},
		{"settings cannot be written", "key-admin", "PUT", "/v1/workspaces/{ws}", `{}`, 405},
		{"profile has no PUT", "key-admin", "PUT", "/v1/workspaces/{ws}/member-profile/{member}", `{}`, 405},
		{"field has no GET", "key-admin", "GET", "/v1/workspaces/{ws}/custom-fields/{field}", "", 405},
		{"archive is no route", "key-admin", "POST", "/v1/workspaces/{ws}/projects/{project}/archive", "", 404},
		{"api prefix", "key-admin", "GET", "/api/v1/workspaces/{ws}/users", "", 200},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r.as(tc.key).do(tc.want, tc.method, w.fill(tc.path), tc.body)
		})
	}
	if got := r.try("PUT", w.fill("/v1/workspaces/{ws}/member-profile/{member}"), "{}").header.Get("Allow"); got != "GET, PATCH" {
		t.Errorf("Allow %q, want GET, PATCH", got)
	}
	bare := r.as("")
	if got := bare.with("X-Addon-Token", "addon", "GET", "/v1/workspaces").status; got != 403 {
		t.Errorf("an addon lists workspaces: %d, want 403", got)
	}
	if got := bare.with("X-Addon-Token", "addon", "GET", w.fill("/v1/workspaces/{ws}/custom-fields")).status; got != 200 {
		t.Errorf("an addon lists fields: %d, want 200", got)
	}
	if got := r.with("X-Addon-Token", "addon", "GET", "/v1/user").status; got != 401 {
		t.Errorf("two tokens: %d, want 401", got)
	}
}

func TestMessagesAreLocalised(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.Users[1].Lang = "ES"
	r := serve(t, Options{State: w.State})
	path := w.fill("/v1/workspaces/{ws}/user-groups")
	es := at(r.do(400, "POST", path, `{"name":"Readers"}`), "message").(string)
	en := at(r.as("key-owner").do(400, "POST", path, `{"name":"Readers"}`), "message").(string)
	if strings.Contains(es, "exist") || !strings.Contains(en, "already exists") {
		t.Errorf("Spanish %q, English %q", es, en)
	}
}

func TestQuirks(t *testing.T) {
	t.Parallel()
	w := newWorld()
	sp := w.space()
	sp.Members[2].FieldValues = map[string]any{w.field: "ACME"}
	sp.Quirks = Quirks{FieldActivationQuirk: true, ListOmitsFieldValues: true, NoLastPage: true, SCIM: true}
	sp.WithoutFeatures = []string{"SCHEDULING"}
	r := serve(t, Options{State: w.State})
	f := r.do(201, "POST", w.fill("/v1/workspaces/{ws}/custom-fields"), `{"name":"Country","type":"TXT","entityType":"USER","status":"VISIBLE"}`)
	if at(f, "status") != "INACTIVE" {
		t.Errorf("created field is %v, want INACTIVE", at(f, "status"))
	}
	r.do(500, "PUT", w.fill("/v1/workspaces/{ws}/custom-fields/")+at(f, "id").(string), `{"name":"Country","type":"TXT","status":"VISIBLE"}`)
	row := at(r.do(200, "GET", w.fill("/v1/workspaces/{ws}/users?email=member"), ""), 0)
	if n := len(at(row, "customFields").([]any)); n != 0 {
		t.Errorf("%d field values in the list, want none", n)
	}
	profile := r.do(200, "GET", w.fill("/v1/workspaces/{ws}/member-profile/{member}"), "")
	if got := at(profile, "userCustomFieldValues", 0, "value"); got != "ACME" {
		t.Errorf("profile has %v, want ACME", got)
	}
	if h := r.try("GET", w.fill("/v1/workspaces/{ws}/users"), "").header; h.Get("Last-Page") != "" || h.Get("Total-Count") != "4" {
		t.Errorf("headers %v, want total-count alone", h)
	}
	r.do(403, "POST", w.fill("/v1/workspaces/{ws}/user-groups"), `{"name":"x"}`)
	r.do(403, "PUT", w.fill("/v1/workspaces/{ws}/users/{member}"), `{"status":"INACTIVE"}`)
	r.do(201, "POST", w.fill("/v1/workspaces/{ws}/users/{admin}/roles"), fmt.Sprintf(`{"role":"TEAM_MANAGER","entityId":"%s"}`, w.member))
	r.do(403, "POST", w.fill("/v1/workspaces/{ws}/scheduling/assignments/user-filter/totals"), `{"start":"2026-01-01T00:00:00Z","end":"2026-01-08T00:00:00Z"}`)
}

func TestProfile(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := serve(t, Options{State: w.State})
	path := w.fill("/v1/workspaces/{ws}/member-profile/{member}")
	r.do(400, "PATCH", path, `{"workingDays":"[\"MONDAY\"]"}`)
	r.do(400, "PATCH", path, `{"workCapacity":"eight"}`)
	r.do(200, "PATCH", path, w.fill(`{"workCapacity":"PT7H30M","workingDays":["MONDAY"],"userCustomFields":[{"customFieldId":"{field}","value":"ACME"}],"unknown":1}`))
	totals := r.do(200, "POST", w.fill("/v1/workspaces/{ws}/scheduling/assignments/user-filter/totals"), `{"start":"2026-01-01T00:00:00Z","end":"2026-01-08T00:00:00Z"}`)
	if at(totals, 1, "capacityPerDay") != float64(27000) || at(totals, 1, "workingDays", 0) != "MONDAY" {
		t.Errorf("totals %v, want 27000 seconds on Mondays", totals)
	}
	r.do(400, "POST", w.fill("/v1/workspaces/{ws}/scheduling/assignments/user-filter/totals"), `{}`)
	r.do(200, "PATCH", path, w.fill(`{"userCustomFields":[{"customFieldId":"{field}","value":null}]}`))
	if v := r.srv.State().Workspaces[0].Members[2].FieldValues; len(v) != 0 {
		t.Errorf("field values %v, want none", v)
	}
}
