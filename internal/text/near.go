package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// NFC returns s in Unicode's composed form: "é" is one rune.
func NFC(s string) string { return norm.NFC.String(s) }

// Fold returns s without what people overlook in a name: case, spaces, and in which Unicode form it is written.
func Fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(NFC(s)), "")) }

// Letters returns only the letters and digits of s, in lower case: two headers that differ in spaces, punctuation or
// invisible characters have the same letters.
func Letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, NFC(s))
}

// longestName is the length in runes above which nothing is a misspelled name.
const longestName = 100

// Nearest returns the name that s was most likely meant to be: one whose letters differ from those of s in at most a
// third. Of two that are equally near, the first wins.
func Nearest(s string, names []string) (string, bool) {
	plain := []rune(Letters(s))
	if len(plain) == 0 || len(plain) > longestName {
		return "", false
	}
	best, limit := "", max(1, len(plain)/3)
	for _, name := range names {
		letters := []rune(Letters(name))
		if len(letters) == 0 || len(letters) > longestName {
			continue
		}
		if d := distance(plain, letters); d <= limit {
			best, limit = name, d-1
		}
	}
	return best, best != ""
}

// Distance counts the edits between a and b: insertions, deletions, replacements and swaps of neighbouring runes.
func Distance(a, b string) int { return distance([]rune(a), []rune(b)) }

// Near is in how many letters another name may differ from s and be meant by it: one, or two where s is long. Two letters
// swapped count as one.
func Near(s string) int {
	if len(s) < 12 {
		return 1
	}
	return 2
}

// distance fills the table of the edit distance row by row; it needs the last two rows only.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range b {
			replace := last[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(replace, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
