package config

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// bareSign finds a value that begins with a sign which YAML takes for its own.
var bareSign = regexp.MustCompile("(?:^\\s*-\\s+|[:\\[{,]\\s+|[\\[{,])([*&%@`][^,\\]}#\"']*)")

// bare says how a value on this line has to be written that begins with such a sign; empty: none does.
func bare(line string) string {
	m := bareSign.FindStringSubmatch(line)
	if m == nil {
		return ""
	}
	value := strings.TrimSpace(m[1])
	return fmt.Sprintf("a value that begins with %s is written in quotes: \"%s\"", value[:1], shorten(value))
}

// notYAML says what makes a line unreadable as YAML, from the parser's own message.
func notYAML(line, message string) string {
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	quoted := bare(line)
	has := func(part string) bool { return strings.Contains(message, part) }
	why := ""
	switch {
	case strings.Contains(indent, "\t"):
		why = "the line is indented with a tab; write spaces"
	case has("end character of"):
		why = "a quotation mark opens here and is not closed"
	case quoted != "":
		why = quoted
	case has("end token '}'"), has("',' or '}'"):
		why = "a { is not closed by }, or a comma is missing"
	case has("end token ']'"), has("',' or ']'"):
		why = "a [ is not closed by ], or a comma is missing"
	case has("mapping value is not allowed") && strings.Count(line, ": ") > 1:
		why = "there are two colons in one line; put the value in quotes, or on a line of its own"
	case has("mapping value is not allowed"):
		why = "the next line is further to the right, as if it belonged to this value"
	case has("is not allowed in this context"):
		why = "this is not where it belongs: the line is indented otherwise than those beside it, or a value goes on behind its end"
	default:
		why = text.Sanitize(message)
	}
	return "this is not YAML: " + why
}
