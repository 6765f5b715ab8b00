package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/provider"
)

// doctorCommand asks Clockify, reading only, what stands between the files and a run, and whether the API is as this
// tool knows it.
type doctorCommand struct{ command }

func newDoctor(c *console) *cobra.Command {
	d := &doctorCommand{command{console: c}}
	cmd := &cobra.Command{
		Use: "doctor", Short: "Say on one page whose key this is, what it may, and whether Clockify is as expected; reads only",
		Long: `doctor asks Clockify, reading only, and says on one page: whose key, which role, which workspaces it opens, plan and features
against what the config needs, how far away the server is, and which assumptions about the API hold.
--format json holds no names, no addresses and no keys: it is fit for a bug report.`,
		SuggestFor: []string{"check", "status", "whoami", "login", "auth"}, Args: noArgs, RunE: d.runs(d.run),
	}
	addFlags(cmd, fileFlags...)
	addFlags(cmd, "format")
	d.opts.noFiles = true
	return cmd
}

func (d *doctorCommand) run(ctx context.Context) int {
	r, err := d.load()
	if err != nil {
		return d.fail(err)
	}
	if d.opts.Format != "text" && d.opts.Format != "json" {
		return d.fail(about(aboutCommandLine, fmt.Errorf("--format %s: doctor prints text or json", d.opts.Format)))
	}
	if err := r.guide(ctx); err != nil {
		return d.fail(err)
	}
	targets, err := r.targets()
	if err != nil {
		return d.fail(err)
	}
	stop := r.watch("Looking")
	found := diagnosis{Program: d.Version.String(), Problems: len(r.problems())}
	for _, t := range targets {
		found.Workspaces = append(found.Workspaces, r.examine(ctx, t))
	}
	stop()
	if ctx.Err() != nil {
		return d.fail(errInterrupted)
	}
	if d.opts.Format == "json" {
		data, err := json.MarshalIndent(found, "", "  ")
		if err != nil {
			return d.fail(err)
		}
		fmt.Fprintf(d.Stdout, "%s\n", data)
	} else {
		found.print(d.console)
	}
	if !found.sound() {
		return ExitFailed
	}
	return ExitDone
}

// target is a workspace that the config works on, through a key.
type target struct {
	id, token string
	parts     []string // users, time
	needs     []need
}

// targets are the workspaces of the user sync and of the time syncs, each once.
func (r *run) targets() ([]*target, error) {
	var list []*target
	add := func(id, token, part string, needs ...need) {
		i := slices.IndexFunc(list, func(t *target) bool { return t.id == id && r.tokens[t.token] == r.tokens[token] })
		if i < 0 {
			list, i = append(list, &target{id: id, token: token}), len(list)
		}
		if !slices.Contains(list[i].parts, part) {
			list[i].parts = append(list[i].parts, part)
		}
		list[i].needs = append(list[i].needs, needs...)
	}
	syncs, err := r.timeSyncs()
	if err != nil {
		return nil, about(aboutSecrets, err)
	}
	if r.opts.wantsUsers() && (r.loaded.Spec.Users != nil || len(syncs) == 0) {
		id, err := r.workspaceID()
		if err := errors.Join(r.key(), err); err != nil {
			return nil, err
		}
		add(id, mainKey, "users", usersNeeds(r.loaded.Spec.Users)...)
	}
	for _, sync := range syncs {
		if !r.opts.wantsSync(sync.Name) {
			continue
		}
		if err := errors.Join(r.token("source.token_env", sync.Source.Token), r.token("destination.token_env", sync.Destination.Token)); err != nil {
			return nil, fmt.Errorf("time %s: %w", sync.Name, err)
		}
		add(sync.Source.WorkspaceID, sync.Source.Token, "time")
		add(sync.Destination.WorkspaceID, sync.Destination.Token, "time", timeNeeds(sync)...)
	}
	return list, nil
}

// examination is what was found of one workspace. Its unexported fields are for the page alone.
type examination struct {
	Parts    []string        `json:"parts"`
	Host     string          `json:"host"`
	Latency  int64           `json:"latency_ms"`
	Rate     float64         `json:"calls_per_second"`
	Role     string          `json:"role,omitempty"`
	Opens    int             `json:"workspaces_of_the_key"`
	Plan     string          `json:"plan,omitempty"`
	Features map[string]bool `json:"features,omitempty"`
	Needs    []need          `json:"needs,omitempty"`
	Checks   []check         `json:"checks,omitempty"`
	Status   int             `json:"refused_with,omitempty"` // the HTTP status that opening the workspace was answered with
	Failed   bool            `json:"failed"`

	err            error
	self, name, id string
	address        string   // of the server
	others         []string // names of the other workspaces that the key opens
}

// check is one assumption about the API.
type check struct {
	Name    string           `json:"name"`
	Anchor  string           `json:"fact"` // a heading of docs/clockify-api.md
	Verdict provider.Verdict `json:"verdict"`
	Seen    string           `json:"seen"`
	Means   string           `json:"means,omitempty"`
}

// examine asks a workspace everything, with some fifteen calls.
func (r *run) examine(ctx context.Context, t *target) *examination {
	e := &examination{Parts: t.parts, id: t.id, Rate: r.loaded.Settings.API.RequestsPerSecond}
	e.address, e.Host = hostOf(r.core)
	if e.err = r.fill(ctx, t, e); e.err != nil {
		e.Failed = true
		var refused *clockify.Error
		if errors.As(e.err, &refused) {
			e.Status = refused.Status
		}
	}
	return e
}

func (r *run) fill(ctx context.Context, t *target, e *examination) error {
	client, err := r.client(t.token, t.id, false)
	if err != nil {
		return err
	}
	self, err := client.CurrentUser(ctx)
	if err != nil {
		return fmt.Errorf("ask for the key's user: %w", err)
	}
	e.self = self.Email
	list, err := client.Workspaces(ctx)
	if err != nil {
		return fmt.Errorf("list the workspaces: %w", err)
	}
	_, latency := r.traffic.seen()
	e.Opens, e.Latency = len(list), latency.Milliseconds() // of the second call: the first opened the connection
	i := slices.IndexFunc(list, func(w clockify.Workspace) bool { return w.ID == t.id })
	for j, w := range list {
		if j != i {
			e.others = append(e.others, w.Name)
		}
	}
	if i < 0 {
		return about(aboutWorkspace, fmt.Errorf("there is no workspace %s that the key of %s opens", t.id, self.Email))
	}
	e.name, e.Plan = list[i].Name, list[i].FeatureSubscriptionType
	e.Features = map[string]bool{}
	for _, known := range knownFeatures {
		e.Features[known.feature] = slices.Contains(list[i].Features, known.feature)
	}
	w, err := r.reader().workspace(t.id, t.token)
	if err != nil {
		return err
	}
	var denied *provider.Denied
	switch dir, err := w.ReadUsers(ctx, &state.Users{}); {
	case err == nil:
		e.Role = roleOf(dir)
	case errors.As(err, &denied):
		e.Role = "member"
	default:
		return err
	}
	e.weigh(t.needs, list[i].Features, self.ID)
	results, err := w.Probe(ctx)
	for _, result := range results {
		e.Checks = append(e.Checks, check(result))
	}
	return err
}

// hostOf is the host of an address, and what may be told of it: one that is not Clockify's own is the user's business.
func hostOf(address string) (host, public string) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return address, "another host"
	case strings.HasSuffix("."+u.Hostname(), ".clockify.me"):
		return u.Host, u.Host
	}
	return u.Host, "another host"
}
