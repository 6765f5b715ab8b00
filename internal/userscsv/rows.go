package userscsv

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// rows reads the lines that can be told apart into cells, trimmed and in Unicode's composed form, and reports the others.
// It is a csvutil.Reader.
type rows struct {
	*problems
	data   []byte
	csv    *csv.Reader
	starts []int  // where lines begin, once somebody asked
	width  int    // columns of the header; 0: not read yet
	seen   int    // lines with content after the header, sound or not
	filled []bool // columns in which a line has content

	refused func(record []string) // told of each row that is left out; a nil record: not even cells could be read
}

func newRows(p *problems, data []byte, delimiter rune) *rows {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = delimiter
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	r.TrimLeadingSpace = delimiter != '\t'
	return &rows{problems: p, data: data, csv: r, refused: func([]string) {}}
}

// Read returns the next sound record. The slice is valid until the next call.
func (r *rows) Read() ([]string, error) {
	for {
		record, err := r.csv.Read()
		var syntax *csv.ParseError
		switch {
		case errors.As(err, &syntax):
			r.seen++
			r.malformed(syntax)
			r.refused(nil)
			continue
		case err != nil:
			return nil, err // io.EOF: nothing else can go wrong in memory
		}
		blank := true
		for i, cell := range record {
			record[i] = composed(strings.TrimSpace(cell))
			blank = blank && record[i] == ""
		}
		if blank {
			continue
		}
		if r.width == 0 {
			r.width, r.filled = len(record), make([]bool, len(record))
			return record, nil
		}
		r.seen++
		if len(record) > r.width && strings.Join(record[r.width:], "") == "" {
			record = record[:r.width] // a spreadsheet's commas after the last column
		}
		if len(record) != r.width {
			r.miscounted(record)
			r.refused(record)
			continue
		}
		for i, cell := range record {
			r.filled[i] = r.filled[i] || cell != ""
		}
		return record, nil
	}
}

// composed is text.NFC, without its cost for ASCII.
func composed(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return text.NFC(s)
		}
	}
	return s
}

// at is where a cell of the last record begins; columns are bytes.
func (r *rows) at(i int) state.Source {
	line, column := r.csv.FieldPos(i)
	return state.Source{File: r.file, Line: line, Column: column}
}

// miscounted reports a line that has another number of cells than the header. One cause has many of them.
func (r *rows) miscounted(record []string) {
	if r.lumped(record) {
		return
	}
	at, hint := r.at(0), "Write a separator for every column, also around blank cells."
	if len(record) > r.width {
		at, hint = r.at(r.width), "Put a cell that holds a separator in quotes."
		for i := range len(record) - 1 {
			if r.csv.Comma == ',' && digits(record[i]) && digits(record[i+1]) && len(record) == r.width+1 {
				at, hint = r.at(i), `If this is a decimal comma, put the cell in quotes: "`+shorten(record[i])+","+shorten(record[i+1])+`".`
				break
			}
		}
	}
	r.badUpTo(3, at, "this line has %s and the header %d. %s", text.Count(len(record), "cell", "cells"), r.width, hint)
}

// lumped reports a line that is one cell where there should be several: it is in quotes as a whole, or something else
// separates its cells.
func (r *rows) lumped(record []string) bool {
	if len(record) > 1 || r.width == 1 {
		return false
	}
	at := r.at(0)
	for _, by := range separators {
		switch {
		case strings.Count(record[0], by) < r.width-1:
		case by == string(r.csv.Comma):
			r.badUpTo(1, at, "this line is in quotes as a whole, so that it is one cell. Take the quotes around it away, or export the file again.")
			return true
		default:
			r.badUpTo(1, at, "%s separates the cells of this line, and %s those of the header. Export the file again, so that one sign separates all.", spelled(by), spelled(string(r.csv.Comma)))
			return true
		}
	}
	return false
}

// quoted reports whether the cell that begins at a place is in quotes.
func (r *rows) quoted(at state.Source) bool { return r.byteAt(at.Line, at.Column) == '"' }

func digits(s string) bool {
	return s != "" && len(s) <= 3 && strings.Trim(s, "0123456789") == ""
}

// malformed reports a line whose quotes are wrong. After a quote that is never closed there is nothing left to read.
func (r *rows) malformed(e *csv.ParseError) {
	if errors.Is(e.Err, csv.ErrQuote) && r.byteAt(e.Line, e.Column) != '"' {
		line, column := r.lastOpened(e.StartLine)
		r.bad(state.Source{File: r.file, Line: line, Column: column}, "the quote opened here is never closed; nothing after it was read.")
		return
	}
	at := state.Source{File: r.file, Line: e.Line, Column: e.Column}
	switch {
	case errors.Is(e.Err, csv.ErrBareQuote):
		r.bad(at, `there is a quote inside a cell. Put the cell in quotes and write the quote twice: "a ""b""".`)
	case e.StartLine != e.Line:
		r.bad(at, "a quote stands here that neither opens nor closes a cell; the line began in line %d.", e.StartLine)
	default:
		r.bad(at, "a quote stands here that neither opens nor closes a cell. Write it twice to mean the sign itself.")
	}
}

// offset is where a line begins in the data.
func (r *rows) offset(line int) int {
	if r.starts == nil {
		r.starts = []int{0}
		for i, b := range r.data {
			if b == '\n' {
				r.starts = append(r.starts, i+1)
			}
		}
	}
	return r.starts[min(max(line, 1), len(r.starts))-1]
}

func (r *rows) byteAt(line, column int) byte {
	if i := r.offset(line) + column - 1; i < len(r.data) {
		return r.data[i]
	}
	return 0
}

// lastOpened finds the quote that is open at the end of the file, in the record that begins at a line.
func (r *rows) lastOpened(line int) (int, int) {
	openLine, openColumn, open := line, 1, false
	column := 1
	for _, b := range r.data[r.offset(line):] {
		if b == '"' {
			if open = !open; open {
				openLine, openColumn = line, column
			}
		}
		if column++; b == '\n' {
			line, column = line+1, 1
		}
	}
	return openLine, openColumn
}
