package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Whatever is said of what needs approval counts the same things, at a terminal as on the pages.
func TestOneCountOfWhatNeedsApproval(t *testing.T) {
	t.Parallel()
	one := &maker{plan.Plan{Subjects: []plan.Subject{{Domain: plan.Users, Workspace: "Acme"}}}}
	one.leaver("tim.ott@example.com", nil)
	for name, tc := range map[string]struct {
		plan       *plan.Plan
		need, note string
	}{
		"one deactivation":  {&one.Plan, "1 deactivation needs approval", "without the one that needs approval"},
		"changes of a kind": {guard(8), "10 changes over a limit need approval", "without the 10 that need approval"},
		"several sorts":     {sample(), "2 deactivations, 1 group deletion and 1 time entry deletion need approval", "without the 4 that need approval"},
	} {
		terminal := textOf(tc.plan, Style{}, Context{})
		for writer, page := range map[string]string{"terminal": terminal, "comment": Markdown(tc.plan, Context{}), "page": htmlOf(t, tc.plan, nil, Verify{}, Context{})} {
			if !strings.Contains(page, tc.need) {
				t.Errorf("%s: the %s does not say that %s:\n%s", name, writer, tc.need, page)
			}
		}
		if !strings.Contains(terminal, tc.note) {
			t.Errorf("%s: what is next is not %q:\n%s", name, tc.note, terminal)
		}
	}
}

// What still waits is counted as what needs approval is.
func TestOneCountOfWhatStillWaits(t *testing.T) {
	t.Parallel()
	p := guard(8)
	for i := range p.Changes {
		p.Changes[i].Origin = plan.FromDrift
	}
	body := Markdown(p, onMerge)
	for _, want := range []string{"10 changes over a limit need approval", "Of what needs approval, 10 items are still waiting from before."} {
		if !strings.Contains(body, want) {
			t.Errorf("the comment does not say that %s:\n%s", want, body)
		}
	}
}

// Every kind is told by its own name and number, tags and tasks too, by every writer.
func TestOneCountByKind(t *testing.T) {
	t.Parallel()
	p := sample()
	comment, page := Markdown(p, Context{}), htmlOf(t, p, nil, Verify{}, Context{})
	var data bytes.Buffer
	if err := JSON(&data, p, nil, Context{}); err != nil {
		t.Fatal(err)
	}
	all := 0
	for _, c := range newDocument(p, nil, Verify{}, Context{}, 1000).Counts {
		n := c.Add + c.Change + c.Remove + c.Gated
		all += n
		kind := text.Upper(c.Kind.Many)
		sync := ""
		if c.Sync != "" {
			sync = " `" + c.Sync + "`"
		}
		row := fmt.Sprintf("| %s%s | %s | %s | %s | %s |", kind, sync, number(c.Add), number(c.Change), number(c.Remove), number(c.Gated))
		if !strings.Contains(comment, row) {
			t.Errorf("the comment has no row %s", row)
		}
		if !strings.Contains(page, `<th scope="row">`+kind) {
			t.Errorf("the page has no row of %s", kind)
		}
		if got := strings.Count(data.String(), fmt.Sprintf(`"kind":"%s","workspace"`, c.Kind.Kind)); got != n {
			t.Errorf("plan.json has %d %s, the document %d", got, c.Kind.Many, n)
		}
	}
	for _, row := range []string{"tag</b> <s>–</s> <span>→</span> <ins>new</ins>", "task</b> <s>–</s> <span>→</span> <ins>new</ins>"} {
		if !strings.Contains(page, row) {
			t.Errorf("the page's list has no %s", row)
		}
	}
	if want := fmt.Sprintf(`aria-live="polite">%d changes`, all); !strings.Contains(page, want) {
		t.Errorf("the page's list does not count %d changes", all)
	}
}

// Where not everything is shown, it is said where all of it is: in a file only where one was written.
func TestWhereAllOfItIs(t *testing.T) {
	t.Parallel()
	p := crowd(mostInPage+10, 0)
	for _, tc := range []struct {
		ctx  Context
		want string
	}{
		{Context{Flags: " --only users"}, "clockify-sync plan --only users --format json prints all of it"},
		{Context{PlanFile: "out/plan.json"}, "all of it is in out/plan.json"},
	} {
		for writer, page := range map[string]string{"terminal": textOf(p, Style{}, tc.ctx), "page": htmlOf(t, p, nil, Verify{}, tc.ctx)} {
			if !strings.Contains(page, tc.want) {
				t.Errorf("the %s does not say that %s", writer, tc.want)
			}
		}
	}
}

// TestLimitIsToldOnce: the figures of a limit that many deactivations are over stand beside the first of them.
func TestLimitIsToldOnce(t *testing.T) {
	t.Parallel()
	m := &maker{plan.Plan{Subjects: []plan.Subject{{Domain: plan.Users, Workspace: "Acme"}}}}
	for _, who := range []string{"cid@example.com", "ann@example.com", "bob@example.com"} {
		m.leaver(who, nil)
	}
	for i := range m.Changes {
		m.Changes[i].Guard = plan.MaxDeactivations
	}
	page := Markdown(&m.Plan, Context{})
	if n := strings.Count(page, "guards.max_deactivations"); n != 1 {
		t.Errorf("the limit is told %d times:\n%s", n, page)
	}
	if n := strings.Count(page, "over the limit"); n != 2 {
		t.Errorf("%d others are over the limit:\n%s", n, page)
	}
}
