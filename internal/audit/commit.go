package audit

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

var commitHash = regexp.MustCompile(`^[0-9a-f]{40}(?:[0-9a-f]{24})?$`)

// CommitOf returns the commit that is checked out in a folder, which is not always the one an event names; "+changes"
// stands behind it where one of the files is not as that commit has it. Empty: there is no repository, or it cannot be
// told. It reads git's own files: the image of the action has no git, and git refuses folders of another user.
func CommitOf(dir string, files ...string) string {
	git, common := gitFolders(dir)
	head, err := os.ReadFile(filepath.Join(git, "HEAD"))
	if git == "" || err != nil {
		return ""
	}
	commit := strings.TrimSpace(string(head))
	if ref, symbolic := strings.CutPrefix(commit, "ref: "); symbolic {
		commit = resolveRef(git, common, ref)
	}
	if !commitHash.MatchString(commit) {
		return ""
	}
	if changed(dir, files) {
		return commit + "+changes"
	}
	return commit
}

// gitFolders returns the folder of a checkout's own state, and that of what all checkouts of its repository share.
func gitFolders(dir string) (git, common string) {
	for {
		git = filepath.Join(dir, ".git")
		info, err := os.Stat(git)
		switch {
		case err == nil && info.IsDir():
			return git, git
		case err == nil: // a worktree: the file names the folder
			text, err := os.ReadFile(git)
			name, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "gitdir: ")
			if err != nil || !ok {
				return "", ""
			}
			git = within(dir, name)
			shared, err := os.ReadFile(filepath.Join(git, "commondir"))
			if err != nil {
				return git, git
			}
			return git, within(git, strings.TrimSpace(string(shared)))
		case dir == filepath.Dir(dir):
			return "", ""
		}
		dir = filepath.Dir(dir)
	}
}

func within(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

// resolveRef returns the commit that a branch is at.
func resolveRef(git, common, ref string) string {
	for _, dir := range []string{git, common} {
		if text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(ref))); err == nil {
			return strings.TrimSpace(string(text))
		}
	}
	packed, _ := os.ReadFile(filepath.Join(common, "packed-refs")) // where there is none, nothing is found in it
	for line := range strings.Lines(string(packed)) {
		if hash, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name == ref {
			return hash
		}
	}
	return ""
}

// changed asks git, where there is one, whether one of the files differs from what is committed.
func changed(dir string, files []string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	args := []string{"-c", "core.fsmonitor=false", "status", "--porcelain", "--ignored", "--"}
	for _, name := range files {
		if name != "" {
			args = append(args, name)
		}
	}
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	return err == nil && len(out) > 0
}
