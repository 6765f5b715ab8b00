package config

import "strings"

// Flag is a setting as a flag of the command line.
type Flag struct {
	Name   string
	Usage  string   // with the default
	Value  string   // what its value is called; empty: it is a yes or no
	Values []string // the only ones
}

// FlagOf describes the flag of this name; the zero Flag: there is none.
func FlagOf(name string) Flag {
	for _, s := range table().keys {
		if s.flag != name || name == "" {
			continue
		}
		usage := strings.TrimSuffix(s.about, ".")
		if len(s.words) > 0 {
			usage += ": " + oneOf(s.words)
		}
		if usual := s.def + s.usual; usual != "" && s.kind != aFlag {
			usage += " (" + usual + ")"
		}
		return Flag{Name: name, Usage: usage, Value: s.value, Values: s.words}
	}
	return Flag{}
}

// Screen says whether to print colors, and whether a program and no person reads along. It is the one reading of NO_COLOR,
// TERM and CI.
func Screen(getenv func(string) string) (color, ci bool) {
	color = getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
	switch strings.ToLower(strings.TrimSpace(getenv("CI"))) {
	case "", "false", "0", "no", "off":
		return color, getenv("GITHUB_ACTIONS") == "true"
	}
	return color, true
}
