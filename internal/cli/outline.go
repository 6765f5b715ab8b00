package cli

import (
	"embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/config"
)

// workflowFiles are those of .github/workflow-templates that init writes. A test keeps them the same.
//
//go:embed workflows
var workflowFiles embed.FS

// environmentName is the environment that gates the jobs of the templates.
const environmentName = "clockify-deactivation"

// outline says what a repository is for, and makes its files.
type outline struct {
	kind, syncs string
	reviewers   []string
	workspace   string // its id; empty: not known
}

// users reports whether users.csv is part of it.
func (o outline) users() bool { return o.syncs != syncTime }

// workflows are the workflow files.
func (o outline) workflows() ([]file, error) {
	names := []string{"pull-request"}
	switch {
	case !o.users():
	case o.kind == kindPrivate:
		names = append(names, "apply-reviews")
	default:
		names = append(names, "apply-environment")
	}
	names = append(names, "schedule")
	var list []file
	for _, name := range names {
		name = "clockify-" + name + ".yml"
		data, err := workflowFiles.ReadFile("workflows/" + name)
		if err != nil {
			return nil, fmt.Errorf("read a template: %w", err)
		}
		list = append(list, file{".github/workflows/" + name, []byte(o.fit(string(data)))})
	}
	return list, nil
}

// fit leaves out of a workflow the job of what the repository is not for, and the example of a token.
func (o outline) fit(text string) string {
	text = strings.Replace(text, "        env:\n          # What the config names as token_env.\n          ACME_TOKEN: ${{ secrets.ACME_TOKEN }}\n",
		"        # What the config names as token_env, of each time sync:\n        # env:\n        #   ACME_TOKEN: ${{ secrets.ACME_TOKEN }}\n", 1)
	if !strings.Contains(text, "\n  drift:\n") {
		return text
	}
	head, jobs, _ := strings.Cut(text, "\njobs:\n")
	entries, drift, _ := strings.Cut(jobs, "\n  drift:\n")
	if i := strings.Index(head, "#\n# GitHub starts"); i >= 0 {
		head = head[i+2:]
	}
	switch o.syncs {
	case syncUsers:
		about := "# Once a week a look at what is different in Clockify that nobody's pull request brought: it is told in an issue, which\n# is closed when it is gone.\n#\n"
		head = withoutLine(head, "# time entries")
		return about + head + "\njobs:\n  drift:\n" + withoutLine(drift, "    if: github.event_name")
	case syncTime:
		about := "# Time entries every night.\n#\n"
		head = withoutLine(head, "# drift")
		return about + head + "\njobs:\n" + withoutLine(strings.TrimRight(entries, "\n")+"\n", "    if: github.event_name")
	}
	return text
}

// withoutLine leaves out the lines that hold a mark.
func withoutLine(text, mark string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.Contains(line, mark) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// config is a config to begin with, where no workspace can be asked.
func (o outline) config() []byte {
	text := "# yaml-language-server: $schema=" + config.Schema + "\n"
	if o.workspace != "" {
		text += "workspace:\n  id: \"" + o.workspace + "\"\n"
	} else {
		text += "# workspace: {id: …}   # from the address of its settings page, or the variable CLOCKIFY_WORKSPACE_ID\n"
	}
	return append([]byte(text), o.settings()...)
}

// settings are those that follow from what the repository is for.
func (o outline) settings() string {
	text := ""
	if o.users() {
		text += "\n# Who approves what cannot be taken back easily: deactivations, deleted groups, and changes over a limit.\n"
		switch {
		case o.kind != kindPrivate:
			text += "approval: {from: environment, environment: " + environmentName + "}\n"
		case len(o.reviewers) > 0:
			var logins []string
			for _, login := range o.reviewers {
				logins = append(logins, strconv.Quote(login))
			}
			text += "approval: {from: pull-request, reviewers: [" + strings.Join(logins, ", ") + "]}\n"
		default:
			text += "# approval: {from: pull-request, reviewers: [YOUR-LOGIN]}\n"
		}
	}
	if o.syncs != syncUsers {
		text += "\n# Time syncs: clockify-sync setup time writes one here.\n# time_sync:\n"
	}
	return text
}
