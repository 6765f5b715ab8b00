package spec

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

func TestCapacity(t *testing.T) {
	t.Parallel()
	cases := []struct {
		hours string
		days  int
		want  time.Duration
	}{
		{"37.5", 5, 7*time.Hour + 30*time.Minute},
		{`"37,5"`, 5, 7*time.Hour + 30*time.Minute},
		{"38.5", 5, 7*time.Hour + 42*time.Minute},
		{"40", 7, 5*time.Hour + 43*time.Minute}, // 5:42:51
		{"0", 5, 0},
		{"168", 7, 24 * time.Hour},
		{"", 4, 10 * time.Hour},
		{" 20 ", 5, 4 * time.Hour},
	}
	for _, tc := range cases {
		l, problems := load(t, fmt.Sprintf("working_days_per_week: %d\n", tc.days), "NTID email,Weekly Working Hours\na@example.com,"+tc.hours+"\n")
		if len(problems) > 0 {
			t.Errorf("%q hours: %v", tc.hours, problems)
			continue
		}
		if got := l.Spec.Users.People[0].Capacity; got != tc.want {
			t.Errorf("%q hours in %d days are %v a day, want %v", tc.hours, tc.days, got, tc.want)
		}
	}
}

func TestParseDecimal(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "-", ".", ",", "1.", ".5", "1.2.3", "1e3", "0x10", "NaN", "Inf", "-Inf", "+1", "1_000", "٣", "1 000", "--1", "-.5", strings.Repeat("9", 31)} {
		if f, ok := parseDecimal(text); ok {
			t.Errorf("parseDecimal(%q) = %v, want none", text, f)
		}
	}
	for text, want := range map[string]float64{"37": 37, "37.5": 37.5, "37,5": 37.5, "-1": -1, "007": 7} {
		if got, ok := parseDecimal(text); !ok || got != want {
			t.Errorf("parseDecimal(%q) = %v, %v, want %v", text, got, ok, want)
		}
	}
}

func TestParseEmail(t *testing.T) {
	t.Parallel()
	cases := []struct{ text, email, wrong string }{
		{" Ann@Example.COM\u00a0", "ann@example.com", ""},
		{"ann.o'neil+x@example.com", "ann.o'neil+x@example.com", ""},
		{"jürgen@example.com", "jürgen@example.com", ""},
		{"", "", "is empty"},
		{"ann", "", "has no @"},
		{"a@b@c", "", "has more than one @"},
		{"@b", "", "has nothing before the @"},
		{"a@", "", "has nothing after the @"},
		{"a b@c", "", "holds a space"},
		{"a\u00a0b@c", "", "holds a space"},
		{"a\u200b@c", "", "holds a character that cannot be seen"},
		{"a\x00@c", "", "holds a character that cannot be seen"},
		{"<a@c>", "", "holds a <"},
		{"a@c;b", "", "holds a ;"},
		{strings.Repeat("a", 254) + "@c", "", "is too long"},
	}
	for _, tc := range cases {
		email, wrong := parseEmail(tc.text)
		if wrong != tc.wrong || wrong == "" && email != tc.email {
			t.Errorf("parseEmail(%q) = %q, %q, want %q, %q", tc.text, email, wrong, tc.email, tc.wrong)
		}
	}
}

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

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"NTID email", "Manager NTID email", "Weekly Working Hours", "Country (Label)"}
	cases := map[string]string{
		"NTID Email":            "NTID email",
		"ntid_email":            "NTID email",
		"Contry (Label)":        "Country (Label)",
		"Country Label":         "Country (Label)",
		"Wekly Working Hours":   "Weekly Working Hours",
		"Manger NTID email":     "Manager NTID email",
		"Cost centre":           "",
		"":                      "",
		"...":                   "",
		strings.Repeat("x", 99): "",
	}
	for text, want := range cases {
		if got, _ := nearest(text, names); got != want {
			t.Errorf("nearest(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	cases := map[string]state.Limit{
		"5":    {Count: 5},
		"0":    {},
		"5%":   {Share: .05, Floor: 3},
		"5 %":  {Share: .05, Floor: 3},
		"100%": {Share: 1, Floor: 3},
		"0%":   {},
	}
	for text, want := range cases {
		l, problems := load(t, "guards: {max_deactivations: "+text+"}\n", "NTID email\na@example.com\n")
		if diff := cmp.Diff(want, l.Spec.Users.Guards.MaxDeactivations); diff != "" || len(problems) > 0 {
			t.Errorf("max_deactivations: %s: %v (-want +got):\n%s", text, problems, diff)
		}
	}
}

// TestProtectedColumn: the old tool protected groups named like a country, without being asked.
func TestProtectedColumn(t *testing.T) {
	t.Parallel()
	const csv = "NTID email,Country (Label),Team\na@example.com,Spain,Red\nb@example.com,Germany,Blue\nc@example.com,Spain,\n"
	cases := []struct {
		name, config, csv string
		want              state.Protect
	}{
		{"by default", "", csv, state.Protect{Column: "Country (Label)", Values: []string{"Germany", "Spain"}}},
		{"with its field", "field_mapping: {Country (Label): Country}", csv, state.Protect{Column: "Country (Label)", Field: "Country", Values: []string{"Germany", "Spain"}}},
		{"another", "protect: {groups_from_column: Team}", csv, state.Protect{Column: "Team", Values: []string{"Blue", "Red"}}},
		{"none", `protect: {groups_from_column: ""}`, csv, state.Protect{}},
		{"no such column", "", "NTID email\na@example.com\n", state.Protect{}},
		{"also of unsound rows", "", "NTID email,Country (Label)\nnobody,France\na@example.com,Spain\n", state.Protect{Column: "Country (Label)", Values: []string{"France", "Spain"}}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			l, _ := load(t, tc.config, tc.csv)
			if diff := cmp.Diff(tc.want, l.Spec.Users.Protect); diff != "" {
				t.Errorf("Protect (-want +got):\n%s", diff)
			}
		})
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
		_, problems := load(t, config, "")
		if len(problems) == 0 {
			t.Errorf("%q is no problem", config)
		}
		if text := problems.Error(); strings.Contains(text, token) || strings.Contains(text, "short-password") {
			t.Errorf("%q: the problem shows the token:\n%s", config, text)
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
		"merges":   laughs.String(),
		"itself":   "workspace: &a {<<: *a}\n",
		"circle":   "workspace: &a *a\n",
		"nesting":  strings.Repeat("[", 100_000),
		"keys":     strings.Repeat("a: 1\n", 20_000),
		"newlines": "a: |\n" + strings.Repeat("\n", 200_000),
		"dashes":   strings.Repeat("- ", 50_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, problems := load(t, config, ""); len(problems) == 0 && name != "itself" && name != "circle" {
				t.Error("this is no problem")
			}
		})
	}
}

// TestManyProblems: a hostile CSV does not fill the memory with what is wrong with it.
func TestManyProblems(t *testing.T) {
	t.Parallel()
	_, problems := load(t, "", "NTID email\n"+strings.Repeat("x\n", most+5))
	if len(problems) != most+1 || !strings.Contains(problems[most].Text, "5 more problems") {
		t.Errorf("%d problems, the last %v", len(problems), problems[len(problems)-1])
	}
}

// TestOrder: field_mapping keeps the order of the file.
func TestOrder(t *testing.T) {
	t.Parallel()
	l, problems := load(t, "field_mapping: {C: c, A: a, B: b}\n", "NTID email,A,B,C\na@example.com,1,2,3\n")
	want := []state.Mapping{{Column: "C", Field: "c"}, {Column: "A", Field: "a"}, {Column: "B", Field: "b"}}
	if diff := cmp.Diff(want, l.Spec.Users.Fields); diff != "" || len(problems) > 0 {
		t.Errorf("Fields: %v (-want +got):\n%s", problems, diff)
	}
}
