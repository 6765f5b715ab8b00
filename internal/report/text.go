package report

import (
	"fmt"
	"io"

	"github.com/clockify-sync/clockify-sync/internal/model"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// Text writes the plan for a terminal or a log.
func Text(w io.Writer, p *plan.Plan, style Style, ctx Context) {
	fmt.Fprintf(w, "%d changes\n", len(masked(p, ctx).Changes))
}

// OutcomeText writes how an apply went.
func OutcomeText(w io.Writer, p *plan.Plan, outcomes []plan.Outcome, verify Verify, style Style, ctx Context) {
	fmt.Fprintf(w, "%d outcomes\n", len(outcomes))
}

// Problems writes what is wrong with the input, as compilers do: users.csv:12:5: text.
func Problems(w io.Writer, problems []model.Problem, style Style, ctx Context) {
	for _, p := range newMask(ctx, nil).problems(problems) {
		fmt.Fprintln(w, p)
	}
}
