package cli

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// options are a command's settings: as the flags give them, and after settle with what environment and defaults add.
type options struct {
	users, config, only string
	format, out, audit  string
	approve             string
	exitCode, yes       bool
	envFile             string
	listen, state       string
	faults              string
	force, gaps         bool // export

	given  func(flag string) bool // whether a flag was typed
	repeat string                 // the flags that a next command needs too, as they would be typed
}

func (o *options) fileFlags(set *pflag.FlagSet) {
	set.StringVar(&o.users, "users", "", "the people, a CSV `FILE` (users.csv)")
	set.StringVar(&o.config, "config", "", "the config `FILE` (clockify-sync.yaml, else config.yaml)")
	set.StringVar(&o.only, "only", "", "only this `PART`: users, time or time:NAME")
	o.envFileFlag(set)
}

func (o *options) envFileFlag(set *pflag.FlagSet) {
	set.StringVar(&o.envFile, "env-file", "", "read variables that are not set from this `FILE`")
}

func (o *options) planFlags(set *pflag.FlagSet) {
	o.fileFlags(set)
	set.StringVar(&o.format, "format", "", "print the plan as `FORMAT`: text, markdown or json (text)")
	set.StringVar(&o.out, "out", "", "also write the plan as JSON to this `FILE` (plan: plan.json)")
	set.BoolVar(&o.exitCode, "exit-code", false, "exit with 2 when changes are pending (plan) or were withheld (apply)")
	set.StringVar(&o.approve, "approve", "", "the approval `DIGEST` of the gated changes that may be done")
}

func (o *options) auditFlag(set *pflag.FlagSet) {
	set.StringVar(&o.audit, "audit-dir", "", "where the audit files go, a `DIR` (clockify-audit)")
}

// complete tells shells the values that flags can have.
func complete(cmd *cobra.Command) {
	for name, values := range map[string][]string{"format": {"text", "markdown", "json"}, "only": {"users", "time", "time:"}} {
		if cmd.Flags().Lookup(name) != nil {
			_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)) // fails for a flag that is not there
		}
	}
}

// nearestFlag is the flag that was most likely meant.
func nearestFlag(set *pflag.FlagSet, name string) string {
	var all []string
	set.VisitAll(func(f *pflag.Flag) { all = append(all, f.Name) })
	near, _ := text.Nearest(name, all)
	return near
}

// settle completes the flags with the environment and, last, the defaults, and returns what the environment says beside.
func (c *command) settle() (config.Config, error) {
	o := &c.opts
	o.envFile = cmp.Or(o.envFile, c.getenv("CLOCKIFY_SYNC_ENV_FILE"))
	if err := c.readEnvFile(o.envFile); err != nil {
		return config.Config{}, about(aboutSettings, err)
	}
	env, err := config.FromEnv(c.LookupEnv)
	if err != nil {
		return env, about(aboutSettings, err)
	}
	if c.log != nil {
		for _, secret := range env.Secrets() {
			c.log.Mask(secret.Reveal())
		}
	}
	o.users = cmp.Or(o.users, env.Users)
	o.config = cmp.Or(o.config, env.Config)
	o.only = cmp.Or(o.only, env.Only)
	o.format = cmp.Or(o.format, env.Format, "text")
	o.out = cmp.Or(o.out, env.Out)
	o.audit = cmp.Or(o.audit, env.AuditDir, "clockify-audit")
	o.approve = cmp.Or(o.approve, env.Approve)
	if !o.typed("exit-code") {
		o.exitCode = env.ExitCode
	}
	if !o.typed("yes") {
		o.yes = env.Yes
	}
	o.listen = cmp.Or(o.listen, env.Listen, "127.0.0.1:8780")
	o.state = cmp.Or(o.state, env.State)
	o.faults = cmp.Or(o.faults, env.Faults)
	return env, about(aboutCommandLine, o.check())
}

// typed reports whether a flag stood on the command line: then it wins, whatever its value.
func (o *options) typed(flag string) bool { return o.given != nil && o.given(flag) }

// check refuses values that mean nothing.
func (o *options) check() error {
	switch o.format {
	case "text", "markdown", "json":
	default:
		return fmt.Errorf("--format %q: want text, markdown or json", o.format)
	}
	name, isSync := strings.CutPrefix(o.only, "time:")
	switch {
	case o.only == "" || o.only == "users" || o.only == "time":
	case isSync && name != "":
	default:
		return fmt.Errorf("--only %q: want users, time or time:NAME", o.only)
	}
	return nil
}

// wantsUsers reports whether the user sync is to be run, wantsSync whether the time sync of that name is.
func (o *options) wantsUsers() bool { return o.only == "" || o.only == "users" }

func (o *options) wantsSync(name string) bool {
	return o.only == "" || o.only == "time" || o.only == "time:"+name
}

// readEnvFile adds the file's variables below those of the environment.
func (c *console) readEnvFile(name string) error {
	if name == "" {
		return nil
	}
	f, err := os.Open(c.path(name))
	if err != nil {
		return fmt.Errorf("--env-file: %w. Start one from .env.example", err)
	}
	defer f.Close()
	values, err := config.ReadEnvFile(f)
	if err != nil {
		return fmt.Errorf("--env-file %s: %w", name, err)
	}
	outer := c.LookupEnv
	c.LookupEnv = func(key string) (string, bool) {
		if value, ok := outer(key); ok && value != "" {
			return value, true
		}
		value, ok := values[key]
		return value, ok
	}
	return nil
}
