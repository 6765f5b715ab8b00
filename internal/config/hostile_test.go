package config

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

func TestParseDuration(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for text, want := range map[string]time.Duration{"7d": 7 * day, "36h": 36 * time.Hour, "1w": 7 * day, "1d12h": 36 * time.Hour, "90m": 90 * time.Minute, "0": 0, "0d": 0} {
		if got, ok := parseDuration(text); !ok || got != want {
			t.Errorf("parseDuration(%q) = %v, %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "7", "d", "-7d", "7 d", "1.5d", "7D", "9999d", "999999w", "3660d1m999999d", "7d "} {
		if got, ok := parseDuration(text); ok {
			t.Errorf("parseDuration(%q) = %v, want none", text, got)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]state.Limit{
		"5": {Count: 5}, "0": {}, "5%": {Share: .05, Floor: 3}, "5 %": {Share: .05, Floor: 3}, "100%": {Share: 1, Floor: 3}, "0%": {},
	} {
		f := Read("c.yaml", []byte("guards: {max_deactivations: "+text+"}\n"))
		if diff := cmp.Diff(want, f.Users.Guards.MaxDeactivations); diff != "" || len(f.Problems) > 0 {
			t.Errorf("max_deactivations: %s: %v (-want +got):\n%s", text, f.Problems, diff)
		}
	}
}

// TestSpellings: YAML has more than one spelling of a value, and each means the same here.
func TestSpellings(t *testing.T) {
	t.Parallel()
	f := Read("c.yaml", []byte("invite: True\nmanager_groups: TRUE\nredact: False\napi: {max_retries: 5.0, requests_per_second: \"2,5\"}\n"))
	s := f.Settings
	if len(f.Problems) > 0 || !s.Invite || !s.ManagerGroups || s.Redact != "none" || s.API.MaxRetries != 5 || s.API.RequestsPerSecond != 2.5 {
		t.Errorf("%v: %v, %v, %q, %d, %v", f.Problems, s.Invite, s.ManagerGroups, s.Redact, s.API.MaxRetries, s.API.RequestsPerSecond)
	}
}

// TestOrder: field_mapping keeps the order of the file.
func TestOrder(t *testing.T) {
	t.Parallel()
	f := Read("c.yaml", []byte("field_mapping: {C: c, A: a, B: b}\n"))
	want := []state.Mapping{{Column: "C", Field: "c"}, {Column: "A", Field: "a"}, {Column: "B", Field: "b"}}
	if diff := cmp.Diff(want, f.Users.Fields); diff != "" || len(f.Problems) > 0 {
		t.Errorf("Fields: %v (-want +got):\n%s", f.Problems, diff)
	}
}

// TestNoTokenIsShown: whatever is wrong with a line, what looks like a token on it is not repeated.
func TestNoTokenIsShown(t *testing.T) {
	t.Parallel()
	const token = "bm90LWEtcmVhbC1rZXktYnV0LWxvbmctZW5vdWdo"
	for _, config := range []string{
		"api: {api_key: " + token + "}",
		"api_key: " + token,
		"api: " + token,
		"absent: " + token,
		"invite: " + token,
		"workspace: {id: [" + token + "]}",
		"api: {base_url: \"https://me:" + token + "@example.com\"}",
		"api: {base_url: \"https://me:short-password@example.com\"}",
		"time_sync: [{name: a, source: {token_env: " + token + "}}]",
		"time_sync: [{name: a, source: {token_env: short-password}}]",
		"a: [" + token + "\nb: 1",
		token + ": 1",
		"field_mapping: {x: " + token + ", y: " + token + "}",
	} {
		f := Read("c.yaml", []byte(config))
		if len(f.Problems) == 0 {
			t.Errorf("%q is no problem", config)
		}
		for _, p := range f.Problems {
			if text := p.String() + p.Excerpt; strings.Contains(text, token) || strings.Contains(text, "short-password") {
				t.Errorf("%q: the problem shows the token:\n%s", config, text)
			}
		}
	}
}

// TestBombs: files that are small and stand for much, or are slow to parse, are refused or read at once.
func TestBombs(t *testing.T) {
	t.Parallel()
	var laughs bytes.Buffer
	laughs.WriteString("a0: &a0 {x: 1}\n")
	for i := range 40 {
		fmt.Fprintf(&laughs, "a%d: &a%d\n  <<: [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i), 20), ","))
	}
	laughs.WriteString("workspace: *a40\n")
	for name, config := range map[string]string{
		"merges":    laughs.String(),
		"itself":    "workspace: &a {<<: *a}\n",
		"circle":    "workspace: &a *a\n",
		"nesting":   strings.Repeat("[", 100_000),
		"keys":      strings.Repeat("a: 1\n", 20_000),
		"newlines":  "a: |\n" + strings.Repeat("\n", 200_000),
		"dashes":    strings.Repeat("- ", 50_000),
		"too large": strings.Repeat("#", MaxSize+1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if f := Read("c.yaml", []byte(config)); len(f.Problems) == 0 && name != "itself" && name != "circle" {
				t.Error("this is no problem")
			}
		})
	}
}

// FuzzConfig reads any bytes as a config: nothing panics, every problem is inside the file and fit to be shown, and what is
// left is sound.
func FuzzConfig(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("a: &a [*a]\n<<: *a\nworkspace: {<<: *a, id: !!str 1}\n? [x]\n: y\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := Read("c.yaml", data)
		lines := strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n")
		for _, p := range c.Problems {
			at := p.Source
			if at.Line < 1 || at.Line > len(lines) || at.Column < 1 || at.Column > utf8.RuneCountInString(lines[at.Line-1])+1 {
				t.Errorf("%v is outside of the file", p)
			}
			if p.Text == "" || strings.ContainsAny(p.Text, "\r\n") || strings.Count(p.Excerpt, "\n") > 1 {
				t.Errorf("the problem %q, %q is not fit to be shown", p.Text, p.Excerpt)
			}
		}
		names := map[string]bool{}
		for _, s := range c.Time {
			if s.Name == "" || names[s.Name] || s.Window <= 0 || s.Source.WorkspaceID == s.Destination.WorkspaceID || s.Deletes && !s.Link {
				t.Errorf("unsound time sync %+v", s)
			}
			names[s.Name] = true
		}
		if a := c.Settings.API; a.RequestsPerSecond <= 0 || a.RequestsPerSecond > 50 || a.BaseURL == "" {
			t.Errorf("unsound settings %+v", a)
		}
	})
}
