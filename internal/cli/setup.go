package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// setupCommand asks for what a time sync needs and writes it into the config.
type setupCommand struct{ command }

func newSetup(c *console) *cobra.Command {
	s := &setupCommand{command{console: c}}
	cmd := &cobra.Command{
		Use: "setup time", Short: "Answer what a time sync needs, and have it written into the config",
		ValidArgs: []string{"time"},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] != "time" {
				return errors.New("write clockify-sync setup time, to be asked for what a time sync needs")
			}
			return nil
		},
		RunE: s.runs(s.run),
	}
	addFlags(cmd, "config", "env-file")
	s.opts.newConfig = true
	return cmd
}

func (s *setupCommand) run(ctx context.Context) int {
	if !s.asking() {
		return s.fail(about(aboutTime, errors.New("setup: there is nobody to ask here. Run it at a terminal, or write time_sync in the config")))
	}
	s.opts.part = "time"
	r, err := s.load()
	if err != nil {
		return s.fail(err)
	}
	if len(r.problems()) > 0 {
		return s.fail(about(aboutFiles, fmt.Errorf("setup: fix %s first: clockify-sync validate shows what is wrong", r.configName())))
	}
	if err := r.setupTime(ctx); err != nil {
		return s.fail(err)
	}
	fmt.Fprintf(s.Stdout, "Next: clockify-sync plan --only time:%s\n", r.loaded.Spec.Time[len(r.loaded.Spec.Time)-1].Name)
	return ExitDone
}

// setupTime asks for one time sync and writes it. Source and destination are reached with one key, or each with its own.
func (r *run) setupTime(ctx context.Context) error {
	if err := r.askKey(ctx); err != nil {
		return err
	}
	client, err := r.client(mainKey, "", false)
	if err != nil {
		return err
	}
	self, err := client.CurrentUser(ctx)
	if err != nil {
		return fmt.Errorf("ask for the key's user: %w", err)
	}
	list, err := r.listWorkspaces(ctx, mainKey)
	if err != nil {
		return err
	}
	t := state.TimeSync{}
	from, err := r.chooseWorkspace(ctx, "Source workspace", "where all of a client's work is booked under that client", list)
	if err != nil {
		return err
	}
	t.Source = state.Endpoint{WorkspaceID: list[from].ID, UserID: self.ID}
	fmt.Fprintf(r.Stderr, "Whose entries: %s, whose key this is. For others write people: in the config.\n", visible(cmp.Or(self.Email, self.Name, self.ID)))
	customer, err := r.chooseClient(ctx, client, list[from])
	if err != nil {
		return err
	}
	t.Source.ClientID = customer.ID
	if err := r.chooseDestination(ctx, &t, slices.Delete(slices.Clone(list), from, from+1)); err != nil {
		return err
	}
	if err := r.askDates(ctx, &t); err != nil {
		return err
	}
	if t.Name, err = r.askName(ctx, customer.Name); err != nil {
		return err
	}
	if err := r.editConfig(func(data []byte) ([]byte, error) { return config.AddTimeSync(data, t) }); err != nil {
		return err
	}
	return r.reload()
}

// chooseDestination has the destination chosen: one that the first key opens too, or one with a key of its own.
func (r *run) chooseDestination(ctx context.Context, t *state.TimeSync, others []clockify.Workspace) error {
	const what, which = "Destination workspace", "which gets the entries"
	if len(others) > 0 {
		to, err := r.chooseWorkspace(ctx, what, which, others, "another one, with a key of its own")
		if err != nil {
			return err
		}
		if to < len(others) {
			t.Destination.WorkspaceID = others[to].ID
			return nil
		}
	}
	const name = "DESTINATION_TOKEN"
	self, err := r.askKeyOf(ctx, name, "API key of the destination (it is not shown): ")
	if err != nil {
		return err
	}
	list, err := r.listWorkspaces(ctx, name)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(w clockify.Workspace) bool { return w.ID == t.Source.WorkspaceID })
	if len(list) == 0 {
		return errors.New("this key opens no other workspace than the source")
	}
	to, err := r.chooseWorkspace(ctx, what, which, list)
	if err != nil {
		return err
	}
	t.Destination = state.Endpoint{WorkspaceID: list[to].ID, UserID: self.ID}
	t.Destination.Token, err = r.askVariable(ctx, name)
	r.tokens[t.Destination.Token] = r.tokens[name]
	return err
}

// chooseWorkspace has one of a list chosen, where there is more than one; others are said beside two and more.
func (r *run) chooseWorkspace(ctx context.Context, what, which string, list []clockify.Workspace, others ...string) (int, error) {
	if len(list) == 1 {
		fmt.Fprintf(r.Stderr, "%s: %s\n", what, visible(list[0].Name))
		return 0, nil
	}
	return r.choose(ctx, what+", "+which+"?", append(workspaceNames(list), others...))
}

// askVariable asks which variable is to hold the destination's key.
func (r *run) askVariable(ctx context.Context, usual string) (string, error) {
	for range tries {
		text, err := r.ask(ctx, "The variable, or secret, that is to hold this key ["+usual+"]: ")
		if err != nil {
			return "", err
		}
		text = cmp.Or(text, usual)
		if config.IsVariable(text) {
			fmt.Fprintf(r.Stderr, "Set %s to the key before the next run.\n", text)
			return text, nil
		}
		fmt.Fprintln(r.Stderr, "Write a name of capital letters, digits and _.")
	}
	return "", errAnswers
}

func (r *run) chooseClient(ctx context.Context, client *clockify.Client, w clockify.Workspace) (clockify.ProjectClient, error) {
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
	i, err := r.choose(ctx, "Client in "+visible(w.Name)+"?", names)
	if err != nil {
		return clockify.ProjectClient{}, err
	}
	return list[i], nil
}

// askDates asks for the window: how far back each run looks, or a day to begin with and perhaps one to end with.
func (r *run) askDates(ctx context.Context, t *state.TimeSync) error {
	for range tries {
		text, err := r.ask(ctx, "How far back does each run look? A time such as 7d, or a first day such as "+
			r.Now().UTC().AddDate(0, -1, 0).Format(time.DateOnly)+" [7d]: ")
		if err != nil {
			return err
		}
		if d, ok := config.ParseWindow(cmp.Or(text, "7d")); ok {
			t.Window = d
			return nil
		}
		first, ok := day(text)
		if !ok {
			fmt.Fprintln(r.Stderr, "Write a time such as 7d or 36h, or a day such as 2026-01-31.")
			continue
		}
		last, err := r.ask(ctx, "Last day, or nothing for up to now: ")
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
		fmt.Fprintf(r.Stderr, "Write a day from %s on.\n", text)
	}
	return errAnswers
}

func day(text string) (time.Time, bool) {
	at, err := time.Parse(time.DateOnly, text)
	return at, err == nil && at.Year() >= 2000 && at.Year() < 2200
}

// askName asks what the sync is to be called; by default it is called like the client.
func (r *run) askName(ctx context.Context, client string) (string, error) {
	taken := func(name string) bool {
		return slices.ContainsFunc(r.loaded.Spec.Time, func(t state.TimeSync) bool { return t.Name == name })
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
		text, err := r.ask(ctx, "A short name for it ["+name+"]: ")
		if err != nil {
			return "", err
		}
		text = cmp.Or(text, name)
		if config.SoundSyncName(text) && !taken(text) {
			return text, nil
		}
		fmt.Fprintln(r.Stderr, `Write a short name that no other time sync has, without : , / and \.`)
	}
	return "", errAnswers
}

// reload reads the config again after it was changed.
func (r *run) reload() error {
	again, err := (&command{console: r.console, opts: r.opts}).load()
	if err != nil {
		return err
	}
	r.loaded = again.loaded
	return nil
}
