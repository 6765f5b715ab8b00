package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// secretReader takes the fields of one secret and remembers what is wrong with them.
type secretReader struct {
	name   string
	fields map[string]json.RawMessage
	errs   []error
}

func (r *secretReader) bad(key, what string) {
	r.errs = append(r.errs, fmt.Errorf("secret %s: %s %s", r.name, key, what))
}

// text is a string field, trimmed. A required one that is missing or blank is an error; null counts as missing.
func (r *secretReader) text(key string) string {
	raw, ok := r.fields[key]
	if ok && !bytes.Equal(raw, []byte("null")) {
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			r.bad(key, "is not a string")
			return ""
		}
		if s = strings.TrimSpace(s); s != "" {
			return s
		}
	}
	if slices.Contains(required, key) {
		what := "is missing"
		if ok {
			what = "is empty"
		} else if near, ok := text.Nearest(key, slices.Sorted(maps.Keys(r.fields))); ok && !slices.Contains(known, near) {
			what += "; is " + near + " meant to be it?"
		}
		r.bad(key, what)
	}
	return ""
}

func (r *secretReader) id(key string) string {
	s := r.text(key)
	if s != "" && !idPattern.MatchString(s) {
		r.bad(key, "is not an id: letters and digits only")
		return ""
	}
	return s
}

func (r *secretReader) token(key string) Secret {
	s := r.text(key)
	if !visibleASCII(s) {
		r.bad(key, "holds spaces or characters that cannot be sent in a header")
		return ""
	}
	return Secret(s)
}

// color reads project_options, which is an object or a JSON string that holds one.
func (r *secretReader) color() string {
	raw, ok := r.fields[keyOptions]
	if !ok || bytes.Equal(raw, []byte("null")) {
		return ""
	}
	inner := string(raw)
	var quoted string
	if json.Unmarshal(raw, &quoted) == nil {
		if inner = strings.TrimSpace(quoted); inner == "" {
			return ""
		}
	}
	var options map[string]json.RawMessage
	if json.Unmarshal([]byte(inner), &options) != nil {
		r.bad(keyOptions, "is not a JSON object, nor a string that holds one")
		return ""
	}
	value, ok := options["color"]
	if !ok {
		if near, ok := text.Nearest("color", slices.Sorted(maps.Keys(options))); ok {
			r.bad(keyOptions, "has no color; is "+near+" meant to be it?")
		}
		return ""
	}
	var c string
	if json.Unmarshal(value, &c) != nil || c != "" && !colour.MatchString(c) {
		r.bad(keyOptions, "has a color that is not like #00FFFF")
		return ""
	}
	return c
}

// unknown reports keys that look like a mistyped one. Other unknown keys are left alone: the old tool did.
func (r *secretReader) unknown() {
	for _, key := range slices.Sorted(maps.Keys(r.fields)) {
		if slices.Contains(known, key) {
			continue
		}
		near, _ := text.Nearest(key, known)
		_, there := r.fields[near]
		if near == "" || !there && slices.Contains(required, near) {
			continue // that a required one is missing, text has told
		}
		r.bad(key, "is not a key of a time sync; did you mean "+near+"?")
	}
}
