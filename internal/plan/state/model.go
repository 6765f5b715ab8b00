// Package state holds the nouns everybody else speaks: what the repository declares (Spec) and what the workspaces
// hold (State), both by the names people use. It knows no file format, no API, no Clockify id and no clock.
package state

import "strconv"

// Source is where something was declared: a file, a line and a column, both counted from 1. Zero values are left out.
type Source struct {
	File         string
	Line, Column int
}

// String renders users.csv:12:5, as much of it as is known.
func (s Source) String() string {
	text := s.File
	if s.Line > 0 {
		text += ":" + strconv.Itoa(s.Line)
		if s.Column > 0 {
			text += ":" + strconv.Itoa(s.Column)
		}
	}
	return text
}

// A Problem is input that cannot be used: while there is one, nothing is written.
type Problem struct {
	Source  Source
	Text    string // one line: what was found and what to do
	Excerpt string // the line of the file and, under it, a caret; empty where a line helps nobody. Never a value that may be a secret
}

// String renders the problem as compilers do: users.csv:12:5: text.
func (p Problem) String() string {
	if p.Source == (Source{}) {
		return p.Text
	}
	return p.Source.String() + ": " + p.Text
}

// A Finding is something a person should look at and the tool does nothing about.
type Finding struct {
	Kind   string // one of the constants below
	Name   string // whom or what it is about: an email, a group, a project
	Text   string
	Source Source
	Sync   string // the time sync it belongs to; empty for users
	Failed bool   // part of what was asked cannot be done: the run ends with exit code 1
}

// Kinds of findings. They are part of plan.json.
const (
	FindingFallback       = "fallback"         // the fallback manager stands in, and why
	FindingKeepsManager   = "keeps_manager"    // no fallback is configured: the manager of today stays
	FindingSelfManager    = "self_manager"     // a person is their own manager in the CSV
	FindingCycle          = "manager_cycle"    // managers form a cycle
	FindingUnknownColumn  = "unknown_column"   // a CSV column nobody reads
	FindingNotInWorkspace = "not_in_workspace" // in the CSV, not in Clockify
	FindingAbsent         = "absent"           // in Clockify, not in the CSV, and kept
	FindingProtected      = "protected"        // left alone because it is protected
	FindingCannotLeave    = "cannot_leave"     // absent, and must not be deactivated, and why
	FindingManagedByIdP   = "identity_provider"
	FindingGroupName      = "group_name"    // a group's name is taken or protected: another is used
	FindingField          = "custom_field"  // a field that needs a person's hand
	FindingFeature        = "feature"       // the workspace's plan may lack something
	FindingMarked         = "leaver_marked" // absent and waiting for the due date
	FindingRunning        = "running_timer" // a timer that is left for the next run
	FindingNotCarried     = "not_carried"   // something of an entry the destination cannot hold
	FindingNoSource       = "no_source"     // destination entries that no source entry explains
	FindingAmbiguous      = "ambiguous"     // two destination projects of one name
	FindingNoProject      = "no_project"    // source entries without a project the sync covers
	FindingArchived       = "archived"      // an archived project is left alone
	FindingSourceGone     = "source_gone"   // a linked entry whose source was deleted
)

// Spec is what the repository declares. Any part may be missing: a run can have users, time syncs or both.
type Spec struct {
	Users    *Users
	Time     []TimeSync
	Findings []Finding // what reading the files found worth a look
	Problems []Problem // what reading the files found unusable
}

// State is what the workspaces hold, read whole: a part that could not be read completely is an error, never a gap.
type State struct {
	Users *Directory
	Time  []TimeState // one per time sync that was read, by name
}
