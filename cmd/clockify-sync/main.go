// Command clockify-sync makes a Clockify workspace match the files of a repository. All it does here is hand the
// process over.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/clockify-sync/clockify-sync/internal/cli"
)

// Set by the release build.
var version, commit, date string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, cli.System(cli.Version{Version: version, Commit: commit, Date: date}))
	stop()
	os.Exit(code)
}
