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
)

// from makes a lookup of a map.
func from(m map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := m[name]
		return value, ok
	}
}

func given(t *testing.T, env, flags map[string]string) Given {
	t.Helper()
	g, err := FromEnvironment(Environment{Lookup: from(env), Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestEverySetting sets each setting that has a variable, an input or a flag by each of them, and wants the flag to win over
// the input, the input over the variable, and a blank one to be none.
func TestEverySetting(t *testing.T) {
	t.Parallel()
	for _, k := range table().all() {
		if k.env == "" {
			if k.flag != "" || k.input != "" {
				t.Errorf("%s has a flag or an input and no variable", cmp.Diff("", k.flag+k.input))
			}
			continue
		}
		t.Run(k.env, func(t *testing.T) {
			t.Parallel()
			sample := func(n int) string {
				switch {
				case len(k.words) > 1:
					return k.words[n%2]
				case k.kind == aFlag:
					return []string{"true", "false"}[n%2]
				case k.kind == aCount:
					return fmt.Sprint(n + 1)
				case k.as == "address":
					return fmt.Sprintf("https://host%d.example.com", n)
				}
				return fmt.Sprintf("value-%d-that-is-long-enough-to-sign-with", n)
			}
			read := func(env, flags map[string]string) string {
				env["GITHUB_ACTIONS"] = "true"
				s := source{Environment: Environment{Lookup: from(env), Flags: flags}, actions: true, byVariable: map[string]*setting{k.env: k}}
				given(t, env, flags) // sound, too
				value, _ := s.Lookup(k.env)
				return value
			}
			if got := read(map[string]string{k.env: sample(0)}, nil); got != sample(0) {
				t.Errorf("the variable says %q, read was %q", sample(0), got)
			}
			if k.input != "" {
				name := "INPUT_" + strings.ToUpper(k.input)
				if got := read(map[string]string{k.env: sample(0), name: sample(1)}, nil); got != sample(1) {
					t.Errorf("the input says %q, read was %q", sample(1), got)
				}
				if got := read(map[string]string{k.env: sample(0), name: " "}, nil); got != sample(0) {
					t.Errorf("a blank input is none: read was %q", got)
				}
			}
			if k.flag != "" {
				if got := read(map[string]string{k.env: sample(0)}, map[string]string{k.flag: sample(1)}); got != sample(1) {
					t.Errorf("the flag says %q, read was %q", sample(1), got)
				}
			}
		})
	}
}

func TestFromEnvironment(t *testing.T) {
	t.Parallel()
	g := given(t, map[string]string{
		"CLOCKIFY_API_KEY": " key ", "CLOCKIFY_WORKSPACE_ID": "https://app.clockify.me/workspaces/64a687e29ae1f428e7ebe303/settings",
		"SECRET_NAMES": "ONE, TWO,,ONE", "CLOCKIFY_SYNC_EXIT_CODE": "true", "CLOCKIFY_SYNC_MAX_CALLS": "30", "CLOCKIFY_SYNC_COMMENT": "false",
		"CLOCKIFY_API_URL": "http://127.0.0.1:8080/api/v1", "INPUT_USERS": "ignored outside of actions", "CLOCKIFY_SYNC_FORCE": "true", "CLOCKIFY_SYNC_CHECK": "1",
	}, map[string]string{"exit-code": "false", "config": "./configs/a.yaml"})
	for name, pair := range map[string][2]any{
		"key": {g.APIKey.Reveal(), "key"}, "workspace": {g.Workspace.ID, "64a687e29ae1f428e7ebe303"}, "exit code": {g.ExitCode, false},
		"max calls": {g.API.MaxCalls, 30}, "comment": {g.Comment, "never"}, "url": {g.API.BaseURL, "http://127.0.0.1:8080/api/v1"}, "users": {g.Users, ""},
		"config": {g.Config, "configs/a.yaml"}, "format": {g.Format, "text"}, "audit": {g.AuditDir, "clockify-audit"}, "listen": {g.Listen, "127.0.0.1:8780"},
		"force": {g.Force, true}, "check": {g.Check, true}, "redact": {g.Redact, ""},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
	if diff := cmp.Diff([]string{"ONE", "TWO"}, g.SecretNames); diff != "" {
		t.Errorf("secret names (-want +got):\n%s", diff)
	}
	g = given(t, map[string]string{"GITHUB_ACTIONS": "true", "INPUT_USERS": "./people/users.csv", "INPUT_CONFIG": "./c.yaml", "INPUT_API-KEY": ""}, nil)
	if g.Users != "people/users.csv" || g.Config != "c.yaml" || !g.GitHubActions || g.APIKey != "" {
		t.Errorf("inputs are read as %q, %q", g.Users, g.Config)
	}
}

// TestScreen is the one reading of CI, NO_COLOR and TERM.
func TestScreen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env       map[string]string
		color, ci bool
	}{
		{nil, true, false},
		{map[string]string{"CI": "true"}, true, true},
		{map[string]string{"CI": "1"}, true, true},
		{map[string]string{"CI": "woodpecker"}, true, true},
		{map[string]string{"CI": "false"}, true, false},
		{map[string]string{"CI": "0"}, true, false},
		{map[string]string{"CI": "", "NO_COLOR": ""}, true, false},
		{map[string]string{"GITHUB_ACTIONS": "true"}, true, true},
		{map[string]string{"NO_COLOR": "1"}, false, false},
		{map[string]string{"TERM": "dumb"}, false, false},
		{map[string]string{"TERM": "xterm-256color"}, true, false},
	} {
		color, ci := Screen(func(name string) string { return c.env[name] })
		if ci != c.ci || color != c.color {
			t.Errorf("%v: color %t, CI %t", c.env, color, ci)
		}
	}
}

func TestMisspeltVariables(t *testing.T) {
	t.Parallel()
	g, err := FromEnvironment(Environment{Lookup: from(nil), Names: []string{"CLOCKIFY_SYNC_USRES", "CLOCKIFY_SYNC_USERS", "HOME", "CLOCKIFY_SYNC_QQQQQQQQQQQQQQQQQQ"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"CLOCKIFY_SYNC_QQQQQQQQQQQQQQQQQQ is no setting and is not read.",
		"CLOCKIFY_SYNC_USRES is no setting and is not read; did you mean CLOCKIFY_SYNC_USERS?",
	}
	if diff := cmp.Diff(want, g.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestFromEnvironmentErrors(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name       string
		env, flags map[string]string
		want       string
	}{
		{"bool", map[string]string{"CLOCKIFY_SYNC_EXIT_CODE": "maybe"}, nil, `CLOCKIFY_SYNC_EXIT_CODE: "maybe" is not true or false`},
		{"input", map[string]string{"GITHUB_ACTIONS": "true", "INPUT_DRIFT-ISSUE": "ja"}, nil, `input drift-issue: "ja" is not true or false`},
		{"number", map[string]string{"CLOCKIFY_SYNC_MAX_CALLS": "many"}, nil, `CLOCKIFY_SYNC_MAX_CALLS: "many" is not a whole number from 1 to 10000000`},
		{"flag", nil, map[string]string{"format": "xml"}, `--format: "xml" is not text, markdown, json or html`},
		{"all of them", map[string]string{"CLOCKIFY_SYNC_MAX_CALLS": "x", "CLOCKIFY_SYNC_COMMENT": "y"}, nil, "CLOCKIFY_SYNC_COMMENT: \"y\" is not always, changes or never\nCLOCKIFY_SYNC_MAX_CALLS: \"x\" is not a whole number from 1 to 10000000"},
		{"two keys", map[string]string{"CLOCKIFY_API_KEY": "sesame", "CLOCKIFY_ADDON_TOKEN": "sesame2"}, nil, "both CLOCKIFY_API_KEY and CLOCKIFY_ADDON_TOKEN are set; set one of them"},
		{"key and input", map[string]string{"GITHUB_ACTIONS": "true", "INPUT_API-KEY": "sesame", "CLOCKIFY_ADDON_TOKEN": "sesame2"}, nil, "both input api-key and CLOCKIFY_ADDON_TOKEN are set; set one of them"},
		{"key with a space", map[string]string{"CLOCKIFY_API_KEY": "sesame open"}, nil, "CLOCKIFY_API_KEY: holds spaces or characters that cannot be sent in a header (not shown)"},
		{"short signing key", map[string]string{"CLOCKIFY_SYNC_SIGNING_KEY": "sesame"}, nil, "CLOCKIFY_SYNC_SIGNING_KEY: has fewer than 32 characters (not shown); whoever guesses it can sign approvals"},
		{"url", map[string]string{"CLOCKIFY_API_URL": "api.example.com"}, nil, "CLOCKIFY_API_URL: is not an address such as https://api.clockify.me/api/v1"},
		{"url in the clear", map[string]string{"CLOCKIFY_API_URL": "http://api.example.com"}, nil, "CLOCKIFY_API_URL: would send the key in the clear: it needs https"},
		{"url with password", map[string]string{"CLOCKIFY_REPORTS_URL": "https://me:sesame@example.com"}, nil, "CLOCKIFY_REPORTS_URL: holds a user name, a password, a query or a fragment"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := FromEnvironment(Environment{Lookup: from(tc.env), Flags: tc.flags})
			if err == nil || err.Error() != tc.want {
				t.Errorf("FromEnvironment = %v, want %s", err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), "sesame") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
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

	for _, v := range []any{s, h, &h, Given{Settings: Settings{APIKey: s}, hidden: func() []Secret { return []Secret{s} }}, TimeSecret{Token: s}} {
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
	g := given(t, map[string]string{
		"CLOCKIFY_API_KEY": "key", "GITHUB_TOKEN": "gh", "SECRET_NAMES": "ONE,TWO,THREE", "ONE": good, "TWO": broken,
	}, nil)
	got := g.Secrets()
	for _, want := range []Secret{"key", "gh", Secret(good), "escaped", "b", Secret(broken), "broken-token"} {
		if !slices.Contains(got, want) {
			t.Errorf("Secrets lacks %s", want.Reveal())
		}
	}
	if slices.Contains(got, "u1") || slices.Contains(got, "") {
		t.Error("Secrets masks what is none")
	}
}
