package config

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Bounds on what a config may be made of. The YAML parser's time grows with the square of what a file is made of, and
// aliases can stand for more than was written.
const (
	maxTokens  = 20_000
	maxAliases = 1_000
)

// document is one parsed YAML file and what is wrong with it.
type document struct {
	file     string
	lines    []string
	root     ast.Node // nil: empty, or not YAML
	broken   bool     // not YAML: what the file would say is unknown
	anchors  map[string]ast.Node
	aliases  int      // how often one was followed
	hidden   []string // values that may be secrets
	problems []state.Problem
	unsound  map[int]bool // entries of time_sync with a problem
	tree     *value       // what the file says; nil: nothing
}

// parse reads YAML. It keeps repeated keys: they are reported with the rest.
func parse(file string, data []byte) *document {
	data = []byte(strings.TrimPrefix(string(data), "\ufeff"))
	d := &document{file: file, lines: strings.Split(string(data), "\n"), anchors: map[string]ast.Node{}, unsound: map[int]bool{}}
	if line, column, ok := firstInvalid(data); ok {
		return d.refuse(line, column, "the file is not UTF-8 here; save it as UTF-8")
	}
	for i, line := range d.lines {
		if strings.HasPrefix(line, "<<<<<<< ") || strings.HasPrefix(line, ">>>>>>> ") {
			return d.refuse(i+1, 1, "a merge conflict begins here; keep the right lines and delete the marks")
		}
	}
	if countTokens(data) > maxTokens {
		return d.refuse(1, 1, "the file has more keys and values than a config can need")
	}
	f, err := parseYAML(data)
	if err != nil {
		var syntax yaml.Error
		if errors.As(err, &syntax) && syntax.GetToken() != nil {
			p := syntax.GetToken().Position
			at := d.within(p.Line, p.Column)
			return d.refuse(at.Line, at.Column, notYAML(d.lines[at.Line-1], syntax.GetMessage()))
		}
		return d.refuse(1, 1, "this is not YAML")
	}
	for _, doc := range f.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType || doc.Body.Type() == ast.CommentGroupType {
			continue
		}
		if d.root != nil {
			d.bad(start(doc.Body), "a second document begins here; a config is one")
			break
		}
		d.root = doc.Body
	}
	if d.root != nil {
		ast.Walk(d, d.root)
		d.tree = d.read(d.root, 0)
	}
	return d
}

// parseYAML keeps a panic of the parser, which reads text from outside, from ending the run.
func parseYAML(data []byte) (f *ast.File, err error) {
	defer func() {
		if recover() != nil {
			f, err = nil, errors.New("the parser gave up")
		}
	}()
	return parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
}

// countTokens counts the bytes that make the parser work.
func countTokens(data []byte) int {
	n := 0
	for _, b := range data {
		switch b {
		case '\n', '\r', ':', ',', '-', '[', '{', '?', '&', '*', '!', '<', '>', '|', '"', '\'':
			n++
		}
	}
	return n
}

// Visit collects the anchors; it makes document an ast.Visitor.
func (d *document) Visit(n ast.Node) ast.Visitor {
	if a, ok := n.(*ast.AnchorNode); ok && a.Name != nil && a.Name.GetToken() != nil {
		d.anchors[a.Name.GetToken().Value] = a.Value
	}
	return d
}

// resolve sees through anchors, aliases and tags. Nil stands for null.
func (d *document) resolve(n ast.Node) ast.Node {
	for range 32 {
		switch v := n.(type) {
		case nil, *ast.NullNode:
			return nil
		case *ast.AnchorNode:
			n = v.Value
		case *ast.TagNode:
			if tag := v.Start.Value; !strings.HasPrefix(tag, "!!") {
				d.bad(v.Start, `a value that begins with ! is written in quotes: "%s"`, shorten(tag))
				return nil
			}
			n = v.Value
		case *ast.AliasNode:
			if d.aliases++; d.aliases > maxAliases {
				if d.aliases == maxAliases+1 {
					d.bad(v.Start, "the file follows aliases too often; write the values out")
				}
				return nil
			}
			to, ok := d.anchors[nameOf(v)]
			if !ok {
				d.bad(v.Start, `there is no &%[1]s for *%[1]s to stand for; as a value it is written in quotes: "*%[1]s"`, shorten(nameOf(v)))
				return nil
			}
			n = to
		default:
			return n
		}
	}
	return nil
}

func nameOf(a *ast.AliasNode) string {
	if a.Value == nil || a.Value.GetToken() == nil {
		return ""
	}
	return a.Value.GetToken().Value
}

// start is the token where a node begins: for a block, its first key.
func start(n ast.Node) *token.Token {
	switch v := n.(type) {
	case *ast.MappingNode:
		if !v.IsFlowStyle && len(v.Values) > 0 {
			return v.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return v.Key.GetToken()
	}
	return n.GetToken()
}

// source turns a token into a place inside the file.
func (d *document) source(t *token.Token) state.Source {
	if t == nil || t.Position == nil {
		return d.within(1, 1)
	}
	return d.within(t.Position.Line, t.Position.Column)
}

func (d *document) within(line, column int) state.Source {
	line = min(max(line, 1), len(d.lines))
	column = min(max(column, 1), utf8.RuneCountInString(d.lines[line-1])+1)
	return state.Source{File: d.file, Line: line, Column: column}
}

// refuse says why the file as a whole cannot be read.
func (d *document) refuse(line, column int, what string) *document {
	d.broken = true
	d.add(d.within(line, column), 0, what)
	return d
}

// bad reports a problem at a token.
func (d *document) bad(t *token.Token, format string, args ...any) {
	d.add(d.source(t), 0, fmt.Sprintf(format, args...))
}

// badKey reports a problem with a key and does not show what follows it: under a wrong key may stand anything, a token
// too.
func (d *document) badKey(t *token.Token, format string, args ...any) {
	at, keep := d.source(t), 0
	if t != nil {
		keep = at.Column - 1 + utf8.RuneCountInString(strings.TrimSpace(t.Origin))
	}
	d.add(at, keep, fmt.Sprintf(format, args...))
}

func (d *document) add(at state.Source, keep int, what string) {
	if !strings.HasSuffix(what, ".") && !strings.HasSuffix(what, "?") {
		what += "."
	}
	d.problems = append(d.problems, state.Problem{Source: at, Text: what, Excerpt: d.excerpt(at, keep)})
}

// hide keeps a value that may be a secret out of all problems, also of those of its neighbours.
func (d *document) hide(secret string) { d.hidden = append(d.hidden, secret) }

// all gives the problems, with what hide was told of starred out.
func (d *document) all() []state.Problem {
	for _, secret := range d.hidden {
		stars := strings.Repeat("*", utf8.RuneCountInString(secret))
		for i := range d.problems {
			p := &d.problems[i]
			p.Text = strings.ReplaceAll(p.Text, secret, stars)
			p.Excerpt = strings.ReplaceAll(p.Excerpt, secret, stars)
		}
	}
	return d.problems
}

// firstInvalid finds the first byte that is not UTF-8: its line and, in runes, its column.
func firstInvalid(data []byte) (line, column int, found bool) {
	line, column = 1, 1
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return line, column, true
		case r == '\n':
			line, column = line+1, 1
		default:
			column++
		}
		i += size
	}
	return 0, 0, false
}
