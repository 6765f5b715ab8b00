package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Schema is where the JSON Schema of the config is published, for editors.
const Schema = "https://raw.githubusercontent.com/clockify-sync/clockify-sync/main/clockify-sync.schema.json"

// JSONSchema is the JSON Schema of the config: for editors, and what a config is checked by. The same bytes every time.
func JSONSchema() ([]byte, error) {
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

// compile makes the schema ready to check by. Names of formats check what a pattern cannot.
func compile() (*jsonschema.Schema, error) {
	text, err := JSONSchema()
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for name, f := range formats {
		c.RegisterFormat(&jsonschema.Format{Name: "clockify-sync " + name, Validate: f.check})
	}
	c.RegisterFormat(&jsonschema.Format{Name: "email", Validate: formats["email"].check})
	c.RegisterFormat(&jsonschema.Format{Name: "all", Validate: onlyAll})
	if err := c.AddResource(Schema, doc); err != nil {
		return nil, err
	}
	return c.Compile(Schema)
}

// check is matches for the library. The error is the reason alone.
func (f format) check(v any) error {
	text, ok := v.(string)
	if !ok {
		return nil
	}
	if why, ok := f.matches(text); !ok {
		return errors.New(why)
	}
	return nil
}

func onlyAll(v any) error {
	if text, ok := v.(string); ok && !strings.EqualFold(text, "all") {
		return errors.New("")
	}
	return nil
}
