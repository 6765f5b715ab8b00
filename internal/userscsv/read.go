package userscsv

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/jszwec/csvutil"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Result is what one reading of users.csv gave.
type Result struct {
	Users    *state.Users // the sound rows over what the config declares; never nil
	Findings []state.Finding
	Problems []state.Problem // sorted by line and column; those of columns that the config names are in the config
}

// Read reads the content of a file under what the config says about its form and its people.
func Read(file string, data []byte, layout state.UsersFile, declared state.Users) Result {
	declared.File = file
	r := &reader{problems: problems{file: file}, layout: layout, users: &declared, lines: map[string]int{}, ids: map[string]number{}, statuses: map[string]string{}}
	r.users.Fields, r.users.People = nil, nil
	if layout.ID.Name != "" {
		for _, f := range layout.Fields {
			if f.Name == layout.ID.Name {
				r.users.IDField = f.Field
			}
		}
	}
	if !r.read(data) {
		r.users.UnreadableRows++ // while the file cannot be read, nobody counts as absent
	}
	found := r.all()
	for i := range found {
		found[i].Users = true
	}
	slices.SortStableFunc(found, func(a, b state.Problem) int { return a.Source.Compare(b.Source) })
	return Result{r.users, r.findings, found}
}

// reader makes people of the rows of one file.
type reader struct {
	problems
	layout     state.UsersFile
	rows       *rows
	header     header
	headerLine int
	users      *state.Users
	lines      map[string]int    // the line in which an email was first
	ids        map[string]number // who has a number
	in         int               // rows that rows.only wants
	statuses   map[string]string // of those who left, as written, by the folded one
	warnings   warnings
	findings   []state.Finding
}

// number is whose number of HR's one is: the email and the line.
type number struct {
	email string
	line  int
}

// line is a row as the tool itself reads it. Mapped columns are found by their index.
type line struct {
	Email   string `csv:"email"`
	Manager string `csv:"manager"`
	Hours   string `csv:"hours"`
	Days    string `csv:"days"`
	ID      string `csv:"id"`
	Status  string `csv:"status"`
	Starts  string `csv:"starts"`
	Ends    string `csv:"ends"`
}

// read reports whether the file could be read as one of people.
func (r *reader) read(data []byte) bool {
	top := state.Source{File: r.file, Line: 1, Column: 1}
	data, bad := decode(data, r.layout.Windows1252)
	if bad != nil {
		r.bad(state.Source{File: r.file, Line: bad.line, Column: bad.column}, "%s", bad.text)
		return false
	}
	known := r.known()
	separator, data := delimiterOf(data, r.layout.Delimiter, known)
	r.rows = newRows(&r.problems, data, separator.sign)
	names, err := r.rows.Read()
	if err != nil || len(r.list) > 0 {
		if len(r.list) == 0 {
			r.bad(top, "the file has no header and no people.")
		}
		return false
	}
	r.headerLine = r.rows.at(0).Line
	if line := headerBelow(data, names, known); line > r.headerLine && !r.layout.Unsure {
		r.bad(r.rows.at(0), "The first line is not the header; line %d looks like it. Delete the lines above that one.", line)
		return false
	}
	names = slices.Clone(names)
	if r.misread(names, known, separator) || !r.readHeader(names) {
		return false
	}
	r.rows.refused = r.refused
	lines := bytes.Count(data, []byte("\n"))
	r.users.People, r.lines = make([]state.Row, 0, lines), make(map[string]int, lines)
	r.people()
	if r.rows.seen == 0 {
		r.bad(top, "the file has a header and no people: an empty file never means that everybody left.")
		return false
	}
	r.filters()
	r.missingColumns()
	r.unknownColumns(names)
	slices.Sort(r.users.Protect.Values)
	r.users.Protect.Values = slices.Compact(r.users.Protect.Values)
	r.managersByID()
	r.selfManagers()
	r.cycles()
	r.nearManagers()
	r.findings = append(r.findings, r.warnings.findings(r.file)...)
	slices.SortStableFunc(r.findings, func(a, b state.Finding) int { return a.Source.Compare(b.Source) })
	return true
}

// people reads all rows.
func (r *reader) people() {
	decoder, err := csvutil.NewDecoder(r.rows, r.header.keys...)
	if err != nil {
		r.bad(state.Source{File: r.file, Line: r.headerLine, Column: 1}, "the header cannot be read.")
		return
	}
	for {
		var l line
		if err := decoder.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil { // text into text: there is nothing to go wrong
			r.bad(r.rows.at(0), "this line cannot be read.")
			r.users.UnreadableRows++
			continue
		}
		r.row(l, decoder.Record())
	}
	slices.Sort(r.users.InvalidEmails)
	r.users.InvalidEmails = slices.Compact(r.users.InvalidEmails)
	// Of an email that is there twice nobody can tell which row is meant.
	r.users.People = slices.DeleteFunc(r.users.People, func(p state.Row) bool {
		_, unsound := slices.BinarySearch(r.users.InvalidEmails, p.Email)
		return unsound
	})
}

// row takes one row where it belongs: people, rows left out, rows with a problem.
func (r *reader) row(l line, record []string) {
	at := r.rows.at(r.header.at["email"])
	if i := r.header.protect; i >= 0 && record[i] != "" {
		r.users.Protect.Values = append(r.users.Protect.Values, record[i]) // of rows that are left out, too
	}
	if l.Email == "" && r.layout.SkipWithoutEmail {
		r.users.WithoutEmail = append(r.users.WithoutEmail, at)
		return
	}
	in := r.isIn(record)
	if in {
		r.in++
	}
	if l.Email == "" && !in {
		return
	}
	if l.Email == text.NFC(r.layout.Email.Name) {
		r.bad(at, "the header stands here once more, as in files that were put together. Delete this line.")
		r.users.UnreadableRows++
		return
	}
	email, wrong := r.email(l.Email, at)
	if wrong != "" {
		r.users.UnreadableRows++
		return
	}
	if before, again := r.lines[email]; again {
		r.bad(at, "%s appears twice, first in line %d.", shorten(email), before)
		r.users.InvalidEmails = append(r.users.InvalidEmails, email)
		return
	}
	r.lines[email] = at.Line
	id, sound := r.id(l.ID, email)
	if !in {
		r.users.LeftOut = append(r.users.LeftOut, email)
		return
	}
	person := state.Row{Email: email, ID: id, At: at}
	ok := r.person(&person, l, record)
	if !ok || !sound {
		r.users.InvalidEmails = append(r.users.InvalidEmails, email)
		return
	}
	r.users.People = append(r.users.People, person)
}

// isIn reports whether rows.only wants the row.
func (r *reader) isIn(record []string) bool {
	in := true
	for _, o := range r.header.only {
		value := fold(record[o.index])
		if o.seen[value] == "" && value != "" {
			o.seen[value] = strings.Clone(record[o.index])
		}
		in = in && o.values[value]
	}
	return in
}

// refused keeps what can be known of a row whose cells cannot be told apart.
func (r *reader) refused(record []string) {
	if i := r.header.at["email"]; i < len(record) {
		if email, wrong := state.ParseEmail(record[i]); wrong == "" {
			r.users.InvalidEmails = append(r.users.InvalidEmails, email)
			return
		}
	}
	r.users.UnreadableRows++
}

// email reads the address of a row.
func (r *reader) email(cell string, at state.Source) (email, wrong string) {
	if cell == "" {
		r.bad(at, "%s is empty. Every line needs an email address (rows_without_email: skip leaves such lines out).", shorten(r.layout.Email.Name))
		return "", "is empty"
	}
	if email, wrong = state.ParseEmail(cell); wrong != "" {
		r.bad(at, "%s %s (%s). Write an email address.", quote(cell), wrong, shorten(r.layout.Email.Name))
	} else if scripts(email) > 1 {
		r.warnings.scripts.add(email, at)
	}
	return email, wrong
}

// person reads the cells of a row, but for the email; ok says that they are sound.
func (r *reader) person(p *state.Row, l line, record []string) (ok bool) {
	c := cells{r, true}
	r.manager(&c, p, l.Manager)
	p.Capacity, p.Week = c.capacity(l.Hours, c.days(l.Days, p))
	p.Left = l.Status != "" && !slices.ContainsFunc(r.layout.ActiveValues, func(v string) bool { return fold(v) == fold(l.Status) })
	if p.Left && r.statuses[fold(l.Status)] == "" {
		r.statuses[fold(l.Status)] = l.Status
	}
	p.Starts, p.Ends = c.day("starts", l.Starts), c.day("ends", l.Ends)
	if !p.Starts.IsZero() && !p.Ends.IsZero() && p.Ends.Before(p.Starts) {
		c.bad("ends", "%s ends before %s, when it starts.", quote(l.Ends), quote(l.Starts))
	}
	for _, f := range r.header.fields {
		value := record[f.index]
		if why := damaged(value); why != "" {
			r.bad(r.rows.at(f.index), "%s %s", quote(value), why)
			c.ok = false
		}
		p.Cells = append(p.Cells, state.Cell{Field: f.field, Text: value, At: r.rows.at(f.index)})
	}
	return c.ok
}

// manager reads an email or, with columns.id, a number.
func (r *reader) manager(c *cells, p *state.Row, cell string) {
	if !r.header.has("manager") {
		return
	}
	p.ManagerAt = r.rows.at(r.header.at["manager"])
	switch {
	case cell == "":
	case damaged(cell) != "":
		c.bad("manager", "%s %s", quote(cell), damaged(cell))
	case r.header.has("id") && scientific.MatchString(cell):
		c.bad("manager", "%s %s", quote(cell), lostDigits)
	case r.header.has("id") && !strings.Contains(cell, "@"):
		p.Manager = cell
	default:
		email, wrong := state.ParseEmail(cell)
		if wrong != "" {
			c.bad("manager", "%s %s (%s). Write the manager's email address, or nothing.", quote(cell), wrong, shorten(r.layout.Manager.Name))
		}
		p.Manager = email
	}
}
