package config

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// jsonSchema is the JSON Schema of the config, made of the table: for editors. The same bytes every time.
func jsonSchema() ([]byte, error) {
	root := mappingSchema(table().inFile())
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["$id"] = Schema
	root["title"] = "clockify-sync.yaml"
	root["description"] = "The config of clockify-sync."
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	err := enc.Encode(root)
	return b.Bytes(), err
}

// mappingSchema is the schema of a mapping with these keys and no others.
func mappingSchema(keys []*setting) map[string]any {
	properties, required := map[string]any{}, []any{}
	for _, k := range keys {
		properties[k.name] = k.schema()
		if k.alias != "" {
			other := k.schema()
			other["description"] = "The same as " + k.name + "."
			other["deprecated"] = true
			properties[k.alias] = other
		}
		if k.need {
			required = append(required, k.name)
		}
	}
	s := map[string]any{"type": []any{"object"}, "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func (s *setting) schema() map[string]any {
	text := []any{"string", "number", "boolean"}
	textOrNull := []any{"string", "number", "boolean", "null"}
	out := map[string]any{}
	switch s.kind {
	case aText:
		out["type"] = text
		s.addFormat(out)
	case aNumber, aCount:
		out["type"] = []any{"number"}
		if s.kind == aCount {
			out["type"] = []any{"integer"}
		}
		out["minimum"], out["maximum"] = s.low, s.high
	case aFlag:
		out["type"] = []any{"boolean"}
	case aList:
		item := map[string]any{"type": textOrNull}
		s.addFormat(item)
		out["type"], out["items"] = append([]any{"array"}, text...), item
	case names:
		out["type"], out["additionalProperties"] = []any{"object"}, map[string]any{"type": text}
	case lists:
		list := map[string]any{"type": append([]any{"array"}, text...), "items": map[string]any{"type": textOrNull}, "minItems": 1}
		out["type"], out["additionalProperties"] = []any{"object"}, list
	case aMapping:
		out = mappingSchema(s.keys)
	case mappings:
		out["type"], out["items"] = []any{"array"}, mappingSchema(s.keys)
	case people:
		end := map[string]any{"type": []any{"string"}, "format": "email"}
		pair := map[string]any{"source": end, "destination": end}
		out["type"] = []any{"string", "array"}
		out["items"] = map[string]any{"type": []any{"string", "object"}, "properties": pair, "required": []any{"source", "destination"}, "additionalProperties": false, "format": "email"}
		out["format"] = "all"
	}
	if types, ok := out["type"].([]any); ok && !s.need && !s.full {
		out["type"] = append(append([]any{}, types...), "null") // a key without a value counts as not written
	}
	if len(s.words) > 0 {
		delete(out, "type")
		words := []any{}
		for _, w := range s.words {
			words = append(words, literal(w))
		}
		out["enum"] = append(words, nil)
	}
	out["description"] = s.about
	if s.def != "" {
		out["default"] = s.example(s.def)
	}
	if s.eg != "" {
		out["examples"] = []any{s.example(s.eg)}
	}
	return out
}

// addFormat says what a text must be: by a pattern that editors know, else by a name of ours.
func (s *setting) addFormat(to map[string]any) {
	if f := formats[s.as]; f.pattern != "" {
		to["pattern"] = f.pattern
	} else if f.wrong != nil {
		to["format"] = "clockify-sync " + s.as
	}
}

// literal is true and false as what they are, and other words as text.
func literal(word string) any {
	switch word {
	case "true":
		return true
	case "false":
		return false
	}
	return word
}

// example is a default or an example as it would be written.
func (s *setting) example(text string) any {
	if s.kind == aText {
		return text
	}
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		return text
	}
	return v
}

// TestSchemaInEditors validates configs as an editor does: the values as YAML has them, and no formats of ours. What is
// valid there is so to the program, and what is not is a problem.
func TestSchemaInEditors(t *testing.T) {
	t.Parallel()
	text, err := jsonSchema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(Schema, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(Schema)
	if err != nil {
		t.Fatal(err)
	}
	check := func(text []byte) error {
		var v any
		if err := yaml.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		plain, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(plain))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(instance)
	}
	for _, name := range []string{"../../testdata/clockify-sync.yaml", "../../testdata/old/config.yaml", "../cli/sample/clockify-sync.yaml", "testdata/new_keys.yaml", "testdata/sample.yaml"} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := check(data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if f := Read(name, data); len(f.Problems) > 0 {
			t.Errorf("%s: %v", name, f.Problems)
		}
	}
	for _, text := range []string{
		"absent: never", "colour: red", "api: {max_retries: 21}", "time_sync: [{name: a}]", "invite: 3", "workspace: [a]", "encoding: latin1", "rows: {only: {a: []}}", "guards: {min_active_users: 2.5}",
		"api: {requests_per_second: fast}", "approval: {count: 0}", "workspace: {idd: a}", "time_sync: {name: a}", "time_sync: [{}]",
	} {
		if check([]byte(text)) == nil || len(Read("c.yaml", []byte(text)).Problems) == 0 {
			t.Errorf("%q is valid by the schema or to the program", text)
		}
	}
	for _, text := range []string{"redact: true", "workspace:", "protect: {groups: Holiday *}", "guards: {max_removals: 5}", "send-email: false", "field_mapping: {Grade: 7}"} {
		if err := check([]byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if f := Read("c.yaml", []byte(text)); len(f.Problems) > 0 {
			t.Errorf("%q: %v", text, f.Problems)
		}
	}
}
