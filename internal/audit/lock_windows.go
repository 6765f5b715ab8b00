package audit

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

// From the Windows API's headers.
const (
	lockFailImmediately = 1
	lockExclusive       = 2
	errorLockViolation  = syscall.Errno(33)
)

// lock takes a lock on an open file, for itself alone or shared, without waiting. Closing the file ends it. Nobody else
// can read the bytes that are locked, so it is one byte far behind the end.
func lock(f *os.File, alone bool) error {
	flags := uintptr(lockFailImmediately)
	if alone {
		flags |= lockExclusive
	}
	at := syscall.Overlapped{OffsetHigh: 1 << 30}
	lockFileEx := syscall.NewLazyDLL("kernel32.dll").NewProc("LockFileEx")
	ok, _, err := lockFileEx.Call(f.Fd(), flags, 0, 1, 0, uintptr(unsafe.Pointer(&at)))
	switch {
	case ok != 0:
		return nil
	case errors.Is(err, errorLockViolation), errors.Is(err, syscall.ERROR_IO_PENDING):
		return errHeld
	}
	return err
}

// unlock has nothing to do: closing the file ends a lock.
func unlock(*os.File) {}
