package config_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

var update = flag.Bool("update", false, "write the golden files, the schema and the tables of docs")

// golden holds got against a file, or writes it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
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
		t.Errorf("%s is not what the code says; go test ./internal/config -update writes it (-want +got):\n%s", file, diff)
	}
}

// TestFiles reads every config of testdata and compares all that came of it: problems as people read them, the rest as
// JSON without what is zero.
func TestFiles(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			f := config.Read("clockify-sync.yaml", data)
			text, err := json.Marshal(map[string]any{"Settings": f.Settings, "Users": f.Users, "Layout": f.Layout, "Time": f.Time})
			if err != nil {
				t.Fatal(err)
			}
			var all any
			if err := json.Unmarshal(text, &all); err != nil {
				t.Fatal(err)
			}
			short, err := json.MarshalIndent(prune(all), "", " ")
			if err != nil {
				t.Fatal(err)
			}
			got := excerpts(f.Problems)
			if len(f.Problems) == 0 { // with problems, what is left is not used
				got = string(short) + "\n"
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".want", got)
		})
	}
}

// excerpts lists problems as the terminal does.
func excerpts(problems []state.Problem) string {
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintln(&b, p)
		if p.Excerpt != "" {
			fmt.Fprintln(&b, "    "+strings.ReplaceAll(p.Excerpt, "\n", "\n    "))
		}
	}
	return b.String()
}

// prune drops what is zero.
func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if v[key] = prune(value); v[key] == nil {
				delete(v, key)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = prune(v[i])
		}
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
