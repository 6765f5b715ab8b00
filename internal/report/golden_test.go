package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	problems := []state.Problem{
		{Source: state.Source{File: "users.csv", Line: 12, Column: 5}, Text: `"37h" is not a number of hours (Weekly Working Hours). Write 37 or 37.5.`},
		{Source: state.Source{File: "users.csv", Line: 19, Column: 1}, Text: "bob.wilson@example.com appears twice, first in line 3."},
		{Source: state.Source{File: "clockify-sync.yaml", Line: 4, Column: 3}, Text: `unknown key "fallback_manger_email"; did you mean fallback_manager_email?`},
	}
	invalid := sample()
	invalid.Problems = problems
	refused := sample()
	refused.Refusals = []plan.Refusal{{Domain: plan.Users, Setting: "guards.min_active_users", Text: "2 deactivations would leave 1 active person. If that is meant, lower guards.min_active_users."}}
	refused.Changes = refused.Changes[:13]
	none := &plan.Plan{Calls: plan.Calls{Made: 9}, Subjects: []plan.Subject{{Domain: plan.Users, Workspace: "Acme", People: 1000}}}
	small := &builder{plan.Plan{Names: sample().Names, Subjects: []plan.Subject{{Domain: plan.Users, Workspace: "Acme", People: 12}}}}
	small.profile("bob.wilson@example.com", field("capacity", "PT8H", "PT7H30M"))
	large, guarded := crowd(5000, 0), guard(40)
	cases := []struct {
		name string
		plan *plan.Plan
		ctx  Context
	}{
		{"everything", sample(), onMerge},
		{"schedule", sample(), Context{}},
		{"redacted", sample(), Context{Redact: Mask, HappensOnMerge: onMerge.HappensOnMerge}},
		{"nothing", none, onMerge},
		{"small", &small.Plan, Context{}},
		{"invalid", invalid, onMerge},
		{"refused", refused, onMerge},
		{"hostile", hostilePlan(), onMerge},
		{"guarded", guarded, onMerge},
		{"large", large, onMerge},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			golden(t, tc.name+".md", Markdown(tc.plan, tc.ctx))
			if tc.name == "large" {
				return
			}
			var text bytes.Buffer
			Text(&text, tc.plan, Style{}, tc.ctx)
			golden(t, tc.name+".txt", text.String())
		})
	}
	t.Run("colour", func(t *testing.T) {
		t.Parallel()
		var text bytes.Buffer
		Text(&text, sample(), Style{Color: true, Width: 72}, onMerge)
		golden(t, "colour.txt", strings.ReplaceAll(text.String(), "\x1b", "␛"))
	})
	t.Run("json", func(t *testing.T) {
		t.Parallel()
		var text bytes.Buffer
		if err := JSON(&text, &small.Plan, Context{}); err != nil {
			t.Fatal(err)
		}
		golden(t, "small.json", text.String())
	})
	t.Run("problems", func(t *testing.T) {
		t.Parallel()
		var text bytes.Buffer
		Problems(&text, problems, Style{}, Context{})
		golden(t, "problems.txt", text.String())
		golden(t, "problems.md", ProblemsMarkdown(problems, onMerge))
	})
}

// applied is how an apply of the sample went: two changes failed, one was skipped, the gated ones wait.
func applied(p *plan.Plan) []plan.Outcome {
	var outcomes []plan.Outcome
	for i, c := range p.Changes {
		o := plan.Outcome{Change: c, Status: plan.Done, Response: "200", Attempts: 1, Started: monday, Duration: 90 * time.Millisecond}
		switch {
		case c.Gated:
			o = plan.Outcome{Change: c, Status: plan.Withheld}
		case i == 7:
			o.Status, o.Err, o.Response = plan.Failed, "403 501 the key may not change roles here", "403 501"
		case i == 8:
			o.Status, o.Err, o.Response, o.Attempts = plan.Failed, "read the answer: connection reset by peer", "", 3
		case i == 9:
			o = plan.Outcome{Change: c, Status: plan.Skipped, Err: "its manager failed"}
		}
		outcomes = append(outcomes, o)
	}
	return outcomes
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	p := sample()
	mixed := applied(p)
	var left []plan.Change
	for _, o := range mixed {
		if o.Status != plan.Done {
			left = append(left, o.Change)
		}
	}
	surprise := change(plan.Update, plan.KindProfile, "zoe@example.com", field("capacity", "PT8H", "PT4H"))
	surprise.ID, surprise.Person = "ffff", "zoe@example.com"
	routine := &plan.Plan{Changes: p.Changes[:6], Names: p.Names}
	early := applied(routine)
	for i := 2; i < len(early); i++ {
		early[i] = plan.Outcome{Change: early[i].Change, Status: plan.NotTried}
	}
	refused := sample()
	refused.Refusals = []plan.Refusal{{Domain: plan.Users, Setting: "guards.max_shrink", Text: "users.csv has 21 people and the workspace 44 active ones."}}
	var blocked []plan.Outcome
	for _, c := range refused.Changes {
		o := plan.Outcome{Change: c, Status: plan.Done, Response: "ok", Attempts: 1}
		if refused.Blocked(c) {
			o = plan.Outcome{Change: c, Status: plan.Skipped, Err: "refused: nothing is written"}
		}
		blocked = append(blocked, o)
	}
	ctx := onMerge
	ctx.AuditDir = "clockify-audit"
	redacted := ctx
	redacted.Redact = Mask
	cases := []struct {
		name     string
		plan     *plan.Plan
		outcomes []plan.Outcome
		verify   Verify
		ctx      Context
	}{
		{"outcome-done", routine, applied(routine), Verify{Done: true}, ctx},
		{"outcome-mixed", p, mixed, Verify{Done: true, Left: left}, ctx},
		{"outcome-surprise", p, mixed, Verify{Done: true, Left: append(left, surprise)}, redacted},
		{"outcome-early", routine, early, Verify{Skipped: "the run stopped early"}, ctx},
		{"outcome-refused", refused, blocked, Verify{Done: true}, ctx},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			golden(t, tc.name+".md", OutcomeMarkdown(tc.plan, tc.outcomes, tc.verify, tc.ctx))
			var text bytes.Buffer
			OutcomeText(&text, tc.plan, tc.outcomes, tc.verify, Style{}, tc.ctx)
			golden(t, tc.name+".txt", text.String())
		})
	}
}
