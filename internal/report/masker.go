package report

import (
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Masker masks people outside of reports, in the log and the audit files, by the same pseudonyms, and puts findings and
// reasons into the same words. The zero Masker masks nothing.
type Masker struct {
	m     *mask
	names names
	ctx   Context
}

// NewMasker knows the people of the plan, which may be nil. It masks nothing unless the context asks for it.
func NewMasker(p *plan.Plan, ctx Context) Masker {
	if p == nil {
		p = &plan.Plan{}
	}
	return Masker{planMask(p, nil, ctx), newNames(p.Names), ctx}
}

// Text masks a sentence.
func (k Masker) Text(s string) string { return k.m.text(s) }

// Change masks a change; its id stays.
func (k Masker) Change(c plan.Change) plan.Change { return hide(k.m, []plan.Change{c})[0] }

// Outcomes masks outcomes.
func (k Masker) Outcomes(list []plan.Outcome) []plan.Outcome { return hide(k.m, list) }

// Problems masks problems.
func (k Masker) Problems(list []state.Problem) []state.Problem { return k.m.problems(list) }

// Finding says in one masked line what was found.
func (k Masker) Finding(f state.Finding) string {
	return k.m.text(k.builder().finding(&f).Words.String())
}

// Refusal says in one masked line what was refused, and what would allow it.
func (k Masker) Refusal(r plan.Refusal) string { return k.m.text(k.builder().refused(&r).String()) }

// Reason says in a few masked words why a change is made; empty where that is plain.
func (k Masker) Reason(c plan.Change) string { return k.m.text(k.builder().why(&c).String()) }

func (k Masker) builder() *builder {
	return &builder{doc: &Document{}, ctx: k.ctx, plan: &plan.Plan{}, names: k.names}
}
