package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// sandboxCommand serves an in-memory Clockify until it is interrupted.
type sandboxCommand struct{ command }

func newSandbox(c *console) *cobra.Command {
	s := &sandboxCommand{command{console: c}}
	cmd := &cobra.Command{Use: "sandbox", Short: "Serve an in-memory Clockify on a loopback port", Args: noArgs, RunE: s.runs(s.run)}
	addFlags(cmd, "listen", "state", "faults")
	return cmd
}

func (s *sandboxCommand) run(ctx context.Context) int {
	if err := s.settle(); err != nil {
		return s.fail(err)
	}
	faults, err := sandbox.ParseFaults(s.opts.Faults)
	if err != nil {
		return s.fail(about(aboutCommandLine, fmt.Errorf("--faults: %w", err)))
	}
	state, err := s.sandboxState()
	if err != nil {
		return s.fail(about(aboutCommandLine, fmt.Errorf("--state: %w", err)))
	}
	server := sandbox.New(sandbox.Options{State: state, Now: s.Now, Faults: faults, SettleDelay: 300 * time.Millisecond})
	url, stop, err := server.Serve(s.opts.Listen)
	if err != nil {
		return s.fail(about(aboutCommandLine, fmt.Errorf("--listen: %w", err)))
	}
	s.introduce(url, state)
	<-ctx.Done()
	stop()
	if s.opts.State != "" {
		f, err := os.Create(s.path(s.opts.State))
		if err == nil {
			err = errors.Join(server.State().Write(f), f.Close())
		}
		if err != nil {
			return s.fail(fmt.Errorf("--state: %w", err))
		}
		fmt.Fprintf(s.Stdout, "Saved to %s after %s.\n", s.opts.State, count(server.Total(), [2]string{"call", "calls"}))
	}
	return ExitDone
}

// sandboxState reads the state file; a missing one starts from the sample and is written at the end.
func (s *sandboxCommand) sandboxState() (sandbox.State, error) {
	if s.opts.State != "" {
		f, err := os.Open(s.path(s.opts.State))
		switch {
		case err == nil:
			defer f.Close()
			return sandbox.ReadState(f)
		case !errors.Is(err, os.ErrNotExist):
			return sandbox.State{}, err
		}
		if folder, err := os.Stat(filepath.Dir(s.path(s.opts.State))); err != nil || !folder.IsDir() { // told now, and not when all is lost
			return sandbox.State{}, fmt.Errorf("there is no folder %s to write it to", filepath.Dir(s.opts.State))
		}
	}
	return sandbox.Sample(s.Now()), nil
}

// introduce says how to use the sandbox.
func (s *sandboxCommand) introduce(url string, state sandbox.State) {
	fmt.Fprintf(s.Stdout, "An in-memory Clockify is at %s until Ctrl-C. For another terminal:\n\n", url)
	fmt.Fprintf(s.Stdout, "  export CLOCKIFY_API_URL=%s/api/v1 CLOCKIFY_REPORTS_URL=%s/report/v1\n", url, url)
	if len(state.Keys) > 0 && len(state.Workspaces) > 0 {
		fmt.Fprintf(s.Stdout, "  export CLOCKIFY_API_KEY=%s CLOCKIFY_WORKSPACE_ID=%s\n", state.Keys[0].Key, state.Workspaces[0].ID)
		fmt.Fprintf(s.Stdout, "  curl -H \"X-Api-Key: $CLOCKIFY_API_KEY\" $CLOCKIFY_API_URL/workspaces/%s/user-groups\n", state.Workspaces[0].ID)
	}
	fmt.Fprintf(s.Stdout, "\nCalls received: %s/sandbox/calls, everything it holds: %s/sandbox/state\n", url, url)
}
