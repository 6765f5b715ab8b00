package config

import (
	"reflect"
	"strconv"
	"strings"
	"time"

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

// decode puts a sound value into a field.
func (d *document) decode(s *setting, v *value, to reflect.Value) {
	if v == nil {
		return
	}
	switch s.kind {
	case aMapping:
		for _, e := range v.keys {
			if k := s.child(e.key); k != nil {
				d.decode(k, e.value, to.Field(k.index))
			}
		}
	case mappings:
		item := &setting{kind: aMapping, keys: s.keys}
		for _, x := range v.list { // all of them, so that each keeps its place
			one := reflect.New(to.Type().Elem()).Elem()
			setDefaults(item, one)
			d.decode(item, x, one)
			to.Set(reflect.Append(to, one))
		}
	case aList:
		to.Set(reflect.ValueOf(texts(v)))
	case names:
		var out Names
		for _, e := range v.keys {
			if e.value != nil {
				out = append(out, Name{e.key, e.value.text, d.source(e.at)})
			}
		}
		to.Set(reflect.ValueOf(out))
	case lists:
		var out Lists
		for _, e := range v.keys {
			out = append(out, List{e.key, texts(e.value), d.source(e.at)})
		}
		to.Set(reflect.ValueOf(out))
	case people:
		to.Set(reflect.ValueOf(decodePeople(v)))
	default:
		s.setText(to, v.text)
	}
}

func texts(v *value) []string {
	var out []string
	if v != nil {
		for _, item := range v.list {
			if item != nil {
				out = append(out, item.text)
			}
		}
	}
	return out
}

func decodePeople(v *value) People {
	if v.shape == aScalar {
		return People{All: true}
	}
	var p People
	for _, item := range v.list {
		switch {
		case item == nil:
		case item.shape == aScalar:
			p.Pairs = append(p.Pairs, state.PersonPair{Source: strings.ToLower(item.text), Destination: strings.ToLower(item.text)})
		default:
			from, to := item.get("source"), item.get("destination")
			if from != nil && to != nil {
				p.Pairs = append(p.Pairs, state.PersonPair{Source: strings.ToLower(from.text), Destination: strings.ToLower(to.text)})
			}
		}
	}
	return p
}

// setText puts a sound text into a field. What is not sound has been reported and taken out, so it cannot be here.
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
		if s.as == "workspace" {
			text, _ = WorkspaceID(text)
		}
		if s.as == "email" || s.as == "email pattern" {
			text = strings.ToLower(text)
		}
		to.SetString(text)
	case reflect.Bool:
		to.SetBool(text == "true")
	case reflect.Int:
		n, _ := strconv.Atoi(text)
		to.SetInt(int64(n))
	case reflect.Float64:
		f, _ := parseDecimal(text)
		if s.as == "share" {
			limit, _ := parseLimit(text)
			f = limit.Share
		}
		to.SetFloat(f)
	}
}
