package spec

import (
	"cmp"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/model"
)

// Problems is everything found unusable in one reading of the files, sorted by file, line and column.
type Problems []model.Problem

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
	slices.SortStableFunc(p, func(a, b model.Problem) int { return compareSources(a.Source, b.Source) })
	return p
}

func compareSources(a, b model.Source) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}
