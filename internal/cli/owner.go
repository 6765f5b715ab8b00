package cli

import (
	"io/fs"
	"os"
	"path/filepath"
)

// giveToOwner makes folders and files that were written belong to whoever owns the working directory. A container of
// GitHub's runner is root's, the workspace is not, and the runner has to be able to clean it up (docs/github.md#containers).
// What cannot be given away stays as it is: nothing of the run depends on it.
func (c *console) giveToOwner(names ...string) {
	uid, gid, ok := ownerOf(c.Dir)
	if !ok || os.Geteuid() != 0 || uid == 0 {
		return
	}
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return
	}
	defer func() { _ = root.Close() }()
	for _, name := range names {
		_ = fs.WalkDir(root.FS(), filepath.ToSlash(filepath.Clean(name)), func(path string, _ fs.DirEntry, err error) error {
			if err == nil {
				_ = root.Lchown(path, uid, gid)
			}
			return nil
		})
	}
}
