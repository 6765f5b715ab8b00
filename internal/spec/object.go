package spec

import (
	"fmt"
	"math"
	"slices"
	"strconv"
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

// scalar is a value that is text, a number or a truth value, as it was written.
type scalar struct {
	text string
	at   *token.Token
	node ast.Node
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

func scalarOf(n ast.Node) (scalar, bool) {
	switch v := n.(type) {
	case *ast.LiteralNode:
		return scalar{strings.TrimSpace(v.Value.Value), v.Start, n}, true
	case *ast.StringNode:
		return scalar{strings.TrimSpace(v.Value), v.Token, n}, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode, *ast.NullNode:
		return scalar{strings.TrimSpace(n.GetToken().Value), n.GetToken(), n}, true
	}
	return scalar{}, false
}

// found says what a value is, for a message.
func found(n ast.Node) string {
	switch n.(type) {
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	}
	s, ok := scalarOf(n)
	switch {
	case !ok:
		return "something else"
	case n.Type() == ast.StringType || n.Type() == ast.LiteralType:
		return quote(s.text)
	}
	return shorten(s.text)
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

// scalar reads text or a number; want completes "write …".
func (o *object) scalar(want string, keys ...string) (scalar, bool) {
	n, p := o.get(keys...)
	if n == nil {
		return scalar{}, false
	}
	s, ok := scalarOf(n)
	if !ok {
		o.d.bad(start(n), "%s is %s; write %s", o.name(p.key), found(n), want)
		return scalar{}, false
	}
	return s, true
}

// checked reads text that ok accepts. Blank text counts as not there.
func (o *object) checked(want string, ok func(string) bool, keys ...string) (scalar, bool) {
	s, there := o.scalar(want, keys...)
	if !there || s.text == "" {
		return scalar{}, false
	}
	if ok != nil && !ok(s.text) {
		o.d.bad(s.at, "%s is %s; write %s", o.name(keys[0]), found(s.node), want)
		return scalar{}, false
	}
	return s, true
}

// number reads a number from lo to hi, or gives fallback.
func (o *object) number(fallback, lo, hi float64, key string) (float64, scalar) {
	want := fmt.Sprintf("a number from %s to %s", decimal(lo), decimal(hi))
	var value float64
	s, ok := o.checked(want, func(text string) bool {
		var ok bool
		value, ok = parseDecimal(text)
		return ok && value >= lo && value <= hi
	}, key)
	if !ok {
		return fallback, s
	}
	return value, s
}

// count reads a whole number from lo to hi, or gives fallback.
func (o *object) count(fallback, lo, hi int, key string) int {
	value := fallback
	o.checked(fmt.Sprintf("a whole number from %d to %d", lo, hi), func(text string) bool {
		n, err := strconv.Atoi(text)
		if err != nil || n < lo || n > hi {
			return false
		}
		value = n
		return true
	}, key)
	return value
}

// flag reads true or false, or gives fallback.
func (o *object) flag(fallback bool, keys ...string) bool {
	s, ok := o.scalar("true or false", keys...)
	if !ok {
		return fallback
	}
	if b, ok := s.node.(*ast.BoolNode); ok {
		return b.Value
	}
	o.d.bad(s.at, "%s is %s; write true or false", o.name(keys[0]), found(s.node))
	return fallback
}

// choice reads one of a few words, or gives fallback.
func (o *object) choice(fallback, key string, words ...string) string {
	s, ok := o.checked(strings.Join(words, " or "), func(text string) bool { return slices.Contains(words, text) }, key)
	if !ok {
		return fallback
	}
	return s.text
}

// list reads a list of texts; one text alone is a list of one.
func (o *object) list(want, key string) []scalar {
	n, _ := o.get(key)
	if n == nil {
		return nil
	}
	var nodes []ast.Node
	if seq, ok := n.(*ast.SequenceNode); ok {
		nodes = seq.Values
	} else {
		nodes = []ast.Node{n}
	}
	var out []scalar
	for _, item := range nodes {
		if item = o.d.resolve(item); item == nil {
			continue
		}
		s, ok := scalarOf(item)
		if !ok {
			o.d.bad(start(item), "%s holds %s; write a list of %s", o.name(key), found(item), want)
			continue
		}
		if s.text != "" {
			out = append(out, s)
		}
	}
	return out
}

// child reads a mapping under a key.
func (o *object) child(key string) *object {
	n, p := o.get(key)
	if n == nil {
		return nil
	}
	return o.d.newObject(n, o.name(key), p.at)
}

// texts reads a mapping of names we do not know to texts, in the order of the file.
func (o *object) texts(want, key string) []entry {
	c := o.child(key)
	if c == nil {
		return nil
	}
	var out []entry
	for _, p := range c.pairs {
		n := c.d.resolve(p.value)
		if n == nil {
			c.d.bad(p.at, "%s: %s has no value; write %s", c.path, quote(p.key), want)
			continue
		}
		s, ok := scalarOf(n)
		if !ok || s.text == "" || p.key == "" {
			c.d.bad(start(n), "%s: %s is %s; write %s", c.path, quote(p.key), found(n), want)
			continue
		}
		out = append(out, entry{p.key, p.at, s})
	}
	return out
}

// entry is an entry of texts.
type entry struct {
	key   string
	at    *token.Token
	value scalar
}

// done refuses the keys that were not asked for.
func (o *object) done() {
	if o == nil {
		return
	}
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

// parseDecimal reads 37, 37.5 or 37,5 and nothing more clever: no exponent, no hex, no NaN.
func parseDecimal(text string) (float64, bool) {
	digits, point := 0, false
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits++
		case (c == '.' || c == ',') && !point && i > 0 && i < len(text)-1 && text[i-1] != '-':
			point = true
		case c == '-' && i == 0:
		default:
			return 0, false
		}
	}
	if digits == 0 || digits > 30 {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	return f, err == nil && !math.IsInf(f, 0)
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
