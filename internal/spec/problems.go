package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Problems is everything found unusable in one reading of the files, sorted by file, line and column.
type Problems []state.Problem

// Error lists the problems, each on a line of its own, followed by its excerpt where it has one.
func (p Problems) Error() string {
	lines := make([]string, 0, len(p))
	for _, problem := range p {
		lines = append(lines, problem.String())
		if problem.Excerpt != "" {
			lines = append(lines, "    "+strings.ReplaceAll(problem.Excerpt, "\n", "\n    "))
		}
	}
	return strings.Join(lines, "\n")
}

// sorted returns the problems in the order of the files.
func (p Problems) sorted() Problems {
	slices.SortStableFunc(p, func(a, b state.Problem) int { return compareSources(a.Source, b.Source) })
	return p
}

func compareSources(a, b state.Source) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// most is how many problems of one CSV are kept: a person reads fewer, and a hostile file could hold millions.
const most = 10_000

// sheet collects the problems of one CSV.
type sheet struct {
	file     string
	problems Problems
	more     int
}

func (s *sheet) bad(at state.Source, format string, args ...any) {
	if len(s.problems) >= most {
		s.more++
		return
	}
	s.problems = append(s.problems, state.Problem{Source: at, Text: fmt.Sprintf(format, args...)})
}

// all gives the problems, and says how many were not kept.
func (s *sheet) all() Problems {
	if s.more == 0 {
		return s.problems
	}
	last := s.problems[len(s.problems)-1].Source
	return append(s.problems, state.Problem{Source: last, Text: fmt.Sprintf("%d more problems follow; correct these first.", s.more)})
}
