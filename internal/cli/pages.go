package cli

import (
	"bytes"
	"errors"

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
