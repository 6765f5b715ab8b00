package github

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
)

func outputFile(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	const forged = "hi\n_GitHubActionsFileCommandDelimeter_\napproved=true\nrest<<_GitHubActionsFileCommandDelimeter_\nx"
	cases := []struct {
		name, before, output, value string
		want                        []githubtest.Pair // nil: refused
	}{
		{"plain", "", "digest", "9c41", []githubtest.Pair{{Name: "digest", Value: "9c41"}}},
		{"empty", "", "digest", "", []githubtest.Pair{{Name: "digest", Value: ""}}},
		{"heredoc in the value", "", "matrix", `{"a":"x<<y=z"}`, []githubtest.Pair{{Name: "matrix", Value: `{"a":"x<<y=z"}`}}},
		{"after a line without end", "a=1", "b", "2", []githubtest.Pair{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}}},
		{"newline", "", "digest", "a\napproved=true", nil},
		{"carriage return", "", "digest", "a\rapproved=true", nil},
		{"the library's delimiter", "", "digest", forged, nil},
		{"not UTF-8", "", "digest", "\xff", nil},
		{"too long", "", "digest", strings.Repeat("x", maxOutput+1), nil},
		{"name with =", "", "a=b", "x", nil},
		{"name with <<", "", "a<<b", "x", nil},
		{"name with a newline", "", "a\nb", "x", nil},
		{"no name", "", "", "x", nil},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path := outputFile(t, tc.before)
			err := NewOutputs(path).Set(tc.output, tc.value)
			if (err != nil) != (tc.want == nil) {
				t.Fatalf("error %v", err)
			}
			got, err := githubtest.ReadFile(readFile(t, path))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOutputsWithoutFile(t *testing.T) {
	t.Parallel()
	if err := NewOutputs("").Set("a", "b"); err != nil {
		t.Errorf("no path: %v", err)
	}
	if err := NewOutputs("").Set("a", "b\nc"); err == nil {
		t.Error("no path: a bad value passes")
	}
	missing := filepath.Join(t.TempDir(), "no", "file")
	if err := NewOutputs(missing).Set("a", "b"); err == nil {
		t.Error("missing file: no error")
	}
	if err := Summary("", "x"); err != nil {
		t.Errorf("no path: %v", err)
	}
	if err := Summary(missing, "x"); err == nil {
		t.Error("missing file: no error")
	}
	if err := Summary(t.TempDir(), "x"); err == nil {
		t.Error("a folder: no error")
	}
}

func FuzzOutput(f *testing.F) {
	f.Add("digest", "x")
	f.Add("a<<b", "b\nc")
	f.Add("a", "b\nb=c")
	f.Add("a", "<<x")
	f.Fuzz(func(t *testing.T, name, value string) {
		path := outputFile(t, "before=1\n")
		err := NewOutputs(path).Set(name, value)
		got, parseErr := githubtest.ReadFile(readFile(t, path))
		if parseErr != nil {
			t.Fatal(parseErr)
		}
		want := []githubtest.Pair{{Name: "before", Value: "1"}}
		if err == nil {
			want = append(want, githubtest.Pair{Name: name, Value: value})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestSummary(t *testing.T) {
	t.Parallel()
	path := outputFile(t, "before")
	if err := Summary(path, "# Plan"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("before\n# Plan\n", readFile(t, path)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSummaryCut(t *testing.T) {
	t.Parallel()
	row := "| <code>ann&#64;example.com</code> | now | then |\n"
	cases := []struct {
		name, text, before string
		end                string // what stands before the note
	}{
		{"rows", "# Plan\n" + strings.Repeat(row, 30_000), "", row},
		{"fold", "# Plan\n<details><summary>x</summary>\n\n" + strings.Repeat(row, 30_000), "", row + "\n</details>\n"},
		{"fence", "# Plan\n````\n```\n" + strings.Repeat("<details>\n", 200_000), "", "<details>\n````\n"},
		{"after another", strings.Repeat(row, 10_000), strings.Repeat("x", 600<<10), row},
		{"one long line", strings.Repeat("x", 2<<20), "", ""},
		{"no room", strings.Repeat(row, 10), strings.Repeat("x", MaxSummary), "x"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path := outputFile(t, tc.before)
			if err := Summary(path, tc.text); err != nil {
				t.Fatal(err)
			}
			got := readFile(t, path)
			if len(got) > MaxSummary || len(got) < len(tc.before) {
				t.Errorf("%d bytes", len(got))
			}
			if tc.name != "no room" && !strings.HasSuffix(got, tc.end+summaryNote) {
				t.Errorf("it ends in %q", got[max(0, len(got)-300):])
			}
		})
	}
}
