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
	"github.com/clockify-sync/clockify-sync/internal/spec"
)

// guide asks for what a plan or apply lacks, where there is somebody to ask. Without a terminal it does nothing, and what
// is missing is an error as before.
func (s *session) guide(ctx context.Context) error {
	in := s.in
	if !in.asking() {
		return nil
	}
	if in.opts.only == "time" && len(s.loaded.Spec.Time) == 0 && len(s.env.SecretNames) == 0 && len(s.problems()) == 0 {
		yes, err := in.confirm(ctx, "No time sync is configured. Set one up now?", true)
		if err != nil || !yes {
			return err
		}
		return s.setupTime(ctx)
	}
	users := in.opts.wantsUsers() && s.loaded.Spec.Users != nil
	ownKey := slices.ContainsFunc(s.loaded.Spec.Time, func(t state.TimeSync) bool {
		return in.opts.wantsSync(t.Name) && (t.Source.Token == mainKey || t.Destination.Token == mainKey)
	})
	if users || ownKey {
		if err := s.askKey(ctx); err != nil {
			return err
		}
	}
	if !users {
		return nil
	}
	chosen, err := s.askWorkspace(ctx)
	if err != nil || !chosen {
		return err
	}
	return s.offerToKeep(ctx)
}

// askKey asks for the key of the user sync, if it is missing, until Clockify knows it.
func (s *session) askKey(ctx context.Context) error {
	if s.tokens[mainKey] != "" || !s.in.asking() {
		return nil
	}
	for range tries {
		text, err := s.in.askSecret(ctx, "Clockify API key (Profile settings, API; it is not shown): ")
		if errors.Is(err, errNobody) {
			return s.key()
		}
		if err != nil {
			return err
		}
		if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
			fmt.Fprintln(s.in.Stderr, "That is not a key: a key is letters and digits, without spaces.")
			continue
		}
		s.tokens[mainKey] = config.Secret(text)
		client, err := s.client(mainKey, false)
		if err != nil {
			return err
		}
		self, err := client.CurrentUser(ctx)
		if err == nil {
			fmt.Fprintf(s.in.Stderr, "Signed in as %s. To be asked no more, set CLOCKIFY_API_KEY or use --env-file.\n", visible(self.Email))
			return nil
		}
		s.tokens[mainKey] = ""
		if !clockify.IsStatus(err, 401) {
			return fmt.Errorf("ask for the key's user: %w", err)
		}
		fmt.Fprintln(s.in.Stderr, "Clockify does not know this key.")
	}
	return about(aboutKey, errors.New("no key that Clockify knows. Copy one from Clockify, Profile settings, API"))
}

// askWorkspace has the workspace chosen, if none is set, and reports whether that was done.
func (s *session) askWorkspace(ctx context.Context) (bool, error) {
	if s.env.WorkspaceID != "" || s.loaded.Settings.WorkspaceID != "" || s.env.APIKey == "" && s.env.AddonToken != "" || !s.in.asking() {
		return false, nil // an add-on token may not list workspaces
	}
	list, err := s.listWorkspaces(ctx, mainKey)
	if err != nil {
		return false, err
	}
	i := 0
	if len(list) > 1 {
		if i, err = s.in.choose(ctx, "Which workspace?", workspaceNames(list)); err != nil {
			if errors.Is(err, errNobody) {
				_, err = s.workspaceID()
			}
			return false, err
		}
	}
	s.env.WorkspaceID = list[i].ID
	fmt.Fprintf(s.in.Stderr, "Workspace: %s\n", visible(list[i].Name))
	return true, nil
}

func (s *session) listWorkspaces(ctx context.Context, token string) ([]clockify.Workspace, error) {
	client, err := s.client(token, false)
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
func (s *session) offerToKeep(ctx context.Context) error {
	name := s.configName()
	yes, err := s.in.confirm(ctx, "Keep it in "+name+", so that it need not be asked again?", true)
	if errors.Is(err, errNobody) || errors.Is(err, errAnswers) || err == nil && !yes {
		return nil
	}
	if err != nil {
		return err
	}
	err = s.editConfig(func(data []byte) ([]byte, error) { return spec.AddWorkspace(data, s.env.WorkspaceID) })
	if errors.Is(err, spec.ErrEdit) {
		fmt.Fprintf(s.in.Stderr, "%s: %v\n", name, err)
		return nil
	}
	return err
}

// configName is the config that was read, or the one that would be.
func (s *session) configName() string {
	switch {
	case s.loaded.Config != "":
		return s.loaded.Config
	case s.in.opts.config != "":
		return s.in.opts.config
	}
	return "clockify-sync.yaml"
}

// editConfig changes the config, which may be a new one, and says so.
func (s *session) editConfig(change func([]byte) ([]byte, error)) error {
	name := s.configName()
	data, err := os.ReadFile(s.in.path(name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if data, err = change(data); err != nil {
		return err
	}
	if err := s.in.writeFile(name, data); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	fmt.Fprintf(s.in.Stderr, "Written to %s.\n", name)
	return nil
}
