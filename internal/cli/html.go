package cli

import (
	"bytes"
	"errors"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// reportFile is the page for people in the audit folder.
const reportFile = "report.html"

// html draws the plan as that page, with what kept parts of it from being made.
func (s *session) html(p *plan.Plan) ([]byte, error) {
	var b bytes.Buffer
	err := report.HTML(&b, withErrors(p, s.failures()), nil, report.Verify{}, s.context())
	return b.Bytes(), err
}

// html draws how the run went.
func (r *running) html() ([]byte, error) {
	about := r.context()
	about.Elapsed = r.in.Now().Sub(r.started)
	var b bytes.Buffer
	err := report.HTML(&b, withErrors(r.plan, append(r.failures(), r.errs...)), r.outcomes, r.verified, about)
	return b.Bytes(), err
}

// writeReport puts the page into the audit folder. Before the run it is that of the plan.
func (r *running) writeReport(ran bool) error {
	page, err := r.session.html(r.plan)
	if ran {
		page, err = r.html()
	}
	return errors.Join(err, r.audit.WriteFile(reportFile, page))
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
