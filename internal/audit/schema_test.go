package audit

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"
	check "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

var update = flag.Bool("update", false, "rewrite docs/run.schema.json")

// TestSchema holds docs/run.schema.json against the type of run.json, and a full and an empty run.json against it.
func TestSchema(t *testing.T) {
	t.Parallel()
	reflector := jsonschema.Reflector{Anonymous: true, DoNotReference: true, AllowAdditionalProperties: false}
	schema := reflector.Reflect(&run{})
	schema.ID = "https://raw.githubusercontent.com/clockify-sync/clockify-sync/main/docs/run.schema.json"
	schema.Title, schema.Description = "run.json", "How a run of clockify-sync ended"
	exit, _ := schema.Properties.Get("exit_code")
	exit.Type, exit.OneOf = "", []*jsonschema.Schema{{Type: "integer"}, {Type: "null"}}
	made, err := json.MarshalIndent(schema, "", "  ")
	must(t, err)
	name := filepath.Join("..", "..", "docs", "run.schema.json")
	if *update {
		must(t, os.WriteFile(name, append(made, '\n'), 0o644))
	}
	text, err := os.ReadFile(name)
	must(t, err)
	if diff := cmp.Diff(string(made)+"\n", string(text)); diff != "" {
		t.Errorf("go test ./internal/audit -update rewrites it (-want +got):\n%s", diff)
	}

	document, err := check.UnmarshalJSON(bytes.NewReader(text))
	must(t, err)
	compiler := check.NewCompiler()
	must(t, compiler.AddResource("run", document))
	compiled, err := compiler.Compile("run")
	must(t, err)
	valid := func(what string, s Summary, killed bool) {
		t.Helper()
		dir := t.TempDir()
		a, err := Open(dir, meta(), "d")
		must(t, err)
		must(t, a.Begin(sample(1)))
		kept := done(sample(5))
		kept.Status, kept.Cause = plan.Skipped, plan.ClearingRefused
		must(t, a.Begin(kept.Change))
		must(t, a.End(kept))
		s.Outcomes = append(s.Outcomes, kept)
		if killed {
			kill(t, a)
			completed(t, dir, a.Folder())
		} else {
			must(t, a.Close(s))
		}
		v, err := check.UnmarshalJSON(bytes.NewReader([]byte(read(t, filepath.Join(dir, a.Folder()), RunFile))))
		must(t, err)
		if err := compiled.Validate(v); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if run := read(t, filepath.Join(dir, a.Folder()), RunFile); !strings.Contains(run, `"outcome_cause": "clearing_refused"`) {
			t.Errorf("%s does not say why a change that was tried is skipped:\n%s", what, run)
		}
	}
	valid("an empty run", Summary{}, false)
	valid("a killed run", Summary{}, true)
	c := sample(2)
	c.Cause, c.Guard, c.Gated, c.Origin = "no_manager", plan.MaxRemovals, true, plan.FromDrift
	valid("a full run", Summary{
		Outcomes: []plan.Outcome{done(sample(1)), {Change: c, Status: plan.Withheld, Err: "needs approval"}},
		Left:     []plan.Change{c}, Errors: []string{"x"}, Refusals: []string{"y"}, LookedAt: []string{"everything"}, LeftOut: []string{"users"}, VerifyErr: "z",
	}, false)
	if compiled.Validate(map[string]any{"version": 1}) == nil {
		t.Error("the schema takes anything")
	}
}
