package plan

import "slices"

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
	KindTag        Kind = "tag"
	KindTask       Kind = "task"
	KindEntry      Kind = "time_entry"
)

// KindInfo is what is known of a kind.
type KindInfo struct {
	Kind      Kind
	One, Many string // what one and several are called
	making    int    // place within a phase of what makes or changes one
	taking    int    // place within a phase of what takes one away
}

// Kinds lists every kind, in the order they are told in. Places are such that what others may need comes first: in the
// deactivation new managers and groups come first, then the old ones go, then the leavers' groups, and last the leavers.
var Kinds = []KindInfo{
	{KindPerson, "person", "people", 2, 11},
	{KindProfile, "profile", "profiles", 5, 5},
	{KindManager, "manager", "managers", 6, 8},
	{KindGroup, "group", "groups", 1, 10},
	{KindMembership, "membership", "memberships", 7, 9},
	{KindField, "custom field", "custom fields", 0, 0},
	{KindProject, "project", "projects", 2, 2},
	{KindTag, "tag", "tags", 3, 3},
	{KindTask, "task", "tasks", 4, 4},
	{KindEntry, "time entry", "time entries", 5, 5},
}

// Info returns what is known of the kind.
func (k Kind) Info() KindInfo {
	i := slices.IndexFunc(Kinds, func(info KindInfo) bool { return info.Kind == k })
	if i < 0 {
		return KindInfo{Kind: k, One: string(k), Many: string(k)}
	}
	return Kinds[i]
}

// place is where a change stands within its phase.
func place(c *Change) int {
	info := c.Ref.Kind.Info()
	if c.Op == Delete || deactivates(c) {
		return info.taking
	}
	return info.making
}
