package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// reportFile is the page for people in the audit folder.
const reportFile = "report.html"

// wholePage is more than any plan.md needs, in bytes.
const wholePage = 16 << 20

// planPages are the plan as the audit folder holds it: for programs and for reading. The page for a browser is drawn once,
// when it is known how the changes ended.
func (r *run) planPages(p *plan.Plan) ([]file, error) {
	data, err := r.json(p)
	if err != nil {
		return nil, err
	}
	whole := r.context()
	whole.MaxBytes = wholePage
	return []file{{audit.PlanFile, data}, {audit.PageFile, []byte(report.Markdown(p, whole))}}, nil
}

// html draws the plan as a page for a browser, with what kept parts of it from being made.
func (r *run) html(p *plan.Plan) ([]byte, error) {
	var b bytes.Buffer
	err := report.HTML(&b, p, nil, report.Verify{}, r.withErrors(r.failures()))
	return b.Bytes(), err
}

// html draws how the run went.
func (a *applyRun) html() ([]byte, error) {
	about := a.withErrors(append(a.failures(), a.errs...))
	about.Elapsed = a.Now().Sub(a.started)
	var b bytes.Buffer
	err := report.HTML(&b, a.plan, a.outcomes, a.verified, about)
	return b.Bytes(), err
}

// writeReport puts the page of the run into the audit folder.
func (a *applyRun) writeReport() error {
	page, err := a.html()
	return errors.Join(err, a.audit.WriteFile(reportFile, page))
}

// withErrors is what reports say beside the plan, with what kept parts of it from being made.
func (r *run) withErrors(errs []error) report.Context {
	about := r.context()
	for _, err := range errs {
		about.Errors = append(about.Errors, err.Error())
	}
	return about
}

// print says how it went.
func (a *applyRun) print(reason string) {
	for _, err := range a.errs {
		fmt.Fprintf(a.Stderr, "clockify-sync: %s\n", a.mask.Text(err.Error()))
	}
	if a.opts.Format == "json" {
		if err := report.JSON(a.Stdout, a.plan, a.outcomes, a.context()); err != nil {
			fmt.Fprintf(a.Stderr, "clockify-sync: %v\n", err)
		}
		return
	}
	if a.plan.Empty() || a.stopped() {
		return
	}
	if reason != "" {
		fmt.Fprintln(a.Stdout, "Approval: "+reason)
	}
	ctx := a.context()
	ctx.Elapsed = a.Now().Sub(a.started)
	if a.opts.Format == "markdown" {
		_, _ = io.WriteString(a.Stdout, report.OutcomeMarkdown(a.plan, a.outcomes, a.verified, ctx)+"\n")
		return
	}
	report.OutcomeText(a.Stdout, a.plan, a.outcomes, a.verified, a.style(), ctx)
	a.advise(a.topics()...)
}

// topics is what there is to read about how the run went.
func (a *applyRun) topics() []topic {
	var list []topic
	tally := plan.Tally(a.outcomes)
	if slices.ContainsFunc(a.outcomes, func(o plan.Outcome) bool {
		return o.Status == plan.Failed || o.Status == plan.Unknown || o.Status == plan.Skipped && o.Cause == "" && !a.plan.Blocked(o.Change)
	}) {
		list = append(list, aboutFailed)
	}
	if len(a.verified.Unexpected(a.outcomes)) > 0 {
		list = append(list, aboutVerify)
	}
	if tally[plan.NotTried] > 0 {
		list = append(list, aboutBudget)
	}
	return list
}
