package state

import "time"

// A Finding is something a person should look at and the tool does nothing about. It holds data alone: the words are the
// reporter's.
type Finding struct {
	Kind    string        `json:"kind"`
	Level   Level         `json:"level"`
	Name    string        `json:"name"`             // whom or what it is about: an email, a group, a project
	Cause   Cause         `json:"cause,omitempty"`  // why, where the kind leaves that open
	About   string        `json:"about,omitempty"`  // what the cause is about: an email, a group, a day
	Values  []string      `json:"values,omitempty"` // further names, each kind's own
	Count   int           `json:"count"`            // of how many people, rows or entries it is true; 0: it is not counted
	Length  time.Duration `json:"-"`                // of the entries counted
	Entries []Entry       `json:"-"`                // the first few of them
	Source  Source        `json:"-"`
	Sync    string        `json:"sync,omitempty"`   // the time sync it belongs to; empty for users
	Person  string        `json:"person,omitempty"` // whose entries it is about, in a time sync of several people
	Failed  bool          `json:"failed,omitempty"` // part of what was asked cannot be done: the exit code is 1
}

// Level says how soon a finding wants a look.
type Level string

// The three levels.
const (
	LevelProblem   Level = "problem"   // part of what was asked cannot be done
	LevelAttention Level = "attention" // about this change: somebody should look before it is applied
	LevelNote      Level = "note"      // a standing fact
)

// Kinds of findings. They are part of plan.json. Behind each is what Name, About and Values hold beside the obvious.
const (
	FindingFallback        = "fallback"          // the fallback manager stands in; Cause says for whom and why, Values the fallback manager
	FindingKeepsManager    = "keeps_manager"     // the manager of today stays: Cause as above, Values the fallback manager, none where none is set
	FindingSelfManager     = "self_manager"      // a person is their own manager in the CSV
	FindingCycle           = "manager_cycle"     // managers form a cycle; Values: its people in order
	FindingUnknownColumn   = "unknown_column"    // CSV columns nobody reads; Values: the columns
	FindingNotManaged      = "not_managed"       // the file has no column Name: nobody's About (manager, hours) is managed
	FindingNearManager     = "near_manager"      // the manager Name has no row and is nearly About; of several, their domains; Values: the managers
	FindingNearPerson      = "near_person"       // Name is to be invited, and nearly About, who is known
	FindingTwoScripts      = "two_scripts"       // addresses with letters of two alphabets; Values: them
	FindingUnusualHours    = "unusual_hours"     // hours of a week over 80 or under 4; Values: the lines
	FindingAddressChanged  = "address_changed"   // Name is an account whose person has the address About in the CSV
	FindingNotStarted      = "not_started"       // people whose first day has not come; Values: they
	FindingDamaged         = "damaged_values"    // values of the field Name that a spreadsheet has likely damaged; Values: whose
	FindingOnlyNothing     = "only_nothing"      // the entry Name of the setting About (rows.only, or a time sync's) matches nothing; Values: the nearest name
	FindingFiltered        = "filtered_rows"     // the setting Name (rows.only, active_values) leaves out Count of About rows; Values: what they have
	FindingProtectsNothing = "protects_nothing"  // the entry Name of the setting About matches nothing
	FindingNotInWorkspace  = "not_in_workspace"  // in the CSV, not in Clockify
	FindingAbsent          = "absent"            // in Clockify, not in the CSV, and kept; Values: the people
	FindingProtected       = "protected"         // left alone because it is protected
	FindingCannotLeave     = "cannot_leave"      // absent, and must not be deactivated
	FindingManagedByIdP    = "identity_provider" // what the identity provider has to do; Values: the people
	FindingGroupName       = "group_name"        // a group's name is taken or protected; Values: the names, the first is the one used
	FindingField           = "custom_field"      // a field that needs a person's hand
	FindingNotCleared      = "not_cleared"       // blank cells of a field that cannot be cleared; Values: whose
	FindingFeature         = "feature"           // the workspace's plan may lack something
	FindingMarked          = "leaver_marked"     // absent and waiting; About: the day they are due
	FindingRunning         = "running_timer"     // a timer that is left for the next run
	FindingNotCarried      = "not_carried"       // something of an entry the destination cannot hold
	FindingNoSource        = "no_source"         // destination entries that no source entry explains
	FindingAmbiguous       = "ambiguous"         // two destination projects of one name; Values: them
	FindingNoProject       = "no_project"        // source entries without a project the sync covers
	FindingArchived        = "archived"          // an archived project is left alone
	FindingSourceGone      = "source_gone"       // a linked entry whose source was deleted
	FindingNotMirrored     = "not_mirrored"      // source entries that the destination is known to refuse; Cause says why
	FindingCountedTwice    = "counted_twice"     // destination entries whose hours count twice, or may; Cause says why
	FindingRenamed         = "renamed_project"   // a project that goes by another name on the other side, About
	FindingPersonMissing   = "person_missing"    // a person of a time sync who is not in the workspace About
	FindingPeopleUnread    = "people_unread"     // people of a time sync whose entries the key may not read in the workspace Name; Values: them
	FindingProjectRights   = "project_rights"    // projects missing in the source that the key may not create; Values: them, About: who may
)

// Cause says why something is planned, left alone or refused. The list is closed and part of plan.json.
type Cause string

// Why a row's manager is not the one it names. About: the manager's email.
const (
	CauseNoManager       Cause = "no_manager"       // the cell is blank
	CauseManagerUnknown  Cause = "manager_unknown"  // not in the workspace
	CauseManagerPending  Cause = "manager_pending"  // invited, not there yet
	CauseManagerInactive Cause = "manager_inactive" // not active in the workspace
	CauseManagerNear     Cause = "manager_near"     // not in the workspace, and nearly Values, who is known
	CauseManagerMoved    Cause = "manager_moved"    // not in the workspace, and likely the account Values
)

// Why a person changes, or does not.
const (
	CauseNew              Cause = "new"                 // in the CSV, not in the workspace
	CauseInactive         Cause = "inactive"            // in the CSV, inactive in the workspace
	CauseBack             Cause = "back"                // in the CSV again: the leave date goes
	CauseAbsent           Cause = "absent"              // active, not in the CSV
	CauseBlank            Cause = "blank"               // the cell is blank
	CauseEmptyRole        Cause = "empty_role"          // a team manager role over nothing
	CauseLeaver           Cause = "leaver"              // About leaves: what they have goes
	CauseLeftByStatus     Cause = "left_by_status"      // their status says that they left
	CauseLeftByDate       Cause = "left_by_date"        // their last day has passed
	CauseSameID           Cause = "same_id"             // by columns.id the same person
	CauseLikelySame       Cause = "likely_same"         // likely the same person
	CauseSelfMissing      Cause = "self_missing"        // nobody is invited while the key's own user is missing in the list
	CauseWithoutEmail     Cause = "without_email"       // rows without an email were skipped: some of these people may have one
	CauseDeclined         Cause = "declined"            // they declined the invitation
	CauseIdentityProvider Cause = "identity_provider"   // it owns people and groups
	CauseUnreadableRows   Cause = "unreadable_rows"     // nobody counts as absent meanwhile
	CauseOwnKey           Cause = "own_key"             // the key is theirs
	CauseOwner            Cause = "owner"               // they own the workspace
	CauseAdmin            Cause = "admin"               // they are a workspace admin
	CauseProtected        Cause = "protected"           // named in protect
	CauseProtectedMember  Cause = "protected_member"    // a protected person is in the group or manages it
	CauseFallbackManager  Cause = "is_fallback_manager" // they are the fallback manager
	CauseNoFallback       Cause = "no_fallback"         // nobody is configured to take over About
)

// Why a group changes, or does not.
const (
	CauseUnmanaged     Cause = "unmanaged"      // nobody's manager group, and not protected
	CauseRenamed       Cause = "renamed"        // its manager goes by another name now
	CauseSameName      Cause = "same_name"      // two managers of one name
	CauseGroupFallback Cause = "group_fallback" // the group's manager is the fallback manager
	CauseTakeover      Cause = "takeover"       // the group About is somebody else's
	CauseNameTaken     Cause = "name_taken"     // another group has the name
	CauseNoNameFree    Cause = "no_name_free"   // every name it may have is taken or protected
)

// Why a custom field is of no use.
const (
	CauseFieldInactive      Cause = "field_inactive"       // an admin has to activate it
	CauseLeaveFieldInactive Cause = "leave_field_inactive" // nobody can be marked, and nobody is deactivated
	CauseFieldMapped        Cause = "field_mapped"         // a CSV column fills it, and it belongs to the tool
	CauseFieldType          Cause = "field_type"           // it is of another type
)

// Why an entry or a project of a time sync is left out, or not carried whole.
const (
	CauseSourceDeleted    Cause = "source_deleted"      // the source entry is gone
	CauseSourceMoved      Cause = "source_moved"        // the source entry is in a project the sync does not cover, or somebody else's
	CauseCopied           Cause = "copied"              // a copy of a mirrored entry, with its link
	CauseUnmatched        Cause = "unmatched"           // no source entry explains it
	CauseNoProject        Cause = "no_project"          // an entry without a project
	CauseProjectUnknown   Cause = "project_unknown"     // the destination has none of this name
	CauseProjectAmbiguous Cause = "project_ambiguous"   // the destination has several of this name
	CauseProjectMap       Cause = "project_map"         // project_map sends it to About, of which there are several or none; Values: them
	CauseProjectArchived  Cause = "project_archived"    // the destination project is archived
	CauseProjectsArchived Cause = "projects_archived"   // all destination projects of this name are archived
	CauseSourceArchived   Cause = "source_archived"     // archived under the client About, active in the destination
	CauseNearlySame       Cause = "nearly_same"         // About differs by case or spaces alone
	CauseTimeOff          Cause = "time_off"            // holidays and time off
	CauseBreaks           Cause = "breaks"              // the destination's plan has no breaks
	CauseNotCarried       Cause = "not_carried"         // something this tool does not carry
	CauseTaskMissing      Cause = "task_missing"        // the destination project has no such task
	CauseTagMissing       Cause = "tag_missing"         // the destination has no such tag
	CauseTagArchived      Cause = "tag_archived"        // the tag is archived in the destination
	CauseBillableFixed    Cause = "billable_fixed"      // the destination decides what is billable
	CauseSigns            Cause = "signs"               // < and > are written as other signs
	CauseForEntries       Cause = "for_entries"         // entries need it (create_missing)
	CauseSameWorkspace    Cause = "same_workspace"      // source and destination are one
	CauseNeedsLink        Cause = "needs_link"          // deletes: gated without link: field
	CauseLinkField        Cause = "link_field_unusable" // About: why
	CauseSameEntries      Cause = "same_entries"        // the sync About mirrors the same already
	CauseSameLink         Cause = "same_link"           // the sync About uses the same link field
)

// Why the destination would refuse an entry, and why entries or projects of a time sync are treated as they are.
const (
	CauseNeedsTask        Cause = "needs_task"        // entries must have a task there
	CauseDefaultTask      Cause = "default_task"      // entries must have a task there, and the project lacks About of defaults
	CauseNeedsTag         Cause = "needs_tag"         // entries must have a tag there
	CauseNeedsDescription Cause = "needs_description" // entries must have a description there
	CauseNeedsField       Cause = "needs_field"       // entries must have the custom field About there
	CauseLocked           Cause = "locked"            // the period is locked there
	CauseApproved         Cause = "approved"          // the period is approved there
	CauseTimerOnly        Cause = "timer_only"        // only the timer makes entries there
	CauseTooLong          Cause = "too_long"          // the description is longer than Clockify takes
	CausePersonInactive   Cause = "person_inactive"   // the person is deactivated there
	CauseUnseenProject    Cause = "unseen_project"    // the key cannot see the source project
	CauseDefaultMissing   Cause = "default_missing"   // defaults names About, which the destination lacks
	CauseOldForm          Cause = "old_form"          // it overlaps an entry being created, and reads like it
	CauseOverlaps         Cause = "overlaps"          // it overlaps a mirrored entry of the same project
	CauseTwice            Cause = "twice"             // it is equal to a mirrored entry
	CauseUnlisted         Cause = "unlisted"          // made by this run, and not in Clockify's lists: another run may have made it too
	CauseDoubled          Cause = "doubled"           // another run made the same entry at the same time, and earlier
)

// Why nothing may be written.
const (
	CauseGuard         Cause = "guard"           // a limit of the config, by its figures
	CauseFeature       Cause = "feature_missing" // the workspace's plan lacks the feature About
	CauseFreePlan      Cause = "free_plan"       // the free plan does not allow it
	CauseNotAdmin      Cause = "not_admin"       // the key's user About is neither owner nor admin
	CauseNotOwner      Cause = "not_owner"       // only the owner's key may deactivate the admin About
	CauseNotThere      Cause = "not_there"       // the fallback manager About is not in the workspace
	CauseNotActive     Cause = "not_active"      // the fallback manager About is not active in it
	CauseFallbackGroup Cause = "fallback_group"  // the fallback group About is protected
)
