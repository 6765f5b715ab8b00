package audit

import (
	"bytes"
	"encoding/csv"
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

// tried reports whether a call may have been sent for the change.
func tried(o plan.Outcome) bool {
	return o.Status == plan.Done || o.Status == plan.Failed || o.Status == plan.Unknown || o.Attempts > 0
}

// row renders an entry.
func (r *run) row(e entry) Row {
	response := e.Response
	switch {
	case e.Status == plan.Unknown && e.Err == "" && e.Response == "":
		response = "the run ended before the answer came"
	case e.Err != "" && !strings.Contains(e.Err, e.Response):
		response = e.Response + ": " + e.Err
	case e.Err != "":
		response = e.Err
	}
	status := string(e.Status)
	if e.HTTPStatus != 0 {
		status = strconv.Itoa(e.HTTPStatus)
	}
	c := &e.Change
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
		Email: email(c), Action: action(c), Details: details(c, e.reason), Status: status, Response: response,
		Time: stamp(e.Started.Truncate(time.Millisecond)),
		Run:  r.Run, Domain: string(c.Domain), Phase: string(c.Phase), Object: c.Ref.Kind.Info().One + " " + c.Ref.Name,
		Before: strings.Join(before, "; "), After: strings.Join(after, "; "),
		Attempts: e.Attempts, Duration: strconv.FormatFloat(e.Duration.Seconds(), 'f', 3, 64),
		Digest: r.Digest, Actor: r.Actor, Commit: r.Commit, Approver: r.Approver, PullRequest: r.PullRequest,
	}
}

// encode renders rows as CSV under a header, each cell without secrets and harmless.
func encode[R any](rows []R, scrub *text.Scrubber) ([]byte, error) {
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
	if err := enc.EncodeHeader(*new(R)); err != nil {
		return nil, err
	}
	enc.AutoHeader = false
	if err := enc.Encode(rows); err != nil {
		return nil, err
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
