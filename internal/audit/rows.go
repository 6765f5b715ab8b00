package audit

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/jszwec/csvutil"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// statusUnknown is the status of a change that was begun and of which nobody knows how it ended.
const statusUnknown = "unknown"

// Row is one line of the CSV files: the first five columns are those of the tool this one follows.
type Row struct {
	Email    string // whom it is about
	Action   string // what was done, in that tool's words where it had one
	Details  string // the change in a sentence
	Status   string // the HTTP status of the answer; failed or unknown where there was none
	Response string // what the server said, or why there was no answer

	Time     string // when it was begun, RFC 3339, UTC
	Run      string
	Domain   string
	Phase    string
	Object   string // kind and name
	Before   string // name: value; name: value
	After    string
	Attempts int
	Duration string // seconds
	Digest   string // of the plan
	Actor    string
	Commit   string
}

// header is what all rows of a run share.
type header struct{ Run, Actor, Commit, Digest string }

// entry is one change that was tried, from an outcome or from the journal.
type entry struct {
	change   change
	status   string
	err      string
	response string
	attempts int
	started  time.Time
	took     time.Duration
}

// tried reports whether a call may have been sent for the change.
func tried(o plan.Outcome) bool {
	return o.Status == plan.Done || o.Status == plan.Failed || o.Attempts > 0
}

// rows are the two CSV files in the making.
type rows struct {
	success, failure    []Row
	unknown, unfinished int // of the failures
}

// add takes a row for how its change ended.
func (r *rows) add(row Row, status string) {
	if status == string(plan.Done) {
		r.success = append(r.success, row)
		return
	}
	r.failure = append(r.failure, row)
	switch status {
	case statusUnknown:
		r.unknown++
	case string(plan.NotTried): // begun, and stopped before it was sent or while it waited
		r.unfinished++
	}
}

// failed counts the failures that are neither.
func (r *rows) failed() int { return len(r.failure) - r.unknown - r.unfinished }

var httpStatus = regexp.MustCompile(`^[1-5][0-9]{2}\b`)

// row renders an entry, and says how it ended.
func (h header) row(e entry) (row Row, status string) {
	c := &e.change
	response := e.response
	switch {
	case e.status == statusUnknown:
		response = "the run ended before the answer came"
	case e.err != "" && !strings.Contains(e.err, e.response):
		response = e.response + ": " + e.err
	case e.err != "":
		response = e.err
	}
	var before, after []string
	for _, f := range c.Fields {
		if f.Before != "" {
			before = append(before, f.Name+": "+f.Before)
		}
		if f.After != "" {
			after = append(after, f.Name+": "+f.After)
		}
	}
	row = Row{
		Email: email(c), Action: action(c), Details: details(c),
		Status:   cmp.Or(httpStatus.FindString(e.response), e.status),
		Response: response,
		Time:     stamp(e.started.Truncate(time.Millisecond)),
		Run:      h.Run, Domain: c.Domain, Phase: c.Phase, Object: strings.ReplaceAll(c.Kind, "_", " ") + " " + c.Name,
		Before: strings.Join(before, "; "), After: strings.Join(after, "; "),
		Attempts: e.attempts, Duration: strconv.FormatFloat(e.took.Seconds(), 'f', 3, 64),
		Digest: h.Digest, Actor: h.Actor, Commit: h.Commit,
	}
	return row, e.status
}

// encode renders rows as CSV with a header, also when there are none.
func encode(list []Row) ([]byte, error) {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	enc := csvutil.NewEncoder(w)
	enc.WithMarshalers(csvutil.MarshalFunc(func(s string) ([]byte, error) { return []byte(cell(s)), nil })) // before the header: the encoder keeps what it knows of a type then
	if err := enc.EncodeHeader(Row{}); err != nil {
		return nil, err
	}
	enc.AutoHeader = false
	for i := range list {
		if err := enc.Encode(&list[i]); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return text.Bytes(), w.Error()
}

// cell makes text harmless to whoever opens the file: one line, nothing invisible, and an apostrophe before what a
// spreadsheet would run as a formula, also behind spaces and quotes.
func cell(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == '\n', r == '\r', r == '\t', r == '\u2028', r == '\u2029':
			b.WriteByte(' ')
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	text := b.String()
	first := strings.TrimLeftFunc(s, func(r rune) bool {
		return r == '"' || r == '\'' || r != '\t' && r != '\r' && unicode.IsSpace(r) || unicode.Is(unicode.Cf, r)
	})
	if first != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(first)[0]) {
		return "'" + text
	}
	return text
}
