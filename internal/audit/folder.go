package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// folder is the audit folder. Tests put one in its place whose disk is full.
type folder interface {
	Create(name string) (file, error) // new, never through a link
	Read(name string) ([]byte, error) // nil if there is none
	Remove(name string) error         // no error if there is none
	Rename(name string, to func(try int) string) error
	write(name string, data []byte) error
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
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return disk{root}, nil
}

func (d disk) Create(name string) (file, error) {
	f, err := d.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(0o644); err != nil { // whatever the umask: a later step may run as somebody else (docs/github.md#containers)
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (d disk) Read(name string) ([]byte, error) {
	text, err := d.root.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

func (d disk) Remove(name string) error {
	if err := d.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (d disk) Rename(name string, to func(try int) string) error {
	const most = 1000
	for try := range most {
		_, err := d.root.Lstat(to(try))
		if errors.Is(err, fs.ErrNotExist) {
			return d.root.Rename(name, to(try))
		}
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("%s and %d more are in the way", to(0), most-1)
}

// write replaces a file as a whole: it is written beside its place and moved there.
func (d disk) write(name string, data []byte) error {
	part := name + ".part"
	if err := d.Remove(part); err != nil {
		return err
	}
	f, err := d.Create(part)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return d.root.Rename(part, name)
}

func (d disk) Close() error { return d.root.Close() }

// plainName reports whether name can be a file of the folder itself.
func plainName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, "/\\:")
}
