package cli

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/config"
)

// options are a command's settings as flags and environment give them. An empty one was not given.
type options struct {
	users, config, only string
	format, out, audit  string
	approve             string
	exitCode            bool
	envFile             string
	listen, state       string
	faults              string
	force, gaps         bool // export
}

func fileFlags(set *flag.FlagSet, o *options) {
	set.StringVar(&o.users, "users", "", "the people, a CSV `FILE` (users.csv)")
	set.StringVar(&o.config, "config", "", "the config `FILE` (clockify-sync.yaml, else config.yaml)")
	set.StringVar(&o.only, "only", "", "only this `PART`: users, time or time:NAME")
	set.StringVar(&o.envFile, "env-file", "", "read variables that are not set from this `FILE`")
}

func planFlags(set *flag.FlagSet, o *options) {
	fileFlags(set, o)
	set.StringVar(&o.format, "format", "", "print the plan as `FORMAT`: text, markdown or json (text)")
	set.StringVar(&o.out, "out", "", "also write the plan as JSON to this `FILE` (plan: plan.json)")
	set.BoolVar(&o.exitCode, "exit-code", false, "exit with 2 when changes are pending (plan) or were withheld (apply)")
	set.StringVar(&o.approve, "approve", "", "the approval `DIGEST` of the gated changes that may be done")
}

func applyFlags(set *flag.FlagSet, o *options) {
	planFlags(set, o)
	set.StringVar(&o.audit, "audit-dir", "", "where the audit files go, a `DIR` (clockify-audit)")
}

func sandboxFlags(set *flag.FlagSet, o *options) {
	set.StringVar(&o.listen, "listen", "", "the loopback `ADDRESS` to serve on (127.0.0.1:8780)")
	set.StringVar(&o.state, "state", "", "a `FILE` to read the state from and to save it to at the end (sample data)")
	set.StringVar(&o.faults, "faults", "", "what goes wrong, a `SPEC` such as seed=7,rate=0.2,kinds=429+500+cut_after")
}

// settle completes the flags with the environment and, last, the defaults, and returns what the environment says beside.
func (in *invocation) settle() (config.Config, error) {
	o := &in.opts
	if o.envFile == "" {
		o.envFile, _ = in.LookupEnv("CLOCKIFY_SYNC_ENV_FILE")
	}
	if err := in.readEnvFile(o.envFile); err != nil {
		return config.Config{}, about(aboutSettings, err)
	}
	c, err := config.FromEnv(in.LookupEnv)
	if err != nil {
		return c, about(aboutSettings, err)
	}
	if in.log != nil {
		for _, secret := range c.Secrets() {
			in.log.Mask(secret.Reveal())
		}
	}
	o.users = cmp.Or(o.users, c.Users)
	o.config = cmp.Or(o.config, c.Config)
	o.only = cmp.Or(o.only, c.Only)
	o.format = cmp.Or(o.format, c.Format, "text")
	o.out = cmp.Or(o.out, c.Out)
	o.audit = cmp.Or(o.audit, c.AuditDir, "clockify-audit")
	o.approve = cmp.Or(o.approve, c.Approve)
	o.exitCode = o.exitCode || c.ExitCode
	o.listen = cmp.Or(o.listen, c.Listen, "127.0.0.1:8780")
	o.state = cmp.Or(o.state, c.State)
	o.faults = cmp.Or(o.faults, c.Faults)
	return c, about(aboutCommandLine, o.check())
}

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
func (in *invocation) readEnvFile(name string) error {
	if name == "" {
		return nil
	}
	f, err := os.Open(in.path(name))
	if err != nil {
		return fmt.Errorf("--env-file: %w. Start one from .env.example", err)
	}
	defer f.Close()
	values, err := config.ReadEnvFile(f)
	if err != nil {
		return fmt.Errorf("--env-file %s: %w", name, err)
	}
	outer := in.LookupEnv
	in.LookupEnv = func(key string) (string, bool) {
		if value, ok := outer(key); ok && value != "" {
			return value, true
		}
		value, ok := values[key]
		return value, ok
	}
	return nil
}
