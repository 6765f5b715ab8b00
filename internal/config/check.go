package config

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// tidy brings the tree into one form: second spellings become first ones, one text where a list belongs a list of one,
// and what is null or blank goes, for it counts as not written.
func (d *document) tidy(s *setting, v *value) {
	if v == nil {
		return
	}
	if v.shape == aScalar && (s.kind == aList || s.kind == people && !strings.EqualFold(v.text, "all")) {
		*v = value{shape: aSequence, at: v.at, list: []*value{{at: v.at, text: v.text, typ: v.typ}}}
	}
	switch {
	case v.shape == aSequence && s.kind == mappings:
		for _, item := range v.list {
			d.tidy(&setting{kind: aMapping, keys: s.keys}, item)
		}
	case v.shape == aSequence:
		v.list = slices.DeleteFunc(v.list, func(item *value) bool { return item == nil || item.shape == aScalar && item.text == "" })
	case v.shape == aDict && (s.kind == aMapping || s.kind == lists):
		d.tidyKeys(s, v)
	}
}

func (d *document) tidyKeys(s *setting, v *value) {
	var keep []*entry
	for _, e := range v.keys {
		k := s.child(e.key)
		if s.kind == lists {
			k = &setting{kind: aList}
		}
		if k != nil && k.alias == e.key {
			if first := v.find(k.name); first != nil {
				d.badKey(e.at, "%s and %s are the same setting; write one", k.path, e.key)
				continue
			}
			e.key = k.name
		}
		if k != nil {
			d.tidy(k, e.value)
			blank := e.value != nil && e.value.shape == aScalar && e.value.text == "" && !k.keepsTheBlank && k.kind != aFlag
			if (e.value == nil || blank) && !k.full && !k.need && s.kind != lists {
				continue
			}
		}
		keep = append(keep, e)
	}
	v.keys = keep
}

// instance is a value as the schema's library takes it: what is text by the table is text as it is written.
func (s *setting) instance(v *value) any {
	if v == nil {
		return nil
	}
	switch v.shape {
	case aSequence:
		item := &setting{kind: aText, as: s.as}
		if s.kind == mappings {
			item = &setting{kind: aMapping, keys: s.keys}
		}
		list := []any{}
		for _, x := range v.list {
			list = append(list, item.instance(x))
		}
		return list
	case aDict:
		dict := map[string]any{}
		for _, e := range v.keys {
			k := s.child(e.key)
			if k == nil {
				k = &setting{kind: aText}
			}
			dict[e.key] = k.instance(e.value)
		}
		return dict
	}
	switch {
	case v.typ == ast.BoolType && (s.kind == aFlag || len(s.words) > 0):
		return v.text == "true"
	case s.kind == aNumber, s.kind == aCount:
		if number, ok := parseDecimal(v.text); ok {
			return json.Number(decimal(number))
		}
	}
	return v.text
}

// parseDecimal reads 37, 37.5 or 37,5 and nothing more clever: no exponent, no hex, no NaN.
func parseDecimal(s string) (float64, bool) {
	if strings.Trim(s, "0123456789.,-") != "" || strings.HasPrefix(s, ".") || strings.HasPrefix(s, ",") {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	return f, err == nil && len(s) <= 30
}

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

// wrong reports a value that is not what the table wants.
func (d *document) wrong(p place, why string) {
	s := p.setting
	f := formats[s.as]
	want := s.wanted()
	switch {
	case p.value == nil && s.as == "color":
		d.bad(p.at, "%s is empty; write %s: without them # begins a comment", p.name, want)
	case p.value == nil && p.item:
		d.bad(p.at, "%s is empty", p.name)
	case p.value == nil && p.own != "":
		d.bad(p.at, "%s: %s has no value; write %s", p.name, quote(p.own), want)
	case p.value == nil:
		d.bad(p.at, "%s is empty", p.name)
	case p.value.shape == aScalar && f.hides != nil && f.hides(p.value.text) && why == "" && s.as == "variable":
		d.hide(p.value.text)
		d.badKey(p.at, "%s is not the name of an environment variable (not shown: it may be the token)", p.name)
	case p.value.shape == aScalar && f.hides != nil && f.hides(p.value.text):
		d.hide(p.value.text)
		d.badKey(p.at, "%s holds a user name or password; keys come from the environment only", p.name)
	case p.own != "" && s.kind != people:
		d.bad(p.token(), "%s: %s is %s; write %s", p.name, quote(p.own), p.value.found(), want)
	case p.item && p.value.shape != aScalar && s.kind != aMapping:
		d.bad(p.token(), "%s holds %s; write %s", p.name, p.value.found(), want)
	case why != "" && p.item:
		d.bad(p.token(), "%s: %s %s; write %s", p.name, p.value.found(), why, cmp.Or(f.want, want))
	case why != "":
		d.bad(p.token(), "%s: %s %s; write %s", p.name, p.value.found(), why, want)
	case p.item && s.kind != aMapping:
		d.bad(p.token(), "%s: %s is not %s", p.name, p.value.found(), f.want)
	default:
		d.bad(p.token(), "%s is %s; write %s", p.name, p.value.found(), want)
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
