package spec

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// TestSchemaFile holds the committed schema against the code.
func TestSchemaFile(t *testing.T) {
	t.Parallel()
	got, err := JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("..", "..", "clockify-sync.schema.json"), string(got))
}

// walk calls visit with every setting and the keys above it.
func walk(path []setting, keys []setting, visit func(path []setting)) {
	for _, k := range keys {
		here := append(slices.Clone(path), k)
		visit(here)
		walk(here, k.keys, visit)
	}
}

// TestSchemaKeys holds the keys of the table against those the loader asks for, in both directions.
func TestSchemaKeys(t *testing.T) {
	t.Parallel()
	want := map[string][]string{}
	walk(nil, settings, func(path []setting) {
		last := path[len(path)-1]
		above := names(path[:len(path)-1])
		want[above] = append(want[above], last.name)
		if last.other != "" {
			want[above] = append(want[above], last.other)
		}
	})
	data, err := os.ReadFile("../../testdata/clockify-sync.yaml")
	if err != nil {
		t.Fatal(err)
	}
	full := string(data) + "\napproval: {from: environment}\ncolumns: {email: E}\n"
	d := parse("clockify-sync.yaml", []byte(full))
	decode(d)
	if len(d.problems) > 0 {
		t.Fatal(d.problems)
	}
	got := map[string][]string{}
	entry := regexp.MustCompile(`^time_sync "[^"]*"`)
	for path, keys := range d.asked {
		got[entry.ReplaceAllString(path, "time_sync")] = keys
	}
	for _, all := range []map[string][]string{want, got} {
		for path, keys := range all {
			slices.Sort(keys)
			all[path] = slices.Compact(keys)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys (-schema +loader):\n%s", diff)
	}
}

func names(path []setting) string {
	var parts []string
	for _, k := range path {
		parts = append(parts, k.name)
	}
	return strings.Join(parts, ".")
}

// beside is what must stand beside a key for it to be sound.
var beside = map[string]string{
	"time_sync.link_field": "link: field", "time_sync.deletes": "link: field", "time_sync.to": "from: 2020-01-01",
	"approval.from": "reviewers: [ann]",
}

// sync is a sound time sync, of which a key may be replaced.
const syncText = `{"name":"n","source":{"workspace_id":"w1","client_id":"c","user_id":"u"},"destination":{"workspace_id":"w2"}}`

// document with one key set, everything else being sound.
func documentWith(t *testing.T, path []setting, value any) string {
	t.Helper()
	root := map[string]any{}
	at := root
	for i, k := range path[:len(path)-1] {
		next := map[string]any{}
		if k.kind == mappings {
			if err := json.Unmarshal([]byte(syncText), &next); err != nil {
				t.Fatal(err)
			}
			at[k.name] = []any{next}
		} else {
			if there, ok := at[k.name].(map[string]any); ok {
				next = there
			}
			at[k.name] = next
		}
		at = next
		_ = i
	}
	at[path[len(path)-1].name] = value
	if extra := beside[names(path)]; extra != "" {
		key, text, _ := strings.Cut(extra, ": ")
		at[key] = text
		if strings.HasPrefix(text, "[") {
			at[key] = []string{strings.Trim(text, "[]")}
		}
	}
	text, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return string(text) // JSON is YAML
}

// TestSchemaValues holds the values the schema allows, its defaults and its bounds against the loader.
func TestSchemaValues(t *testing.T) {
	t.Parallel()
	ignore := []cmp.Option{
		cmp.AllowUnexported(config{}, columns{}, column{}, mapped{}), cmpopts.IgnoreFields(config{}, "doc"),
		cmpopts.IgnoreTypes(state.Source{}),
	}
	walk(nil, settings, func(path []setting) {
		k := path[len(path)-1]
		if k.about == "" || !strings.HasSuffix(k.about, ".") {
			t.Errorf("%s is not explained in a sentence", names(path))
		}
		if k.keys != nil || k.kind == theirNames {
			return
		}
		load := func(value any) *document {
			d := parse("clockify-sync.yaml", []byte(documentWith(t, path, value)))
			decode(d)
			return d
		}
		good, bad := slices.Concat(k.words, k.eg), []any{map[string]any{"a": "b"}}
		switch k.kind {
		case aNumber, aCount:
			good, bad = append(good, k.lo, k.hi), append(bad, k.lo-1, k.hi+1, "much")
			if k.kind == aCount {
				bad = append(bad, 1.5)
			}
		case aChoice:
			bad = append(bad, "zzz")
		case aFlag:
			good, bad = append(good, true, false), append(bad, "maybe")
		}
		if k.def != nil {
			good = append(good, k.def)
		}
		for _, value := range append(good, nil) {
			if value == nil && (k.need || k.full) {
				continue
			}
			if d := load(value); len(d.problems) > 0 {
				t.Errorf("%s: %v is allowed by the schema, and the loader says\n%v", names(path), value, d.problems)
			}
		}
		for _, value := range bad {
			if d := load(value); len(d.problems) == 0 {
				t.Errorf("%s: the loader takes %v, which the schema does not allow", names(path), value)
			}
		}
		if k.def == nil {
			return
		}
		with := decode(parse("", []byte(documentWith(t, path, k.def))))
		without := decode(parse("", []byte(documentWith(t, path, nil))))
		if diff := cmp.Diff(without, with, ignore...); diff != "" {
			t.Errorf("%s: %v is not what the loader takes where nothing is written (-nothing +default):\n%s", names(path), k.def, diff)
		}
	})
}

// TestSchemaSamples validates the sample configs, and some that are unsound, as an editor would.
func TestSchemaSamples(t *testing.T) {
	t.Parallel()
	text, err := JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../../testdata/clockify-sync.yaml", "../../testdata/old/config.yaml", "../cli/sample/clockify-sync.yaml"} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := validate(schema, plainValue(parse(name, data)), ""); wrong != "" {
			t.Errorf("%s: %s", name, wrong)
		}
	}
	for _, text := range []string{"absent: never", "colour: red", "api: {max_retries: 21}", "time_sync: [{name: a}]", "invite: 3"} {
		if validate(schema, plainValue(parse("", []byte(text))), "") == "" {
			t.Errorf("%q is valid by the schema", text)
		}
	}
}

// validate checks a value by as much of JSON Schema as JSONSchema uses. It says what is wrong.
func validate(schema map[string]any, value any, at string) string {
	if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, value) {
		return fmt.Sprintf("%s: %v is none of %v", at, value, enum)
	}
	if types, ok := schema["type"].([]any); ok {
		is := map[string]bool{"null": value == nil}
		switch v := value.(type) {
		case string:
			is["string"] = true
		case bool:
			is["boolean"] = true
		case float64:
			is["number"], is["integer"] = true, v == float64(int(v))
		case []any:
			is["array"] = true
		case map[string]any:
			is["object"] = true
		}
		if !slices.ContainsFunc(types, func(name any) bool { return is[name.(string)] }) {
			return fmt.Sprintf("%s: %v is none of %v", at, value, types)
		}
	}
	switch v := value.(type) {
	case float64:
		if lo, ok := schema["minimum"].(float64); ok && (v < lo || v > schema["maximum"].(float64)) {
			return fmt.Sprintf("%s: %v is out of range", at, v)
		}
	case []any:
		for _, item := range v {
			if wrong := validate(schema["items"].(map[string]any), item, at+"[]"); wrong != "" {
				return wrong
			}
		}
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		required, _ := schema["required"].([]any)
		for _, key := range required {
			if _, ok := v[key.(string)]; !ok {
				return at + ": " + key.(string) + " is missing"
			}
		}
		for key, item := range v {
			next, ok := properties[key].(map[string]any)
			if !ok {
				if next, ok = schema["additionalProperties"].(map[string]any); !ok {
					return at + "." + key + " is unknown"
				}
			}
			if wrong := validate(next, item, at+"."+key); wrong != "" {
				return wrong
			}
		}
	}
	return ""
}

// plainValue is a parsed document as JSON would have it.
func plainValue(d *document) any {
	var value any
	if err := yaml.NodeToValue(d.root, &value); err != nil {
		return err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	return value
}
