package audit

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCommitOf asks checkouts of each kind which commit they are of.
func TestCommitOf(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	dir := t.TempDir()
	repo := filepath.Join(dir, "repo")
	git := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", repo, "-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %s: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	write := func(dir, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "users.csv"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(repo, "deep", "down"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := CommitOf(repo); got != "" {
		t.Errorf("no repository: %q", got)
	}
	git("init", "-q", "-b", "main")
	if got := CommitOf(repo); got != "" {
		t.Errorf("no commit yet: %q", got)
	}
	write(repo, "a")
	git("add", ".")
	git("commit", "-q", "-m", "one")
	head := git("rev-parse", "HEAD")
	same := func(what, dir, want string) {
		t.Helper()
		if got := CommitOf(dir, "users.csv", ""); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	same("a branch", repo, head)
	same("a folder in it", filepath.Join(repo, "deep", "down"), head)
	git("pack-refs", "--all")
	same("packed", repo, head)
	git("worktree", "add", "-q", "-b", "side", filepath.Join(dir, "tree"))
	same("a worktree", filepath.Join(dir, "tree"), head)
	git("checkout", "-q", "--detach")
	same("no branch", repo, head)
	write(repo, "b")
	same("a changed file", repo, head+"+changes")
}
