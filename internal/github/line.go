package github

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// safeLine makes one line of text that the runner cannot take for a workflow
// command. The runner's rules (github-actions.md section 3): a line that, white
// space trimmed, starts with "::"; or holds "##[" anywhere; a lone \r also ends a line. Its search
// skips characters without weight, so these are shown or looked through.
func safeLine(s string) string {
	s = breakBracket(printable(s))
	first := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.M, r) })
	if strings.HasPrefix(first, ":") {
		return "| " + s
	}
	return s
}

// printable shows every character that is not one to look at (control,
// zero-width, bidirectional, line separators, broken UTF-8) as an escape. Tabs
// and combining marks stay.
func printable(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\t' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		i += n
	}
	return b.String()
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

// cut shortens s to at most n bytes, at a rune, marking that it did.
func cut(s string, n int) string {
	const mark = "…"
	if len(s) <= n {
		return s
	}
	n -= len(mark)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + mark
}
