package config

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// countryColumn is the default of protect.groups_from_column.
const countryColumn = "Country (Label)"

// Draft is a config to be written.
type Draft struct {
	WorkspaceID   string
	WorkspaceName string
	Users         *state.Users      // fallback, fields, protect and absent are written
	Reasons       map[string]string // by email of protect.users: why
	Fallback      *state.Users      // a fallback to be written as a comment, with FallbackManager and FallbackGroup
	FallbackWhy   string            // what writing it would change
}

// WriteConfig writes the config so that Load reads back what the draft says.
func WriteConfig(w io.Writer, d Draft) error {
	u := d.Users
	var b strings.Builder
	used := 0
	line := func(format string, args ...any) {
		line := fmt.Sprintf(format+"\n", args...)
		used += countTokens([]byte(line))
		b.WriteString(line)
	}
	full := func() bool { return used > maxTokens/2 || b.Len() > MaxSize/2 }
	line("# yaml-language-server: $schema=%s", Schema)
	line("# Written by clockify-sync export from the workspace %s.", text.Sanitize(d.WorkspaceName))
	line("workspace:")
	line("  id: %s", scalar(d.WorkspaceID))
	fallback := func(mark string, u *state.Users) {
		line("%sfallback_manager_email: %s", mark, scalar(u.FallbackManager))
		line("%sfallback_group_name: %s", mark, scalar(u.FallbackGroup))
	}
	switch {
	case u.FallbackManager != "":
		fallback("  ", u)
	case d.Fallback != nil:
		line("  # %s", text.Sanitize(d.FallbackWhy))
		fallback("  # ", d.Fallback)
	}
	if len(u.Fields) > 0 {
		line("")
		line("# CSV column: custom field of the person.")
		line("field_mapping:")
		for _, m := range u.Fields {
			line("  %s: %s", scalar(m.Column), scalar(m.Field))
		}
	}
	if u.NoGroups {
		line("")
		line("manager_groups: false   # managers are roles on people alone; true makes a group for every manager")
	}
	writeProtect(line, full, d)
	line("")
	line("cleanup:")
	line("  unmanaged_groups: keep   # or delete, after approval")
	line("absent: %s   # people who are active in Clockify and not in the CSV; or deactivate, after approval", u.Absent)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeProtect stops listing groups when the file is full: Load takes no larger one.
func writeProtect(line func(string, ...any), full func() bool, d Draft) {
	p, hasDefault := d.Users.Protect, slices.ContainsFunc(d.Users.Fields, func(m state.Mapping) bool { return m.Column == countryColumn })
	if len(p.Groups) == 0 && len(p.Users) == 0 && p.Column == "" && !hasDefault {
		return
	}
	line("")
	line("# Never touched by any phase.")
	line("protect:")
	if len(p.Groups) > 0 {
		line("  groups:")
		for i, g := range p.Groups {
			if full() {
				line("    # and %d more, which unmanaged_groups: keep leaves alone as well", len(p.Groups)-i)
				break
			}
			line("    - %s", scalar(g))
		}
	}
	if p.Column != "" || hasDefault {
		line("  groups_from_column: %s", scalar(p.Column))
	}
	if len(p.Users) > 0 {
		line("  users:")
		for _, email := range p.Users {
			why := ""
			if d.Reasons[email] != "" {
				why = "   # " + text.Sanitize(d.Reasons[email])
			}
			line("    - %s%s", scalar(email), why)
		}
	}
}

// GroupPattern is the pattern for protect.groups that matches a name and, letter case aside, nothing else.
func GroupPattern(name string) string {
	var b strings.Builder
	edge := len(strings.TrimRightFunc(name, unicode.IsSpace))
	inner := len(name) - len(strings.TrimLeftFunc(name, unicode.IsSpace))
	for i, r := range name {
		switch {
		case strings.ContainsRune(`*?[]\`, r):
			b.WriteString(`\` + string(r))
		case i < inner, i >= edge: // scalars of the config are trimmed
			b.WriteString("[" + string(r) + "]")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// plainScalar is text that YAML reads as that text without quotes, unless it is one of words.
var plainScalar = regexp.MustCompile(`^[A-Za-z](?:[A-Za-z0-9_()./@+-]| [A-Za-z0-9_()./@+-])*$`)

var words = []string{"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"}

// scalar renders text as a YAML scalar, in quotes where it needs them.
func scalar(s string) string {
	if plainScalar.MatchString(s) && !slices.Contains(words, strings.ToLower(s)) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r > 0xffff && !strconv.IsPrint(r):
			fmt.Fprintf(&b, `\U%08x`, r)
		case !strconv.IsPrint(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
