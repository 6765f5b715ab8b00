package action_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestActionFile wants what a container action needs. Its inputs are the table of settings' (internal/config); that every
// output is there and set is checked after every run of the other tests.
func TestActionFile(t *testing.T) {
	t.Parallel()
	action := actionFile(t)
	for name, input := range action.Inputs {
		if input.Default != "" && name != "github-token" {
			t.Errorf("input %s has a default in action.yml: the config file could not say otherwise", name)
		}
		if input.Description == "" || input.Required {
			t.Errorf("input %s: description %q, required %t", name, input.Description, input.Required)
		}
	}
	if got := action.Inputs["github-token"].Default; got != "${{ github.token }}" {
		t.Errorf("github-token defaults to %q: a container action gets no token otherwise", got)
	}
	if action.Runs.Using != "docker" || !regexp.MustCompile(`^(Dockerfile|docker://\S+@sha256:[0-9a-f]{64})$`).MatchString(action.Runs.Image) {
		t.Errorf("runs: %+v", action.Runs)
	}
}

// TestActionDocs keeps the outputs of docs/action.md as action.yml says; -update writes them.
func TestActionDocs(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "action.md")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	action := actionFile(t)
	source, err := os.ReadFile(filepath.Join("..", "..", "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	// In the order of the file, which a map does not keep.
	at := func(name string) int { return strings.Index(string(source), "\n  "+name+":\n") }
	order := func(names []string) []string {
		slices.SortFunc(names, func(a, b string) int { return at(a) - at(b) })
		return names
	}
	cell := strings.NewReplacer("|", `\|`, "\n", " ")
	outputs := "| output | |\n|---|---|\n"
	// audit-dir is an input too: outputs are looked for after them.
	source = source[strings.Index(string(source), "\noutputs:"):]
	for _, name := range order(slices.Collect(maps.Keys(action.Outputs))) {
		outputs += fmt.Sprintf("| `%s` | %s |\n", name, cell.Replace(action.Outputs[name].Description))
	}
	head, rest, begins := strings.Cut(string(data), "<!-- outputs -->\n")
	_, tail, ends := strings.Cut(rest, "<!-- /outputs -->")
	if !begins || !ends {
		t.Fatal("docs/action.md has no place for the outputs")
	}
	want := head + "<!-- outputs -->\n\n" + outputs + "\n<!-- /outputs -->" + tail
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Errorf("%s is not what action.yml says; go test ./internal/action -run TestActionDocs -update writes it (-want +got):\n%s", path, diff)
	}
}
