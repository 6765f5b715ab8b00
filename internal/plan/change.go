package plan

import "github.com/clockify-sync/clockify-sync/internal/plan/state"

// Op is what a change does to its object.
type Op string

// The three operations.
const (
	Create Op = "create"
	Update Op = "update"
	Delete Op = "delete"
)

// Kind is the sort of object a change is about.
type Kind string

// The kinds of objects.
const (
	KindField      Kind = "custom_field"
	KindGroup      Kind = "group"
	KindPerson     Kind = "person"     // invitation, reactivation, deactivation
	KindProfile    Kind = "profile"    // capacity and custom field values
	KindMembership Kind = "membership" // a person in a group
	KindManager    Kind = "manager"    // TEAM_MANAGER over a person or a group
	KindProject    Kind = "project"
	KindEntry      Kind = "time_entry"
)

// Phase is a stretch of a run that is finished before the next begins.
type Phase string

// The phases in their order. Adding comes before removing, so that nobody is without a manager in between.
const (
	Provision  Phase = "provision"
	Profiles   Phase = "profiles"
	Assign     Phase = "assign"
	Entries    Phase = "entries"
	Remove     Phase = "remove"
	Cleanup    Phase = "cleanup"
	Deactivate Phase = "deactivate"
)

// Phases is the order in which phases are run.
var Phases = []Phase{Provision, Profiles, Assign, Entries, Remove, Cleanup, Deactivate}

// Ref names an object as people do. Workspace and Name are display names, emails or descriptions, never ids.
type Ref struct {
	Workspace string
	Kind      Kind
	Name      string
}

// Field is one attribute before and after a change; empty is "none". Values are canonical (PT7H30M, email, RFC 3339).
type Field struct{ Name, Before, After string }

// A Change is one step of a plan: data, never code.
type Change struct {
	ID     string // of the canonical form; see digest.go
	Domain Domain
	Sync   string // name of the time sync; empty for users
	Phase  Phase
	Op     Op
	Ref    Ref
	Fields []Field
	Gated  bool
	Guard  string       // the guard that was exceeded; empty: none
	Reason string       // why, in words, where it is not plain from the fields
	Source state.Source // the row that asks for it
	Person string       // email of whom it is about, to group by; empty: nobody
	Leaver string       // email of the leaver whose deactivation this belongs to
	Needs  []string     // ids of changes that must have been done before, all earlier in the plan
	Calls  int          // API calls it takes
	Do     Action
}
