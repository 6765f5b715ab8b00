package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clip shortens s to at most n runes, the last of which is then an ellipsis.
func Clip(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	if n < 1 {
		return ""
	}
	return string([]rune(s)[:n-1]) + "…"
}

// ClipBytes shortens s to at most n bytes, at a rune; the last three are then an ellipsis.
func ClipBytes(s string, n int) string {
	const mark = "…"
	if len(s) <= n {
		return s
	}
	if n < len(mark) {
		return ""
	}
	n -= len(mark)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + mark
}

// Sanitize makes one harmless line of text from outside. Line ends and tabs become spaces. What cannot be seen, or
// changes what is seen beside it (control characters, joiners, marks of direction, fillers), becomes an escape such as
// \u202e. Bytes that are not UTF-8 become U+FFFD. It is safe to sanitize twice.
func Sanitize(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return Invisible(r) || r == utf8.RuneError }) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\r' && strings.HasPrefix(s[i+1:], "\n"):
		case r == '\n', r == '\r', r == '\t', r == '\u0085', r == '\u2028', r == '\u2029':
			b.WriteByte(' ')
		case r > 0xffff && Invisible(r):
			fmt.Fprintf(&b, `\U%08x`, r)
		case Invisible(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r) // a byte that is not UTF-8 is U+FFFD here
		}
	}
	return b.String()
}

// Invisible reports whether a rune shows nothing of itself, or changes how its neighbours are shown.
func Invisible(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) ||
		r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0' || // fillers are letters that show nothing
		r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0100 && r <= 0xe01ef // variation selectors
}
