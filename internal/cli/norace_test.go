//go:build !race

package cli

// raced tells that the race detector is on, under which everything takes ten times as long.
const raced = false
