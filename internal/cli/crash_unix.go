//go:build unix

package cli

import (
	"runtime/debug"
	"syscall"
)

// crashLoudly has a panic end the process by a signal: Go's own exit code for it, 2, means that changes are pending. No
// core is left behind, for it would hold the keys.
func crashLoudly() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) // where it may not be lowered it is 0 already
	debug.SetTraceback("crash")
}
