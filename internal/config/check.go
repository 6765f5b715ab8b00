package config

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/token"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// place is where a value stands, and how a message speaks of it.
type place struct {
	setting *setting
	value   *value       // nil: null
	at      *token.Token // of its key, or of itself in a list
	name    string       // api.max_calls, time_sync "acme".window
	own     string       // the user's own name, where it is one
	inList  bool
}

// key is the place of a key of the table.
func (p place) key(k *setting, e *entry) place {
	return place{setting: k, value: e.value, at: e.at, name: strings.TrimPrefix(p.name+"."+k.name, ".")}
}

// ownKey is the place of a name of the user's own.
func (p place) ownKey(e *entry) place {
	return place{setting: p.setting, value: e.value, at: e.at, name: p.name, own: e.key}
}

// item is the place of an entry of a list.
func (p place) item(i int) place {
	p.value, p.inList = p.value.list[i], true
	if p.value != nil {
		p.at = p.value.at
	}
	if p.setting.kind == mappings {
		p.name += " " + strconv.Itoa(i+1)
		if n := p.value.get("name"); n != nil && n.shape == aScalar && SoundSyncName(n.text) {
			p.name = p.setting.name + " " + quote(n.text)
		}
		p.setting = &setting{kind: aMapping, keys: p.setting.keys}
	}
	return p
}

// wrong reports a value that is not what the table wants, with the reason where there is one. It returns false.
func (d *document) wrong(p place, why string) bool {
	switch hides := formats[p.setting.as].hides; {
	case p.value == nil:
		d.empty(p)
	case p.value.shape == aScalar && hides != nil && hides(p.value.text):
		d.secret(p)
	default:
		d.unwanted(p, why)
	}
	return false
}

// empty reports a key or an entry without a value.
func (d *document) empty(p place) {
	switch {
	case p.own != "":
		d.bad(p.at, "%s: %s has no value; write %s", p.name, quote(p.own), p.setting.wanted())
	case p.setting.as == "color":
		d.bad(p.at, "%s is empty; write %s: without them # begins a comment", p.name, p.setting.wanted())
	default:
		d.bad(p.at, "%s is empty", p.name)
	}
}

// secret reports a value that may be a token or hold a password, without showing it.
func (d *document) secret(p place) {
	d.hide(p.value.text)
	if p.setting.as == "variable" {
		d.badKey(p.at, "%s is not the name of an environment variable (not shown: it may be the token)", p.name)
		return
	}
	d.badKey(p.at, "%s holds a user name or password; keys come from the environment only", p.name)
}

// unwanted reports a value of another form, or one that breaks a rule.
func (d *document) unwanted(p place, why string) {
	at, found, want := p.value.at, p.value.found(), p.setting.wanted()
	one := formats[p.setting.as].want // what an entry of a list must be
	inList := p.inList && p.setting.kind != aMapping
	switch {
	case p.own != "" && p.setting.kind != people:
		d.bad(at, "%s: %s is %s; write %s", p.name, quote(p.own), found, want)
	case inList && p.value.shape != aScalar:
		d.bad(at, "%s holds %s; write %s", p.name, found, want)
	case why != "" && p.inList:
		d.bad(at, "%s: %s %s; write %s", p.name, found, why, cmp.Or(one, want))
	case why != "":
		d.bad(at, "%s: %s %s; write %s", p.name, found, why, want)
	case inList:
		d.bad(at, "%s: %s is not %s", p.name, found, one)
	default:
		d.bad(at, "%s is %s; write %s", p.name, found, want)
	}
}

// missing reports a key that a mapping is of no use without.
func (d *document) missing(p place, k *setting) {
	switch {
	case k.name == "name":
		d.bad(p.at, "%s has no name; write name: and a short word", p.name)
	case k.kind == aMapping:
		d.bad(p.at, "%s needs %s", p.name, k.name)
	default:
		d.bad(p.at, "%s.%s is missing", p.name, k.name)
	}
}

// unknownKey reports a key that the table does not have, with the nearest that it has.
func (d *document) unknownKey(s *setting, e *entry) {
	var known []string
	for _, k := range s.inFile() {
		known = append(known, k.name)
	}
	what := "unknown key " + quote(e.key)
	if near, ok := text.Nearest(e.key, known); ok {
		what += "; did you mean " + near + "?"
	} else if secretName(e.key) {
		what += "; keys and tokens come from the environment only"
	} else if len(known) > 0 && len(known) <= 6 {
		what += "; known here: " + strings.Join(known, ", ")
	}
	d.badKey(e.at, "%s", what)
}

func secretName(key string) bool {
	key = strings.ToLower(key)
	return strings.Contains(key, "token") || strings.Contains(key, "key") || strings.Contains(key, "secret") || strings.Contains(key, "password")
}
