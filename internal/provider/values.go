package provider

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// fieldOf is a custom field as the planner knows it.
func fieldOf(f clockify.CustomField) state.Field {
	return state.Field{Name: f.Name, Type: state.FieldType(f.Type), Allowed: f.AllowedValues, Inactive: f.Status == "INACTIVE", Required: f.Required}
}

// readValue decodes a custom field value; nil is a blank one.
func readValue(raw json.RawMessage) any {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return nil
	}
	switch x := v.(type) {
	case string:
		if x == "" {
			return nil
		}
	case []any:
		if len(x) == 0 {
			return nil
		}
	}
	return v
}

// valueText is a value in canonical form. A value the field would not take today, as dropdowns keep their old ones
// (docs/clockify-api.md#dropdown-values), is shown as it is: it differs from every value that may be asked for.
func valueText(f state.Field, v any) string {
	text := rawText(v)
	if canonical, err := plan.FieldText(f, text); err == nil {
		return canonical
	}
	return text
}

// rawText is a value in words, whatever field it is of.
func rawText(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case []string:
		return strings.Join(x, ";")
	case []any:
		parts := make([]string, len(x))
		for i, part := range x {
			parts[i] = fmt.Sprint(part)
		}
		slices.Sort(parts)
		return strings.Join(parts, ";")
	}
	return fmt.Sprint(v)
}

// takes reports whether the field would take the value today.
func takes(f state.Field, v any) bool {
	_, err := plan.FieldText(f, rawText(v))
	return err == nil
}

// writeValue is the JSON value of canonical text: a number, a bool, a list or a string; null clears.
func writeValue(f state.Field, text string) any {
	if text == "" {
		return nil
	}
	switch f.Type {
	case state.FieldNumber:
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return n
		}
	case state.FieldCheckbox:
		return text == "true"
	case state.FieldMany:
		return strings.Split(text, ";")
	}
	return text
}

// weekdays reads working days as Clockify names them, in the order of a week that begins on Monday.
func weekdays(names []string) []time.Weekday {
	var days []time.Weekday
	for i := range 7 {
		day := time.Weekday((i + 1) % 7)
		if slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, day.String()) }) {
			days = append(days, day)
		}
	}
	return days
}

// dayNames writes working days as Clockify names them.
func dayNames(days []time.Weekday) []string {
	var names []string
	for _, day := range days {
		names = append(names, strings.ToUpper(day.String()))
	}
	return names
}
