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
	values map[string]bool // folded
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
			r.bad(r.rows.at(near), "the column %s is nearly %s (%s). Rename it, or write the name in the config as it is here.", quote(names[near]), quote(c.Name), setting)
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
		h.only = append(h.only, onlyColumn{i, values})
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

// nearly finds a column that differs from a name in case, spaces, punctuation, invisible characters or one letter, and
// that nothing else is called; -1: there is none.
func (r *reader) nearly(name string, names []string, index map[string]int) int {
	want := text.Letters(name)
	known := r.known()
	for i, have := range names {
		letters := text.Letters(have)
		if have == "" || letters == "" || slices.Contains(known, have) || index[have] != i {
			continue
		}
		if letters == want || len(want) >= 8 && text.Distance(letters, want) == 1 {
			return i
		}
	}
	return -1
}

// noEmail reports that the one column is missing that must be there, at the column that looks most like it.
func (r *reader) noEmail(names []string) {
	name := r.layout.Email.Name
	at := state.Source{File: r.file, Line: r.headerLine, Column: 1}
	hint := "Add it, or say with columns: {email: …} in the config how it is called."
	if len(names) == 1 && strings.ContainsAny(names[0], delimiters+"|") {
		r.bad(at, "the header is one cell: %s. If it is several columns, say with delimiter: in the config what separates them.", quote(names[0]))
		return
	}
	near, ok := text.Nearest(name, names)
	if i := slices.IndexFunc(names, isEmailColumn); !ok && i >= 0 {
		near, ok = names[i], true
	}
	if ok {
		at = r.rows.at(slices.Index(names, near))
		hint = "Did you mean it by " + quote(near) + "? Rename the column, or write columns: {email: " + shorten(near) + "} in the config."
	}
	r.bad(at, "the column %s is missing; it is needed. %s", quote(name), hint)
}

// isEmailColumn reports whether a column is called as one of people's addresses often is.
func isEmailColumn(name string) bool {
	letters := text.Letters(name)
	return strings.Contains(letters, "mail") && !strings.Contains(letters, "manager")
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

// missingColumns says once of each column that the tool reads and the file lacks that nothing of it is managed.
func (r *reader) missingColumns() {
	for _, c := range []struct {
		tag    string
		column state.Column
	}{{"manager", r.layout.Manager}, {"hours", r.layout.Hours}} {
		if !r.header.has(c.tag) && c.column.At.Line == 0 && !r.layout.Unsure {
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
