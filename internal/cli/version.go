package cli

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
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

func version(_ context.Context, in *invocation) int {
	fmt.Fprintf(in.Stdout, "%s (%s, %s/%s)\n", in.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return ExitDone
}
