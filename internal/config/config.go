// Package config is of one run's settings as the environment tells them: variables, the inputs of the GitHub Action, a
// .env file, and the secrets among them. It does not know flags, the config file, Clockify or the process it runs in:
// whoever calls it brings the lookup.
package config

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sethvargo/go-envconfig"
)

// Config is what the environment tells. An empty field was not set.
type Config struct {
	APIKey      Secret   `env:"CLOCKIFY_API_KEY"`
	AddonToken  Secret   `env:"CLOCKIFY_ADDON_TOKEN"` // never beside APIKey
	GitHubToken Secret   `env:"GITHUB_TOKEN"`
	WorkspaceID string   `env:"CLOCKIFY_WORKSPACE_ID"`
	APIURL      string   `env:"CLOCKIFY_API_URL"`
	ReportsURL  string   `env:"CLOCKIFY_REPORTS_URL"`
	SecretNames []string `env:"SECRET_NAMES"` // variables that hold a time sync each

	Users    string `env:"CLOCKIFY_SYNC_USERS"`
	Config   string `env:"CLOCKIFY_SYNC_CONFIG"`
	Only     string `env:"CLOCKIFY_SYNC_ONLY"`
	Format   string `env:"CLOCKIFY_SYNC_FORMAT"`
	Out      string `env:"CLOCKIFY_SYNC_OUT"`
	AuditDir string `env:"CLOCKIFY_SYNC_AUDIT_DIR"`
	Approve  string `env:"CLOCKIFY_SYNC_APPROVE"`
	ExitCode bool   `env:"CLOCKIFY_SYNC_EXIT_CODE"`
	Yes      bool   `env:"CLOCKIFY_SYNC_YES"`
	EnvFile  string `env:"CLOCKIFY_SYNC_ENV_FILE"`
	Listen   string `env:"CLOCKIFY_SYNC_LISTEN"`
	State    string `env:"CLOCKIFY_SYNC_STATE"`
	Faults   string `env:"CLOCKIFY_SYNC_FAULTS"`

	Command     string `env:"CLOCKIFY_SYNC_COMMAND"`
	Comment     *bool  `env:"CLOCKIFY_SYNC_COMMENT, noinit"`     // nil: not said
	DriftIssue  *bool  `env:"CLOCKIFY_SYNC_DRIFT_ISSUE, noinit"` // nil: not said
	Redact      string `env:"CLOCKIFY_SYNC_REDACT"`
	MaxCalls    int    `env:"CLOCKIFY_SYNC_MAX_CALLS"` // 0: not said
	Environment string `env:"CLOCKIFY_SYNC_ENVIRONMENT"`
	SigningKey  Secret `env:"CLOCKIFY_SYNC_SIGNING_KEY"` // signs what a comment has shown, instead of the Clockify key

	NoColor       bool // NO_COLOR is set to anything
	CI            bool // CI is set to anything but a false
	GitHubActions bool // GITHUB_ACTIONS is true

	// hidden are the tokens the variables of SecretNames hold. A function, for fmt prints unexported fields without asking
	// their methods.
	hidden func() []Secret
}

// inputs are the action's inputs by the variable that says the same.
var inputs = map[string]string{
	"CLOCKIFY_API_KEY":          "api-key",
	"GITHUB_TOKEN":              "github-token",
	"CLOCKIFY_WORKSPACE_ID":     "workspace-id",
	"CLOCKIFY_API_URL":          "api-url",
	"CLOCKIFY_REPORTS_URL":      "reports-url",
	"SECRET_NAMES":              "secret-names",
	"CLOCKIFY_SYNC_USERS":       "users",
	"CLOCKIFY_SYNC_CONFIG":      "config",
	"CLOCKIFY_SYNC_ONLY":        "only",
	"CLOCKIFY_SYNC_AUDIT_DIR":   "audit-dir",
	"CLOCKIFY_SYNC_APPROVE":     "approve",
	"CLOCKIFY_SYNC_COMMAND":     "command",
	"CLOCKIFY_SYNC_COMMENT":     "comment",
	"CLOCKIFY_SYNC_REDACT":      "redact",
	"CLOCKIFY_SYNC_DRIFT_ISSUE": "drift-issue",
	"CLOCKIFY_SYNC_MAX_CALLS":   "max-calls",
	"CLOCKIFY_SYNC_ENVIRONMENT": "environment",
	"CLOCKIFY_SYNC_SIGNING_KEY": "signing-key",
}

// environment looks variables up: blank is unset, and in GitHub Actions inputs come first.
type environment struct {
	lookup  func(string) (string, bool)
	actions bool
}

// Lookup makes environment an envconfig.Lookuper.
func (e environment) Lookup(name string) (string, bool) {
	value, _, ok := e.find(name)
	return value, ok
}

// find returns the value and what to call its place in a message.
func (e environment) find(name string) (value, place string, ok bool) {
	if input, known := inputs[name]; known && e.actions {
		// The runner upper-cases the name and keeps hyphens (docs/github.md#inputs).
		if value, ok := e.plain("INPUT_" + strings.ToUpper(input)); ok {
			return value, "input " + input, true
		}
	}
	value, ok = e.plain(name)
	return value, name, ok
}

// plain is a variable, trimmed; a blank one counts as unset, for that is how an input left out arrives.
func (e environment) plain(name string) (string, bool) {
	value, ok := e.lookup(name)
	value = strings.TrimSpace(value)
	return value, ok && value != ""
}

// FromEnv reads the settings from lookup, which works as os.LookupEnv does. The error names the variables or inputs that
// cannot be used, all of them, and never shows a secret.
func FromEnv(lookup func(string) (string, bool)) (Config, error) {
	e := environment{lookup: lookup}
	actions, _ := e.plain("GITHUB_ACTIONS")
	e.actions = actions == "true"

	if err := e.check(); err != nil {
		return Config{}, err
	}
	var c Config
	if err := envconfig.ProcessWith(context.Background(), &envconfig.Config{Target: &c, Lookuper: e}); err != nil {
		return Config{}, fmt.Errorf("read the environment: %w", err)
	}
	c.GitHubActions = e.actions
	_, c.NoColor = e.plain("NO_COLOR")
	if ci, ok := e.plain("CI"); ok {
		is, err := strconv.ParseBool(ci)
		c.CI = is || err != nil
	}
	c.SecretNames = names(c.SecretNames)
	var hidden []Secret
	for _, name := range c.SecretNames {
		if value, ok := e.plain(name); ok {
			hidden = append(hidden, tokensIn(value)...)
		}
	}
	c.hidden = func() []Secret { return hidden }
	return c, nil
}

// check finds what envconfig would refuse in words that do not name the variable, and what it would not see.
func (e environment) check() error {
	var errs []error
	for _, name := range []string{"CLOCKIFY_SYNC_EXIT_CODE", "CLOCKIFY_SYNC_YES", "CLOCKIFY_SYNC_COMMENT", "CLOCKIFY_SYNC_DRIFT_ISSUE"} {
		if value, place, ok := e.find(name); ok {
			if _, err := strconv.ParseBool(value); err != nil {
				errs = append(errs, fmt.Errorf("%s: %q is not true or false", place, clip(value)))
			}
		}
	}
	if value, place, ok := e.find("CLOCKIFY_SYNC_MAX_CALLS"); ok {
		if n, err := strconv.Atoi(value); err != nil || n < 1 {
			errs = append(errs, fmt.Errorf("%s: %q is not a whole number above 0", place, clip(value)))
		}
	}
	for _, name := range []string{"CLOCKIFY_API_URL", "CLOCKIFY_REPORTS_URL"} {
		if value, place, ok := e.find(name); ok {
			if err := checkURL(value); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", place, err))
			}
		}
	}
	for _, name := range []string{"CLOCKIFY_API_KEY", "CLOCKIFY_ADDON_TOKEN", "GITHUB_TOKEN"} {
		if value, place, ok := e.find(name); ok && !header(value) {
			errs = append(errs, fmt.Errorf("%s: holds spaces or characters that cannot be sent in a header (not shown)", place))
		}
	}
	if value, place, ok := e.find("CLOCKIFY_SYNC_SIGNING_KEY"); ok && len(value) < shortestSigningKey {
		errs = append(errs, fmt.Errorf("%s: has fewer than %d characters (not shown); whoever guesses it can sign approvals", place, shortestSigningKey))
	}
	_, key, hasKey := e.find("CLOCKIFY_API_KEY")
	_, token, hasToken := e.find("CLOCKIFY_ADDON_TOKEN")
	if hasKey && hasToken {
		errs = append(errs, fmt.Errorf("both %s and %s are set; set one of them", key, token))
	}
	return errors.Join(errs...)
}

// shortestSigningKey is in bytes. openssl rand -hex 32 makes 64.
const shortestSigningKey = 32

// Secrets returns every token the environment is known to hold, for masking: the settings' own, and what the variables
// of SecretNames hold, sound or not.
func (c Config) Secrets() []Secret {
	all := []Secret{c.APIKey, c.AddonToken, c.GitHubToken}
	if c.hidden != nil {
		all = append(all, c.hidden()...)
	}
	var out []Secret
	for _, s := range all {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// names drops blanks and repetitions.
func names(list []string) []string {
	var out []string
	for _, name := range list {
		name = strings.TrimSpace(name)
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// header reports whether text can be the value of an HTTP header: visible ASCII without spaces.
func header(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// clip shortens a value for a message.
func clip(text string) string {
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}
