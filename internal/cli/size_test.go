package cli

import (
	"os"
	"testing"
)

// sized chooses how much a test does: small in every run, full where CLOCKIFY_TESTS is full, as in a step of .ci/run, and
// a third of small under -short and the race detector.
func sized(small, full int) int {
	switch {
	case testing.Short() || raced:
		return small / 3
	case os.Getenv("CLOCKIFY_TESTS") == "full":
		return full
	}
	return small
}
