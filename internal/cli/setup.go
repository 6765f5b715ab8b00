package cli

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/spec"
)

func setupFlags(set *flag.FlagSet, o *options) {
	set.StringVar(&o.config, "config", "", "the config `FILE` (clockify-sync.yaml)")
	set.StringVar(&o.envFile, "env-file", "", "read variables that are not set from this `FILE`")
}

// setupCommand asks for what a time sync needs and writes it into the config.
func setupCommand(ctx context.Context, in *invocation) int {
	if len(in.args) != 1 || in.args[0] != "time" {
		return in.fail(about(aboutCommandLine, errors.New("setup: write clockify-sync setup time, to be asked for what a time sync needs")))
	}
	if !in.asking() {
		return in.fail(about(aboutTime, errors.New("setup: there is nobody to ask here. Run it at a terminal, or write time_sync in the config")))
	}
	in.opts.only = "time"
	s, err := in.load()
	if err != nil {
		return in.fail(err)
	}
	if problems := s.problems(); len(problems) > 0 {
		return in.fail(about(aboutFiles, fmt.Errorf("setup: mend %s first: clockify-sync validate shows what is wrong", s.configName())))
	}
	if err := s.setupTime(ctx); err != nil {
		return in.refused(err)
	}
	fmt.Fprintf(in.Stdout, "Next: clockify-sync plan --only time:%s\n", s.loaded.Spec.Time[len(s.loaded.Spec.Time)-1].Name)
	return ExitDone
}

// setupTime asks for one time sync and writes it. Source and destination are reached with the one key: where they need
// two, token_env is written by hand.
func (s *session) setupTime(ctx context.Context) error {
	if err := s.askKey(ctx); err != nil {
		return err
	}
	if err := s.key(); err != nil {
		return err
	}
	client, err := s.client(mainKey, false)
	if err != nil {
		return err
	}
	self, err := client.CurrentUser(ctx)
	if err != nil {
		return fmt.Errorf("ask for the key's user: %w", err)
	}
	list, err := s.listWorkspaces(ctx, mainKey)
	if err != nil {
		return err
	}
	if len(list) < 2 {
		return fmt.Errorf("the key opens only %s, and a time sync needs two workspaces. Where each has a key of its own, write time_sync with token_env in the config", visible(list[0].Name))
	}
	t := state.TimeSync{}
	from, err := s.in.choose(ctx, "Source workspace, where all of a client's work is booked under that client?", workspaceNames(list))
	if err != nil {
		return err
	}
	t.Source = state.Endpoint{WorkspaceID: list[from].ID, UserID: self.ID}
	customer, err := s.chooseClient(ctx, client, list[from])
	if err != nil {
		return err
	}
	t.Source.ClientID = customer.ID
	others := slices.Delete(slices.Clone(list), from, from+1)
	to := 0
	if len(others) == 1 {
		fmt.Fprintf(s.in.Stderr, "Destination workspace: %s\n", visible(others[0].Name))
	} else if to, err = s.in.choose(ctx, "Destination workspace, which gets the entries?", workspaceNames(others)); err != nil {
		return err
	}
	t.Destination.WorkspaceID = others[to].ID
	if err := s.askDates(ctx, &t); err != nil {
		return err
	}
	if t.Name, err = s.askName(ctx, customer.Name); err != nil {
		return err
	}
	if err := s.editConfig(func(data []byte) ([]byte, error) { return spec.AddTimeSync(data, t) }); err != nil {
		return err
	}
	return s.reload()
}

func (s *session) chooseClient(ctx context.Context, client *clockify.Client, w clockify.Workspace) (clockify.ProjectClient, error) {
	active := false
	list, err := clockify.All(func() iter.Seq2[clockify.ProjectClient, error] {
		return client.Clients(ctx, w.ID, clockify.ClientsQuery{Archived: &active})
	})
	if err != nil {
		return clockify.ProjectClient{}, fmt.Errorf("list the clients of %s: %w", visible(w.Name), err)
	}
	if len(list) == 0 {
		return clockify.ProjectClient{}, fmt.Errorf("%s has no clients. Make one in Clockify for the work that is to be mirrored", visible(w.Name))
	}
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	i, err := s.in.choose(ctx, "Client in "+visible(w.Name)+"?", names)
	if err != nil {
		return clockify.ProjectClient{}, err
	}
	return list[i], nil
}

// askDates asks for the window: how far back each run looks, or a day to begin with and perhaps one to end with.
func (s *session) askDates(ctx context.Context, t *state.TimeSync) error {
	for range tries {
		text, err := s.in.ask(ctx, "How far back does each run look? A time such as 7d, or a first day such as "+
			s.in.Now().UTC().AddDate(0, -1, 0).Format(time.DateOnly)+" [7d]: ")
		if err != nil {
			return err
		}
		if d, ok := spec.ParseWindow(cmp.Or(text, "7d")); ok {
			t.Window = d
			return nil
		}
		first, ok := day(text)
		if !ok {
			fmt.Fprintln(s.in.Stderr, "Write a time such as 7d or 36h, or a day such as 2026-01-31.")
			continue
		}
		last, err := s.in.ask(ctx, "Last day, or nothing for up to now: ")
		if err != nil {
			return err
		}
		t.From, t.To = first, time.Time{}
		if last == "" {
			return nil
		}
		if end, ok := day(last); ok && !end.Before(first) {
			t.To = end.AddDate(0, 0, 1) // to is not part of the window, the last day is
			return nil
		}
		fmt.Fprintf(s.in.Stderr, "Write a day from %s on.\n", text)
	}
	return errAnswers
}

func day(text string) (time.Time, bool) {
	at, err := time.Parse(time.DateOnly, text)
	return at, err == nil && at.Year() >= 2000 && at.Year() < 2200
}

// askName asks what the sync is to be called; by default it is called like the client.
func (s *session) askName(ctx context.Context, client string) (string, error) {
	taken := func(name string) bool {
		return slices.ContainsFunc(s.loaded.Spec.Time, func(t state.TimeSync) bool { return t.Name == name })
	}
	slug := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(client)), "-")
	if slug == "" {
		slug = "sync"
	}
	name := slug
	for n := 2; taken(name); n++ {
		name = fmt.Sprintf("%s-%d", slug, n)
	}
	for range tries {
		text, err := s.in.ask(ctx, "A short name for it ["+name+"]: ")
		if err != nil {
			return "", err
		}
		text = cmp.Or(text, name)
		if spec.SoundSyncName(text) && !taken(text) {
			return text, nil
		}
		fmt.Fprintln(s.in.Stderr, `Write a short name that no other time sync has, without : , / and \.`)
	}
	return "", errAnswers
}

// reload reads the config again after it was changed.
func (s *session) reload() error {
	again, err := (&invocation{Process: s.in.Process, opts: s.in.opts}).load()
	if err != nil {
		return err
	}
	s.loaded = again.loaded
	return nil
}
