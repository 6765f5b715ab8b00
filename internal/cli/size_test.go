package cli

import (
	"os"
	"testing"
)

// sized chooses how much a test does: small in every run, full where CLOCKIFY_TESTS is full or nightly, as in .ci/run and .ci/nightly, and
// a third of small under -short and the race detector.
func sized(small, full int) int {
	switch {
	case testing.Short() || raced:
		return small / 3
	case os.Getenv("CLOCKIFY_TESTS") != "":
		return full
	}
	return small
}

// seeds is how many disturbed lives are lived: 20 at night, fewer by day.
func seeds(small, full int) int {
	if os.Getenv("CLOCKIFY_TESTS") == "nightly" {
		return 20
	}
	return sized(small, full)
}
