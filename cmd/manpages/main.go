// Command manpages writes the manual pages of clockify-sync, one a command, into the folder that it is given. The release
// runs it; within the program the pages' writer would take half a megabyte.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra/doc"

	"github.com/clockify-sync/clockify-sync/internal/cli"
)

// Set by the release build.
var version, commit, date string

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: manpages DIR")
		os.Exit(1)
	}
	if err := write(os.Args[1], cli.Version{Version: version, Commit: commit, Date: date}); err != nil {
		fmt.Fprintln(os.Stderr, "manpages:", err)
		os.Exit(1)
	}
}

func write(dir string, v cli.Version) error {
	root := cli.CommandLine(cli.Process{Version: v})
	root.DisableAutoGenTag = true
	header := doc.GenManHeader{Section: "1", Source: v.String(), Manual: "User Commands"}
	if at, err := time.Parse(time.RFC3339, v.Date); err == nil {
		header.Date = &at
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return doc.GenManTree(root, &header, dir)
}
