package config

import (
	"context"
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/sethvargo/go-envconfig"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Environment is where settings come from beside the file.
type Environment struct {
	Lookup func(string) (string, bool) // as os.LookupEnv
	Flags  map[string]string           // the flags that were given, by name
	Names  []string                    // of all variables, to find misspelt ones; may be nil
}

// Given is what flags and environment say. What they do not say is zero, but for settings that no file can say: those hold
// their default.
type Given struct {
	Settings
	GitHubActions bool     // GITHUB_ACTIONS is true
	Warnings      []string // what is probably a mistake

	// hidden are the tokens that the variables of SecretNames hold. A function, for fmt prints unexported fields without
	// asking their methods.
	hidden func() []Secret
}

// FromEnvironment reads the settings that flags and environment tell: a flag wins over an input of the action, which wins
// over a variable. The error names all that cannot be used, and never shows a secret.
func FromEnvironment(e Environment) (Given, error) {
	s := source{Environment: e, byVariable: map[string]*setting{}}
	for _, k := range table().all() {
		if k.env != "" {
			s.byVariable[k.env] = k
		}
	}
	actions, _ := s.plain("GITHUB_ACTIONS")
	s.actions = actions == "true"
	if err := s.check(); err != nil {
		return Given{}, err
	}
	g := Given{GitHubActions: s.actions, Warnings: s.misspelt()}
	root := reflect.ValueOf(&g.Settings).Elem()
	for _, k := range table().keys {
		if k.name == "" && k.def != "" {
			k.setText(root.Field(k.index), k.def)
		}
	}
	if err := envconfig.ProcessWith(context.Background(), &envconfig.Config{Target: &g.Settings, Lookuper: s, DefaultOverwrite: true}); err != nil {
		return Given{}, fmt.Errorf("read the environment: %w", err)
	}
	g.Workspace.ID, _ = WorkspaceID(g.Workspace.ID)
	switch g.Comment { // what the first release took
	case "true":
		g.Comment = "always"
	case "false":
		g.Comment = "never"
	}
	g.Redact = redactWord(g.Redact)
	g.SecretNames = unique(g.SecretNames)
	var hidden []Secret
	for _, name := range g.SecretNames {
		if value, ok := s.plain(name); ok {
			hidden = append(hidden, tokensIn(value)...)
		}
	}
	g.hidden = func() []Secret { return hidden }
	return g, nil
}

// Secrets returns every token the environment is known to hold, for masking: the settings' own, and what the variables
// of SecretNames hold, sound or not.
func (g *Given) Secrets() []Secret {
	all := []Secret{g.APIKey, g.AddonToken, g.GitHubToken, g.SigningKey}
	if g.hidden != nil {
		all = append(all, g.hidden()...)
	}
	var out []Secret
	for _, s := range all {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// source looks settings up by their variables. It is an envconfig.Lookuper.
type source struct {
	Environment
	actions    bool
	byVariable map[string]*setting
}

// Lookup returns the value of a variable, wherever it comes from.
func (s source) Lookup(name string) (string, bool) {
	value, _, ok := s.find(name)
	return value, ok
}

// find returns the value and what to call its place in a message. A path is brought into its shortest form, the only one
// that files of a workspace are opened by.
func (s source) find(name string) (value, place string, ok bool) {
	k := s.byVariable[name]
	if k == nil {
		value, ok = s.plain(name)
		return value, name, ok
	}
	if value, ok = s.Flags[k.flag]; ok && k.flag != "" {
		place = "--" + k.flag
	} else if input := "INPUT_" + strings.ToUpper(k.input); s.actions && k.input != "" {
		// The runner upper-cases the name and keeps hyphens.
		value, ok = s.plain(input)
		place = "input " + k.input
	}
	if !ok {
		value, ok = s.plain(name)
		place = name
	}
	if k.as == "path" && ok {
		value = path.Clean(value)
	}
	return value, place, ok
}

// plain is a variable, trimmed; a blank one counts as unset, for that is how an input left out arrives.
func (s source) plain(name string) (string, bool) {
	value, ok := s.Environment.Lookup(name)
	value = strings.TrimSpace(value)
	return value, ok && value != ""
}

// check holds every value that is there against the table.
func (s source) check() error {
	var errs []error
	for _, k := range table().all() {
		if k.env == "" {
			continue
		}
		value, place, ok := s.find(k.env)
		if !ok {
			continue
		}
		if wrong := k.wrongText(value); wrong != "" {
			errs = append(errs, fmt.Errorf("%s: %s", place, wrong))
		}
	}
	_, key, hasKey := s.find("CLOCKIFY_API_KEY")
	_, token, hasToken := s.find("CLOCKIFY_ADDON_TOKEN")
	if hasKey && hasToken {
		errs = append(errs, fmt.Errorf("both %s and %s are set; set one of them", key, token))
	}
	return errors.Join(errs...)
}

// wrongText says what is wrong with a value of the environment, which never shows what may be a secret; empty: nothing.
func (s *setting) wrongText(value string) string {
	shown := quote(text.Clip(value, 40))
	if len(s.words) > 0 && !slices.Contains(s.words, value) {
		return shown + " is not " + s.wanted()
	}
	switch s.kind {
	case aFlag:
		if _, err := strconv.ParseBool(value); err != nil {
			return shown + " is not true or false"
		}
	case aCount:
		n, err := strconv.Atoi(value)
		if err != nil || float64(n) < s.low || float64(n) > s.high {
			return shown + " is not " + s.wanted()
		}
	}
	switch s.as {
	case "header":
		if !visibleASCII(value) {
			return "holds spaces or characters that cannot be sent in a header (not shown)"
		}
	case "signing key":
		if len(value) < shortestSigningKey {
			return "has fewer than " + strconv.Itoa(shortestSigningKey) + " characters (not shown); whoever guesses it can sign approvals"
		}
	case "address": // any host: the environment is the operator's word
		return wrongAddress(value)
	case "workspace":
		if _, ok := WorkspaceID(value); !ok {
			return shown + " is no id of a workspace: it has 24 digits, from the address of the workspace's settings page"
		}
	}
	return ""
}

// misspelt warns of variables that look like ours and are none.
func (s source) misspelt() []string {
	var known, out []string
	for name := range s.byVariable {
		known = append(known, name)
	}
	slices.Sort(known)
	for _, name := range slices.Sorted(slices.Values(s.Names)) {
		if !strings.HasPrefix(name, "CLOCKIFY_SYNC_") || slices.Contains(known, name) {
			continue
		}
		warning := name + " is no setting and is not read"
		if near, ok := text.Nearest(name, known); ok {
			warning += "; did you mean " + near + "?"
		} else {
			warning += "."
		}
		out = append(out, warning)
	}
	return out
}

// unique drops blanks and repetitions.
func unique(list []string) []string {
	var out []string
	for _, name := range list {
		name = strings.TrimSpace(name)
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}
