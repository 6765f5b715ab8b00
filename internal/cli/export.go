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
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/report"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// exportCommand writes users.csv and the config from a live workspace, such that the next plan is empty.
type exportCommand struct{ command }

func newExport(c *console) *cobra.Command {
	e := &exportCommand{command{console: c}}
	cmd := &cobra.Command{Use: "export", Short: "Write users.csv and the config from a live workspace", SuggestFor: []string{"import", "dump", "pull"}, Args: noArgs, RunE: e.runs(e.run)}
	addFlags(cmd, "users", "config", "env-file", "force", "check")
	cmd.Flags().Lookup("users").Usage = "write the people to this CSV `FILE` (users.csv)"
	cmd.Flags().Lookup("config").Usage = "write the config to this `FILE` (clockify-sync.yaml)"
	return cmd
}

func (c *exportCommand) run(ctx context.Context) int {
	r, err := c.load()
	if err != nil {
		return c.fail(err)
	}
	users, config := cmp.Or(c.opts.Users, "users.csv"), cmp.Or(c.opts.Config, configFile)
	if err := c.free(users, config); err != nil {
		return c.fail(err)
	}
	if n := len(r.loaded.Spec.Time); n > 0 && !c.opts.Check && path.Clean(config) == path.Clean(r.loaded.Config) {
		return c.fail(fmt.Errorf("%s holds %s, which export does not write: nothing was replaced. Name another file with --config", config, count(n, [2]string{"time sync", "time syncs"})))
	}
	x, err := r.exportFiles(ctx, users, config)
	if err != nil {
		return c.fail(err)
	}
	fmt.Fprintf(c.Stdout, "%s: %s, %s, %s; read with %s.\n", visible(x.dir.Workspace), count(len(x.dir.People), peopleWord),
		count(len(x.dir.Groups), groupWord), count(len(x.dir.Fields), fieldWord), count(r.calls(), [2]string{"call", "calls"}))
	if !c.opts.Check {
		if err := c.writeBoth(x.files); err != nil {
			return c.fail(err)
		}
		fmt.Fprintf(c.Stdout, "Wrote %s (%s) and %s. The next plan is empty.\n", users, count(len(x.Users.People), peopleWord), config)
	}
	c.tell(x.Export)
	return ExitDone
}

// exported is a workspace as files.
type exported struct {
	*export.Export
	id    string
	dir   *state.Directory
	files []file // users.csv and the config
}

// exportFiles asks for the key and the workspace where they are missing, reads it, and works out the files.
func (r *run) exportFiles(ctx context.Context, users, config string) (exported, error) {
	if err := r.askKey(ctx); err != nil {
		return exported{}, err
	}
	if _, err := r.askWorkspace(ctx); err != nil {
		return exported{}, err
	}
	id, err := r.workspaceID()
	if err != nil {
		return exported{}, err
	}
	w, err := r.reader().workspace(id, mainKey)
	if err != nil {
		return exported{}, err
	}
	stop := r.watch("Reading")
	dir, err := w.ReadEverybody(ctx)
	stop()
	if err != nil {
		return exported{}, err
	}
	e, err := export.New(dir, users)
	if err != nil {
		return exported{}, fmt.Errorf("work out the files: %w", err)
	}
	csv, yaml, err := e.Files(id, config)
	if err != nil {
		return exported{}, fmt.Errorf("work out the files: %w", err)
	}
	return exported{e, id, dir, []file{{users, csv}, {config, yaml}}}, nil
}

// free refuses to overwrite what was not said to be replaced.
func (c *exportCommand) free(users, config string) error {
	if path.Clean(users) == path.Clean(config) {
		return fmt.Errorf("--users and --config both name %s", users)
	}
	if c.opts.Force || c.opts.Check {
		return nil
	}
	var there []string
	for _, name := range []string{users, config} {
		if _, err := os.Lstat(c.path(name)); err == nil {
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
func (c *exportCommand) writeBoth(files []file) error {
	var undo []func()
	for _, f := range files {
		before, err := os.ReadFile(c.path(f.name))
		switch {
		case err == nil:
			undo = append(undo, func() { _ = c.writeFile(f.name, before) })
		case errors.Is(err, fs.ErrNotExist):
			undo = append(undo, func() { _ = os.Remove(c.path(f.name)) })
		default:
			undo = append(undo, func() {})
		}
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			err = c.writeFile(f.name, f.data)
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
func (c *exportCommand) tell(e *export.Export) {
	say := func(indent, hang int, line string) {
		fmt.Fprint(c.Stdout, report.Broken(strings.Repeat(" ", indent)+line, hang, c.Width))
	}
	if len(e.Limitations) == 0 {
		say(0, 0, "The files express all of its people, managers, hours and user fields.")
	} else {
		fmt.Fprintln(c.Stdout, "\nWhat the files cannot express, and what is done about it:")
	}
	for _, l := range e.Limitations {
		say(2, 6, text.Count(len(l.Names), l.What.One, l.What.Many)+" "+l.Text)
		most := 3
		if c.opts.Check {
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
			fmt.Fprintf(c.Stdout, "    and %d more: clockify-sync export --check\n", more)
		}
	}
	say(0, 0, "Who is owner or admin, rates, working days and access to projects are not part of the files.")
	if !c.opts.Check {
		fmt.Fprintln(c.Stdout, "Next: clockify-sync plan")
	}
}
