// Package text formats, compares and cleans strings: numbers with their nouns, short and harmless lines, names that are
// nearly another, and texts without the secrets in them. It does not know what any of the strings are about.
package text

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Thousands renders 1000 as 1,000.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Plural returns one for 1 and many for every other number.
func Plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// Count renders a number with its noun: "1 person", "1,000 people".
func Count(n int, one, many string) string { return Thousands(n) + " " + Plural(n, one, many) }

// Upper makes the first letter of a sentence a capital.
func Upper(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// And joins "a", "b" and "c" as people do: "a, b and c".
func And(parts []string) string { return join(parts, " and ") }

// Or joins "a", "b" and "c" as people do: "a, b or c".
func Or(parts []string) string { return join(parts, " or ") }

func join(parts []string, last string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + last + parts[len(parts)-1]
}

// List names at most so many of parts and counts the rest: "a, b and 3 more".
func List(parts []string, most int) string {
	if len(parts) <= most {
		return strings.Join(parts, ", ")
	}
	return fmt.Sprintf("%s and %s more", strings.Join(parts[:most], ", "), Thousands(len(parts)-most))
}
