package report

import (
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// A Document is a plan, and how it went where it was applied, put in the order and the words in which people read it. It
// is made once; a terminal, a comment and a page for a browser only write it, so that they agree on every count. People
// in it are masked where that is asked for.
type Document struct {
	Run     bool // the plan was applied
	Masked  bool
	Idle    bool // there was nothing to do, and nothing stands in the way
	Stopped bool // nothing of it will be written
	Mood    Mood

	Workspaces []Workspace // those that are changed
	Label      string      // what the operator calls this plan
	Stands     string      // what stands against it, in a few words
	Verdict    Words       // the first line
	Matches    Words       // of an idle plan: what Clockify matches already, or that there is nothing to change
	Origin     Words       // what of it this pull request changes, and what is drift
	Effort     string      // calls and time
	Started    time.Time
	Digest     string

	Problems []Problem   // of the input
	Unsound  Words       // what is not written while there are problems
	Refusals []Words     // of guards and preflight
	Loosened []Words     // what a pull request loosens, and what holds until it is merged
	Approval *Approval   // nil: nothing needs approval
	Counts   []Count     // by kind
	Results  []ResultSum // by how changes ended, the best first
	People   Section
	Groups   Section
	Fields   Section
	Syncs    []Sync
	Findings Findings
	Reports  []Report  // who reports to whom, where it changes
	Verified Words     // of a run: what reading again found
	Doubt    bool      // reading again found something, or did not work
	Undone   []Undone  // of a run: what was not done, and why
	Facts    []Words   // of a run: who approved, and whose files they were
	Twice    []Finding // whose hours count twice, or may
	Next     Next
}

// Workspace is one that a plan changes.
type Workspace struct{ Name, ID string }

// Mood is how a verdict is meant.
type Mood string

// Bad: something is wrong. Wait: somebody has to approve. Good: all is as asked. Neutral: there is something to do.
const (
	MoodBad     Mood = "bad"
	MoodWait    Mood = "wait"
	MoodGood    Mood = "good"
	MoodNeutral Mood = "plan"
)

// Problem is a problem of the input, with the line of the file and a caret under it where that helps.
type Problem struct {
	At      state.Source
	Words   Words
	Excerpt string
}

// Count says how many changes of one kind there are: by what they do, and by how they ended.
type Count struct {
	Kind                       plan.KindInfo
	Sync                       string
	Add, Change, Remove, Gated int
	By                         map[Result]int
}

// ResultSum says how many changes ended in one way.
type ResultSum struct {
	Result Result
	Number int
}

// Section is the objects of one sort with what changes about them. Not all of them may be listed, but all are counted.
type Section struct {
	Total   int
	Routine int // those of which something changes without approval; of a run: was changed
	Objects []Object
}

// Object is a person, group, field or project with what changes about it.
type Object struct {
	Name          Part
	Email         string // of a person
	Beside        string // the display name, or where the object is
	Made, Taken   bool   // the object itself is created or deleted
	Joins, Leaves int    // members of a group who come and go
	Rows          []Row
}

// Row is one change, or the two halves of a move.
type Row struct {
	Kind    plan.Kind
	Phase   plan.Phase
	Lines   []Line
	Why     Words // why it is done
	Drift   bool  // Clockify differs already, whatever the pull request says
	Gated   bool
	Changes int
	Result  Result
	Error   string // why it was not done
	Tries   int
}

// Line is one attribute before and after; no values mean none.
type Line struct {
	What          Part
	Before, After []Part
}

// Takes reports whether the line takes something away and gives nothing for it.
func (l Line) Takes() bool { return len(l.Before) > 0 && len(l.After) == 0 }

// makes reports whether the row is that its object is made, and nothing else.
func (r Row) makes() bool {
	return len(r.Lines) == 1 && len(r.Lines[0].Before) == 0 && slices.Equal(r.Lines[0].After, []Part{ours(created)})
}

// Undone is a list of changes that were not made: one line for many of one cause.
type Undone struct {
	Title  string
	Number int
	Result Result
	Causes []Failure
}

// Failure is why changes were not made, with the first of them.
type Failure struct {
	Why    string
	Number int
	First  []Attempt
}

// Attempt is a change that was not made.
type Attempt struct{ Object, Doing Words }

// Next is what to do now.
type Next struct {
	Words    Words
	Commands []Command
}

// Command is something to type, and what it does.
type Command struct{ Line, Note string }

// firstFew is how many of many alike are shown.
const firstFew = 3
