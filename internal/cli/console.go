package cli

import (
	"fmt"
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// console is the process as a command speaks to whoever started it.
type console struct {
	Process
	log *github.Log // in GitHub Actions, what Stdout and Stderr write to

	verbose, noColor bool // as the flags say

	warned     []string        // what warn printed
	shown      map[string]bool // digests of the plans that were printed: an apply of one need not print it again
	promptTime time.Duration   // spent waiting for answers
}

// getenv is LookupEnv for those who take "" for unset.
func (c *console) getenv(name string) string {
	value, _ := c.LookupEnv(name)
	return value
}

// fail prints an error as the command's last word and returns its exit code: a command that was interrupted or ran out of
// calls has stopped on purpose.
func (c *console) fail(err error) int {
	fmt.Fprintf(c.Stderr, "clockify-sync: %s\n", c.inShort(err))
	c.advise(topicOf(err))
	if stopped(err) {
		return ExitStopped
	}
	return ExitFailed
}

// warn prints what is probably a mistake, each once.
func (c *console) warn(text string) {
	if !slices.Contains(c.warned, text) {
		c.warned = append(c.warned, text)
		fmt.Fprintf(c.Stderr, "Warning: %s\n", visible(text))
	}
}

// advise prints where to read on, each topic once.
func (c *console) advise(list ...topic) {
	var told []topic
	for _, t := range list {
		if t == "" || slices.Contains(told, t) {
			continue
		}
		told = append(told, t)
		fmt.Fprintf(c.Stderr, "See %serrors.md#%s\n", docsURL, t)
	}
}

// style is how reports are drawn here.
func (c *console) style() report.Style {
	return report.Style{Color: c.Terminal && !c.plain() && !c.inCI(), Width: c.Width}
}

// live reports whether a line on Stderr can be drawn over.
func (c *console) live() bool { return c.ErrTerminal && !c.plain() && !c.inCI() }

// plain reports whether the terminal is to be spared colours and lines drawn over.
func (c *console) plain() bool {
	color, _ := config.Screen(c.getenv)
	return c.noColor || !color
}

// inCI reports whether nobody is watching. CI=false says that somebody is.
func (c *console) inCI() bool {
	_, ci := config.Screen(c.getenv)
	return ci
}
