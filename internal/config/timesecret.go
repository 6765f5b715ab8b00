package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
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

// Keys of the old JSON.
const (
	keySource      = "time_entry_source_workspace_id"
	keyClient      = "time_entry_source_client_id"
	keyDestination = "time_entry_destination_workspace_id"
	keyUser        = "user_id"
	keyToken       = "token"
	keyOptions     = "project_options"
	keyDestToken   = "dest_token"
	keyDestUser    = "dest_user_id"
)

var (
	required  = []string{keySource, keyClient, keyDestination, keyUser, keyToken}
	known     = append(slices.Clone(required), keyOptions, keyDestToken, keyDestUser)
	tokenPair = regexp.MustCompile(`(?i)["']?\w*(?:token|key|secret)\w*["']?\s*[:=]\s*["']?([^\s"',}]+)`)
	tokenKey  = regexp.MustCompile(`(?i)tok|key|secret`)
	colour    = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
)

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

// parseTimeSecret reads one secret. Errors of encoding/json are not passed on: they quote what they read.
func parseTimeSecret(name, text string) (TimeSecret, error) {
	fields, err := object(text)
	if err != nil {
		return TimeSecret{}, fmt.Errorf("secret %s: %w", name, err)
	}
	r := secretReader{name: name, fields: fields}
	s := TimeSecret{
		Name:                   name,
		SourceWorkspaceID:      r.id(keySource),
		SourceClientID:         r.id(keyClient),
		DestinationWorkspaceID: r.id(keyDestination),
		UserID:                 r.id(keyUser),
		DestUserID:             r.id(keyDestUser),
		Token:                  r.token(keyToken),
		DestToken:              r.token(keyDestToken),
		Color:                  r.color(),
	}
	r.unknown()
	if s.SourceWorkspaceID != "" && s.SourceWorkspaceID == s.DestinationWorkspaceID {
		r.bad(keyDestination, "is the source workspace as well; a workspace cannot be mirrored to itself")
	}
	if len(r.errs) > 0 {
		return TimeSecret{}, errors.Join(r.errs...)
	}
	if s.DestUserID == "" {
		s.DestUserID = s.UserID
	}
	if s.DestToken == "" {
		s.DestToken = s.Token
	}
	return s, nil
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
		if _, twice := fields[k]; twice && slices.Contains(known, k) {
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
