package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// State is everything an in-memory Clockify holds. It is meant to be written by hand, in Go or in JSON: what is left out
// gets a sensible default (see defaults.go), and ids may be any string, though ID makes ones that look real.
type State struct {
	Users      []User      `json:"users,omitempty"`
	Keys       []Key       `json:"keys,omitempty"`
	Workspaces []Workspace `json:"workspaces,omitempty"`
}

// User is an account, which may be a member of many workspaces.
type User struct {
	ID            string `json:"id"`
	Email         string `json:"email"`
	Name          string `json:"name,omitempty"`          // "" is null on the wire: not registered yet (#format)
	AccountStatus string `json:"accountStatus,omitempty"` // ACTIVE when left out
	Lang          string `json:"lang,omitempty"`          // "ES" gets Spanish messages (#errors); EN when left out
	TimeZone      string `json:"timeZone,omitempty"`      // UTC when left out
	WeekStart     string `json:"weekStart,omitempty"`     // MONDAY when left out
}

// Key is an API key, or with Addon an addon token of one workspace.
type Key struct {
	Key         string `json:"key"`
	UserID      string `json:"userId,omitempty"`
	Addon       bool   `json:"addon,omitempty"`
	WorkspaceID string `json:"workspaceId,omitempty"`
}

// Workspace is one workspace and all it holds.
type Workspace struct {
	ID                      string   `json:"id"`
	Name                    string   `json:"name,omitempty"`
	FeatureSubscriptionType string   `json:"featureSubscriptionType,omitempty"` // PRO_2021 when left out
	Features                []string `json:"features,omitempty"`                // those of the plan when left out
	WithoutFeatures         []string `json:"withoutFeatures,omitempty"`         // taken away from the plan's
	Settings                Settings `json:"settings,omitzero"`
	Quirks                  `json:"quirks,omitzero"`

	Members      []Member      `json:"members,omitempty"`
	Roles        []Grant       `json:"roles,omitempty"`
	Groups       []Group       `json:"groups,omitempty"`
	CustomFields []CustomField `json:"customFields,omitempty"`
	Clients      []Client      `json:"clients,omitempty"`
	Projects     []Project     `json:"projects,omitempty"`
	Tasks        []Task        `json:"tasks,omitempty"`
	Tags         []Tag         `json:"tags,omitempty"`
	Entries      []Entry       `json:"entries,omitempty"`

	// LockedUntil locks every entry that starts before it for regular users: 403/1003 (#locked-periods).
	LockedUntil time.Time `json:"lockedUntil,omitzero"`
	// AutomaticLock moves a lock by itself: entries before it are locked as by LockedUntil. The date that it has come to is told as
	// lockTimeEntries unless HidesLockDate (#locked-periods).
	AutomaticLock *Lock `json:"automaticLock,omitempty"`
	HidesLockDate bool  `json:"hidesLockDate,omitempty"`
	// ApprovedPeriods refuse every write within them, to everybody: 403/4005 (#locked-periods).
	ApprovedPeriods []Period `json:"approvedPeriods,omitempty"`
}

// Settings are the workspace settings that change behaviour; they cannot be written over the API (#plans).
type Settings struct {
	ForceProjects                  bool   `json:"forceProjects,omitempty"`
	ForceTasks                     bool   `json:"forceTasks,omitempty"`
	ForceTags                      bool   `json:"forceTags,omitempty"`
	ForceDescription               bool   `json:"forceDescription,omitempty"`
	TimeTrackingMode               string `json:"timeTrackingMode,omitempty"` // DEFAULT or STOPWATCH_ONLY
	OnlyAdminsCanChangeBillable    bool   `json:"onlyAdminsCanChangeBillableStatus,omitempty"`
	DefaultBillableProjects        bool   `json:"defaultBillableProjects,omitempty"`
	IsProjectPublicByDefault       bool   `json:"isProjectPublicByDefault,omitempty"`
	WhoCanCreateProjectsAndClients string `json:"whoCanCreateProjectsAndClients,omitempty"` // ADMINS, EVERYONE, ...
	WhoCanCreateTags               string `json:"whoCanCreateTags,omitempty"`
	WhoCanCreateTasks              string `json:"whoCanCreateTasks,omitempty"`
	Currency                       string `json:"currency,omitempty"`     // USD when left out
	LockTimeZone                   string `json:"lockTimeZone,omitempty"` // of AutomaticLock; UTC when left out
	TimeApproval                   bool   `json:"timeApproval,omitempty"` // approvals are used (#approvals)
}

// Quirks switch on what was seen on some workspaces only, and what the sources dispute.
type Quirks struct {
	// SCIM: an identity provider owns people and groups; writes of them are 403/501 [?].
	SCIM bool `json:"scim,omitempty"`
	// FieldActivationQuirk: a created field comes back INACTIVE, and a PUT to VISIBLE is a 500 (#new-field).
	FieldActivationQuirk bool `json:"fieldActivation,omitempty"`
	// ListOmitsFieldValues: rows of the user list carry an empty customFields (#field-values-in-the-list).
	ListOmitsFieldValues bool `json:"listOmitsFieldValues,omitempty"`
	// RoleSourceAsString: a group role's source is the bare string "USER_GROUP" (#roles).
	RoleSourceAsString bool `json:"roleSourceAsString,omitempty"`
	// OwnerRole is how the owner's role reads: WORKSPACE_OWN when left out, OWNER in other sources (#roles).
	OwnerRole string `json:"ownerRole,omitempty"`
	// GroupDeleteLeavesGhosts: a manager whose last role was on a deleted group keeps TEAM_MANAGER without entities [?].
	GroupDeleteLeavesGhosts bool `json:"groupDeleteLeavesGhosts,omitempty"`
	// MissingFeature is the status for a plan feature that is not there: 403 when left out, 402 seen (#plans).
	MissingFeature int `json:"missingFeature,omitempty"`
	// AcceptsArchivedTags: an archived tag on a new entry is 201 and not 400/501 (disputed, #tags).
	AcceptsArchivedTags bool `json:"acceptsArchivedTags,omitempty"`
	// LockAdmins: LockedUntil holds for owner and admins too, so that a lock can be tried with any key.
	LockAdmins bool `json:"lockAdmins,omitempty"`
	// ReportShowsRunning: the detailed report lists running entries [?].
	ReportShowsRunning bool `json:"reportShowsRunning,omitempty"`
	// ReportLacks are fields that rows of the detailed report do not have: tags, task, type, customFields, end, billable,
	// description [?].
	ReportLacks []string `json:"reportLacks,omitempty"`
	// LargestPage is how many rows a page may have: more are cut down to it, or refused with 400 (RefusesLargePages); both
	// were seen (#page-size). 0: 5,000.
	LargestPage       int  `json:"largestPage,omitempty"`
	RefusesLargePages bool `json:"refusesLargePages,omitempty"`
	// IgnoresPageSize: pages have 50 rows whatever is asked for [?].
	IgnoresPageSize bool `json:"ignoresPageSize,omitempty"`
	// NoLastPage: no list carries Last-Page; total-count is there instead (a capture of 2025, #paging).
	NoLastPage bool `json:"noLastPage,omitempty"`
	// ListLag is how long lists of entries with a window miss a new one, such as 20s (disputed, #lag).
	ListLag string `json:"listLag,omitempty"`
	// AllListsLag: lists without a window and the detailed report lag as well [?].
	AllListsLag bool `json:"allListsLag,omitempty"`
	// MembersListPeople: a plain member may list people, and read nothing else of theirs [?] (#list-of-people).
	MembersListPeople bool `json:"membersListPeople,omitempty"`
	// Seats bounds the members that are not INACTIVE; 0 is no bound.
	Seats int `json:"seats,omitempty"`
	// Unlike are facts that are otherwise here than they are known, for what looks at them: approvals, memberships, features, groups,
	// sources, totals, windows, entry, report.
	Unlike []string `json:"unlike,omitempty"`
	// BannedDomains are refused on invitation with 400/1004 (#invitations).
	BannedDomains []string `json:"bannedDomains,omitempty"`
}

// unlike reports whether a fact is otherwise here.
func (q Quirks) unlike(fact string) bool { return contains(q.Unlike, fact) }

// Member is a user in a workspace.
type Member struct {
	UserID       string         `json:"userId"`
	Status       string         `json:"status,omitempty"` // ACTIVE (when left out), INACTIVE, PENDING, DECLINED
	Owner        bool           `json:"owner,omitempty"`
	Admin        bool           `json:"admin,omitempty"`
	WorkCapacity string         `json:"workCapacity,omitempty"` // ISO-8601 a day; PT7H when left out
	WorkingDays  []string       `json:"workingDays,omitempty"`  // MONDAY..FRIDAY when left out
	WeekStart    string         `json:"weekStart,omitempty"`    // the user's when left out
	FieldValues  map[string]any `json:"fieldValues,omitempty"`  // by custom field id
}

// Grant is one manager role on one entity. A TEAM_MANAGER grant without an EntityID is a "ghost" (#empty-role).
type Grant struct {
	UserID     string `json:"userId"`               // who holds the role
	Role       string `json:"role"`                 // TEAM_MANAGER or PROJECT_MANAGER
	EntityID   string `json:"entityId,omitempty"`   // a user, a group or a project
	SourceType string `json:"sourceType,omitempty"` // USER_GROUP where the entity is a group
}

// Group is a user group.
type Group struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	UserIDs []string `json:"userIds,omitempty"`
}

// CustomField is a field of people or of time entries.
type CustomField struct {
	ID               string   `json:"id"`
	Name             string   `json:"name"`
	Type             string   `json:"type,omitempty"`       // TXT when left out
	EntityType       string   `json:"entityType,omitempty"` // TIMEENTRY when left out
	Status           string   `json:"status,omitempty"`     // VISIBLE when left out
	Description      string   `json:"description,omitempty"`
	Placeholder      string   `json:"placeholder,omitempty"`
	AllowedValues    []string `json:"allowedValues,omitempty"`
	Required         bool     `json:"required,omitempty"`
	OnlyAdminCanEdit bool     `json:"onlyAdminCanEdit,omitempty"`
	Default          any      `json:"default,omitempty"`
}

// Client is a client.
type Client struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Email    string `json:"email,omitempty"`
	Address  string `json:"address,omitempty"`
	Note     string `json:"note,omitempty"`
	Archived bool   `json:"archived,omitempty"`
}

// Project is a project; an empty ClientID is none.
type Project struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	ClientID  string   `json:"clientId,omitempty"`
	Color     string   `json:"color,omitempty"`
	Note      string   `json:"note,omitempty"`
	Billable  bool     `json:"billable,omitempty"`
	Public    bool     `json:"public,omitempty"`
	Archived  bool     `json:"archived,omitempty"`
	MemberIDs []string `json:"memberIds,omitempty"`
}

// Task is a task of a project.
type Task struct {
	ID        string `json:"id"`
	ProjectID string `json:"projectId"`
	Name      string `json:"name"`
	Status    string `json:"status,omitempty"` // ACTIVE when left out, or DONE
	Billable  bool   `json:"billable,omitempty"`
}

// Tag is a tag.
type Tag struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Archived bool   `json:"archived,omitempty"`
}

// Entry is a time entry; a zero End is a running timer. Times are whole seconds.
type Entry struct {
	ID          string         `json:"id"`
	UserID      string         `json:"userId"`
	Description string         `json:"description,omitempty"`
	ProjectID   string         `json:"projectId,omitempty"`
	TaskID      string         `json:"taskId,omitempty"`
	TagIDs      []string       `json:"tagIds,omitempty"`
	Billable    bool           `json:"billable,omitempty"`
	Type        string         `json:"type,omitempty"` // REGULAR when left out, BREAK, HOLIDAY, TIME_OFF
	Start       time.Time      `json:"start"`
	End         time.Time      `json:"end,omitzero"`
	FieldValues map[string]any `json:"fieldValues,omitempty"` // by custom field id
	Approved    bool           `json:"approved,omitempty"`
}

// Period is a stretch of time of one user, or of everybody where UserID is empty; To is not part of it.
type Period struct {
	UserID string    `json:"userId,omitempty"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

// Lock is an automatic lock (#locked-periods).
type Lock struct {
	Type            string `json:"type"` // WEEKLY, MONTHLY, OLDER_THAN
	ChangeDay       string `json:"changeDay,omitempty"`
	FirstDay        string `json:"firstDay,omitempty"`
	DayOfMonth      int    `json:"dayOfMonth,omitempty"`
	OlderThanPeriod string `json:"olderThanPeriod,omitempty"` // DAYS, WEEKS, MONTHS
	OlderThanValue  int    `json:"olderThanValue,omitempty"`
}

// ReadState reads a state as JSON. Unknown keys, a second value and ids that point nowhere are errors that say where.
func ReadState(r io.Reader) (State, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return State{}, fmt.Errorf("read state: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var state State
	if err := dec.Decode(&state); err != nil {
		return State{}, fmt.Errorf("read state: %s: %w", position(data, dec, err), err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return State{}, fmt.Errorf("read state: %s: something follows the state", position(data, dec, nil))
	}
	if err := state.check(); err != nil {
		return State{}, fmt.Errorf("read state: %w", err)
	}
	return state, nil
}

// position names the line and column where decoding stopped.
func position(data []byte, dec *json.Decoder, err error) string {
	at := dec.InputOffset()
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset - 1 // the offset counts the offending byte
	case errors.As(err, &kind):
		at = kind.Offset
	}
	before := data[:min(int(at), len(data))]
	line := bytes.Count(before, []byte("\n")) + 1
	return fmt.Sprintf("line %d column %d", line, len(before)-bytes.LastIndexByte(before, '\n'))
}

// Write writes the state as indented JSON, the same bytes for the same state.
func (s State) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	return nil
}
