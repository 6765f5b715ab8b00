package config

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// setDefaults fills in what the table says where nothing is written.
func setDefaults(s *setting, to reflect.Value) {
	for _, k := range s.keys {
		field := to.Field(k.index)
		if k.kind == aMapping {
			setDefaults(k, field)
		} else if k.def != "" {
			k.setText(field, k.def)
		}
	}
}

// accepts reports whether a scalar is sound, and why not where there is more to say than what is wanted.
func (s *setting) accepts(v *value) (why string, ok bool) {
	isBool := v.typ == ast.BoolType
	switch {
	case len(s.words) > 0:
		word := v.text
		if isBool {
			word = strings.ToLower(word)
		}
		return "", slices.Contains(s.words, word) && isBool == (word == "true" || word == "false")
	case s.kind == aFlag:
		return "", isBool
	case s.kind == aNumber, s.kind == aCount:
		number, ok := parseDecimal(v.text)
		return "", ok && number >= s.low && number <= s.high && (s.kind == aNumber || number == float64(int(number)))
	}
	return formats[s.as].matches(v.text)
}

// setText puts a sound text into a field.
func (s *setting) setText(to reflect.Value, text string) {
	if to.Kind() == reflect.Pointer {
		to.Set(reflect.New(to.Type().Elem()))
		to = to.Elem()
	}
	switch to.Interface().(type) {
	case Limit:
		limit, _ := parseLimit(text)
		if limit.Share > 0 {
			limit.Floor = s.floor
		}
		to.Set(reflect.ValueOf(limit))
		return
	case time.Duration:
		d, _ := parseDuration(text)
		to.SetInt(int64(d))
		return
	case time.Time:
		at, _ := parseInstant(text)
		to.Set(reflect.ValueOf(at))
		return
	}
	switch to.Kind() {
	case reflect.String:
		switch {
		case s.as == "workspace":
			text, _ = WorkspaceID(text)
		case s.as == "email", len(s.words) > 0:
			text = strings.ToLower(text)
		}
		to.SetString(text)
	case reflect.Bool:
		to.SetBool(strings.EqualFold(text, "true"))
	case reflect.Int:
		number, _ := parseDecimal(text)
		to.SetInt(int64(number))
	case reflect.Float64:
		number, _ := parseDecimal(text)
		if s.as == "share" {
			limit, _ := parseLimit(text)
			number = limit.Share
		}
		to.SetFloat(number)
	}
}

// parseDecimal reads 37, 37.5 or 37,5 and nothing more clever: no exponent, no hex, no NaN.
func parseDecimal(s string) (float64, bool) {
	if strings.Trim(s, "0123456789.,-") != "" || strings.HasPrefix(s, ".") || strings.HasPrefix(s, ",") {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	return f, err == nil && len(s) <= 30
}
