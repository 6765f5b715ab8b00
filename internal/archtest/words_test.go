package archtest

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// oddWords are those that a plain manual does without; each is followed by what it says in their place.
var oddWords = map[string]*regexp.Regexp{
	"fix, correct":                     regexp.MustCompile(`\bmen[d](s|ed|ing)?\b`),
	"never, always, forever":           regexp.MustCompile(`\bfor eve[r]\b`),
	"seriously, or nothing":            regexp.MustCompile(`\bin earnes[t]\b`),
	"a verb: Package x computes …":     regexp.MustCompile(`(?m)^// Package [a-z]+ is of[ ]`),
	"a page that is in the repository": regexp.MustCompile(`\((clockify-api|github-actions|lessons)\.md`),
}

// TestWords: comments and pages are in the English of a plain manual.
func TestWords(t *testing.T) {
	t.Parallel()
	root := os.DirFS(moduleRoot(t))
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != "." && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if ext := path.Ext(p); d.IsDir() || ext != ".go" && ext != ".md" || strings.Contains(p, "testdata/") {
			return nil
		}
		text, err := fs.ReadFile(root, p)
		for instead, odd := range oddWords {
			for _, at := range odd.FindAllIndex(text, -1) {
				t.Errorf("%s:%d: %q; write %s", p, 1+strings.Count(string(text[:at[0]]), "\n"), text[at[0]:at[1]], instead)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
