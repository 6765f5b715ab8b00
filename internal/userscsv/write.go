package userscsv

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jszwec/csvutil"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// own is a row's part in the columns that the tool itself reads.
type own struct {
	Email   string `csv:"NTID email"`
	Manager string `csv:"Manager NTID email"`
	Hours   string `csv:"Weekly Working Hours"`
}

// extended writes csvutil's records with the cells of the mapped columns after them.
type extended struct {
	csv  *csv.Writer
	more []string
}

func (e *extended) Write(record []string) error { return e.csv.Write(append(record, e.more...)) }

// Write writes the people as Read reads them back: the three columns of the tool and one per mapping. A field that nobody
// has a cell for is blank. Nothing is neutralised for spreadsheets: what is written must read back as it is. What HoldsCell
// and HoursText refuse is an error.
func Write(w io.Writer, u *state.Users) error {
	out := &extended{csv: csv.NewWriter(w)}
	for _, m := range u.Fields {
		out.more = append(out.more, m.Column)
	}
	encoder := csvutil.NewEncoder(out)
	if err := encoder.EncodeHeader(own{}); err != nil {
		return err
	}
	for _, p := range u.People {
		hours, ok := HoursText(p.Capacity)
		if !ok {
			return fmt.Errorf("%s: %v a day cannot be written as hours of a week", p.Email, p.Capacity)
		}
		out.more = out.more[:0]
		for _, m := range u.Fields {
			value := ""
			if i := slices.IndexFunc(p.Cells, func(c state.Cell) bool { return c.Field == m.Field }); i >= 0 {
				value = p.Cells[i].Text
			}
			if !HoldsCell(value) {
				return fmt.Errorf("%s: the value of %s cannot be written into a CSV", p.Email, m.Field)
			}
			out.more = append(out.more, value)
		}
		if err := encoder.Encode(own{p.Email, p.Manager, hours}); err != nil {
			return err
		}
	}
	out.csv.Flush()
	return out.csv.Error()
}

// HoldsCell reports whether a cell, or the name of a column, reads back as it was written: cells are trimmed and composed,
// what spreadsheets damage is refused, a carriage return before a new line is lost, and some lines mean another file.
func HoldsCell(s string) bool {
	if !utf8.ValidString(s) || s != strings.TrimSpace(s) || s != text.NFC(s) || damaged(s) != "" {
		return false
	}
	return !strings.ContainsRune(s, 0) && !strings.Contains(s, "\r\n") &&
		!slices.ContainsFunc(conflictMarks, func(mark string) bool { return strings.Contains(s, "\n"+mark) })
}

// HoldsEmail reports whether an address is one that Read takes, as it is.
func HoldsEmail(s string) bool {
	email, wrong := state.ParseEmail(s)
	return wrong == "" && email == s
}

// HoursText is the hours of a week of five days that give exactly this capacity of a day, in whole minutes: 37.5. Not ok:
// a week has no such hours. An unknown capacity is a blank cell, which leaves it as it is.
func HoursText(perDay time.Duration) (hours string, ok bool) {
	const workdays = 5
	if perDay == state.CapacityUnknown {
		return "", true
	}
	week := perDay.Hours() * workdays
	if perDay < 0 || week > hoursOfADay*workdays {
		return "", false
	}
	for digits := 0; digits <= 6; digits++ {
		hours = strconv.FormatFloat(week, 'f', digits, 64)
		if back, _ := parseDecimal(hours); capacity(back, workdays) == perDay {
			return hours, true
		}
	}
	return "", false
}
