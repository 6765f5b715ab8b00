package archtest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	citation = regexp.MustCompile(`docs/([a-z-]+\.md)#([a-z0-9-]+)`)
	heading  = regexp.MustCompile(`(?m)^#+ (.+)$`)
	// short is a citation in the sandbox, which copies docs/clockify-api.md fact by fact.
	short   = regexp.MustCompile(`\(#([a-z0-9-]+)\)`)
	notSlug = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// TestCitations: a comment that names a heading of a page in docs names one that is there.
func TestCitations(t *testing.T) {
	root := filepath.Join("..", "..")
	anchors := map[string]map[string]bool{}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatal("no docs", err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		slugs := map[string]bool{}
		for _, m := range heading.FindAllStringSubmatch(string(text), -1) {
			slugs[strings.ReplaceAll(notSlug.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")] = true
		}
		anchors[filepath.Base(page)] = slugs
	}
	bad := func(name, text string) (found []string) {
		for _, m := range citation.FindAllStringSubmatch(text, -1) {
			if !anchors[m[1]][m[2]] {
				found = append(found, fmt.Sprintf("%s cites %s, which is not there", name, m[0]))
			}
		}
		return found
	}
	if len(bad("x", "see docs/"+"clockify-api.md#no-such-fact")) != 1 || len(bad("x", "see docs/"+"clockify-api.md#hosts")) != 0 {
		t.Fatal("this test does not tell a heading that is there from one that is not")
	}
	err = filepath.WalkDir(filepath.Join(root, "internal"), func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".go" {
			return err
		}
		text, err := os.ReadFile(name)
		for _, found := range bad(name, string(text)) {
			t.Error(found)
		}
		if filepath.Base(filepath.Dir(name)) == "sandbox" {
			for _, m := range short.FindAllStringSubmatch(string(text), -1) {
				if !anchors["clockify-api.md"][m[1]] {
					t.Errorf("%s cites %s, which is not there", name, m[0])
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
