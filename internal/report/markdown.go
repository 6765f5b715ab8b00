package report

import (
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/model"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// Markdown is the body of Comment.
func Markdown(p *plan.Plan, ctx Context) string { return Comment(p, ctx).Body }

// Comment renders the plan as a pull request comment or summary of at most Context.MaxBytes.
func Comment(p *plan.Plan, ctx Context) Page {
	var b strings.Builder
	Text(&b, p, Style{}, ctx)
	return Page{Body: b.String()}
}

// OutcomeMarkdown renders how an apply went, for a comment or summary.
func OutcomeMarkdown(p *plan.Plan, outcomes []plan.Outcome, verify Verify, ctx Context) string {
	var b strings.Builder
	OutcomeText(&b, p, outcomes, verify, Style{}, ctx)
	return b.String()
}

// ProblemsMarkdown renders what is wrong with the input, with links to the lines.
func ProblemsMarkdown(problems []model.Problem, ctx Context) string {
	var b strings.Builder
	Problems(&b, problems, Style{}, ctx)
	return b.String()
}
