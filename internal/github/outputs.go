package github

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Outputs writes step outputs to the file at GITHUB_OUTPUT, each a single line name=value. The library's own form is not
// used: its delimiter is fixed, and a value holding it could add outputs (docs/github.md#outputs).
type Outputs struct{ path string }

// maxOutput bounds one value, in bytes: a job's outputs together may have 1 MB counted as UTF-16 (docs/github.md#outputs).
const maxOutput = 256 << 10

var outputName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,63}$`)

// NewOutputs writes to path; with "" outputs go nowhere.
func NewOutputs(path string) Outputs { return Outputs{path: path} }

// Set writes one output. A name or value that is not a single safe line is an error and nothing is written.
func (o Outputs) Set(name, value string) error {
	if !outputName.MatchString(name) {
		return fmt.Errorf("set output %q: the name may have lower-case letters, digits, - and _ only", text.ClipBytes(name, 80))
	}
	if len(value) > maxOutput {
		return fmt.Errorf("set output %s: the value has %d bytes, the most is %d", name, len(value), maxOutput)
	}
	if !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u0085' || r == '\u2028' || r == '\u2029' }) {
		return fmt.Errorf("set output %s: the value is not one line of text", name)
	}
	if o.path == "" {
		return nil
	}
	if err := appendFile(o.path, name+"="+value); err != nil {
		return fmt.Errorf("set output %s: %w", name, err)
	}
	return nil
}

// appendFile adds lines to a file of the runner's, which makes it: one that is missing is somebody's mistake.
func appendFile(path, lines string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	last, end := []byte{'\n'}, int64(0)
	if end, err = f.Seek(0, io.SeekEnd); err == nil && end > 0 {
		_, err = f.ReadAt(last, end-1)
	}
	if last[0] != '\n' { // somebody left it open
		lines = "\n" + lines
	}
	if err == nil {
		_, err = f.WriteString(lines + "\n")
	}
	return errors.Join(err, f.Close())
}
