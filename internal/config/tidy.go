package config

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
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
