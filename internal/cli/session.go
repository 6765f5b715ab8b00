package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/report"
	"github.com/clockify-sync/clockify-sync/internal/spec"
)

// session is what one run knows before it asks Clockify anything: the files, the settings, the keys.
type session struct {
	in       *invocation
	env      config.Config
	loaded   spec.Loaded
	file     string // the CSV's name, for messages
	tokens   map[string]config.Secret
	jobs     []*job
	applying bool                  // the plan is shown on the way to being applied
	describe func(*report.Context) // adds what GitHub knows to what reports say; nil outside of the GitHub Action

	core, reports string
	budgets       map[string]*clockify.Budget  // by token; two syncs on one key share one
	hourly        atomic.Bool                  // a budget is what a free workspace allows in an hour
	limiters      map[string]*clockify.Limiter // by token and host: what Clockify counts
	clients       map[string]*clockify.Client
	log           *slog.Logger
	logOnce       sync.Once
}

// mainKey names the key of the user sync among the tokens.
const mainKey = ""

// load reads the settings and the files. Problems in the files are not an error: they travel in the Spec.
func (in *invocation) load() (*session, error) {
	env, err := in.settle()
	if err != nil {
		return nil, err
	}
	s := &session{
		in: in, env: env, file: cmp.Or(in.opts.users, "users.csv"), tokens: map[string]config.Secret{},
		budgets: map[string]*clockify.Budget{}, limiters: map[string]*clockify.Limiter{},
		clients: map[string]*clockify.Client{},
	}
	if env.GitHubActions {
		for setting, name := range map[string]string{"users": in.opts.users, "config": in.opts.config, "audit-dir": in.opts.audit, "out": in.opts.out} {
			if err := confine(setting, name); err != nil {
				return nil, err
			}
		}
	}
	files, done, err := in.inputs(env.GitHubActions)
	if err != nil {
		return nil, err
	}
	defer done()
	names := spec.Options{Users: s.file, UsersNeeded: in.opts.users != "" || in.opts.only == "users", Config: in.opts.config, ConfigNeeded: in.opts.config != ""}
	if !in.opts.wantsUsers() {
		names.Users, names.UsersNeeded = "", false
	}
	s.loaded, err = spec.Load(files, names)
	if err == nil && in.opts.only == "" && !s.loaded.Users && len(s.loaded.Spec.Time) == 0 && len(env.SecretNames) == 0 {
		names.UsersNeeded = true // nothing to do at all: the CSV is what is missing
		s.loaded, err = spec.Load(files, names)
	}
	if problems := spec.Problems(nil); err != nil && !errors.As(err, &problems) {
		return nil, err
	}
	if err := s.checkServers(); err != nil {
		return nil, err
	}
	s.core = cmp.Or(env.APIURL, s.loaded.Settings.API.BaseURL)
	s.reports = cmp.Or(env.ReportsURL, s.loaded.Settings.API.ReportsURL)
	s.tokens[mainKey] = cmp.Or(env.APIKey, env.AddonToken)
	s.hide()
	return s, nil
}

// checkServers refuses, in GitHub Actions, addresses of the config that are not Clockify's. A pull request may write
// anything there, and its plan would send the keys to it; an input is the workflow's word.
func (s *session) checkServers() error {
	api := s.loaded.Settings.API
	for _, a := range []struct{ setting, address, input, given string }{
		{"api.base_url", api.BaseURL, "api-url", s.env.APIURL},
		{"api.reports_url", api.ReportsURL, "reports-url", s.env.ReportsURL},
	} {
		u, err := url.Parse(a.address)
		if !s.env.GitHubActions || a.given != "" || err == nil && strings.HasSuffix("."+u.Hostname(), ".clockify.me") {
			continue
		}
		return about(aboutGitHub, fmt.Errorf("%s: %s is not Clockify's. A pull request may change the config, so give the address of a server of your own as the input %s", a.setting, a.address, a.input))
	}
	return nil
}

// hide masks all tokens of the run in GitHub's log.
func (s *session) hide() {
	if s.in.log == nil {
		return
	}
	for _, secret := range s.secrets() {
		s.in.log.Mask(secret)
	}
}

// problems are what makes the files unusable.
func (s *session) problems() []state.Problem { return s.loaded.Spec.Problems }

// secrets are all tokens of the run, to keep out of whatever is written.
func (s *session) secrets() []string {
	var all []string
	for _, secret := range s.env.Secrets() {
		all = append(all, secret.Reveal())
	}
	for _, secret := range s.tokens {
		if text := secret.Reveal(); text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// client returns the client for a token, for reading alone or for writing too. Clients of one token share one limiter
// and one budget.
func (s *session) client(token string, writes bool) (*clockify.Client, error) {
	secret := s.tokens[token].Reveal()
	name := fmt.Sprint(secret, writes)
	if c := s.clients[name]; c != nil {
		return c, nil
	}
	api := s.loaded.Settings.API
	if s.budgets[secret] == nil {
		s.budgets[secret] = clockify.NewBudget(s.maxCalls())
	}
	host := secret
	if u, err := url.Parse(s.core); err == nil {
		host += " " + u.Host
	}
	if s.limiters[host] == nil {
		perSecond := api.RequestsPerSecond
		if s.in.Unpaced {
			perSecond = 0
		}
		s.limiters[host] = clockify.NewLimiter(perSecond)
	}
	retries := api.MaxRetries
	if retries == 0 {
		retries = -1 // the client's word for none
	}
	c, err := clockify.New(clockify.Options{
		CoreURL: s.core, ReportsURL: s.reports,
		Token: secret, Addon: token == mainKey && s.env.APIKey == "" && s.env.AddonToken != "",
		ReadOnly: !writes, Limiter: s.limiters[host], Budget: s.budgets[secret], Retries: retries,
		Base: s.in.HTTP, Logger: s.logger(), UserAgent: "clockify-sync/" + cmp.Or(s.in.Version.resolved().Version, "development"),
	})
	if err != nil {
		return nil, err
	}
	s.clients[name] = c
	return c, nil
}

// logger writes what helps to find a fault, when GitHub's debug logging is on. It never holds personal data or secrets.
func (s *session) logger() *slog.Logger {
	s.logOnce.Do(func() { // one for all who log: a handler keeps its own lines apart, not those of others
		s.log = slog.New(slog.DiscardHandler)
		if debug, _ := s.in.LookupEnv("RUNNER_DEBUG"); debug == "1" {
			to := s.in.Stderr
			if s.in.log != nil {
				to = debugLines{s.in.log}
			}
			s.log = slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelDebug}))
		}
	})
	return s.log
}

// debugLines makes every line written a debug line of GitHub's log.
type debugLines struct{ log *github.Log }

func (d debugLines) Write(p []byte) (int, error) {
	d.log.Debugf("%s", bytes.TrimRight(p, "\n"))
	return len(p), nil
}

// workspaceID is the workspace of the user sync.
func (s *session) workspaceID() (string, error) {
	id := cmp.Or(s.env.WorkspaceID, s.loaded.Settings.WorkspaceID)
	switch {
	case id == "":
		return "", about(aboutNoWorkspace, errors.New("no workspace: set workspace.id in the config or CLOCKIFY_WORKSPACE_ID. The id is in the address of the workspace's settings page"))
	case strings.ContainsAny(id, "/?#% \t\r\n"):
		return "", about(aboutNoWorkspace, fmt.Errorf("workspace id %q: want the 24 digits from the address of the workspace's settings page", id))
	}
	return id, nil
}

// key checks that the key of the user sync is there.
func (s *session) key() error {
	if s.tokens[mainKey] == "" {
		return about(aboutNoKey, errors.New("no key: set CLOCKIFY_API_KEY to an API key of an owner or admin of the workspace (Clockify, Profile settings, API)"))
	}
	return nil
}
