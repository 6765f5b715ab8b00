package plan

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// separator stands between the values of a DROPDOWN_MULTIPLE field, in the CSV and in canonical form.
const separator = ";"

// FieldText brings the text of a value into the field's canonical form, in which equal values are equal strings: numbers
// without needless digits, true or false, dropdown values as the field spells them, several of them sorted and joined by
// semicolons. Blank text is a blank value. The error says what the field takes.
func FieldText(f state.Field, text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	switch f.Type {
	case state.FieldNumber:
		n, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || strings.ContainsAny(text, "xXpP_") {
			return "", fmt.Errorf("%q is not a number", text)
		}
		if n == 0 {
			n = 0 // -0 too
		}
		return strconv.FormatFloat(n, 'f', -1, 64), nil
	case state.FieldCheckbox:
		switch strings.ToLower(text) {
		case "true", "yes", "1":
			return "true", nil
		case "false", "no", "0":
			return "false", nil
		}
		return "", fmt.Errorf("%q is not one of true, false, yes, no, 1, 0", text)
	case state.FieldOne:
		return allowed(f, text)
	case state.FieldMany:
		var values []string
		for part := range strings.SplitSeq(text, separator) {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			value, err := allowed(f, part)
			if err != nil {
				return "", err
			}
			values = append(values, value)
		}
		slices.Sort(values)
		return strings.Join(slices.Compact(values), separator), nil
	}
	return text, nil
}

// CellText is FieldText for a cell of users.csv, which has to be clear: a number that may mean two, or has more digits than
// are kept, is an error.
func CellText(f state.Field, text string) (string, error) {
	canonical, err := FieldText(f, text)
	if err == nil && f.Type == state.FieldNumber {
		err = unclear(text)
	}
	return canonical, err
}

var ambiguous = regexp.MustCompile(`^[1-9]\d{0,2}(?:,\d{3})+$`)

// Ambiguous reports whether a number may mean two: 1,005 is a thousand and five, or one and five thousandths.
func Ambiguous(number string) bool { return ambiguous.MatchString(number) }

// mostDigits is how many digits of a number every reader keeps.
const mostDigits = 15

// unclear says why a number is none to rely on.
func unclear(number string) error {
	digits := 0
	for _, c := range strings.TrimLeft(number, "-0.,") {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	switch {
	case Ambiguous(number):
		return fmt.Errorf("%q may be %s or %s: write it without a comma, or with a point", number, strings.ReplaceAll(number, ",", ""), strings.Replace(number, ",", ".", 1))
	case digits > mostDigits:
		return fmt.Errorf("%q has more than the %d digits that a NUMBER field keeps: map the column to a text field", number, mostDigits)
	}
	return nil
}

// allowed finds the field's own spelling of a dropdown value.
func allowed(f state.Field, text string) (string, error) {
	if slices.Contains(f.Allowed, text) {
		return text, nil
	}
	for _, a := range f.Allowed {
		if strings.EqualFold(a, text) {
			return a, nil
		}
	}
	return "", fmt.Errorf("%q is not a value of the field; it takes %s", text, strings.Join(f.Allowed, ", "))
}

// DurationText renders a duration of whole minutes as ISO 8601, the way Clockify does: PT7H30M, PT8H, PT45M, PT0S.
func DurationText(d time.Duration) string {
	minutes := int(d.Round(time.Minute) / time.Minute)
	hours, minutes := minutes/60, minutes%60
	switch {
	case hours == 0 && minutes == 0:
		return "PT0S"
	case minutes == 0:
		return fmt.Sprintf("PT%dH", hours)
	case hours == 0:
		return fmt.Sprintf("PT%dM", minutes)
	}
	return fmt.Sprintf("PT%dH%dM", hours, minutes)
}
