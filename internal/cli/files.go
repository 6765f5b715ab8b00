package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// path makes a path of the user's absolute.
func (c *console) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.Dir, name)
}

// inputs is where users.csv and the config are read from: at a terminal any path, in GitHub Actions only what lies in
// the workspace, symbolic links included, since a pull request may put anything there.
func (c *console) inputs(confined bool) (fs.FS, func(), error) {
	if !confined {
		return anywhere{c}, func() {}, nil
	}
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return nil, nil, fmt.Errorf("open the workspace: %w", err)
	}
	return root.FS(), func() { _ = root.Close() }, nil
}

// anywhere opens files by any path, relative ones from the working directory. It takes more names than an fs.FS must.
type anywhere struct{ *console }

func (a anywhere) Open(name string) (fs.File, error) { return os.Open(a.path(name)) }

// confine refuses a path that leaves the workspace.
func confine(setting, name string) error {
	if name != "" && !filepath.IsLocal(name) {
		return about(aboutGitHub, fmt.Errorf("%s: %q leaves the workspace. Write a path below it, such as clockify/users.csv", setting, name))
	}
	return nil
}

// writeFile writes a file the user asked for, whole or not at all. What is there and no file, such as /dev/stdout, is
// written to and not replaced.
func (c *console) writeFile(name string, data []byte) error {
	path := c.path(name)
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s is a folder; name a file in it", name)
	case err == nil && !info.Mode().IsRegular():
		return os.WriteFile(path, data, 0o644)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".clockify-sync-*")
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no folder %s: make it first", filepath.Dir(name))
	}
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chmod(tmp.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}

// makeDir makes a folder for output. In GitHub Actions one that leaves the workspace, by a symbolic link too, is refused.
func (c *console) makeDir(name string) error {
	if info, err := os.Stat(c.path(name)); err == nil && !info.IsDir() {
		return fmt.Errorf("%s is a file; name a folder", name)
	}
	if c.log == nil {
		return os.MkdirAll(c.path(name), 0o755)
	}
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	if err := root.MkdirAll(name, 0o755); err != nil {
		return err
	}
	_, err = root.Stat(name)
	return err
}

// readPlan reads a plan that was written before. What is no file, such as /dev/stdout, never ends or never begins.
func (c *console) readPlan(name string) ([]byte, error) {
	if info, err := os.Stat(c.path(name)); err != nil || !info.Mode().IsRegular() {
		return nil, fs.ErrNotExist
	}
	return os.ReadFile(c.path(name))
}
