package spec

import (
	"strings"
	"unicode"
)

// nearest returns the name that text most likely was meant to be. Case, spaces and punctuation do not count; of two
// equally near the first wins.
func nearest(text string, names []string) (string, bool) {
	plain := letters(text)
	if len(plain) == 0 || len(plain) > 80 {
		return "", false
	}
	best, at := "", max(1, len(plain)/3)+1
	for _, name := range names {
		if p := letters(name); len(p) > 0 && len(p) <= 80 {
			if d := distance(plain, p); d < at {
				best, at = name, d
			}
		}
	}
	return best, best != ""
}

func letters(text string) []rune {
	var out []rune
	for _, r := range strings.ToLower(text) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, r)
		}
	}
	return out
}

// distance counts insertions, deletions, replacements and swaps of neighbours.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
