package config

import (
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Settings is the one table of settings: each field is one, said once. From the tags come decoding, defaults, limits, the
// JSON schema, flags, variables, inputs of the action and the pages of docs:
//
//	json     the key in the config file; "-": none
//	alias    a second spelling of the key
//	env      the variable
//	input    the input of the GitHub Action
//	flag     the flag and, after a blank, what its value is called
//	as       what a text must be: a name of formats
//	words    the only values, separated by |
//	min, max bounds of a number
//	default  what holds where nothing is said; usual: the same, where the code that uses it fills it in
//	floor    below which a share never falls
//	need     the mapping is of no use without it; full: it may be left out, and not left blank
//	eg       an example
//	about    what it is, in sentences
//
// A Settings holds what one source says: the file over the defaults, or flags over the environment.
type Settings struct {
	Command string `json:"-" env:"CLOCKIFY_SYNC_COMMAND" input:"command" words:"auto|validate|plan|apply" default:"auto" about:"What the action does. auto: the event decides."`
	Users   string `json:"-" flag:"users FILE" env:"CLOCKIFY_SYNC_USERS" input:"users" as:"path" usual:"users.csv" about:"The people, a CSV file."`
	Config  string `json:"-" flag:"config FILE" env:"CLOCKIFY_SYNC_CONFIG" input:"config" as:"path" usual:"clockify-sync.yaml, else config.yaml" about:"The config file."`
	Only    string `json:"-" flag:"only PART" env:"CLOCKIFY_SYNC_ONLY" input:"only" about:"Only this part: users, time, time:NAME or user:EMAIL."`
	Label   string `json:"-" env:"CLOCKIFY_SYNC_LABEL" input:"label" about:"What this plan is called in the first line of the comment, where a repository has several; else the workspace's name."`

	Format   string `json:"-" flag:"format FORMAT" env:"CLOCKIFY_SYNC_FORMAT" words:"text|markdown|json|html" default:"text" about:"How the plan is printed."`
	Out      string `json:"-" flag:"out FILE" env:"CLOCKIFY_SYNC_OUT" as:"path" about:"Also write the plan as JSON to this file."`
	AuditDir string `json:"-" flag:"audit-dir DIR" env:"CLOCKIFY_SYNC_AUDIT_DIR" input:"audit-dir" as:"path" default:"clockify-audit" about:"The folder of the audit files."`
	Approve  string `json:"-" flag:"approve DIGEST" env:"CLOCKIFY_SYNC_APPROVE" input:"approve" about:"The approval digest of the gated changes that may be done."`
	Expect   string `json:"-" flag:"expect DIGEST" env:"CLOCKIFY_SYNC_EXPECT" about:"Apply only if the whole plan is the one with this digest."`
	Yes      bool   `json:"-" flag:"yes" env:"CLOCKIFY_SYNC_YES" about:"Do not ask before applying what is not gated."`
	ExitCode bool   `json:"-" flag:"exit-code" env:"CLOCKIFY_SYNC_EXIT_CODE" about:"Exit with 2 when changes are pending (plan) or were withheld (apply)."`
	EnvFile  string `json:"-" flag:"env-file FILE" env:"CLOCKIFY_SYNC_ENV_FILE" about:"Read variables that are not set from this file."`
	Verbose  bool   `json:"-" flag:"verbose" env:"CLOCKIFY_SYNC_VERBOSE" about:"Print each call: method, path, status and time."`
	NoColor  bool   `json:"-" flag:"no-color" env:"CLOCKIFY_SYNC_NO_COLOR" about:"Print without color."`
	Force    bool   `json:"-" flag:"force" env:"CLOCKIFY_SYNC_FORCE" about:"Replace the files if they are there (export)."`
	Check    bool   `json:"-" flag:"check" env:"CLOCKIFY_SYNC_CHECK" about:"Write nothing; say what of the workspace the files cannot express (export)."`
	Listen   string `json:"-" flag:"listen ADDRESS" env:"CLOCKIFY_SYNC_LISTEN" default:"127.0.0.1:8780" about:"The loopback address to serve on (sandbox)."`
	State    string `json:"-" flag:"state FILE" env:"CLOCKIFY_SYNC_STATE" about:"Read the state from this file and save it there at the end (sandbox)."`
	Faults   string `json:"-" flag:"faults SPEC" env:"CLOCKIFY_SYNC_FAULTS" about:"What goes wrong, such as seed=7,rate=0.2,kinds=429+500+cut_after (sandbox)."`

	APIKey      Secret   `json:"-" env:"CLOCKIFY_API_KEY" input:"api-key" as:"header" about:"The Clockify API key of an owner or admin of the workspace, from a secret. Not needed to validate."`
	AddonToken  Secret   `json:"-" env:"CLOCKIFY_ADDON_TOKEN" as:"header" about:"An add-on's token, in place of the key."`
	SecretNames []string `json:"-" env:"SECRET_NAMES" input:"secret-names" about:"Names of variables, separated by commas, that hold a time sync each as JSON. Set them from secrets."`
	GitHubToken Secret   `json:"-" env:"GITHUB_TOKEN" input:"github-token" as:"header" usual:"${{ github.token }}" about:"For comments, reviews and issues on GitHub; never sent to Clockify. Blank posts nothing."`
	SigningKey  Secret   `json:"-" env:"CLOCKIFY_SYNC_SIGNING_KEY" input:"signing-key" as:"signing key" about:"A secret that signs what the pull request comment has shown, where the jobs that plan and apply have different Clockify keys; else the Clockify key signs."`
	Environment string   `json:"-" env:"CLOCKIFY_SYNC_ENVIRONMENT" input:"environment" about:"The GitHub environment that gates the apply job. It must exist, have required reviewers and be readable, or what is gated is not applied."`
	Comment     string   `json:"-" env:"CLOCKIFY_SYNC_COMMENT" input:"comment" words:"always|changes|never|true|false" usual:"always" about:"When a plan is posted on the pull request: always, only with changes, or never."`
	DriftIssue  bool     `json:"-" env:"CLOCKIFY_SYNC_DRIFT_ISSUE" input:"drift-issue" default:"false" about:"Tell in an issue what a run without a pull request finds different and leaves so, and when a scheduled run fails; it is closed when that is gone."`

	Workspace     Workspace    `json:"workspace" about:"The workspace whose people users.csv describes."`
	Encoding      string       `json:"encoding" words:"utf-8|windows-1252" default:"utf-8" about:"How users.csv is encoded, where it has no byte order mark."`
	Delimiter     string       `json:"delimiter" as:"delimiter" eg:";" about:"What separates the cells of users.csv: a comma, a semicolon, a tab or |. Where it is not said, the header tells."`
	Columns       ColumnNames  `json:"columns" about:"What the columns of users.csv are called that the tool itself reads. A column that is not there is not managed."`
	ActiveValues  []string     `json:"active_values" eg:"[\"Active\", \"On leave\"]" about:"With columns.status, the statuses of those who are there, compared without case. Blank is active; whoever has another one has left."`
	WithoutEmail  string       `json:"rows_without_email" words:"problem|skip" default:"problem" about:"What a row without an email is. skip: it is counted, and the approval of leavers says that there are such rows."`
	Rows          Rows         `json:"rows" about:"Which rows of users.csv are managed. The people of other rows are known and left alone."`
	FieldMapping  Names        `json:"field_mapping" want:"the custom field's name" about:"CSV column: user custom field it fills. A field that does not exist is created as text."`
	ManagerGroups bool         `json:"manager_groups" default:"true" about:"Keep a group for every manager. false: managers are roles on people alone, and no group is touched."`
	API           API          `json:"api" about:"How to talk to Clockify."`
	Verify        string       `json:"verify" words:"changed|full" default:"changed" about:"What is read again after an apply: what it may have changed, or all about people."`
	Approval      Approval     `json:"approval" about:"Where the approval of gated changes may come from beside --approve."`
	Protect       ProtectNames `json:"protect" about:"What no phase ever touches."`
	Absent        string       `json:"absent" words:"keep|deactivate" default:"keep" about:"What happens to people who are active in Clockify and not in the CSV. Deactivating waits for approval."`
	Cleanup       Cleanup      `json:"cleanup" about:"What is tidied up."`

	DeactivateAdmins bool          `json:"deactivate_admins" default:"false" about:"Absent admins may be deactivated too, with the owner's key. The owner never is."`
	DeactivateAfter  time.Duration `json:"deactivate_after" as:"duration" eg:"7d" about:"How long somebody must have been absent before they are deactivated."`
	Invite           bool          `json:"invite" default:"false" about:"Invite people of the CSV who are not in the workspace."`
	SendEmail        bool          `json:"send_email" alias:"send-email" default:"true" about:"Clockify sends an email to those invited."`
	IdentityProvider bool          `json:"identity_provider" alias:"scim" default:"false" about:"An identity provider (SCIM) owns people and groups: they are left alone; managers, capacity and fields are not."`
	WeeklyHours      *float64      `json:"default_weekly_hours" min:"0" max:"168" eg:"40" about:"Hours of a week of people whose cell is blank. Where it is not set, their capacity is left as it is."`
	WorkingDays      int           `json:"working_days_per_week" min:"1" max:"7" default:"5" about:"By how many days the hours of a week are divided, where the row does not say."`
	Redact           string        `json:"redact" env:"CLOCKIFY_SYNC_REDACT" input:"redact" words:"auto|none|full|true|false" default:"auto" about:"Whether email addresses and names are masked in comments, summaries, logs and artifacts: auto masks in public repositories."`
	Guards           Guards        `json:"guards" about:"Limits checked before any write. Each is a count, or a share of those concerned."`
	TimeSync         []TimeSync    `json:"time_sync" about:"Time syncs: each mirrors time entries from a workspace to another."`
}

// Workspace names the workspace and who stands in where a manager is missing.
type Workspace struct {
	ID              string `json:"id" env:"CLOCKIFY_WORKSPACE_ID" input:"workspace-id" as:"workspace" eg:"64a687e29ae1f428e7ebe303" about:"The workspace's id, or the address of its settings page, which holds it."`
	FallbackManager string `json:"fallback_manager_email" as:"email" eg:"head.of.ops@example.com" about:"Who manages people without a usable manager in the CSV: an active person of the workspace. Without one, such people keep the manager they have."`
	FallbackGroup   string `json:"fallback_group_name" want:"a group's name" eg:"Other functions" about:"The group of people who get the fallback manager."`
}

// ColumnNames is what the columns of users.csv are called.
type ColumnNames struct {
	Email       string `json:"email" as:"column" default:"NTID email" about:"The column of people's email addresses."`
	Manager     string `json:"manager" as:"column" default:"Manager NTID email" about:"The column of managers: their email addresses or, with id, their numbers."`
	Hours       string `json:"hours" as:"column" default:"Weekly Working Hours" about:"The column of hours of a week."`
	WorkingDays string `json:"working_days" as:"column" about:"The column of working days: how many, or which (Mon-Thu). Named days go into the profile."`
	ID          string `json:"id" as:"column" eg:"Global Id" about:"The column of a number that never changes, which field_mapping maps: it follows people whose address changed."`
	Status      string `json:"status" as:"column" eg:"Employment status" about:"The column of statuses; needs active_values."`
	Starts      string `json:"starts" as:"column" about:"The column of first days, as 2026-11-25. Before it a person is left alone."`
	Ends        string `json:"ends" as:"column" about:"The column of last days, as 2026-11-25. After it a person has left."`
}

// Rows selects rows of users.csv.
type Rows struct {
	Only Lists `json:"only" want:"a list of values" about:"CSV column: the values of the rows that are managed."`
}

// API is how to talk to Clockify.
type API struct {
	BaseURL           string   `json:"base_url" env:"CLOCKIFY_API_URL" input:"api-url" as:"address" default:"https://api.clockify.me/api/v1" eg:"https://euc1.clockify.me/api/v1" about:"The API's address; regions and subdomains have their own. The config file may name hosts of Clockify and loopback alone."`
	ReportsURL        string   `json:"reports_url" env:"CLOCKIFY_REPORTS_URL" input:"reports-url" as:"address" default:"https://reports.api.clockify.me/v1" about:"The reports API's address."`
	RequestsPerSecond float64  `json:"requests_per_second" min:"0.01" max:"50" default:"10" about:"Most calls a second with one key."`
	RateLimitDelay    *float64 `json:"rate_limit_delay" min:"0" max:"60" eg:"0.15" about:"The old way to say requests_per_second: seconds between two calls."`
	MaxRetries        int      `json:"max_retries" min:"0" max:"20" default:"3" about:"How often a call is tried again after an answer that may pass."`
	MaxCalls          int      `json:"max_calls" env:"CLOCKIFY_SYNC_MAX_CALLS" input:"max-calls" min:"1" max:"10000000" about:"Most calls of a run; then it stops cleanly and the next goes on. Without it there is no limit, but for the 30 calls an hour of a workspace on the free plan."`
}

// Approval says where the approval of gated changes may come from beside --approve.
type Approval struct {
	From        string   `json:"from" words:"pull-request|environment" about:"pull-request: a review of the merged pull request. environment: a GitHub environment with required reviewers."`
	Reviewers   []string `json:"reviewers" as:"login" about:"Whose review counts: GitHub logins, or teams as organisation/team."`
	Count       int      `json:"count" min:"1" max:"100" default:"1" about:"How many of them must approve."`
	Environment string   `json:"environment" about:"The GitHub environment that gates the apply job."`
}

// ProtectNames is what no phase touches.
type ProtectNames struct {
	Groups []string `json:"groups" eg:"[\"Holiday *\"]" about:"Groups, by name; * stands for anything, ? for one character. An exact name always matches."`
	Column string   `json:"groups_from_column" as:"blank column" default:"Country (Label)" about:"Groups named like a value of this CSV column are protected too. Blank: none are."`
	Users  []string `json:"users" as:"email pattern" eg:"[\"break.glass@example.com\", \"*@partner.example\"]" about:"People, by email address; * stands for anything."`
}

// Cleanup is what is tidied up.
type Cleanup struct {
	UnmanagedGroups string `json:"unmanaged_groups" words:"keep|delete" default:"keep" about:"Groups that are nobody's manager group, not the fallback and not protected. Deleting waits for approval."`
}

// Guards are limits checked before any write.
type Guards struct {
	MaxDeactivations Limit   `json:"max_deactivations" as:"limit" default:"5%" floor:"3" about:"More deactivations are marked as over the limit. A share is never less than 3."`
	MaxReactivations Limit   `json:"max_reactivations" as:"limit" default:"5%" floor:"3" about:"More reactivations wait for approval. A share is never less than 3."`
	MaxInvitations   Limit   `json:"max_invitations" as:"limit" default:"10%" floor:"5" about:"More invitations wait for approval. A share is never less than 5."`
	MaxChanges       Limit   `json:"max_changes" as:"limit" default:"30%" floor:"10" about:"Of hours, managers and each mapped field: more people whose value becomes another one wait for approval. A share is never less than 10."`
	MaxRemovals      Limit   `json:"max_removals" as:"limit" default:"20%" floor:"10" about:"Of hours, managers and each mapped field: more people whose value is taken and not replaced wait for approval. A share is never less than 10."`
	MaxShrink        Limit   `json:"max_shrink" as:"limit" default:"20%" about:"With absent: deactivate, how many of the active people may be missing in the CSV before nothing is done."`
	MinKnown         float64 `json:"min_known" as:"share" default:"50%" about:"How many of the CSV's people the workspace must know before anything is done."`
	MinActiveUsers   int     `json:"min_active_users" min:"0" max:"1000000" default:"2" about:"Fewer active people are never left."`
}

// Limit is a count, or a share with a floor below which it never falls.
type Limit struct {
	Count int
	Share float64 // 0.05 is 5 %
	Floor int
}

// TimeSync is one entry of time_sync.
type TimeSync struct {
	Name           string         `json:"name" need:"true" as:"sync name" eg:"acme" about:"A short name, for --only time:NAME. Without : , / and \\."`
	Source         SourceEnd      `json:"source" need:"true" about:"Where the entries are: all of the client's work is booked under one client."`
	Destination    DestinationEnd `json:"destination" need:"true" about:"Where the entries go."`
	People         People         `json:"people" about:"In place of user_id: all, who are active in both workspaces, or a list of email addresses, as {source: …, destination: …} where they differ."`
	Shards         int            `json:"shards" min:"1" max:"256" about:"Into how many parts the people are split, for as many jobs: --only time:NAME:1/4."`
	ProjectOptions ProjectOptions `json:"project_options" about:"Of projects that are created in the source."`
	Projects       string         `json:"projects" words:"all|needed|none" default:"all" about:"Which destination projects are created in the source where they are missing: all, those that entries or project_map name, or none."`
	ProjectMap     Names          `json:"project_map" want:"a project of the destination, such as \"Client / Project\"" about:"Source project: project of the destination, as \"Client / Project\", where names differ or are ambiguous."`
	Only           OnlyEntries    `json:"only" about:"Mirror a part of the entries: those of these projects and, where both are given, with one of these tags."`
	Window         time.Duration  `json:"window" as:"duration" default:"7d" eg:"36h" about:"How far back from the start of the run entries are compared: weeks, days, hours, minutes."`
	From           time.Time      `json:"from" as:"instant" eg:"2026-01-31" about:"The first day, or an instant, instead of window."`
	To             time.Time      `json:"to" as:"instant" eg:"2026-02-28" about:"The day or instant up to which; the start of the run where it is left out."`
	Link           string         `json:"link" words:"content|field" default:"content" about:"content: entries are matched by project, times and description. field: a custom field in the destination holds the source entry's id, so that edits and moves are followed exactly."`
	LinkField      string         `json:"link_field" want:"the name of a custom field" usual:"Source entry" about:"With link: field, the time entry custom field; made when missing."`
	Deletes        string         `json:"deletes" words:"keep|gated" default:"keep" about:"With link: field, what happens to a mirrored entry whose source is gone. Deleting waits for approval."`
	Billable       string         `json:"billable" words:"source|project" default:"source" about:"Who says whether an entry is billable: the source entry or the destination project."`
	CreateMissing  bool           `json:"create_missing" default:"false" about:"Make tags and tasks that the destination lacks."`
	Defaults       EntryDefaults  `json:"defaults" about:"What the destination requires and an entry lacks."`
	Unmirrored     string         `json:"unmirrored" words:"fail|accept" default:"fail" about:"Whether hours that cannot arrive end the run with exit code 1."`
}

// SourceEnd is the workspace that entries come from.
type SourceEnd struct {
	WorkspaceID string `json:"workspace_id" need:"true" as:"id" about:"The workspace's id."`
	ClientID    string `json:"client_id" need:"true" as:"id" about:"The client's id; the entries of its projects are mirrored."`
	UserID      string `json:"user_id" as:"id" about:"Whose entries; or people."`
	TokenEnv    string `json:"token_env" as:"variable" about:"The environment variable that holds the key; without it CLOCKIFY_API_KEY. Never the key itself."`
}

// DestinationEnd is the workspace that entries go to.
type DestinationEnd struct {
	WorkspaceID string `json:"workspace_id" need:"true" as:"id" about:"The workspace's id."`
	UserID      string `json:"user_id" as:"id" about:"The person there; the source's where it is left out."`
	TokenEnv    string `json:"token_env" as:"variable" about:"The environment variable that holds the key; the source's where it is left out. Never the key itself."`
}

// ProjectOptions are of projects that are created.
type ProjectOptions struct {
	Color string `json:"color" full:"true" as:"color" eg:"#00FFFF" about:"Their color, in quotes."`
}

// OnlyEntries limits what is mirrored.
type OnlyEntries struct {
	Projects []string `json:"projects" about:"Names of source projects."`
	Tags     []string `json:"tags" about:"Names of tags, of which an entry needs one."`
}

// EntryDefaults fill what the destination requires.
type EntryDefaults struct {
	Tag    string `json:"tag" want:"the name of a tag" about:"The tag of entries without one."`
	Task   string `json:"task" want:"the name of a task" about:"The task of entries without one."`
	Fields Names  `json:"fields" want:"the field's value" about:"Custom field of time entries: its value."`
}

// Names is a mapping of names that are the user's own, in the order of the file.
type Names []Name

// Name is one of them.
type Name struct {
	Key, Value string
	At         state.Source // of the key
}

// Lists is a mapping of names that are the user's own to lists.
type Lists []List

// List is one of them.
type List struct {
	Key    string
	Values []string
	At     state.Source // of the key
}

// People is everybody, or a list.
type People struct {
	All   bool
	Pairs []state.PersonPair
}
