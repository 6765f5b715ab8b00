package config

import (
	"reflect"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

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
