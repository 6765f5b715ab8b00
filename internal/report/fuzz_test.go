package report

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// alone are signs that sound looks for and that are no link by themselves, and what they would need.
var alone = map[string]*regexp.Regexp{
	"text www. outside code": regexp.MustCompile(`www\.[0-9A-Za-z]`),
	"text GH- outside code":  regexp.MustCompile(`GH-[0-9]`),
}

// FuzzComment puts any text wherever data goes in a comment: what GitHub makes of it holds no tag, mention, link or table
// break of the data's.
func FuzzComment(f *testing.F) {
	for _, text := range nasty {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := wicked([]string{text})
		md := Markdown(p, onMerge)
		if !utf8.ValidString(md) {
			t.Errorf("not UTF-8: %q", md)
		}
		bad := slices.DeleteFunc(sound(t, md), func(what string) bool {
			needs := alone[what]
			return needs != nil && !needs.MatchString(text)
		})
		if len(bad) > 0 {
			t.Errorf("of %q:\n%s", text, strings.Join(bad, "\n"))
		}
	})
}

// FuzzWords puts any text into a list and a table in each way that text of others is written.
func FuzzWords(f *testing.F) {
	for _, text := range nasty {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w := Words{ours("about "), data(text), ours(" and "), name(text), ours(": "), said(text)}
		lines := []string{"- " + w.markdown(), "- " + Words{said(text)}.markdown(), "- " + Words{name(text)}.markdown(), "", "| a | b |", "|---|---|"}
		for _, p := range w {
			lines = append(lines, "| x "+Words{p}.markdown()+" | "+cell([]Part{p, p})+" |")
		}
		md := strings.Join(lines, "\n") + "\n"
		bad := slices.DeleteFunc(sound(t, md), func(what string) bool {
			needs := alone[what]
			return needs != nil && !needs.MatchString(text)
		})
		if page := render(t, md); strings.Count(page, "<tr>") != 7 || strings.Count(page, "<li>") != 3 {
			bad = append(bad, "rows or items are lost or added")
		}
		if len(bad) > 0 {
			t.Errorf("of %q:\n%s\n%s", text, strings.Join(bad, "\n"), md)
		}
	})
}
