package plan

import (
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Op is what a change does to its object.
type Op string

// The three operations.
const (
	Create Op = "create"
	Update Op = "update"
	Delete Op = "delete"
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

// Ref names an object as people do. Workspace and Name are display names, emails or descriptions.
type Ref struct {
	Workspace   string
	WorkspaceID string // Clockify's, for the digest
	Kind        Kind
	Name        string
}

// Field is one attribute before and after a change; empty is "none". Values are canonical (PT7H30M, email, RFC 3339).
type Field struct{ Name, Before, After string }

// Cause says why a change is planned. The closed list is in package state.
type Cause = state.Cause

// Guard is a limit of the config, by its setting's name.
type Guard string

// The guards.
const (
	MaxDeactivations Guard = "max_deactivations"
	MaxReactivations Guard = "max_reactivations"
	MaxInvitations   Guard = "max_invitations"
	MaxChanges       Guard = "max_changes"
	MaxRemovals      Guard = "max_removals"
	MaxShrink        Guard = "max_shrink"
	MinKnown         Guard = "min_known"
	MinActiveUsers   Guard = "min_active_users"
	OtherWorkspace   Guard = "workspace.id" // the pull request names another workspace than the base
	OtherSync        Guard = "time_sync"    // the pull request names another workspace, client or person of the sync
)

// Origin says whether a change comes of the pull request or would be made without it.
type Origin string

// The origins.
const (
	FromPullRequest Origin = "pull-request"
	FromDrift       Origin = "drift"
	FromUnknown     Origin = "unknown"
)

// Handover is what becomes of a leaver's people and groups, and what still holds on to the leaver.
type Handover struct {
	To       string   // email of who takes over; empty where nothing is handed over
	People   int      // people who get To as their manager
	Groups   []string // groups that get To as their manager
	Projects []string // projects the leaver manages, which stay as they are
	NamedBy  []string // emails of rows that still name the leaver as manager
}

// A Change is one step of a plan: data, never code. What it does is told by Fields; why by Cause; the words are the
// reporter's.
type Change struct {
	ID         string // of the canonical form; see digest.go
	Domain     Domain
	Sync       string // name of the time sync; empty for users
	Phase      Phase
	Op         Op
	Ref        Ref
	Ordinal    int // among changes equal in all that is shown: 1, 2, …; 0 for the only one
	Fields     []Field
	Gated      bool
	Guard      Guard     // the guard that was exceeded; empty: none
	Attribute  string    // what of a person the guard counts: "manager", "hours", a field's name
	Cause      Cause     // why, where it is not plain from the fields
	CauseAbout string    // what the cause is about: an email, a group
	Handover   *Handover // of a deactivation
	Origin     Origin
	Week       time.Duration // the hours of a week that are asked for, where a capacity changes; 0: not said
	Entry      *state.Entry  // of a time entry: as it is afterwards; of a deleted one, as it was
	Source     state.Source  // the row that asks for it
	Person     string        // email of whom it is about, to group by; empty: nobody
	Leaver     string        // email of the leaver whose deactivation this belongs to
	Needs      []string      // ids of changes that must have been done before, all earlier in the plan
	Calls      int           // API calls it takes
	Do         Action
}
