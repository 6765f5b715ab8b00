package report

import (
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// OutcomeMarkdown renders how an apply went, for a comment or summary of at most Context.MaxBytes.
func OutcomeMarkdown(p *plan.Plan, outcomes []plan.Outcome, verify Verify, ctx Context) string {
	r := conclude(p, outcomes, verify, ctx)
	m := &markdown{r.view, ctx}
	m.approval = r.digest
	if p != nil {
		m.digest = p.Digest()
	}
	page := func(gated string) *page {
		pg := &page{budget: ctx.maxBytes()}
		pg.fixed("### Clockify: " + r.verdict() + "\n\n")
		said := prose(r.verified())
		if len(r.left) > 0 || r.verify.Err != "" {
			said = "> [!WARNING]\n> " + said
		}
		pg.fixed(said + "\n\n")
		m.refusals(pg)
		pg.add(m.undone("Failed", r.failed, why, false, rankStops))
		var left []plan.Outcome
		for _, c := range r.left {
			left = append(left, plan.Outcome{Change: c})
		}
		pg.add(m.undone("Still to be done", left, func(plan.Outcome) string { return "found by reading again" }, false, rankStops))
		pg.fixed(gated)
		pg.add(m.undone("Skipped", r.skipped, func(o plan.Outcome) string { return o.Err }, true, rankPeople))
		if text, command := r.next(ctx); text != "" {
			pg.fixed("**Next** " + prose(text) + " " + code(command) + "\n\n")
		}
		pg.fixed(m.ended())
		return pg
	}
	for _, gated := range []func() string{m.table, m.bare, m.tooLarge} {
		if len(m.waits) == 0 {
			gated = func() string { return "" }
		}
		if body, _, ok := page(gated()).render(); ok {
			return body
		}
	}
	text := "### Clockify: " + r.verdict() + "\n"
	return text[:min(len(text), ctx.maxBytes())]
}

// undone is a table of changes that were not made.
func (m *markdown) undone(title string, outcomes []plan.Outcome, why func(plan.Outcome) string, folded bool, rank int) block {
	var rows []string
	for _, o := range outcomes {
		object, doing := whatOf(m.names, o.Change)
		rows = append(rows, "| "+code(clip(object, longestCell))+" | "+prose(clip(doing, 300))+" | "+prose(clip(why(o), 400))+" |\n")
	}
	b := block{head: "**" + title + "** (" + thousands(len(rows)) + ")\n\n", rows: rows, more: m.more("| "), foot: "\n", rank: rank}
	if folded {
		b.head = "<details><summary><b>" + title + "</b> (" + thousands(len(rows)) + ")</summary>\n\n"
		b.foot = "\n</details>\n\n"
	}
	b.head += "| | change | why |\n|---|---|---|\n"
	return b
}

func (m *markdown) ended() string {
	var parts []string
	if m.digest != "" {
		parts = append(parts, "Plan <code>"+short(m.digest)+"</code>")
	}
	if m.ctx.Commit != "" {
		parts = append(parts, "commit "+code(m.ctx.Commit[:min(len(m.ctx.Commit), 7)]))
	}
	if t := took(m.ctx.Elapsed); t != "" {
		parts = append(parts, t)
	}
	if m.ctx.RunURL != "" {
		parts = append(parts, "[run]("+link(m.ctx.RunURL)+")")
	}
	if m.ctx.ArtifactURL != "" {
		parts = append(parts, "[audit files]("+link(m.ctx.ArtifactURL)+")")
	}
	if len(parts) == 0 {
		return ""
	}
	return "<sub>" + strings.Join(parts, " · ") + "</sub>\n"
}

// ProblemsMarkdown renders what is wrong with the input, with links to the lines.
func ProblemsMarkdown(problems []state.Problem, ctx Context) string {
	return Markdown(&plan.Plan{Problems: problems}, ctx)
}
