package config

import "testing"

// TestNotYAML: what people write that YAML takes otherwise is told by what to write, where it stands.
func TestNotYAML(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"workspace:\n\tid: x\n":                              "c.yaml:2:1: this is not YAML: the line is indented with a tab; write spaces.",
		"workspace:\n  id: x\n \tfoo: y\n":                   "c.yaml:3:2: this is not YAML: the line is indented with a tab; write spaces.",
		"protect:\n  groups: [*Holiday]\n":                   `c.yaml:2:12: there is no &Holiday for *Holiday to stand for; as a value it is written in quotes: "*Holiday".`,
		"protect:\n  groups: [*Holiday *]\n":                 `c.yaml:2:21: this is not YAML: a value that begins with * is written in quotes: "*Holiday *".`,
		"protect:\n  groups:\n    - *Holiday Inn\n":          `c.yaml:3:16: this is not YAML: a value that begins with * is written in quotes: "*Holiday Inn".`,
		"protect:\n  groups: *\n":                            `c.yaml:2:11: this is not YAML: a value that begins with * is written in quotes: "*".`,
		"protect:\n  users: @acme.example\n":                 `c.yaml:2:10: this is not YAML: a value that begins with @ is written in quotes: "@acme.example".`,
		"absent: `keep`\n":                                   "c.yaml:1:9: this is not YAML: a value that begins with ` is written in quotes: \"`keep`\".",
		"absent: !keep\n":                                    `c.yaml:1:9: a value that begins with ! is written in quotes: "!keep".`,
		"protect: {groups: [a, !b c]}\n":                     `c.yaml:1:23: a value that begins with ! is written in quotes: "!b".`,
		"protect:\n  groups: [\"Holiday *]\n":                "c.yaml:2:12: this is not YAML: a quotation mark opens here and is not closed.",
		"workspace: {id: a\n":                                "c.yaml:1:12: this is not YAML: a { is not closed by }, or a comma is missing.",
		"protect:\n  groups: [a, b\nabsent: keep\n":          "c.yaml:3:1: this is not YAML: a [ is not closed by ], or a comma is missing.",
		"workspace: id: a\n":                                 "c.yaml:1:12: this is not YAML: there are two colons in one line; put the value in quotes, or on a line of its own.",
		"absent: keep\n  invite: true\n":                     "c.yaml:1:9: this is not YAML: the next line is further to the right, as if it belonged to this value.",
		"protect:\n  groups:\n  - a\n - b\n":                 "c.yaml:4:2: this is not YAML: this is not where it belongs: the line is indented otherwise than those beside it, or a value goes on behind its end.",
		"api_key: @bm90LWEtcmVhbC1rZXktYnV0LWxvbmctZW5vdWdo": `c.yaml:1:10: this is not YAML: a value that begins with @ is written in quotes: "@****************************************".`,
	} {
		f := Read("c.yaml", []byte(text))
		if len(f.Problems) != 1 || f.Problems[0].String() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, f.Problems, want)
		}
	}
	for _, text := range []string{"protect: {groups: [\"*Holiday\", a*, 'b @ c']}\n", "absent: !!str keep\n", "x: &a {}\n"} {
		for _, p := range Read("c.yaml", []byte(text)).Problems {
			if p.String() != `c.yaml:1:1: unknown key "x".` {
				t.Errorf("%q: %s", text, p)
			}
		}
	}
}
