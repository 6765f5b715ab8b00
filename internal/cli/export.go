package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clockify-sync/clockify-sync/internal/export"
	"github.com/clockify-sync/clockify-sync/internal/report"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// exportCommand writes users.csv and the config from a live workspace, such that the next plan is empty.
type exportCommand struct{ command }

func newExport(c *console) *cobra.Command {
	e := &exportCommand{command{console: c}}
	cmd := &cobra.Command{Use: "export", Short: "Write users.csv and the config from a live workspace", SuggestFor: []string{"import", "dump"}, Args: noArgs, RunE: e.runs(e.run)}
	addFlags(cmd, "users", "config", "env-file", "force", "check")
	cmd.Flags().Lookup("users").Usage = "write the people to this CSV `FILE` (users.csv)"
	cmd.Flags().Lookup("config").Usage = "write the config to this `FILE` (clockify-sync.yaml)"
	return cmd
}

func (in *exportCommand) run(ctx context.Context) int {
	in.opts.only = ""
	s, err := in.load()
	if err != nil {
		return in.fail(err)
	}
	users, config := cmp.Or(in.opts.users, "users.csv"), cmp.Or(in.opts.config, "clockify-sync.yaml")
	if err := in.free(users, config); err != nil {
		return in.fail(err)
	}
	if n := len(s.loaded.Spec.Time); n > 0 && !in.opts.gaps && path.Clean(config) == path.Clean(s.loaded.Config) {
		return in.fail(fmt.Errorf("%s holds %s, which export does not write: nothing was replaced. Name another file with --config", config, count(n, [2]string{"time sync", "time syncs"})))
	}
	if err := s.askKey(ctx); err != nil {
		return in.fail(err)
	}
	if err := s.key(); err != nil {
		return in.fail(err)
	}
	if _, err := s.askWorkspace(ctx); err != nil {
		return in.fail(err)
	}
	id, err := s.workspaceID()
	if err != nil {
		return in.fail(err)
	}
	w, err := s.reader().workspace(id, mainKey)
	if err != nil {
		return in.fail(err)
	}
	dir, err := w.ReadEverybody(ctx)
	if err != nil {
		return in.fail(err)
	}
	e, err := export.New(dir, users)
	if err != nil {
		return in.fail(fmt.Errorf("work out the files: %w", err))
	}
	csv, yaml, err := e.Files(id, config)
	if err != nil {
		return in.fail(fmt.Errorf("work out the files: %w", err))
	}
	fmt.Fprintf(in.Stdout, "%s: %s, %s, %s; read with %s.\n", visible(dir.Workspace), count(len(dir.People), peopleWord),
		count(len(dir.Groups), groupWord), count(len(dir.Fields), fieldWord), count(s.calls(), [2]string{"call", "calls"}))
	if !in.opts.gaps {
		if err := in.writeBoth([]file{{users, csv}, {config, yaml}}); err != nil {
			return in.fail(err)
		}
		fmt.Fprintf(in.Stdout, "Wrote %s (%s) and %s. The next plan is empty.\n", users, count(len(e.Users.People), peopleWord), config)
	}
	in.tell(e)
	return ExitDone
}

// free refuses to overwrite what was not said to be replaced.
func (in *exportCommand) free(users, config string) error {
	if path.Clean(users) == path.Clean(config) {
		return fmt.Errorf("--users and --config both name %s", users)
	}
	if in.opts.force || in.opts.gaps {
		return nil
	}
	var there []string
	for _, name := range []string{users, config} {
		if _, err := os.Lstat(in.path(name)); err == nil {
			there = append(there, name)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	switch len(there) {
	case 0:
		return nil
	case 1:
		return about(aboutOutput, fmt.Errorf("%s is there already; nothing was written. Name another with --users or --config, or replace it with --force", there[0]))
	}
	return about(aboutOutput, fmt.Errorf("%s are there already; nothing was written. Name others with --users and --config, or replace them with --force", strings.Join(there, " and ")))
}

// file is one to be written.
type file struct {
	name string
	data []byte
}

// writeBoth writes the files, all or none: where one fails, those before it are as they were.
func (in *exportCommand) writeBoth(files []file) error {
	var undo []func()
	for _, f := range files {
		before, err := os.ReadFile(in.path(f.name))
		switch {
		case err == nil:
			undo = append(undo, func() { _ = in.writeFile(f.name, before) })
		case errors.Is(err, fs.ErrNotExist):
			undo = append(undo, func() { _ = os.Remove(in.path(f.name)) })
		default:
			undo = append(undo, func() {})
		}
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			err = in.writeFile(f.name, f.data)
		}
		if err != nil {
			for _, f := range undo[:len(undo)-1] {
				f()
			}
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return nil
}

// tell says what the files cannot express: with --check with all names, else with the first few.
func (in *exportCommand) tell(e *export.Export) {
	say := func(indent, hang int, line string) {
		fmt.Fprint(in.Stdout, report.Broken(strings.Repeat(" ", indent)+line, hang, in.Width))
	}
	if len(e.Limitations) == 0 {
		say(0, 0, "The files express all of its people, managers, hours and user fields.")
	} else {
		fmt.Fprintln(in.Stdout, "\nWhat the files cannot express, and what is done about it:")
	}
	for _, l := range e.Limitations {
		say(2, 6, text.Count(len(l.Names), l.What.One, l.What.Many)+" "+l.Text)
		most := 3
		if in.opts.gaps {
			most = len(l.Names)
		}
		for _, name := range l.Names[:min(most, len(l.Names))] {
			line := visible(name)
			if line != name {
				line = strconv.Quote(name)
			}
			if why := e.Excluded[name]; why != "" && strings.HasPrefix(l.Text, "set aside") {
				line += ": " + visible(why)
			}
			say(4, 8, line)
		}
		if more := len(l.Names) - most; more > 0 {
			fmt.Fprintf(in.Stdout, "    and %d more: clockify-sync export --check\n", more)
		}
	}
	say(0, 0, "Who is owner or admin, rates, working days and access to projects are not part of the files.")
	if !in.opts.gaps {
		fmt.Fprintln(in.Stdout, "Next: clockify-sync plan")
	}
}
