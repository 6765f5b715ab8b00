package clockify

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shape reads a recorded answer from the folder of facts beside the checkout.
func shape(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "recorded", "shapes", name))
	if os.IsNotExist(err) && os.Getenv("CLOCKIFY_SYNC_CI") != "1" {
		t.Skipf("no recorded shape %s here", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decode[T any](t *testing.T, data []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRecordedShapes(t *testing.T) {
	t.Parallel()
	t.Run("custom field", func(t *testing.T) {
		got := decode[CustomField](t, shape(t, "custom-field.json"))
		if got.ID == "" || got.Type != "DROPDOWN_SINGLE" || len(got.AllowedValues) != 3 || got.Status != "VISIBLE" {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("custom fields", func(t *testing.T) {
		got, err := rows[CustomField](shape(t, "custom-fields.list.json"))
		if err != nil || len(got) != 2 {
			t.Errorf("got %+v, error %v", got, err)
		}
	})
	t.Run("time entry", func(t *testing.T) {
		got := decode[TimeEntry](t, shape(t, "time-entry.list-item.unhydrated.json"))
		if got.ID == "" || got.TimeInterval.Start.IsZero() || got.TimeInterval.End == nil || !got.Billable || got.ProjectID == "" {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("user field value", func(t *testing.T) {
		got := decode[UserFieldValue](t, shape(t, "user-custom-field-value.put.json"))
		if got.CustomFieldID == "" || string(got.Value) != `"hello"` {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("group", func(t *testing.T) {
		if got := decode[Group](t, shape(t, "user-group.json")); got.ID == "" || got.Name == "" {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("roles", func(t *testing.T) {
		got := decode[struct{ Seen, Inferred []UserRole }](t, shape(t, "users.include-roles.json"))
		if !got.Seen[0].Owner() || got.Seen[1].Owner() || got.Seen[0].Entities[0].Source.Group() {
			t.Errorf("got %+v", got.Seen)
		}
		if e := got.Inferred[1].Entities; e[0].Source.Group() || !e[1].Source.Group() {
			t.Errorf("got %+v", e)
		}
	})
	t.Run("users", func(t *testing.T) {
		got := decode[struct{ Rows []User }](t, shape(t, "users.list.status-values.json"))
		if len(got.Rows) != 5 || got.Rows[2].Name != "" {
			t.Errorf("got %+v", got.Rows)
		}
	})
}

func TestUserForms(t *testing.T) {
	t.Parallel()
	got := decode[User](t, []byte(`{"id":"u","name":null,"settings":null,"memberships":null,"customFields":[],"unknown":{},
		"roles":[{"role":"TEAM_MANAGER","entities":[
			{"id":"a"},{"id":"b","source":null},{"id":"c","source":"USER_GROUP"},{"id":"d","source":{"id":"g","type":"USER_GROUP"}}]},
			{"role":"TEAM_MANAGER","entities":null},{"role":"OWNER"}]}`))
	want := User{ID: "u", CustomFields: []UserFieldValue{}, Roles: []UserRole{
		{Role: RoleTeamManager, Entities: []RoleEntity{
			{ID: "a"}, {ID: "b"}, {ID: "c", Source: RoleSource{Type: SourceUserGroup}}, {ID: "d", Source: RoleSource{ID: "g", Type: SourceUserGroup}},
		}},
		{Role: RoleTeamManager},
		{Role: RoleOwner},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("user (-want +got):\n%s", diff)
	}
	if got := decode[User](t, []byte(`{"id":"u"}`)); got.CustomFields != nil || got.Memberships != nil || got.Roles != nil {
		t.Errorf("keys that are absent read as %+v", got)
	}
	var u User
	if err := json.Unmarshal([]byte(`{"id":"u","roles":[{"entities":[{"source":7}]}]}`), &u); err == nil {
		t.Error("a source of an unknown form was taken for a role held directly")
	}
}

func TestWorkspaceForms(t *testing.T) {
	t.Parallel()
	want := Workspace{ID: "w", FeatureSubscriptionType: "PRO_2021", Features: []string{"CUSTOM_FIELDS", "SCHEDULING"}}
	for _, data := range []string{
		`{"id":"w","featureSubscriptionType":"PRO_2021","features":["CUSTOM_FIELDS","SCHEDULING"]}`,
		`{"id":"w","featureSubscriptionType":{"name":"PRO_2021"},"features":[{"name":"CUSTOM_FIELDS"},null,{"type":"SCHEDULING"}],"workspaceSettings":null}`,
	} {
		if diff := cmp.Diff(want, decode[Workspace](t, []byte(data))); diff != "" {
			t.Errorf("workspace (-want +got):\n%s", diff)
		}
	}
	got := decode[Workspace](t, []byte(`{"id":"w","workspaceSettings":{"timeTrackingMode":"STOPWATCH_ONLY","forceProjects":true,"lockTimeEntries":null}}`))
	if !got.Settings.ForceProjects || got.Settings.TimeTrackingMode != "STOPWATCH_ONLY" || got.Settings.LockTimeEntries != "" {
		t.Errorf("settings %+v", got.Settings)
	}
}

func TestCapacityForms(t *testing.T) {
	t.Parallel()
	want := CapacityTotal{UserID: "u", CapacityPerDay: 25200, WorkingDays: Strings{"MONDAY", "TUESDAY"}}
	for _, data := range []string{
		`{"userId":"u","capacityPerDay":25200.0,"workingDays":["MONDAY","TUESDAY"]}`,
		`{"userId":"u","capacityPerDay":2.52e4,"workingDays":"[\"MONDAY\",\"TUESDAY\"]"}`,
	} {
		if diff := cmp.Diff(want, decode[CapacityTotal](t, []byte(data))); diff != "" {
			t.Errorf("total (-want +got):\n%s", diff)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`[{"id":"u","roles":[{"role":"OWNER","entities":[{"id":"x","source":"USER_GROUP"}]}]}]`,
		`[{"id":"g","userIds":["a",null],"teamManagers":[{"id":"m"}]}]`,
		`[{"id":"e","tagIds":null,"timeInterval":{"start":"2026-03-01T10:00:00Z","end":null}}]`,
		`[{"id":"w","features":[{}],"featureSubscriptionType":{}}]`,
		`{"totals":[null],"timeentries":[{"_id":"e","timeInterval":{"duration":1.5}}]}`,
		`null`, `[null]`, `[[]]`, `"`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		users, err := rows[User](data)
		for _, u := range users {
			if err == nil && u.ID == "" {
				t.Error("a user without id")
			}
		}
		_, _ = rows[Group](data)
		_, _ = rows[TimeEntry](data)
		_, _ = rows[Workspace](data)
		_, _ = rows[CustomField](data)
		_, _ = rows[CapacityTotal](data)
		_, _ = decodeReport(data)
	})
}
