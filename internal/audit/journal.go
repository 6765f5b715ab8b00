package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// journalVersion is the version of the journal's form.
const journalVersion = 2

// The events of a journal, one line each.
const (
	eventOpen       = "open"
	eventBegin      = "begin"
	eventEnd        = "end"
	eventIncomplete = "incomplete" // a file of the run could not be written; in place of close
	eventClose      = "close"      // every other file is there
)

// line is one line of journal.jsonl. Begin lines hold the whole change, so that the journal alone tells what was tried.
type line struct {
	Event   string `json:"event"`
	Time    string `json:"time"`
	Version int    `json:"version,omitempty"`
	*About
	Digest string `json:"digest,omitempty"`

	ID     string  `json:"id,omitempty"`
	Change *change `json:"change,omitempty"`

	Status     plan.Status       `json:"status,omitempty"`
	Cause      plan.OutcomeCause `json:"outcome_cause,omitempty"`
	Err        string            `json:"error,omitempty"`
	HTTPStatus int               `json:"http_status,omitempty"`
	Response   string            `json:"response,omitempty"`
	Made       string            `json:"made,omitempty"` // Clockify's id of a time entry that was made
	Attempts   int               `json:"attempts,omitempty"`
	Started    string            `json:"started,omitempty"`
	Seconds    float64           `json:"seconds,omitempty"`

	ExitCode *int `json:"exit_code,omitempty"`
}

// change is a change as the journal and run.json keep it.
type change struct {
	plan.Change
	Reason string `json:"reason,omitempty"`
}

// entry is one change that was tried, from an outcome or from the journal.
type entry struct {
	plan.Outcome
	reason string
	ended  time.Time // from the journal
	open   int       // how often it was begun and not ended
}

// stamp renders an instant for a file: RFC 3339, UTC; empty for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// instant reads one; zero where it is none.
func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// history is a journal read back.
type history struct {
	About
	digest, started string
	entries         []entry // in the order they were begun; those without an end have status unknown
	exit            *int    // of the closing line
}

// readJournal understands a journal, however it ends, and leaves out what is no line of it. A line that was cut off was never
// followed by what it announces: the write behind it starts only after the line is whole.
func readJournal(data []byte) (history, error) {
	var h history
	waiting := map[string][]int{} // id to places in entries
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var l line
		if json.Unmarshal(lines.Bytes(), &l) != nil {
			continue
		}
		switch at := waiting[l.ID]; {
		case l.Event == eventOpen:
			if l.Version > journalVersion {
				return h, fmt.Errorf("the journal has version %d; this program reads up to %d", l.Version, journalVersion)
			}
			if l.About != nil {
				h.About = *l.About
			}
			h.digest, h.started = l.Digest, l.Time
		case l.Event == eventBegin && l.Change != nil:
			waiting[l.ID] = append(at, len(h.entries))
			began := plan.Outcome{Change: l.Change.Change, Status: plan.Unknown, Started: instant(l.Time)}
			h.entries = append(h.entries, entry{Outcome: began, reason: l.Change.Reason})
		case l.Event == eventEnd && len(at) > 0:
			e := &h.entries[at[0]]
			waiting[l.ID] = at[1:]
			e.Status, e.Cause, e.Err, e.Response = l.Status, l.Cause, l.Err, l.Response
			e.HTTPStatus, e.Attempts, e.MadeID = l.HTTPStatus, l.Attempts, l.Made
			e.Duration = time.Duration(l.Seconds * float64(time.Second)).Round(time.Microsecond)
			if t := instant(l.Started); !t.IsZero() {
				e.Started = t
			}
			e.ended = instant(l.Time)
		case l.Event == eventClose:
			h.exit = l.ExitCode
		}
	}
	if err := lines.Err(); err != nil {
		return h, fmt.Errorf("read journal: %w", err)
	}
	return h, nil
}

// readHistory reads the journal of a run's folder.
func readHistory(dir folder, name string) (history, error) {
	data, err := dir.ReadFile(name + "/" + JournalFile)
	if errors.Is(err, fs.ErrNotExist) {
		return history{}, fmt.Errorf("there is no %s in %s", JournalFile, name)
	}
	if err != nil {
		return history{}, err
	}
	return readJournal(data)
}
