package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// sandboxCommand serves an in-memory Clockify until it is interrupted.
func sandboxCommand(ctx context.Context, in *invocation) int {
	if _, err := in.settle(); err != nil {
		return in.fail(err)
	}
	faults, err := sandbox.ParseFaults(in.opts.faults)
	if err != nil {
		return in.fail(about(aboutCommandLine, fmt.Errorf("--faults: %w", err)))
	}
	state, err := in.sandboxState()
	if err != nil {
		return in.fail(fmt.Errorf("--state: %w", err))
	}
	server := sandbox.New(sandbox.Options{State: state, Now: in.Now, Faults: faults, SettleDelay: 300 * time.Millisecond})
	url, stop, err := serve(server, in.opts.listen)
	if err != nil {
		return in.fail(about(aboutCommandLine, fmt.Errorf("--listen: %w", err)))
	}
	in.introduce(url, state)
	<-ctx.Done()
	stop()
	if in.opts.state != "" {
		f, err := os.Create(in.path(in.opts.state))
		if err == nil {
			err = errors.Join(server.State().Write(f), f.Close())
		}
		if err != nil {
			return in.fail(fmt.Errorf("--state: %w", err))
		}
		fmt.Fprintf(in.Stdout, "Saved to %s after %d calls.\n", in.opts.state, server.Total())
	}
	return ExitDone
}

// sandboxState reads the state file; a missing one starts from the sample and is written at the end.
func (in *invocation) sandboxState() (sandbox.State, error) {
	if in.opts.state != "" {
		f, err := os.Open(in.path(in.opts.state))
		switch {
		case err == nil:
			defer f.Close()
			return sandbox.ReadState(f)
		case !errors.Is(err, os.ErrNotExist):
			return sandbox.State{}, err
		}
	}
	return sampleState(in.Now()), nil
}

// introduce says how to use the sandbox.
func (in *invocation) introduce(url string, state sandbox.State) {
	fmt.Fprintf(in.Stdout, "An in-memory Clockify is at %s until Ctrl-C. For another terminal:\n\n", url)
	fmt.Fprintf(in.Stdout, "  export CLOCKIFY_API_URL=%s/api/v1 CLOCKIFY_REPORTS_URL=%s/report/v1\n", url, url)
	if len(state.Keys) > 0 && len(state.Workspaces) > 0 {
		fmt.Fprintf(in.Stdout, "  export CLOCKIFY_API_KEY=%s CLOCKIFY_WORKSPACE_ID=%s\n", state.Keys[0].Key, state.Workspaces[0].ID)
		fmt.Fprintf(in.Stdout, "  curl -H \"X-Api-Key: $CLOCKIFY_API_KEY\" $CLOCKIFY_API_URL/workspaces/%s/user-groups\n", state.Workspaces[0].ID)
	}
	fmt.Fprintf(in.Stdout, "\nCalls received: %s/sandbox/calls, everything it holds: %s/sandbox/state\n", url, url)
}

// serve listens on a loopback address and returns the server's URL and what stops it.
func serve(handler http.Handler, address string) (url string, stop func(), err error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return "", nil, err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", nil, fmt.Errorf("%s is not a loopback address: want 127.0.0.1:PORT", address)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // ends with ErrServerClosed
	}()
	return "http://" + listener.Addr().String(), func() {
		_ = server.Close()
		<-done
	}, nil
}
