package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	configfile "github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/report"
	"github.com/clockify-sync/clockify-sync/internal/userscsv"
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
	if n := len(s.loaded.Spec.Time); n > 0 && !in.opts.gaps && sameFile(config, s.loaded.Config) {
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
	d, err := newDraft(dir, users)
	if err != nil {
		return in.fail(fmt.Errorf("draft the files: %w", err))
	}
	files, err := d.files(id, users, config)
	if err != nil {
		return in.fail(fmt.Errorf("draft the files: %w", err))
	}
	fmt.Fprintf(in.Stdout, "%s: %s, %s, %s; read with %s.\n", visible(dir.Workspace), count(len(dir.People), peopleWord),
		count(len(dir.Groups), groupWord), count(len(dir.Fields), fieldWord), count(s.calls(), [2]string{"call", "calls"}))
	if !in.opts.gaps {
		if err := in.writeBoth(files); err != nil {
			return in.fail(err)
		}
		fmt.Fprintf(in.Stdout, "Wrote %s (%s) and %s. The next plan is empty.\n", users, count(len(d.users.People), peopleWord), config)
	}
	d.report(in)
	return ExitDone
}

// free refuses to overwrite what was not said to be replaced.
func (in *exportCommand) free(users, config string) error {
	if sameFile(users, config) {
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

// files renders the draft, reads it back and plans it once more: what is not empty then is not written.
func (d *draft) files(workspace, users, config string) ([]file, error) {
	var csv, yaml bytes.Buffer
	if err := userscsv.Write(&csv, &d.users); err != nil {
		return nil, err
	}
	if err := configfile.WriteConfig(&yaml, d.config(workspace)); err != nil {
		return nil, err
	}
	written := configfile.Read(config, yaml.Bytes())
	read := userscsv.Read(users, csv.Bytes(), written.Layout, written.Users)
	if problems := append(written.Problems, read.Problems...); len(problems) > 0 {
		return nil, errors.New(problems[0].String())
	}
	p := plan.Compute(state.Spec{Users: read.Users}, state.State{Users: d.dir})
	if !p.Empty() || len(p.Problems)+len(p.Refusals) > 0 {
		return nil, errUndraftable
	}
	return []file{{users, csv.Bytes()}, {config, yaml.Bytes()}}, nil
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

// report says what the files cannot express: with --check with all names, else with the first few.
func (d *draft) report(in *exportCommand) {
	most := 3
	say := func(indent, hang int, text string) {
		fmt.Fprint(in.Stdout, report.Broken(strings.Repeat(" ", indent)+text, hang, in.Width))
	}
	if in.opts.gaps {
		most = len(d.dir.People) + len(d.dir.Groups) + len(d.dir.Fields)
	}
	if len(d.gaps) == 0 {
		say(0, 0, "The files express all of its people, managers, hours and user fields.")
	} else {
		fmt.Fprintln(in.Stdout, "\nWhat the files cannot express, and what is done about it:")
	}
	for _, g := range d.gaps {
		say(2, 6, count(len(g.names), g.what)+" "+g.text)
		for _, name := range g.names[:min(most, len(g.names))] {
			line := visible(name)
			if line != name {
				line = strconv.Quote(name)
			}
			if why := d.reasons[name]; why != "" && strings.HasPrefix(g.text, "set aside") {
				line += ": " + visible(why)
			}
			say(4, 8, line)
		}
		if more := len(g.names) - most; more > 0 {
			fmt.Fprintf(in.Stdout, "    and %d more: clockify-sync export --check\n", more)
		}
	}
	say(0, 0, "Who is owner or admin, rates, working days and access to projects are not part of the files.")
	if !in.opts.gaps {
		fmt.Fprintln(in.Stdout, "Next: clockify-sync plan")
	}
}

// visible is text from outside made fit for a terminal: what does not print is a space.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}
