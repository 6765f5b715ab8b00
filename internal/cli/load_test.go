package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestFilesThatCannotBeRead names what is no file, is not there or may not be read: it is one problem, which says what to do,
// and an apply with it writes nothing.
func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--users .":                   ".: this is a folder; name a file in it.",
		"--users lists":               "lists: this is a folder; name a file in it.",
		"--users user.csv":            "user.csv: this file is missing; it lists the people of the workspace. Did you mean users.csv? Name another",
		"--users lists/p.csv":         "lists/p.csv: this file is missing; it lists the people of the workspace. Name another",
		"--users users.csv/x":         "users.csv/x: this file cannot be read: not a directory.",
		"--users loop":                "loop: this file cannot be read: too many levels of symbolic links.",
		"--users mine.csv":            "mine.csv: you may not read this file.",
		"--config lists":              "lists: this is a folder; name a file in it.",
		"--config clock.yaml":         "clock.yaml: this config file is missing.",
		"--config clockify-synk.yaml": "clockify-synk.yaml: this config file is missing. Did you mean clockify-sync.yaml?",
		"--env-file .":                "clockify-sync: --env-file .: this is a folder; name a file in it",
		"--env-file .envv":            "clockify-sync: --env-file .envv: this file is missing. Did you mean .env? Start one from .env.example",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, sandbox.Options{State: twoWorkspaces()}, files{"users.csv": twoPeople, "clockify-sync.yaml": "absent: keep\n", ".env": "", "mine.csv": twoPeople})
			for _, err := range []error{os.Mkdir(filepath.Join(b.dir, "lists"), 0o700), os.Symlink("loop", filepath.Join(b.dir, "loop")), os.Chmod(filepath.Join(b.dir, "mine.csv"), 0)} {
				if err != nil {
					t.Skip(err) // where there is no such thing
				}
			}
			if f, err := os.Open(filepath.Join(b.dir, "mine.csv")); err == nil && strings.Contains(args, "mine.csv") {
				_ = f.Close()
				t.Skip("root may read everything")
			}
			for _, command := range []string{"validate", "apply"} {
				r := b.run(t.Context(), append([]string{command}, strings.Fields(args)...)...)
				shown := r.out + r.err
				if r.code != ExitFailed || strings.Count(shown, want) != 1 || strings.Count(shown, "See ") != 1 {
					t.Errorf("%s: exit code %d, want once %q:\n%s", command, r.code, want, shown)
				}
			}
			if shown := b.run(t.Context(), append([]string{"plan"}, strings.Fields(args)...)...).out; strings.HasPrefix(args, "--users") && strings.Contains(shown, "\nPlan ") {
				t.Errorf("a plan of nothing has a digest:\n%s", shown)
			}
			if b.server.WriteCount() > 0 {
				t.Error("something was written")
			}
		})
	}
}

// TestNothingButSecrets validates where there are no files, and time syncs in secrets or not even these.
func TestNothingButSecrets(t *testing.T) {
	t.Parallel()
	good := `{"time_entry_source_workspace_id":"w","time_entry_source_client_id":"c","time_entry_destination_workspace_id":"d","user_id":"u","token":"t"}`
	for want, env := range map[string]map[string]string{
		"2 time syncs of SECRET_NAMES: no problems\n":                      {"SECRET_NAMES": "ONE,TWO", "ONE": good, "TWO": good},
		"1 time sync of SECRET_NAMES (and 1 not set here): no problems\n":  {"SECRET_NAMES": "ONE,TWO", "ONE": good},
		"0 time syncs of SECRET_NAMES (and 2 not set here): no problems\n": {"SECRET_NAMES": "ONE,TWO"},
		"There is nothing here to check.\n":                                {"CLOCKIFY_SYNC_ONLY": "time"},
	} {
		b := newBed(t, sandbox.Options{State: twoWorkspaces()}, nil)
		b.env = env
		if r := b.must(ExitDone, "validate"); r.out != want {
			t.Errorf("%v: %q, want %q", env, r.out, want)
		}
	}
}

// TestOutputsThatAreNoFiles: what cannot be written to is told in words, and a device is neither replaced nor read.
func TestOutputsThatAreNoFiles(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"plan --out lists":            "--out: lists is a folder; name a file in it",
		"plan --out no/plan.json":     "--out: there is no folder no: make it first",
		"plan --out users.csv":        "--out users.csv: the run reads this file",
		"apply --audit-dir users.csv": "users.csv is a file; name a folder",
		"plan --out /dev/full":        "--out: write /dev/full",
		"apply --approve nonsense":    `--approve: approval "nonsense" is not an approval digest`,
		"apply --expect 0123":         `--expect "0123" is not a digest of a plan`,
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, sandbox.Options{State: twoWorkspaces()}, files{"users.csv": twoPeople})
			if err := os.Mkdir(filepath.Join(b.dir, "lists"), 0o700); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat("/dev/full"); err != nil && strings.Contains(args, "/dev/") {
				t.Skip(err)
			}
			if r := b.must(ExitFailed, strings.Fields(args)...); !strings.Contains(r.err, want) || strings.Count(r.err, "See ") != 1 {
				t.Errorf("it says %s, want %q", r.err, want)
			}
			if b.server.WriteCount() > 0 {
				t.Error("something was written")
			}
			if strings.HasSuffix(args, "nonsense") && b.server.Total() > 0 {
				t.Errorf("%d calls before it was told", b.server.Total())
			}
		})
	}
}
