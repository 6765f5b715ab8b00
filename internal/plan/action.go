package plan

import (
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// An Action says what a change is about, in names; the change's Op says what is done with it. There is one action type a
// kind. Actions are sealed and hold only data: whoever carries them out must know every kind.
type Action interface{ Kind() Kind }

// Actions of the user sync. People are emails, groups and fields names.
type (
	// CustomField is a user field, made as visible text (create). In a time sync it is the link field.
	CustomField struct{ Name string }
	// Group is made empty (create), renamed (update; later actions use the new name) or deleted with its memberships and
	// the roles on it.
	Group struct{ Name, NewName string }
	// Person is invited (create), or activated or deactivated (update).
	Person struct {
		Email     string
		Active    bool
		SendEmail bool // of an invitation
	}
	// Profile is the capacity and the custom field values that are written; those that are only cleared are a delete.
	Profile struct {
		Person   string
		Capacity *time.Duration // per working day; nil: leave
		Days     []time.Weekday // the working days; none: leave
		Values   []Value
	}
	// Membership is a person in a group.
	Membership struct{ Group, Person string }
	// Manager is Manager's TEAM_MANAGER role directly on Person or on Group; with neither, a role over nothing.
	Manager struct{ Manager, Person, Group string }
)

// Actions of the time sync. Projects are made in the source, everything else in the destination.
type (
	// Project is made under the sync's client. Color may be empty.
	Project struct{ Name, Color string }
	// Tag is made.
	Tag struct{ Name string }
	// Task is made in a project.
	Task struct{ Client, Project, Name string }
	// Entry is made, changed or deleted.
	Entry struct {
		ID    string       // of the entry that is there
		Entry *state.Entry // how it is to read; of a deleted one nil
	}
)

// Value is a custom field's new value in canonical form; empty clears it.
type Value struct{ Field, Text string }

// The kinds of the actions.
func (CustomField) Kind() Kind { return KindField }
func (Group) Kind() Kind       { return KindGroup }
func (Person) Kind() Kind      { return KindPerson }
func (Profile) Kind() Kind     { return KindProfile }
func (Membership) Kind() Kind  { return KindMembership }
func (Manager) Kind() Kind     { return KindManager }
func (Project) Kind() Kind     { return KindProject }
func (Tag) Kind() Kind         { return KindTag }
func (Task) Kind() Kind        { return KindTask }
func (Entry) Kind() Kind       { return KindEntry }
