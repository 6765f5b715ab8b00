package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// guide asks for what a plan or apply lacks, where there is somebody to ask. Without a terminal it does nothing, and what
// is missing is an error as before.
func (r *run) guide(ctx context.Context) error {
	if !r.asking() {
		return nil
	}
	if r.opts.Only == "time" && len(r.loaded.Spec.Time) == 0 && len(r.opts.SecretNames) == 0 && len(r.problems()) == 0 {
		yes, err := r.confirm(ctx, "No time sync is configured. Set one up now?", true)
		if err != nil || !yes {
			return err
		}
		return r.setupTime(ctx)
	}
	users := r.opts.wantsUsers() && r.loaded.Spec.Users != nil
	ownKey := slices.ContainsFunc(r.loaded.Spec.Time, func(t state.TimeSync) bool {
		return r.opts.wantsSync(t.Name) && (t.Source.Token == mainKey || t.Destination.Token == mainKey)
	})
	if users || ownKey {
		if err := r.askKey(ctx); err != nil {
			return err
		}
	}
	if !users {
		return nil
	}
	chosen, err := r.askWorkspace(ctx)
	if err != nil || !chosen {
		return err
	}
	return r.offerToKeep(ctx)
}

// askKey asks for the key of the user sync, if it is missing, until Clockify knows it. Where nobody can be asked that is an
// error.
func (r *run) askKey(ctx context.Context) error {
	if err := r.key(); err == nil || !r.asking() {
		return err
	}
	self, err := r.askKeyOf(ctx, mainKey, "Clockify API key (Profile settings, API; it is not shown): ")
	if errors.Is(err, errNobody) {
		return r.key()
	}
	if err == nil {
		fmt.Fprintf(r.Stderr, "Signed in as %s. To be asked no more, set CLOCKIFY_API_KEY or use --env-file.\n", visible(self.Email))
	}
	return err
}

// askKeyOf asks for a key until Clockify knows it, keeps it under a name, and returns its user.
func (r *run) askKeyOf(ctx context.Context, name, question string) (clockify.User, error) {
	for range tries {
		text, err := r.askSecret(ctx, question)
		if err != nil {
			return clockify.User{}, err
		}
		if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
			fmt.Fprintln(r.Stderr, "That is not a key: a key is letters and digits, without spaces.")
			continue
		}
		r.tokens[name] = config.Secret(text)
		client, err := r.client(name, "", false)
		if err != nil {
			return clockify.User{}, err
		}
		self, err := client.CurrentUser(ctx)
		if err == nil {
			return self, nil
		}
		r.tokens[name] = ""
		if !clockify.IsStatus(err, 401) {
			return clockify.User{}, fmt.Errorf("ask for the key's user: %w", err)
		}
		fmt.Fprintln(r.Stderr, "Clockify does not know this key.")
	}
	return clockify.User{}, about(aboutKey, errors.New("no key that Clockify knows. Copy one from Clockify, Profile settings, API"))
}

// askWorkspace has the workspace chosen, if none is set, and reports whether that was done.
func (r *run) askWorkspace(ctx context.Context) (bool, error) {
	if r.opts.Workspace.ID != "" || r.loaded.Settings.Workspace.ID != "" || r.opts.APIKey == "" && r.opts.AddonToken != "" || !r.asking() {
		return false, nil // an add-on token may not list workspaces
	}
	list, err := r.listWorkspaces(ctx, mainKey)
	if err != nil {
		return false, err
	}
	i := 0
	if len(list) > 1 {
		if i, err = r.choose(ctx, "Which workspace?", workspaceNames(list)); err != nil {
			if errors.Is(err, errNobody) {
				_, err = r.workspaceID()
			}
			return false, err
		}
	}
	r.opts.Workspace.ID = list[i].ID
	fmt.Fprintf(r.Stderr, "Workspace: %s\n", visible(list[i].Name))
	return true, nil
}

func (r *run) listWorkspaces(ctx context.Context, token string) ([]clockify.Workspace, error) {
	client, err := r.client(token, "", false)
	if err != nil {
		return nil, err
	}
	list, err := client.Workspaces(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the workspaces: %w", err)
	}
	if len(list) == 0 {
		return nil, about(aboutWorkspace, errors.New("the key opens no workspace. Use one of an owner or admin of the workspace"))
	}
	slices.SortStableFunc(list, func(a, b clockify.Workspace) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return list, nil
}

func workspaceNames(list []clockify.Workspace) []string {
	var names []string
	for _, w := range list {
		names = append(names, fmt.Sprintf("%s  (%s)", w.Name, w.ID))
	}
	return names
}

// offerToKeep writes the chosen workspace into the config, if that is wanted.
func (r *run) offerToKeep(ctx context.Context) error {
	name := r.configName()
	yes, err := r.confirm(ctx, "Keep it in "+name+", so that it need not be asked again?", true)
	if errors.Is(err, errNobody) {
		return errDeclined
	}
	if errors.Is(err, errAnswers) || err == nil && !yes {
		return nil
	}
	if err != nil {
		return err
	}
	err = r.editConfig(func(data []byte) ([]byte, error) { return config.AddWorkspace(data, r.opts.Workspace.ID) })
	if errors.Is(err, config.ErrEdit) {
		fmt.Fprintf(r.Stderr, "%s: %v\n", name, err)
		return nil
	}
	return err
}

// configName is the config that was read, or the one that would be.
func (r *run) configName() string {
	switch {
	case r.loaded.Config != "":
		return r.loaded.Config
	case r.opts.Config != "":
		return r.opts.Config
	}
	return "clockify-sync.yaml"
}

// editConfig changes the config, which may be a new one, and says so.
func (r *run) editConfig(change func([]byte) ([]byte, error)) error {
	name := r.configName()
	data, err := os.ReadFile(r.path(name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if data, err = change(data); err != nil {
		return err
	}
	if err := r.writeFile(name, data); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	fmt.Fprintf(r.Stderr, "Written to %s.\n", name)
	return nil
}
