package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// from makes a lookup of a map.
func from(m map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := m[name]
		return value, ok
	}
}

func TestFromEnv(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	cases := []struct {
		name string
		env  map[string]string
		want Config
	}{
		{"nothing", nil, Config{}},
		{"all blank", map[string]string{
			"CLOCKIFY_API_KEY": "", "CLOCKIFY_SYNC_EXIT_CODE": "", "CLOCKIFY_SYNC_MAX_CALLS": " ", "NO_COLOR": "", "CI": "", "SECRET_NAMES": "",
			"GITHUB_ACTIONS": "true", "INPUT_API-KEY": "", "INPUT_COMMENT": "", "INPUT_DRIFT-ISSUE": "",
		}, Config{GitHubActions: true}},
		{"at a terminal", map[string]string{
			"CLOCKIFY_API_KEY": " key ", "CLOCKIFY_WORKSPACE_ID": "w1", "CLOCKIFY_API_URL": "http://127.0.0.1:8080/api/v1", "CLOCKIFY_REPORTS_URL": "https://reports.example.com/v1",
			"SECRET_NAMES": "ONE, TWO,,ONE", "NO_COLOR": "1", "CI": "1",
			"CLOCKIFY_SYNC_USERS": "people.csv", "CLOCKIFY_SYNC_CONFIG": "c.yaml", "CLOCKIFY_SYNC_ONLY": "time:acme", "CLOCKIFY_SYNC_FORMAT": "json",
			"CLOCKIFY_SYNC_OUT": "plan.json", "CLOCKIFY_SYNC_AUDIT_DIR": "audit", "CLOCKIFY_SYNC_APPROVE": "abc", "CLOCKIFY_SYNC_EXIT_CODE": "true",
			"CLOCKIFY_SYNC_ENV_FILE": ".env", "CLOCKIFY_SYNC_LISTEN": "127.0.0.1:0", "CLOCKIFY_SYNC_STATE": "s.json", "CLOCKIFY_SYNC_FAULTS": "429",
			"INPUT_API-KEY": "ignored", "INPUT_USERS": "ignored",
		}, Config{
			APIKey: "key", WorkspaceID: "w1", APIURL: "http://127.0.0.1:8080/api/v1", ReportsURL: "https://reports.example.com/v1",
			SecretNames: []string{"ONE", "TWO"}, NoColor: true, CI: true,
			Users: "people.csv", Config: "c.yaml", Only: "time:acme", Format: "json", Out: "plan.json", AuditDir: "audit", Approve: "abc",
			ExitCode: true, EnvFile: ".env", Listen: "127.0.0.1:0", State: "s.json", Faults: "429",
		}},
		{"in an action", map[string]string{
			"GITHUB_ACTIONS": "true", "CI": "true", "CLOCKIFY_API_KEY": "env", "CLOCKIFY_SYNC_USERS": "env.csv", "CLOCKIFY_SYNC_ONLY": "users",
			"INPUT_COMMAND": "auto", "INPUT_USERS": "in.csv", "INPUT_CONFIG": "in.yaml", "INPUT_ONLY": "", "INPUT_API-KEY": "in", "INPUT_WORKSPACE-ID": "w2",
			"INPUT_SECRET-NAMES": "A,B", "INPUT_GITHUB-TOKEN": "gh", "INPUT_APPROVE": "d", "INPUT_AUDIT-DIR": "a", "INPUT_COMMENT": "false", "INPUT_REDACT": "full",
			"INPUT_DRIFT-ISSUE": "true", "INPUT_MAX-CALLS": "30", "INPUT_API-URL": "https://a.example.com", "INPUT_REPORTS-URL": "https://r.example.com", "INPUT_ENVIRONMENT": "prod",
		}, Config{
			APIKey: "in", GitHubToken: "gh", WorkspaceID: "w2", APIURL: "https://a.example.com", ReportsURL: "https://r.example.com", SecretNames: []string{"A", "B"},
			Users: "in.csv", Config: "in.yaml", Only: "users", AuditDir: "a", Approve: "d", Command: "auto", Comment: &no, DriftIssue: &yes, Redact: "full",
			MaxCalls: 30, Environment: "prod", CI: true, GitHubActions: true,
		}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := FromEnv(from(tc.env))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got, cmpopts.IgnoreUnexported(Config{}), cmp.Comparer(func(a, b Secret) bool { return a == b })); diff != "" {
				t.Errorf("FromEnv (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFromEnvErrors(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		env  map[string]string
		want string
	}{
		{"bool", map[string]string{"CLOCKIFY_SYNC_EXIT_CODE": "maybe"}, `CLOCKIFY_SYNC_EXIT_CODE: "maybe" is not true or false`},
		{"input", map[string]string{"GITHUB_ACTIONS": "true", "INPUT_DRIFT-ISSUE": "ja"}, `input drift-issue: "ja" is not true or false`},
		{"number", map[string]string{"CLOCKIFY_SYNC_MAX_CALLS": "many"}, `CLOCKIFY_SYNC_MAX_CALLS: "many" is not a whole number above 0`},
		{"not above 0", map[string]string{"CLOCKIFY_SYNC_MAX_CALLS": "-1"}, `CLOCKIFY_SYNC_MAX_CALLS: "-1" is not a whole number above 0`},
		{"all of them", map[string]string{"CLOCKIFY_SYNC_MAX_CALLS": "x", "CLOCKIFY_SYNC_COMMENT": "y"}, "CLOCKIFY_SYNC_COMMENT: \"y\" is not true or false\nCLOCKIFY_SYNC_MAX_CALLS: \"x\" is not a whole number above 0"},
		{"two keys", map[string]string{"CLOCKIFY_API_KEY": "sesame", "CLOCKIFY_ADDON_TOKEN": "sesame2"}, "both CLOCKIFY_API_KEY and CLOCKIFY_ADDON_TOKEN are set; set one of them"},
		{"key and input", map[string]string{"GITHUB_ACTIONS": "true", "INPUT_API-KEY": "sesame", "CLOCKIFY_ADDON_TOKEN": "sesame2"}, "both input api-key and CLOCKIFY_ADDON_TOKEN are set; set one of them"},
		{"key with a space", map[string]string{"CLOCKIFY_API_KEY": "sesame open"}, "CLOCKIFY_API_KEY: holds spaces or characters that cannot be sent in a header (not shown)"},
		{"short signing key", map[string]string{"CLOCKIFY_SYNC_SIGNING_KEY": "sesame"}, "CLOCKIFY_SYNC_SIGNING_KEY: has fewer than 32 characters (not shown); whoever guesses it can sign approvals"},
		{"url", map[string]string{"CLOCKIFY_API_URL": "api.example.com"}, "CLOCKIFY_API_URL: not an address like https://api.clockify.me/api/v1"},
		{"url in the clear", map[string]string{"CLOCKIFY_API_URL": "http://api.example.com"}, "CLOCKIFY_API_URL: https is needed: the key would be sent in the clear"},
		{"url with password", map[string]string{"CLOCKIFY_REPORTS_URL": "https://me:sesame@example.com"}, "CLOCKIFY_REPORTS_URL: an address without user name, password, query and fragment is needed"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := FromEnv(from(tc.env))
			if err == nil || err.Error() != tc.want {
				t.Errorf("FromEnv = %v, want %s", err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), "sesame") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

// TestTags keeps the table of inputs and the tags of Config together.
func TestTags(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	if _, err := FromEnv(func(name string) (string, bool) { asked[name] = true; return "", false }); err != nil {
		t.Fatal(err)
	}
	for name := range inputs {
		if !asked[name] {
			t.Errorf("inputs has %s, which no field of Config reads", name)
		}
	}
}

func TestSecretNeverShows(t *testing.T) {
	t.Parallel()
	const text = "open-sesame"
	s := Secret(text)
	type holder struct {
		S Secret
		P *Secret
		L []Secret
		M map[string]Secret
	}
	h := holder{s, &s, []Secret{s}, map[string]Secret{"k": s}}
	var shown []string
	for _, verb := range strings.Split("v,+v,#v,s,q,x,X,d,T,t,b,o,c,U,e,20s,-20s,.3s,#x,#q", ",") {
		shown = append(shown, fmt.Sprintf("%"+verb, s), fmt.Sprintf("%"+verb, h), fmt.Sprintf("%"+verb, &h))
	}
	shown = append(shown, fmt.Sprint(s, h), fmt.Sprintln(h), fmt.Errorf("with %w", fmt.Errorf("%v", h)).Error())

	for _, v := range []any{s, h, &h, Config{APIKey: s, hidden: func() []Secret { return []Secret{s} }}, TimeSecret{Token: s}} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var logged bytes.Buffer
		for _, handler := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
			slog.New(handler).Info("m", "v", v, slog.Any("g", slog.GroupValue(slog.Any("in", v))))
		}
		shown = append(shown, string(text), logged.String(), fmt.Sprintf("%v %+v %#v %x", v, v, v, v))
	}
	for _, got := range shown {
		for _, bad := range []string{text, "6f70656e", "6F70656E", "111 112"} {
			if strings.Contains(got, bad) {
				t.Errorf("the secret shows in %s", got)
			}
		}
	}
	if s.Reveal() != text || fmt.Sprint(s) != "***" || fmt.Sprint(Secret("")) != "" {
		t.Errorf("Reveal = %q, Sprint = %v, of nothing %v", s.Reveal(), s, Secret(""))
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	broken := `{"token": "broken-token", "dest_token": 'x`
	good := `{"token":"esc\u0061ped","dest_token":" b ","user_id":"u1"}`
	c, err := FromEnv(from(map[string]string{
		"CLOCKIFY_API_KEY": "key", "GITHUB_TOKEN": "gh", "SECRET_NAMES": "ONE,TWO,THREE", "ONE": good, "TWO": broken,
	}))
	if err != nil {
		t.Fatal(err)
	}
	got := c.Secrets()
	for _, want := range []Secret{"key", "gh", Secret(good), "escaped", "b", Secret(broken), "broken-token"} {
		if !slices.Contains(got, want) {
			t.Errorf("Secrets lacks %s", want.Reveal())
		}
	}
	if slices.Contains(got, "u1") || slices.Contains(got, "") {
		t.Error("Secrets masks what is none")
	}
}
