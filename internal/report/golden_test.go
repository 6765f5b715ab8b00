package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
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

// dump writes a document so that a difference can be read: what is empty is left out, and in sentences data stands in
// angle brackets, names in quotes and what others said in curly brackets.
func dump(d *Document) string {
	var b strings.Builder
	dumpValue(&b, "", "", reflect.ValueOf(*d))
	return b.String()
}

func dumpValue(b *strings.Builder, indent, name string, v reflect.Value) {
	line := func(s string) { fmt.Fprintf(b, "%s%s: %s\n", indent, name, s) }
	switch x := v.Interface().(type) {
	case Words:
		if len(x) > 0 {
			line(dumpWords(x))
		}
		return
	case Part:
		if x.Text != "" {
			line(dumpWords(Words{x}))
		}
		return
	case []Part:
		if len(x) > 0 {
			line(dumpWords(commas(x, len(x))))
		}
		return
	case time.Time:
		if !x.IsZero() {
			line(x.Format(time.RFC3339))
		}
		return
	case plan.KindInfo:
		line(string(x.Kind))
		return
	case fmt.Stringer:
		if s := x.String(); s != "" && s != "0s" {
			line(s)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			dumpValue(b, indent, name, v.Elem())
		}
	case reflect.Struct:
		if v.IsZero() {
			return
		}
		if name != "" {
			fmt.Fprintf(b, "%s%s:\n", indent, name)
			indent += "  "
		}
		for i := range v.NumField() {
			dumpValue(b, indent, v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			dumpValue(b, indent, "- "+name, v.Index(i))
		}
	default:
		if !v.IsZero() {
			line(fmt.Sprint(v.Interface()))
		}
	}
}

func dumpWords(w Words) string {
	var b strings.Builder
	for _, p := range w {
		b.WriteString(map[PartKind]string{Ours: "%s", Name: "“%s”", Data: "<%s>", Said: "{%s}"}[p.Kind])
	}
	var args []any
	for _, p := range w {
		args = append(args, text.Sanitize(p.Text))
	}
	return fmt.Sprintf(b.String(), args...)
}

func textOf(p *plan.Plan, style Style, ctx Context) string {
	var out bytes.Buffer
	Text(&out, p, style, ctx)
	return strings.ReplaceAll(out.String(), "\x1b", "␛")
}

// TestDocuments has one document per situation: what people read, before anybody writes it.
func TestDocuments(t *testing.T) {
	t.Parallel()
	invalid := sample()
	invalid.Problems = unsound()
	refused := sample()
	refused.Refusals = []plan.Refusal{{
		Domain: plan.Users, Setting: "guards.min_active_users", Cause: state.CauseGuard, Figures: plan.Figures{Have: 1, Limit: 2, Base: 3, Allow: "1"},
	}}
	refused.Changes = refused.Changes[:13]
	none := &plan.Plan{Calls: plan.Calls{Made: 9}, Subjects: []plan.Subject{{Domain: plan.Users, Workspace: "Acme", People: 1000}}}
	half := sample()
	for i := range half.Changes {
		if half.Changes[i].Origin = plan.FromPullRequest; i%3 == 0 || half.Changes[i].Leaver == "tim.ott@example.com" {
			half.Changes[i].Origin = plan.FromDrift
		}
	}
	redacted, merging := Context{Redact: Mask, HappensOnMerge: onMerge.HappensOnMerge}, onMerge
	merging.Label, merging.Loosened = "People of Acme", []Loosened{{"guards.max_removals", "20%", "100%"}}
	merging.Reviews = Reviews{Needed: 1, From: []string{"rita", "acme/people-ops"}, Counts: []string{"rita", "omar"}, Not: []Reviewer{{"dev", "wrote this pull request"}}}
	cases := []struct {
		name string
		plan *plan.Plan
		ctx  Context
	}{
		{"everything", sample(), Context{}},
		{"redacted", sample(), redacted},
		{"drift", half, merging},
		{"nothing", none, onMerge},
		{"invalid", invalid, onMerge},
		{"refused", refused, onMerge},
		{"guarded", guard(8), Context{}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			golden(t, tc.name+".document", dump(newDocument(tc.plan, nil, Verify{}, tc.ctx, 1000)))
		})
	}
}

// What is asked and not done is no match, though nothing is to change.
func TestVerdictOfWhatIsToBeLookedAt(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{Calls: plan.Calls{Made: 6}, Subjects: []plan.Subject{{Domain: plan.Users, People: 12}}}
	verdict := func() string { return newDocument(p, nil, Verify{}, Context{}, 1000).Verdict.String() }
	note := state.Finding{Kind: state.FindingAbsent, Level: state.LevelNote, Name: "a@example.com"}
	p.Findings = []state.Finding{note}
	if got, want := verdict(), "Clockify already matches users.csv (12 people, 6 calls)."; got != want {
		t.Errorf("with a note: %q, want %q", got, want)
	}
	p.Findings = append(p.Findings, state.Finding{Kind: state.FindingNotInWorkspace, Level: state.LevelAttention, Name: "b@example.com", Cause: state.CauseNew})
	if got, want := verdict(), "Clockify: nothing to change for users.csv (12 people, 6 calls); 1 thing to look at."; got != want {
		t.Errorf("with something to look at: %q, want %q", got, want)
	}
}

// A problem of users.csv stops the people alone, and the document says so.
func TestUnsoundUsers(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{Problems: []state.Problem{{Text: "no email", Users: true}}}
	p.Changes = []plan.Change{
		{Domain: plan.Users, Op: plan.Update, Person: "a@example.com", Ref: plan.Ref{Kind: plan.KindPerson, Name: "a@example.com"}, Do: plan.Person{Email: "a@example.com", Active: true}},
		{Domain: plan.Time, Sync: "acme", Op: plan.Create, Ref: plan.Ref{Kind: plan.KindProject, Name: "Audit"}, Do: plan.Project{Name: "Audit"}},
	}
	told := func() [2]string {
		d := newDocument(p, nil, Verify{}, Context{}, 1000)
		return [2]string{d.Unsound.String(), d.Stands}
	}
	if diff := cmp.Diff([2]string{"No person is changed while there are problems in users.csv.", "1 problem in users.csv, no person will be changed"}, told()); diff != "" {
		t.Errorf("of users.csv (-want +got):\n%s", diff)
	}
	p.Problems[0].Users = false
	if diff := cmp.Diff([2]string{"Nothing is written while there are problems in the input.", "1 problem in the input, nothing will be written"}, told()); diff != "" {
		t.Errorf("of the config (-want +got):\n%s", diff)
	}
}

// A plan that leaves hours out, as its sync accepts, never says that all of them are there.
func TestVerdictOfLeftOut(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{Calls: plan.Calls{Made: 7}, Subjects: []plan.Subject{{Domain: plan.Time, Sync: "acme", Entries: 5}}}
	p.Findings = []state.Finding{
		{Kind: state.FindingNotMirrored, Level: state.LevelAttention, Name: "Website", Cause: state.CauseNeedsTask, Count: 2, Length: 2 * time.Hour, Sync: "acme"},
		{Kind: state.FindingNotMirrored, Level: state.LevelAttention, Name: "Shop", Cause: state.CauseProjectUnknown, Count: 1, Length: 30 * time.Minute, Sync: "acme"},
	}
	verdict := func() string { return newDocument(p, nil, Verify{}, Context{}, 1000).Verdict.String() }
	if got, want := verdict(), "Clockify: nothing to change for 1 time sync (2 of 5 time entries, 7 calls); 2 things to look at; 3 time entries (2h 30m) are left out."; got != want {
		t.Errorf("idle: %q, want %q", got, want)
	}
	p.Changes = []plan.Change{{Domain: plan.Time, Sync: "acme", Op: plan.Create, Ref: plan.Ref{Kind: plan.KindProject, Name: "Audit"}, Do: plan.Project{Name: "Audit"}}}
	if got, want := verdict(), "1 project to change; 3 time entries (2h 30m) are left out"; !strings.HasPrefix(got, want) {
		t.Errorf("with a change: %q, want %q", got, want)
	}
}

// A sync of several people tells hours by person.
func TestHoursByPerson(t *testing.T) {
	t.Parallel()
	b := &maker{plan.Plan{Names: map[string]string{"ann@x.example": "Ann Lee"}, Subjects: []plan.Subject{{Domain: plan.Time, Sync: "acme", Workspace: "Globex"}}}}
	for i, email := range []string{"ann@x.example", "bob@x.example", "ann@x.example"} {
		b.entry(plan.Create, "Website", monday.Add(time.Duration(i)*time.Hour), time.Hour, "work").Person = email
	}
	for name, page := range map[string]string{"comment": Markdown(&b.Plan, Context{}), "terminal": textOf(&b.Plan, Style{}, Context{}), "page": htmlOf(t, &b.Plan, nil, Verify{}, Context{})} {
		ann, bob := strings.Index(page, "Ann Lee"), strings.Index(page, "bob@x.example")
		if ann < 0 || bob < ann || !strings.Contains(page[ann:bob], "2h") {
			t.Errorf("the %s does not tell 2h of Ann before Bob:\n%s", name, page)
		}
	}
	if redacted := Markdown(&b.Plan, Context{Redact: Mask}); strings.Contains(redacted, "Ann Lee") || strings.Contains(redacted, "bob@") {
		t.Errorf("people show:\n%s", redacted)
	}
}

func unsound() []state.Problem {
	return []state.Problem{
		{Source: state.Source{File: "users.csv", Line: 12, Column: 5}, Text: `"37h" is not a number of hours (Weekly Working Hours). Write 37 or 37.5.`},
		{Source: state.Source{File: "users.csv", Line: 19, Column: 1}, Text: "bob.wilson@example.com appears twice, first in line 3."},
		{Source: state.Source{File: "clockify-sync.yaml", Line: 4, Column: 3}, Text: `unknown key "fallback_manger_email"; did you mean fallback_manager_email?`},
	}
}

// TestWriters has what each writer makes of a document.
func TestWriters(t *testing.T) {
	t.Parallel()
	drift := sample()
	for i := range drift.Changes {
		if drift.Changes[i].Origin = plan.FromPullRequest; i%3 == 0 {
			drift.Changes[i].Origin = plan.FromDrift
		}
	}
	golden(t, "comment.md", Markdown(drift, onMerge))
	golden(t, "terminal.txt", textOf(sample(), Style{}, Context{}))
	golden(t, "terminal-80.txt", textOf(sample(), Style{Color: true, Width: 80}, onMerge))
	golden(t, "hostile.md", Markdown(hostilePlan(), onMerge))
	ctx := onMerge
	ctx.AuditDir = "clockify-audit"
	ctx.Facts = []string{"Approved by rita on pull request 12.", "The files are those of commit 4f2d9aa."}
	golden(t, "outcome.md", OutcomeMarkdown(sample(), applied(sample()), Verify{Done: true}, ctx))
	var out bytes.Buffer
	OutcomeText(&out, sample(), applied(sample()), Verify{Done: true}, Style{}, ctx)
	golden(t, "outcome.txt", out.String())
	out.Reset()
	if err := JSON(&out, drift, nil, Context{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "plan.json", out.String())
	out.Reset()
	Problems(&out, unsound(), Style{}, Context{})
	golden(t, "problems.txt", out.String())
	golden(t, "problems.md", ProblemsMarkdown(unsound(), onMerge))
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
	refused.Refusals = []plan.Refusal{{
		Domain: plan.Users, Setting: "guards.max_shrink", Cause: state.CauseGuard, Figures: plan.Figures{Have: 23, Limit: 8, Base: 44, Allow: "53%"},
	}}
	var blocked []plan.Outcome
	for _, c := range refused.Changes {
		o := plan.Outcome{Change: c, Status: plan.Done, Response: "ok", Attempts: 1}
		if refused.Blocked(c) {
			o = plan.Outcome{Change: c, Status: plan.Skipped, Err: "refused: nothing is written"}
		}
		blocked = append(blocked, o)
	}
	kept := applied(routine)
	for i, o := range kept {
		if o.Change.Ref.Kind == plan.KindProfile && o.Change.Op == plan.Delete {
			kept[i].Status, kept[i].Cause, kept[i].HTTPStatus, kept[i].Err = plan.Skipped, plan.ClearingRefused, 400, "the value stays: 400 501 no"
		}
	}
	redacted := onMerge
	redacted.Redact = Mask
	cases := []struct {
		name     string
		plan     *plan.Plan
		outcomes []plan.Outcome
		verify   Verify
		ctx      Context
	}{
		{"outcome-done", routine, applied(routine), Verify{Done: true}, onMerge},
		{"outcome-mixed", p, mixed, Verify{Done: true, Left: left}, onMerge},
		{"outcome-surprise", p, mixed, Verify{Done: true, Left: append(left, surprise)}, redacted},
		{"outcome-early", routine, early, Verify{Skipped: "the run stopped early"}, onMerge},
		{"outcome-kept", routine, kept, Verify{Done: true}, onMerge},
		{"outcome-refused", refused, blocked, Verify{Done: true}, onMerge},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			golden(t, tc.name+".document", dump(newDocument(tc.plan, tc.outcomes, tc.verify, tc.ctx, 0)))
		})
	}
}
