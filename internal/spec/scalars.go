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

// scalar is a value that is text, a number or a truth value, as it was written.
type scalar struct {
	text string
	at   *token.Token
	node ast.Node
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
