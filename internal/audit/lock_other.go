//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package audit

import (
	"errors"
	"os"
)

// lock has no lock to take here.
func lock(*os.File, bool) error { return errors.ErrUnsupported }

// unlock has nothing to do: closing the file ends a lock.
func unlock(*os.File) {}
