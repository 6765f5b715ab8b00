package plan

import (
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// An Action says what to do, in names. It is sealed and holds only data: whoever does it must know every kind.
type Action interface{ action() }

// Actions of the user sync. People are emails, groups and fields names.
type (
	// CreateField makes a user custom field: type TXT, visible.
	CreateField struct{ Field string }
	// CreateGroup makes an empty group.
	CreateGroup struct{ Group string }
	// RenameGroup gives a group another name; later actions use the new one.
	RenameGroup struct{ From, To string }
	// DeleteGroup deletes a group with its memberships and the roles on it.
	DeleteGroup struct{ Group string }
	// Invite adds a person to the workspace.
	Invite struct {
		Person    string
		SendEmail bool
	}
	// SetActive activates or deactivates a member.
	SetActive struct {
		Person string
		Active bool
	}
	// SetProfile writes the capacity and the custom field values that differ.
	SetProfile struct {
		Person   string
		Capacity *time.Duration // per working day; nil: leave
		Values   []Value
	}
	// AddMember puts a person into a group, RemoveMember takes them out.
	AddMember struct{ Group, Person string }
	// RemoveMember takes a person out of a group.
	RemoveMember struct{ Group, Person string }
	// GrantManager gives Manager the TEAM_MANAGER role directly on Person, RevokeManager takes it.
	GrantManager struct{ Manager, Person string }
	// RevokeManager takes the TEAM_MANAGER role that Manager holds directly on Person.
	RevokeManager struct{ Manager, Person string }
	// GrantGroup gives Manager the TEAM_MANAGER role on Group.
	GrantGroup struct{ Manager, Group string }
	// RevokeGroup takes the TEAM_MANAGER role that Manager holds on Group.
	RevokeGroup struct{ Manager, Group string }
	// RevokeGhost takes a TEAM_MANAGER role held over nothing.
	RevokeGhost struct{ Person string }
)

// Actions of the time sync. Projects are made in the source, everything else in the destination.
type (
	// CreateProject makes a project under the sync's client. Color may be empty.
	CreateProject struct{ Project, Color string }
	// CreateLink makes the field that holds which source entry an entry mirrors.
	CreateLink struct{ Field string }
	// CreateTag makes a tag.
	CreateTag struct{ Tag string }
	// CreateTask makes a task in a project.
	CreateTask struct{ Client, Project, Task string }
	// CreateEntry makes an entry, marked where Entry.Link says with what. Equal is how many entries of the same project,
	// start, end and description were there when the plan was made: by their number a lost answer is recognised.
	CreateEntry struct {
		Entry *state.Entry
		Equal int
	}
	// UpdateEntry makes the entry of that id read like Entry. Moves says that its project, start, end or description
	// changes, so that there is one more entry of Entry's content afterwards.
	UpdateEntry struct {
		ID    string
		Entry *state.Entry
		Moves bool
	}
	// DeleteEntry deletes the entry of that id.
	DeleteEntry struct{ ID string }
)

// Value is a custom field's new value in canonical form; empty clears it.
type Value struct{ Field, Text string }

func (CreateField) action()   {}
func (CreateGroup) action()   {}
func (RenameGroup) action()   {}
func (DeleteGroup) action()   {}
func (Invite) action()        {}
func (SetActive) action()     {}
func (SetProfile) action()    {}
func (AddMember) action()     {}
func (RemoveMember) action()  {}
func (GrantManager) action()  {}
func (RevokeManager) action() {}
func (GrantGroup) action()    {}
func (RevokeGroup) action()   {}
func (RevokeGhost) action()   {}
func (CreateProject) action() {}
func (CreateLink) action()    {}
func (CreateTag) action()     {}
func (CreateTask) action()    {}
func (CreateEntry) action()   {}
func (UpdateEntry) action()   {}
func (DeleteEntry) action()   {}
