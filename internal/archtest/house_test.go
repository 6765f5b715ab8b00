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
	page := read(t, "ARCHITECTURE.md")
	const ours = `"` + modulePath + `/internal/`
	cases := []struct {
		name string
		rule string
		path string
		src  string
		want string // part of the only finding; "" for none
	}{
		{"plan reads its nouns", "imports", "internal/plan/a.go", "package plan\nimport _ " + ours + `plan/state"`, ""},
		{"text reads plan", "imports", "internal/text/a.go", "package text\nimport _ " + ours + `plan"`, "a.go:2: text may not import plan"},
		{"siblings", "imports", "internal/report/a.go", "package report\nimport _ " + ours + `userscsv"`, "report may not import userscsv"},
		{"siblings in a test", "imports", "internal/report/a_test.go", "package report\nimport _ " + ours + `userscsv"`, "report may not import userscsv"},
		{"clockify knows nobody", "imports", "internal/clockify/a.go", "package clockify\nimport _ " + ours + `plan/state"`, "clockify may not import plan"},
		{"github knows no plan", "imports", "internal/github/a.go", "package github\nimport _ " + ours + `plan"`, "github may not import plan"},
		{"a folder inside a room is of the room", "imports", "internal/config/deep/a.go", "package deep\nimport _ " + ours + `clockify"`, "config may not import clockify"},
		{"a folder inside another room", "imports", "internal/config/a.go", "package config\nimport _ " + ours + `github/inner"`, "config may not import github"},
		{"nobody imports cli", "imports", "internal/apply/a.go", "package apply\nimport _ " + ours + `cli"`, "apply may not import cli"},
		{"cmd imports cli alone", "imports", "cmd/x/main.go", "package main\nimport _ " + ours + `plan"`, "cmd may not import plan"},
		{"sandbox in a test of provider", "imports", "internal/provider/a_test.go", "package provider\nimport _ " + ours + `sandbox"`, ""},
		{"sandbox in provider", "imports", "internal/provider/a.go", "package provider\nimport _ " + ours + `sandbox"`, "provider may not import sandbox"},
		{"outside module of the room", "imports", "internal/config/a.go", "package config\nimport _ \"github.com/goccy/go-yaml/ast\"", ""},
		{"outside module of another room", "imports", "internal/plan/a.go", "package plan\nimport _ \"github.com/jszwec/csvutil\"", "plan may not use github.com/jszwec/csvutil"},
		{"a module whose name only begins alike", "imports", "internal/config/a.go", "package config\nimport _ \"github.com/goccy/go-yaml2\"", "config may not use"},
		{"cmp in a test", "imports", "internal/plan/a_test.go", "package plan\nimport _ \"github.com/google/go-cmp/cmp\"", ""},
		{"cmp outside tests", "imports", "internal/plan/a.go", "package plan\nimport _ \"github.com/google/go-cmp/cmp\"", "plan may not use"},
		{"testify", "imports", "internal/plan/a_test.go", "package plan\nimport _ \"github.com/stretchr/testify/require\"", "plan may not use"},
		{"helper in a test", "imports", "internal/github/a_test.go", "package github\nimport _ " + ours + `github/githubtest"`, ""},
		{"helper outside tests", "imports", "internal/cli/a.go", "package cli\nimport _ " + ours + `github/githubtest"`, "githubtest is for tests"},
		{"a room nobody planned", "imports", "internal/extra/a.go", "package extra", "no room for internal/extra"},
		{"a package at the root", "imports", "a.go", "package x", "package outside the house"},

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
		{"flag in config", "edge", "internal/config/a.go", "package config\nimport \"flag\"\nvar _ = flag.Args()", "only cli touches flag.Args"},
		{"Println in audit", "edge", "internal/audit/a.go", "package audit\nimport \"fmt\"\nfunc f() { fmt.Println() }", "only cli touches fmt.Println"},
		{"envconfig asks the process", "edge", "internal/config/a.go", "package config\nimport envconfig \"github.com/sethvargo/go-envconfig\"\nvar _ = envconfig.OsLookuper()", "only cli touches envconfig.OsLookuper"},
		{"stdout in cli", "edge", "internal/cli/a.go", "package cli\nimport \"os\"\nfunc f() { _ = os.Stdout }", ""},
		{"exit in cmd", "edge", "cmd/x/main.go", "package main\nimport \"os\"\nfunc main() { os.Exit(0) }", ""},
		{"a variable called os", "edge", "internal/config/a.go", "package config\nimport \"os\"\nfunc f() { os := struct{ Args int }{}; _ = os.Args }\nvar _ = os.ErrExist", ""},

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
			module, err := load(fstest.MapFS{
				"ARCHITECTURE.md": {Data: page}, "go.mod": {}, tc.path: {Data: []byte(tc.src)},
			})
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

// TestTables changes a row of ARCHITECTURE.md or of go.mod, and wants to be told.
func TestTables(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, file, old, new, want string }{
		{"as they are", "go.mod", "", "", ""},
		{"sideways", "ARCHITECTURE.md", "journal | plan |", "journal | plan, audit |", "apply imports audit, which is not below it"},
		{"upwards", "ARCHITECTURE.md", "`plan/state` | text |", "`plan/state` | text, config |", "plan imports config, which is not below it"},
		{"the wire knows nobody", "ARCHITECTURE.md", "was seen to | |", "was seen to | clockify |", "sandbox imports clockify, which is not below it"},
		{"clockify beside provider", "ARCHITECTURE.md", "journal | plan |", "journal | plan, clockify |", "apply imports clockify: only provider speaks to it"},
		{"a sandbox in the product", "ARCHITECTURE.md", "| text, plan, clockify; tests: sandbox |", "| text, plan, clockify, sandbox |", "provider imports sandbox: only cli serves it"},
		{"a room nobody knows", "ARCHITECTURE.md", "journal | plan |", "journal | plan, attic |", "apply imports attic, which is no room"},
		{"a module without a row", "go.mod", "require (\n", "require (\n\texample.com/extra v1.0.0\n", "go.mod requires example.com/extra, which"},
		{"a row without a module", "ARCHITECTURE.md", "`pgregory.net/rapid`", "`pgregory.net/rapid/v2`", "ARCHITECTURE.md names pgregory.net/rapid/v2"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			house := fstest.MapFS{}
			for _, name := range []string{"ARCHITECTURE.md", "go.mod"} {
				text := string(read(t, name))
				if name == tc.file && tc.old != "" {
					if strings.Count(text, tc.old) == 0 {
						t.Fatalf("%s does not hold %q", name, tc.old)
					}
					text = strings.Replace(text, tc.old, tc.new, 1)
				}
				house[name] = &fstest.MapFile{Data: []byte(text)}
			}
			tree, err := load(house)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(checkTables(tree), "\n")
			if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("found %q, want %q", got, tc.want)
			}
		})
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(moduleRoot(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}
