package config

import "strings"

// nearest returns the name of those known that text most likely was meant to be, or nothing.
func nearest(text string, names []string) string {
	best, at := "", len(text)/4+1
	if len(text) > 100 {
		return ""
	}
	for _, name := range names {
		if len(name) > 100 {
			continue
		}
		if d := distance(strings.ToLower(text), strings.ToLower(name)); d < at || d == at && best == "" {
			best, at = name, d
		}
	}
	return best
}

// distance is Levenshtein's, in bytes: keys are ASCII.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
