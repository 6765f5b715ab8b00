package github

import (
	"strings"
	"unicode"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// safeLine makes one line of text that the runner cannot take for a workflow
// command. The runner's rules (docs/github.md#workflow-commands): a line that, white
// space trimmed, starts with "::"; or holds "##[" anywhere; a lone \r also ends a line. Its search
// skips characters without weight, so these are shown or looked through.
func safeLine(s string) string {
	s = breakBracket(text.Sanitize(s))
	first := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.M, r) })
	if strings.HasPrefix(first, ":") {
		return "| " + s
	}
	return s
}

// breakBracket puts a space into every "#[", also where marks stand between.
func breakBracket(s string) string {
	if !strings.Contains(s, "[") {
		return s
	}
	var b strings.Builder
	hash := false
	for _, r := range s {
		if r == '[' && hash {
			b.WriteByte(' ')
		}
		if !unicode.Is(unicode.M, r) {
			hash = r == '#'
		}
		b.WriteRune(r)
	}
	return b.String()
}
