package config

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// excerpt draws the line and a caret under the column. With keep, only so many columns are shown.
func (d *document) excerpt(at state.Source, keep int) string {
	if at.Line < 1 || at.Line > len(d.lines) {
		return ""
	}
	line := []rune(strings.TrimRight(d.lines[at.Line-1], " \t\r"))
	if at.Column > 100 || at.Column > len(line) {
		return ""
	}
	for i, r := range line {
		if !strconv.IsPrint(r) {
			line[i] = ' ' // one for one: the caret stands under its column
		}
	}
	shown := []rune(hideTokens(string(line)))
	if keep > 0 && keep < len(shown) {
		shown = append(shown[:keep:keep], []rune(" …")...)
	}
	return fmt.Sprintf("%s\n%s^", text.Clip(string(shown), 121), strings.Repeat(" ", at.Column-1))
}

// hideTokens replaces what looks like a token by as many stars.
func hideTokens(s string) string {
	return longRun.ReplaceAllStringFunc(s, func(run string) string { return strings.Repeat("*", len(run)) })
}

// shorten makes text from outside fit for a message: short, on one line and without what looks like a token.
func shorten(s string) string { return text.Sanitize(text.Clip(hideTokens(s), 61)) }

// quote is shorten in quotation marks.
func quote(s string) string { return `"` + shorten(s) + `"` }
