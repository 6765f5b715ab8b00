package spec

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// rows reads the lines of a CSV that can be told apart into cells, trimmed, and reports the others. It is a
// csvutil.Reader.
type rows struct {
	*sheet
	data   []byte
	csv    *csv.Reader
	starts []int // where lines begin, once somebody asked
	width  int   // columns of the header; 0: not read yet
	seen   int   // lines with content after the header, sound or not

	refused func(record []string) // told of each row that is left out; nil record: not even cells could be read

	invalid   bool // the file holds bytes that are not UTF-8
	invalidAt state.Source
	invalids  int // rows with such bytes
}

func newRows(s *sheet, data []byte) *rows {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	r.TrimLeadingSpace = true
	return &rows{sheet: s, data: data, csv: r, invalid: !utf8.Valid(data), refused: func([]string) {}}
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
		valid, blank := true, true
		for i, cell := range record {
			if r.invalid && !utf8.ValidString(cell) {
				r.notUTF8(i)
				valid = false
			}
			record[i] = strings.TrimSpace(cell)
			blank = blank && record[i] == ""
		}
		if !valid {
			r.invalids++
		}
		if blank {
			continue
		}
		if r.width == 0 {
			r.width = len(record)
			return record, nil
		}
		r.seen++
		if len(record) > r.width && strings.Join(record[r.width:], "") == "" {
			record = record[:r.width] // a spreadsheet's commas after the last column
		}
		switch {
		case len(record) != r.width:
			r.miscounted(record)
		case valid:
			return record, nil
		}
		r.refused(record)
	}
}

// at is where a cell of the last record begins; columns are bytes.
func (r *rows) at(i int) state.Source {
	line, column := r.csv.FieldPos(i)
	return state.Source{File: r.file, Line: line, Column: column}
}

// notUTF8 remembers the first cell that is not UTF-8: a file in another encoding has many.
func (r *rows) notUTF8(i int) {
	if r.invalidAt.Line == 0 {
		r.invalidAt = r.at(i)
	}
}

// encoding reports what notUTF8 saw. It is called once all is read.
func (r *rows) encoding() {
	if r.invalidAt.Line == 0 {
		return
	}
	more := ""
	if r.invalids > 1 {
		more = fmt.Sprintf(", like %d lines in all", r.invalids)
	}
	r.bad(r.invalidAt, "this cell is not UTF-8%s. Save the file as UTF-8 (in Excel: CSV UTF-8).", more)
}

func (r *rows) miscounted(record []string) {
	at, hint := r.at(0), "Write a comma for every column, also around blank cells."
	if len(record) > r.width {
		at, hint = r.at(r.width), "Put a cell that holds a comma in quotes."
		for i := range len(record) - 1 {
			if digits(record[i]) && digits(record[i+1]) && len(record) == r.width+1 {
				at, hint = r.at(i), fmt.Sprintf(`If this is a decimal comma, put the cell in quotes: "%s,%s".`, shorten(record[i]), shorten(record[i+1]))
				break
			}
		}
	}
	r.bad(at, "this line has %d cells and the header %d. %s", len(record), r.width, hint)
}

func digits(text string) bool {
	return text != "" && len(text) <= 3 && strings.Trim(text, "0123456789") == ""
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
	from := r.offset(line)
	openLine, openColumn, open := line, 1, false
	column := 1
	for _, b := range r.data[from:] {
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

// isEOF tells the end of the file from an error.
func isEOF(err error) bool { return errors.Is(err, io.EOF) }
