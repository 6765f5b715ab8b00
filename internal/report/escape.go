package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// code renders text of others as code, so that no Markdown, HTML, link, mention or table break can come of it. Tame text
// stands between backticks, as one would write it; in anything else every ASCII character that is no letter, digit or
// space is a numeric entity (docs/github.md#what-markdown-makes-of-text).
func code(s string) string {
	s = text.Sanitize(s)
	if tame.MatchString(s) {
		return "`" + s + "`"
	}
	return codeTag(s)
}

// codeTag is code for where Markdown is not read: in a summary, which is HTML.
func codeTag(s string) string { return "<code>" + entities(text.Sanitize(s)) + "</code>" }

// fits reports whether no word is longer than most.
func fits(s string, most int) bool {
	return !slices.ContainsFunc(strings.Fields(s), func(w string) bool { return utf8.RuneCountInString(w) > most })
}

// breakable is code with places to break in words longer than most: before an @, else after punctuation, else anywhere.
func breakable(s string, most int) string {
	escape := entities
	if !strings.Contains(strings.ToLower(s), "www") { // no link can come of a dot, and the page has room for more
		escape = func(s string) string { return plainDots.Replace(entities(s)) }
	}
	words := strings.Split(s, " ")
	for i, w := range words {
		var pieces []string
		left := []rune(w)
		for len(left) > most {
			at := most
			if before := slices.Index(left[:most+1], '@'); before > 0 {
				at = before
			} else if after := strings.LastIndexAny(string(left[:most]), "._-/+"); after > 0 {
				at = utf8.RuneCountInString(string(left[:most])[:after+1])
			}
			pieces, left = append(pieces, escape(string(left[:at]))), left[at:]
		}
		words[i] = strings.Join(append(pieces, escape(string(left))), "<wbr>")
	}
	return "<code>" + strings.Join(words, " ") + "</code>"
}

// plainDots takes back what entities does to punctuation that means nothing inside <code>.
var plainDots = strings.NewReplacer("&#46;", ".", "&#40;", "(", "&#41;", ")")

// tame matches what can stand between backticks, in a table too: no backtick, backslash, pipe, dollar or angle bracket,
// and something that is no space at both ends.
var tame = regexp.MustCompile(`^[\pL\pN.@+(–"'](?:[\pL\pN .,:;@+/()'"?!=%#&·–→_-]*[\pL\pN.)'"%?!_+-])?$`)

// called renders a name: plain words stay words, with anything else it stands as code.
func called(s string) string {
	s = text.Sanitize(s)
	for _, w := range strings.Fields(s) {
		if !plainName.MatchString(w) || hexWord.MatchString(w) {
			return code(s)
		}
	}
	return strings.Join(strings.Fields(s), " ")
}

// plainName matches a word of a name.
var plainName = regexp.MustCompile(`^\pL[\pL\p{Mn}]*(?:['’-]\pL[\pL\p{Mn}]*)*\.?$|^&$`)

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
	for _, w := range strings.Fields(text.Sanitize(s)) {
		if plainWord.MatchString(w) && !hexWord.MatchString(w) {
			flush()
			if len(out) == 0 {
				w = numbered.ReplaceAllStringFunc(w, entities)
			}
			out = append(out, w)
			continue
		}
		// the punctuation around what is quoted belongs to the sentence
		bare := strings.TrimLeft(w, "(")
		before := w[:len(w)-len(bare)]
		bare = strings.TrimRight(bare, ",;:.")
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
			out[len(out)-1] = before + out[len(out)-1] + after
		}
	}
	flush()
	return strings.Join(out, " ")
}

// numbered matches what would begin a list.
var numbered = regexp.MustCompile(`^[0-9]+[.)]`)

// backticks matches what could end a fence.
var backticks = regexp.MustCompile("`+")

// fence puts lines into a fenced block that they cannot end.
func fence(info string, lines []string) string {
	body, marks := strings.Join(lines, "\n"), "```"
	for _, run := range backticks.FindAllString(body, -1) {
		marks = strings.Repeat("`", max(len(marks), len(run)+1))
	}
	return marks + info + "\n" + body + "\n" + marks + "\n"
}

// forLog breaks what a CI runner would take for a command (docs/github.md#workflow-commands).
var forLog = strings.NewReplacer("##[", `##\u005b`, "::", `:\u003a`)

// plain renders text of others for a terminal or a log: nothing invisible, no escape sequence, no runner command.
func plain(s string) string { return forLog.Replace(text.Sanitize(s)) }
