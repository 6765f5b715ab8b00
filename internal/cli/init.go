package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// initCommand writes what a repository needs, and overwrites nothing.
type initCommand struct {
	command
	repository, syncs, reviewers string // as the flags say
}

// The kinds of repository, by what may gate a deployment there (docs/github.md).
const (
	kindPrivate    = "private"
	kindPublic     = "public"
	kindEnterprise = "enterprise"
)

// What is kept in step.
const (
	syncUsers = "users"
	syncTime  = "time"
	syncBoth  = "both"
)

func newInit(c *console) *cobra.Command {
	i := &initCommand{command: command{console: c}}
	cmd := &cobra.Command{
		Use: "init", Short: "Write what a repository needs: workflows, config and, with a key, users.csv",
		Long: `init writes the workflows for the repository's kind, clockify-sync.yaml, .gitignore and, with a key, users.csv as the
workspace is now, so that the next plan is empty. What is there already stays as it is. At a terminal it asks what the
flags do not say.`,
		SuggestFor: []string{"new", "start", "create", "config"}, Args: noArgs, RunE: i.runs(i.run),
	}
	set := cmd.Flags()
	set.StringVar(&i.repository, "repository", "", "the `KIND` of repository: private (GitHub Free, Pro or Team), public, or enterprise (private on GitHub Enterprise)")
	set.StringVar(&i.syncs, "syncs", "", "what is kept in step, `WHAT`: users, time or both")
	set.StringVar(&i.reviewers, "reviewers", "", "GitHub `LOGINS`, separated by commas, whose review approves what cannot be taken back easily")
	addFlags(cmd, "env-file")
	i.opts.noFiles = true
	return cmd
}

func (i *initCommand) run(ctx context.Context) int {
	if err := i.answers(ctx); err != nil {
		return i.fail(err)
	}
	for _, login := range i.logins() {
		if !soundLogin.MatchString(login) {
			return i.fail(about(aboutCommandLine, fmt.Errorf("--reviewers: %q is not a GitHub login, nor a team such as acme/people", login)))
		}
	}
	o := outline{kind: i.repository, syncs: i.syncs, reviewers: i.logins(), workspace: ""}
	i.opts.part = map[string]string{syncUsers: "", syncTime: "time", syncBoth: ""}[i.syncs]
	r, err := i.load()
	if err != nil {
		return i.fail(err)
	}
	o.workspace = r.opts.Workspace.ID
	wanted, err := o.workflows()
	if err != nil {
		return i.fail(err)
	}
	wanted = append(wanted, file{configFile, o.config()}, file{".gitignore", nil})
	if o.users() {
		files, err := i.people(ctx, r, o)
		if err != nil {
			return i.fail(err)
		}
		if files != nil {
			wanted = slices.DeleteFunc(wanted, func(f file) bool { return f.name == configFile })
			wanted = append(files, wanted...)
		}
	}
	for _, f := range wanted {
		if err := i.put(f, o); err != nil {
			return i.fail(about(aboutOutput, err))
		}
	}
	_, err = os.Stat(i.path("users.csv"))
	fmt.Fprint(i.Stdout, o.next(err == nil))
	return ExitDone
}

// configFile is the config that init writes.
const configFile = "clockify-sync.yaml"

// answers settles what the flags leave open: by asking, or where nobody can be asked by what most people have.
func (i *initCommand) answers(ctx context.Context) error {
	kinds := []string{kindPrivate, kindPublic, kindEnterprise}
	if err := i.settleOn(ctx, &i.repository, "repository", "Which repository will this be?", kinds, []string{
		"private, on GitHub Free, Pro or Team", "public", "private, on GitHub Enterprise",
	}); err != nil {
		return err
	}
	if err := i.settleOn(ctx, &i.syncs, "syncs", "What is to be kept in step?", []string{syncUsers, syncTime, syncBoth}, []string{
		"the people of a workspace, with users.csv", "time entries between two workspaces", "both",
	}); err != nil {
		return err
	}
	if i.reviewers != "" || i.repository != kindPrivate || i.syncs == syncTime || !i.asking() {
		return nil
	}
	text, err := i.ask(ctx, "GitHub logins of those who approve deactivations, separated by commas (blank: later): ")
	i.reviewers = text
	return err
}

// settleOn has one of a few words chosen, where a flag has not said it.
func (i *initCommand) settleOn(ctx context.Context, value *string, flag, question string, words, meanings []string) error {
	switch {
	case *value != "" && !slices.Contains(words, *value):
		return about(aboutCommandLine, fmt.Errorf("--%s %q: want %s", flag, *value, strings.Join(words, ", ")))
	case *value != "":
		return nil
	case !i.asking():
		*value = words[0]
		return nil
	}
	n, err := i.choose(ctx, question, meanings)
	if err == nil {
		*value = words[n]
	}
	return err
}

// soundLogin is a login, or organisation/team.
var soundLogin = regexp.MustCompile(`^[A-Za-z0-9-]+(/[A-Za-z0-9_.-]+)?$`)

// logins are the reviewers.
func (i *initCommand) logins() []string {
	var list []string
	for _, login := range strings.Split(i.reviewers, ",") {
		if login = strings.TrimPrefix(strings.TrimSpace(login), "@"); login != "" {
			list = append(list, login)
		}
	}
	return list
}

// people reads the workspace and returns users.csv and the config that fits it; nil: there is no key, or the files are
// there already.
func (i *initCommand) people(ctx context.Context, r *run, o outline) ([]file, error) {
	if i.kept("users.csv", o) || i.kept(configFile, o) {
		return nil, nil
	}
	if r.tokens[mainKey] == "" && i.asking() {
		yes, err := i.confirm(ctx, "Read the people from Clockify now? It needs an API key.", true)
		if err != nil || !yes {
			return nil, err
		}
	}
	if r.tokens[mainKey] == "" && !i.asking() {
		return nil, nil
	}
	x, err := r.exportFiles(ctx, "users.csv", configFile)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(i.Stdout, "%s (%s): %s, %s.\n", visible(x.dir.Workspace), x.id, count(len(x.dir.People), peopleWord), count(len(x.dir.Groups), groupWord))
	x.files[1].data = append(x.files[1].data, o.settings()...)
	return x.files, nil
}

// kept reports whether a file is there and is somebody's: anything but the config as init itself left it.
func (i *initCommand) kept(name string, o outline) bool {
	data, err := os.ReadFile(i.path(name))
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	unnamed := o
	unnamed.workspace = ""
	return name != configFile || string(data) != string(o.config()) && string(data) != string(unnamed.config())
}

// put writes a file that is not there, adds to .gitignore what it lacks, and says what it did.
func (i *initCommand) put(f file, o outline) error {
	if f.name == ".gitignore" {
		return i.ignore()
	}
	if i.kept(f.name, o) {
		fmt.Fprintf(i.Stdout, "  kept     %s, which is there already\n", f.name)
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(i.path(f.name)), 0o755); err != nil {
		return err
	}
	if err := i.writeFile(f.name, f.data); err != nil {
		return fmt.Errorf("write %s: %w", f.name, err)
	}
	fmt.Fprintf(i.Stdout, "  written  %s\n", f.name)
	return nil
}

// ignored are the names that do not belong into a repository: they hold people, or keys.
var ignored = []string{"clockify-audit/", "plan.json", ".env"}

// ignore adds to .gitignore what it lacks.
func (i *initCommand) ignore() error {
	const name = ".gitignore"
	data, err := os.ReadFile(i.path(name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	there := strings.Fields(string(data))
	missing := slices.DeleteFunc(slices.Clone(ignored), func(line string) bool {
		return slices.Contains(there, line) || slices.Contains(there, "/"+line)
	})
	if len(missing) == 0 {
		fmt.Fprintf(i.Stdout, "  kept     %s, which has what it needs\n", name)
		return nil
	}
	if len(data) > 0 && data[len(data)-1] != '\n' {
		data = append(data, '\n')
	}
	if err := i.writeFile(name, append(data, strings.Join(missing, "\n")+"\n"...)); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	fmt.Fprintf(i.Stdout, "  written  %s (%s)\n", name, strings.Join(missing, ", "))
	return nil
}

// next says what is left to do.
func (o outline) next(people bool) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("")
	if o.users() && !people {
		say("First, with a key of an owner or admin in CLOCKIFY_API_KEY, run clockify-sync init again: it writes users.csv as the")
		say("workspace is now, and the config that fits it.")
		say("")
	}
	if o.syncs != syncUsers {
		say("For each time sync: clockify-sync setup time writes it into the config.")
		say("")
	}
	visibility := "--" + map[bool]string{true: "public", false: "private"}[o.kind == kindPublic]
	say("Next:")
	say("  git init -b main && git add . && git commit -m \"Clockify as it is\"")
	say("  gh repo create OWNER/NAME %s --source . --push", visibility)
	say("  gh secret set CLOCKIFY_API_KEY")
	say("Then change a line, push a branch and open a pull request: the comment says what merging would do.")
	say("")
	say("Secrets of the repository:")
	say("  CLOCKIFY_API_KEY  an API key of an owner or admin of the workspace")
	if o.syncs != syncUsers {
		say("  and one for each token_env that the config names, which .github/workflows/clockify-schedule.yml has to hand on")
	}
	switch {
	case !o.users():
	case o.kind != kindPrivate:
		say("Settings, Environments: make %s with required reviewers. Without them nothing that needs approval is done.", environmentName)
	case len(o.reviewers) == 0:
		say("Name under approval in %s who approves deactivations. Until then nothing that needs approval is done.", configFile)
	}
	if o.users() {
		say("")
		say("A suggestion for CODEOWNERS, so that nobody changes these alone:")
		owner := "@" + cmp.Or(strings.Join(o.reviewers, " @"), "YOUR-LOGIN")
		for _, name := range []string{"/users.csv", "/" + configFile, "/.github/"} {
			say("  %-20s %s", name, owner)
		}
	}
	return b.String()
}
