package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// printed is what a command prints on a process of nothing.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	p := Process{
		Args: args, Stdout: &out, Stderr: &errs, LookupEnv: func(string) (string, bool) { return "", false },
		Dir: t.TempDir(), Version: Version{Version: "1.2.3", Commit: "0123456789abcdef", Date: "2026-03-04T05:06:07Z"},
	}
	if code := Main(context.Background(), p); code != ExitDone {
		t.Fatalf("%v: exit code %d, %s", args, code, errs.String())
	}
	return out.String()
}

// shell runs a script in a shell, or ends the test where there is none.
func shell(t *testing.T, name, script string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Logf("%s is not here: its script was made and not run", name)
		return ""
	}
	dir := t.TempDir()
	for _, file := range []string{"users old.csv", "people.csv"} {
		if err := os.WriteFile(filepath.Join(dir, file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "people-audit"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append(args, "-c", script)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// answers are the lines of what a shell printed.
func answers(text string) []string { return strings.Split(strings.TrimSpace(text), "\n") }

func TestBashCompletes(t *testing.T) {
	t.Parallel()
	script := printed(t, "completion", "bash") + `
try() {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
  _clockify_sync
  local IFS=';'
  echo "${COMPREPLY[*]}"
}
try clockify-sync ""
try clockify-sync ap
try clockify-sync plan --o
try clockify-sync plan --users x.csv --format ""
try clockify-sync plan --format = m
try clockify-sync plan --users us
try clockify-sync apply --audit-dir p
try clockify-sync audit p
try clockify-sync setup ""
try clockify-sync completion z
try clockify-sync demo --
try clockify-sync nonsense --
`
	out := shell(t, "bash", script, "--norc", "--noprofile")
	if out == "" {
		return
	}
	want := []string{
		namesOf(shown()), "apply", "--only;--out", "text;markdown;json", "markdown", "users old.csv", "people-audit", "people-audit", "time", "zsh", "--help", "",
	}
	want[0] = strings.ReplaceAll(want[0], " ", ";")
	got := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("completions (-want +got):\n%s", diff)
	}
}

func TestZshCompletes(t *testing.T) {
	t.Parallel()
	// The shell's own functions are replaced by some that print what they are given.
	script := "compdef() { :; }\n" + printed(t, "completion", "zsh") + `
_describe() { print -l -- "${(P@)2}" | cut -d: -f1 | tr '\n' ' '; print }
_arguments() { print -rl -- "$@" | grep -E '^(--format|--help|1:)' }
words=(clockify-sync '') CURRENT=2; _clockify_sync
words=(clockify-sync plan '') CURRENT=3; _clockify_sync
words=(clockify-sync audit '') CURRENT=3; _clockify_sync
`
	out := shell(t, "zsh", script, "-f")
	if out == "" {
		return
	}
	want := []string{
		namesOf(shown()) + " ",
		"--format=[print the plan as FORMAT: text, markdown or json (text)]:FORMAT:(text markdown json)", "--help[list the flags]",
		"1:DIR:_files -/", "--help[list the flags]",
	}
	if diff := cmp.Diff(want, strings.Split(strings.TrimSuffix(out, "\n"), "\n")); diff != "" {
		t.Errorf("completions (-want +got):\n%s", diff)
	}
}

func TestFishCompletes(t *testing.T) {
	t.Parallel()
	script := printed(t, "completion", "fish") + `
complete -C 'clockify-sync ap' | cut -f1
complete -C 'clockify-sync plan --o' | cut -f1
complete -C 'clockify-sync plan --format ' | cut -f1 | sort
complete -C 'clockify-sync audit people' | cut -f1
complete -C 'clockify-sync completion z' | cut -f1
`
	out := shell(t, "fish", script, "--no-config")
	if out == "" {
		return
	}
	want := []string{"apply", "--only", "--out", "json", "markdown", "text", "people-audit/", "zsh"}
	if diff := cmp.Diff(want, answers(out)); diff != "" {
		t.Errorf("completions (-want +got):\n%s", diff)
	}
}

func TestPowerShellCompletes(t *testing.T) {
	t.Parallel()
	made := printed(t, "completion", "powershell")
	for _, want := range []string{"'plan' = 'show what apply would change'", "'--format' = @('text', 'markdown', 'json')"} {
		if !strings.Contains(made, want) {
			t.Errorf("it does not hold %s", want)
		}
	}
	if n, m := strings.Count(made, "{"), strings.Count(made, "}"); n != m {
		t.Errorf("%d braces are opened and %d closed", n, m)
	}
	script := made + `
function try($line) { ([System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches | ForEach-Object CompletionText) -join ';' }
try 'clockify-sync ap'
try 'clockify-sync plan --o'
try 'clockify-sync plan --format '
`
	out := shell(t, "pwsh", script, "-NoProfile", "-NonInteractive")
	if out == "" {
		return
	}
	want := []string{"apply", "--only;--out", "text;markdown;json"}
	if diff := cmp.Diff(want, answers(strings.ReplaceAll(out, "\r", ""))); diff != "" {
		t.Errorf("completions (-want +got):\n%s", diff)
	}
}

func TestCompletionNeedsAShell(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	p := Process{Args: []string{"completion", "tcsh"}, Stderr: &errs, LookupEnv: func(string) (string, bool) { return "", false }}
	if code := Main(context.Background(), p); code != ExitFailed || !strings.Contains(errs.String(), "bash, zsh, fish, powershell") {
		t.Errorf("exit code %d, %q", code, errs.String())
	}
}
