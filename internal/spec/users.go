package spec

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jszwec/csvutil"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// reader turns a CSV into people, under a config.
type reader struct {
	sheet
	config   *config
	rows     *rows
	header   header
	users    *state.Users
	lines    map[string]int // where an email was first
	findings []state.Finding
}

// line is a row as the tool itself reads it; other columns are found by their index.
type line struct {
	Email   string `csv:"email"`
	Manager string `csv:"manager"`
	Hours   string `csv:"hours"`
}

// read gives the people of the sound rows. Everything else is in problems and findings.
func (r *reader) read(data []byte) *state.Users {
	users := r.config.users
	r.users, r.lines = &users, map[string]int{}
	users.File = r.file
	top := state.Source{File: r.file, Line: 1, Column: 1}
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		r.bad(top, "the file is UTF-16. Save it as UTF-8 (in Excel: CSV UTF-8).")
		users.UnreadableRows++
		return r.users
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	r.rows = newRows(&r.sheet, data)

	first, err := r.rows.Read()
	if err != nil {
		if len(r.problems) == 0 {
			r.bad(top, "the file is empty. It needs a header and at least one person: an empty file never means that everybody left.")
		}
		users.UnreadableRows++
		return r.users
	}
	if len(r.problems) > 0 || !r.readHeader(first) {
		// Without a sound header no cell can be told from another.
		r.rows.encoding()
		users.UnreadableRows++
		return r.users
	}
	r.rows.refused = r.refused
	r.people()
	if r.rows.seen == 0 {
		r.bad(top, "the file has a header and no people: an empty file never means that everybody left.")
		users.UnreadableRows++
	}
	r.rows.encoding()
	slices.Sort(users.Protect.Values)
	users.Protect.Values = slices.Compact(users.Protect.Values)
	r.selfManagers()
	r.cycles()
	return r.users
}

// people reads all rows.
func (r *reader) people() {
	decoder, err := csvutil.NewDecoder(r.rows, r.header.keys...)
	if err != nil {
		r.bad(state.Source{File: r.file, Line: 1, Column: 1}, "the header cannot be read.")
		r.users.UnreadableRows++
		return
	}
	for {
		var l line
		err := decoder.Decode(&l)
		if isEOF(err) {
			break
		}
		if err != nil { // text into text: there is nothing to go wrong
			r.bad(r.rows.at(0), "this line cannot be read.")
			r.users.UnreadableRows++
			continue
		}
		person, ok := r.person(l, decoder.Record())
		if person.Email == "" {
			r.users.UnreadableRows++
			continue
		}
		if before, again := r.lines[person.Email]; again {
			r.bad(person.At, "%s appears twice, first in line %d.", shorten(person.Email), before)
			r.users.InvalidEmails = append(r.users.InvalidEmails, person.Email)
			continue
		}
		r.lines[person.Email] = person.At.Line
		if !ok {
			r.users.InvalidEmails = append(r.users.InvalidEmails, person.Email)
			continue
		}
		r.users.People = append(r.users.People, person)
	}
	slices.Sort(r.users.InvalidEmails)
	r.users.InvalidEmails = slices.Compact(r.users.InvalidEmails)
	// Of an email that is there twice nobody can tell which row is meant.
	r.users.People = slices.DeleteFunc(r.users.People, func(p state.Row) bool {
		_, unsound := slices.BinarySearch(r.users.InvalidEmails, p.Email)
		return unsound
	})
}

// refused keeps what can be known of a row that rows left out.
func (r *reader) refused(record []string) {
	if i := r.header.email; i < len(record) {
		if email, wrong := parseEmail(record[i]); wrong == "" {
			r.users.InvalidEmails = append(r.users.InvalidEmails, email)
			return
		}
	}
	r.users.UnreadableRows++
}

// person reads one row. Without a readable email the person has none; ok says that the row is sound.
func (r *reader) person(l line, record []string) (p state.Row, ok bool) {
	h := r.header
	ok = true
	p.At = r.rows.at(h.email)
	email, wrong := parseEmail(l.Email)
	switch {
	case l.Email == "":
		r.bad(p.At, "%s is empty. Every line needs an email address.", shorten(r.config.columns.email.name))
		ok = false
	case wrong != "":
		r.bad(p.At, "%s %s (%s). Write an email address.", quote(l.Email), wrong, shorten(r.config.columns.email.name))
		ok = false
	}
	p.Email = email

	if h.manager >= 0 {
		p.ManagerAt = r.rows.at(h.manager)
		if l.Manager != "" {
			if p.Manager, wrong = parseEmail(l.Manager); wrong != "" {
				r.bad(p.ManagerAt, "%s %s (%s). Write the manager's email address, or nothing.", quote(l.Manager), wrong, shorten(r.config.columns.manager.name))
				ok = false
			}
		}
	}

	hours := r.config.hours
	if l.Hours != "" {
		var number bool
		column := shorten(r.config.columns.hours.name)
		switch hours, number = parseDecimal(l.Hours); {
		case !number:
			r.bad(r.rows.at(h.hours), "%s is not a number of hours (%s). Write 37 or 37.5.", quote(l.Hours), column)
			ok = false
		case hours < 0 || hours > 168:
			r.bad(r.rows.at(h.hours), "%s is not between 0 and 168 hours a week (%s).", quote(l.Hours), column)
			ok = false
		}
	}
	p.Capacity = capacity(hours, r.config.workdays)

	for _, f := range h.fields {
		p.Cells = append(p.Cells, state.Cell{Field: f.field, Text: record[f.index], At: r.rows.at(f.index)})
	}
	if h.protect >= 0 && record[h.protect] != "" {
		r.users.Protect.Values = append(r.users.Protect.Values, record[h.protect])
	}
	return p, ok
}

// capacity is the part of a week's hours that a day has, in whole minutes.
func capacity(hours, workdays float64) time.Duration {
	return time.Duration(math.Round(hours*60/workdays)) * time.Minute
}

// selfManagers blanks the manager of people who are their own: HR exports have heads of companies so.
func (r *reader) selfManagers() {
	for i := range r.users.People {
		p := &r.users.People[i]
		if p.Manager != p.Email {
			continue
		}
		r.findings = append(r.findings, state.Finding{
			Kind: state.FindingSelfManager, Name: p.Email, Source: p.ManagerAt,
			Text: "is their own manager here; read as if the cell were blank.",
		})
		p.Manager = ""
	}
}

// cycles names each chain of managers that comes back to where it began. Clockify allows them.
func (r *reader) cycles() {
	people := r.users.People
	index := make(map[string]int, len(people))
	for i, p := range people {
		index[p.Email] = i
	}
	walk := make([]int, len(people)) // the walk, from 1, that came by first
	for i := range people {
		at := i
		for walk[at] == 0 {
			walk[at] = i + 1
			next, ok := index[people[at].Manager]
			if !ok || people[at].Manager == "" {
				break
			}
			if at = next; walk[at] == i+1 {
				r.cycle(index, at)
			}
		}
	}
}

// cycle reports the cycle that a person is part of, from its first row in the file on.
func (r *reader) cycle(index map[string]int, at int) {
	people := r.users.People
	first := at
	for next := index[people[at].Manager]; next != at; next = index[people[next].Manager] {
		first = min(first, next)
	}
	chain := []string{people[first].Email}
	for next := index[people[first].Manager]; next != first; next = index[people[next].Manager] {
		chain = append(chain, people[next].Email)
	}
	text := chain
	if len(chain) > 12 {
		text = append(slices.Clone(chain[:11]), strconv.Itoa(len(chain)-11)+" more")
	}
	r.findings = append(r.findings, state.Finding{
		Kind: state.FindingCycle, Name: people[first].Email, Source: people[first].ManagerAt,
		Text: "is in a circle of managers: " + strings.Join(append(slices.Clone(text), chain[0]), " → ") + ".",
	})
}
