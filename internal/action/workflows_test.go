package action_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	gocmp "github.com/google/go-cmp/cmp"
)

// workflow is the part of a workflow file that is held against the house's rules.
type workflow struct {
	Permissions map[string]string
	Concurrency struct {
		Group  string
		Cancel any `yaml:"cancel-in-progress"`
	}
	On   map[string]any
	Jobs map[string]struct {
		If          string
		Needs       any
		Environment string
		Timeout     int `yaml:"timeout-minutes"`
		Permissions map[string]string
		Concurrency struct {
			Group  string
			Cancel any `yaml:"cancel-in-progress"`
		}
		Steps []struct {
			Uses string
			If   string
			With map[string]any
		}
	}
}

var pinned = regexp.MustCompile(`^[\w.-]+(/[\w.-]+)+@[0-9a-f]{40}$`)

// TestWorkflows holds the workflows of this repository and the templates against the rules of hardening.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	inputs := actionFile(t).Inputs
	var files []string
	for _, folder := range []string{"workflows", "workflow-templates"} {
		found, err := filepath.Glob(filepath.Join("..", "..", ".github", folder, "*.yml"))
		if err != nil || len(found) == 0 {
			t.Fatalf("no workflows in %s: %v", folder, err)
		}
		files = append(files, found...)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var w workflow
		if err := yaml.Unmarshal(data, &w); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		template := strings.Contains(path, "workflow-templates")
		if template {
			if _, err := os.Stat(strings.TrimSuffix(path, ".yml") + ".properties.json"); err != nil {
				t.Error(err)
			}
		}
		if len(w.Permissions) > 0 || !strings.Contains(string(data), "\npermissions: {}\n") {
			t.Errorf("%s: the workflow itself has permissions", path)
		}
		for name, job := range w.Jobs {
			at := fmt.Sprintf("%s: job %s", filepath.Base(path), name)
			if template && w.On["pull_request"] != nil {
				want := map[string]any{"types": []any{"opened", "synchronize", "reopened", "edited"}}
				if diff := gocmp.Diff(want, w.On["pull_request"]); diff != "" || w.On["pull_request_review"] == nil || job.Permissions["statuses"] != "write" {
					t.Errorf("%s does not follow a pull request and its reviews: %s", at, diff)
				}
			}
			if job.Timeout == 0 || job.Permissions == nil {
				t.Errorf("%s has no timeout-minutes or no permissions", at)
			}
			tip := false // the branch as it is now, not as it was when the run was first started
			for _, step := range job.Steps {
				tip = tip || strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["ref"] == "${{ github.ref_name }}"
				ours := strings.HasPrefix(step.Uses, "clockify-sync/clockify-sync@") || step.Uses == "./"
				switch {
				case step.Uses == "":
					continue
				case step.Uses != "./" && !pinned.MatchString(step.Uses):
					t.Errorf("%s uses %s, which is not pinned by a commit", at, step.Uses)
				case strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != false:
					t.Errorf("%s leaves credentials in the checkout", at)
				case strings.HasPrefix(step.Uses, "actions/upload-artifact@") && (step.If != "always()" || !strings.Contains(fmt.Sprint(step.With["name"]), "${{ github.run_id }}-${{ github.run_attempt }}")):
					t.Errorf("%s uploads %v if %q", at, step.With["name"], step.If)
				case ours:
					for input := range step.With {
						if _, ok := inputs[input]; !ok {
							t.Errorf("%s gives the action an input %s, which it has not", at, input)
						}
					}
					if template {
						r := writing{at: at, only: fmt.Sprint(step.With["only"]), group: cmp.Or(job.Concurrency.Group, w.Concurrency.Group), tip: tip}
						r.cancels = job.Concurrency.Cancel == true || w.Concurrency.Cancel == true
						_, r.pushed = w.On["push"]
						r.onDefault = job.If == onDefaultBranch || job.If == "" && needed(w, name)
						r.command, r.environment = fmt.Sprint(step.With["command"]), job.Environment
						r.check(t)
					}
				}
			}
		}
	}
}

// TestBaseImage: the image is built on nothing whose content could change, with the Go that the code is tested with.
func TestBaseImage(t *testing.T) {
	t.Parallel()
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	version := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(read("go.mod"))
	stages, foreign := map[string]bool{"scratch": true}, 0
	for _, m := range regexp.MustCompile(`(?m)^FROM (\S+)(?: AS (\S+))?$`).FindAllStringSubmatch(read("Dockerfile"), -1) {
		if image := m[1]; !stages[image] {
			foreign++
			if !regexp.MustCompile(`^golang:` + version[1] + `-alpine@sha256:[0-9a-f]{64}$`).MatchString(image) {
				t.Errorf("FROM %s: want Go %s, by its digest", image, version[1])
			}
		}
		stages[m[2]] = true
	}
	if foreign != 1 {
		t.Errorf("%d images of others, want Go's alone", foreign)
	}
	if !strings.Contains(read(".github/dependabot.yml"), "package-ecosystem: docker") {
		t.Error("nobody moves the digest")
	}
}

// onDefaultBranch is the condition of a job that applies what was pushed, whatever the branch is called.
const onDefaultBranch = "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)"

// needed reports whether a job runs after another one of its workflow.
func needed(w workflow, name string) bool { return w.Jobs[name].Needs != nil }

// writing is a step of a template that may write, and what keeps it safe as it was copied.
type writing struct {
	at, command, only, group, environment string
	tip, cancels, pushed, onDefault       bool
}

func (r writing) check(t *testing.T) {
	t.Helper()
	if r.only != "users" && r.only != "time" && r.only != "${{ matrix.only }}" {
		t.Errorf("%s does not say only: users or time", r.at)
	}
	if r.command != "apply" {
		return
	}
	want := map[string]string{"users": "clockify-users"}[r.only]
	if want == "" {
		want = "clockify-time"
	}
	if r.group != want || r.cancels {
		t.Errorf("%s writes in the group %q, want %q, and may be cancelled: %t", r.at, r.group, want, r.cancels)
	}
	if !r.tip {
		t.Errorf("%s applies and, when it is run again later, applies old files", r.at)
	}
	if r.pushed && !r.onDefault {
		t.Errorf("%s applies other branches than the default one", r.at)
	}
	if r.environment != "" {
		t.Errorf("%s waits for a person in the group of those who write", r.at)
	}
}
