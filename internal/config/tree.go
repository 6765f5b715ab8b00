package config

import (
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// value is what stands in a place of the config: a scalar, a list or a mapping. Anchors, aliases and merges are resolved.
type value struct {
	shape shape
	at    *token.Token
	text  string // of a scalar, as it is written
	typ   ast.NodeType
	list  []*value // of a list; nil for null
	keys  []*entry // of a mapping, in the order of the file
}

type shape int

const (
	aScalar shape = iota
	aSequence
	aDict
)

// entry is one key with its value, nil for null.
type entry struct {
	key   string
	at    *token.Token
	value *value
}

// deepest is how deep a config may be nested.
const deepest = 32

// read makes a value of a node; nil stands for null.
func (d *document) read(n ast.Node, depth int) *value {
	n = d.resolve(n)
	if n == nil || depth > deepest {
		return nil
	}
	v := &value{at: start(n), typ: n.Type()}
	if values, ok := mappingOf(n); ok {
		v.shape = aDict
		d.readKeys(v, values, depth)
		return v
	}
	if seq, ok := n.(*ast.SequenceNode); ok {
		v.shape = aSequence
		for _, item := range seq.Values {
			v.list = append(v.list, d.read(item, depth+1))
		}
		return v
	}
	v.text, _ = scalarText(n)
	return v
}

// readKeys fills a mapping. A key that is there twice is a problem, and its first value holds.
func (d *document) readKeys(v *value, values []*ast.MappingValueNode, depth int) {
	var merges []ast.Node
	for _, pair := range values {
		if _, ok := pair.Key.(*ast.MergeKeyNode); ok {
			merges = append(merges, pair.Value)
			continue
		}
		key, at, ok := keyOf(pair.Key)
		if !ok {
			d.bad(start(pair.Key), "a key must be plain text")
			continue
		}
		if first := v.find(key); first != nil {
			d.badKey(at, "key %s is there twice, first in line %d", quote(key), d.source(first.at).Line)
			continue
		}
		v.keys = append(v.keys, &entry{key, at, d.read(pair.Value, depth+1)})
	}
	for _, m := range merges {
		d.merge(v, m, depth+1)
	}
}

// merge adds the keys of "<<" that the mapping does not have itself.
func (d *document) merge(v *value, n ast.Node, depth int) {
	n = d.resolve(n)
	if n == nil || depth > deepest || d.aliases > maxAliases {
		return
	}
	if list, ok := n.(*ast.SequenceNode); ok {
		for _, item := range list.Values {
			d.merge(v, item, depth+1)
		}
		return
	}
	values, ok := mappingOf(n)
	if !ok {
		d.bad(start(n), "<< takes an alias of a mapping")
		return
	}
	for _, pair := range values {
		if _, ok := pair.Key.(*ast.MergeKeyNode); ok {
			d.merge(v, pair.Value, depth+1)
		} else if key, at, ok := keyOf(pair.Key); ok && v.find(key) == nil {
			v.keys = append(v.keys, &entry{key, at, d.read(pair.Value, depth+1)})
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

func keyOf(n ast.Node) (string, *token.Token, bool) {
	if k, ok := n.(*ast.MappingKeyNode); ok {
		n = k.Value
	}
	if n == nil {
		return "", nil, false
	}
	text, ok := scalarText(n)
	return text, n.GetToken(), ok
}

// scalarText is a scalar as it is written, trimmed.
func scalarText(n ast.Node) (string, bool) {
	switch v := n.(type) {
	case *ast.LiteralNode:
		return strings.TrimSpace(v.Value.Value), true
	case *ast.StringNode:
		return strings.TrimSpace(v.Value), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode, *ast.NullNode:
		return strings.TrimSpace(n.GetToken().Value), true
	}
	return "", false
}

// find returns the entry of a key; nil: it is not there.
func (v *value) find(key string) *entry {
	if v == nil {
		return nil
	}
	if i := slices.IndexFunc(v.keys, func(e *entry) bool { return e.key == key }); i >= 0 {
		return v.keys[i]
	}
	return nil
}

// get follows keys and indexes down; nil: nothing is there.
func (v *value) get(path ...string) *value {
	for _, step := range path {
		if v == nil {
			return nil
		}
		if i, err := strconv.Atoi(step); err == nil && v.shape == aSequence {
			if i < 0 || i >= len(v.list) {
				return nil
			}
			v = v.list[i]
			continue
		}
		e := v.find(step)
		if e == nil {
			return nil
		}
		v = e.value
	}
	return v
}

// found says what a value is, for a message.
func (v *value) found() string {
	switch {
	case v.shape == aSequence:
		return "a list"
	case v.shape == aDict:
		return "a mapping"
	case v.typ == ast.StringType || v.typ == ast.LiteralType:
		return quote(v.text)
	}
	return shorten(v.text)
}
