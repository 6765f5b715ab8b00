// Package audit writes what a run did into a folder of its own: a journal with a line before and a line after every
// write, the two CSV files an auditor opens, and the run's totals. It lists such folders, and completes that of a run
// that was killed. It does not know how a change is made, nor what Clockify is.
package audit

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Names of the files in the folder of a run.
const (
	JournalFile = "journal.jsonl"
	SuccessFile = "sync_success_log.csv"
	ErrorFile   = "sync_error_log.csv"
	RunFile     = "run.json"
	PlanFile    = "plan.json"
	PageFile    = "plan.md"
)

// About says which run it is. Any string may be empty.
type About struct {
	Run         string `json:"run" jsonschema_description:"GitHub's number of the run and attempt, or when it began"`
	Command     string `json:"command"`
	Actor       string `json:"actor" jsonschema_description:"who started it"`
	Commit      string `json:"commit" jsonschema_description:"the commit that was checked out; +changes behind it where the files were not as it has them"`
	Approver    string `json:"approver" jsonschema_description:"who approved what is gated, and where"`
	PullRequest string `json:"pull_request" jsonschema_description:"whose merge was applied"`
}

// Meta is what an audit needs to know beside the changes.
type Meta struct {
	About
	Secrets []string                 // never written to any file; a last line of defence
	Reason  func(plan.Change) string // puts why a change is made into words; nil: nothing is said
	Now     func() time.Time         // nil: time.Now
}

// Audit is the open audit of one run. Begin and End are safe for concurrent use.
type Audit struct {
	meta    Meta
	digest  string
	started time.Time
	name    string // of the run's folder
	dir     folder // the audit folder
	folder  folder // the run's, in it
	scrub   *text.Scrubber

	mu      sync.Mutex
	journal file
	running io.Closer         // the lock on the journal while it runs; nil where there are no locks
	broken  error             // why the journal can no longer be trusted
	begun   map[string]*entry // by id what was begun; nil once it ended
}

// Open makes the folder of a run in dir, such as 2026-11-25T124009Z-apply-5f2c, and starts its journal. Folders are 0755
// and files 0644: who reads them is often not who wrote them. Nothing of an earlier run is touched. The digest is the
// plan's.
func Open(dir string, meta Meta, digest string) (*Audit, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open audit folder: %w", err)
	}
	f, err := openFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("open audit folder: %w", err)
	}
	a, err := start(f, meta, digest)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start audit in %s: %w", dir, err), f.Close())
	}
	return a, nil
}

func start(dir folder, meta Meta, digest string) (*Audit, error) {
	if meta.Now == nil {
		meta.Now = time.Now
	}
	a := &Audit{meta: meta, digest: digest, started: meta.Now(), dir: dir, scrub: text.NewScrubber(meta.Secrets...), begun: map[string]*entry{}}
	var err error
	if a.name, a.folder, err = newRunFolder(dir, a.started, meta, digest); err != nil {
		return nil, err
	}
	if a.journal, err = a.folder.create(JournalFile); err != nil {
		return nil, err
	}
	a.running, _ = a.folder.lock() // a run does not need it: it tells others that it runs
	err = a.line(line{Event: eventOpen, Time: stamp(a.started), Version: journalVersion, About: &meta.About, Digest: digest})
	if err != nil {
		return nil, errors.Join(err, a.journal.Close(), a.release())
	}
	return a, nil
}

// release ends the lock.
func (a *Audit) release() error {
	if a.running == nil {
		return nil
	}
	return a.running.Close()
}

// Folder returns the name of the run's folder in the audit folder.
func (a *Audit) Folder() string { return a.name }

// Begin writes that the change is about to be made. When it returns an error the change must not be made. Once a line
// could not be written, no later one is accepted either: what follows half a line would be unreadable.
func (a *Audit) Begin(c plan.Change) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	r, e := a.record(c), &entry{Outcome: plan.Outcome{Change: c, Status: plan.Unknown, Started: a.meta.Now()}}
	if err := a.line(line{Event: eventBegin, Time: stamp(e.Started), ID: c.ID, Change: &r}); err != nil {
		return err
	}
	e.reason, e.open = r.Reason, 1
	if twin := a.begun[c.ID]; twin != nil {
		e.open += twin.open
	}
	a.begun[c.ID] = e
	return nil
}

// record is a change as it is kept.
func (a *Audit) record(c plan.Change) change {
	if c.Fields == nil {
		c.Fields = []plan.Field{} // a list, however short
	}
	if a.meta.Reason == nil {
		return change{Change: c}
	}
	return change{c, a.meta.Reason(c)}
}

// End writes how the change ended.
func (a *Audit) End(o plan.Outcome) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if e := a.begun[o.Change.ID]; e != nil {
		if e.open--; e.open == 0 {
			a.begun[o.Change.ID] = nil
		}
	}
	return a.line(line{
		Event: eventEnd, Time: stamp(a.meta.Now()), ID: o.Change.ID, Status: o.Status, Cause: o.Cause, Err: o.Err, HTTPStatus: o.HTTPStatus,
		Response: o.Response, Made: o.MadeID, Attempts: o.Attempts, Started: stamp(o.Started), Seconds: o.Duration.Seconds(),
	})
}

// line appends one line with one write. The caller holds the lock, or is alone.
func (a *Audit) line(l line) error {
	if a.broken != nil {
		return a.broken
	}
	data, err := json.Marshal(l)
	if err == nil {
		_, err = a.journal.Write(append(a.scrub.Bytes(data), '\n'))
	}
	if err != nil {
		a.broken = fmt.Errorf("write journal: %w", err)
	}
	return a.broken
}

// WriteFile puts a file of the caller's beside the others, such as plan.json. The name is a plain file name.
func (a *Audit) WriteFile(name string, data []byte) error {
	if !plainName(name) || name == JournalFile {
		return fmt.Errorf("write audit file: %q is not a plain file name", name)
	}
	if err := a.folder.write(name, a.scrub.Bytes(data)); err != nil {
		return fmt.Errorf("write audit file: %w", err)
	}
	return nil
}

// Summary is how the run ended.
type Summary struct {
	Outcomes       []plan.Outcome
	ExitCode       int
	Digest         string // of the plan; empty: as given to Open
	ApprovalDigest string
	Calls          plan.Calls
	Started        time.Time
	Finished       time.Time
	Verified       bool          // what was changed was read again
	LookedAt       []string      // what was read again
	LeftOut        []string      // syncs that the budget did not hold, in the order in which they are next
	Left           []plan.Change // what it found that nobody had announced
	VerifyErr      string
	Errors         []string // what went wrong beside the changes
	Problems       []state.Problem
	Refusals       []string // in words
}

// Close writes the CSV files, run.json and the line of runs.csv, and when all of these are safely there, the closing line
// of the journal. A change that was begun and is not among the outcomes is in the error log with status unknown. What
// can be written is, even when something else cannot; the journal then says so in place of its closing line.
func (a *Audit) Close(s Summary) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	s.Digest = cmp.Or(s.Digest, a.digest)
	if s.Finished.IsZero() {
		s.Finished = a.meta.Now()
	}
	if s.Started.IsZero() {
		s.Started = a.started
	}
	r := newRun(a.meta.About, s.Digest, stamp(s.Started))
	ended := map[string]bool{}
	for _, o := range s.Outcomes {
		ended[o.Change.ID] = true
		if _, begun := a.begun[o.Change.ID]; begun || tried(o) {
			r.add(entry{Outcome: o, reason: a.record(o.Change).Reason})
		}
	}
	for _, e := range a.unfinished() {
		for range e.open {
			if !ended[e.Change.ID] {
				r.add(*e)
			}
		}
	}
	a.sum(r, s)
	err := errors.Join(a.broken, r.write(a.folder, a.scrub))
	if err == nil {
		err = appendRun(a.dir, r.listed(a.name), a.scrub)
	}
	if err == nil {
		err = a.line(line{Event: eventClose, Time: stamp(s.Finished), ExitCode: &s.ExitCode})
	} else {
		_ = a.line(line{Event: eventIncomplete, Time: stamp(s.Finished), Err: err.Error()}) // the error itself is returned
	}
	if err := errors.Join(err, a.journal.Sync(), a.journal.Close(), a.release(), a.folder.Close(), a.dir.Close()); err != nil {
		return fmt.Errorf("close audit: %w", err)
	}
	return nil
}

// unfinished lists what was begun and never ended, by time and id.
func (a *Audit) unfinished() []*entry {
	open := slices.DeleteFunc(slices.Collect(maps.Values(a.begun)), func(e *entry) bool { return e == nil })
	slices.SortFunc(open, func(x, y *entry) int {
		return cmp.Or(x.Started.Compare(y.Started), cmp.Compare(x.Change.ID, y.Change.ID))
	})
	return open
}
