package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clockify-sync/clockify-sync/internal/config"
)

// CommandLine is every command with its flags, for what describes them.
func CommandLine(p Process) *cobra.Command {
	return newRoot(&console{Process: p, shown: map[string]bool{}})
}

// newRoot is the command line: every command in the order of the help.
func newRoot(c *console) *cobra.Command {
	root := &cobra.Command{
		Use:   "clockify-sync",
		Short: "Make a Clockify workspace match users.csv, and keep two workspaces' time entries in step",
		Long: `clockify-sync makes a Clockify workspace match users.csv, and keeps two workspaces' time entries in step.

The key is CLOCKIFY_API_KEY, the workspace CLOCKIFY_WORKSPACE_ID or workspace.id in the config; at a terminal what is
missing is asked for. --env-file .env reads them from a file: see .env.example. Every flag can be set as
CLOCKIFY_SYNC_…, such as CLOCKIFY_SYNC_AUDIT_DIR. New here? Run clockify-sync demo.`,
		Version:       c.Version.String(),
		SilenceErrors: true, SilenceUsage: true,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.log != nil {
				return exit((&actionCommand{command{console: c}}).run(cmd.Context()))
			}
			_ = cmd.Help() // to a Stdout that may be closed: nobody is left to be told
			return exit(ExitFailed)
		},
	}
	root.SetOut(c.Stdout)
	root.SetErr(c.Stderr)
	root.SetVersionTemplate(c.versionLine())
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return badFlag(cmd, err) })
	for _, name := range []string{"verbose", "no-color"} {
		root.PersistentFlags().Bool(name, false, config.FlagOf(name).Usage)
	}
	const begin, work, more = "begin", "work", "more"
	root.AddGroup(&cobra.Group{ID: begin, Title: "Begin:"}, &cobra.Group{ID: work, Title: "Work:"}, &cobra.Group{ID: more, Title: "More:"})
	grouped := func(id string, list ...*cobra.Command) {
		for _, cmd := range list {
			cmd.GroupID = id
			complete(cmd)
			root.AddCommand(cmd)
		}
	}
	grouped(begin, newInit(c), newDemo(c), newDoctor(c), newExport(c), newSetup(c))
	grouped(work, newValidate(c), newPlan(c), newApply(c), newAudit(c))
	grouped(more, newSandbox(c), newVersion(c))
	root.SetHelpCommandGroupID(more)
	root.InitDefaultCompletionCmd()
	if made, _, err := root.Find([]string{"completion"}); err == nil {
		made.Args, made.RunE = nil, func(*cobra.Command, []string) error {
			return errors.New("name one shell: bash, zsh, fish or powershell")
		}
	}
	return root
}

// main runs the command that the arguments name.
func (c *console) main(ctx context.Context) int {
	root := newRoot(c)
	root.SetArgs(append([]string{}, c.Args...)) // never nil, for which cobra takes the process's own
	cmd, err := root.ExecuteContextC(ctx)
	var code exit
	switch {
	case err == nil:
		return ExitDone
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintf(c.Stderr, "%s: %v\nRun %s --help for its flags.\n", cmd.CommandPath(), err, cmd.CommandPath())
	c.advise(aboutCommandLine)
	return ExitFailed
}

// exit is how a command ended, as the error that cobra hands on.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// command is what every command has: the console, and the options that its flags set.
type command struct {
	*console
	opts options
}

// runs makes a function that returns an exit code fit for cobra.
func (c *command) runs(f func(context.Context) int) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		c.opts.flags, c.opts.repeat = map[string]string{}, repeatFlags(cmd.Flags())
		cmd.Flags().Visit(func(f *pflag.Flag) { c.opts.flags[f.Name] = f.Value.String() })
		if code := f(cmd.Context()); code != ExitDone {
			return exit(code)
		}
		return nil
	}
}

// plainWord needs no quotes in a shell.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

// repeatFlags are the given flags that say what a run is about, with a space before each: the command that goes on has to
// be about the same.
func repeatFlags(set *pflag.FlagSet) string {
	text := ""
	set.Visit(func(f *pflag.Flag) {
		switch f.Name {
		case "users", "config", "only", "env-file", "audit-dir":
			value := f.Value.String()
			if !plainWord.MatchString(value) {
				value = "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
			}
			text += " --" + f.Name + " " + value
		}
	})
	return text
}
