package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

func TestBroken(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text         string
		indent, wide int
		want         string
	}{
		{"  - take out of the group", 4, 0, "  - take out of the group\n"},
		{"  - take out of the group", 4, 25, "  - take out of the group\n"},
		{"  - take out of the group", 4, 24, "  - take out of the\n    group\n"},
		{"    lena.berg@example.com: holds a role", 8, 20, "    lena.berg@example.com:\n        holds a role\n"},
		{"", 4, 10, "\n"},
	}
	for _, tc := range cases {
		if got := Broken(tc.text, tc.indent, tc.wide); got != tc.want {
			t.Errorf("Broken(%q, %d, %d): got %q, want %q", tc.text, tc.indent, tc.wide, got, tc.want)
		}
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{"": 0, "abc": 3, "日本": 4, "e\u0301": 1, "→ –": 3, "\x1b[31mred\x1b[0m": 3, "👍": 2, "Ａ": 2, "한글": 4} {
		if got := columns(s); got != want {
			t.Errorf("%q takes %d columns, want %d", s, got, want)
		}
	}
}

// A problem stands with the line of the file and a caret, unless people are masked in that line.
func TestExcerpt(t *testing.T) {
	t.Parallel()
	problems := []state.Problem{{
		Source: state.Source{File: "clockify-sync.yaml", Line: 4, Column: 3}, Text: `unknown key "fallbak".`, Excerpt: "  fallbak: ann@example.com\n  ^",
	}}
	for ctx, want := range map[Redact]string{None: "    " + "  fallbak: ann@example.com\n" + "    " + "  ^\n", Mask: ""} {
		var out bytes.Buffer
		Problems(&out, problems, Style{}, Context{Redact: ctx})
		first, rest, _ := strings.Cut(out.String(), "\n")
		got, _, _ := strings.Cut(rest, "1 problem")
		if first != `clockify-sync.yaml:4:3: unknown key "fallbak".` || got != want {
			t.Errorf("redact %d: got\n%s", ctx, out.String())
		}
	}
}

// Many failures of one cause are one line with a count and the first three, wherever they are read.
func TestManyFailuresOfOneCause(t *testing.T) {
	t.Parallel()
	p := crowd(46, 0)
	p.Findings = nil
	var outcomes []plan.Outcome
	for i, c := range p.Changes {
		o := plan.Outcome{Change: c, Status: plan.Failed, Err: "403 the key may not change profiles", HTTPStatus: 403, Attempts: 1}
		if i == 7 {
			o.Err = "500 something else"
		}
		outcomes = append(outcomes, o)
	}
	var out bytes.Buffer
	OutcomeText(&out, p, outcomes, Verify{}, Style{}, Context{})
	want := `Applied 0 of 46 changes, 46 failed.
Not verified.
  ✗ 45 changes: 403 the key may not change profiles; the first are
      person.00000@example.com  capacity 8h a day → 7h 30m a day
      person.00001@example.com  capacity 8h a day → 7h 30m a day
      person.00002@example.com  capacity 8h a day → 7h 30m a day
  ✗ person.00007@example.com  capacity 8h a day → 7h 30m a day  500 something else
Next: Look at the reasons, then run it again: only what is missing is done.
      clockify-sync apply
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, page := range map[string]string{"comment": OutcomeMarkdown(p, outcomes, Verify{}, Context{}), "page": htmlOf(t, p, outcomes, Verify{}, Context{})} {
		if !strings.Contains(page, "and 42 more") {
			t.Errorf("the %s does not count the rest", name)
		}
	}
}

// Arrows of a section stand under each other, whatever is before them, and no line is wider than the terminal.
func TestArrowsStandUnderEachOther(t *testing.T) {
	t.Parallel()
	b := &maker{plan.Plan{}}
	for i, label := range []string{"Company", "A custom field with a very long name indeed", "日本語のフィールド", "x"} {
		b.profile(fmt.Sprintf("p%d@example.com", i), field(label, strings.Repeat("long ", 3*i)+"value", "new"), field("capacity", "PT8H", "PT7H30M"))
	}
	for _, width := range []int{0, 80, 160} {
		at := map[int]bool{}
		for _, line := range strings.Split(textOf(&b.Plan, Style{Width: width}, Context{}), "\n") {
			if before, _, found := strings.Cut(line, " → "); found {
				at[columns(before)] = true
			}
			if width > 0 && columns(line) > width {
				t.Errorf("width %d: %d columns: %s", width, columns(line), line)
			}
		}
		if len(at) != 1 {
			t.Errorf("width %d: arrows stand in columns %v", width, at)
		}
	}
}

// A value of thousands of characters is cut at a terminal, with or without a width; plan.json has the whole of it.
func TestLongValues(t *testing.T) {
	t.Parallel()
	b := &maker{plan.Plan{}}
	b.profile("p@example.com", field(strings.Repeat("F", 500), strings.Repeat("B", 3001), strings.Repeat("A", 3001)))
	b.Findings = append(b.Findings, state.Finding{Kind: state.FindingUnknownColumn, Level: state.LevelAttention, Values: []string{strings.Repeat("N", 3001)}, Name: strings.Repeat("N", 3001)})
	for _, width := range []int{0, 80} {
		shown := textOf(&b.Plan, Style{Width: width}, Context{})
		for _, letter := range []string{"F", "B", "A", "N"} {
			if n := strings.Count(shown, letter); n < 20 || n > 2*longestCell {
				t.Errorf("width %d: %d times %s", width, n, letter)
			}
		}
	}
	var whole strings.Builder
	if err := JSON(&whole, &b.Plan, nil, Context{}); err != nil || !strings.Contains(whole.String(), strings.Repeat("B", 3001)) {
		t.Errorf("plan.json has not the whole of it, %v", err)
	}
}

// What many people have in common is one line, in the comment too; the page has them all.
func TestManyAlike(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{}
	for i := range 40 {
		p.Findings = append(p.Findings, state.Finding{
			Kind: state.FindingNotInWorkspace, Level: state.LevelAttention, Name: fmt.Sprintf("new%02d@example.com", i), Cause: state.CauseNew,
			Source: state.Source{File: "users.csv", Line: i + 2},
		})
	}
	p.Findings = append(p.Findings, state.Finding{Kind: state.FindingSelfManager, Level: state.LevelAttention, Name: "own@example.com"})
	const want = "40 people are in users.csv and not in the workspace: invite them in Clockify, or set invite: true (new00@example.com, new01@example.com, new02@example.com and 37 more)"
	for name, page := range map[string]string{"terminal": textOf(p, Style{}, Context{}), "comment": strings.ReplaceAll(Markdown(p, onMerge), "`", "")} {
		if !strings.Contains(page, want) || strings.Contains(page, "new03") || !strings.Contains(page, "own@example.com") {
			t.Errorf("the %s:\n%s", name, page)
		}
	}
	if page := htmlOf(t, p, nil, Verify{}, Context{}); !strings.Contains(page, "new39@example.com") {
		t.Error("the page does not have all of them")
	}
}
