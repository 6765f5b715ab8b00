package config

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestSchemaInEditors validates configs as an editor does: the values as YAML has them, and no formats of ours.
func TestSchemaInEditors(t *testing.T) {
	t.Parallel()
	text, err := JSONSchema()
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
	}
	for _, text := range []string{"absent: never", "colour: red", "api: {max_retries: 21}", "time_sync: [{name: a}]", "invite: 3", "workspace: [a]"} {
		if check([]byte(text)) == nil {
			t.Errorf("%q is valid by the schema", text)
		}
	}
	for _, text := range []string{"redact: true", "workspace:", "protect: {groups: Holiday *}", "guards: {max_removals: 5}", "send-email: false", "field_mapping: {Grade: 7}"} {
		if err := check([]byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}
