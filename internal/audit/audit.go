// Package audit is of the files a run leaves behind: a journal with a line before and a line after every write, the two
// CSV files an auditor opens, and the run's totals. It does not know how a change is made, nor what Clockify is.
package audit

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Names of the files in the audit folder.
const (
	JournalFile = "journal.jsonl"
	SuccessFile = "sync_success_log.csv"
	ErrorFile   = "sync_error_log.csv"
	RunFile     = "run.json"
	PlanFile    = "plan.json"
	PageFile    = "plan.md"
)

// Meta is what every line of an audit says beside the change: which run, who, and at which commit. Any may be empty.
type Meta struct {
	Run    string
	Actor  string
	Commit string

	Secrets []string         // never written to any file, in no usual encoding; a last line of defence
	Fsync   bool             // wait for the disk, not only for the operating system, at each journal line
	Now     func() time.Time // nil: time.Now
}

// Audit is the open audit of one run. Begin and End are safe for concurrent use.
type Audit struct {
	meta   Meta
	digest string
	folder folder
	scrub  *text.Scrubber

	mu      sync.Mutex
	journal file
	broken  error                // why the journal can be trusted no more
	open    map[string]int       // ids of changes begun and not ended, and how often
	begun   map[string]beginning // the line of each of them
	tried   map[string]struct{}  // ids that were begun at least once
}

// beginning is what is kept of a change that was begun, in case it never ends.
type beginning struct {
	change plan.Change
	at     time.Time
}

// Open makes the folder (0755) and starts its journal (files are 0644: who reads them is often not who wrote them). Files
// of an earlier run go; the journal of an earlier run that never finished is kept as journal-<its run>.jsonl. The digest is
// the plan's.
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

func start(f folder, meta Meta, digest string) (*Audit, error) {
	if meta.Now == nil {
		meta.Now = time.Now
	}
	a := &Audit{
		meta: meta, digest: digest, folder: f, scrub: text.NewScrubber(meta.Secrets...),
		open: map[string]int{}, begun: map[string]beginning{}, tried: map[string]struct{}{},
	}
	if err := keepUnfinished(f); err != nil {
		return nil, err
	}
	for _, name := range []string{SuccessFile, ErrorFile, RunFile, PlanFile, PageFile, JournalFile} {
		if err := f.Remove(name); err != nil {
			return nil, err
		}
	}
	journal, err := f.Create(JournalFile)
	if err != nil {
		return nil, err
	}
	a.journal = journal
	err = a.line(line{
		Event: eventOpen, Time: stamp(meta.Now()), Version: journalVersion,
		Run: meta.Run, Actor: meta.Actor, Commit: meta.Commit, Digest: digest,
	})
	if err != nil {
		return nil, errors.Join(err, journal.Close())
	}
	return a, nil
}

// Begin writes that the change is about to be made. When it returns an error the change must not be made. Once a line
// could not be written, no later one is accepted either: what follows half a line would be unreadable.
func (a *Audit) Begin(c plan.Change) error {
	now := a.meta.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.line(line{Event: eventBegin, Time: stamp(now), ID: c.ID, Change: record(c)}); err != nil {
		return err
	}
	a.open[c.ID]++
	a.begun[c.ID] = beginning{c, now}
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
		Event: eventEnd, Time: stamp(a.meta.Now()), ID: o.Change.ID, Status: string(o.Status), Err: o.Err,
		Response: o.Response, Attempts: o.Attempts, Started: stamp(o.Started), Seconds: o.Duration.Seconds(),
	})
}

// line appends one line with one write. The caller holds the lock, or is alone.
func (a *Audit) line(l line) error {
	if a.broken != nil {
		return a.broken
	}
	line, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	if _, err = a.journal.Write(append(a.scrub.Bytes(line), '\n')); err == nil && a.meta.Fsync {
		err = a.journal.Sync()
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
	Command        string
	Outcomes       []plan.Outcome
	ExitCode       int
	Digest         string // of the plan; empty: as given to Open
	ApprovalDigest string
	Calls          plan.Calls
	Started        time.Time
	Finished       time.Time
	Verified       bool          // a second reading was made
	Left           []plan.Change // what it found that nobody had announced
	VerifyErr      string
	Errors         []string // what went wrong beside the changes
	Problems       []state.Problem
	Refusals       []plan.Refusal
}

// Close writes the CSV files and run.json and ends the journal. A change that was begun and is not among the outcomes is
// in the error log with status "unknown". Whatever can be written is, even when the journal cannot.
func (a *Audit) Close(s Summary) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	s.Digest = cmp.Or(s.Digest, a.digest)
	if s.Finished.IsZero() {
		s.Finished = a.meta.Now()
	}
	header := header{Run: a.meta.Run, Actor: a.meta.Actor, Commit: a.meta.Commit, Digest: s.Digest}
	var rows rows
	ended := map[string]bool{}
	for _, o := range s.Outcomes {
		ended[o.Change.ID] = true
		if _, begun := a.tried[o.Change.ID]; begun || tried(o) {
			rows.add(header.row(entry{
				change: *record(o.Change), status: string(o.Status), err: o.Err,
				response: o.Response, attempts: o.Attempts, started: o.Started, took: o.Duration,
			}))
		}
	}
	for _, b := range unfinished(a.begun) {
		if !ended[b.change.ID] {
			for range a.open[b.change.ID] {
				rows.add(header.row(entry{change: *record(b.change), status: statusUnknown, started: b.at}))
			}
		}
	}
	errs := []error{
		a.csv(SuccessFile, rows.success),
		a.csv(ErrorFile, rows.failure),
		a.json(RunFile, runOf(a.meta, s, &rows)),
		a.line(line{Event: eventClose, Time: stamp(s.Finished), ExitCode: &s.ExitCode}),
		a.journal.Close(),
		a.folder.Close(),
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close audit: %w", err)
	}
	return nil
}

func (a *Audit) csv(name string, list []Row) error {
	rows, err := encode(list)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return a.folder.write(name, a.scrub.Bytes(rows))
}

func (a *Audit) json(name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return a.folder.write(name, append(a.scrub.Bytes(data), '\n'))
}
