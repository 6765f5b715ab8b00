package report

import (
	"io"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Text writes the plan for a terminal or a log: what needs a person first, then everything old → new, and last what to
// do next.
func Text(w io.Writer, p *plan.Plan, style Style, ctx Context) {
	t := &text{terminal{w: w, style: style}, look(p, ctx), ctx}
	if t.idle() {
		t.line(0, t.nothing(ctx))
		t.found(t.findings(func(state.Finding) bool { return true }))
		return
	}
	t.stops()
	t.waiting()
	t.persons()
	t.grouped()
	t.created()
	t.mirrored()
	t.found(t.findings(func(f state.Finding) bool { return f.Sync == "" || f.Failed }))
	t.closing()
}

type text struct {
	terminal
	*view
	ctx Context
}

// stops says what stands against any write.
func (t *text) stops() {
	if len(t.plan.Problems) > 0 {
		t.heading("Problems")
		for _, p := range t.plan.Problems {
			t.line(6, "  "+t.paint(red, "✗")+" "+plain(p.String()))
		}
	}
	if len(t.plan.Refusals) > 0 {
		t.heading("Refused")
		for _, r := range t.plan.Refusals {
			t.line(6, "  "+t.paint(red, "✗")+" "+plain(refusal(r)))
		}
	}
}

// closing is the verdict, the digests and what to do next.
func (t *text) closing() {
	verdict := upper(t.verdict(Context{}))
	t.write("\n")
	t.line(0, joined(" ", t.paint(bold, verdict+"."), upper(t.effort(t.ctx))+stop(t.effort(t.ctx))))
	digests := "Plan " + short(t.digest)
	if t.approval != "" {
		digests += " · approval " + short(t.approval)
	}
	t.line(0, t.paint(faint, digests))
	if t.stopped() != "" && t.allBlocked() {
		t.line(6, "Next: mend what stands above and plan again. Nothing is written until then.")
		return
	}
	if t.plan.Empty() || t.ctx.Applying {
		return
	}
	command := plain(t.ctx.applyCommand())
	if t.approval == "" {
		t.line(6, "Next: "+t.paint(cyan, command))
		return
	}
	with := command + " --approve " + short(t.approval)
	n := len(t.waits)
	note, both := "the "+thousands(n)+" wait", "with the "+thousands(n)
	if n == 1 {
		note, both = "the one waits", "with it"
	}
	t.line(6, "Next: "+t.paint(cyan, pad(command, len(with)))+"   ("+note+")")
	t.line(6, "      "+t.paint(cyan, with)+"   ("+both+")")
}

func stop(s string) string {
	if s == "" {
		return ""
	}
	return "."
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Problems writes what is wrong with the input, as compilers do: users.csv:12:5: text.
func Problems(w io.Writer, problems []state.Problem, style Style, ctx Context) {
	t := &terminal{w: w, style: style}
	for _, p := range newMask(ctx, nil).problems(problems) {
		at := ""
		if p.Source != (state.Source{}) {
			at = t.paint(bold, plain(p.Source.String())+":") + " "
		}
		t.line(2, at+plain(p.Text))
	}
	if len(problems) > 0 {
		t.line(0, t.paint(red, count(len(problems), "problem", "problems"))+"; nothing was planned for these rows and nothing will be written.")
	}
}
