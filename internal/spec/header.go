package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// header says where the columns are; -1 is nowhere.
type header struct {
	keys    []string // what csvutil calls the columns: email, manager, hours, or a name nothing else has
	email   int
	manager int
	hours   int
	protect int
	fields  []fieldColumn
}

type fieldColumn struct {
	field string
	index int
}

// readHeader finds the columns and reports what is wrong with them. False: the rows cannot be read.
func (r *reader) readHeader(names []string) bool {
	names = slices.Clone(names)
	c := r.config
	h := header{email: -1, manager: -1, hours: -1, protect: -1, keys: make([]string, len(names))}
	index := map[string]int{}
	for i, name := range names {
		h.keys[i] = "\x00" + strconv.Itoa(i)
		if name == "" {
			continue
		}
		if first, twice := index[name]; twice {
			r.bad(r.rows.at(i), "column %s is there twice, first as column %d.", quote(name), first+1)
			continue
		}
		index[name] = i
	}
	find := func(name string) int {
		if i, ok := index[name]; ok {
			return i
		}
		return -1
	}

	h.email, h.manager, h.hours = find(c.columns.email.name), find(c.columns.manager.name), find(c.columns.hours.name)
	for _, own := range []struct {
		key   string
		index int
	}{{"hours", h.hours}, {"manager", h.manager}, {"email", h.email}} {
		if own.index >= 0 {
			h.keys[own.index] = own.key
		}
	}
	if h.email < 0 {
		r.noEmail(names)
	}
	for _, optional := range []struct {
		what   string
		column column
	}{{"columns.manager", c.columns.manager}, {"columns.hours", c.columns.hours}} {
		if optional.column.at.Line > 0 && find(optional.column.name) < 0 {
			r.noColumn(optional.what, optional.column, names)
		}
	}

	var fields []state.Mapping
	for _, m := range c.mapping {
		i := find(m.column.name)
		if i < 0 {
			r.noColumn("field_mapping", m.column, names)
			continue
		}
		h.fields = append(h.fields, fieldColumn{m.field, i})
		fields = append(fields, state.Mapping{Column: m.column.name, Field: m.field})
	}
	r.users.Fields = fields

	if c.protect.name != "" {
		h.protect = find(c.protect.name)
		switch {
		case h.protect >= 0:
			r.users.Protect.Column = c.protect.name
			for _, m := range c.mapping {
				if m.column.name == c.protect.name {
					r.users.Protect.Field = m.field
				}
			}
		case c.protect.at.Line > 0:
			r.noColumn("protect.groups_from_column", c.protect, names)
		}
	}
	r.header = h
	if !c.broken() {
		r.unknownColumns(names, index)
	}
	return h.email >= 0
}

// noEmail reports that the one column is missing that must be there, at the column that looks most like it.
func (r *reader) noEmail(names []string) {
	c := r.config.columns.email
	if r.config.broken() {
		return // a columns: nobody could read may rename it
	}
	at, hint := state.Source{File: r.file, Line: 1, Column: 1}, ""
	near, ok := nearest(c.name, names)
	switch {
	case len(names) == 1 && strings.ContainsAny(names[0], ";\t"):
		hint = " The columns seem to be separated by something else: save the file with commas."
	case ok:
		at = r.rows.at(slices.Index(names, near))
		hint = fmt.Sprintf(" Did you mean it by %s? Rename the column, or write columns: {email: %s} in the config.", quote(near), shorten(near))
	default:
		hint = " Add it, or say with columns: {email: …} in the config how it is called."
	}
	r.bad(at, "the column %s is missing; it is needed.%s", quote(c.name), hint)
}

// noColumn reports, in the config, a column that the CSV lacks.
func (r *reader) noColumn(setting string, c column, names []string) {
	text := fmt.Sprintf("%s: %s has no column %s", setting, r.file, quote(c.name))
	if near, ok := nearest(c.name, names); ok {
		text += "; did you mean " + shorten(near) + "?"
	}
	r.config.doc.add(c.at, 0, text)
}

// unknownColumns tells of columns nobody reads.
func (r *reader) unknownColumns(names []string, index map[string]int) {
	c := r.config
	known := []string{c.columns.email.name, c.columns.manager.name, c.columns.hours.name}
	for _, m := range c.mapping {
		known = append(known, m.column.name)
	}
	known = append(known, c.protect.name)
	known = append(known, oldColumns...)
	missing := slices.DeleteFunc(slices.Clone(known), func(name string) bool { _, ok := index[name]; return ok })
	for i, name := range names {
		if slices.Contains(known, name) && name != "" {
			continue
		}
		text := "is an unknown column; it is not read"
		if name == "" {
			text = "column " + strconv.Itoa(i+1) + " has no name; it is not read"
		}
		if near, ok := nearest(name, missing); ok {
			text += ". Did you mean " + shorten(near) + "?"
		} else {
			text += "."
		}
		r.findings = append(r.findings, state.Finding{Kind: state.FindingUnknownColumn, Name: name, Text: text, Source: r.rows.at(i)})
	}
}
