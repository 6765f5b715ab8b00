package spec

import (
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Schema is where the JSON Schema of the config is published, for editors.
const Schema = "https://raw.githubusercontent.com/clockify-sync/clockify-sync/main/clockify-sync.schema.json"

// WriteUsers writes the people as Load reads them back under the config WriteConfig writes: the three columns of the
// tool and one per mapping. A field that nobody has a cell for is blank. Nothing is neutralised for spreadsheets: what
// is written must read back as it is. What HoldsCell and HoursText refuse is an error.
func WriteUsers(w io.Writer, u *state.Users) error {
	out := csv.NewWriter(w)
	header := []string{defaultEmail, defaultManager, defaultHours}
	for _, m := range u.Fields {
		header = append(header, m.Column)
	}
	if err := out.Write(header); err != nil {
		return err
	}
	for _, p := range u.People {
		hours, ok := HoursText(p.Capacity)
		if !ok {
			return fmt.Errorf("%s: %v a day cannot be written as hours of a week", p.Email, p.Capacity)
		}
		record := []string{p.Email, p.Manager, hours}
		for _, m := range u.Fields {
			i := slices.IndexFunc(p.Cells, func(c state.Cell) bool { return c.Field == m.Field })
			text := ""
			if i >= 0 {
				text = p.Cells[i].Text
			}
			if !HoldsCell(text) {
				return fmt.Errorf("%s: the value of %s cannot be written into a CSV", p.Email, m.Field)
			}
			record = append(record, text)
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// HoldsCell reports whether a cell, or the name of a column, reads back as it was written: cells are trimmed, and a
// carriage return before a new line is lost.
func HoldsCell(text string) bool {
	return utf8.ValidString(text) && text == strings.TrimSpace(text) && !strings.Contains(text, "\r\n")
}

// HoldsEmail reports whether an address is one that Load takes, as it is.
func HoldsEmail(text string) bool {
	email, wrong := parseEmail(text)
	return wrong == "" && email == text
}

// HoursText is the hours of a week of five days that give exactly this capacity of a day, in whole minutes: 37.5. Not ok:
// a week has no such hours, or the capacity is unknown.
func HoursText(perDay time.Duration) (text string, ok bool) {
	const workdays = 5
	hours := perDay.Hours() * workdays
	if perDay < 0 || hours > 168 {
		return "", false
	}
	for digits := 0; digits <= 6; digits++ {
		text = strconv.FormatFloat(hours, 'f', digits, 64)
		if back, _ := parseDecimal(text); capacity(back, workdays) == perDay {
			return text, true
		}
	}
	return "", false
}

// ReservedColumn reports whether a column of this name means something to the tool itself.
func ReservedColumn(name string) bool {
	return name == defaultEmail || name == defaultManager || name == defaultHours
}

// UsualColumn is the column that fills a custom field of this name in the CSV the tool was made for; else the name.
func UsualColumn(field string) string {
	for _, usual := range []state.Mapping{{Column: "Company (Label)", Field: "Company"}, {Column: defaultCountry, Field: "Country"}, {Column: "Global Id", Field: "Global ID"}} {
		if usual.Field == field {
			return usual.Column
		}
	}
	return field
}

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
		text := fmt.Sprintf(format+"\n", args...)
		used += marks([]byte(text))
		b.WriteString(text)
	}
	full := func() bool { return used > maxMarks/2 || b.Len() > maxConfig/2 }
	line("# yaml-language-server: $schema=%s", Schema)
	line("# Written by clockify-sync export from the workspace %s.", oneLine(d.WorkspaceName))
	line("workspace:")
	line("  id: %s", scalarText(d.WorkspaceID))
	fallback := func(mark string, u *state.Users) {
		line("%sfallback_manager_email: %s", mark, scalarText(u.FallbackManager))
		line("%sfallback_group_name: %s", mark, scalarText(u.FallbackGroup))
	}
	switch {
	case u.FallbackManager != "":
		fallback("  ", u)
	case d.Fallback != nil:
		line("  # %s", oneLine(d.FallbackWhy))
		fallback("  # ", d.Fallback)
	}
	if len(u.Fields) > 0 {
		line("")
		line("# CSV column: custom field of the person.")
		line("field_mapping:")
		for _, m := range u.Fields {
			line("  %s: %s", scalarText(m.Column), scalarText(m.Field))
		}
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
	p, hasDefault := d.Users.Protect, slices.ContainsFunc(d.Users.Fields, func(m state.Mapping) bool { return m.Column == defaultCountry })
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
			line("    - %s", scalarText(g))
		}
	}
	if p.Column != "" || hasDefault {
		line("  groups_from_column: %s", scalarText(p.Column))
	}
	if len(p.Users) > 0 {
		line("  users:")
		for _, email := range p.Users {
			why := ""
			if d.Reasons[email] != "" {
				why = "   # " + oneLine(d.Reasons[email])
			}
			line("    - %s%s", scalarText(email), why)
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

// scalarText renders text as a YAML scalar, in quotes where it needs them.
func scalarText(text string) string {
	if plainScalar.MatchString(text) && !slices.Contains(words, strings.ToLower(text)) {
		return text
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
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
