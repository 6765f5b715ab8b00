// Package cli runs the commands: it settles flags and settings, has each room do its part in order, prints, and returns
// the exit code. It sees all other rooms, and only it touches the process it runs in.
package cli

import (
	"context"
	"io"
	"net/http"
	"os"
	"runtime/debug"
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
	Variables []string // the names of all variables, to find misspelt ones
	Dir       string   // the working directory; every relative path starts here
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

// gcPercent has the garbage collector run at a quarter of the growth it does by default: a run takes a fifth more time for it and
// holds a third less, at every size. GOGC and GOMEMLIMIT set something else.
const gcPercent = 25

// System is the real process.
func System(v Version) Process {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(gcPercent)
	}
	crashLoudly()
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	p := Process{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, LookupEnv: os.LookupEnv,
		Dir: dir, Now: time.Now, Sleep: sleep, Version: v,
	}
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		p.Variables = append(p.Variables, name)
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

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, p Process) int {
	c := &console{Process: p, shown: map[string]bool{}}
	if c.getenv("GITHUB_ACTIONS") == "true" {
		// Text from a CSV or from Clockify may look like a command to the runner: all of it goes through one writer.
		c.log = github.NewLog(p.Stdout, github.LogOptions{Actions: true, Debug: c.getenv("RUNNER_DEBUG") == "1"})
		c.Stdout, c.Stderr = c.log, c.log
	}
	code := c.main(ctx)
	if c.log != nil {
		_ = c.log.Close() // nobody is left to be told
	}
	return code
}
