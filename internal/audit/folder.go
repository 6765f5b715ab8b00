package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// folder is the audit folder, or that of a run in it. Tests put one in its place whose disk is full.
type folder interface {
	Mkdir(name string) error
	Sub(name string) (folder, error)
	Create(name string) (file, error)    // new, never through a link
	Append(name string) (file, error)    // there already
	Read(name string) ([]byte, error)    // nil if there is none
	Lock(name string) (io.Closer, error) // errHeld: somebody else has it; it ends with the process that took it
	Held(name string) bool               // whether Lock would say errHeld
	Remove(name string) error            // no error if there is none
	Rename(from, to string) error
	Names() ([]string, error)
	Close() error
}

type file interface {
	io.WriteCloser
	Sync() error
}

// disk is a folder of the file system. os.Root keeps every name in it: a link that leads out is refused.
type disk struct{ root *os.Root }

func openFolder(dir string) (folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return existingFolder(dir)
}

func existingFolder(dir string) (folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return disk{root}, nil
}

// folderTime is how the name of a run's folder begins.
const folderTime = "2006-01-02T150405Z-"

// newRunFolder makes a folder named for the run: when, which command, and four digits that keep two of one second apart.
func newRunFolder(dir folder, at time.Time, meta Meta, digest string) (string, folder, error) {
	for try := range 100 {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", meta.Run, digest, try))
		name := at.UTC().Format(folderTime)
		if plainName(meta.Command) {
			name += meta.Command + "-"
		}
		name += hex.EncodeToString(sum[:2])
		err := dir.Mkdir(name)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", nil, err
		}
		sub, err := dir.Sub(name)
		return name, sub, err
	}
	return "", nil, errors.New("every name for the run's folder is taken")
}

// Mkdir and Create set the mode whatever the umask: a later step of a job may run as somebody else (docs/github.md#containers).
func (d disk) Mkdir(name string) error {
	if err := d.root.Mkdir(name, 0o755); err != nil {
		return err
	}
	return d.root.Chmod(name, 0o755)
}

func (d disk) Create(name string) (file, error) {
	f, err := d.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(0o644); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (d disk) Sub(name string) (folder, error) {
	root, err := d.root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return disk{root}, nil
}

func (d disk) Append(name string) (file, error) {
	return d.root.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
}

func (d disk) Read(name string) ([]byte, error) {
	data, err := d.root.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

func (d disk) Lock(name string) (io.Closer, error) {
	f, err := d.root.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	if err := lock(f, true); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (d disk) Held(name string) bool {
	f, err := d.root.Open(name)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // it was only looked at
	return errors.Is(lock(f, false), errHeld)
}

func (d disk) Remove(name string) error {
	if err := d.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (d disk) Rename(from, to string) error { return d.root.Rename(from, to) }

func (d disk) Names() ([]string, error) {
	entries, err := fs.ReadDir(d.root.FS(), ".")
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

func (d disk) Close() error { return d.root.Close() }

const partSuffix = ".part"

// write replaces a file as a whole: it is written beside its place, brought to the disk and moved there.
func write(f folder, name string, data []byte) error {
	part := name + partSuffix
	if err := f.Remove(part); err != nil {
		return err
	}
	out, err := f.Create(part)
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	if err == nil {
		err = out.Sync()
	}
	if err := errors.Join(err, out.Close()); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), f.Remove(part))
	}
	return f.Rename(part, name)
}

// plainName reports whether name can be a file of the folder itself.
func plainName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, "/\\:")
}
