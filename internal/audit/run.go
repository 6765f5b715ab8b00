package audit

import (
	"encoding/json"
	"fmt"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// runVersion is the version of run.json's form.
const runVersion = 2

// run is run.json.
type run struct {
	Version        int            `json:"version"`
	Run            string         `json:"run"`
	Command        string         `json:"command"`
	Actor          string         `json:"actor"`
	Commit         string         `json:"commit"`
	Approver       string         `json:"approver"`
	PullRequest    string         `json:"pull_request"`
	Started        string         `json:"started"`
	Finished       string         `json:"finished,omitempty"`
	ExitCode       *int           `json:"exit_code"` // null: the run was killed
	Digest         string         `json:"digest"`
	ApprovalDigest string         `json:"approval_digest"`
	Calls          calls          `json:"calls"`
	Totals         map[string]int `json:"totals"` // by status, 0 included; and "tried": the rows of both CSV files
	Verified       bool           `json:"verified"`
	LookedAt       []string       `json:"looked_at,omitempty"` // by the second reading, by sync
	VerifyError    string         `json:"verify_error,omitempty"`
	Left           []change       `json:"left,omitempty"`      // what the second reading found and nobody had announced
	NotTried       []notTried     `json:"not_tried,omitempty"` // withheld, skipped, or stopped before them
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

func (a *Audit) runOf(h header, s Summary, l *logs) run {
	r := newRun(h, l)
	r.Finished, r.ExitCode, r.ApprovalDigest = stamp(s.Finished), &s.ExitCode, s.ApprovalDigest
	r.Calls = calls{s.Calls.Made, s.Calls.Needed}
	r.Verified, r.LookedAt, r.VerifyError, r.Errors, r.Refusals = s.Verified, s.LookedAt, s.VerifyErr, s.Errors, s.Refusals
	for _, o := range s.Outcomes {
		switch o.Status {
		case plan.Skipped, plan.Withheld, plan.NotTried:
			r.NotTried = append(r.NotTried, notTried{
				ID: o.Change.ID, Status: string(o.Status), Why: o.Err,
				Op: string(o.Change.Op), Kind: string(o.Change.Ref.Kind), Name: o.Change.Ref.Name,
			})
		}
	}
	for _, status := range []plan.Status{plan.Skipped, plan.Withheld, plan.NotTried} {
		r.Totals[string(status)] = plan.Tally(s.Outcomes)[status]
	}
	for _, c := range s.Left {
		r.Left = append(r.Left, a.record(c))
	}
	for _, p := range s.Problems {
		r.Problems = append(r.Problems, p.String())
	}
	return r
}

// newRun is what the rows and the header tell of a run.
func newRun(h header, l *logs) run {
	r := run{
		Version: runVersion, Run: h.run, Command: h.command, Actor: h.actor, Commit: h.commit, Approver: h.approver,
		PullRequest: h.pullRequest, Started: h.started, Digest: h.digest,
		Totals: map[string]int{string(plan.Done): len(l.success), "tried": len(l.success) + len(l.failure)},
	}
	for _, status := range []plan.Status{plan.Failed, plan.Unknown, plan.Skipped, plan.Withheld, plan.NotTried} {
		r.Totals[string(status)] = l.failed[status]
	}
	return r
}

func writeJSON(f folder, name string, v any, scrub *text.Scrubber) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return write(f, name, append(scrub.Bytes(data), '\n'))
}
