package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// options are a command's settings: what flags, environment and defaults say, once settle has read them.
type options struct {
	config.Given
	part      string // what the command is about, whatever --only says
	newConfig bool   // the config that is named may be missing: it is made
	noFiles   bool   // there may be no files at all yet

	flags  map[string]string // those that were typed, with their values
	repeat string            // the flags that a next command needs too, as they would be typed
}

// addFlags registers flags as the table of settings describes them.
func addFlags(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		f := config.FlagOf(name)
		if f.Value == "" {
			cmd.Flags().Bool(name, false, f.Usage)
		} else {
			cmd.Flags().Var(&textFlag{kind: f.Value}, name, f.Usage)
		}
	}
}

// textFlag is a text that the help calls by its kind, such as FILE.
type textFlag struct{ text, kind string }

func (f *textFlag) String() string     { return f.text }
func (f *textFlag) Set(s string) error { f.text = s; return nil }
func (f *textFlag) Type() string       { return f.kind }

// Flags of the commands that read the files, and of those that plan.
var (
	fileFlags = []string{"users", "config", "only", "env-file"}
	planFlags = append(fileFlags, "format", "out", "exit-code", "approve")
)

// complete tells shells the values that flags can have.
func complete(cmd *cobra.Command) {
	for name, values := range map[string][]string{"format": config.FlagOf("format").Values, "only": {"users", "time", "time:", "user:"}} {
		if cmd.Flags().Lookup(name) != nil {
			_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)) // fails for a flag that is not there
		}
	}
}

// settle reads flags, environment and defaults into the options.
func (c *command) settle() error {
	o := &c.opts
	switch file := cmp.Or(o.flags["env-file"], c.getenv("CLOCKIFY_SYNC_ENV_FILE")); {
	case file == "":
	case c.log != nil: // it would be a file of the repository, which a pull request may change
		c.warn("no env file is read in GitHub Actions; " + file + " is not")
	default:
		if err := c.readEnvFile(file); err != nil {
			return about(aboutSettings, err)
		}
	}
	env, err := config.FromEnvironment(config.Environment{Lookup: c.LookupEnv, Flags: o.flags, Names: c.Variables})
	if err != nil {
		return about(aboutSettings, err)
	}
	if c.log != nil {
		for _, secret := range env.Secrets() {
			c.log.Mask(secret.Reveal())
		}
	}
	for _, warning := range env.Warnings {
		c.warn(warning)
	}
	o.Given, o.Only = env, cmp.Or(o.part, env.Only)
	c.verbose, c.noColor = env.Verbose, env.NoColor
	if c.log == nil { // in GitHub Actions the run says why an approval does not count
		if _, _, err := (&plan.Plan{}).ParseApproval(o.Approve); err != nil {
			return about(aboutApproval, fmt.Errorf("--approve: %w", err))
		}
	}
	return about(aboutCommandLine, o.check())
}

// check refuses values that mean nothing.
func (o *options) check() error {
	name, shard, of := o.onlySync()
	_, part, parted := strings.Cut(strings.TrimPrefix(o.Only, "time:"), ":")
	switch {
	case o.Expect != "" && !wholeDigest.MatchString(strings.ToLower(o.Expect)):
		return fmt.Errorf("--expect %q is not a digest of a plan: give at least %d hexadecimal digits of the one that plan shows", o.Expect, plan.ShortDigest)
	case o.Only == "" || o.Only == "users" || o.Only == "time":
	case strings.Contains(o.person(), "@"):
	case name == "":
		return fmt.Errorf("--only %q: want users, time, time:NAME or user:EMAIL", o.Only)
	case parted && (shard < 1 || shard > of):
		return fmt.Errorf("--only %q: %q is no part; write time:%s:1/4 for the first of four", o.Only, part, name)
	}
	return nil
}

// onlySync reads time:NAME and time:NAME:1/4.
func (o *options) onlySync() (name string, shard, of int) {
	rest, isSync := strings.CutPrefix(o.Only, "time:")
	if !isSync {
		return "", 0, 0
	}
	name, part, _ := strings.Cut(rest, ":")
	if k, n, ok := strings.Cut(part, "/"); ok {
		shard, _ = strconv.Atoi(k) // what is no number is 0, which is no part
		of, _ = strconv.Atoi(n)
	}
	return name, shard, of
}

// person is the one person that a run is about, by email; empty: it is about all.
func (o *options) person() string {
	email, _ := strings.CutPrefix(o.Only, "user:")
	if email == o.Only {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(email))
}

// wantsUsers reports whether the user sync is to be run, wantsSync whether the time sync of that name is.
func (o *options) wantsUsers() bool {
	return o.Only == "" || o.Only == "users" || o.person() != ""
}

// wantsTime reports whether any time sync is to be run.
func (o *options) wantsTime() bool { return o.Only == "" || strings.HasPrefix(o.Only, "time") }

func (o *options) wantsSync(name string) bool {
	only, _, _ := o.onlySync()
	return o.Only == "" || o.Only == "time" || only == name
}

// readEnvFile adds the file's variables below those of the environment.
func (c *console) readEnvFile(name string) error {
	data, err := readFile(anywhere{c}, name, config.MaxSize)
	switch unread := unreadable(err); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("--env-file %s: this file is missing. %sStart one from .env.example", name, nearFile(anywhere{c}, name))
	case unread != "":
		return fmt.Errorf("--env-file %s: %s", name, strings.TrimSuffix(unread, "."))
	case err != nil:
		return fmt.Errorf("--env-file %s: %w", name, err)
	}
	values, err := config.ReadEnvFile(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("--env-file %s: %w", name, err)
	}
	c.Variables = slices.AppendSeq(slices.Clone(c.Variables), maps.Keys(values))
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
