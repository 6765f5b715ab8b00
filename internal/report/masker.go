package report

import (
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Masker masks people outside of reports, in the log and the audit files, by the same pseudonyms. The zero Masker leaves
// everything as it is.
type Masker struct{ m *mask }

// NewMasker knows the people of the plan, which may be nil. It masks nothing unless the context asks for it.
func NewMasker(p *plan.Plan, ctx Context) Masker {
	if p == nil {
		p = &plan.Plan{}
	}
	return Masker{planMask(p, ctx)}
}

// Text masks a sentence.
func (k Masker) Text(s string) string { return k.m.text(s) }

// Change masks a change; its id stays.
func (k Masker) Change(c plan.Change) plan.Change { return k.m.change(c) }

// Outcomes masks outcomes.
func (k Masker) Outcomes(list []plan.Outcome) []plan.Outcome { return k.m.outcomes(list) }

// Problems masks problems.
func (k Masker) Problems(list []state.Problem) []state.Problem { return k.m.problems(list) }

// Findings masks findings.
func (k Masker) Findings(list []state.Finding) []state.Finding {
	list = slices.Clone(list)
	for i, f := range list {
		list[i].Name, list[i].Text = k.m.text(f.Name), k.m.text(f.Text)
	}
	return list
}

// Sentence makes a sentence that holds text of others fit for Markdown.
func Sentence(s string) string { return prose(s) }
