package audit

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
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
	Event       string `json:"event"`
	Time        string `json:"time"`
	Version     int    `json:"version,omitempty"`
	Run         string `json:"run,omitempty"`
	Command     string `json:"command,omitempty"`
	Actor       string `json:"actor,omitempty"`
	Commit      string `json:"commit,omitempty"`
	Approver    string `json:"approver,omitempty"`
	PullRequest string `json:"pull_request,omitempty"`
	Digest      string `json:"digest,omitempty"`

	ID     string  `json:"id,omitempty"`
	Change *change `json:"change,omitempty"`

	Status     string  `json:"status,omitempty"`
	Err        string  `json:"error,omitempty"`
	HTTPStatus int     `json:"http_status,omitempty"`
	Response   string  `json:"response,omitempty"`
	Made       string  `json:"made,omitempty"` // Clockify's id of a time entry that was made
	Attempts   int     `json:"attempts,omitempty"`
	Started    string  `json:"started,omitempty"`
	Seconds    float64 `json:"seconds,omitempty"`

	ExitCode *int `json:"exit_code,omitempty"`
}

// change is a plan.Change as the journal and run.json keep it.
type change struct {
	ID         string  `json:"id"`
	Domain     string  `json:"domain"`
	Sync       string  `json:"sync,omitempty"`
	Phase      string  `json:"phase"`
	Op         string  `json:"op"`
	Kind       string  `json:"kind"`
	Workspace  string  `json:"workspace"`
	Name       string  `json:"name"`
	Ordinal    int     `json:"ordinal,omitempty"`
	Person     string  `json:"person,omitempty"`
	Leaver     string  `json:"leaver,omitempty"`
	Gated      bool    `json:"gated,omitempty"`
	Guard      string  `json:"guard,omitempty"`
	Cause      string  `json:"cause,omitempty"`
	CauseAbout string  `json:"cause_about,omitempty"`
	Origin     string  `json:"origin,omitempty"`
	Reason     string  `json:"reason,omitempty"`
	Fields     []field `json:"fields,omitempty"`
}

type field struct {
	Name   string `json:"name"`
	Before string `json:"before"`
	After  string `json:"after"`
}

func (a *Audit) record(c plan.Change) change {
	r := change{
		ID: c.ID, Domain: string(c.Domain), Sync: c.Sync, Phase: string(c.Phase), Op: string(c.Op), Kind: string(c.Ref.Kind),
		Workspace: c.Ref.Workspace, Name: c.Ref.Name, Ordinal: c.Ordinal, Person: c.Person, Leaver: c.Leaver, Gated: c.Gated,
		Guard: string(c.Guard), Cause: string(c.Cause), CauseAbout: c.CauseAbout, Origin: string(c.Origin),
	}
	if a.meta.Reason != nil {
		r.Reason = a.meta.Reason(c)
	}
	for _, f := range c.Fields {
		r.Fields = append(r.Fields, field(f))
	}
	return r
}

// unfinished lists what was begun and never ended, by time and id.
func unfinished(begun map[string]entry) []entry {
	return slices.SortedFunc(maps.Values(begun), func(x, y entry) int {
		return cmp.Or(x.started.Compare(y.started), cmp.Compare(x.change.ID, y.change.ID))
	})
}

// stamp renders an instant for a file: RFC 3339, UTC; empty for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// history is a journal read back.
type history struct {
	header
	entries  []entry // in the order they were begun; those without an end have status unknown
	finished bool
	damaged  int // lines that are no journal lines, a last one that was cut included
	exit     *int
}

// readJournal understands a journal, however it ends. A line that was cut off was never followed by what it announces:
// the write behind it starts only after the line is whole.
func readJournal(data []byte) (history, error) {
	var h history
	waiting := map[string][]int{} // id to places in entries
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		raw := bytes.TrimSpace(lines.Bytes())
		if len(raw) == 0 {
			continue
		}
		var l line
		if err := json.Unmarshal(raw, &l); err != nil {
			h.damaged++
			continue
		}
		switch l.Event {
		case eventOpen:
			if l.Version > journalVersion {
				return h, fmt.Errorf("the journal has version %d; this program reads up to %d", l.Version, journalVersion)
			}
			h.header = header{l.Run, l.Command, l.Actor, l.Commit, l.Approver, l.PullRequest, l.Digest, l.Time}
		case eventBegin:
			if l.Change == nil {
				h.damaged++
				continue
			}
			waiting[l.ID] = append(waiting[l.ID], len(h.entries))
			h.entries = append(h.entries, entry{change: *l.Change, status: plan.Unknown, started: instant(l.Time)})
		case eventEnd:
			at := waiting[l.ID]
			if len(at) == 0 {
				h.damaged++
				continue
			}
			waiting[l.ID] = at[1:]
			e := &h.entries[at[0]]
			e.made, e.ended = l.Made, instant(l.Time)
			e.status, e.err, e.response, e.httpStatus, e.attempts = plan.Status(l.Status), l.Err, l.Response, l.HTTPStatus, l.Attempts
			e.took = time.Duration(l.Seconds * float64(time.Second)).Round(time.Microsecond)
			if t := instant(l.Started); !t.IsZero() {
				e.started = t
			}
		case eventClose:
			h.finished, h.exit = true, l.ExitCode
		case eventIncomplete:
		default:
			h.damaged++
		}
	}
	if err := lines.Err(); err != nil {
		return h, fmt.Errorf("read journal: %w", err)
	}
	return h, nil
}

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}
	}
	return t
}
