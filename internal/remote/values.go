package remote

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/model"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// fieldOf is a custom field as the planner knows it.
func fieldOf(f clockify.CustomField) model.Field {
	return model.Field{Name: f.Name, Type: model.FieldType(f.Type), Allowed: f.AllowedValues, Dormant: f.Status == "INACTIVE"}
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
// (clockify-api.md section 4), is shown as it is: it differs from every value that may be asked for.
func valueText(f model.Field, v any) string {
	text := ""
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		text = x
	case bool:
		text = strconv.FormatBool(x)
	case float64:
		text = strconv.FormatFloat(x, 'f', -1, 64)
	case []any:
		parts := make([]string, len(x))
		for i, part := range x {
			parts[i] = fmt.Sprint(part)
		}
		slices.Sort(parts)
		text = strings.Join(parts, ";")
	default:
		text = fmt.Sprint(x)
	}
	if canonical, err := plan.FieldText(f, text); err == nil {
		return canonical
	}
	return text
}

// writeValue is the JSON value of canonical text: a number, a bool, a list or a string; null clears.
func writeValue(f model.Field, text string) any {
	if text == "" {
		return nil
	}
	switch f.Type {
	case model.FieldNumber:
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return n
		}
	case model.FieldCheckbox:
		return text == "true"
	case model.FieldMany:
		return strings.Split(text, ";")
	}
	return text
}
