package userscsv

import (
	"maps"
	"slices"
	"strconv"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// filters tells what rows.only and active_values leave out. Where nobody is left that is a problem: nobody means it.
func (r *reader) filters() {
	r.onlyValues()
	left, people := 0, len(r.users.People)
	for _, p := range r.users.People {
		if p.Left {
			left++
		}
	}
	switch seen := slices.Sorted(maps.Values(r.statuses)); {
	case left == 0:
	case left == people && len(r.users.InvalidEmails) == 0:
		r.list = append(r.list, state.Problem{Source: r.layout.Status.At, Text: "active_values: everybody in " + r.file + " would have left, for no row has one of them in " +
			quote(r.layout.Status.Name) + "; the rows have " + quoted(seen) + "."})
	case 2*left > people:
		r.filtered("active_values", left, people, seen, state.LevelAttention)
	}
}

// onlyValues tells which values of rows.only no row has, and how many rows are left out.
func (r *reader) onlyValues() {
	if len(r.header.only) == 0 {
		return
	}
	for i, o := range r.header.only {
		setting, seen := r.layout.Only[i], slices.Sorted(maps.Values(o.seen))
		var unseen []string
		for _, v := range setting.Values {
			if o.seen[fold(v)] == "" {
				unseen = append(unseen, v)
			}
		}
		if r.in == 0 && len(unseen) == len(setting.Values) {
			r.list = append(r.list, state.Problem{Source: setting.At, Text: "rows.only: no row of " + r.file + " has " + quoted(unseen) + " in " +
				quote(setting.Name) + "; the rows have " + quoted(seen) + "."})
			return
		}
		for _, v := range unseen {
			f := state.Finding{Kind: state.FindingOnlyNothing, Level: state.LevelAttention, Name: v, About: "rows.only", Source: setting.At}
			if near, ok := text.Nearest(v, seen); ok {
				f.Values = []string{near}
			}
			r.findings = append(r.findings, f)
		}
	}
	if r.in == 0 {
		r.list = append(r.list, state.Problem{Source: r.layout.Only[0].At, Text: "rows.only: no row of " + r.file + " has a value of every column that it names."})
		return
	}
	level := state.LevelNote
	if r.in*10 <= r.rows.seen {
		level = state.LevelAttention // nearly every row
	}
	if out := len(r.users.LeftOut); out > 0 {
		r.filtered("rows.only", out, r.rows.seen, nil, level)
	}
}

func (r *reader) filtered(setting string, out, of int, values []string, level state.Level) {
	r.findings = append(r.findings, state.Finding{
		Kind: state.FindingFiltered, Level: level, Name: setting, Count: out, About: strconv.Itoa(of), Values: values,
		Source: state.Source{File: r.file, Line: r.headerLine},
	})
}

// quoted lists values that a message names.
func quoted(values []string) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = quote(v)
	}
	return text.List(list, 5)
}
