package spec

import (
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// email reads an address, or gives none.
func (o *object) email(key string) (string, bool) {
	s, ok := o.checked("an email address", nil, key)
	if !ok {
		return "", false
	}
	email, wrong := parseEmail(s.text)
	if wrong != "" {
		o.d.bad(s.at, "%s: %s %s; write an email address", o.name(key), quote(s.text), wrong)
	}
	return email, wrong == ""
}

// address reads a URL a key may be sent to, and cuts the slash at its end.
func (o *object) address(fallback, key string) string {
	if s, ok := o.scalar("an address such as "+fallback, key); ok && strings.Contains(s.text, "@") {
		o.d.hide(s.text)
		o.d.badKey(o.find(key).at, "%s holds a user name or password; keys come from the environment only", o.name(key))
		return fallback
	}
	s, ok := o.checked("an address such as "+fallback, func(text string) bool {
		u, err := url.Parse(text)
		return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.RawQuery == "" && u.Fragment == ""
	}, key)
	if !ok {
		return fallback
	}
	u, _ := url.Parse(s.text)
	switch ip := net.ParseIP(u.Hostname()); {
	case u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()):
		o.d.bad(s.at, "%s: the key would be sent in the clear; write https", o.name(key))
	default:
		return strings.TrimRight(s.text, "/")
	}
	return fallback
}

// limit reads a count or a share. The floor of a share is the default's; 0 and 0% both allow none.
func (o *object) limit(to *state.Limit, key string) {
	o.checked("a count such as 5, or a share such as 5%", func(text string) bool {
		if m := percentPattern.FindStringSubmatch(text); m != nil {
			share, err := strconv.ParseFloat(m[1], 64)
			if err != nil || share > 100 {
				return false
			}
			*to = state.Limit{Share: share / 100, Floor: to.Floor}
			if share == 0 {
				*to = state.Limit{}
			}
			return true
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return false
		}
		*to = state.Limit{Count: n}
		return true
	}, key)
}

// durationPattern is one or more of weeks, days, hours, minutes.
var durationPattern = regexp.MustCompile(`^(\d{1,6}[wdhm])+$`)

var durationPart = regexp.MustCompile(`(\d+)([wdhm])`)

// duration reads 7d, 36h or 1d12h; days have 24 hours. The scalar is nil where nothing sound was written.
func (o *object) duration(key string) (time.Duration, *scalar) {
	var total time.Duration
	s, ok := o.checked("a time such as 7d or 36h", func(text string) bool {
		var ok bool
		total, ok = parseDuration(text)
		return ok
	}, key)
	if !ok {
		return 0, nil
	}
	return total, &s
}

func parseDuration(text string) (time.Duration, bool) {
	if text == "0" {
		return 0, true
	}
	if !durationPattern.MatchString(text) {
		return 0, false
	}
	const longest = 10 * 366 * 24 * time.Hour
	units := map[string]time.Duration{"w": 7 * 24 * time.Hour, "d": 24 * time.Hour, "h": time.Hour, "m": time.Minute}
	var total time.Duration
	for _, m := range durationPart.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil || n > int(longest/units[m[2]]) {
			return 0, false
		}
		if total += time.Duration(n) * units[m[2]]; total > longest {
			return 0, false
		}
	}
	return total, true
}

// objects reads a list of mappings; name gives each its path.
func (o *object) objects(key string) []*object {
	n, p := o.get(key)
	if n == nil {
		return nil
	}
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		o.d.bad(start(n), "%s is %s; write a list: each entry begins with \"- \"", o.name(key), found(n))
		return nil
	}
	var out []*object
	for i, item := range seq.Values {
		item = o.d.resolve(item)
		if item == nil {
			o.d.bad(p.at, "%s: entry %d is empty", o.name(key), i+1)
			continue
		}
		if c := o.d.newObject(item, o.name(key)+" "+strconv.Itoa(i+1), start(item)); c != nil {
			out = append(out, c)
		}
	}
	return out
}
