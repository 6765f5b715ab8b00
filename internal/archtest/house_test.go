package archtest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// rules is every rule of the house.
var rules = map[string]func(*tree) []string{
	"floors": checkFloors,
	"pure":   checkPure,
	"edge":   checkEdge,
	"state":  checkState,
	"names":  checkNames,
	"keys":   checkKeys,
}

// TestHouse holds this module against every rule.
func TestHouse(t *testing.T) {
	t.Parallel()
	house, err := load(os.DirFS(moduleRoot(t)))
	if err != nil {
		t.Fatal(err)
	}
	if len(house.files) == 0 {
		t.Fatal("no Go file found")
	}
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, finding := range rule(house) {
				t.Error(finding)
			}
		})
	}
}

// moduleRoot is the nearest folder above with a go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		switch {
		case err == nil:
			return dir
		case !errors.Is(err, fs.ErrNotExist):
			t.Fatal(err)
		case dir == filepath.Dir(dir):
			t.Fatal("no go.mod above this package")
		}
		dir = filepath.Dir(dir)
	}
}

// TestRules shows each rule a small module that breaks it, and one that stands
// close by and does not: a rule that cannot fail is no rule.
func TestRules(t *testing.T) {
	t.Parallel()
	const ours = `"` + modulePath + `/internal/`
	cases := []struct {
		name string
		rule string
		path string
		src  string
		want string // part of the only finding; "" for none
	}{
		{"plan reads its nouns", "floors", "internal/plan/a.go", "package plan\nimport _ " + ours + `plan/state"`, ""},
		{"text reads plan", "floors", "internal/text/a.go", "package text\nimport _ " + ours + `plan"`, "a.go:2: text may not import plan"},
		{"siblings", "floors", "internal/report/a.go", "package report\nimport _ " + ours + `spec"`, "report may not import spec"},
		{"siblings in a test", "floors", "internal/report/a_test.go", "package report\nimport _ " + ours + `spec"`, "report may not import spec"},
		{"clockify knows nobody", "floors", "internal/clockify/a.go", "package clockify\nimport _ " + ours + `plan/state"`, "clockify may not import plan"},
		{"github knows no plan", "floors", "internal/github/a.go", "package github\nimport _ " + ours + `plan"`, "github may not import plan"},
		{"a folder inside a room is of the room", "floors", "internal/spec/deep/a.go", "package deep\nimport _ " + ours + `clockify"`, "spec may not import clockify"},
		{"a folder inside another room", "floors", "internal/spec/a.go", "package spec\nimport _ " + ours + `github/inner"`, "spec may not import github"},
		{"nobody imports cli", "floors", "internal/apply/a.go", "package apply\nimport _ " + ours + `cli"`, "apply may not import cli"},
		{"cmd imports cli alone", "floors", "cmd/x/main.go", "package main\nimport _ " + ours + `plan"`, "cmd may not import plan"},
		{"sandbox in a test of provider", "floors", "internal/provider/a_test.go", "package provider\nimport _ " + ours + `sandbox"`, ""},
		{"sandbox in provider", "floors", "internal/provider/a.go", "package provider\nimport _ " + ours + `sandbox"`, "provider may not import sandbox"},
		{"outside module of the room", "floors", "internal/spec/a.go", "package spec\nimport _ \"github.com/goccy/go-yaml/ast\"", ""},
		{"outside module of another room", "floors", "internal/plan/a.go", "package plan\nimport _ \"github.com/jszwec/csvutil\"", "plan may not use github.com/jszwec/csvutil"},
		{"a module whose name only begins alike", "floors", "internal/spec/a.go", "package spec\nimport _ \"github.com/goccy/go-yaml2\"", "spec may not use"},
		{"cmp in a test", "floors", "internal/plan/a_test.go", "package plan\nimport _ \"github.com/google/go-cmp/cmp\"", ""},
		{"cmp outside tests", "floors", "internal/plan/a.go", "package plan\nimport _ \"github.com/google/go-cmp/cmp\"", "plan may not use"},
		{"testify", "floors", "internal/plan/a_test.go", "package plan\nimport _ \"github.com/stretchr/testify/require\"", "plan may not use"},
		{"helper in a test", "floors", "internal/github/a_test.go", "package github\nimport _ " + ours + `github/githubtest"`, ""},
		{"helper outside tests", "floors", "internal/cli/a.go", "package cli\nimport _ " + ours + `github/githubtest"`, "githubtest is for tests"},
		{"a room nobody planned", "floors", "internal/extra/a.go", "package extra", "no room for internal/extra"},
		{"a package at the root", "floors", "a.go", "package x", "package outside the house"},

		{"context in plan", "pure", "internal/plan/a.go", "package plan\nimport _ \"context\"", "plan is pure and may not import context"},
		{"net/http in a room of plan", "pure", "internal/plan/state/a.go", "package state\nimport _ \"net/http\"", "may not import net/http"},
		{"slog in plan", "pure", "internal/plan/a.go", "package plan\nimport _ \"log/slog\"", "may not import log/slog"},
		{"rand v2 in plan", "pure", "internal/plan/a.go", "package plan\nimport _ \"math/rand/v2\"", "may not import math/rand/v2"},
		{"os in a test of plan", "pure", "internal/plan/a_test.go", "package plan\nimport _ \"os\"", ""},
		{"context in apply", "pure", "internal/apply/a.go", "package apply\nimport _ \"context\"", ""},
		{"clock in plan", "pure", "internal/plan/a.go", "package plan\nimport \"time\"\nfunc f() { _ = time.Now() }", "a.go:3: plan is pure and may not call time.Now"},
		{"clock as a value, time renamed", "pure", "internal/plan/a.go", "package plan\nimport clock \"time\"\nfunc f() { g := clock.Since; _ = g }", "may not call time.Since"},
		{"an instant that came in", "pure", "internal/plan/a.go", "package plan\nimport \"time\"\nfunc f(t time.Time) { _ = t.Add(time.Hour) }", ""},

		{"stdout in report", "edge", "internal/report/a.go", "package report\nimport \"os\"\nfunc f() { _ = os.Stdout }", "only cli touches os.Stdout"},
		{"environment in config", "edge", "internal/config/a.go", "package config\nimport \"os\"\nfunc f() { os.Getenv(\"X\") }", "only cli touches os.Getenv"},
		{"exit in apply", "edge", "internal/apply/a.go", "package apply\nimport \"os\"\nfunc f() { os.Exit(1) }", "only cli touches os.Exit"},
		{"flag in spec", "edge", "internal/spec/a.go", "package spec\nimport _ \"flag\"", "spec may not import flag"},
		{"Println in audit", "edge", "internal/audit/a.go", "package audit\nimport \"fmt\"\nfunc f() { fmt.Println() }", "only cli touches fmt.Println"},
		{"envconfig asks the process", "edge", "internal/config/a.go", "package config\nimport envconfig \"" + envconfig + "\"\nvar _ = envconfig.OsLookuper()", "only cli touches envconfig.OsLookuper"},
		{"stdout in cli", "edge", "internal/cli/a.go", "package cli\nimport \"os\"\nfunc f() { _ = os.Stdout }", ""},
		{"exit in cmd", "edge", "cmd/x/main.go", "package main\nimport \"os\"\nfunc main() { os.Exit(0) }", ""},
		{"a variable called os", "edge", "internal/spec/a.go", "package spec\nimport \"os\"\nfunc f() { os := struct{ Args int }{}; _ = os.Args }\nvar _ = os.ErrExist", ""},

		{"init", "state", "internal/plan/a.go", "package plan\nfunc init() {}", "no init functions"},
		{"init in a test", "state", "internal/plan/a_test.go", "package plan\nfunc init() {}", "no init functions"},
		{"method called init", "state", "internal/plan/a.go", "package plan\ntype t struct{}\nfunc (t) init() {}", ""},
		{"counter", "state", "internal/plan/a.go", "package plan\nvar n int", "package variable n"},
		{"string", "state", "internal/plan/a.go", "package plan\nvar s = \"x\"", "package variable s"},
		{"function", "state", "internal/plan/a.go", "package plan\nvar f = func() {}", "package variable f"},
		{"client", "state", "internal/clockify/a.go", "package clockify\nimport \"net/http\"\nvar c = &http.Client{}", "package variable c"},
		{"environment at start", "state", "internal/cli/a.go", "package cli\nimport \"os\"\nvar home = os.Getenv(\"HOME\")", "package variable home"},
		{"error", "state", "internal/plan/a.go", "package plan\nimport \"errors\"\nvar ErrX = errors.New(\"x\")", ""},
		{"table", "state", "internal/plan/a.go", "package plan\nvar m = map[string]int{\"a\": 1}", ""},
		{"table and a row", "state", "internal/plan/a.go", "package plan\nvar a = []int{1}\nvar b = append(a, 2)", ""},
		{"table worked out once", "state", "internal/plan/a.go", "package plan\nvar a = index([]int{1})", ""},
		{"value worked out", "state", "internal/plan/a.go", "package plan\nvar a = connect(options{})", "package variable a"},
		{"pattern", "state", "internal/plan/a.go", "package plan\nimport \"regexp\"\nvar re = regexp.MustCompile(`x`)", ""},
		{"assertion", "state", "internal/plan/a.go", "package plan\nvar _ error = (*e)(nil)", ""},
		{"embedded", "state", "internal/cli/a.go", "package cli\nimport _ \"embed\"\n//go:embed a.txt\nvar text string", ""},
		{"flag of a test", "state", "internal/plan/a_test.go", "package plan\nimport \"flag\"\nvar update = flag.Bool(\"update\", false, \"\")", ""},
		{"stamp of a command", "state", "cmd/x/main.go", "package main\nvar version = \"dev\"", ""},
		{"stamp elsewhere", "state", "internal/cli/a.go", "package cli\nvar version = \"dev\"", "package variable version"},

		{"comment", "names", "internal/plan/a.go", "// Package plan is of plans.\npackage plan", ""},
		{"no comment", "names", "internal/plan/a.go", "package plan", "no file of internal/plan begins"},
		{"comment of another package", "names", "internal/plan/a.go", "// Package planner is of plans.\npackage plan", "no file of internal/plan begins"},
		{"command", "names", "cmd/x/main.go", "// Command x does it.\npackage main", ""},
		{"util", "names", "internal/util/a.go", "// Package util is of things.\npackage util", "util is no name for a package"},
		{"helpers by folder", "names", "internal/helpers/a.go", "// Package h is of things.\npackage h", "h is no name for a package"},

		{"key", "keys", "internal/cli/testdata/a.txt", "key: " + strings.Repeat("aB1c", 12) + "\n", "looks like a key"},
		{"token of GitHub", "keys", "testdata/a.txt", "ghp_" + strings.Repeat("aB1c", 9), "looks like a key"},
		{"hash in hex", "keys", "testdata/a.txt", strings.Repeat("0a1b", 12), ""},
		{"id", "keys", "testdata/a.txt", "64a687e29ae1f428e7ebe303", ""},
	}
	for _, tc := range cases {
		t.Run(tc.rule+"/"+tc.name, func(t *testing.T) {
			t.Parallel()
			module, err := load(fstest.MapFS{tc.path: {Data: []byte(tc.src)}})
			if err != nil {
				t.Fatal(err)
			}
			got := rules[tc.rule](module)
			switch {
			case tc.want == "" && len(got) > 0:
				t.Errorf("found %q, want nothing", got)
			case tc.want != "" && (len(got) != 1 || !strings.Contains(got[0], tc.want)):
				t.Errorf("found %q, want one with %q", got, tc.want)
			}
		})
	}
}
