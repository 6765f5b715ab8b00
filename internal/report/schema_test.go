package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	difference "github.com/google/go-cmp/cmp"
	schema "github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// planSchema is the schema of plan.json, for people who read it by programs.
const planSchema = "../../docs/plan.schema.json"

// words of a closed list.
func words[T ~string](list []T) []any {
	var out []any
	for _, w := range list {
		out = append(out, string(w))
	}
	return out
}

// describe puts what stands behind each field that is written into the schema.
func describe(t *testing.T, s *schema.Schema) {
	t.Helper()
	of := map[string]*schema.Schema{"jsonPlan": s, "Ref": s.Definitions["change"], "Figures": s.Definitions["refusal"]}
	for _, file := range []string{"json.go", "../plan/change.go", "../plan/plan.go", "../plan/state/finding.go"} {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			fields, ok := spec.Type.(*ast.StructType)
			definition := cmp.Or(of[spec.Name.Name], s.Definitions[strings.ToLower(strings.TrimPrefix(spec.Name.Name, "json"))])
			if !ok || definition == nil {
				return true
			}
			for _, f := range fields.Fields.List {
				if f.Tag == nil || f.Comment == nil {
					continue
				}
				key, _, _ := strings.Cut(strings.Split(f.Tag.Value, `"`)[1], ",")
				if property, ok := definition.Properties.Get(key); ok {
					property.Description = strings.TrimSpace(f.Comment.Text())
				}
			}
			return true
		})
	}
}

// schemaOf makes the schema from the types that are written.
func schemaOf(t *testing.T) []byte {
	t.Helper()
	r := &schema.Reflector{Anonymous: true, ExpandedStruct: true, AllowAdditionalProperties: true, Namer: func(t reflect.Type) string {
		return strings.ToLower(strings.TrimPrefix(t.Name(), "json"))
	}}
	s := r.Reflect(&jsonPlan{})
	describe(t, s)
	s.ID, s.Title, s.Description = "", "plan.json of clockify-sync", "A plan: what a run would change, and after an apply how that ended. See docs/json.md."
	enum := func(of *schema.Schema, key string, values []any) {
		property, ok := of.Properties.Get(key)
		if !ok {
			t.Fatalf("there is no key %s", key)
		}
		property.Enum = values
	}
	version, _ := s.Properties.Get("version")
	version.Const = jsonVersion
	var kinds []plan.Kind
	for _, k := range plan.Kinds {
		kinds = append(kinds, k.Kind)
	}
	domains := words([]plan.Domain{plan.Users, plan.Time})
	causes := words(slices.Sorted(maps.Keys(causeWords)))
	change, finding, refusal := s.Definitions["change"], s.Definitions["finding"], s.Definitions["refusal"]
	enum(change, "domain", domains)
	enum(change, "phase", words(plan.Phases))
	enum(change, "op", words([]plan.Op{plan.Create, plan.Update, plan.Delete}))
	enum(change, "kind", words(kinds))
	enum(change, "guard", words(slices.Sorted(maps.Keys(guardWords))))
	enum(change, "cause", causes)
	enum(change, "origin", words([]plan.Origin{plan.FromPullRequest, plan.FromDrift, plan.FromUnknown}))
	enum(change, "status", words([]plan.Status{plan.Done, plan.Failed, plan.Skipped, plan.Withheld, plan.NotTried, plan.Unknown}))
	enum(finding, "kind", words(slices.Sorted(maps.Keys(findingWords))))
	enum(finding, "level", words([]state.Level{state.LevelProblem, state.LevelAttention, state.LevelNote}))
	enum(finding, "cause", causes)
	enum(refusal, "domain", domains)
	enum(refusal, "cause", causes)
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

func TestSchema(t *testing.T) {
	t.Parallel()
	got := schemaOf(t)
	if *update {
		if err := os.WriteFile(planSchema, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(planSchema)
	if err != nil {
		t.Fatal(err)
	}
	if diff := difference.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/plan.schema.json is not what is written; run with -update (-want +got):\n%s", diff)
	}
	parsed, err := validator.UnmarshalJSON(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	if err := c.AddResource("plan.schema.json", parsed); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("plan.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	check := func(name, text string) error {
		document, err := validator.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return compiled.Validate(document)
	}
	refused := sample()
	refused.Refusals = []plan.Refusal{{Domain: plan.Users, Setting: "guards.max_shrink", Cause: state.CauseGuard, Figures: plan.Figures{Have: 1, Limit: 2, Base: 3, Allow: "4"}}}
	refused.Problems = unsound()
	plans := map[string]*plan.Plan{"sample": sample(), "refused": refused, "guarded": guard(8), "empty": {}, "crowd": crowd(5, 2)}
	for name, p := range plans {
		var out bytes.Buffer
		if err := JSON(&out, p, applied(p), Context{RatePerSecond: 10}); err != nil {
			t.Fatal(err)
		}
		if err := check(name, out.String()); err != nil {
			t.Errorf("%s with outcomes: %v", name, err)
		}
		out.Reset()
		if err := JSON(&out, p, nil, Context{Redact: Mask}); err != nil {
			t.Fatal(err)
		}
		if err := check(name, out.String()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var out bytes.Buffer
	if err := JSON(&out, sample(), nil, Context{}); err != nil {
		t.Fatal(err)
	}
	for _, spoilt := range [][2]string{{`"version": 2`, `"version": 3`}, {`"kind":"group"`, `"kind":"crowd"`}, {`"gated":true`, `"gated":"yes"`}, {`"digest"`, `"digests"`}, {`"cause":"absent"`, `"cause":"whim"`}} {
		text := strings.Replace(out.String(), spoilt[0], spoilt[1], 1)
		if text == out.String() || check(spoilt[1], text) == nil {
			t.Errorf("a plan with %s passes", spoilt[1])
		}
	}
}

// After an apply every change says how it ended, the ids and digests stay.
func TestOutcomeJSON(t *testing.T) {
	t.Parallel()
	p := sample()
	outcomes := applied(p)
	outcomes[0].HTTPStatus = 201
	var out bytes.Buffer
	if err := JSON(&out, p, outcomes, Context{}); err != nil {
		t.Fatal(err)
	}
	var got jsonPlan
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Digest != p.Digest() || len(got.Changes) != len(p.Changes) {
		t.Errorf("digest %s of %d changes, want %s of %d", got.Digest, len(got.Changes), p.Digest(), len(p.Changes))
	}
	if c := got.Changes[0]; c.Status != "done" || c.HTTPStatus != 201 || c.Error != "" {
		t.Errorf("the first: %+v", c)
	}
	if c := got.Changes[7]; c.Status != "failed" || !strings.Contains(c.Error, "403") {
		t.Errorf("the failed one: %+v", c)
	}
	if c := got.Changes[len(got.Changes)-1]; c.Status != "withheld" {
		t.Errorf("the last: %+v", c)
	}
}

// A plan that is refused shows nothing to approve.
func TestRefusedHasNoDigest(t *testing.T) {
	t.Parallel()
	p := sample()
	p.Refusals = []plan.Refusal{{Domain: plan.Users, Setting: "guards.min_known", Cause: state.CauseGuard}}
	var out bytes.Buffer
	if err := JSON(&out, p, nil, Context{}); err != nil {
		t.Fatal(err)
	}
	Text(&out, p, Style{}, Context{})
	all := out.String() + Markdown(p, onMerge) + htmlOf(t, p, nil, Verify{}, Context{})
	if strings.Contains(all, p.ApprovalDigest()[:16]) {
		t.Error("the approval digest of a refused plan is shown")
	}
}

// TestDocs keeps the closed lists of docs/json.md.
func TestDocs(t *testing.T) {
	t.Parallel()
	const file, from = "../../docs/json.md", "<!-- made by TestDocs"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(text, []byte(from))
	if at < 0 {
		t.Fatalf("%s has no line %q", file, from)
	}
	head, _, _ := bytes.Cut(text[at:], []byte("\n"))
	var b strings.Builder
	b.Write(text[:at])
	b.Write(head)
	b.WriteString("\n\n## Causes\n\nWhat stands in braces is filled in.\n\n| cause | in words |\n|---|---|\n")
	for _, c := range slices.Sorted(maps.Keys(causeWords)) {
		b.WriteString("| `" + string(c) + "` | " + plainPattern(causeWords[c].one) + " |\n")
	}
	b.WriteString("\n## Findings\n\n| kind | in words |\n|---|---|\n")
	for _, k := range slices.Sorted(maps.Keys(findingWords)) {
		b.WriteString("| `" + k + "` | " + plainPattern(findingWords[k].one) + " |\n")
		for _, c := range slices.Sorted(maps.Keys(findingBecause[k])) {
			b.WriteString("| `" + k + "`, `" + string(c) + "` | " + plainPattern(findingBecause[k][c]) + " |\n")
		}
	}
	b.WriteString("\n## Guards\n\n| guard | where it is exceeded |\n|---|---|\n")
	for _, g := range slices.Sorted(maps.Keys(guardWords)) {
		b.WriteString("| `" + string(g) + "` | " + plainPattern(guardWords[g].over) + " |\n")
	}
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := difference.Diff(string(text), b.String()); diff != "" {
		t.Errorf("docs/json.md does not list what there is; run with -update (-want +got):\n%s", diff)
	}
}

// plainPattern is a pattern as a page shows it.
func plainPattern(p pattern) string {
	return strings.NewReplacer("[", "", "]", "", "<", "&lt;", ">", "&gt;", "|", "/").Replace(string(p))
}
