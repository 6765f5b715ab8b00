package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/report"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// run is one run of a command that reads the files: what it knows before it asks Clockify anything.
type run struct {
	*command
	loaded   loadedFiles
	file     string // the CSV's name, for messages
	jobs     []*job
	turns    []*job                // those that a budget bounds, in the order in which they are done
	queue    []*job                // those of them that were planned
	folder   string                // of an apply, in the audit folder
	applying bool                  // the plan is shown on the way to being applied
	base     *state.Spec           // what the files asked for before the pull request; nil: not known, or none
	describe func(*report.Context) // adds what GitHub knows to what reports say; nil outside of the GitHub Action

	opened openings
	role   string // of the main key's user: owner, admin, member or empty

	tokens map[string]config.Secret // by the name that a sync calls its key
	*clients
	logger   func() *slog.Logger      // one for all who log: a handler keeps its own lines apart, not those of others
	scrubber func() *text.Scrubber    // of all keys, which are known when it is first asked for
	made     func() []audit.MadeEntry // by earlier runs, as their journals tell
}

// mainKey names the key of the user sync among the tokens.
const mainKey = ""

// load reads the settings and the files. Problems in the files are not an error: they travel in the Spec.
func (c *command) load() (*run, error) {
	if err := c.settle(); err != nil {
		return nil, err
	}
	o := &c.opts
	r := &run{command: c, logger: sync.OnceValue(c.newLogger), file: cmp.Or(o.Users, "users.csv"), tokens: map[string]config.Secret{}}
	r.scrubber = sync.OnceValue(func() *text.Scrubber { return text.NewScrubber(r.secrets()...) })
	r.made = sync.OnceValue(func() []audit.MadeEntry { return audit.Made(r.path(o.AuditDir), r.Now().Add(-lately)) })
	if o.GitHubActions {
		for setting, name := range map[string]string{"users": o.Users, "config": o.Config, "audit-dir": o.AuditDir, "out": o.Out} {
			if err := confine(setting, name); err != nil {
				return nil, err
			}
		}
	}
	files, done, err := c.inputs(o.GitHubActions)
	if err != nil {
		return nil, err
	}
	defer done()
	names := wantedFiles{users: r.file, needUsers: o.Users != "" || o.Only == "users" || o.person() != "", config: o.Config, needConfig: o.Config != "" && !o.newConfig}
	if !o.wantsUsers() {
		names.users, names.needUsers = "", false
	}
	r.loaded, err = readFiles(files, names)
	if err == nil && !o.noFiles && len(r.problems()) == 0 && o.Only == "" && !r.loaded.Users && len(r.loaded.Spec.Time) == 0 && len(o.SecretNames) == 0 {
		names.needUsers = true // nothing to do at all: the CSV is what is missing
		r.loaded, err = readFiles(files, names)
	}
	if err != nil {
		return nil, err
	}
	if err := r.checkOut(); err != nil {
		return nil, err
	}
	api := r.loaded.Settings.API
	r.clients = c.newClients(cmp.Or(o.API.MaxCalls, api.MaxCalls))
	r.core, r.reports = cmp.Or(o.API.BaseURL, api.BaseURL), cmp.Or(o.API.ReportsURL, api.ReportsURL)
	r.tokens[mainKey] = cmp.Or(o.APIKey, o.AddonToken)
	r.hide()
	return r, nil
}

// checkOut refuses to write the plan over a file that the run reads.
func (r *run) checkOut() error {
	for _, read := range []string{r.file, r.loaded.Config, r.opts.flags["env-file"]} {
		if r.opts.Out != "" && read != "" && r.path(r.opts.Out) == r.path(read) {
			return about(aboutOutput, fmt.Errorf("--out %s: the run reads this file; name another for the plan", r.opts.Out))
		}
	}
	return nil
}

// hide masks all tokens of the run in GitHub's log.
func (r *run) hide() {
	if r.log == nil {
		return
	}
	for _, secret := range r.secrets() {
		r.log.Mask(secret)
	}
}

// problems are what makes the files unusable.
func (r *run) problems() []state.Problem { return r.loaded.Spec.Problems }

// secrets are all tokens of the run, to keep out of whatever is written.
func (r *run) secrets() []string {
	var all []string
	for _, secret := range r.opts.Secrets() {
		all = append(all, secret.Reveal())
	}
	for _, secret := range r.tokens {
		if text := secret.Reveal(); text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// newLogger writes what helps to find a fault, when GitHub's debug logging is on. It never holds personal data or secrets.
func (c *console) newLogger() *slog.Logger {
	if c.getenv("RUNNER_DEBUG") != "1" {
		return slog.New(slog.DiscardHandler)
	}
	to := c.Stderr
	if c.log != nil {
		to = debugLines{c.log}
	}
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// debugLines makes every line written a debug line of GitHub's log.
type debugLines struct{ log *github.Log }

func (d debugLines) Write(p []byte) (int, error) {
	d.log.Debugf("%s", bytes.TrimRight(p, "\n"))
	return len(p), nil
}

// workspaceID is the workspace of the user sync.
func (r *run) workspaceID() (string, error) {
	given, written := r.opts.Workspace.ID, r.loaded.Settings.Workspace.ID
	id := cmp.Or(given, written)
	switch {
	case given != "" && written != "" && given != written:
		return "", about(aboutNoWorkspace, fmt.Errorf("two workspaces: CLOCKIFY_WORKSPACE_ID is %s and workspace.id in %s is %s. Unset one, or make them equal", given, r.loaded.Config, written))
	case id == "":
		return "", about(aboutNoWorkspace, errors.New("no workspace: set workspace.id in the config or CLOCKIFY_WORKSPACE_ID. The id is in the address of the workspace's settings page"))
	case strings.ContainsAny(id, "/?#% \t\r\n"):
		return "", about(aboutNoWorkspace, fmt.Errorf("workspace id %q: want the 24 digits from the address of the workspace's settings page", id))
	}
	return id, nil
}

// key checks that the key of the user sync is there.
func (r *run) key() error {
	if r.tokens[mainKey] != "" {
		return nil
	}
	hint := ""
	if _, err := os.Stat(r.path(".env")); err == nil && !r.opts.GitHubActions && r.opts.flags["env-file"] == "" {
		hint = ". There is a .env here: --env-file .env reads it"
	}
	return about(aboutNoKey, errors.New("no key: set CLOCKIFY_API_KEY to an API key of an owner or admin of the workspace (Clockify, Profile settings, API)"+hint))
}
