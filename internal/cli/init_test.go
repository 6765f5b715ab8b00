package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// TestWorkflowsAreTheTemplates keeps the workflows that init writes equal to those that are there to be copied.
func TestWorkflowsAreTheTemplates(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"pull-request", "apply-environment", "apply-reviews", "schedule"} {
		name = "clockify-" + name + ".yml"
		want, err := os.ReadFile(filepath.Join("../../.github/workflow-templates", name))
		if err != nil {
			t.Fatal(err)
		}
		mine := filepath.Join("workflows", name)
		got, err := os.ReadFile(mine)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			if !*update {
				t.Errorf("%s (-template +here), go test ./internal/cli -run TestWorkflowsAreTheTemplates -update copies it:\n%s", name, diff)
			} else if err := os.WriteFile(mine, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestWorkflowsAreSound reads what init makes of the templates for every kind of repository.
func TestWorkflowsAreSound(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{kindPrivate, kindPublic, kindEnterprise} {
		for _, syncs := range []string{syncUsers, syncTime, syncBoth} {
			made, err := outline{kind: kind, syncs: syncs}.workflows()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range made {
				var flow struct {
					Name string
					On   map[string]any
					Jobs map[string]struct {
						If    string
						Steps []map[string]any
					}
				}
				if err := yaml.Unmarshal(f.data, &flow); err != nil || flow.Name == "" || len(flow.On) == 0 || len(flow.Jobs) == 0 {
					t.Errorf("%s %s %s: %v\n%s", kind, syncs, f.name, err, f.data)
				}
				if strings.Contains(string(f.data), "\n          ACME_TOKEN") {
					t.Errorf("%s hands on a secret that nobody has", f.name)
				}
				want := map[string]string{syncUsers: "drift", syncTime: "time"}[syncs]
				if job, ok := flow.Jobs[want]; strings.Contains(f.name, "schedule") && want != "" && (!ok || len(flow.Jobs) != 1 || job.If != "" || len(job.Steps) < 2) {
					t.Errorf("%s %s: jobs %v\n%s", kind, syncs, flow.Jobs, f.data)
				}
			}
		}
	}
}

// TestInitAsks answers what the flags leave open.
func TestInitAsks(t *testing.T) {
	d := guided(t, twoWorkspaces(), []string{guidedKey}, "1", "1", "rita", "y", "2")
	code, text := d.run(t, "init")
	if code != ExitDone {
		t.Errorf("exit code %d: %s", code, text)
	}
	wantText(t, text, "Which repository will this be?", "What is to be kept in step?", "Beta (", "written  users.csv")
	wantText(t, d.read(t, "clockify-sync.yaml"), `reviewers: ["rita"]`, "id: ")
	wantText(t, d.read(t, "users.csv"), "bob@example.com")
	// Nobody answers: nothing is written.
	d = guided(t, twoWorkspaces(), nil, "1")
	if code, text := d.run(t, "init"); code == ExitDone || d.read(t, ".gitignore") != "" {
		t.Errorf("exit code %d: %s", code, text)
	}
}
