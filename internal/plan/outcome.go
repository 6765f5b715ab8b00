package plan

import (
	"errors"
	"time"
)

// What whoever does a change may answer beside success and failure.
var (
	// ErrStop: nothing more may be tried in this run; the change was not tried. The next run goes on.
	ErrStop = errors.New("stopped early")
	// ErrNotTried: the change was not tried, and why is in the text around it.
	ErrNotTried = errors.New("not tried")
	// ErrUnknown: the change was tried, and it could not be found out whether it was done.
	ErrUnknown = errors.New("whether it was done could not be found out")
	// ErrNotCleared: the server refuses to clear a value, which stays. It is no failure: only a person can do something about it.
	ErrNotCleared = errors.New("the value stays")
)

// Result is what is known of a change that was tried.
type Result struct {
	Attempts   int    // writes sent for it
	Reads      int    // reads made for it
	HTTPStatus int    // of the last answer; 0: there was none
	Response   string // what the server answered, in short
	MadeID     string // the server's id of a time entry that was made, for the journal alone
}

// Status is how a change ended.
type Status string

// How a change can end.
const (
	Done     Status = "done"
	Failed   Status = "failed"
	Skipped  Status = "skipped"   // something it needs was not done, or the server refuses to clear a value
	Withheld Status = "withheld"  // it is gated and not approved
	NotTried Status = "not_tried" // the run stopped before it: budget used up or cancelled
	Unknown  Status = "unknown"   // it was begun, and nobody knows how it ended
)

// OutcomeCause is why a change that was tried is skipped. The list is closed and part of plan.json and run.json.
type OutcomeCause string

// ClearingRefused: Clockify was asked to clear a value, and refuses it.
const ClearingRefused OutcomeCause = "clearing_refused"

// An Outcome is one change and how it ended.
type Outcome struct {
	Change     Change
	Status     Status
	Cause      OutcomeCause // why it is skipped for good although it was tried; empty: it is not
	Err        string       // why it was not done; empty when it was
	Response   string       // ok, or what the server answered, in short: "403 501 Access Denied"
	HTTPStatus int          // of the last answer; 0: there was none
	Attempts   int          // writes sent for it
	Reads      int          // reads made for it
	MadeID     string       // the server's id of a time entry that was made, for the journal alone
	Started    time.Time
	Duration   time.Duration
}

// Wrong counts the outcomes that make a run fail: what failed, what was skipped because of it, and what nobody knows. A
// clearing that the server refuses does not.
func Wrong(outcomes []Outcome) int {
	n := 0
	for _, o := range outcomes {
		if o.Status == Failed || o.Status == Unknown || o.Status == Skipped && o.Cause == "" {
			n++
		}
	}
	return n
}

// Tally counts outcomes by status.
func Tally(outcomes []Outcome) map[Status]int {
	n := map[Status]int{}
	for _, o := range outcomes {
		n[o.Status]++
	}
	return n
}
