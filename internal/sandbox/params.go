package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// has says whether the body has the key, with a value that is not null.
func (c *call) has(key string) bool {
	v, there := c.body[key]
	return there && string(v) != "null"
}

// in reads one key of the body; a value of another type is 400/3002, kept in c.bad.
func in[T any](c *call, key string) T {
	v, err := value[T](c.body, key)
	if err != nil && c.bad == nil {
		rep := fail(400, 3002, "JSON parse error: Cannot deserialize value of "+key)
		c.bad = &rep
	}
	return v
}

func value[T any](body map[string]json.RawMessage, key string) (T, error) {
	var v T
	raw, there := body[key]
	if !there {
		return v, nil
	}
	err := json.Unmarshal(raw, &v)
	return v, err
}

// enum reads one key of the body that has a closed set of values; another is 400/3002 naming them.
func (c *call) enum(key string, set ...string) string {
	v := in[string](c, key)
	if c.has(key) && c.bad == nil && !contains(set, v) {
		rep := fail(400, 3002, "JSON parse error: Cannot deserialize value of "+key+" from \""+v+"\": not one of the values accepted: ["+strings.Join(set, ", ")+"]")
		c.bad = &rep
	}
	return v
}

func contains(set []string, v string) bool { return slices.Contains(set, v) }

// or is what a key of the body says, or what counts when it is left out.
func or(v *int, otherwise int) int {
	if v == nil {
		return otherwise
	}
	return *v
}

// query is the first value of a query parameter.
func (c *call) query(key string) string {
	c.known = append(c.known, key)
	if v := c.q[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// list is a query parameter of many values, repeated or with commas.
func (c *call) list(key string) []string {
	c.known = append(c.known, key)
	var out []string
	for _, v := range c.q[key] {
		for _, s := range strings.Split(v, ",") {
			if s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// unknown is a query parameter that nothing here looked at. Clockify may know it: it is refused, so that no test takes for
// filtered what is not.
func (c *call) unknown() *reply {
	for key := range c.q {
		if key != "page" && key != "page-size" && !contains(c.known, key) {
			rep := fail(http.StatusNotImplemented, 501, "the sandbox does not do the parameter "+key)
			return &rep
		}
	}
	return nil
}

// flag is a query parameter that is true, false or left out; another value is 400/3000.
func (c *call) flag(key string) (value, there bool) {
	switch v := c.query(key); v {
	case "":
		return false, false
	case "true", "false":
		return v == "true", true
	default:
		c.badQuery(key, v)
		return false, false
	}
}

func (c *call) badQuery(key, v string) {
	if c.bad == nil {
		rep := fail(400, 3000, "Method parameter '"+key+"': Failed to convert value of type 'java.lang.String'; Invalid value ["+v+"]")
		c.bad = &rep
	}
}

// choice is a query parameter with a closed set of values; another is 400/3000.
func (c *call) choice(key string, set ...string) string {
	v := c.query(key)
	if v != "" && !contains(set, v) {
		c.badQuery(key, v)
	}
	return v
}

func (c *call) number(key string, or int) int {
	v := c.query(key)
	if v == "" {
		return or
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		c.badQuery(key, v)
		return or
	}
	return n
}

// lang is the language of messages: the key owner's, or the server's (#errors).
func (c *call) lang() string {
	if c.s.opts.Locale != "" {
		return c.s.opts.Locale
	}
	if c.me != nil {
		return strings.ToLower(c.me.Lang)
	}
	return ""
}
