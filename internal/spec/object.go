package spec

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// object is a mapping of the config. Reading a key makes it known; done refuses the keys nobody read. All methods work
// on nil, which is a mapping that is not there.
type object struct {
	d     *document
	path  string // api, time_sync "acme"
	at    *token.Token
	pairs []pair
	index map[string]int // of pairs, by key
	known []string
}

// pair is one key with its value, nil for null.
type pair struct {
	key   string
	at    *token.Token
	value ast.Node
}

// newObject reads a mapping; anything else is a problem and gives nil.
func (d *document) newObject(n ast.Node, path string, at *token.Token) *object {
	n = d.resolve(n)
	if n == nil {
		return nil
	}
	values, ok := mappingOf(n)
	if !ok {
		d.bad(start(n), "%s is %s; write keys with values under it", named(path), found(n))
		return nil
	}
	o := &object{d: d, path: path, at: at, index: map[string]int{}}
	var merges []ast.Node
	for _, v := range values {
		if _, ok := v.Key.(*ast.MergeKeyNode); ok {
			merges = append(merges, v.Value)
			continue
		}
		key, at, ok := d.keyOf(v.Key)
		if !ok {
			d.bad(start(v.Key), "a key must be plain text")
			continue
		}
		if first := o.find(key); first != nil {
			d.badKey(at, "key %s is there twice, first in line %d", quote(key), d.source(first.at).Line)
			continue
		}
		o.add(pair{key, at, v.Value})
	}
	for _, m := range merges {
		o.merge(m, 0)
	}
	return o
}

// merge adds the keys of "<<" that the mapping does not have itself.
func (o *object) merge(n ast.Node, depth int) {
	n = o.d.resolve(n)
	if n == nil || depth > 8 || o.d.aliases > maxAliases {
		return
	}
	if list, ok := n.(*ast.SequenceNode); ok {
		for _, item := range list.Values {
			o.merge(item, depth+1)
		}
		return
	}
	values, ok := mappingOf(n)
	if !ok {
		o.d.bad(start(n), "<< is %s; write an alias of a mapping", found(n))
		return
	}
	for _, v := range values {
		if _, ok := v.Key.(*ast.MergeKeyNode); ok {
			o.merge(v.Value, depth+1)
			continue
		}
		if key, at, ok := o.d.keyOf(v.Key); ok && o.find(key) == nil {
			o.add(pair{key, at, v.Value})
		}
	}
}

func mappingOf(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch v := n.(type) {
	case *ast.MappingNode:
		return v.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{v}, true
	}
	return nil, false
}

func (d *document) keyOf(n ast.Node) (string, *token.Token, bool) {
	if k, ok := n.(*ast.MappingKeyNode); ok {
		n = k.Value
	}
	if n == nil {
		return "", nil, false
	}
	s, ok := scalarOf(n)
	return s.text, s.at, ok
}

func named(path string) string {
	if path == "" {
		return "the config"
	}
	return path
}

func (o *object) find(key string) *pair {
	if o == nil {
		return nil
	}
	if i, ok := o.index[key]; ok {
		return &o.pairs[i]
	}
	return nil
}

func (o *object) add(p pair) {
	o.index[p.key] = len(o.pairs)
	o.pairs = append(o.pairs, p)
}

func (o *object) name(key string) string {
	if o.path == "" {
		return key
	}
	return o.path + "." + key
}

// get finds the value of a key, which may have a second spelling. Null counts as not there.
func (o *object) get(keys ...string) (ast.Node, *pair) {
	if o == nil {
		return nil, nil
	}
	o.known = append(o.known, keys...)
	var hit *pair
	for _, key := range keys {
		p := o.find(key)
		switch {
		case p == nil:
		case hit != nil:
			o.d.badKey(p.at, "%s and %s are the same setting; write one", o.name(hit.key), key)
		default:
			hit = p
		}
	}
	if hit == nil {
		return nil, nil
	}
	n := o.d.resolve(hit.value)
	if n == nil {
		return nil, nil
	}
	return n, hit
}

// child reads a mapping under a key.
func (o *object) child(key string) *object {
	n, p := o.get(key)
	if n == nil {
		return nil
	}
	return o.d.newObject(n, o.name(key), p.at)
}

// done refuses the keys that were not asked for.
func (o *object) done() {
	if o == nil {
		return
	}
	o.d.asked[o.path] = o.known
	for _, p := range o.pairs {
		if slices.Contains(o.known, p.key) {
			continue
		}
		text := "unknown key " + quote(p.key)
		near, ok := nearest(p.key, o.known)
		switch {
		case ok:
			text += "; did you mean " + near + "?"
		case secretName(p.key):
			text += "; keys and tokens come from the environment only"
		case len(o.known) <= 6:
			text += "; known here: " + strings.Join(o.known, ", ")
		}
		o.d.badKey(p.at, "%s", text)
	}
}

func secretName(key string) bool {
	key = strings.ToLower(key)
	return strings.Contains(key, "token") || strings.Contains(key, "key") || strings.Contains(key, "secret") || strings.Contains(key, "password")
}
