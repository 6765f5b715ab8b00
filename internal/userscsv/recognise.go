package userscsv

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// trouble is why a file as a whole cannot be read, and where that can be seen.
type trouble struct {
	line, column int
	text         string
}

func troubleAt(line, column int, format string, args ...any) *trouble {
	return &trouble{line, column, fmt.Sprintf(format, args...)}
}

// signatures are the first bytes of files that are taken for a CSV.
var signatures = []struct{ begin, is string }{
	{"PK\x03\x04", "This is a spreadsheet (a workbook such as .xlsx), not a CSV. Save it as CSV UTF-8."},
	{"\xd0\xcf\x11\xe0", "This is an Excel workbook (.xls), not a CSV. Save it as CSV UTF-8."},
	{"%PDF", "This is a PDF, not a CSV. Export the people as CSV."},
	{"\x1f\x8b", "This is a compressed file, not a CSV. Unpack it (gunzip)."},
	{"{\\rtf", "This is a rich text document, not a CSV. Save it as plain text."},
	{"version https://git-lfs.github.com/", "This is a Git LFS pointer, not the file itself. Fetch it with git lfs pull; in a workflow, give actions/checkout lfs: true."},
}

// conflictMarks are what git leaves at the begin of lines in a merge that nobody finished.
var conflictMarks = []string{"<<<<<<< ", "||||||| ", ">>>>>>> "}

// decode recognises what data is and returns it as UTF-8 with LF or CRLF at the end of lines. What is no CSV is one
// trouble that names it.
func decode(data []byte, windows1252 bool) ([]byte, *trouble) {
	for _, s := range signatures {
		if bytes.HasPrefix(data, []byte(s.begin)) {
			return nil, troubleAt(1, 1, "%s", s.is)
		}
	}
	data, bad := toUTF8(data, windows1252)
	if bad != nil {
		return nil, bad
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, troubleAt(1, 1, "the file is empty. It needs a header and at least one person: an empty file never means that everybody left.")
	}
	if !bytes.Contains(data, []byte("\n")) {
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	}
	if webPage(data) {
		return nil, troubleAt(1, 1, "This is a web page, not a CSV: the export was probably answered by a sign-in page.")
	}
	if begin := string(bytes.Join(bytes.Fields(data[:min(len(data), 100)]), nil)); strings.HasPrefix(begin, "[{") || strings.HasPrefix(begin, `{"`) {
		return nil, troubleAt(1, 1, "This is JSON, not a CSV. Export the people as CSV.")
	}
	line := 0
	for l := range bytes.Lines(data) {
		line++
		for _, mark := range conflictMarks {
			if bytes.HasPrefix(l, []byte(mark)) {
				return nil, troubleAt(line, 1, "A merge conflict begins here (%s). Resolve it: keep the right lines and delete the marks.", strings.TrimSpace(mark))
			}
		}
	}
	return data, nil
}

// toUTF8 decodes UTF-8 and UTF-16 by their marks, and Windows-1252 where the config says so.
func toUTF8(data []byte, windows1252 bool) ([]byte, *trouble) {
	const mark = "\ufeff"
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(data, []byte("\x00\x00\xfe\xff")):
		return nil, troubleAt(1, 1, "the file is UTF-32. Save it as UTF-8 (in Excel: CSV UTF-8).")
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return fromUTF16(data[2:], false)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return fromUTF16(data[2:], true)
	case bytes.HasPrefix(data, []byte(mark)):
		for bytes.HasPrefix(data, []byte(mark)) { // some tools add a second one
			data = data[len(mark):]
		}
		windows1252 = false
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		if looksUTF16(data) {
			return nil, troubleAt(1, 1, "the file looks like UTF-16 without a byte order mark. Save it as UTF-8 (in Excel: CSV UTF-8).")
		}
		line, column := position(data, i)
		return nil, troubleAt(line, column, "there is a zero byte here: this is not text. Export the people as CSV UTF-8.")
	}
	if utf8.Valid(data) {
		return data, nil
	}
	if windows1252 {
		decoded, err := charmap.Windows1252.NewDecoder().Bytes(data)
		if err != nil {
			return nil, troubleAt(1, 1, "the file is not Windows-1252.")
		}
		return decoded, nil
	}
	line, column := position(data, invalidUTF8(data))
	return nil, troubleAt(line, column, "the file is not UTF-8 here, but probably Windows-1252 (%s). Save it as UTF-8 (in Excel: CSV UTF-8), or write encoding: windows-1252 in the config.", around(data, invalidUTF8(data)))
}

func fromUTF16(data []byte, bigEndian bool) ([]byte, *trouble) {
	if len(data)%2 != 0 {
		return nil, troubleAt(1, 1, "the file is UTF-16 and ends within a character: it is cut off. Export it again.")
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		low, high := uint16(data[2*i]), uint16(data[2*i+1])
		if bigEndian {
			low, high = high, low
		}
		units[i] = high<<8 | low
	}
	return bytes.TrimLeft([]byte(string(utf16.Decode(units))), "\ufeff"), nil
}

// looksUTF16 reports whether every other byte of the beginning is zero, as in UTF-16 of Latin letters.
func looksUTF16(data []byte) bool {
	head := data[:min(len(data), 200)]
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	return max(zeros[0], zeros[1]) > len(head)/3 && min(zeros[0], zeros[1]) < len(head)/20+1
}

// webPage reports whether data begins as HTML or XML does.
func webPage(data []byte) bool {
	head := strings.ToLower(string(bytes.TrimSpace(data[:min(len(data), 500)])))
	for _, begin := range []string{"<!doctype", "<html", "<?xml", "<head", "<body", "<script", "<table", "<!--"} {
		if strings.HasPrefix(head, begin) {
			return true
		}
	}
	return false
}

// invalidUTF8 is the offset of the first byte that is not UTF-8.
func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(data)
}

// position turns an offset into a line and a column, both counted from 1. Columns are bytes, as encoding/csv counts.
func position(data []byte, offset int) (line, column int) {
	before := data[:offset]
	return bytes.Count(before, []byte("\n")) + 1, offset - bytes.LastIndexByte(before, '\n')
}

// around shows the word at an offset as Windows-1252 has it, for somebody to recognise.
func around(data []byte, offset int) string {
	from, to := max(0, offset-12), min(len(data), offset+12)
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(data[from:to])
	if err != nil {
		return "as that it reads otherwise"
	}
	separator := func(r rune) bool { return strings.ContainsRune(",;\t\r\n\"", r) }
	all := string(decoded)
	at := offset - from // bytes are runes in Windows-1252
	runes := []rune(all)
	begin, end := at, at
	for begin > 0 && !separator(runes[begin-1]) {
		begin--
	}
	for end < len(runes) && !separator(runes[end]) {
		end++
	}
	return "as that it says " + quote(string(runes[begin:end]))
}
