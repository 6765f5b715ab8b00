package audit

import (
	"errors"
	"fmt"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// run is run.json.
type run struct {
	Version        int            `json:"version"`
	Run            string         `json:"run"`
	Command        string         `json:"command,omitempty"`
	Actor          string         `json:"actor"`
	Commit         string         `json:"commit"`
	Started        string         `json:"started,omitempty"`
	Finished       string         `json:"finished,omitempty"`
	ExitCode       *int           `json:"exit_code"` // null: the run was killed
	Digest         string         `json:"digest"`
	ApprovalDigest string         `json:"approval_digest"`
	Calls          calls          `json:"calls"`
	Totals         map[string]int `json:"totals"` // by status, 0 included; and "tried": the rows of both CSV files
	Verified       bool           `json:"verified"`
	VerifyError    string         `json:"verify_error,omitempty"`
	Left           []change       `json:"left,omitempty"`      // what the second reading found and nobody had announced
	NotTried       []notTried     `json:"not_tried,omitempty"` // withheld, skipped, unfinished: in no CSV
	Errors         []string       `json:"errors,omitempty"`
	Problems       []string       `json:"problems,omitempty"`
	Refusals       []string       `json:"refusals,omitempty"`
}

type calls struct {
	Made   int `json:"made"`
	Needed int `json:"needed"`
}

type notTried struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Why    string `json:"why,omitempty"`
	Op     string `json:"op"`
	Kind   string `json:"kind"`
	Name   string `json:"name"`
}

func runOf(meta Meta, s Summary, rows *rows) run {
	r := run{
		Version: 1, Run: meta.Run, Command: s.Command, Actor: meta.Actor, Commit: meta.Commit,
		Started: stamp(s.Started), Finished: stamp(s.Finished), ExitCode: &s.ExitCode,
		Digest: s.Digest, ApprovalDigest: s.ApprovalDigest, Calls: calls{s.Calls.Made, s.Calls.Needed},
		Totals: totals(rows), Verified: s.Verified, VerifyError: s.VerifyErr, Errors: s.Errors,
	}
	for _, o := range s.Outcomes {
		switch o.Status {
		case plan.Skipped, plan.Withheld, plan.NotTried:
			r.Totals[string(o.Status)]++
			r.NotTried = append(r.NotTried, notTried{
				ID: o.Change.ID, Status: string(o.Status), Why: o.Err,
				Op: string(o.Change.Op), Kind: string(o.Change.Ref.Kind), Name: o.Change.Ref.Name,
			})
		}
	}
	for _, c := range s.Left {
		r.Left = append(r.Left, *record(c))
	}
	for _, p := range s.Problems {
		r.Problems = append(r.Problems, p.String())
	}
	for _, refusal := range s.Refusals {
		r.Refusals = append(r.Refusals, refusal.Setting+": "+refusal.Text)
	}
	return r
}

func totals(rows *rows) map[string]int {
	return map[string]int{
		string(plan.Done): len(rows.success), string(plan.Failed): rows.failed(), statusUnknown: rows.unknown,
		string(plan.Skipped): 0, string(plan.Withheld): 0, string(plan.NotTried): 0,
		"tried": len(rows.success) + len(rows.failure),
	}
}

// Report is what Complete found in a journal.
type Report struct {
	Run      string
	Finished bool // the run had written its files itself; nothing was changed
	Done     int
	Failed   int
	Unknown  int // begun, and nobody knows how they ended
	Damaged  int // lines that could not be read: the last one, if the run was killed while it wrote it
}

// Complete writes the CSV files and run.json of a run that was killed, from its journal in dir. A change that was begun
// and not ended is in the error log with status "unknown". Of a finished run it changes nothing.
func Complete(dir string) (Report, error) {
	f, err := openFolder(dir)
	if err != nil {
		return Report{}, fmt.Errorf("open audit folder: %w", err)
	}
	report, err := complete(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return report, fmt.Errorf("complete audit in %s: %w", dir, err)
	}
	return report, nil
}

func complete(f folder) (Report, error) {
	text, err := f.Read(JournalFile)
	if err != nil {
		return Report{}, err
	}
	if text == nil {
		return Report{}, fmt.Errorf("there is no %s", JournalFile)
	}
	h, err := readJournal(text)
	if err != nil {
		return Report{}, err
	}
	var rows rows
	for _, e := range h.entries {
		rows.add(h.row(e))
	}
	report := Report{
		Run: h.Run, Finished: h.finished, Damaged: h.damaged,
		Done: len(rows.success), Failed: rows.failed(), Unknown: rows.unknown,
	}
	if h.finished {
		return report, nil
	}
	a := &Audit{folder: f}
	r := run{
		Version: 1, Run: h.Run, Actor: h.Actor, Commit: h.Commit, Digest: h.Digest, Totals: totals(&rows),
		Errors: []string{"the run was killed; this file was made from its journal"},
	}
	r.Totals[string(plan.NotTried)] = rows.unfinished
	return report, errors.Join(a.csv(SuccessFile, rows.success), a.csv(ErrorFile, rows.failure), a.json(RunFile, r))
}
