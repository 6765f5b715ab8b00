package plan

import "time"

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
