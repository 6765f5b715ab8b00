package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestDoctor looks at workspaces as they should be and as they should not.
func TestDoctor(t *testing.T) {
	t.Parallel()
	const config = "field_mapping: {Company (Label): Company}\n"
	const users = "NTID email,Manager NTID email,Weekly Working Hours,Company (Label)\nann@example.com,,35,Acme\nbob@example.com,ann@example.com,40,Acme\n"
	cases := []struct {
		name   string
		change func(*desk, *sandbox.State)
		code   int
		want   []string
		never  []string
	}{
		{"all is well", func(*desk, *sandbox.State) {}, ExitDone, []string{
			"Key        ann@example.com, owner of Beta (" + sandbox.ID("workspace", 1) + "); also opens: alpha  · for users",
			"Plan       PRO_2021: custom fields of people yes · manager role yes",
			"Host       127.0.0.1, 0 ms away; 10 calls a second set",
			"Config     needs: a key of an owner or admin, custom fields of people, team manager role. All there.",
			"Looks as expected   ", " things that this tool relies on, looked at without writing",
		}, []string{"✗", "NOT THERE"}},
		{"a plan that lacks features", func(_ *desk, s *sandbox.State) { s.Workspaces[0].FeatureSubscriptionType = "BASIC_2021" }, ExitFailed, []string{
			"BASIC_2021: custom fields of people no · manager role no", "NOT THERE: custom fields of people, team manager role.",
		}, []string{"All there"}},
		{"a member's key", func(d *desk, s *sandbox.State) {
			s.AddKey("key-of-bob", s.Users[1].ID)
			d.env["CLOCKIFY_API_KEY"] = "key-of-bob"
		}, ExitFailed, []string{"bob@example.com, member of Beta", "NOT THERE: a key of an owner or admin."}, nil},
		{"another API", func(_ *desk, s *sandbox.State) {
			s.Workspaces[0].Quirks = sandbox.Quirks{NoLastPage: true, LargestPage: 1000, RefusesLargePages: true}
		}, ExitDone, []string{"✗ a page holds 5,000 rows", "✗ the last page is told by a header"}, nil},
		{
			"a key nobody knows", func(d *desk, _ *sandbox.State) { d.env["CLOCKIFY_API_KEY"] = "nobodys" }, ExitFailed,
			[]string{"Stopped ", "401"},
			[]string{"nobodys", "Looks as expected"},
		},
		{
			"another workspace", func(d *desk, _ *sandbox.State) { d.env["CLOCKIFY_WORKSPACE_ID"] = "64a687e29ae1f428e7ebe303" }, ExitFailed,
			[]string{"there is no workspace 64a687e29ae1f428e7ebe303 that the key of ann@example.com opens", "#the-workspace-is-not-there"},
			nil,
		},
		{"no key", func(d *desk, _ *sandbox.State) { delete(d.env, "CLOCKIFY_API_KEY") }, ExitFailed, []string{"no key: set CLOCKIFY_API_KEY"}, nil},
		{
			"a broken file", func(d *desk, _ *sandbox.State) { d.env["CLOCKIFY_SYNC_USERS"] = "missing.csv" }, ExitFailed,
			[]string{"Files      1 problem: clockify-sync validate shows them", "Looks as expected"},
			nil,
		},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			state := twoWorkspaces()
			d := newDesk(t.TempDir(), state)
			d.write(t, "users.csv", users)
			d.write(t, "clockify-sync.yaml", config)
			tc.change(d, &state)
			d.server.SetState(state)
			code, text := d.run(t, "doctor")
			if code != tc.code || d.server.WriteCount() > 0 {
				t.Errorf("exit code %d, want %d; %d writes\n%s", code, tc.code, d.server.WriteCount(), text)
			}
			wantText(t, text, tc.want...)
			for _, never := range tc.never {
				if strings.Contains(text, never) {
					t.Errorf("%q is in\n%s", never, text)
				}
			}
			// The same for a bug report: whole, and of nobody.
			again, _ := d.run(t, "doctor", "--format", "json")
			if again != code {
				t.Errorf("as JSON: exit code %d, want %d", again, code)
			}
			report := d.out.String()
			for _, personal := range []string{"example.com", "Ann", "Bob", "Beta", "alpha", "Acme", guidedKey, sandbox.ID("workspace", 1), "127.0.0.1"} {
				if strings.Contains(report, personal) {
					t.Errorf("%q is in\n%s", personal, report)
				}
			}
			if found := (diagnosis{}); report != "" {
				if err := json.Unmarshal([]byte(report), &found); err != nil || len(found.Workspaces) != 1 || found.sound() != (code == ExitDone) {
					t.Errorf("%v\n%s", err, report)
				}
			}
		})
	}
}

// TestDoctorOfTimeSyncs looks at every workspace once, with the key that the config names for it.
func TestDoctorOfTimeSyncs(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		state, content := timesheet(30, epoch)
		b := newBed(t, sandbox.Options{State: state}, content)
		r := b.must(ExitDone, "doctor")
		wantText(t, r.out, "anna@example.com, owner of Agency", "anna@example.com, owner of Acme", "· for time")
		if n := strings.Count(r.out, "Key  "); n != 2 {
			t.Errorf("%d workspaces\n%s", n, r.out)
		}
		if b.server.WriteCount() > 0 {
			t.Error("it wrote")
		}
	})
}
