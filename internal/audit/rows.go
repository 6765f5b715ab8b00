package audit

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/jszwec/csvutil"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Row is one line of the CSV files: the first five columns are those of the tool this one follows.
type Row struct {
	Email    string // whom it is about
	Action   string // what was done, in that tool's words where it had one
	Details  string // the change in a sentence
	Status   string // the HTTP status of the last answer; failed, unknown and the like where there was none
	Response string // what the server said, or why there was no answer

	Time        string // when it was begun, RFC 3339, UTC
	Run         string
	Domain      string
	Phase       string
	Object      string // kind and name
	Before      string // name: value; name: value
	After       string
	Attempts    int    // writes that were sent
	Duration    string // seconds
	Digest      string // of the plan
	Actor       string
	Commit      string
	Approver    string
	PullRequest string
}

// header is what all rows of a run share.
type header struct{ run, command, actor, commit, approver, pullRequest, digest, started string }

// entry is one change that was tried, from an outcome or from the journal.
type entry struct {
	change     change
	status     plan.Status
	err        string
	response   string
	httpStatus int
	attempts   int
	started    time.Time
	took       time.Duration
	made       string    // from the journal: Clockify's id of a time entry that was made
	ended      time.Time // from the journal
}

// tried reports whether a call may have been sent for the change.
func tried(o plan.Outcome) bool {
	return o.Status == plan.Done || o.Status == plan.Failed || o.Status == plan.Unknown || o.Attempts > 0
}

// logs are the two CSV files in the making.
type logs struct {
	header
	scrub            *text.Scrubber
	success, failure []Row
	failed           map[plan.Status]int // the rows of the error log, by status
}

// add takes a row for a change. Everything that is not done is in the error log: also what was begun and stopped before
// it was sent.
func (l *logs) add(e entry) {
	if e.status == plan.Done {
		l.success = append(l.success, l.row(e))
		return
	}
	if l.failed == nil {
		l.failed = map[plan.Status]int{}
	}
	l.failed[e.status]++
	l.failure = append(l.failure, l.row(e))
}

// row renders an entry.
func (h header) row(e entry) Row {
	c := &e.change
	response := e.response
	switch {
	case e.status == plan.Unknown && e.err == "" && e.response == "":
		response = "the run ended before the answer came"
	case e.err != "" && !strings.Contains(e.err, e.response):
		response = e.response + ": " + e.err
	case e.err != "":
		response = e.err
	}
	status := string(e.status)
	if e.httpStatus != 0 {
		status = strconv.Itoa(e.httpStatus)
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
	return Row{
		Email: email(c), Action: action(c), Details: details(c), Status: status, Response: response,
		Time: stamp(e.started.Truncate(time.Millisecond)),
		Run:  h.run, Domain: c.Domain, Phase: c.Phase, Object: plan.Kind(c.Kind).Info().One + " " + c.Name,
		Before: strings.Join(before, "; "), After: strings.Join(after, "; "),
		Attempts: e.attempts, Duration: strconv.FormatFloat(e.took.Seconds(), 'f', 3, 64),
		Digest: h.digest, Actor: h.actor, Commit: h.commit, Approver: h.approver, PullRequest: h.pullRequest,
	}
}

// write writes both files.
func (l *logs) write(f folder) error {
	put := func(name string, rows []Row) error {
		data, err := encode(rows, true, l.scrub)
		return cmp.Or(err, write(f, name, data))
	}
	return errors.Join(put(SuccessFile, l.success), put(ErrorFile, l.failure))
}

// encode renders rows as CSV, each cell without secrets and harmless.
func encode[R any](rows []R, withHeader bool, scrub *text.Scrubber) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	enc := csvutil.NewEncoder(w)
	harmless := func(s string) ([]byte, error) {
		safe := cell(s)
		if safe != s || strings.Contains(s, `"`) { // a key in it would no longer look like one below
			safe = cell(scrub.Scrub(s))
		}
		return []byte(safe), nil
	}
	enc.WithMarshalers(csvutil.MarshalFunc(harmless)) // before the header: the encoder keeps what it knows of a type then
	if withHeader {
		if err := enc.EncodeHeader(*new(R)); err != nil {
			return nil, err
		}
	}
	enc.AutoHeader = false
	for i := range rows {
		if err := enc.Encode(&rows[i]); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return scrub.Bytes(out.Bytes()), w.Error()
}

// separators are what may separate cells for whoever opens the file, beside tabs and line ends, which no cell keeps.
const separators = ",;|"

// cell makes text harmless to whoever opens the file: one line, nothing invisible, and an apostrophe before what a
// spreadsheet would run as a formula: at the start, behind spaces and quotes, and behind what it may take for the end of
// a cell.
func cell(s string) string {
	var b strings.Builder
	var pending strings.Builder // spaces and quotes at the start of what may be a cell
	starts := true
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		shown := string(r)
		blank := false
		switch {
		case r == '\n', r == '\r', r == '\t', r == '\u2028', r == '\u2029':
			shown, blank = " ", true
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			shown, blank = fmt.Sprintf(`\u%04x`, r), true
		case r == '"', r == '\'', unicode.IsSpace(r):
			blank = true
		}
		switch {
		case starts && blank:
			pending.WriteString(shown)
			continue
		case starts && strings.ContainsRune("=+-@＝＋－＠", r):
			b.WriteByte('\'')
		}
		b.WriteString(pending.String() + shown)
		pending.Reset()
		starts = strings.ContainsRune(separators, r)
	}
	return b.String() + pending.String()
}
