package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// nowhere is a process of nothing: no environment, no files, and what it prints.
func nowhere(t *testing.T, args ...string) (p Process, out, errs *bytes.Buffer) {
	t.Helper()
	out, errs = &bytes.Buffer{}, &bytes.Buffer{}
	return Process{
		Args: args, Stdout: out, Stderr: errs, LookupEnv: func(string) (string, bool) { return "", false },
		Dir: t.TempDir(), Version: Version{Version: "1.2.3", Commit: "0123456789abcdef", Date: "2026-03-04T05:06:07Z"},
	}, out, errs
}

// printed is what a command prints that has to end well.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	p, out, errs := nowhere(t, args...)
	if code := Main(context.Background(), p); code != ExitDone {
		t.Fatalf("%v: exit code %d, %s", args, code, errs)
	}
	return out.String()
}

func TestHelp(t *testing.T) {
	t.Parallel()
	help := printed(t, "--help")
	if printed(t, "help") != help {
		t.Error("help and --help differ")
	}
	if printed(t, "help", "plan") != printed(t, "plan", "-h") {
		t.Error("help plan and plan -h differ")
	}
	wantText(t, printed(t, "plan", "--help"), "clockify-sync plan [flags]", "--users FILE", "--exit-code")
	wantText(t, printed(t, "--version"), "clockify-sync 1.2.3 0123456789ab 2026-03-04T05:06:07Z (go")
	if printed(t, "--version") != printed(t, "version") {
		t.Error("version and --version differ")
	}
	p, out, _ := nowhere(t)
	if code := Main(context.Background(), p); code != ExitFailed || out.String() != help {
		t.Errorf("without a command: exit code %d\n%s", code, out)
	}
}

func TestCompletions(t *testing.T) {
	t.Parallel()
	for shell, want := range map[string]string{"bash": "__start_clockify-sync", "zsh": "#compdef clockify-sync", "fish": "complete -c clockify-sync", "powershell": "Register-ArgumentCompleter"} {
		wantText(t, printed(t, "completion", shell), want)
	}
	for args, want := range map[string]string{
		"ap": "apply\t", "plan --f": "--format\t", "plan --format ": "markdown\n", "apply --only ": "time:\n", "setup ": "time\n", "completion z": "zsh\t",
	} {
		wantText(t, printed(t, append([]string{"__complete"}, strings.Split(args, " ")...)...), want)
	}
}

// TestCommandLineErrors mistypes commands and flags: each is answered in words for people, with what was meant.
func TestCommandLineErrors(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"aply":                      `there is no command "aply"; did you mean apply?`,
		"diff":                      "did you mean plan (Show what apply would change)?",
		"import":                    "did you mean export (",
		"lint":                      "did you mean validate (",
		"history":                   "did you mean audit (",
		"doctro":                    "did you mean doctor?",
		"ini":                       "did you mean init?",
		"sandbox --state no/x.json": "--state: there is no folder no to write it to",
		"sandbox --faults x=1":      "there are seed, rate",
		"plan people.csv":           "write --users people.csv",
		"plan config.yml":           "write --config config.yml",
		"apply plan.json":           "--expect DIGEST",
		"apply plan.tfplan":         "--expect DIGEST",
		"plan -out=x":               "there is no flag -out; write --out, with two dashes",
		"apply -yes":                "there is no flag -yes; write --yes, with two dashes",
		"apply -apply":              "there is no flag -apply; clockify-sync apply is a command of its own",
		"apply -y":                  "there is no flag -y; write --yes",
		"plan -f people.csv":        "there is no flag -f; write --users FILE",
		"version --json":            "there is no flag --json\n",
		"plan --jq .":               "hand it to jq",
		"plan -R acme/people":       "the folder you are in",
		"plan --api-key k":          "set CLOCKIFY_API_KEY",
		"plan -verbose":             "write --verbose, with two dashes",
		"plan -detailed-exitcode":   "write --exit-code",
		"frobnicate":                `there is no command "frobnicate"` + "\n",
		"people.csv":                "did you mean clockify-sync plan --users people.csv?",
		"version now":               `does not take "now"`,
		"completion tcsh":           "bash, zsh, fish or powershell",
		"audit a b":                 "name one run, or none to list them",
		"plan --usres x.csv":        "there is no flag --usres; did you mean --users?",
		"plan --nonsense":           "there is no flag --nonsense\n",
		"plan --users":              "a value is missing after --users",
		"plan --exit-code=soon":     `--exit-code: "soon" is not true or false`,
		"plan --dry-run":            "there is no flag --dry-run; clockify-sync plan shows",
		"apply --deactivate":        "absent: deactivate",
		"apply --cleanup":           "unmanaged_groups: delete",
		"apply --auto-approve":      "--yes",
		"plan --json":               "write --format json",
		"plan --target x":           "write --only",
		"plan -c config.yaml":       "write --config FILE",
		"plan -out x.json":          "write --out, with two dashes",
	} {
		p, _, errs := nowhere(t, strings.Fields(args)...)
		if code := Main(context.Background(), p); code != ExitFailed {
			t.Errorf("%s: exit code %d", args, code)
		}
		for _, text := range []string{want, docsURL + "errors.md#the-command-line\n"} {
			if !strings.Contains(errs.String(), text) {
				t.Errorf("%s: it does not say %q:\n%s", args, text, errs)
			}
		}
	}
}

// TestEveryCommand keeps the help whole: each command says in a line what it does, each flag too.
func TestEveryCommand(t *testing.T) {
	t.Parallel()
	p, _, _ := nowhere(t)
	for _, c := range newRoot(&console{Process: p}).Commands() {
		checkCommand(t, c)
	}
}

func checkCommand(t *testing.T, c *cobra.Command) {
	if c.Short == "" || strings.HasSuffix(c.Short, ".") {
		t.Errorf("%s: %q is not a line of help", c.Name(), c.Short)
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Usage == "" {
			t.Errorf("%s --%s: no word of help", c.Name(), f.Name)
		}
	})
}
