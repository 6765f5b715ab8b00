package userscsv

import (
	"bytes"
	"encoding/csv"
	"strings"
	"unicode/utf8"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// delimiters are what may stand between cells, the usual one first.
const delimiters = ",;\t"

// separators are what stands between cells in files of whatever kind.
var separators = []string{",", ";", "\t", "|", "^", "~", ":", "  "}

// separator is what the cells are separated by, and who said so; empty: the header told.
type separator struct {
	sign rune
	said string
}

// longestTitle is how many lines of titles may stand above a header that is recognised as one.
const longestTitle = 20

// delimiterOf tells what separates the cells: what a first line such as sep=; or the config says, else what makes most of
// the header known. rest is data without the line sep=, which is left blank, so that lines keep their numbers.
func delimiterOf(data []byte, said rune, known []string) (by separator, rest []byte) {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	line := strings.Trim(strings.TrimSpace(string(first)), `"`)
	if value, ok := strings.CutPrefix(strings.ToLower(line), "sep="); ok && (utf8.RuneCountInString(value) == 1 || value == "") {
		rest = append([]byte("\n"), data[min(len(data), len(first)+1):]...)
		if value == "" {
			value = "\t" // TrimSpace took the tab
		}
		if r, _ := utf8.DecodeRuneInString(value); strings.ContainsRune(delimiters+"|", r) {
			return separator{r, "the first line"}, rest
		}
		data = rest
	}
	if said != 0 {
		return separator{said, "delimiter in the config"}, data
	}
	header := bytes.TrimLeft(data, "\r\n\t ")
	best, most := ',', -1
	for _, d := range delimiters {
		cells := firstRecord(header, d)
		score := 1000*knownCells(cells, known) + len(cells)
		if score > most {
			best, most = d, score
		}
	}
	return separator{sign: best}, data
}

// firstRecord splits the first record; what cannot be split is one cell.
func firstRecord(data []byte, delimiter rune) []string {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = delimiter, -1, true
	record, err := r.Read()
	if err != nil {
		return nil
	}
	return record
}

// knownCells counts the cells that are names of columns, or nearly so.
func knownCells(cells, known []string) int {
	n := 0
	for _, cell := range cells {
		letters := text.Letters(cell)
		for _, name := range known {
			if letters != "" && letters == text.Letters(name) {
				n++
				break
			}
		}
	}
	return n
}

// headerBelow looks for a line that is more of a header than the first one, whatever separates its cells: above it stand
// titles. 0: there is none.
func headerBelow(data []byte, header, known []string) (line int) {
	least := max(knownCells(header, known)+1, min(2, len(known)))
	n := 0
	for l := range bytes.Lines(data) {
		if n++; n > longestTitle {
			break
		}
		for _, d := range delimiters {
			if n > 1 && knownCells(firstRecord(l, d), known) >= least {
				return n
			}
		}
	}
	return 0
}
