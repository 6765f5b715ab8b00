package model

import "time"

// TimeSync declares that one person's entries under a client of the source workspace are mirrored to the destination.
type TimeSync struct {
	Name        string
	At          Source
	Source      Side
	Destination Side

	Color         string            // project_options.color; empty: the workspace's choice
	ProjectMap    map[string]string // source project name to "Client / Project" (or "Project") in the destination
	Window        time.Duration     // back from the start of the run; used when From is zero
	From, To      time.Time         // To zero: the start of the run
	Link          bool              // link: field
	LinkField     string
	Deletes       bool // deletes: gated; needs Link
	CreateMissing bool // create tags and tasks the destination lacks
}

// Side is one end of a time sync. Ids are as the user wrote them in the config: they are declared, not looked up.
type Side struct {
	WorkspaceID string
	ClientID    string // source only
	UserID      string
	Token       string // names where the token is kept (an environment variable); never the token itself
}

// Ledger is what a time sync sees of its two workspaces, for one person and one window.
type Ledger struct {
	Sync        string
	From, To    time.Time // the window; entries that start in [From, To)
	Source      Book
	Destination Book
}

// Book is one workspace's part of a Ledger.
type Book struct {
	Workspace string
	User      string // email
	Client    string // the client's name; source only
	Projects  []Project
	Entries   []Entry // those that start in the window, of the projects the sync is about; source: also running ones
	Tags      []string
	HasLink   bool // the link field exists and can be written
}

// Project is a project of a workspace. (Client, Name) is its identity.
type Project struct {
	Client   string // empty: none
	Name     string
	Archived bool
	Tasks    []string // names; read where entries with tasks need them
}

// Entry is a time entry. Times are whole seconds UTC.
type Entry struct {
	Client, Project string
	Task            string
	Description     string
	Start, End      time.Time // End zero: still running
	Billable        bool
	Break           bool     // type BREAK
	Tags            []string // names, sorted
	Link            string   // destination: the source entry this one mirrors; source: what its mirror is marked with
	Handle          string   // tells equal entries apart for the room that reads and writes them; never shown, never hashed
	Locked          bool
	Lost            []string // what the entry has that this tool does not carry, in words
}
