package userscsv

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// cells reads the cells of one row and remembers whether all were sound.
type cells struct {
	*reader
	ok bool
}

// bad reports a problem with the row's cell in a column that the tool reads.
func (c *cells) bad(tag, format string, args ...any) {
	c.ok = false
	c.reader.bad(c.rows.at(c.header.at[tag]), format, args...)
}

// scripts counts the alphabets that the letters of an address are of, of those whose letters look alike.
func scripts(email string) int {
	if len(email) == utf8.RuneCountInString(email) {
		return 1
	}
	n := 0
	for _, script := range []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek} {
		if strings.ContainsFunc(email, func(r rune) bool { return unicode.Is(script, r) }) {
			n++
		}
	}
	return n
}

// spreadsheetErrors are what spreadsheets write in place of a value.
var spreadsheetErrors = []string{
	"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#BLOCKED!", "#CONNECT!", "#FIELD!", "#UNKNOWN!", "#ERROR!",
	"#NV", "#BEZUG!", "#WERT!", "#ZAHL!", "#VALEUR!", "#NOM?", "#NOMBRE?", "#VALOR!",
}

// damaged says what is wrong with a value that lost its meaning before it came here; empty: nothing.
func damaged(s string) string {
	switch {
	case s == "":
	case strings.ContainsRune(s, unicode.ReplacementChar):
		return "holds a character that was damaged when the file was saved (\ufffd). Export the file again as UTF-8."
	case s[0] == '#' && slices.Contains(spreadsheetErrors, strings.ToUpper(s)):
		return "is an error of the spreadsheet, not a value. Write the value, or leave the cell blank."
	case len(s) > 2 && strings.Trim(s, "#") == "":
		return "is what a spreadsheet shows where a column is too narrow, not the value."
	}
	return ""
}

// scientific is what a spreadsheet makes of a long number.
var scientific = regexp.MustCompile(`^\d[.,]?\d*[eE]\+?\d{2,}$`)

const lostDigits = "lost its digits in a spreadsheet. Format the column as text and export it again."

// Hours of a week that are worth a look, and of a day that cannot be.
const (
	mostHours, manyHours, fewHours = 168, 80, 4
	hoursOfADay                    = 24
)

// capacity reads the hours of a week and divides them by the working days.
func (c *cells) capacity(cell string, days float64) (perDay, week time.Duration) {
	hours := c.layout.WeeklyHours
	if cell == "" {
		if hours < 0 || c.users.NoHours {
			return state.CapacityUnknown, 0
		}
		return capacity(hours, days), minutes(hours)
	}
	hours, ok := parseDecimal(cell)
	column := func() string { return shorten(c.layout.Hours.Name) }
	switch {
	case damaged(cell) != "":
		c.bad("hours", "%s %s", quote(cell), damaged(cell))
	case plan.Ambiguous(cell):
		c.bad("hours", "%s may be %s or %s hours (%s). Write it without a comma, or with a point.", quote(cell),
			strings.ReplaceAll(cell, ",", ""), strings.Replace(cell, ",", ".", 1), column())
	case !ok:
		c.bad("hours", "%s is not a number of hours (%s). Write 37 or 37.5.", quote(cell), column())
	case hours < 0 || hours > mostHours:
		c.bad("hours", "%s is not between 0 and 168 hours a week (%s).", quote(cell), column())
	case hours > hoursOfADay*days:
		c.bad("hours", "%s hours on %s days are over 24 a day (%s).", shorten(cell), strconv.FormatFloat(days, 'f', -1, 64), column())
	case hours > manyHours || hours < fewHours:
		c.warnings.hours.add(cell, c.rows.at(c.header.at["hours"]))
	}
	return capacity(hours, days), minutes(hours)
}

// minutes are so many hours, in whole minutes.
func minutes(hours float64) time.Duration { return time.Duration(math.Round(hours*60)) * time.Minute }

// capacity is the part of a week's hours that a day has, in whole minutes.
func capacity(hours, days float64) time.Duration {
	return minutes(hours / days)
}

// parseDecimal reads 37, 37.5 or 37,5 and nothing more clever: no exponent, no hex, no NaN.
func parseDecimal(s string) (float64, bool) {
	digits, point := 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case (c == '.' || c == ',') && !point && i > 0 && i < len(s)-1 && s[i-1] != '-':
			point = true
		case c == '-' && i == 0:
		default:
			return 0, false
		}
	}
	if digits == 0 || digits > 30 {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	return f, err == nil && !math.IsInf(f, 0)
}

// days reads how many days of a week somebody works, or which; those that are named go into p.
func (c *cells) days(cell string, p *state.Row) float64 {
	usual := float64(c.layout.WorkingDays)
	if cell == "" {
		return usual
	}
	if n, ok := parseDecimal(cell); ok {
		if n <= 0 || n > 7 {
			c.bad("days", "%s is not between 1 and 7 days a week (%s).", quote(cell), shorten(c.layout.Days.Name))
			return usual
		}
		return n
	}
	days, ok := parseDays(cell)
	if !ok {
		c.bad("days", "%s is neither a number of days nor names of them (%s). Write 4, Mon-Thu or Mon,Wed,Fri.", quote(cell), shorten(c.layout.Days.Name))
		return usual
	}
	p.Days = days
	return float64(len(days))
}

// dayNames are the first letters of the days, Sunday first as in package time.
var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// parseDays reads Mon-Thu, Mon,Wed,Fri and mixtures. The days come in the order of a week that begins on Monday.
func parseDays(s string) ([]time.Weekday, bool) {
	on := [7]bool{}
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;/+& ", r) })
	for _, part := range parts {
		first, last, isRange := strings.Cut(strings.ReplaceAll(part, "–", "-"), "-")
		from, ok := weekday(first)
		if !ok {
			return nil, false
		}
		to := from
		if isRange {
			if to, ok = weekday(last); !ok {
				return nil, false
			}
		}
		for d := from; ; d = (d + 1) % 7 {
			on[d] = true
			if d == to {
				break
			}
		}
	}
	var days []time.Weekday
	for i := range 7 {
		if d := time.Weekday((i + 1) % 7); on[d] {
			days = append(days, d)
		}
	}
	return days, len(days) > 0
}

func weekday(s string) (time.Weekday, bool) {
	s = strings.ToLower(s)
	for i, name := range dayNames {
		if full := strings.ToLower(time.Weekday(i).String()); len(s) >= 2 && (s == name[:2] || len(s) >= 3 && strings.HasPrefix(full, s)) {
			return time.Weekday(i), true
		}
	}
	return 0, false
}

// id reads HR's number of a person, in rows that are left out too, for they may be managers. One that is there twice is a
// problem.
func (r *reader) id(cell, email string) (id string, ok bool) {
	if cell == "" {
		return "", true
	}
	at := r.rows.at(r.header.at["id"])
	why := damaged(cell)
	if why == "" && scientific.MatchString(cell) {
		why = lostDigits
	}
	if why != "" {
		r.bad(at, "%s %s", quote(cell), why)
		return "", false
	}
	if first, again := r.ids[cell]; again {
		r.bad(at, "the number %s appears twice, first in line %d (%s).", quote(cell), first.line, shorten(r.layout.ID.Name))
		return "", false
	}
	r.ids[cell] = number{email, at.Line}
	return cell, true
}

// day reads an ISO date; a time of day after it is left out.
func (c *cells) day(tag, cell string) time.Time {
	if cell == "" {
		return time.Time{}
	}
	if len(cell) > 10 && (cell[10] == 'T' || cell[10] == ' ') {
		cell = cell[:10]
	}
	day, err := time.Parse(time.DateOnly, cell)
	if err != nil || day.Year() < 1900 {
		c.bad(tag, "%s is not a date. Write it as 2026-11-25.", quote(cell))
		return time.Time{}
	}
	return day
}
