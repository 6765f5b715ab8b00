package spec

import (
	"bytes"
	"encoding/json"
	"slices"
)

// setting is one key of the config as an editor explains it. A test holds the table against the loader, key by key and
// value by value.
type setting struct {
	name  string
	about string
	kind  kind
	keys  []setting // of a mapping, or of each mapping of a list
	words []any     // the only values
	def   any       // what stands where nothing is written; nil: nothing does
	lo    float64   // of numbers
	hi    float64
	eg    []any  // examples
	other string // a second spelling, or empty
	need  bool   // the mapping is of no use without it
	full  bool   // it may be left out, and not left blank
}

// kind is what a value may be.
type kind int

const (
	aText      kind = iota // any scalar
	aNumber                // from lo to hi
	aCount                 // a whole number from lo to hi
	aFlag                  // true or false
	aChoice                // one of words
	aList                  // of texts; one text alone is a list of one
	theirNames             // a mapping of names that are the user's own to texts
	aMapping               // of keys
	mappings               // a list of mappings of keys
)

// settings lists all keys of the config.
var settings = []setting{
	{name: "workspace", kind: aMapping, about: "The workspace whose people users.csv describes.", keys: []setting{
		{name: "id", about: "The workspace's id, from the address of its settings page. CLOCKIFY_WORKSPACE_ID says the same.", eg: []any{"64a687e29ae1f428e7ebe303"}},
		{name: "fallback_manager_email", about: "Who manages people without a usable manager in the CSV: an active person of the workspace. Without one, such people keep the manager they have.", eg: []any{"head.of.ops@example.com"}},
		{name: "fallback_group_name", about: "The group of people who get the fallback manager.", eg: []any{"Other functions"}},
	}},
	{name: "columns", kind: aMapping, about: "What the three columns are called that the tool itself reads.", keys: []setting{
		{name: "email", about: "The column of people's email addresses.", def: defaultEmail},
		{name: "manager", about: "The column of managers' email addresses.", def: defaultManager},
		{name: "hours", about: "The column of hours of a week.", def: defaultHours},
	}},
	{name: "field_mapping", kind: theirNames, about: "CSV column: user custom field it fills. A field that does not exist is created as text."},
	{name: "api", kind: aMapping, about: "How to talk to Clockify.", keys: []setting{
		{name: "base_url", about: "The API's address; regions and subdomains have their own.", def: "https://api.clockify.me/api/v1", eg: []any{"https://euc1.clockify.me/api/v1"}},
		{name: "reports_url", about: "The reports API's address.", def: "https://reports.api.clockify.me/v1"},
		{name: "requests_per_second", kind: aNumber, about: "Most calls a second with one key.", def: 10, lo: 0.01, hi: fastest},
		{name: "rate_limit_delay", kind: aNumber, about: "The old way to say requests_per_second: seconds between two calls.", lo: 0, hi: 60, eg: []any{0.15}},
		{name: "max_retries", kind: aCount, about: "How often a call is tried again after an answer that may pass.", def: 3, lo: 0, hi: 20},
		{name: "max_calls", kind: aCount, about: "Most calls of a run; then it stops cleanly and the next goes on. Without it there is no limit, but for the 30 calls an hour of a workspace on the free plan.", lo: 1, hi: 10_000_000},
	}},
	{name: "approval", kind: aMapping, about: "Where the approval of gated changes may come from beside --approve.", keys: []setting{
		{name: "from", kind: aChoice, about: "pull-request: a review of the merged pull request. environment: a GitHub environment with required reviewers.", words: []any{"pull-request", "environment"}},
		{name: "reviewers", kind: aList, about: "Whose review counts: GitHub logins."},
		{name: "count", kind: aCount, about: "How many of them must approve.", def: 1, lo: 1, hi: 100},
		{name: "environment", about: "The GitHub environment that gates the apply job."},
	}},
	{name: "protect", kind: aMapping, about: "What no phase ever touches.", keys: []setting{
		{name: "groups", kind: aList, about: "Groups, by name; * stands for anything, ? for one character, a backslash before one of these for itself.", eg: []any{[]any{"Holiday *"}}},
		{name: "groups_from_column", about: "Groups named like a value of this CSV column are protected too. Blank: none are.", def: defaultCountry},
		{name: "users", kind: aList, about: "People, by email address.", eg: []any{[]any{"break.glass@example.com"}}},
	}},
	{name: "absent", kind: aChoice, about: "What happens to people who are active in Clockify and not in the CSV. Deactivating waits for approval.", words: []any{"keep", "deactivate"}, def: "keep"},
	{name: "cleanup", kind: aMapping, about: "What is tidied up.", keys: []setting{
		{name: "unmanaged_groups", kind: aChoice, about: "Groups that are nobody's manager group, not the fallback and not protected. Deleting waits for approval.", words: []any{"keep", "delete"}, def: "keep"},
	}},
	{name: "deactivate_admins", kind: aFlag, about: "Absent admins may be deactivated too. The owner never is.", def: false},
	{name: "deactivate_after", about: "How long somebody must have been absent before they are deactivated.", eg: []any{"7d"}},
	{name: "invite", kind: aFlag, about: "Invite people of the CSV who are not in the workspace.", def: false},
	{name: "send_email", other: "send-email", kind: aFlag, about: "Clockify sends an email to those invited.", def: true},
	{name: "identity_provider", other: "scim", kind: aFlag, about: "An identity provider (SCIM) owns people and groups: they are left alone; managers, capacity and fields are not.", def: false},
	{name: "default_weekly_hours", kind: aNumber, about: "Hours of a week of people whose cell is blank.", def: 40, lo: 0, hi: 168},
	{name: "working_days_per_week", kind: aCount, about: "By how many days the hours of a week are divided.", def: 5, lo: 1, hi: 7},
	{name: "redact", kind: aChoice, about: "Whether email addresses and names are masked in comments, summaries, logs and artifacts: auto masks in public repositories.", words: []any{"auto", "none", "full", true, false}, def: "auto"},
	{name: "guards", kind: aMapping, about: "Limits checked before any write. A count, or a share of what there is.", keys: []setting{
		{name: "max_deactivations", about: "More deactivations are marked as over the limit. A share is never less than 3.", def: "5%"},
		{name: "max_removals", about: "More removals of memberships, manager links or field values, each on its own, wait for approval. A share is never less than 10.", def: "20%"},
		{name: "max_shrink", about: "With absent: deactivate, how far the CSV may fall below the active people before nothing is done.", def: "20%"},
		{name: "min_active_users", kind: aCount, about: "Fewer active people are never left.", def: 2, lo: 0, hi: 1_000_000},
	}},
	{name: "time_sync", kind: mappings, about: "Time syncs: each mirrors one person's time entries from a workspace to another.", keys: []setting{
		{name: "name", need: true, about: "A short name, for --only time:NAME. Without : , / and \\.", eg: []any{"acme"}},
		{name: "source", need: true, kind: aMapping, about: "Where the entries are: all of the client's work is booked under one client.", keys: []setting{
			{name: "workspace_id", need: true, about: "The workspace's id."},
			{name: "client_id", need: true, about: "The client's id; the entries of its projects are mirrored."},
			{name: "user_id", need: true, about: "Whose entries."},
			{name: "token_env", about: "The environment variable that holds the key; without it CLOCKIFY_API_KEY. Never the key itself."},
		}},
		{name: "destination", need: true, kind: aMapping, about: "Where the entries go.", keys: []setting{
			{name: "workspace_id", need: true, about: "The workspace's id."},
			{name: "user_id", about: "The person there; the source's where it is left out."},
			{name: "token_env", about: "The environment variable that holds the key; the source's where it is left out. Never the key itself."},
		}},
		{name: "project_options", kind: aMapping, about: "Of projects that are created in the source.", keys: []setting{
			{name: "color", full: true, about: "Their color, in quotes.", eg: []any{"#00FFFF"}},
		}},
		{name: "project_map", kind: theirNames, about: "Source project: project of the destination, as \"Client / Project\", where names differ or are ambiguous."},
		{name: "window", about: "How far back from the start of the run entries are compared: weeks, days, hours, minutes.", def: "7d", eg: []any{"7d", "36h"}},
		{name: "from", about: "The first day, or an instant, instead of window.", eg: []any{"2026-01-31", "2026-01-31T08:00:00Z"}},
		{name: "to", about: "The day or instant up to which; the start of the run where it is left out.", eg: []any{"2026-02-28"}},
		{name: "link", kind: aChoice, about: "content: entries are matched by project, times and description. field: a custom field in the destination holds the source entry's id, so that edits and moves are followed exactly.", words: []any{"content", "field"}, def: "content"},
		{name: "link_field", about: "With link: field, the time entry custom field; made when missing.", def: defaultLinkField},
		{name: "deletes", kind: aChoice, about: "With link: field, what happens to a mirrored entry whose source is gone. Deleting waits for approval.", words: []any{"keep", "gated"}, def: "keep"},
		{name: "create_missing", kind: aFlag, about: "Make tags and tasks that the destination lacks.", def: false},
	}},
}

// JSONSchema is the JSON Schema of the config, for editors. The same bytes every time.
func JSONSchema() ([]byte, error) {
	root := objectSchema(settings)
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["$id"] = Schema
	root["title"] = "clockify-sync.yaml"
	root["description"] = "The config of clockify-sync."
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	err := enc.Encode(root)
	return b.Bytes(), err
}

// objectSchema is the schema of a mapping with these keys and no others.
func objectSchema(keys []setting) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, k := range keys {
		properties[k.name] = k.schema()
		if k.other != "" {
			s := k.schema()
			s["description"] = "The same as " + k.name + "."
			s["deprecated"] = true
			properties[k.other] = s
		}
		if k.need {
			required = append(required, k.name)
		}
	}
	s := map[string]any{"type": []any{"object"}, "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func (k setting) schema() map[string]any {
	scalars := []any{"string", "number", "boolean"}
	s := map[string]any{}
	switch k.kind {
	case aText:
		s["type"] = scalars
	case aNumber, aCount:
		s["type"] = []any{"number"}
		if k.kind == aCount {
			s["type"] = []any{"integer"}
		}
		s["minimum"], s["maximum"] = k.lo, k.hi
	case aFlag:
		s["type"] = []any{"boolean"}
	case aChoice:
		s["enum"] = append(slices.Clone(k.words), nil)
	case aList:
		s["type"] = append([]any{"array"}, scalars...)
		s["items"] = map[string]any{"type": append(slices.Clone(scalars), "null")}
	case theirNames:
		s["type"] = []any{"object"}
		s["additionalProperties"] = map[string]any{"type": scalars}
	case aMapping:
		s = objectSchema(k.keys)
	case mappings:
		s["type"] = []any{"array"}
		s["items"] = objectSchema(k.keys)
	}
	if types, ok := s["type"].([]any); ok && !k.need && !k.full {
		s["type"] = append(slices.Clone(types), "null") // a key without a value counts as not written
	}
	s["description"] = k.about
	if k.def != nil {
		s["default"] = k.def
	}
	if len(k.eg) > 0 {
		s["examples"] = k.eg
	}
	return s
}
