// Package cli is of the commands: flags and settings, which room does what in which order, what is printed, and the exit
// code. It is the only room that sees all others and the only one that touches the process it runs in.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/clockify-sync/clockify-sync/internal/github"
)

// Exit codes. There are no others.
const (
	ExitDone    = 0 // done, or nothing to do
	ExitFailed  = 1 // bad input, a change failed, a guard refused
	ExitPending = 2 // with --exit-code: changes are pending (plan) or were withheld for approval (apply)
	ExitStopped = 3 // stopped early on purpose: API budget used up, or cancelled; safe to run again
)

// Process is everything a command touches outside its own memory.
type Process struct {
	Args      []string // without the program's name
	Stdin     io.Reader
	Stdout    io.Writer
	Stderr    io.Writer
	LookupEnv func(string) (string, bool)
	Dir       string // the working directory; every relative path starts here
	Now       func() time.Time
	Sleep     func(context.Context, time.Duration) error
	HTTP      http.RoundTripper // nil: the network
	Terminal  bool              // Stdout is a terminal
	Asks      bool              // Stdin and Stdout are terminals: somebody can be asked
	Width     int               // of the terminal, in columns
	Version   Version

	Unpaced     bool                                  // calls follow each other without a pause: for a server of a test's own
	ErrTerminal bool                                  // Stderr is a terminal
	ReadSecret  func(context.Context) (string, error) // reads a line from the terminal without showing it; nil: there is none
}

// softMemory is from where on the garbage collector works harder, in bytes: a runner or a container has other things to
// hold too. GOMEMLIMIT sets another limit.
const softMemory = 200 << 20

// System is the real process.
func System(v Version) Process {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory)
	}
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	p := Process{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, LookupEnv: os.LookupEnv,
		Dir: dir, Now: time.Now, Sleep: sleep, Version: v,
	}
	p.ErrTerminal = term.IsTerminal(int(os.Stderr.Fd()))
	out := int(os.Stdout.Fd())
	if p.Terminal = term.IsTerminal(out); p.Terminal {
		p.Asks = term.IsTerminal(int(os.Stdin.Fd()))
		p.ReadSecret = readSecret(os.Stdin)
		if width, _, err := term.GetSize(out); err == nil {
			p.Width = width
		}
	}
	return p
}

// sleep waits, or ends early with the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// command is one of the commands.
type command struct {
	name  string
	does  string
	flags func(*flag.FlagSet, *options)
	args  string // what follows the flags, for the usage line; empty: nothing may
	run   func(context.Context, *invocation) int

	hidden bool // not in the help: for installers, not for people
}

// commands lists the commands in the order of the help.
func commands() []command {
	return []command{
		{name: "validate", does: "check users.csv and the config; needs no key and no network", flags: fileFlags, run: validate},
		{name: "plan", does: "show what apply would change", flags: planFlags, run: planCommand},
		{name: "apply", does: "make Clockify match, verify, write the audit files", flags: applyFlags, run: applyCommand},
		{name: "export", does: "write users.csv and the config from a live workspace", flags: exportFlags, run: exportCommand},
		{name: "setup", does: "be asked for what a time sync needs, and have it written into the config", flags: setupFlags, args: "time", run: setupCommand},
		{name: "audit", does: "complete the audit files of a run that was killed", flags: noFlags, args: "DIR", run: auditCommand},
		{name: "sandbox", does: "serve an in-memory Clockify on a loopback port", flags: sandboxFlags, run: sandboxCommand},
		{name: "demo", does: "see all of it against the sandbox, with sample data", flags: noFlags, run: demo},
		{name: "version", does: "print the version", flags: noFlags, run: version},
		{name: "completion", does: "print what a shell needs to complete commands and flags", flags: noFlags, args: "SHELL", run: completion, hidden: true},
		{name: "man", does: "print the manual page", flags: noFlags, run: man, hidden: true},
	}
}

// invocation is one command being run.
type invocation struct {
	Process
	opts options
	args []string
	log  *github.Log // in GitHub Actions, what Stdout and Stderr write to

	given  string        // those flags that a next command needs too, as they would be typed
	waited time.Duration // for answers
}

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, p Process) int {
	in := &invocation{Process: p}
	if actions, _ := p.LookupEnv("GITHUB_ACTIONS"); actions == "true" {
		// Text from a CSV or from Clockify may look like a command to the runner: all of it goes through one writer.
		debug, _ := p.LookupEnv("RUNNER_DEBUG")
		in.log = github.NewLog(p.Stdout, github.LogOptions{Actions: true, Debug: debug == "1"})
		in.Stdout, in.Stderr = in.log, in.log
	}
	code := in.main(ctx)
	if in.log != nil {
		_ = in.log.Close() // nobody is left to be told
	}
	return code
}

func (in *invocation) main(ctx context.Context) int {
	name := ""
	if len(in.Args) > 0 {
		name = in.Args[0]
	}
	switch name {
	case "help":
		if len(in.Args) > 1 && !strings.HasPrefix(in.Args[1], "-") {
			in.Args = []string{in.Args[1], "--help"}
			return in.main(ctx)
		}
		usage(in.Stdout)
		return ExitDone
	case "", "-h", "--help", "-help":
		if name == "" && in.log != nil {
			return runAction(ctx, in)
		}
		usage(in.Stdout)
		if name == "" {
			return ExitFailed
		}
		return ExitDone
	case "--version", "-version":
		name = "version"
	}
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.name == name })
	if i < 0 {
		fmt.Fprintf(in.Stderr, "clockify-sync: there is no command %q%s\nRun clockify-sync help for the list.\n", name, didYouMean(name, all))
		in.advise(aboutCommandLine)
		return ExitFailed
	}
	cmd := all[i]
	set := flag.NewFlagSet(cmd.name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	cmd.flags(set, &in.opts)
	switch err := set.Parse(in.Args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		commandUsage(in.Stdout, cmd, set)
		return ExitDone
	case err != nil:
		fmt.Fprintf(in.Stderr, "clockify-sync %s: %s\nRun clockify-sync %s --help for its flags.\n", cmd.name, badFlag(err), cmd.name)
		in.advise(aboutCommandLine)
		return ExitFailed
	}
	in.args, in.given = set.Args(), retyped(set)
	if cmd.args == "" && len(in.args) > 0 {
		fmt.Fprintf(in.Stderr, "clockify-sync %s: does not take %q. Settings are flags: see clockify-sync %s --help.\n", cmd.name, in.args[0], cmd.name)
		in.advise(aboutCommandLine)
		return ExitFailed
	}
	return cmd.run(ctx, in)
}

// plainWord needs no quotes in a shell.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

// retyped is the flags that say what a run is about, with a space before each: the command that goes on has to be about
// the same.
func retyped(set *flag.FlagSet) string {
	text := ""
	set.Visit(func(f *flag.Flag) {
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

func usage(w io.Writer) {
	fmt.Fprint(w, "clockify-sync makes a Clockify workspace match users.csv, and keeps two workspaces' time entries in step.\n\nUsage: clockify-sync COMMAND [flags]\n\n")
	for _, c := range shown() {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.does)
	}
	fmt.Fprint(w, "\nclockify-sync COMMAND --help lists its flags. Every flag can be set as CLOCKIFY_SYNC_…, such as CLOCKIFY_SYNC_AUDIT_DIR.\nThe key is CLOCKIFY_API_KEY, the workspace CLOCKIFY_WORKSPACE_ID or workspace.id in the config;\nat a terminal what is missing is asked for. --env-file .env reads them from a file: see .env.example.\nNew here? Run clockify-sync demo.\n")
}

func commandUsage(w io.Writer, c command, set *flag.FlagSet) {
	fmt.Fprintf(w, "clockify-sync %s: %s\n\nUsage: clockify-sync %s", c.name, c.does, c.name)
	flags := false
	set.VisitAll(func(*flag.Flag) { flags = true })
	if flags {
		fmt.Fprint(w, " [flags]")
	}
	if c.args != "" {
		fmt.Fprint(w, " "+c.args)
	}
	fmt.Fprintln(w)
	set.VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		if value != "" {
			value = " " + value
		}
		fmt.Fprintf(w, "  --%-22s %s\n", f.Name+value, text)
	})
}

// didYouMean suggests the command whose beginning is the same. The script this replaces took the CSV in its place.
func didYouMean(name string, all []command) string {
	if strings.HasSuffix(name, ".csv") {
		return "; did you mean clockify-sync plan --users " + name + "?"
	}
	for n := len(name); n > 0; n-- {
		for _, c := range all {
			if !c.hidden && strings.HasPrefix(c.name, strings.ToLower(name[:n])) {
				return "; did you mean " + c.name + "?"
			}
		}
	}
	return ""
}

func noFlags(*flag.FlagSet, *options) {}

// fail prints an error as the command's last word and returns ExitFailed.
func (in *invocation) fail(err error) int {
	fmt.Fprintf(in.Stderr, "clockify-sync: %v\n", err)
	in.advise(topicOf(err))
	return ExitFailed
}
