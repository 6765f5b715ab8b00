package config

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// format is what a text must be.
type format struct {
	want    string // completes "write …"
	many    string // completes "a list of …"
	pattern string // for editors; empty: none says enough
	// wrong says what is wrong with a text: why, to stand between the text and what is wanted, or only that it is.
	wrong func(text string) (why string, is bool)
	// hides reports whether a text may be a secret that stands in the wrong place.
	hides func(text string) bool
}

// formats are the names that the tag "as" takes.
var formats = map[string]format{
	"address":       {want: "an address such as https://api.clockify.me/api/v1", wrong: wrongFileAddress, hides: func(s string) bool { return strings.Contains(s, "@") }},
	"blank column":  {want: "the name of a column"},
	"column":        {want: "the name of a column"},
	"color":         {want: `a color such as "#00FFFF", in quotes`, pattern: colorPattern.String()},
	"delimiter":     {want: "a comma, a semicolon, a tab or |", wrong: func(s string) (string, bool) { _, ok := parseDelimiter(s); return "", !ok }},
	"duration":      {want: "a time such as 7d or 36h", wrong: func(s string) (string, bool) { _, ok := parseDuration(s); return "", !ok }},
	"email":         {want: "an email address", wrong: wrongEmail},
	"email pattern": {want: "an email address", many: "email addresses", wrong: wrongEmailPattern},
	"header":        {want: "a key", wrong: func(s string) (string, bool) { return "", !visibleASCII(s) }},
	"id":            {want: "an id such as 64a687e29ae1f428e7ebe303", pattern: `^[A-Za-z0-9_-]{1,64}$`},
	"instant":       {want: "a day such as 2026-01-31 or a time such as 2026-01-31T08:00:00Z", wrong: func(s string) (string, bool) { _, ok := parseInstant(s); return "", !ok }},
	"limit":         {want: "a count such as 5, or a share such as 5%", wrong: func(s string) (string, bool) { _, ok := parseLimit(s); return "", !ok }},
	"login":         {want: "a GitHub login, or a team as organisation/team", many: "GitHub logins", pattern: `^@?[A-Za-z0-9][A-Za-z0-9_-]*(\[bot\]|/[A-Za-z0-9][A-Za-z0-9_.-]*)?$`},
	"path":          {want: "the name of a file"},
	"share":         {want: "a share such as 50%", wrong: func(s string) (string, bool) { l, ok := parseLimit(s); return "", !ok || l.Count > 0 }},
	"signing key":   {want: "at least 32 characters", wrong: func(s string) (string, bool) { return "", len(s) < shortestSigningKey }},
	"sync name":     {want: `a short name, without : , / and \`, pattern: `^[^\s:,/\\][^:,/\\]*$`},
	"variable":      {want: "the name of an environment variable", wrong: wrongVariable, hides: notAVariable},
	"workspace":     {want: "the workspace's id, or the address of its settings page", wrong: func(s string) (string, bool) { _, ok := WorkspaceID(s); return "", !ok }},
}

// shortestSigningKey is in bytes. openssl rand -hex 32 makes 64.
const shortestSigningKey = 32

// matches reports what is wrong with a text by pattern and function.
func (f format) matches(text string) (why string, ok bool) {
	if f.pattern != "" && !regexp.MustCompile(f.pattern).MatchString(text) {
		return "", false
	}
	if f.wrong == nil {
		return "", true
	}
	why, is := f.wrong(text)
	return why, !is
}

var (
	idPattern      = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	settingsPage   = regexp.MustCompile(`^https?://[a-z0-9.-]+/(?:[a-zA-Z0-9_#-]+/)*([0-9a-fA-F]{24})(?:[/?#].*)?$`)
	percentPattern = regexp.MustCompile(`^(\d{1,3}(?:\.\d{1,4})?) ?%$`)
	colorPattern   = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	variable       = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	durationWhole  = regexp.MustCompile(`^(\d{1,6}[wdhm])+$`)
	durationPart   = regexp.MustCompile(`(\d+)([wdhm])`)
)

// WorkspaceID reads an id, or the address of the settings page that holds it.
func WorkspaceID(text string) (string, bool) {
	if m := settingsPage.FindStringSubmatch(text); m != nil {
		return m[1], true
	}
	return text, idPattern.MatchString(text)
}

// delimiterNames are what people call what can hardly be seen.
var delimiterNames = map[string]rune{"comma": ',', "semicolon": ';', "tab": '\t', `\t`: '\t', ",": ',', ";": ';', "\t": '\t', "|": '|'}

func parseDelimiter(text string) (rune, bool) {
	r, ok := delimiterNames[strings.ToLower(text)]
	return r, ok
}

// parseDuration reads 7d, 36h or 1d12h; days have 24 hours.
func parseDuration(text string) (time.Duration, bool) {
	if text == "0" {
		return 0, true
	}
	if !durationWhole.MatchString(text) {
		return 0, false
	}
	const longest = 10 * 366 * 24 * time.Hour
	units := map[string]time.Duration{"w": 7 * 24 * time.Hour, "d": 24 * time.Hour, "h": time.Hour, "m": time.Minute}
	var total time.Duration
	for _, m := range durationPart.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil || n > int(longest/units[m[2]]) {
			return 0, false
		}
		if total += time.Duration(n) * units[m[2]]; total > longest {
			return 0, false
		}
	}
	return total, true
}

// ParseWindow reads 7d, 36h or 1d12h, and not nothing.
func ParseWindow(text string) (time.Duration, bool) {
	d, ok := parseDuration(text)
	return d, ok && d > 0
}

// parseInstant reads a day, which begins at midnight UTC, or a time with its zone.
func parseInstant(text string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() >= 2000 && t.Year() < 2200 {
			return t.UTC().Truncate(time.Second), true
		}
	}
	return time.Time{}, false
}

// parseLimit reads a count or a share; 0 and 0% both allow none.
func parseLimit(text string) (Limit, bool) {
	if m := percentPattern.FindStringSubmatch(text); m != nil {
		share, err := strconv.ParseFloat(m[1], 64)
		return Limit{Share: share / 100}, err == nil && share <= 100
	}
	n, err := strconv.Atoi(text)
	return Limit{Count: n}, err == nil && n >= 0
}

func wrongEmail(text string) (string, bool) {
	_, wrong := state.ParseEmail(text)
	return wrong, wrong != ""
}

// wrongEmailPattern takes patterns, too: what stands for anything is any letter.
func wrongEmailPattern(text string) (string, bool) {
	return wrongEmail(strings.NewReplacer("*", "x", "?", "x").Replace(text))
}

// SoundSyncName reports whether a time sync may be called so.
func SoundSyncName(name string) bool {
	_, ok := formats["sync name"].matches(name)
	return ok
}

// longRun is what looks like a key or token: ids are 24 characters, keys far longer.
var longRun = regexp.MustCompile(`[A-Za-z0-9+/=_-]{32,}`)

func notAVariable(text string) bool { return !variable.MatchString(text) || longRun.MatchString(text) }

// reserved are variables that belong to the runner or the system: a secret under such a name would be overwritten, or
// would overwrite what others read.
var reserved = []string{
	"CI", "PATH", "HOME", "USER", "SHELL", "PWD", "LANG", "TERM", "TMPDIR", "TEMP", "TMP", "HOSTNAME", "LOGNAME", "NO_COLOR",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "SECRET_NAMES",
}

// reservedPrefixes are the same for whole families.
var reservedPrefixes = []string{"GITHUB_", "ACTIONS_", "RUNNER_", "INPUT_", "CLOCKIFY_SYNC_", "LD_"}

func reservedVariable(name string) bool {
	upper := strings.ToUpper(name)
	return slices.Contains(reserved, upper) || slices.ContainsFunc(reservedPrefixes, func(p string) bool { return strings.HasPrefix(upper, p) })
}

func wrongVariable(text string) (string, bool) {
	switch {
	case notAVariable(text):
		return "", true
	case reservedVariable(text):
		return "belongs to the runner or the system", true
	}
	return "", false
}

// visibleASCII reports whether text can be the value of an HTTP header.
func visibleASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// wrongAddress says why a key must not be sent to an address; empty: it may.
func wrongAddress(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return "is not an address such as https://api.clockify.me/api/v1"
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "holds a user name, a password, a query or a fragment"
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "would send the key in the clear: it needs https"
	}
	return ""
}

// wrongFileAddress is stricter: whoever may open a pull request may write a file, and would get the key sent.
func wrongFileAddress(text string) (string, bool) {
	if wrong := wrongAddress(text); wrong != "" {
		return wrong, true
	}
	u, _ := url.Parse(text) // wrongAddress has parsed it
	if host := u.Hostname(); host == "clockify.me" || strings.HasSuffix(host, ".clockify.me") || loopback(host) {
		return "", false
	}
	return "is not a host of Clockify, which a file may not send keys to: name it by variable or input", true
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
