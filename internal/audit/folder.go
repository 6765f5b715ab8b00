package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// folder is the audit folder, or that of a run in it. os.Root keeps every name in it: a link that leads out is refused.
type folder struct {
	*os.Root
	wrap func(file) file // in tests: a disk that is full; nil: files are as they are
}

type file interface {
	io.WriteCloser
	Sync() error
}

func openFolder(dir string) (folder, error) {
	root, err := os.OpenRoot(dir)
	return folder{Root: root}, err
}

// runFolder matches the names of runs' folders, and folderTime is how they begin.
var runFolder = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d{6}Z-`)

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
		err := dir.Mkdir(name, 0o755)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil {
			err = dir.Chmod(name, 0o755) // whatever the umask: a later step of a job may run as somebody else (docs/github.md#containers)
		}
		if err != nil {
			return "", folder{}, err
		}
		sub, err := dir.sub(name)
		return name, sub, err
	}
	return "", folder{}, errors.New("every name for the run's folder is taken")
}

func (f folder) sub(name string) (folder, error) {
	root, err := f.OpenRoot(name)
	return folder{root, f.wrap}, err
}

// runs are the names of the runs' folders, the oldest first.
func (f folder) runs() ([]string, error) {
	names, err := f.names()
	return slices.DeleteFunc(names, func(name string) bool { return !runFolder.MatchString(name) }), err
}

func (f folder) names() ([]string, error) {
	entries, err := fs.ReadDir(f.FS(), ".") // sorted
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// open opens a file to write at its end. A new one is for everybody to read, whatever the umask.
func (f folder) open(name string, flags int) (*os.File, error) {
	out, err := f.OpenFile(name, flags|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	if info, err := out.Stat(); err == nil && info.Size() == 0 {
		if err := out.Chmod(0o644); err != nil {
			return nil, errors.Join(err, out.Close())
		}
	}
	return out, nil
}

func (f folder) wrapped(out file) file {
	if f.wrap != nil {
		return f.wrap(out)
	}
	return out
}

// create makes a file that was not there, never through a link.
func (f folder) create(name string) (file, error) {
	out, err := f.open(name, os.O_EXCL|os.O_WRONLY)
	if err != nil {
		return nil, err
	}
	return f.wrapped(out), nil
}

const partSuffix = ".part"

// write replaces a file as a whole: it is written beside its place, brought to the disk and moved there.
func (f folder) write(name string, data []byte) error {
	part := name + partSuffix
	if err := f.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	out, err := f.create(part)
	if err != nil {
		return err
	}
	if err := writeAll(out, data); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), f.Remove(part))
	}
	return f.Rename(part, name)
}

// writeAll brings data to the disk and closes the file.
func writeAll(out file, data []byte) error {
	_, err := out.Write(data)
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

// plainName reports whether name can be a file of the folder itself.
func plainName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, "/\\:")
}

// errHeld says that somebody else holds a lock.
var errHeld = errors.New("it is locked")

// lock takes the lock of a run: errHeld where somebody else has it. It ends with the process that took it.
func (f folder) lock() (io.Closer, error) {
	held, err := f.OpenFile(JournalFile, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	if err := lock(held, true); err != nil {
		return nil, errors.Join(err, held.Close())
	}
	return locked{held}, nil
}

// locked is a file with a lock. Closing it ends the lock, also while a process that is just being started still has the file.
type locked struct{ *os.File }

func (l locked) Close() error {
	unlock(l.File)
	return l.File.Close()
}

// held reports whether somebody has the lock of a run in the audit folder.
func (f folder) held(run string) bool {
	looked, err := f.Open(run + "/" + JournalFile)
	if err != nil {
		return false
	}
	defer func() { _ = locked{looked}.Close() }() // it was only looked at
	return errors.Is(lock(looked, false), errHeld)
}
