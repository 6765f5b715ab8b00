package report

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// visible makes what cannot be seen, or changes what is seen beside it, readable: line ends and tabs become spaces,
// control characters, joiners, marks of direction and broken bytes an escape such as \u202e.
func visible(s string) string {
	clean := true
	for _, r := range s {
		if hidden(r) || r == unicode.ReplacementChar {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\n', r == '\t', r == '\u0085', r == '\u2028', r == '\u2029':
			b.WriteByte(' ')
		case r == '\r':
			if i+1 >= len(s) || s[i+1] != '\n' {
				b.WriteByte(' ')
			}
		case r > 0xffff && hidden(r):
			fmt.Fprintf(&b, `\U%08x`, r)
		case hidden(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r) // a broken byte is U+FFFD by now
		}
	}
	return b.String()
}

func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) ||
		r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0' || // fillers: letters that show nothing
		r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0100 && r <= 0xe01ef // variation selectors
}

// code renders text of others so that no Markdown, HTML, link, mention or table break can come of it: within <code>, with
// every ASCII character that is no letter, digit or space as a numeric entity (docs/github.md#what-markdown-makes-of-text).
func code(s string) string {
	return "<code>" + entities(visible(s)) + "</code>"
}

func entities(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 && r != ' ' && !alphanumeric(r) {
			fmt.Fprintf(&b, "&#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func alphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

// plainWord matches what may stand in prose outside <code>: words of letters, small numbers and times of day, with the
// punctuation of a sentence around them.
var plainWord = regexp.MustCompile(`^[("“]*(?:\pL+(?:['-]\pL+)?|[0-9]{1,3}(?:,[0-9]{3})*|[0-9]{1,2}:[0-9]{2}|[0-9]{1,3}[hms])(?:%|[)"”,.;:]+)?$|^[/–→·]$`)

// hexWord matches what GitHub takes for a commit.
var hexWord = regexp.MustCompile(`(?i)[0-9a-f]{7}`)

// prose renders a sentence of ours that holds text of others: plain words stay words, anything else stands in <code>.
func prose(s string) string {
	var out, held []string
	flush := func() {
		if len(held) > 0 {
			out = append(out, code(strings.Join(held, " ")))
			held = nil
		}
	}
	for _, w := range strings.Fields(visible(s)) {
		if plainWord.MatchString(w) && !hexWord.MatchString(w) {
			flush()
			out = append(out, punctuation(w))
			continue
		}
		// the punctuation around what is quoted belongs to the sentence
		bare := strings.TrimLeft(w, "(")
		before := w[:len(w)-len(bare)]
		bare = strings.TrimRight(bare, ",;:")
		after := w[len(before)+len(bare):]
		if strings.HasSuffix(bare, ")") && strings.Count(bare, ")") > strings.Count(bare, "(") {
			bare, after = bare[:len(bare)-1], ")"+after
		}
		if bare == "" {
			held = append(held, w)
			continue
		}
		if before != "" {
			flush()
		}
		held = append(held, bare)
		if before+after != "" {
			flush()
			out[len(out)-1] = punctuation(before) + out[len(out)-1] + punctuation(after)
		}
	}
	flush()
	return strings.Join(out, " ")
}

// punctuation escapes a word, but for the comma, which means nothing to Markdown.
func punctuation(w string) string { return strings.ReplaceAll(entities(w), "&#44;", ",") }

// fence puts lines into a fenced block that they cannot end.
func fence(info string, lines []string) string {
	longest := 2
	for _, l := range lines {
		run := 0
		for _, r := range l {
			if r == '`' {
				run++
				longest = max(longest, run)
			} else {
				run = 0
			}
		}
	}
	marks := strings.Repeat("`", longest+1)
	return marks + info + "\n" + strings.Join(lines, "\n") + "\n" + marks + "\n"
}

// forLog breaks what a CI runner would take for a command (docs/github.md#workflow-commands).
var forLog = strings.NewReplacer("##[", `##\u005b`, "::", `:\u003a`)

// plain renders text of others for a terminal or a log: nothing invisible, no escape sequence, no runner command.
func plain(s string) string { return forLog.Replace(visible(s)) }
