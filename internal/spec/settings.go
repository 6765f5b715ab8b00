package spec

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// config is the config file, read: what it says or the default.
type config struct {
	settings Settings
	users    state.Users // without people
	time     []state.TimeSync

	columns  columns
	mapping  []mapped
	protect  column
	hours    float64 // of a week, for people without hours of their own
	workdays float64
	doc      *document // nil without a file
}

// broken reports that there is a file and it is not YAML: what it would say about columns is unknown.
func (c *config) broken() bool { return c.doc != nil && c.doc.broken }

// columns are the names of the three columns the tool itself reads.
type columns struct{ email, manager, hours column }

// column is the name of a CSV column and where the config asks for it; the zero place means it is the default.
type column struct {
	name string
	at   state.Source
}

// mapped is an entry of field_mapping.
type mapped struct {
	column column
	field  string
}

// The header of the old tool's CSV.
const (
	defaultEmail   = "NTID email"
	defaultManager = "Manager NTID email"
	defaultHours   = "Weekly Working Hours"
	defaultCountry = "Country (Label)"
)

// oldColumns may be in the CSV without being mapped: nobody is told that they are unknown.
var oldColumns = []string{"Company (Label)", defaultCountry, "Global Id"}

// fastest is the most calls a second Clockify takes from a paid workspace (docs/clockify-api.md#rate-limit).
const fastest = 50

var (
	// Clockify's ids are 24 hexadecimal digits; what matters here is that they are safe in a URL path.
	idPattern      = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	percentPattern = regexp.MustCompile(`^(\d{1,3}(?:\.\d{1,4})?) ?%$`)
	// A login, or a team as organisation/team.
	loginPattern = regexp.MustCompile(`^@?[A-Za-z0-9][A-Za-z0-9_-]*(\[bot\]|/[A-Za-z0-9][A-Za-z0-9_.-]*)?$`)
)

func newConfig() *config {
	return &config{
		settings: Settings{
			API: API{
				BaseURL:           "https://api.clockify.me/api/v1",
				ReportsURL:        "https://reports.api.clockify.me/v1",
				RequestsPerSecond: 10,
				MaxRetries:        3,
			},
			Approval: Approval{Count: 1},
			Redact:   "auto",
		},
		users: state.Users{
			Absent:    state.AbsentKeep,
			SendEmail: true,
			Guards: state.Guards{
				MaxDeactivations: state.Limit{Share: .05, Floor: 3},
				MaxRemovals:      state.Limit{Share: .20, Floor: 10},
				MaxShrink:        state.Limit{Share: .20},
				MinActiveUsers:   2,
			},
		},
		columns:  columns{email: column{name: defaultEmail}, manager: column{name: defaultManager}, hours: column{name: defaultHours}},
		protect:  column{name: defaultCountry},
		hours:    40,
		workdays: 5,
	}
}

// decode reads a parsed file over the defaults. What is wrong goes to the document's problems.
func decode(d *document) *config {
	c := newConfig()
	c.doc = d
	if d.root == nil {
		return c
	}
	o := d.newObject(d.root, "", nil)
	c.workspace(o.child("workspace"))
	c.readColumns(o.child("columns"))
	c.fields(o)
	c.api(o.child("api"))
	c.approval(o.child("approval"))
	c.protected(o.child("protect"))
	c.guards(o.child("guards"))

	u := &c.users
	u.Absent = state.Absent(o.choice(string(u.Absent), "absent", string(state.AbsentKeep), string(state.AbsentDeactivate)))
	cleanup := o.child("cleanup")
	c.settings.CleanupSaid = cleanup.find("unmanaged_groups") != nil
	u.DeleteUnmanaged = cleanup.choice("keep", "unmanaged_groups", "keep", "delete") == "delete"
	cleanup.done()
	u.DeactivateAdmins = o.flag(false, "deactivate_admins")
	u.DeactivateAfter, _ = o.duration("deactivate_after")
	u.Invite = o.flag(false, "invite")
	u.SendEmail = o.flag(true, "send_email", "send-email")
	u.IdentityProvider = o.flag(false, "identity_provider", "scim")
	c.hours, _ = o.number(c.hours, 0, 168, "default_weekly_hours")
	c.workdays = float64(o.count(int(c.workdays), 1, 7, "working_days_per_week"))
	c.redact(o)
	c.time = readTimeSyncs(o)
	o.done()
	return c
}

func (c *config) workspace(o *object) {
	if id, ok := o.checked("the workspace's id", idPattern.MatchString, "id"); ok {
		c.settings.WorkspaceID, c.settings.WorkspaceAt = id.text, o.d.source(id.at)
	}
	c.users.FallbackManager, _ = o.email("fallback_manager_email")
	group, _ := o.checked("a group's name", nil, "fallback_group_name")
	c.users.FallbackGroup = group.text
	o.done()
}

func (c *config) readColumns(o *object) {
	taken := map[string]string{}
	for _, item := range []struct {
		key string
		to  *column
	}{{"email", &c.columns.email}, {"manager", &c.columns.manager}, {"hours", &c.columns.hours}} {
		if s, ok := o.checked("the name of a column", nil, item.key); ok {
			*item.to = column{s.text, o.d.source(s.at)}
		}
		if other, ok := taken[item.to.name]; ok && o != nil {
			o.d.bad(o.at, "columns: %s and %s are the same column %s", other, item.key, quote(item.to.name))
		}
		taken[item.to.name] = item.key
	}
	o.done()
}

func (c *config) fields(o *object) {
	taken := map[string]string{}
	for _, e := range o.texts("the custom field's name", "field_mapping") {
		folded := strings.ToLower(e.value.text)
		if other, ok := taken[folded]; ok {
			o.d.bad(e.value.at, "field_mapping: %s and %s fill one custom field, %s", quote(other), quote(e.key), quote(e.value.text))
			continue
		}
		taken[folded] = e.key
		c.mapping = append(c.mapping, mapped{column{e.key, o.d.source(e.at)}, e.value.text})
		c.users.Fields = append(c.users.Fields, state.Mapping{Column: e.key, Field: e.value.text})
	}
}

func (c *config) api(o *object) {
	a := &c.settings.API
	a.BaseURL = o.address(a.BaseURL, "base_url")
	a.ReportsURL = o.address(a.ReportsURL, "reports_url")
	speed, said := o.number(a.RequestsPerSecond, 0.01, fastest, "requests_per_second")
	a.RequestsPerSecond = speed
	// The old tool slept this many seconds after each call.
	if delay, old := o.number(-1, 0, 60, "rate_limit_delay"); delay >= 0 {
		if said.at != nil {
			o.d.badKey(o.find("rate_limit_delay").at, "api.rate_limit_delay is the old way to say requests_per_second; write one of them")
		} else if old.at != nil {
			a.RequestsPerSecond = min(fastest, 1/max(delay, 1e-9))
		}
	}
	a.MaxRetries = o.count(a.MaxRetries, 0, 20, "max_retries")
	a.MaxCalls = o.count(a.MaxCalls, 1, 10_000_000, "max_calls")
	o.done()
}

func (c *config) approval(o *object) {
	a := &c.settings.Approval
	a.From = o.choice("", "from", "pull-request", "environment")
	n, _ := o.get("reviewers")
	for _, s := range o.list("GitHub logins", "reviewers") {
		login := strings.TrimPrefix(s.text, "@")
		switch {
		case !loginPattern.MatchString(s.text):
			o.d.bad(s.at, "approval.reviewers: %s is not a GitHub login, nor a team as organisation/team", quote(s.text))
		case slices.ContainsFunc(a.Reviewers, func(r string) bool { return strings.EqualFold(r, login) }):
			o.d.bad(s.at, "approval.reviewers: %s is there twice", quote(s.text))
		default:
			a.Reviewers = append(a.Reviewers, login)
		}
	}
	a.Count = o.count(a.Count, 1, 100, "count")
	environment, _ := o.checked("the name of a GitHub environment", nil, "environment")
	a.Environment = environment.text
	switch {
	case o == nil:
	case a.From == "pull-request" && len(a.Reviewers) == 0:
		if n == nil {
			o.d.bad(o.at, "approval.from is pull-request, and no reviewers are named; write whose review counts")
		}
	case a.From == "pull-request" && a.Count > len(a.Reviewers) && !slices.ContainsFunc(a.Reviewers, func(r string) bool { return strings.Contains(r, "/") }):
		o.d.bad(o.find("count").at, "approval.count is %d, and only %d reviewers are named: nothing could ever be approved", a.Count, len(a.Reviewers))
	}
	o.done()
}

func (c *config) protected(o *object) {
	p := &c.users.Protect
	for _, s := range o.list("group names", "groups") {
		if _, err := path.Match(s.text, ""); err != nil {
			o.d.bad(s.at, "protect.groups: %s is not a pattern; write a name, with * for anything", quote(s.text))
			continue
		}
		p.Groups = append(p.Groups, s.text)
	}
	if s, ok := o.scalar("the name of a column", "groups_from_column"); ok {
		c.protect = column{s.text, o.d.source(s.at)} // blank: none, not even the default
	}
	for _, s := range o.list("email addresses", "users") {
		email, wrong := parseEmail(s.text)
		if wrong != "" {
			o.d.bad(s.at, "protect.users: %s %s; write an email address", quote(s.text), wrong)
			continue
		}
		p.Users = append(p.Users, email)
	}
	o.done()
}

func (c *config) guards(o *object) {
	g := &c.users.Guards
	o.limit(&g.MaxDeactivations, "max_deactivations")
	o.limit(&g.MaxRemovals, "max_removals")
	o.limit(&g.MaxShrink, "max_shrink")
	g.MinActiveUsers = o.count(g.MinActiveUsers, 0, 1_000_000, "min_active_users")
	o.done()
}

// redact reads auto, none or full, and the truth values people write instead.
func (c *config) redact(o *object) {
	s, ok := o.checked("auto, none or full", func(text string) bool {
		return slices.Contains([]string{"auto", "none", "full", "true", "false"}, text)
	}, "redact")
	switch {
	case !ok:
	case s.text == "true":
		c.settings.Redact = "full"
	case s.text == "false":
		c.settings.Redact = "none"
	default:
		c.settings.Redact = s.text
	}
}
