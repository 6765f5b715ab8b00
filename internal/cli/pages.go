package cli

import (
	"bytes"
	"errors"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// reportFile is the page for people in the audit folder.
const reportFile = "report.html"

// wholePage is more than any plan.md needs, in bytes.
const wholePage = 16 << 20

// planPages are the plan as the audit folder holds it: for programs, for reading and for a browser.
func (r *run) planPages(p *plan.Plan) ([]file, error) {
	data, err := r.json(p)
	if err != nil {
		return nil, err
	}
	html, err := r.html(p)
	if err != nil {
		return nil, err
	}
	whole := r.context()
	whole.MaxBytes = wholePage
	return []file{{audit.PlanFile, data}, {audit.PageFile, []byte(report.Markdown(p, whole))}, {reportFile, html}}, nil
}

// html draws the plan as that page, with what kept parts of it from being made.
func (r *run) html(p *plan.Plan) ([]byte, error) {
	var b bytes.Buffer
	err := report.HTML(&b, withErrors(p, r.failures()), nil, report.Verify{}, r.context())
	return b.Bytes(), err
}

// html draws how the run went.
func (a *applyRun) html() ([]byte, error) {
	about := a.context()
	about.Elapsed = a.Now().Sub(a.started)
	var b bytes.Buffer
	err := report.HTML(&b, withErrors(a.plan, append(a.failures(), a.errs...)), a.outcomes, a.verified, about)
	return b.Bytes(), err
}

// writeReport puts the page of the run into the audit folder.
func (a *applyRun) writeReport() error {
	page, err := a.html()
	return errors.Join(err, a.audit.WriteFile(reportFile, page))
}

// withErrors is the plan with errors beside it as things that cannot be done.
func withErrors(p *plan.Plan, errs []error) *plan.Plan {
	if len(errs) == 0 {
		return p
	}
	q := *p
	q.Findings = slices.Clone(p.Findings)
	for _, err := range errs {
		q.Findings = append(q.Findings, state.Finding{Text: err.Error(), Failed: true})
	}
	return &q
}
