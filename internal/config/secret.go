package config

import (
	"fmt"
	"io"
	"log/slog"
)

// mask is what a Secret shows of itself.
const mask = "***"

// Secret is a token. Printing, logging and encoding it gives ***; only Reveal gives the text. Three ways around that are
// the language's: the verbs %p and %w, which go vet refuses here, a Secret as the key of a map in JSON, and fmt on an unexported
// field of that type. Have none.
type Secret string

// Reveal returns the token itself, for the one place that sends or masks it.
func (s Secret) Reveal() string { return string(s) }

// String returns ***, or nothing for a secret that is not set.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return mask
}

// GoString is what %#v prints.
func (s Secret) GoString() string { return `config.Secret("` + s.String() + `")` }

// Format serves every verb of fmt, also the ones String does not reach, such as %x and %d.
func (s Secret) Format(f fmt.State, verb rune) {
	text := s.String()
	if verb == 'v' && f.Flag('#') {
		text = s.GoString()
	}
	_, _ = io.WriteString(f, text) // fmt has nowhere to tell of an error
}

// LogValue is what slog prints.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is what encoders of text print.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON is what encoding/json prints.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }
