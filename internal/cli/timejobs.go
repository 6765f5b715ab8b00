package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/provider"
)

// secretWindow is how far back a sync from a secret looks: the old form has no word for it.
const secretWindow = 7 * 24 * time.Hour

// timeSyncs are the time syncs of the config and of the secrets, in that order, and what is wrong with the secrets.
func (r *run) timeSyncs() ([]state.TimeSync, error) {
	secrets, err := r.secretSyncs(r.opts.Given)
	return append(slices.Clone(r.loaded.Spec.Time), secrets...), err
}

// secretSyncs are the time syncs of the secrets that the environment names, and what is wrong with others.
func (r *run) secretSyncs(env config.Given) ([]state.TimeSync, error) {
	secrets, err := env.TimeSecrets(r.LookupEnv)
	var syncs []state.TimeSync
	for _, secret := range secrets {
		if slices.ContainsFunc(r.loaded.Spec.Time, func(t state.TimeSync) bool { return t.Name == secret.Name }) {
			err = errors.Join(err, fmt.Errorf("SECRET_NAMES: %s is also the name of a time sync in %s; rename one of them", secret.Name, r.loaded.Config))
			continue
		}
		syncs = append(syncs, r.fromSecret(secret))
	}
	return syncs, err
}

// fromSecret brings the old form into the new one. Its tokens are kept under names of their own.
func (r *run) fromSecret(secret config.TimeSecret) state.TimeSync {
	token, dest := secret.Name, secret.Name
	r.tokens[token] = secret.Token
	if secret.DestToken != secret.Token {
		dest += " dest_token"
		r.tokens[dest] = secret.DestToken
	}
	return state.TimeSync{
		Name:        secret.Name,
		Source:      state.Endpoint{WorkspaceID: secret.SourceWorkspaceID, ClientID: secret.SourceClientID, UserID: secret.UserID, Token: token},
		Destination: state.Endpoint{WorkspaceID: secret.DestinationWorkspaceID, UserID: cmp.Or(secret.DestUserID, secret.UserID), Token: dest},
		Color:       secret.Color, Window: secretWindow,
	}
}

// timeJobs makes a job of every time sync that is wanted. What cannot be one is a job with an error, so that it is
// told and the others go on.
func (r *run) timeJobs() []*job {
	syncs, err := r.timeSyncs()
	only, shard, of := r.opts.onlySync()
	named := only != ""
	var jobs []*job
	if err != nil && r.opts.wantsTime() && !named {
		jobs = append(jobs, &job{title: "time", err: about(aboutSecrets, err)})
	}
	var names []string
	for _, sync := range syncs {
		names = append(names, sync.Name)
		switch {
		case !r.opts.wantsSync(sync.Name):
		case shard > 0 && of != max(1, sync.Shards):
			err := fmt.Errorf("--only %s: time_sync %s has shards: %d", r.opts.Only, sync.Name, max(1, sync.Shards))
			jobs = append(jobs, &job{title: "time " + sync.Name, err: about(aboutTime, err)})
		default:
			sync.Shard = shard
			jobs = append(jobs, r.timeJob(sync, syncs))
		}
	}
	switch {
	case len(jobs) > 0:
	case slices.ContainsFunc(r.problems(), func(p state.Problem) bool { return p.Source.File == r.loaded.Config }):
		// Syncs with a problem are left out of the config, and the problem is told.
	case named && slices.Contains(r.opts.SecretNames, only):
		jobs = append(jobs, &job{title: "time", err: about(aboutSecrets, err)})
	case named:
		have := "there are none"
		if len(names) > 0 {
			have = "there are " + strings.Join(names, ", ")
		}
		jobs = append(jobs, &job{title: "time", err: about(aboutTime, errors.Join(fmt.Errorf("--only time:%s: no time sync has this name; %s", only, have), err))})
	case r.opts.Only == "time":
		jobs = append(jobs, &job{title: "time", err: about(aboutTime, errors.New("no time sync is configured: write time_sync in the config, or name secrets in SECRET_NAMES"))})
	}
	return jobs
}

// lately is how long Clockify's lists may lag behind what an earlier run made.
const lately = 15 * time.Minute

// madeEarlier returns the entries that earlier runs of a time sync made, as their journals tell.
func (r *run) madeEarlier(sync string) []provider.Earlier {
	var list []provider.Earlier
	for _, e := range r.made() {
		if e.Sync == sync {
			list = append(list, provider.Earlier{ID: e.ID, Person: e.Person, Lately: e.Lately, Unsure: e.Unsure})
		}
	}
	return list
}

// timeJob is the job of one time sync; all are told to the planner, for two of them may get into each other's way.
func (r *run) timeJob(sync state.TimeSync, all []state.TimeSync) *job {
	j := &job{title: "time " + sync.Name, spec: state.Spec{Time: all}, target: targetOf(sync, all)}
	j.err = errors.Join(r.token("source.token_env", sync.Source.Token), r.token("destination.token_env", sync.Destination.Token))
	if j.err != nil {
		return j
	}
	if r.base != nil {
		j.base = &state.Spec{Time: r.base.Time}
	}
	now := r.Now()
	j.endpoints = []endpoint{{sync.Source.WorkspaceID, sync.Source.Token}, {sync.Destination.WorkspaceID, sync.Destination.Token}}
	j.least = provider.LeastTimeCalls(sync)
	j.workspace = func(c plan.Change) string {
		if c.Ref.Kind == plan.KindProject {
			return sync.Source.WorkspaceID
		}
		return sync.Destination.WorkspaceID
	}
	j.verifying = func(workspace string) int { // the entries of each person who was written for
		people := map[string]bool{}
		for _, c := range j.plan.Changes {
			if j.workspace(c) == workspace {
				people[c.Person] = true
			}
		}
		return len(people)
	}
	j.open = func(r *reader) (source, error) {
		from, err := r.workspace(sync.Source.WorkspaceID, sync.Source.Token)
		if err != nil {
			return source{}, err
		}
		to, err := r.workspace(sync.Destination.WorkspaceID, sync.Destination.Token)
		t := &provider.Time{Source: from, Destination: to, Earlier: func() []provider.Earlier { return r.madeEarlier(sync.Name) }}
		for _, peer := range all {
			if r.opts.wantsSync(peer.Name) && sharesWorkspaces(peer, sync) {
				t.Peers.Source = append(t.Peers.Source, peer.Source.UserID)
				t.Peers.Destination = append(t.Peers.Destination, peer.Destination.UserID)
			}
		}
		return source{
			do: t,
			read: func(ctx context.Context) (state.State, error) {
				states, err := t.Read(ctx, sync, now, differs(sync, all))
				return state.State{Time: states}, err
			},
			reread: func(ctx context.Context, _ []plan.Change) (state.State, []string, error) {
				states, looked, err := t.Reread(ctx)
				return state.State{Time: states}, looked, err
			},
		}, err
	}
	return j
}

// sharesWorkspaces reports whether two syncs of one person each are between the same workspaces with the same keys.
func sharesWorkspaces(a, b state.TimeSync) bool {
	return !a.Several() && !b.Several() && a.Source.WorkspaceID == b.Source.WorkspaceID && a.Source.Token == b.Source.Token &&
		a.Destination.WorkspaceID == b.Destination.WorkspaceID && a.Destination.Token == b.Destination.Token
}

// differs tells the reader whether there is something to plan for a state. Where other syncs write to the same target that
// cannot be said of one alone, and all is read.
func differs(sync state.TimeSync, all []state.TimeSync) provider.Pending {
	for _, other := range all {
		if other.Name != sync.Name && targetOf(other, all) == targetOf(sync, all) {
			return nil
		}
	}
	return func(have state.TimeState) (entries, others bool) {
		p := plan.ComputeTime(all, []state.TimeState{have})[sync.Name]
		for _, c := range p.Changes {
			entries = entries || c.Ref.Kind == plan.KindEntry
		}
		return entries, len(p.Changes) > 0 || len(p.Refusals) > 0
	}
}

// targetOf names where a sync writes: somebody's entries in a workspace, or where a sync of several people writes too,
// the workspace. Syncs of one target are planned together.
func targetOf(sync state.TimeSync, all []state.TimeSync) string {
	workspace := sync.Destination.WorkspaceID
	if slices.ContainsFunc(all, func(t state.TimeSync) bool { return t.Several() && t.Destination.WorkspaceID == workspace }) {
		return workspace
	}
	return workspace + " " + sync.Destination.UserID
}

// token finds the token that is kept under a name: of the user sync where there is no name, of a secret, else of the
// environment variable.
func (r *run) token(setting, name string) error {
	if name == mainKey {
		return r.key()
	}
	if r.tokens[name] != "" {
		return nil
	}
	value, ok := r.LookupEnv(name)
	if value = strings.TrimSpace(value); !ok || value == "" {
		return about(aboutTime, fmt.Errorf("%s: the environment variable %s is not set; it has to hold an API key", setting, name))
	}
	r.tokens[name] = config.Secret(value)
	if r.log != nil {
		r.log.Mask(value)
	}
	return nil
}

// syncParts names the time syncs that are wanted as --only does, each of their shards by itself.
func (r *run) syncParts() []string {
	syncs, _ := r.timeSyncs() // what is wrong with them is told where they are run
	var parts []string
	for _, t := range syncs {
		switch _, shard, _ := r.opts.onlySync(); {
		case !r.opts.wantsSync(t.Name):
		case t.Shards < 2 || shard > 0:
			parts = append(parts, "time:"+t.Name)
		default:
			for i := range t.Shards {
				parts = append(parts, fmt.Sprintf("time:%s:%d/%d", t.Name, i+1, t.Shards))
			}
		}
	}
	return parts
}
