package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// validateCommand reads the files and reports every problem.
type validateCommand struct{ command }

func newValidate(c *console) *cobra.Command {
	v := &validateCommand{command{console: c}}
	cmd := &cobra.Command{
		Use: "validate", Short: "Check users.csv and the config; needs no key and no network", SuggestFor: []string{"lint", "verify", "test"},
		Args: noArgs, RunE: v.runs(v.run),
	}
	addFlags(cmd, fileFlags...)
	return cmd
}

func (v *validateCommand) run(context.Context) int {
	r, err := v.load()
	if err != nil {
		return v.fail(err)
	}
	secrets, known, err := r.secretProblems()
	if problems := append(r.problems(), secrets...); len(problems) > 0 {
		report.Problems(r.Stderr, problems, r.style(), r.context())
		if len(r.problems()) > 0 {
			r.advise(aboutFiles)
		}
		r.advise(topicOf(err))
		return ExitFailed
	}
	for _, f := range r.loaded.Spec.Findings {
		fmt.Fprintf(r.Stdout, "%s: %s\n", f.Source, visible(r.masker(nil).Finding(f)))
	}
	fmt.Fprintln(r.Stdout, r.sound(known))
	return ExitDone
}

// secretProblems are what is wrong with the time syncs that are kept as secrets, and how many there are. Those that are not
// set are not looked at: on a fork there are none.
func (r *run) secretProblems() (list []state.Problem, known int, err error) {
	if !r.opts.wantsTime() {
		return nil, 0, nil
	}
	set := r.opts.Given
	set.SecretNames = slices.DeleteFunc(slices.Clone(set.SecretNames), func(name string) bool {
		value, known := r.LookupEnv(name)
		return known && value == "" || !known && config.IsVariable(name)
	})
	secrets, err := r.secretSyncs(set)
	if err != nil {
		for text := range strings.SplitSeq(err.Error(), "\n") {
			list = append(list, state.Problem{Text: text})
		}
	}
	return list, len(secrets), about(aboutSecrets, err)
}

// sound says in a line what was read and found to be in order, beside so many time syncs that are kept as secrets.
func (r *run) sound(secrets int) string {
	var parts []string
	if u := r.loaded.Spec.Users; u != nil {
		parts = append(parts, r.file+": "+count(len(u.People), peopleWord))
	}
	if n := len(r.loaded.Spec.Time); n > 0 {
		parts = append(parts, count(n, [2]string{"time sync", "time syncs"}))
	}
	if n := len(r.opts.SecretNames); n > 0 && r.opts.wantsTime() {
		what := count(secrets, [2]string{"time sync", "time syncs"}) + " of SECRET_NAMES"
		if unset := n - secrets; unset > 0 {
			what += fmt.Sprintf(" (and %d not set here)", unset)
		}
		parts = append(parts, what)
	}
	if r.loaded.Config != "" {
		parts = append(parts, r.loaded.Config)
	}
	if len(parts) == 0 {
		return "There is nothing here to check."
	}
	return strings.Join(parts, ", ") + ": no problems"
}
