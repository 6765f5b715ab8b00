package config

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// setDefaults fills in what the table says where nothing is written.
func setDefaults(s *setting, to reflect.Value) {
	for _, k := range s.keys {
		field := to.Field(k.index)
		if k.kind == aMapping {
			setDefaults(k, field)
		} else if k.def != "" {
			k.setText(field, k.def)
		}
	}
}

// decode puts a value into a field. What the table does not allow is reported and left out of field and tree: it counts as
// not written. It reports whether anything is left.
func (d *document) decode(p place, to reflect.Value) bool {
	s, v := p.setting, p.value
	if v != nil {
		v.asList(s)
	}
	switch {
	case v == nil || v.shape != s.shape(v):
		return d.wrong(p, "")
	case s.kind == aMapping:
		d.decodeKeys(p, to)
	case s.kind == mappings:
		for i := range v.list { // all of them, so that each keeps its place
			one, before := reflect.New(to.Type().Elem()).Elem(), len(d.problems)
			item := p.item(i)
			setDefaults(item.setting, one)
			if !d.decode(item, one) {
				v.list[i] = nil
			}
			d.unsound[i] = len(d.problems) > before
			to.Set(reflect.Append(to, one))
		}
	case s.kind == aList:
		to.Set(reflect.ValueOf(d.texts(p)))
	case s.kind == names, s.kind == lists:
		d.decodeOwn(p, to)
	case s.kind == people:
		to.Set(reflect.ValueOf(d.decodePeople(p)))
	default:
		if why, ok := s.accepts(v); !ok {
			return d.wrong(p, why)
		}
		s.setText(to, v.text)
	}
	return true
}

// asList makes one text a list of one, where a list belongs, and drops what is blank from lists of texts.
func (v *value) asList(s *setting) {
	if v.shape == aScalar && (s.kind == aList || s.kind == people && !strings.EqualFold(v.text, "all")) {
		*v = value{shape: aSequence, at: v.at, list: []*value{{at: v.at, text: v.text, typ: v.typ}}}
	}
	if v.shape == aSequence && s.kind != mappings {
		v.list = slices.DeleteFunc(v.list, func(item *value) bool { return item == nil || item.shape == aScalar && item.text == "" })
	}
}

// shape is the one that a setting takes; people take two.
func (s *setting) shape(v *value) shape {
	switch s.kind {
	case aMapping, names, lists:
		return aDict
	case aList, mappings:
		return aSequence
	case people:
		if v.shape == aSequence {
			return aSequence
		}
	}
	return aScalar
}

// decodeKeys decodes the keys of a mapping. A key without a value counts as not written.
func (d *document) decodeKeys(p place, to reflect.Value) {
	s, v := p.setting, p.value
	for _, k := range s.keys {
		if k.need && v.find(k.name) == nil {
			d.missing(p, k)
		}
	}
	var keep []*entry
	for _, e := range v.keys {
		k := s.child(e.key)
		if k == nil {
			d.unknownKey(s, e)
			continue
		}
		if k.alias == e.key {
			if v.find(k.name) != nil {
				d.badKey(e.at, "%s and %s are the same setting; write one", k.path, e.key)
				continue
			}
			e.key = k.name
		}
		if !k.need && !k.full && k.isBlank(e.value) {
			continue
		}
		if d.decode(p.key(k, e), to.Field(k.index)) {
			keep = append(keep, e)
		}
	}
	v.keys = keep
}

// isBlank reports whether a value is null, or blank where that says nothing.
func (s *setting) isBlank(v *value) bool {
	if v == nil {
		return true
	}
	says := s.keepsTheBlank || s.kind == aFlag || s.kind == aList || s.kind == people
	return v.shape == aScalar && v.text == "" && !says
}

// decodeOwn decodes a mapping of names that are the user's own, to texts or to lists.
func (d *document) decodeOwn(p place, to reflect.Value) {
	var (
		texts Names
		many  Lists
		keep  []*entry
	)
	for _, e := range p.value.keys {
		own := p.ownKey(e)
		if p.setting.kind == lists && e.value != nil {
			e.value.asList(&setting{kind: aList})
		}
		switch {
		case p.setting.kind == names && e.value != nil && e.value.shape == aScalar:
			texts = append(texts, Name{e.key, e.value.text, d.source(e.at)})
		case p.setting.kind == lists && e.value != nil && len(e.value.list) > 0:
			many = append(many, List{e.key, d.texts(own), d.source(e.at)})
		default:
			d.wrong(own, "")
			continue
		}
		keep = append(keep, e)
	}
	p.value.keys = keep
	if p.setting.kind == names {
		to.Set(reflect.ValueOf(texts))
	} else {
		to.Set(reflect.ValueOf(many))
	}
}

// texts decodes a list of texts.
func (d *document) texts(p place) []string {
	var out []string
	for i, v := range p.value.list {
		why, ok := "", v.shape == aScalar
		if ok {
			why, ok = formats[p.setting.as].matches(v.text)
		}
		if !ok {
			d.wrong(p.item(i), why)
			p.value.list[i] = nil
			continue
		}
		out = append(out, v.text)
	}
	return out
}

// decodePeople decodes all, or a list of addresses and pairs of them.
func (d *document) decodePeople(p place) People {
	if p.value.shape == aScalar {
		return People{All: true}
	}
	var out People
	for i, v := range p.value.list {
		item := p.item(i)
		pair := state.PersonPair{}
		if v.shape == aDict {
			pair = d.decodePair(item)
		} else if email, ok := d.email(item); ok {
			pair = state.PersonPair{Source: email, Destination: email}
		}
		if pair.Source != "" && pair.Destination != "" {
			out.Pairs = append(out.Pairs, pair)
		}
	}
	return out
}

func (d *document) decodePair(p place) (pair state.PersonPair) {
	for key, to := range map[string]*string{"source": &pair.Source, "destination": &pair.Destination} {
		if e := p.value.find(key); e == nil {
			d.missing(p, &setting{name: key, kind: aMapping})
		} else {
			*to, _ = d.email(p.ownKey(e))
		}
	}
	for _, e := range p.value.keys {
		if e.key != "source" && e.key != "destination" {
			d.unknownKey(p.setting, e)
		}
	}
	return pair
}

func (d *document) email(p place) (string, bool) {
	if p.value == nil || p.value.shape != aScalar {
		return "", d.wrong(p, "")
	}
	if why, is := wrongEmail(p.value.text); is {
		return "", d.wrong(p, why)
	}
	return strings.ToLower(p.value.text), true
}

// accepts reports whether a scalar is sound, and why not where there is more to say than what is wanted.
func (s *setting) accepts(v *value) (why string, ok bool) {
	isBool := v.typ == ast.BoolType
	switch {
	case len(s.words) > 0:
		word := v.text
		if isBool {
			word = strings.ToLower(word)
		}
		return "", slices.Contains(s.words, word) && isBool == (word == "true" || word == "false")
	case s.kind == aFlag:
		return "", isBool
	case s.kind == aNumber, s.kind == aCount:
		number, ok := parseDecimal(v.text)
		return "", ok && number >= s.low && number <= s.high && (s.kind == aNumber || number == float64(int(number)))
	}
	return formats[s.as].matches(v.text)
}

// setText puts a sound text into a field.
func (s *setting) setText(to reflect.Value, text string) {
	if to.Kind() == reflect.Pointer {
		to.Set(reflect.New(to.Type().Elem()))
		to = to.Elem()
	}
	switch to.Interface().(type) {
	case Limit:
		limit, _ := parseLimit(text)
		if limit.Share > 0 {
			limit.Floor = s.floor
		}
		to.Set(reflect.ValueOf(limit))
		return
	case time.Duration:
		d, _ := parseDuration(text)
		to.SetInt(int64(d))
		return
	case time.Time:
		at, _ := parseInstant(text)
		to.Set(reflect.ValueOf(at))
		return
	}
	switch to.Kind() {
	case reflect.String:
		switch {
		case s.as == "workspace":
			text, _ = WorkspaceID(text)
		case s.as == "email", len(s.words) > 0:
			text = strings.ToLower(text)
		}
		to.SetString(text)
	case reflect.Bool:
		to.SetBool(strings.EqualFold(text, "true"))
	case reflect.Int:
		number, _ := parseDecimal(text)
		to.SetInt(int64(number))
	case reflect.Float64:
		number, _ := parseDecimal(text)
		if s.as == "share" {
			limit, _ := parseLimit(text)
			number = limit.Share
		}
		to.SetFloat(number)
	}
}

// parseDecimal reads 37, 37.5 or 37,5 and nothing more clever: no exponent, no hex, no NaN.
func parseDecimal(s string) (float64, bool) {
	if strings.Trim(s, "0123456789.,-") != "" || strings.HasPrefix(s, ".") || strings.HasPrefix(s, ",") {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	return f, err == nil && len(s) <= 30
}
