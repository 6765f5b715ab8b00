package userscsv

import (
	"slices"
	"strconv"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// header says where the columns are; -1 is nowhere.
type header struct {
	keys    []string // what csvutil calls the columns: a tag of line, or a name that nothing else has
	protect int
	fields  []fieldColumn
	only    []onlyColumn
	at      map[string]int // of the columns that line has, by their tag
}

type fieldColumn struct {
	field string
	index int
}

type onlyColumn struct {
	index  int
	values map[string]bool   // folded
	seen   map[string]string // values that rows have, as written, by the folded one
}

// wanted is a column that the tool itself reads: its tag of line, what the config calls it, and its key there.
type wanted struct {
	tag     string
	column  state.Column
	setting string
}

func (r *reader) wanted() []wanted {
	l := r.layout
	all := []wanted{
		{"email", l.Email, "columns.email"},
		{"manager", l.Manager, "columns.manager"},
		{"hours", l.Hours, "columns.hours"},
		{"days", l.Days, "columns.working_days"},
		{"id", l.ID, "columns.id"},
		{"status", l.Status, "columns.status"},
		{"starts", l.Starts, "columns.starts"},
		{"ends", l.Ends, "columns.ends"},
	}
	return slices.DeleteFunc(all, func(w wanted) bool { return w.column.Name == "" })
}

// known are the names of all columns that the config or the predecessor gives a meaning.
func (r *reader) known() []string {
	var names []string
	for _, w := range r.wanted() {
		names = append(names, w.column.Name)
	}
	for _, f := range r.layout.Fields {
		names = append(names, f.Name)
	}
	for _, o := range r.layout.Only {
		names = append(names, o.Name)
	}
	if r.layout.Protect.Name != "" {
		names = append(names, r.layout.Protect.Name)
	}
	for _, m := range usual {
		names = append(names, m.Column)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// readHeader finds the columns and reports what is wrong with them. False: the rows cannot be read.
func (r *reader) readHeader(names []string) bool {
	names = slices.Clone(names)
	index, sound := r.indexed(names)
	h := header{keys: make([]string, len(names)), protect: -1, at: map[string]int{}}
	for i := range names {
		h.keys[i] = "\x00" + strconv.Itoa(i) // a name that no tag of line is
	}
	var nearly []nearColumn
	// find returns where a column is. One that is not there, and nearly there, is a problem; so is one that the config asks
	// for.
	find := func(c state.Column, setting string) int {
		if i, ok := index[text.NFC(c.Name)]; ok {
			return i
		}
		switch near := r.nearly(c.Name, names, index); {
		case r.layout.Unsure: // nobody knows what the columns are called
		case near >= 0:
			sound = false
			nearly = append(nearly, nearColumn{near, names[near], c.Name, setting})
		case c.At.Line > 0:
			r.noColumn(setting, c, names)
		}
		return -1
	}
	for _, w := range r.wanted() {
		if i := find(w.column, w.setting); i >= 0 {
			h.at[w.tag] = i
			h.keys[i] = w.tag
		}
	}
	for _, f := range r.layout.Fields {
		if i := find(f.Column, "field_mapping"); i >= 0 {
			h.fields = append(h.fields, fieldColumn{f.Field, i})
			r.users.Fields = append(r.users.Fields, state.Mapping{Column: f.Name, Field: f.Field})
		}
	}
	for _, o := range r.layout.Only {
		i := find(o.Column, "rows.only")
		if i < 0 {
			sound = false // nobody can tell whose rows these are
			continue
		}
		values := map[string]bool{}
		for _, v := range o.Values {
			values[fold(v)] = true
		}
		h.only = append(h.only, onlyColumn{i, values, map[string]string{}})
	}
	if c := r.layout.Protect; c.Name != "" {
		if i, ok := index[text.NFC(c.Name)]; ok {
			h.protect = i
			r.users.Protect.Column = c.Name
			for _, f := range r.layout.Fields {
				if f.Name == c.Name {
					r.users.Protect.Field = f.Field
				}
			}
		} else if c.At.Line > 0 {
			find(c, "protect.groups_from_column")
		}
	}
	r.nearColumns(nearly)
	if _, ok := h.at["email"]; !ok && sound && !r.layout.Unsure {
		r.noEmail(names)
	}
	r.header = h
	if !h.has("email") || !sound {
		return false
	}
	r.users.NoManagers, r.users.NoHours = !h.has("manager"), !h.has("hours")
	return true
}

func (h *header) has(tag string) bool {
	_, ok := h.at[tag]
	return ok
}

// indexed maps the names of the columns to where they are. A name that is there twice is a problem.
func (r *reader) indexed(names []string) (index map[string]int, sound bool) {
	index, sound = map[string]int{}, true
	for i, name := range names {
		if name == "" {
			continue
		}
		if first, twice := index[name]; twice {
			r.bad(r.rows.at(i), "column %s is there twice, first as column %d.", quote(name), first+1)
			sound = false
			continue
		}
		index[name] = i
	}
	return index, sound
}

// noColumn reports, in the config, a column that the CSV lacks.
func (r *reader) noColumn(setting string, c state.Column, names []string) {
	words := setting + ": " + r.file + " has no column " + quote(c.Name)
	if near, ok := text.Nearest(c.Name, names); ok {
		words += "; did you mean " + shorten(near) + "?"
	} else {
		words += "."
	}
	r.list = append(r.list, state.Problem{Source: c.At, Text: words})
}

// missingColumns says once of each column that is usually there and that the file lacks what is left alone for it.
func (r *reader) missingColumns() {
	for _, c := range []struct {
		tag    string
		column state.Column
		there  bool
	}{
		{"manager", r.layout.Manager, r.header.has("manager")},
		{"hours", r.layout.Hours, r.header.has("hours")},
		{"protect.groups_from_column", r.layout.Protect, r.header.protect >= 0},
	} {
		if !c.there && c.column.Name != "" && c.column.At.Line == 0 && !r.layout.Unsure {
			r.findings = append(r.findings, state.Finding{
				Kind: state.FindingNotManaged, Level: state.LevelNote, Name: c.column.Name, About: c.tag,
				Source: state.Source{File: r.file, Line: r.headerLine},
			})
		}
	}
}

// unknownColumns tells in one line of the columns that nobody reads. One without a name and content is nothing.
func (r *reader) unknownColumns(names []string) {
	known := r.known()
	var unknown []string
	at := state.Source{}
	for i, name := range names {
		if slices.Contains(known, name) && name != "" || name == "" && !r.rows.filled[i] {
			continue
		}
		if len(unknown) == 0 {
			at = state.Source{File: r.file, Line: r.headerLine, Column: i + 1}
		}
		if name == "" {
			name = "column " + strconv.Itoa(i+1)
		}
		unknown = append(unknown, name)
	}
	if len(unknown) == 0 {
		return
	}
	r.findings = append(r.findings, state.Finding{
		Kind: state.FindingUnknownColumn, Level: state.LevelNote, Name: unknown[0], Values: unknown, Count: len(unknown), Source: at,
	})
}

// fold is how values of rows.only and statuses are compared.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(text.NFC(s))) }
