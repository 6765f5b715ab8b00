package state

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Users is what users.csv and the config declare about people.
type Users struct {
	File           string    // the CSV's name, for messages
	People         []Row     // the sound rows, in file order
	InvalidEmails  []string  // emails of rows with a problem: they are neither changed nor taken for absent
	UnreadableRows int       // rows without a readable email; while there are any, nobody counts as absent
	Fields         []Mapping // CSV columns that fill custom fields, in the config's order

	NoManagers   bool     // the file has no manager column: nobody's manager is managed
	NoHours      bool     // the file has no column of hours: nobody's capacity is managed
	LeftOut      []string // emails of rows that rows.only leaves out: neither changed nor absent; they may manage
	WithoutEmail []Source // rows that were skipped because they have no email
	IDField      string   // the custom field that columns.id fills; empty: none
	NoGroups     bool     // manager_groups: false; managers are roles on people alone, no group is touched

	FallbackManager string // email; empty: none
	FallbackGroup   string // group name; empty: none

	Protect          Protect
	Absent           Absent
	DeactivateAdmins bool
	DeactivateAfter  time.Duration // grace for leavers; 0: none
	Invite           bool
	SendEmail        bool
	DeleteUnmanaged  bool // cleanup.unmanaged_groups: delete
	IdentityProvider bool // SCIM or the like owns people and groups
	Guards           Guards
	OtherWorkspace   bool // another one than before the pull request: every change needs approval
}

// LeaveField is the user custom field that holds the day on which a marked leaver is due, as 2026-11-28. It belongs to
// the tool: it is made when it is missing and read with everything else while DeactivateAfter is set. Who moves the day by
// hand gives somebody more time, or less.
const LeaveField = "Leaves on"

// Row is one person of the CSV.
type Row struct {
	Email     string         // trimmed, lower case
	ID        string         // what columns.id says: a number that never changes; empty: not said
	Manager   string         // email of the manager, or the number of one who has no row; empty: the fallback
	Capacity  time.Duration  // per working day, whole minutes; CapacityUnknown: it is left as it is
	Week      time.Duration  // the hours of a week that Capacity is a day's part of; 0: not said
	Days      []time.Weekday // the working days, where the file names them
	Left      bool           // the status says that they left: as if the row were absent
	Starts    time.Time      // a day; before it the person is left alone. Zero: not said
	Ends      time.Time      // a day; after it they have left. Zero: not said
	Cells     []Cell         // one per mapped column
	At        Source         // the row's email cell
	ManagerAt Source
}

// Cell is the text of a mapped column, not yet converted: the field's type is known to Clockify alone.
type Cell struct {
	Field string
	Text  string // trimmed; empty clears the field
	At    Source
}

// Mapping says which CSV column fills which custom field.
type Mapping struct{ Column, Field string }

// Absent says what happens to people who are active in Clockify and not in the CSV.
type Absent string

// The two policies for absent people.
const (
	AbsentKeep       Absent = "keep"
	AbsentDeactivate Absent = "deactivate"
)

// Protect names what no phase may touch.
type Protect struct {
	Groups []string // glob patterns on group names
	Column string   // groups named like a value of this CSV column are protected; empty: none
	Field  string   // the custom field that column fills; empty: none
	Values []string // the values of that column in the CSV
	Users  []string // emails
}

// Guards are limits checked before any write.
type Guards struct {
	MaxDeactivations Limit
	MaxReactivations Limit
	MaxInvitations   Limit
	MaxChanges       Limit // people whose value of one attribute becomes another
	MaxRemovals      Limit // people whose value of one attribute is taken and not replaced
	MaxShrink        Limit
	MinKnown         float64 // of the CSV's people, how many the workspace must know: 0.5 is half
	MinActiveUsers   int
}

// Limit is a count, or a share with a floor below which it never falls.
type Limit struct {
	Count int     // used when Share is 0
	Share float64 // 0.05 is 5 %
	Floor int
	Other *Limit // one that holds too
}

// Of is how many of total the limit allows.
func (l Limit) Of(total int) int {
	n := l.Count
	if l.Share != 0 {
		n = max(l.Floor, int(l.Share*float64(total)+1e-9))
	}
	if l.Other != nil {
		n = min(n, l.Other.Of(total))
	}
	return n
}

// And is the stricter of two limits, for every total.
func (l Limit) And(other Limit) Limit {
	if l.Other != nil {
		other = l.Other.And(other)
	}
	l.Other = &other
	return l
}

// Allows reports whether other never allows more than l, whatever the total.
func (l Limit) Allows(other Limit) bool {
	switch {
	case l == other:
		return true
	case other.Share == 0:
		return other.Count <= l.Of(0)
	case l.Share == 0:
		return false
	}
	return other.Share <= l.Share && other.Floor <= l.Floor
}

// String is the limit as it is written in a config.
func (l Limit) String() string {
	if l.Share == 0 {
		return strconv.Itoa(l.Count)
	}
	return strconv.FormatFloat(100*l.Share, 'f', -1, 64) + "%"
}

// Directory is a workspace as the user sync sees it.
type Directory struct {
	Workspace   string // its name
	WorkspaceID string
	Features    []string
	Free        bool   // the workspace is on the free plan
	Self        string // email of the key's own user
	Now         time.Time
	People      []Person
	Groups      []Group
	Fields      []Field // user custom fields
}

// Has reports whether the workspace's plan includes any of the features.
func (d *Directory) Has(features ...string) bool {
	return slices.ContainsFunc(features, func(f string) bool { return slices.Contains(d.Features, f) })
}

// Status is a person's membership of the workspace.
type Status string

// Membership states, as Clockify tells them.
const (
	Active   Status = "active"
	Inactive Status = "inactive"
	Pending  Status = "pending"  // invited, not yet accepted
	Declined Status = "declined" // invited, said no
)

// CapacityUnknown stands where a person's capacity was not read.
const CapacityUnknown time.Duration = -1

// Person is a member of a workspace. The same type says what is and what ought to be.
type Person struct {
	Email     string // lower case; the identity
	Name      string // display name; empty until the person has registered
	Status    Status
	Owner     bool
	Admin     bool              // the owner counts as admin too
	Capacity  time.Duration     // per working day, or CapacityUnknown
	Fields    map[string]string // custom field name to canonical value; a missing key is a blank value
	Managers  []string          // emails of those who hold TEAM_MANAGER directly on this person, sorted
	Days      []time.Weekday    // the working days, in the week's order; none: not read
	Projects  []string          // names of the projects they manage, sorted
	EmptyRole bool              // holds a TEAM_MANAGER role over nothing
}

// Label is what people call the person: the name, or the email of one who has none.
func (p *Person) Label() string {
	if name := strings.TrimSpace(p.Name); name != "" {
		return name
	}
	return p.Email
}

// Group is a user group. Its name is its identity; Clockify keeps names unique.
type Group struct {
	Name     string
	Members  []string // emails, sorted
	Managers []string // emails of those who hold TEAM_MANAGER on the group, sorted
	Place    int      // among the groups by Clockify's id: the oldest is first
}

// FieldType is the type of a custom field, in Clockify's own words.
type FieldType string

// Custom field types (POST custom-fields, vendor's document).
const (
	FieldText     FieldType = "TXT"
	FieldNumber   FieldType = "NUMBER"
	FieldCheckbox FieldType = "CHECKBOX"
	FieldLink     FieldType = "LINK"
	FieldOne      FieldType = "DROPDOWN_SINGLE"
	FieldMany     FieldType = "DROPDOWN_MULTIPLE"
)

// Field is a custom field of a workspace.
type Field struct {
	Name     string
	Type     FieldType
	Allowed  []string // of the dropdown types
	Inactive bool     // created but not activated; its values cannot be trusted to stick
	Required bool     // it cannot be blank: Clockify refuses to clear it
}
