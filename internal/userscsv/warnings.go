package userscsv

import (
	"maps"
	"slices"
	"strconv"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// warnings are what many rows may have in common, told once each.
type warnings struct {
	hours, scripts warning
	digits         map[string]*warning // by column: numbers that lost digits
}

func (w *warnings) lost(column string) *warning {
	if w.digits == nil {
		w.digits = map[string]*warning{}
	}
	if w.digits[column] == nil {
		w.digits[column] = &warning{}
	}
	return w.digits[column]
}

// warning is one such cause: where it is first, and of what it is true.
type warning struct {
	first  state.Source
	values []string
	lines  []string
}

func (w *warning) add(value string, at state.Source) {
	if len(w.lines) == 0 {
		w.first = at
	}
	w.values = append(w.values, value)
	w.lines = append(w.lines, strconv.Itoa(at.Line))
}

func (w *warnings) findings(file string) []state.Finding {
	var out []state.Finding
	if n := len(w.hours.lines); n > 0 {
		out = append(out, state.Finding{
			Kind: state.FindingUnusualHours, Level: state.LevelAttention, Name: file, Values: w.hours.lines, Count: n, Source: w.hours.first,
		})
	}
	if n := len(w.scripts.lines); n > 0 {
		out = append(out, state.Finding{
			Kind: state.FindingTwoScripts, Level: state.LevelAttention, Name: w.scripts.values[0], Values: w.scripts.values, Count: n, Source: w.scripts.first,
		})
	}
	for _, column := range slices.Sorted(maps.Keys(w.digits)) {
		d := w.digits[column]
		out = append(out, state.Finding{
			Kind: state.FindingDamaged, Level: state.LevelAttention, Name: column, Values: d.values, Count: len(d.values), Source: d.first,
		})
	}
	return out
}
