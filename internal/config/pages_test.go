package config

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPages holds everything that says a setting again against the table: the schema, the pages of docs and the inputs of
// action.yml. go test ./internal/config -update writes them.
func TestPages(t *testing.T) {
	t.Parallel()
	schema, err := jsonSchema()
	if err != nil {
		t.Fatal(err)
	}
	hold(t, "clockify-sync.schema.json", func(string) string { return string(schema) })
	hold(t, "docs/configuration.md", func(page string) string {
		page = between(t, page, "<!-- keys -->\n", "<!-- /keys -->", keysTable())
		return between(t, page, "<!-- variables -->\n", "<!-- /variables -->", variablesTable())
	})
	hold(t, "docs/action.md", func(page string) string {
		return between(t, page, "<!-- inputs -->\n", "<!-- /inputs -->", inputsTable())
	})
	hold(t, "action.yml", func(file string) string {
		return between(t, file, "\ninputs:\n", "\noutputs:\n", inputsYAML())
	})
}

// hold compares a file of the repository with what make makes of it, or writes that.
func hold(t *testing.T, name string, make func(string) string) {
	t.Helper()
	path := filepath.Join("..", "..", filepath.FromSlash(name))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := make(string(data))
	if want == string(data) {
		return
	}
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s is not what the table of settings says; go test ./internal/config -update writes it (-want +got):\n%s", name, cmp.Diff(want, string(data)))
}

func between(t *testing.T, text, open, closing, with string) string {
	t.Helper()
	i, j := strings.Index(text, open), strings.Index(text, closing)
	if i < 0 || j < i {
		t.Fatalf("there is no %q … %q", open, closing)
	}
	return text[:i+len(open)] + with + text[j:]
}

// explained is what a setting is, with its values and an example.
func (s *setting) explained() string {
	text := s.about
	if len(s.words) > 0 {
		words := slices.DeleteFunc(slices.Clone(s.words), func(w string) bool { return w == "true" || w == "false" })
		text += " One of `" + strings.Join(words, "`, `") + "`."
	}
	if s.eg != "" {
		text += " Such as `" + s.eg + "`."
	}
	return strings.ReplaceAll(text, "|", `\|`)
}

func (s *setting) standard() string {
	switch {
	case s.need:
		return "needed"
	case s.def+s.usual != "":
		return "`" + s.def + s.usual + "`"
	}
	return ""
}

func keysTable() string {
	var b strings.Builder
	b.WriteString("\n| key | default | |\n|---|---|---|\n")
	for _, s := range table().all() {
		if s.name != "" {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.path, s.standard(), s.explained())
		}
	}
	return b.String() + "\n"
}

func variablesTable() string {
	var b strings.Builder
	b.WriteString("\n| variable | the same as | |\n|---|---|---|\n")
	for _, s := range table().all() {
		if s.env == "" {
			continue
		}
		var same []string
		if s.flag != "" {
			same = append(same, "`--"+s.flag+"`")
		}
		if s.input != "" {
			same = append(same, "input `"+s.input+"`")
		}
		if s.name != "" {
			same = append(same, "key `"+s.path+"`")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.env, strings.Join(same, ", "), s.about)
	}
	return b.String() + "\n"
}

// inputText is a setting as an input of the action.
func (s *setting) inputText() string {
	text := s.explained()
	if s.input != "github-token" && s.kind != aFlag && s.def+s.usual != "" {
		text += " Default: " + s.def + s.usual + "."
	}
	if s.as == "path" {
		text += " Relative to the workspace, which it may not leave."
	}
	return text
}

func (s *setting) inputs() []*setting {
	return slices.DeleteFunc(s.all(), func(k *setting) bool { return k.input == "" })
}

func inputsTable() string {
	var b strings.Builder
	b.WriteString("\n| input | default | |\n|---|---|---|\n")
	for _, s := range table().inputs() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.input, s.standard(), s.explained())
	}
	return b.String() + "\n"
}

// inputsYAML is the inputs of action.yml. None has a default there, for the config file could not say otherwise; but a
// container gets no token without one.
func inputsYAML() string {
	var b strings.Builder
	for _, s := range table().inputs() {
		fmt.Fprintf(&b, "  %s:\n    description: %s\n    required: false\n", s.input, strconv.Quote(strings.ReplaceAll(s.inputText(), "`", "")))
		if s.input == "github-token" {
			fmt.Fprintf(&b, "    default: %s\n", s.usual)
		}
	}
	return b.String()
}

// TestTable wants every setting explained in sentences, and every default and example to be sound.
func TestTable(t *testing.T) {
	t.Parallel()
	for _, s := range table().all() {
		if !strings.HasSuffix(s.about, ".") {
			t.Errorf("%s%s is not explained in a sentence", s.path, s.env)
		}
		if _, ok := formats[s.as]; s.as != "" && !ok {
			t.Errorf("%s: there is no format %q", s.path, s.as)
		}
	}
	var b strings.Builder
	write(&b, table().inFile(), "")
	f := Read("clockify-sync.yaml", []byte(b.String()))
	for _, p := range f.Problems {
		t.Errorf("%s", p)
	}
}

// write makes a config of all examples, or the defaults where there is none.
func write(b *strings.Builder, keys []*setting, indent string) {
	for _, s := range keys {
		value := s.eg
		if value == "" {
			value = s.def
		}
		switch {
		case s.name == "to", s.name == "from", s.name == "rate_limit_delay", s.path == "columns.id", s.path == "columns.status", s.path == "active_values":
		case s.kind == aMapping:
			fmt.Fprintf(b, "%s%s:\n", indent, s.name)
			write(b, s.keys, indent+"  ")
		case s.kind == mappings:
			fmt.Fprintf(b, "%s%s:\n%s  -\n", indent, s.name, indent)
			write(b, s.keys, indent+"    ")
		case s.as == "id":
			fmt.Fprintf(b, "%s%s: %s\n", indent, s.name, strings.ReplaceAll(s.path, ".", "-")[len("time_sync[]-"):])
		case s.kind == aList || s.kind == aFlag || s.kind == aCount || s.kind == aNumber:
			fmt.Fprintf(b, "%s%s: %s\n", indent, s.name, value)
		case s.kind == aText:
			fmt.Fprintf(b, "%s%s: %s\n", indent, s.name, strconv.Quote(value))
		}
	}
}
