//go:build !unix

package cli

import "runtime/debug"

// crashLoudly has a panic end the process otherwise than by exit code 2, which means that changes are pending.
func crashLoudly() { debug.SetTraceback("crash") }
