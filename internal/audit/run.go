package audit

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// runVersion is the version of run.json's form.
const runVersion = 2

// run is run.json. Its schema is docs/run.schema.json.
type run struct {
	Version int `json:"version" jsonschema:"enum=2"`
	About
	Started        string         `json:"started" jsonschema_description:"RFC 3339, UTC"`
	Finished       string         `json:"finished,omitempty" jsonschema_description:"RFC 3339, UTC; missing where the run was killed"`
	ExitCode       *int           `json:"exit_code" jsonschema_description:"null where the run was killed"`
	Digest         string         `json:"digest" jsonschema_description:"of the plan"`
	ApprovalDigest string         `json:"approval_digest" jsonschema_description:"of its gated changes; empty where there were none"`
	Calls          calls          `json:"calls"`
	Totals         map[string]int `json:"totals" jsonschema_description:"changes by how they ended: done, failed, unknown, skipped, withheld, not_tried; and tried, the rows of both CSV files"`
	Verified       bool           `json:"verified" jsonschema_description:"what was changed was read again"`
	LookedAt       []string       `json:"looked_at,omitempty" jsonschema_description:"what was read again"`
	LeftOut        []string       `json:"left_out,omitempty" jsonschema_description:"syncs that the budget did not hold, and that the next run begins with"`
	VerifyError    string         `json:"verify_error,omitempty"`
	Left           []change       `json:"left,omitempty" jsonschema_description:"changes that are still to be made although nothing said so"`
	NotCleared     []notCleared   `json:"not_cleared,omitempty" jsonschema_description:"changes that were tried and are skipped for good; in the totals they are skipped"`
	NotTried       []notTried     `json:"not_tried,omitempty" jsonschema_description:"changes that were withheld, skipped, or not reached"`
	Errors         []string       `json:"errors,omitempty" jsonschema_description:"what went wrong beside the changes"`
	Problems       []string       `json:"problems,omitempty" jsonschema_description:"input that could not be used"`
	Refusals       []string       `json:"refusals,omitempty" jsonschema_description:"why nothing was written"`

	success, failure []Row
}

type calls struct {
	Made   int `json:"made" jsonschema_description:"calls of the run, as the server saw them"`
	Needed int `json:"needed" jsonschema_description:"calls the plan was to take"`
}

type notCleared struct {
	ID           string            `json:"id"`
	OutcomeCause plan.OutcomeCause `json:"outcome_cause" jsonschema:"enum=clearing_refused"`
	Name         string            `json:"name"`
}

type notTried struct {
	ID     string      `json:"id"`
	Status plan.Status `json:"status" jsonschema:"enum=withheld,enum=skipped,enum=not_tried"`
	Why    string      `json:"why,omitempty"`
	Op     plan.Op     `json:"op" jsonschema:"enum=create,enum=update,enum=delete"`
	Kind   plan.Kind   `json:"kind"`
	Name   string      `json:"name"`
}

// newRun is a run of which nothing is known yet but what it is about.
func newRun(about About, digest, started string) *run {
	r := &run{Version: runVersion, About: about, Started: started, Digest: digest, Totals: map[string]int{"tried": 0}}
	for _, status := range []plan.Status{plan.Done, plan.Failed, plan.Unknown, plan.Skipped, plan.Withheld, plan.NotTried} {
		r.Totals[string(status)] = 0
	}
	return r
}

// add takes a row for a change. Everything that is not done is in the error log: also what was begun and stopped before
// it was sent.
func (r *run) add(e entry) {
	r.Totals[string(e.Status)]++
	r.Totals["tried"]++
	if e.Cause != "" {
		r.NotCleared = append(r.NotCleared, notCleared{e.Change.ID, e.Cause, e.Change.Ref.Name})
	}
	if e.Status == plan.Done {
		r.success = append(r.success, r.row(e))
	} else {
		r.failure = append(r.failure, r.row(e))
	}
}

// sum is what the end of a run tells beside its rows.
func (a *Audit) sum(r *run, s Summary) {
	r.Finished, r.ExitCode, r.ApprovalDigest = stamp(s.Finished), &s.ExitCode, s.ApprovalDigest
	r.Calls = calls{s.Calls.Made, s.Calls.Needed}
	r.LookedAt, r.LeftOut = s.LookedAt, s.LeftOut
	r.Verified, r.VerifyError, r.Errors, r.Refusals = s.Verified, s.VerifyErr, s.Errors, s.Refusals
	tally := plan.Tally(s.Outcomes)
	for _, status := range []plan.Status{plan.Skipped, plan.Withheld, plan.NotTried} {
		r.Totals[string(status)] = tally[status]
	}
	for _, o := range s.Outcomes {
		switch o.Status {
		case plan.Skipped, plan.Withheld, plan.NotTried:
			if o.Cause == "" { // else it was tried, and has a row
				r.NotTried = append(r.NotTried, notTried{o.Change.ID, o.Status, o.Err, o.Change.Op, o.Change.Ref.Kind, o.Change.Ref.Name})
			}
		}
	}
	for _, c := range s.Left {
		r.Left = append(r.Left, a.record(c))
	}
	for _, p := range s.Problems {
		r.Problems = append(r.Problems, p.String())
	}
}

// write writes both CSV files and run.json.
func (r *run) write(f folder, scrub *text.Scrubber) error {
	put := func(name string, data []byte, err error) error {
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		return f.write(name, data)
	}
	success, err := encode(r.success, scrub)
	err = put(SuccessFile, success, err)
	failure, failed := encode(r.failure, scrub)
	err = errors.Join(err, put(ErrorFile, failure, failed))
	text, failed := json.MarshalIndent(r, "", "  ")
	return errors.Join(err, put(RunFile, append(scrub.Bytes(text), '\n'), failed))
}
