package state

import (
	"slices"
	"time"
)

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

	// Taken holds the handles of destination entries that stand for source entries already. Syncs to one person in one
	// workspace share it and are planned one after another, each adding its own, so that no entry stands for two. Nil: no
	// other sync writes there.
	Taken map[string]bool
}

// Book is one workspace's part of a Ledger.
type Book struct {
	Workspace string
	User      string // email of the person, where it is known
	Own       bool   // the person is the key's own user
	Client    string // the client's name; source only
	Features  []string
	Projects  []Project // source: those of the client; destination: all
	Entries   []Entry   // those that start in the window, and with a link those around it that a mark may join to one

	// Destination only.
	Tags          []string // names that entries can be given; read where an entry has one
	ArchivedTags  []string // names that are taken and cannot be given
	FixedBillable bool     // the workspace decides what is billable, not the key's user
	HasLink       bool     // the link field exists and can be written
	LinkTrouble   string   // why the link field that is there cannot be used; empty: nothing
}

// Has reports whether the workspace's plan includes the feature. A workspace that tells none is taken to have it.
func (b *Book) Has(feature string) bool {
	return len(b.Features) == 0 || slices.Contains(b.Features, feature)
}

// Project is a project of a workspace. (Client, Name) is its identity.
type Project struct {
	Client   string // empty: none
	Name     string
	Archived bool
	Tasks    []string // names, sorted; read where entries have tasks
}

// Label is what people call a project: "Client / Project", or the name of one without a client.
func (p Project) Label() string {
	if p.Client == "" {
		return p.Name
	}
	return p.Client + " / " + p.Name
}

// Entry is a time entry. Times are whole seconds UTC.
type Entry struct {
	Client, Project string // Project empty: none
	Task            string
	Description     string
	Start, End      time.Time // End zero: still running
	Billable        bool
	Break           bool     // type BREAK
	Absence         bool     // type HOLIDAY or TIME_OFF: made by Clockify alone (clockify-api.md section 4)
	Elsewhere       bool     // source: linked to, and in no project the sync covers
	Tags            []string // names, sorted
	Link            string   // destination: the source entry this one mirrors; source: what its mirror is marked with
	Handle          string   // tells equal entries apart for the room that reads and writes them; never shown, never hashed
	Lost            []string // what the entry has that this tool does not carry, in words
}
