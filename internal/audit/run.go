package audit

import (
	"encoding/json"
	"fmt"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// runVersion is the version of run.json's form.
const runVersion = 2

// run is run.json. Its schema is docs/run.schema.json.
type run struct {
	Version        int            `json:"version" jsonschema:"enum=2"`
	Run            string         `json:"run" jsonschema_description:"GitHub's number of the run and attempt, or when it began"`
	Command        string         `json:"command"`
	Actor          string         `json:"actor" jsonschema_description:"who started it"`
	Commit         string         `json:"commit" jsonschema_description:"the commit that was checked out; +changes behind it where the files were not as it has them"`
	Approver       string         `json:"approver" jsonschema_description:"who approved what is gated, and where"`
	PullRequest    string         `json:"pull_request" jsonschema_description:"whose merge was applied"`
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
	NotTried       []notTried     `json:"not_tried,omitempty" jsonschema_description:"changes that were withheld, skipped, or not reached"`
	Errors         []string       `json:"errors,omitempty" jsonschema_description:"what went wrong beside the changes"`
	Problems       []string       `json:"problems,omitempty" jsonschema_description:"input that could not be used"`
	Refusals       []string       `json:"refusals,omitempty" jsonschema_description:"why nothing was written"`
}

type calls struct {
	Made   int `json:"made" jsonschema_description:"calls of the run, as the server saw them"`
	Needed int `json:"needed" jsonschema_description:"calls the plan was to take"`
}

type notTried struct {
	ID     string `json:"id"`
	Status string `json:"status" jsonschema:"enum=withheld,enum=skipped,enum=not_tried"`
	Why    string `json:"why,omitempty"`
	Op     string `json:"op" jsonschema:"enum=create,enum=update,enum=delete"`
	Kind   string `json:"kind"`
	Name   string `json:"name"`
}

func (a *Audit) runOf(h header, s Summary, l *logs) run {
	r := newRun(h, l)
	r.Finished, r.ExitCode, r.ApprovalDigest = stamp(s.Finished), &s.ExitCode, s.ApprovalDigest
	r.Calls = calls{s.Calls.Made, s.Calls.Needed}
	r.LookedAt, r.LeftOut = s.LookedAt, s.LeftOut
	r.Verified, r.VerifyError, r.Errors, r.Refusals = s.Verified, s.VerifyErr, s.Errors, s.Refusals
	for _, o := range s.Outcomes {
		switch o.Status {
		case plan.Skipped, plan.Withheld, plan.NotTried:
			if o.Cause != "" {
				continue // it was tried, and has a row
			}
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
