package spec

import (
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden reads each folder of testdata/ok and testdata/err and compares everything that came of it.
func TestGolden(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob("testdata/*/*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("Glob = %v, %v", dirs, err)
	}
	for _, dir := range dirs {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			loaded, err := Load(os.DirFS(dir), Options{Users: "users.csv"})
			var problems Problems
			if err != nil && !errors.As(err, &problems) {
				t.Fatalf("Load: %v", err)
			}
			if bad := strings.Contains(filepath.ToSlash(dir), "/err/"); bad != (len(problems) > 0) {
				t.Errorf("Load gave the problems\n%v", err)
			}
			golden(t, filepath.Join(dir, "want.txt"), render(t, loaded, problems))
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v (run with -update to write it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// render writes problems and findings as people read them, and the rest as JSON.
func render(t *testing.T, l Loaded, problems Problems) string {
	t.Helper()
	var b strings.Builder
	if len(problems) > 0 {
		b.WriteString(problems.Error() + "\n\n")
	}
	for _, f := range l.Spec.Findings {
		b.WriteString(f.Source.String() + ": " + f.Kind + ": " + f.Name + ": " + f.Text + "\n")
	}
	l.Spec.Findings, l.Spec.Problems = nil, nil
	text, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	var all any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	e := json.NewEncoder(&b)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	if err := e.Encode(prune(all)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// prune drops what is zero and writes places as file:line:column, so that golden files can be read.
func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if file, ok := v["File"].(string); ok && v["Column"] != nil {
			line, _ := v["Line"].(float64)
			column, _ := v["Column"].(float64)
			return prune(state.Source{File: file, Line: int(line), Column: int(column)}.String())
		}
		out := map[string]any{}
		for key, value := range v {
			if value = prune(value); value != nil {
				out[key] = value
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case []any:
		for i := range v {
			v[i] = prune(v[i])
		}
		return v
	case string:
		if v == "" || v == "0001-01-01T00:00:00Z" {
			return nil
		}
	case float64:
		if v == 0 {
			return nil
		}
	case bool:
		if !v {
			return nil
		}
	}
	return v
}

// load reads a config and a CSV that are given as text; an empty one is not there.
func load(t *testing.T, config, users string) (Loaded, Problems) {
	t.Helper()
	fsys := fstest.MapFS{}
	if config != "" {
		fsys["clockify-sync.yaml"] = &fstest.MapFile{Data: []byte(config)}
	}
	if users != "" {
		fsys["users.csv"] = &fstest.MapFile{Data: []byte(users)}
	}
	l, err := Load(fsys, Options{Users: "users.csv"})
	var problems Problems
	if err != nil && !errors.As(err, &problems) {
		t.Fatalf("Load: %v", err)
	}
	if diff := cmp.Diff([]state.Problem(problems), l.Spec.Problems, cmp.Transformer("empty", func(p []state.Problem) []state.Problem { return append([]state.Problem{}, p...) })); diff != "" {
		t.Errorf("the error and Spec.Problems differ (-error +spec):\n%s", diff)
	}
	return l, problems
}

// lines are the problems without their excerpts.
func lines(p Problems) []string {
	out := []string{}
	for _, problem := range p {
		out = append(out, problem.String())
	}
	return out
}

func TestSamples(t *testing.T) {
	t.Parallel()
	root := os.DirFS("../../testdata")

	l, err := Load(root, Options{Users: "users.csv", UsersNeeded: true, ConfigNeeded: true})
	if err != nil {
		t.Fatalf("the sample files: %v", err)
	}
	if len(l.Spec.Findings) > 0 || len(l.Spec.Users.People) != 8 || len(l.Spec.Time) != 1 {
		t.Errorf("the sample files gave %d people, %d syncs, findings %v", len(l.Spec.Users.People), len(l.Spec.Time), l.Spec.Findings)
	}

	old, err := fs.Sub(root, "old")
	if err != nil {
		t.Fatal(err)
	}
	l, err = Load(old, Options{Users: "sample_users.csv", UsersNeeded: true})
	if err != nil {
		t.Fatalf("the old tool's files: %v", err)
	}
	want := Settings{
		API: API{
			BaseURL: "https://api.clockify.me/api/v1", ReportsURL: "https://reports.api.clockify.me/v1",
			RequestsPerSecond: 1 / 0.15, MaxRetries: 3,
		},
		Approval: Approval{Count: 1},
		Redact:   "auto",
	}
	if diff := cmp.Diff(want, l.Settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if l.Config != "config.yaml" || l.Spec.Users.FallbackGroup != "Other functions" || len(l.Spec.Users.Fields) != 3 {
		t.Errorf("the old config gave %+v", l)
	}
	if got := l.Spec.Users.People[2].Capacity; got != 7*time.Hour+30*time.Minute {
		t.Errorf(`"37,5" hours a week are %v a day`, got)
	}
}

func TestMissingFiles(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		options Options
		want    []string
	}{
		{"nothing needed", Options{Users: "users.csv", Config: "x.yaml"}, []string{}},
		{"nothing asked", Options{}, []string{}},
		{"users", Options{UsersNeeded: true}, []string{"users.csv: this file is missing; it lists the people of the workspace. Name another with --users, or let clockify-sync export write it."}},
		{"config", Options{ConfigNeeded: true}, []string{"clockify-sync.yaml: this config file is missing."}},
		{"named config", Options{Config: "a/b.yaml", ConfigNeeded: true}, []string{"a/b.yaml: this config file is missing."}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			l, err := Load(fstest.MapFS{}, tc.options)
			var problems Problems
			if err != nil && !errors.As(err, &problems) {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, lines(problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if l.Config != "" || l.Users || l.Spec.Users != nil {
				t.Errorf("Load found %+v in no files", l)
			}
			if l.Settings.API.RequestsPerSecond != 10 || l.Settings.Redact != "auto" {
				t.Errorf("defaults are missing: %+v", l.Settings)
			}
		})
	}
}

func TestPathsOutside(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{Users: "../users.csv"}, {Config: "/etc/passwd"}} {
		_, err := Load(os.DirFS("testdata"), o)
		var problems Problems
		if err == nil || errors.As(err, &problems) {
			t.Errorf("Load(%+v) = %v, want an error of reading", o, err)
		}
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	_, problems := load(t, strings.Repeat("#", maxConfig+1), "")
	if diff := cmp.Diff([]string{"clockify-sync.yaml:1:1: the file is larger than 256 KiB."}, lines(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
