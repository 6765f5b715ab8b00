package config

import (
	"reflect"
	"slices"
	"strings"
)

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
