package config

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/token"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// validate checks the tree by the schema, puts what the library says into words, and takes what is wrong out of the tree.
func (d *document) validate(root *setting) error {
	schema, err := compile()
	if err != nil {
		return err
	}
	if d.tree == nil {
		return nil
	}
	if d.tree.shape != aDict {
		d.bad(d.tree.at, "the config is %s; write keys with values under it", d.tree.found())
		d.tree = nil
		return nil
	}
	d.tidy(root, d.tree)
	err = schema.Validate(root.instance(d.tree))
	var invalid *jsonschema.ValidationError
	if err != nil && !errors.As(err, &invalid) {
		return err
	}
	if invalid != nil {
		var bad [][]string
		d.describe(root, invalid, &bad)
		for _, path := range bad {
			d.tree.drop(path)
		}
	}
	return nil
}

// describe reports the problems at the ends of a tree of errors, one for each place.
func (d *document) describe(root *setting, e *jsonschema.ValidationError, bad *[][]string) {
	for _, cause := range e.Causes {
		d.describe(root, cause, bad)
	}
	if len(e.Causes) > 0 {
		return
	}
	p := d.place(root, e.InstanceLocation)
	if l := e.InstanceLocation; len(l) > 1 && l[0] == "time_sync" {
		i, _ := strconv.Atoi(l[1]) // the library counts entries
		d.unsound[i] = true
	}
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			d.unknownKey(p, name)
			*bad = append(*bad, append(slices.Clone(e.InstanceLocation), name))
		}
	case *kind.Required:
		for _, name := range k.Missing {
			d.missing(p, name)
		}
	default:
		if slices.ContainsFunc(*bad, func(b []string) bool { return slices.Equal(b, e.InstanceLocation) }) {
			return
		}
		*bad = append(*bad, e.InstanceLocation)
		why := ""
		if f, ok := e.ErrorKind.(*kind.Format); ok {
			why = f.Err.Error()
		}
		d.wrong(p, why)
	}
}

// place is what stands at a location, and how to speak of it.
type place struct {
	setting *setting // nil: the user's own names, or an entry of a list
	value   *value
	at      *token.Token // of its key, or of itself in a list
	name    string       // api.max_calls, time_sync "acme".window
	own     string       // the user's own name, where it is one
	item    bool         // an entry of a list
}

// place follows a location through tree and table.
func (d *document) place(root *setting, path []string) place {
	p := place{setting: root, value: d.tree, name: ""}
	for _, step := range path {
		s := p.setting
		if p.value.shape == aSequence {
			i, _ := strconv.Atoi(step) // the library counts entries
			p.value = p.value.list[i]
			p.item = true
			if p.value != nil {
				p.at = p.value.at
			}
			if s.kind == mappings {
				p.name += " " + strconv.Itoa(i+1)
				if n := p.value.get("name"); n != nil && n.shape == aScalar && SoundSyncName(n.text) {
					p.name = s.name + " " + quote(n.text)
				}
				p.setting = &setting{kind: aMapping, keys: s.keys}
			}
			continue
		}
		e := p.value.find(step)
		p.value, p.at, p.item = e.value, e.at, false
		if next := s.child(step); next != nil {
			p.setting = next
			p.name = strings.TrimPrefix(p.name+"."+next.name, ".")
		} else {
			p.own = step
		}
	}
	return p
}

// token is where a problem with the value itself is shown.
func (p place) token() *token.Token {
	if p.value == nil {
		return p.at
	}
	return p.value.at
}

// wrong reports a value that is not what the table wants, with the reason where there is one.
func (d *document) wrong(p place, why string) {
	switch hides := formats[p.setting.as].hides; {
	case p.value == nil:
		d.empty(p)
	case p.value.shape == aScalar && hides != nil && hides(p.value.text):
		d.secret(p)
	default:
		d.unwanted(p, why)
	}
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
	found, want := p.value.found(), p.setting.wanted()
	one := formats[p.setting.as].want // what an entry of a list must be
	entry := p.item && p.setting.kind != aMapping
	switch {
	case p.own != "" && p.setting.kind != people:
		d.bad(p.token(), "%s: %s is %s; write %s", p.name, quote(p.own), found, want)
	case entry && p.value.shape != aScalar:
		d.bad(p.token(), "%s holds %s; write %s", p.name, found, want)
	case why != "" && p.item:
		d.bad(p.token(), "%s: %s %s; write %s", p.name, found, why, cmp.Or(one, want))
	case why != "":
		d.bad(p.token(), "%s: %s %s; write %s", p.name, found, why, want)
	case entry:
		d.bad(p.token(), "%s: %s is not %s", p.name, found, one)
	default:
		d.bad(p.token(), "%s is %s; write %s", p.name, found, want)
	}
}

// missing reports a key that a mapping is of no use without.
func (d *document) missing(p place, key string) {
	at := p.at
	if p.item {
		at = p.value.at
	}
	switch k := p.setting.child(key); {
	case k == nil:
		d.bad(at, "%s needs %s", p.name, key)
	case key == "name":
		d.bad(at, "%s has no name; write name: and a short word", p.name)
	case k.kind == aMapping:
		d.bad(at, "%s needs %s", p.name, key)
	default:
		d.bad(at, "%s.%s is missing", p.name, key)
	}
}

// unknownKey reports a key that the table does not have, with the nearest that it has.
func (d *document) unknownKey(p place, key string) {
	var known []string
	for _, k := range p.setting.inFile() {
		known = append(known, k.name)
	}
	what := "unknown key " + quote(key)
	if near, ok := text.Nearest(key, known); ok {
		what += "; did you mean " + near + "?"
	} else if secretName(key) {
		what += "; keys and tokens come from the environment only"
	} else if len(known) > 0 && len(known) <= 6 {
		what += "; known here: " + strings.Join(known, ", ")
	}
	d.badKey(p.value.find(key).at, "%s", what)
}

func secretName(key string) bool {
	key = strings.ToLower(key)
	return strings.Contains(key, "token") || strings.Contains(key, "key") || strings.Contains(key, "secret") || strings.Contains(key, "password")
}

// drop takes what stands at a location out of the tree. An entry of a list becomes null, so that the others keep their
// places.
func (v *value) drop(path []string) {
	above := v.get(path[:max(0, len(path)-1)]...)
	if above == nil || len(path) == 0 {
		return
	}
	last := path[len(path)-1]
	if i, err := strconv.Atoi(last); err == nil && above.shape == aSequence {
		if i < len(above.list) {
			above.list[i] = nil
		}
		return
	}
	above.keys = slices.DeleteFunc(above.keys, func(e *entry) bool { return e.key == last })
}
