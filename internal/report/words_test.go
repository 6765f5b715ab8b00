package report

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// constants reads the constants of a file that are of the type, or whose names begin so.
func constants(t *testing.T, file, kind, prefix string) map[string]string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		of, _ := spec.Type.(*ast.Ident)
		if of != nil && of.Name != kind || of == nil && kind != "" || !strings.HasPrefix(spec.Names[0].Name, prefix) {
			return true
		}
		if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
			value, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			found[spec.Names[0].Name] = value
		}
		return true
	})
	if len(found) == 0 {
		t.Fatalf("%s has no constants of %s", file, kind+prefix)
	}
	return found
}

// Whoever adds a cause, a guard, a finding or a status to the plan adds its words here.
func TestEverythingHasWords(t *testing.T) {
	t.Parallel()
	for name, value := range constants(t, "../plan/state/finding.go", "Cause", "Cause") {
		if causeWords[plan.Cause(value)].one == "" {
			t.Errorf("%s has no words in causeWords", name)
		}
	}
	for name, value := range constants(t, "../plan/state/finding.go", "", "Finding") {
		if w := findingWords[value]; w.one == "" || w.many == "" {
			t.Errorf("%s has no words in findingWords", name)
		}
	}
	for name, value := range constants(t, "../plan/change.go", "Guard", "") {
		if w := guardWords[plan.Guard(value)]; w.many == "" || w.over == "" {
			t.Errorf("%s has no words in guardWords", name)
		}
	}
	for name, value := range constants(t, "../plan/outcome.go", "Status", "") {
		if Result(value).rank() < 0 {
			t.Errorf("%s has no words in results", name)
		}
	}
}

func TestHours(t *testing.T) {
	t.Parallel()
	cases := []struct {
		week          time.Duration
		before, after string
		want          string
	}{
		{32 * time.Hour, "PT6H", "PT6H24M", "30h → 32h a week (6h 24m a day)"},
		{37*time.Hour + 30*time.Minute, "PT8H", "PT7H30M", "40h → 37h 30m a week (7h 30m a day)"},
		{37*time.Hour + 30*time.Minute, "PT8H", "PT9H23M", "32h → 37h 30m a week (9h 23m a day)"}, // four days, rounded
		{0, "PT8H", "PT7H", "8h a day → 7h a day"},
		{0, "PT8H", "PT0S", "8h a day → 0h a day"},
	}
	t.Run("days", func(t *testing.T) {
		t.Parallel()
		const five, four, three = "MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY", "MONDAY, TUESDAY, WEDNESDAY, THURSDAY", "MONDAY, WEDNESDAY, FRIDAY"
		for want, c := range map[string]plan.Change{
			"Mon-Fri (40h a week) → Mon-Thu (32h a week)":    {WeekBefore: 40 * time.Hour, Week: 32 * time.Hour, Fields: []plan.Field{field("working days", five, four)}},
			"Mon, Wed, Fri → Mon-Thu (32h a week)":           {Week: 32 * time.Hour, Fields: []plan.Field{field("working days", three, four)}},
			"32h → 32h a week (8h a day), Mon-Fri → Mon-Thu": {WeekBefore: 32 * time.Hour, Week: 32 * time.Hour, Fields: []plan.Field{field("capacity", "PT6H24M", "PT8H"), field("working days", five, four)}},
			"40h → 0h a week (0h a day)":                     {WeekBefore: 40 * time.Hour, Fields: []plan.Field{field("capacity", "PT8H", "PT0S")}},
			"<code>&#60;b&#62;</code> → Tue (8h a week)":     {Week: 8 * time.Hour, Fields: []plan.Field{field("working days", "<b>", "TUESDAY")}}, // a field that is called so
		} {
			c.Op, c.Ref.Kind = plan.Update, plan.KindProfile
			var lines []string
			for _, line := range (&builder{}).lines(&c) {
				lines = append(lines, cell(line.Before)+" → "+cell(line.After))
			}
			if got := strings.ReplaceAll(strings.Join(lines, ", "), "\\", ""); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	})
	for _, tc := range cases {
		c := change(plan.Update, plan.KindProfile, "bob@example.com", field("capacity", tc.before, tc.after))
		c.Week = tc.week
		line := (&builder{}).lines(&c)[0]
		if got := cell(line.Before) + " → " + cell(line.After); got != tc.want {
			t.Errorf("got %s, want %s", got, tc.want)
		}
	}
}

func TestPattern(t *testing.T) {
	t.Parallel()
	cases := []struct {
		pattern pattern
		want    string
	}{
		{"{who} leaves[ on {day}]", "Ann leaves on Monday"},
		{"{who} leaves[ at {hour}].", "Ann leaves."},
		{"[{hour}: ][{who}]", "Ann"},
		{"{n row|rows} and {many row|rows}", "1 row and 1,000 rows"},
		{"plain", "plain"},
		{"", ""},
	}
	for _, tc := range cases {
		if got := tc.pattern.fill(slots{"who": say("Ann"), "day": say("Monday"), "n": say("%s", 1), "many": say("%s", 1000)}).String(); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.pattern, got, tc.want)
		}
	}
}

// No sentence is left with a slot that nobody fills.
func TestSlots(t *testing.T) {
	t.Parallel()
	known := strings.Fields("about at file values names k name cause causes n count first second entries entry gets get lines rows mirrored unset itself chain sum have limit base allow of")
	check := func(where string, p pattern) {
		for _, piece := range strings.Split(string(p), "{")[1:] {
			slot, _, _ := strings.Cut(piece, "}")
			slot, _, _ = strings.Cut(slot, " ")
			if !slices.Contains(known, slot) {
				t.Errorf("%s: nobody fills {%s}", where, slot)
			}
		}
	}
	for cause, w := range causeWords {
		check(string(cause), w.one)
		check(string(cause), w.many)
	}
	for kind, w := range findingWords {
		check(kind, w.one)
		check(kind, w.many)
	}
	for kind, words := range findingBecause {
		for cause, w := range words {
			check(kind+" "+string(cause), w)
		}
	}
	for guard, w := range guardWords {
		check(string(guard), w.over)
	}
}
