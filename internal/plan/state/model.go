// Package state holds the nouns everybody else speaks: what the repository declares (Spec) and what the workspaces
// hold (State), both by the names people use. It knows no file format, no API, no Clockify id and no clock.
package state

import (
	"cmp"
	"strconv"
)

// Source is where something was declared: a file, a line and a column, both counted from 1. Zero values are left out.
type Source struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// Compare orders places by file, line and column.
func (s Source) Compare(o Source) int {
	return cmp.Or(cmp.Compare(s.File, o.File), cmp.Compare(s.Line, o.Line), cmp.Compare(s.Column, o.Column))
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
	Users   bool   // of users.csv: it stops the user sync alone
}

// String renders the problem as compilers do: users.csv:12:5: text.
func (p Problem) String() string {
	if p.Source == (Source{}) {
		return p.Text
	}
	return p.Source.String() + ": " + p.Text
}

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
