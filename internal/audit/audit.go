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

// Meta is what every line of an audit says beside the change. Any string may be empty.
type Meta struct {
	Run         string // GitHub's number of the run, or when it began
	Command     string
	Actor       string // who started it
	Commit      string // whose files were read
	Approver    string // who approved, and where
	PullRequest string // whose merge is applied

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
	running io.Closer           // the lock on the journal while it runs; nil where there are no locks
	broken  error               // why the journal can no longer be trusted
	open    map[string]int      // ids of changes begun and not ended, and how often
	begun   map[string]entry    // the line of each of them
	tried   map[string]struct{} // ids that were begun at least once
}

// Open makes the folder of a run in dir, such as 2026-11-25T124009Z-apply-5f2c, and starts its journal. Folders are 0755
// and files 0644: who reads them is often not who wrote them. Nothing of an earlier run is touched. The digest is the
// plan's.
func Open(dir string, meta Meta, digest string) (*Audit, error) {
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
	a := &Audit{
		meta: meta, digest: digest, started: meta.Now(), dir: dir, scrub: text.NewScrubber(meta.Secrets...),
		open: map[string]int{}, begun: map[string]entry{}, tried: map[string]struct{}{},
	}
	var err error
	if a.name, a.folder, err = newRunFolder(dir, a.started, meta, digest); err != nil {
		return nil, err
	}
	if a.journal, err = a.folder.Create(JournalFile); err != nil {
		return nil, err
	}
	a.running, _ = a.folder.Lock(JournalFile) // a run does not need it: it tells others that it runs
	err = a.line(line{
		Event: eventOpen, Time: stamp(a.started), Version: journalVersion, Run: meta.Run, Command: meta.Command,
		Actor: meta.Actor, Commit: meta.Commit, Approver: meta.Approver, PullRequest: meta.PullRequest, Digest: digest,
	})
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
	e := entry{change: a.record(c), status: plan.Unknown, started: a.meta.Now()}
	if err := a.line(line{Event: eventBegin, Time: stamp(e.started), ID: c.ID, Change: &e.change}); err != nil {
		return err
	}
	a.open[c.ID]++
	a.begun[c.ID] = e
	a.tried[c.ID] = struct{}{}
	return nil
}

// End writes how the change ended.
func (a *Audit) End(o plan.Outcome) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open[o.Change.ID]--; a.open[o.Change.ID] <= 0 {
		delete(a.open, o.Change.ID)
		delete(a.begun, o.Change.ID)
	}
	return a.line(line{
		Event: eventEnd, Time: stamp(a.meta.Now()), ID: o.Change.ID, Status: string(o.Status), Err: o.Err, HTTPStatus: o.HTTPStatus,
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
	if err := write(a.folder, name, a.scrub.Bytes(data)); err != nil {
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
	h := header{a.meta.Run, a.meta.Command, a.meta.Actor, a.meta.Commit, a.meta.Approver, a.meta.PullRequest, s.Digest, stamp(s.Started)}
	logs := logs{header: h, scrub: a.scrub}
	ended := map[string]bool{}
	for _, o := range s.Outcomes {
		ended[o.Change.ID] = true
		if _, begun := a.tried[o.Change.ID]; begun || tried(o) {
			logs.add(entry{
				change: a.record(o.Change), status: o.Status, err: o.Err, response: o.Response, httpStatus: o.HTTPStatus,
				attempts: o.Attempts, started: o.Started, took: o.Duration,
			})
		}
	}
	for _, e := range unfinished(a.begun) {
		if !ended[e.change.ID] {
			for range a.open[e.change.ID] {
				logs.add(e)
			}
		}
	}
	r := a.runOf(h, s, &logs)
	err := errors.Join(a.broken, logs.write(a.folder), writeJSON(a.folder, RunFile, r, a.scrub))
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
