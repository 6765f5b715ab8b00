package cli

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newMan writes the manual pages, one a command, for those who package the program.
func newMan(c *console) *cobra.Command {
	m := &command{console: c}
	cmd := &cobra.Command{Use: "man DIR", Short: "Write the manual pages into a folder", Hidden: true, Args: cobra.ExactArgs(1)}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return m.runs(func(context.Context) int { return m.man(cmd.Root(), m.path(args[0])) })(cmd, args)
	}
	return cmd
}

func (c *console) man(root *cobra.Command, dir string) int {
	header := doc.GenManHeader{Section: "1", Source: c.Version.String(), Manual: "User Commands"}
	if date, err := time.Parse(time.RFC3339, c.Version.resolved().Date); err == nil {
		header.Date = &date
	}
	root.DisableAutoGenTag = true
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = doc.GenManTree(root, &header, dir)
	}
	if err != nil {
		return c.fail(fmt.Errorf("write the manual pages: %w", err))
	}
	return ExitDone
}
