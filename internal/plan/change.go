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
	Kind        Kind   `json:"kind"`
	Workspace   string `json:"workspace"` // its name
	WorkspaceID string `json:"-"`         // Clockify's, for the digest
	Name        string `json:"name"`      // of the object, as people know it
}

// Field is one attribute before and after a change. Values are canonical (PT7H30M, email, RFC 3339).
type Field struct {
	Name   string `json:"name"`
	Before string `json:"before"` // empty: none
	After  string `json:"after"`  // empty: none
}

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
	To       string   `json:"to"`                 // who takes over; empty where nothing is handed over
	People   int      `json:"people"`             // how many people get a new manager
	Groups   []string `json:"groups,omitempty"`   // groups that get one
	Projects []string `json:"projects,omitempty"` // projects the person still manages
	NamedBy  []string `json:"named_by,omitempty"` // rows that still name the person as manager
}

// A Change is one step of a plan: data, never code. What it does is told by Fields; why by Cause; the words are the
// reporter's. Its tags are those of plan.json and of the journal.
type Change struct {
	ID     string `json:"id"`             // hash of what the change does
	Domain Domain `json:"domain"`         // users or time
	Sync   string `json:"sync,omitempty"` // the time sync
	Phase  Phase  `json:"phase"`
	Op     Op     `json:"op"`
	Ref
	Ordinal    int           `json:"ordinal,omitempty"`     // among changes that are equal: 1, 2, …; absent for the only one
	Person     string        `json:"person,omitempty"`      // whom it is about
	Leaver     string        `json:"leaver,omitempty"`      // whose deactivation it belongs to
	Gated      bool          `json:"gated"`                 // it is made only after approval
	Guard      Guard         `json:"guard,omitempty"`       // the setting whose limit it exceeds
	Attribute  string        `json:"attribute,omitempty"`   // what of a person the guard counts: manager, hours, a field's name
	Cause      Cause         `json:"cause,omitempty"`       // why, where it is not plain from the fields
	CauseAbout string        `json:"cause_about,omitempty"` // what the cause is about: an email, a group
	Handover   *Handover     `json:"handover,omitempty"`    // of a deactivation: what becomes of what the person manages
	Origin     Origin        `json:"origin,omitempty"`      // the pull request, drift, or unknown
	Week       time.Duration `json:"-"`                     // the hours of a week that are asked for, where hours or days change; 0: not said
	WeekBefore time.Duration `json:"-"`                     // those before; 0: nobody knows
	Source     state.Source  `json:"source,omitzero"`       // the row that asks for it
	Needs      []string      `json:"needs,omitempty"`       // ids of changes that must be made before, all earlier in the plan
	Calls      int           `json:"calls"`                 // API calls it takes
	Entry      *state.Entry  `json:"-"`                     // of a time entry: as it is afterwards; of a deleted one, as it was
	Fields     []Field       `json:"fields"`
	Do         Action        `json:"-"`
}
