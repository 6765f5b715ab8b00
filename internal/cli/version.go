package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Version says which build this is. What the build did not set is taken from the module's own information.
type Version struct{ Version, Commit, Date string }

// resolved fills the gaps.
func (v Version) resolved() Version {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = cmp.Or(v.Commit, s.Value)
		case "vcs.time":
			v.Date = cmp.Or(v.Date, s.Value)
		}
	}
	if info.Main.Version != "(devel)" {
		v.Version = cmp.Or(v.Version, info.Main.Version)
	}
	return v
}

func (v Version) String() string {
	v = v.resolved()
	text := "clockify-sync " + cmp.Or(v.Version, "development")
	if v.Commit != "" {
		text += " " + v.Commit[:min(12, len(v.Commit))]
	}
	if v.Date != "" {
		text += " " + v.Date
	}
	return text
}

// versionLine names the build and what it was built with.
func (c *console) versionLine() string {
	return fmt.Sprintf("%s (%s, %s/%s)\n", c.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func newVersion(c *console) *cobra.Command {
	v := &command{console: c}
	return &cobra.Command{Use: "version", Short: "Print the version", Args: noArgs, RunE: v.runs(func(context.Context) int {
		_, _ = io.WriteString(c.Stdout, c.versionLine())
		return ExitDone
	})}
}
