package plan

import (
	"reflect"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Texts is what holds texts of others.
type Texts interface {
	*Plan | []Outcome | []Change | []state.Finding | []state.Problem
}

// ours are the fields whose text is this tool's or the config's own.
var ours = []string{"ID", "Needs", "WorkspaceID", "MadeID", "Sync", "Setting", "Allow", "File", "Kind"}

// MapTexts returns a copy in which f was applied to every text that came out of Clockify or of users.csv: names,
// addresses, values, messages. Ids, and so digests, settings and words of closed lists stay as they are, and so does what
// each change does. Fields that are named to be kept stay too.
func MapTexts[T Texts](v T, f func(string) string, keep ...string) T {
	return mapTexts(reflect.ValueOf(v), "", f, append(keep, ours...)).Interface().(T)
}

func mapTexts(v reflect.Value, field string, f func(string) string, keep []string) reflect.Value {
	if slices.Contains(keep, field) {
		return v
	}
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			copied.SetString(f(v.String()))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			copied.Set(reflect.New(v.Type().Elem()))
			copied.Elem().Set(mapTexts(v.Elem(), "", f, keep))
		}
	case reflect.Slice:
		if !v.IsNil() {
			copied.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				copied.Index(i).Set(mapTexts(v.Index(i), "", f, keep))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			copied.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for key, value := range v.Seq2() {
				copied.SetMapIndex(mapTexts(key, "", f, keep), mapTexts(value, "", f, keep))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if t := v.Type().Field(i); t.IsExported() {
				copied.Field(i).Set(mapTexts(v.Field(i), t.Name, f, keep))
			}
		}
	}
	return copied
}
