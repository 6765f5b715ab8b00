package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	quotedMessage = regexp.MustCompile("`([^`]+)`")
	exampleParts  = regexp.MustCompile(`"[^"]*"|…|#\d+|[0-9][0-9a-z,.:-]*|[\w.]+@[\w.]+|\(.*?\)|\[|\]|--?[a-z-]+|\S+\.csv|\b[A-Z_]{4,}\b|\b(?:acme|Acme)\b`)
)

// TestErrorsPage holds the messages that docs/errors.md quotes against the source: what of them is not an example's own
// is there, word for word.
func TestErrorsPage(t *testing.T) {
	t.Parallel()
	var source strings.Builder
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		source.WriteString(strings.ReplaceAll(string(text), `\"`, `"`))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for n, line := range strings.Split(string(page), "\n") {
		quotes := line
		if strings.HasPrefix(line, "|") {
			quotes = strings.Split(line, "|")[1]
		} else if !strings.HasPrefix(line, "`") {
			continue
		}
		for _, m := range quotedMessage.FindAllStringSubmatch(quotes, -1) {
			for _, part := range exampleParts.Split(m[1], -1) {
				part = strings.Trim(part, " .,:;")
				if strings.Count(part, " ") < 2 {
					continue
				}
				checked++
				if !strings.Contains(source.String(), part) {
					t.Errorf("docs/errors.md:%d: no message holds %q", n+1, part)
				}
			}
		}
	}
	if checked < 30 {
		t.Errorf("only %d parts of messages were looked for", checked)
	}
}
