package state

import (
	"slices"
	"time"
)

// TimeSync declares that time entries under a client of the source workspace are mirrored to the destination: one
// person's (Source.UserID), a list of people's, or everybody's who is active in both.
type TimeSync struct {
	Name        string
	At          Source
	Source      Endpoint
	Destination Endpoint

	AllPeople bool         // people: all
	People    []PersonPair // people: a list; empty with AllPeople or with Source.UserID
	Shards    int          // into how many parts people are split for several runners; 0 and 1: no split
	Shard     int          // the part this run does, counted from 1; 0: all

	Color         string            // project_options.color; empty: the workspace's choice
	Projects      ProjectScope      // which missing source projects are created; empty: ProjectsAll
	ProjectMap    map[string]string // source project name to "Client / Project" (or "Project") in the destination
	Window        time.Duration     // back from the start of the run; used when From is zero
	From, To      time.Time         // To zero: the start of the run
	Link          bool              // link: field
	LinkField     string
	Deletes       bool // deletes: gated; needs Link
	CreateMissing bool // create tags and tasks the destination lacks

	BillableFromProject bool         // billable: project; the destination project decides
	OnlyProjects        []string     // only.projects: names of source projects; empty: all
	OnlyTags            []string     // only.tags: an entry needs one of them; empty: any
	Defaults            TimeDefaults // what the destination requires and an entry lacks
	AcceptUnmirrored    bool         // unmirrored: accept; hours that cannot arrive do not fail the run
	Elsewhere           bool         // other ends or people than before the pull request: every change needs approval
}

// Several reports whether the sync is declared for more than one person.
func (s *TimeSync) Several() bool { return s.AllPeople || len(s.People) > 0 }

// PersonPair is one person of a time sync by their addresses in the two workspaces.
type PersonPair struct{ Source, Destination string }

// ProjectScope says which destination projects are created in the source where they are missing.
type ProjectScope string

// The scopes.
const (
	ProjectsAll    ProjectScope = "all"
	ProjectsNeeded ProjectScope = "needed" // those that source entries or the project map name
	ProjectsNone   ProjectScope = "none"
)

// TimeDefaults fill what the destination requires and a source entry lacks. Empty: nothing.
type TimeDefaults struct {
	Tag, Task string
	Fields    map[string]string // custom field of time entries to its value
}

// Endpoint is one end of a time sync. Ids are as the user wrote them in the config: they are declared, not looked up.
type Endpoint struct {
	WorkspaceID string
	ClientID    string // source only
	UserID      string
	Token       string // names where the token is kept (an environment variable); never the token itself
}

// TimeState is what a time sync sees of its two workspaces, for one person and one window. A sync of several people has
// one for each; what belongs to the workspaces is the same in all.
type TimeState struct {
	Sync        string
	Place       string    // whose entries in which workspace are written: equal for states that write the same; empty: nobody else's
	Missing     string    // the workspace that has no such person: nothing was read for them
	Unread      string    // the workspace whose key may not read their entries: nothing was read for them
	From, To    time.Time // the window; entries that start in [From, To)
	Source      WorkspaceEntries
	Destination WorkspaceEntries
}

// WorkspaceEntries is one workspace's part of a TimeState.
type WorkspaceEntries struct {
	Workspace  string
	User       string // email of the person, where it is known
	IsKeyOwner bool   // the person is the key's own user
	Inactive   bool   // the person is deactivated there
	Client     string // the client's name; source only
	Features   []string
	Projects   []Project // source: those of the client; destination: all
	Entries    []Entry   // those that start in the window, and with a link those around it that a mark may join to one

	Tags []string // destination: names that entries can be given, read where an entry has one; source: all, nil where they were not read

	// Source only.
	ProjectMakers string // who alone may create projects, where the key's user is none of them; empty: the key may

	// Destination only.
	Rules         EntryRules
	ArchivedTags  []string // names that are taken and cannot be given
	FixedBillable bool     // the workspace decides what is billable, not the key's user
	HasLink       bool     // the link field exists and can be written
	LinkTrouble   string   // why the link field that is there cannot be used; empty: nothing
}

// EntryRules are what a workspace demands of entries that the key's user writes.
type EntryRules struct {
	NeedsTask, NeedsTag, NeedsDescription bool

	Fields       []string  // custom fields of time entries
	NeedsFields  []string  // those of them an entry must have
	LockedBefore time.Time // entries that start before are locked; zero: none
	Approved     []Period  // periods of the person's that are approved
	TimerOnly    bool      // finished entries cannot be made
}

// Period is a stretch of time, its end not included.
type Period struct{ From, To time.Time }

// Has reports whether the workspace's plan includes the feature. A workspace that tells none is taken to have it.
func (w *WorkspaceEntries) Has(feature string) bool {
	return len(w.Features) == 0 || slices.Contains(w.Features, feature)
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
	Break           bool         // type BREAK
	TimeOff         bool         // type HOLIDAY or TIME_OFF: made by Clockify alone (docs/clockify-api.md#entries-of-a-person)
	OutOfScope      bool         // source: linked to, and in no project the sync covers
	Unseen          bool         // source: in a project that the key cannot see
	Made            bool         // destination: made by this very run, or by one that could not see whether another made it too
	Unlisted        bool         // destination: made by this very run, and not in Clockify's lists even after a minute
	Locked          bool         // destination: in a locked or approved period
	OpenBillable    bool         // to be written without billable: the destination project decides
	Tags            []string     // names, sorted
	Link            string       // destination: the source entry this one mirrors; source: what its mirror is marked with
	ID              string       // tells equal entries apart for the room that reads and writes them; never shown, never hashed
	Fields          []EntryField // to be written: values of custom fields by name
	Unmapped        []string     // what the entry has that this tool does not carry, in words
}

// EntryField is a custom field's value as text.
type EntryField struct{ Name, Text string }
