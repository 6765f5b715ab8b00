package report

import (
	"fmt"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Words is a sentence in parts, so that every writer can tell what is ours from what came from a CSV or from Clockify.
type Words []Part

// Part is a piece of a sentence.
type Part struct {
	Text string
	Kind PartKind
}

// PartKind says where a piece of text comes from, and so how it may be written.
type PartKind int

// Ours is written by this package. Name is what a person, group or project is called, and reads as prose. Data is an
// email, a value or a setting. Said is a whole sentence from elsewhere: an error, a problem of the input.
const (
	Ours PartKind = iota
	Name
	Data
	Said
)

func ours(s string) Part { return Part{s, Ours} }
func name(s string) Part { return Part{s, Name} }
func data(s string) Part { return Part{s, Data} }
func said(s string) Part { return Part{s, Said} }

// say fills a sentence: every %s takes a Part, Words, a string of ours or a number.
func say(format string, args ...any) Words {
	var w Words
	for i, piece := range strings.Split(format, "%s") {
		if i > 0 && i <= len(args) {
			switch a := args[i-1].(type) { //nolint:gosec // i is from 1 to len(args)
			case Part:
				w = append(w, a)
			case Words:
				w = append(w, a...)
			case int:
				w = append(w, ours(text.Thousands(a)))
			default:
				w = append(w, ours(fmt.Sprint(a)))
			}
		}
		if piece != "" {
			w = append(w, ours(piece))
		}
	}
	return w
}

// join puts sentences together, leaving out empty ones.
func join(by string, list ...Words) Words {
	var all Words
	for _, w := range list {
		if len(w) == 0 {
			continue
		}
		if len(all) > 0 {
			all = append(all, ours(by))
		}
		all = append(all, w...)
	}
	return all
}

// enumerate joins names as people do, "a, b and c", and counts those beyond most.
func enumerate(parts []Part, most int) Words {
	more := len(parts) - most
	if more > 1 {
		parts = parts[:most]
	} else {
		more = 0
	}
	var w Words
	for i, p := range parts {
		switch {
		case i == 0:
		case i == len(parts)-1 && more == 0:
			w = append(w, ours(" and "))
		default:
			w = append(w, ours(", "))
		}
		w = append(w, p)
	}
	if more > 0 {
		w = append(w, ours(" and "+text.Thousands(more)+" more"))
	}
	return w
}

func parts(kind func(string) Part, list []string) []Part {
	out := make([]Part, len(list))
	for i, s := range list {
		out[i] = kind(s)
	}
	return out
}

// String is the sentence as plain text, with nothing invisible in it.
func (w Words) String() string {
	var b strings.Builder
	for _, p := range w {
		b.WriteString(text.Sanitize(p.Text))
	}
	return b.String()
}

// Upper begins the sentence with a capital where its first word is ours.
func (w Words) Upper() Words {
	if len(w) == 0 || w[0].Kind != Ours {
		return w
	}
	return append(Words{ours(text.Upper(w[0].Text))}, w[1:]...)
}

// joined puts together what is not empty.
func joined(by string, list ...string) string {
	var some []string
	for _, s := range list {
		if s != "" {
			some = append(some, s)
		}
	}
	return strings.Join(some, by)
}
