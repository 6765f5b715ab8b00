package config

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// TimeSecret is a time sync in the old form: one secret that holds ids and tokens as JSON.
type TimeSecret struct {
	Name                   string // the variable it came from
	SourceWorkspaceID      string
	SourceClientID         string
	DestinationWorkspaceID string
	UserID                 string
	DestUserID             string // the source's when the secret does not say
	Token                  Secret
	DestToken              Secret // the source's when the secret does not say
	Color                  string // project_options.color, #RRGGBB; empty: none
}

var (
	tokenPair = regexp.MustCompile(`(?i)["']?\w*(?:token|key|secret)\w*["']?\s*[:=]\s*["']?([^\s"',}]+)`)
	tokenKey  = regexp.MustCompile(`(?i)tok|key|secret`)
)

// secretKey is a key of the old JSON.
type secretKey struct {
	name   string
	needed bool
	is     func(string) bool // what its text has to be
	isNot  string            // and what to say where it is not
}

// secretKeys are all of them.
func secretKeys() []secretKey {
	const noID, noToken = "is not an id: letters and digits only", "holds spaces or characters that cannot be sent in a header"
	return []secretKey{
		{"time_entry_source_workspace_id", true, idPattern.MatchString, noID},
		{"time_entry_source_client_id", true, idPattern.MatchString, noID},
		{"time_entry_destination_workspace_id", true, idPattern.MatchString, noID},
		{"user_id", true, idPattern.MatchString, noID},
		{"token", true, visibleASCII, noToken},
		{"dest_user_id", false, idPattern.MatchString, noID},
		{"dest_token", false, visibleASCII, noToken},
		{"project_options", false, nil, ""},
	}
}

// IsVariable reports whether a name can be that of a variable.
func IsVariable(name string) bool { return variable.MatchString(name) }

// TimeSecrets reads the variables SecretNames names. The error joins what is wrong with each, by name and key and
// without any value; the sound ones are returned beside it.
func (g *Given) TimeSecrets(lookup func(string) (string, bool)) ([]TimeSecret, error) {
	var (
		out  []TimeSecret
		errs []error
		odd  bool
	)
	for _, name := range g.SecretNames {
		if !variable.MatchString(name) {
			if use, ok := variableFor(name); ok {
				errs = append(errs, fmt.Errorf("SECRET_NAMES: %s cannot be the name of a variable; name both the variable and the secret %s", name, use))
				continue
			}
			// Somebody may have put the secret where its name belongs; cut at its commas that is many names.
			if odd {
				continue
			}
			odd = true
			errs = append(errs, errors.New("SECRET_NAMES: one of the names is not the name of a variable (not shown: it may be a secret)"))
			continue
		}
		value, ok := (source{Environment: Environment{Lookup: lookup}}).plain(name)
		if !ok {
			errs = append(errs, fmt.Errorf("secret %s: not set, or empty; SECRET_NAMES names it, so the step needs it in env", name))
			continue
		}
		secret, err := parseTimeSecret(name, value)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out = append(out, secret)
	}
	return out, errors.Join(errs...)
}

// pathLike is a name as AWS has them: prod/acme.
var pathLike = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_./-]{0,40}$`)

// variableFor is the variable's name for a secret whose name cannot be one. Not ok: it may be a secret itself.
func variableFor(name string) (string, bool) {
	if !pathLike.MatchString(name) || longRun.MatchString(name) {
		return "", false
	}
	use := strings.ToUpper(strings.NewReplacer("/", "_", ".", "_", "-", "_").Replace(name))
	if use[0] >= '0' && use[0] <= '9' {
		use = "SECRET_" + use
	}
	return use, true
}

// parseTimeSecret reads one secret. Errors of encoding/json are not passed on: they quote what they read. Keys that look like
// a mistyped one are wrong; other unknown keys are left alone, as the old tool did.
func parseTimeSecret(name, value string) (TimeSecret, error) {
	fields, err := object(value)
	if err != nil {
		return TimeSecret{}, fmt.Errorf("secret %s: %w", name, err)
	}
	var errs []error
	bad := func(key, what string) { errs = append(errs, fmt.Errorf("secret %s: %s %s", name, key, what)) }
	var known, missing []string
	for _, k := range secretKeys() {
		known = append(known, k.name)
	}
	got := map[string]string{}
	for _, k := range secretKeys() {
		switch text, what := secretText(fields, k, known); {
		case what != "":
			bad(k.name, what)
			missing = append(missing, k.name)
		default:
			got[k.name] = text
		}
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		near, ok := text.Nearest(key, known)
		_, there := fields[near]
		if ok && !slices.Contains(known, key) && (there || !slices.Contains(missing, near)) {
			bad(key, "is not a key of a time sync; did you mean "+near+"?")
		}
	}
	s := TimeSecret{
		Name: name, SourceWorkspaceID: got["time_entry_source_workspace_id"], SourceClientID: got["time_entry_source_client_id"],
		DestinationWorkspaceID: got["time_entry_destination_workspace_id"], UserID: got["user_id"], Token: Secret(got["token"]),
		DestUserID: cmp.Or(got["dest_user_id"], got["user_id"]), DestToken: Secret(cmp.Or(got["dest_token"], got["token"])),
		Color: got["project_options"],
	}
	if s.SourceWorkspaceID != "" && s.SourceWorkspaceID == s.DestinationWorkspaceID {
		bad("time_entry_destination_workspace_id", "is the source workspace as well; a workspace cannot be mirrored to itself")
	}
	if len(errs) > 0 {
		return TimeSecret{}, errors.Join(errs...)
	}
	return s, nil
}

// secretText is the text under a key, trimmed, or what is wrong with it. Null counts as missing.
func secretText(fields map[string]json.RawMessage, k secretKey, known []string) (string, string) {
	raw, there := fields[k.name]
	if string(raw) == "null" {
		raw = nil
	}
	if k.is == nil {
		return color(raw)
	}
	var value string
	if raw != nil && json.Unmarshal(raw, &value) != nil {
		return "", "is not a string"
	}
	value = strings.TrimSpace(value)
	near, isNear := text.Nearest(k.name, slices.Sorted(maps.Keys(fields)))
	switch {
	case value != "" && !k.is(value):
		return "", k.isNot
	case value != "" || !k.needed:
		return value, ""
	case there:
		return "", "is empty"
	case isNear && !slices.Contains(known, near):
		return "", "is missing; is " + near + " meant to be it?"
	}
	return "", "is missing"
}

// color reads project_options, which is an object or a JSON string that holds one.
func color(raw json.RawMessage) (string, string) {
	inner := string(raw)
	var quoted string
	if json.Unmarshal(raw, &quoted) == nil {
		inner = strings.TrimSpace(quoted)
	}
	if inner == "" {
		return "", ""
	}
	var options map[string]json.RawMessage
	if json.Unmarshal([]byte(inner), &options) != nil {
		return "", "is not a JSON object, nor a string that holds one"
	}
	value, there := options["color"]
	var c string
	switch near, isNear := text.Nearest("color", slices.Sorted(maps.Keys(options))); {
	case !there && isNear:
		return "", "has no color; is " + near + " meant to be it?"
	case there && json.Unmarshal(value, &c) != nil, c != "" && !colorPattern.MatchString(c):
		return "", "has a color that is not like #00FFFF"
	}
	return c, ""
}

// object reads one JSON object, whole, without a repeated key.
func object(text string) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(strings.NewReader(text))
	open, err := d.Token()
	if err != nil || open != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	fields := map[string]json.RawMessage{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("not JSON: it cannot be read at byte %d", d.InputOffset())
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, fmt.Errorf("not JSON: it cannot be read at byte %d", d.InputOffset())
		}
		k, _ := key.(string)
		if _, twice := fields[k]; twice && slices.ContainsFunc(secretKeys(), func(known secretKey) bool { return known.name == k }) {
			return nil, fmt.Errorf("key %s is there twice", k)
		}
		fields[k] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("not JSON: it cannot be read at byte %d", d.InputOffset())
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("not JSON: there is more after the object")
	}
	return fields, nil
}

// tokensIn lists what must be masked of a secret's value: all of it, and every token in it, even if it is not JSON.
func tokensIn(text string) []Secret {
	out := []Secret{Secret(text)}
	fields, err := object(text)
	if err != nil {
		for _, match := range tokenPair.FindAllStringSubmatch(text, -1) {
			out = append(out, Secret(match[1]))
		}
		return out
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		var s string
		if !tokenKey.MatchString(key) || json.Unmarshal(fields[key], &s) != nil {
			continue
		}
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, Secret(s))
		}
	}
	return out
}
