//go:build linux && container

package action_test

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/cli"
)

// The runner's own user, to whom the workspace and the command files belong.
const runnerUser = 1001

// TestContainer runs the image of CLOCKIFY_SYNC_IMAGE as GitHub's runner runs a container action (docs/github.md#containers),
// with the command of CLOCKIFY_SYNC_CONTAINER, against a Clockify and a GitHub on this machine. .ci/container
// sets both.
//
// Unlike the runner it shares the machine's network, for the two servers listen on a loopback address, and it has no
// Docker socket to hand in.
func TestContainer(t *testing.T) {
	command, image := strings.Fields(os.Getenv("CLOCKIFY_SYNC_CONTAINER")), os.Getenv("CLOCKIFY_SYNC_IMAGE")
	if len(command) == 0 || image == "" {
		t.Fatal("CLOCKIFY_SYNC_CONTAINER and CLOCKIFY_SYNC_IMAGE are not set: .ci/container does it")
	}
	r := newRunner(t)
	clockify, hub := httptest.NewServer(r.clockify), httptest.NewServer(r.hub)
	defer clockify.Close()
	defer hub.Close()
	r.env["INPUT_API-URL"], r.env["INPUT_REPORTS-URL"] = clockify.URL+"/api/v1", clockify.URL+"/report/v1"
	r.env["GITHUB_API_URL"] = hub.URL
	box := container{runner: r, command: command, image: image}
	r.start = box.start

	box.checkout()
	plan := r.run(r.pull(head1, nil))
	plan.want(t, cli.ExitDone, map[string]string{"has-changes": "true", "gated": "4", "audit-dir": "clockify-audit"})
	if n := len(r.comments()); n != 1 {
		t.Fatalf("%d comments, want 1", n)
	}
	box.readable()
	if t.Failed() {
		return
	}

	// On merge, with what the plan's job said handed on to the next.
	r.env["INPUT_APPROVE"] = plan.outputs["approval-digest"]
	r.merge(head1)
	r.run(r.push()).want(t, cli.ExitDone, map[string]string{"withheld": "0", "failed": "0"})
	if r.active("tim.ott") || r.active("rosa.vega") {
		t.Error("who was approved is still active")
	}
	box.readable()

	// A time sync whose secret is a variable of the step: it reaches the container, and its tokens are masked.
	r.env["INPUT_COMMAND"], r.env["INPUT_SECRET-NAMES"] = "validate", "ACME_SYNC"
	r.env["ACME_SYNC"] = `{"time_entry_source_workspace_id":"a1","time_entry_source_client_id":"b2","time_entry_destination_workspace_id":"c3","user_id":"d4","token":"the-token-of-the-acme-sync"}`
	listed := r.run(r.push())
	listed.want(t, cli.ExitDone, map[string]string{"matrix": `{"include":[{"only":"users"},{"only":"time:ACME_SYNC"}]}`})
	if strings.Contains(maskLine.ReplaceAllString(listed.log, ""), "the-token-of") || !strings.Contains(listed.log, "::add-mask::the-token-of-the-acme-sync\n") {
		t.Errorf("the sync's token is not masked:\n%s", listed.log)
	}

	box.cleanable()
	if out, err := exec.Command(command[0], append(slices.Clone(command[1:]), "--entrypoint", "/bin/sh", image, "-c", "true")...).CombinedOutput(); err == nil {
		t.Errorf("the image has a shell:\n%s", out)
	}
}

// container runs a program as a container action.
type container struct {
	*runner
	command []string // what runs an image, up to the flags
	image   string
}

func (c container) start(env map[string]string) (int, string) {
	t := c.t
	t.Helper()
	home, temp := t.TempDir(), t.TempDir()
	for _, name := range []string{c.dir, c.files, env["GITHUB_OUTPUT"], env["GITHUB_STEP_SUMMARY"]} {
		if err := os.Chown(name, runnerUser, runnerUser); err != nil {
			t.Fatal(err)
		}
	}
	// Paths of the machine are translated to those of the container.
	paths := strings.NewReplacer(filepath.Join(c.files, "event.json"), "/github/workflow/event.json", c.files, "/github/file_commands", c.dir, "/github/workspace")
	args := append(slices.Clone(c.command[1:]), "--workdir", "/github/workspace", "--rm",
		"-v", temp+":/github/runner_temp", "-v", home+":/github/home", "-v", c.files+":/github/workflow",
		"-v", c.files+":/github/file_commands", "-v", c.dir+":/github/workspace")
	cmd := exec.Command(c.command[0])
	cmd.Env = append(os.Environ(), "HOME=/github/home")
	for _, name := range slices.Sorted(maps.Keys(env)) {
		args = append(args, "-e", name)
		cmd.Env = append(cmd.Env, name+"="+paths.Replace(env[name]))
	}
	args = append(args, "-e", "HOME", c.image)
	cmd.Args = append(cmd.Args, args...)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &log, &log, time.Minute
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), log.String()
}

// readable reads what was written as the next step does: as the runner's user, not as root.
func (c container) readable() {
	c.t.Helper()
	cmd := exec.Command("find", filepath.Join(c.dir, "clockify-audit"), "-type", "f", "-exec", "cat", "{}", "+")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: runnerUser, Gid: runnerUser}}
	if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("approval_digest")) {
		c.t.Errorf("the runner's user cannot read the audit files: %v\n%.2000s", err, out)
	}
}

// checkout makes the workspace a checkout of the runner's user.
func (c container) checkout() {
	c.t.Helper()
	if err := os.Chmod(filepath.Dir(c.dir), 0o755); err != nil { // the test's own folder, which others may not enter
		c.t.Fatal(err)
	}
	err := filepath.WalkDir(c.dir, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chown(path, runnerUser, runnerUser))
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.git("init", "-q")
	c.git("add", ".")
}

// cleanable wants the next checkout to be able to take away what runs left: git does it as the runner's user.
func (c container) cleanable() {
	c.t.Helper()
	c.git("clean", "-ffdx")
	if left, err := os.ReadDir(filepath.Join(c.dir, "clockify-audit")); err == nil {
		c.t.Errorf("git clean left %v", left)
	}
}

// git runs git in the workspace as the runner's user.
func (c container) git(args ...string) {
	c.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = c.dir, append(os.Environ(), "HOME="+c.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: runnerUser, Gid: runnerUser}}
	if out, err := cmd.CombinedOutput(); err != nil {
		c.t.Errorf("git %v: %v\n%s", args, err, out)
	}
}
