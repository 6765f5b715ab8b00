package userscsv

import (
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// misread reports a first line of which no cell is the name of a column: a person, cells that something else separates, a
// line in quotes as a whole, or columns of other names. It is one problem, for whatever else is missing follows from it.
func (r *reader) misread(names, known []string, separator separator) bool {
	if r.layout.Unsure || knownCells(names, known) > 0 {
		return false
	}
	at := r.rows.at(0)
	if i := slices.IndexFunc(names, func(s string) bool { _, wrong := state.ParseEmail(s); return wrong == "" }); i >= 0 {
		r.bad(at, "the first line is a person (%s), not a header. Write the names of the columns above it, such as %s.", quote(names[i]),
			strings.Join([]string{r.layout.Email.Name, r.layout.Manager.Name, r.layout.Hours.Name}, string(separator.sign)))
		return true
	}
	by := separatorOf(strings.Join(names, string(separator.sign)), known)
	switch {
	case by == "":
		r.noEmail(names)
	case len(names) == 1 && r.rows.quoted(at):
		r.bad(at, "the header is in quotes as a whole, so that it is one cell. Take the quotes around whole lines away, or export the file again.")
	case separator.said != "":
		r.bad(at, "%s separates the cells, and %s says %s. Correct that, or take it out.", spelled(by), separator.said, spelled(string(separator.sign)))
	case by == "|":
		r.bad(at, "%s separates the cells: write delimiter: %s in the config.", spelled(by), spelled(by))
	default:
		r.bad(at, "%s separates the cells. Export the file again with commas, semicolons or tabs.", spelled(by))
	}
	return true
}

// separatorOf finds what separates the names of columns in a line; empty: nothing does.
func separatorOf(line string, known []string) string {
	for _, by := range separators {
		if knownCells(strings.Split(line, by), known) > 0 { // quotes are no letters, and do not count
			return by
		}
	}
	return ""
}

// spelled is a separator as people can see it.
func spelled(by string) string {
	switch by {
	case "\t":
		return "a tab"
	case "  ":
		return "a run of spaces"
	}
	return `"` + by + `"`
}

// nearColumn is a column that is not there, and another one that is nearly called so.
type nearColumn struct {
	index               int
	have, want, setting string
}

// nearColumns reports them in one problem, for they have one cause, at the first.
func (r *reader) nearColumns(list []nearColumn) {
	if len(list) == 0 {
		return
	}
	first := list[0]
	if len(list) == 1 {
		r.bad(r.rows.at(first.index), "the column %s%s is nearly %s (%s). Rename it, or write the name in the config as it is here.",
			quote(first.have), hidden(first.have, ", with ", ","), quote(first.want), first.setting)
		return
	}
	var pairs []string
	for _, n := range list {
		pairs = append(pairs, quote(n.have)+hidden(n.have, ", with ", ",")+" for "+quote(n.want)+" ("+n.setting+")")
	}
	r.bad(r.rows.at(first.index), "%d columns are nearly known ones: %s. Rename them, or write the names in the config as they are here.", len(list), strings.Join(pairs, "; "))
}

// hidden names the space of another kind that a name holds, between before and after; empty: it holds none.
func hidden(name, before, after string) string {
	for _, s := range []struct{ signs, is string }{
		{"\u00a0\u2007\u202f", "a no-break space"}, {"\n\r", "a line break"}, {"\t", "a tab"}, {"\u2002\u2003\u2009\u3000", "a space of another width"},
	} {
		if strings.ContainsAny(name, s.signs) {
			return before + s.is + " in it" + after
		}
	}
	return ""
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
