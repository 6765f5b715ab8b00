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
)

// Receipt is what is known of a change that was tried.
type Receipt struct {
	Attempts int    // calls made for it
	Response string // what the server answered, in short
}

// Status is how a change ended.
type Status string

// How a change can end.
const (
	Done       Status = "done"
	Failed     Status = "failed"
	Skipped    Status = "skipped"    // something it needs was not done
	Withheld   Status = "withheld"   // it waits for approval
	Unfinished Status = "unfinished" // the run stopped before it: budget used up or cancelled
)

// An Outcome is one change and how it ended.
type Outcome struct {
	Change   Change
	Status   Status
	Err      string // why it was not done; empty when it was
	Response string // what the server answered, in short: "200", "403 501 Access Denied"
	Attempts int    // calls that were tried for it
	Started  time.Time
	Duration time.Duration
}

// Tally counts outcomes by status.
func Tally(outcomes []Outcome) map[Status]int {
	n := map[Status]int{}
	for _, o := range outcomes {
		n[o.Status]++
	}
	return n
}
