//go:build unix

package action_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/cli"
)

// TestOwner runs as root in a workspace of another user, as a container of GitHub's runner does: what it writes belongs to
// that user.
func TestOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	inRunner(t, func(r *runner) {
		const user = 1001
		if err := os.Chown(r.dir, user, user); err != nil {
			r.t.Fatal(err)
		}
		r.run(r.pull(head1, nil)).want(r.t, cli.ExitDone, nil)
		r.merge(head1)
		r.run(r.push()).want(r.t, cli.ExitDone, nil)
		found := 0
		err := filepath.WalkDir(filepath.Join(r.dir, "clockify-audit"), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err == nil && info.Sys().(*syscall.Stat_t).Uid != user {
				r.t.Errorf("%s is not the workspace's owner's", path)
			}
			found++
			return err
		})
		if err != nil || found < 10 {
			r.t.Errorf("%d files: %v", found, err)
		}
	})
}
