package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// result is what an apply came to, in the order in which people read it.
type result struct {
	names   namer
	tally   map[plan.Status]int
	failed  []plan.Outcome
	skipped []plan.Outcome // because something they need was not done
	refused int            // left alone because a guard or the preflight refused
	held    []wait         // what waits for approval, put together
	asks    string
	digest  string // approval digest of what is still withheld

	left   []plan.Change // found by verifying, announced by nobody
	verify Verify
	view   *view
}

func conclude(p *plan.Plan, outcomes []plan.Outcome, verify Verify, ctx Context) *result {
	if p == nil {
		p = &plan.Plan{}
	}
	r := &result{tally: plan.Tally(outcomes), verify: verify}
	r.tally[plan.Failed] += r.tally[plan.Unknown]
	delete(r.tally, plan.Unknown)
	held := &plan.Plan{Names: p.Names, Subjects: p.Subjects, Refusals: p.Refusals}
	for _, o := range outcomes {
		if o.Status == plan.Withheld {
			c := o.Change
			c.Gated = true
			held.Changes = append(held.Changes, c)
		}
	}
	r.left = verify.Unexpected(outcomes)
	var m *mask
	if ctx.Redact == Mask {
		everyone := *p
		everyone.Changes = append(slices.Clone(p.Changes), r.left...)
		for _, o := range outcomes {
			everyone.Changes = append(everyone.Changes, o.Change)
		}
		m = planMask(&everyone, ctx)
		for i, c := range r.left {
			r.left[i] = m.change(c)
		}
		r.verify.Err, r.verify.Skipped = m.text(verify.Err), m.text(verify.Skipped)
	}
	for i, o := range m.outcomes(outcomes) {
		switch {
		case o.Status == plan.Failed, o.Status == plan.Unknown:
			r.failed = append(r.failed, o)
		case o.Status == plan.Skipped && p.Blocked(outcomes[i].Change):
			r.refused++
		case o.Status == plan.Skipped:
			r.skipped = append(r.skipped, o)
		}
	}
	r.view = look(held, ctx)
	r.digest = r.view.approval // of what is still to be approved: a part of it may have been approved and done
	r.held, r.asks, r.names = r.view.waits, r.view.asks(), newNamer(masked(p, ctx).Names)
	r.view.names = r.names
	return r
}

// verdict is the first line: "applied 50 of 52 changes; 1 failed, 1 skipped because of it; 2 deactivations need approval".
func (r *result) verdict() string {
	n := 0
	for status, k := range r.tally {
		if status != plan.Withheld {
			n += k
		}
	}
	n -= r.refused
	said := []string{fmt.Sprintf("applied %s of %s", thousands(r.tally[plan.Done]), count(n, "change", "changes"))}
	if n == 0 {
		said[0] = "nothing was applied"
	} else if r.tally[plan.Done] == n {
		said[0] = "applied " + count(n, "change", "changes")
	}
	if k := r.tally[plan.Failed]; k > 0 {
		said = append(said, thousands(k)+" failed")
	}
	if r.refused > 0 {
		said = append(said, thousands(r.refused)+" refused")
	}
	if k := len(r.skipped); k > 0 {
		said = append(said, thousands(k)+" skipped because of "+what(r.tally[plan.Failed]))
	}
	if k := r.tally[plan.NotTried]; k > 0 {
		said = append(said, thousands(k)+" not begun")
	}
	line := joined(", ", said...)
	if r.asks != "" {
		line += "; " + r.view.needs()
	}
	return line
}

func what(failed int) string {
	if failed == 1 {
		return "it"
	}
	return "them"
}

// verified says what the second reading found.
func (r *result) verified() string {
	known := r.refused + len(r.failed) + len(r.skipped) + r.tally[plan.NotTried]
	switch {
	case r.verify.Err != "":
		return "Not verified: reading again did not work: " + r.verify.Err
	case r.verify.Skipped != "":
		return "Not verified: " + strings.TrimSuffix(r.verify.Skipped, ".") + "."
	case !r.verify.Done:
		return "Not verified."
	case len(r.left) > 0:
		return "Verified: NOT as asked. " + count(len(r.left), "change is", "changes are") + " still to be made although nothing said so."
	case known > 0 && r.asks != "":
		return "Verified: all is as asked but for what failed and what waits."
	case known > 0:
		return "Verified: all is as asked but for what is listed here."
	case r.asks != "":
		return "Verified: all is as asked but for what waits."
	}
	return "Verified: all is as asked."
}

// next says what to do now; empty: nothing.
func (r *result) next(ctx Context) (text, command string) {
	switch {
	case r.tally[plan.NotTried] > 0:
		return "The run stopped early and is safe to run again: it goes on where it stopped.", ctx.applyCommand()
	case len(r.failed)+len(r.skipped)+len(r.left) > 0:
		return "Look at the reasons, then run it again: only what is missing is done.", ctx.applyCommand()
	case r.refused > 0:
		return "Mend what was refused and plan again. Nothing of it is written until then.", "clockify-sync plan"
	case r.digest != "":
		return "Approve what waits, or leave it.", ctx.applyCommand() + " --approve " + short(r.digest)
	}
	return "", ""
}

// why is the reason of an outcome that was not done, with the number of tries.
func why(o plan.Outcome) string {
	text := cmp.Or(o.Err, o.Response)
	if o.Attempts > 0 {
		text += " (" + count(o.Attempts, "try", "tries") + ")"
	}
	return text
}

// whatOf names the object of a change and what is done to it, apart.
func whatOf(names namer, c plan.Change) (object, doing string) {
	object = c.Ref.Name
	if c.Domain != plan.Time { // there the person is the same in every line
		object = cmp.Or(c.Person, object)
	}
	v := &view{names: names}
	var parts []string
	for _, f := range c.Fields {
		before, after := list(v.side(&c, f.Name, f.Before)), list(v.side(&c, f.Name, f.After))
		switch {
		case f.Before == "":
			parts = append(parts, f.Name+" "+after)
		case f.After == "":
			parts = append(parts, f.Name+" "+before+" removed")
		default:
			parts = append(parts, f.Name+" "+before+" → "+after)
		}
	}
	switch c.Ref.Kind {
	case plan.KindField:
		return object, "custom field is created"
	case plan.KindProject, plan.KindTag, plan.KindTask:
		return object, c.Ref.Kind.Info().One + " is created"
	case plan.KindGroup:
		if c.Op == plan.Create {
			return object, "group is created"
		}
		if c.Op == plan.Delete {
			return object, "group is deleted"
		}
	case plan.KindEntry:
		return object, "time entry " + map[plan.Op]string{plan.Create: "is created", plan.Update: "is edited", plan.Delete: "is deleted"}[c.Op]
	}
	return object, joined(", ", parts...)
}

// OutcomeText writes how an apply went: what was done, what was not and why, what waits, what to do next. It leaves
// nothing out.
func OutcomeText(w io.Writer, p *plan.Plan, outcomes []plan.Outcome, verify Verify, style Style, ctx Context) {
	r := conclude(p, outcomes, verify, ctx)
	t := &text{terminal{w: w, style: style}, r.view, ctx}
	line := upper(r.verdict()) + "."
	if s := took(ctx.Elapsed); s != "" {
		line += " " + s + "."
	}
	t.line(0, t.paint(bold, line))
	verified := plain(r.verified())
	if len(r.left) > 0 || r.verify.Err != "" {
		verified = t.paint(red, verified)
	}
	t.line(0, verified)
	for _, refused := range r.view.plan.Refusals {
		t.line(6, "  "+t.paint(red, "✗")+" "+plain(refusal(refused)))
	}
	width := 0
	for _, list := range [][]plan.Outcome{r.failed, r.skipped} {
		for _, o := range list {
			object, _ := whatOf(r.names, o.Change)
			width = max(width, min(columns(plain(object)), 40))
		}
	}
	item := func(sign string, c plan.Change, reason string) {
		object, doing := whatOf(r.names, c)
		t.line(6, "  "+sign+" "+joined("  ", pad(plain(object), width), plain(doing), plain(reason)))
	}
	for _, o := range r.failed {
		item(t.paint(red, "✗"), o.Change, why(o))
	}
	for _, o := range r.skipped {
		item(t.paint(faint, "∙"), o.Change, "skipped: "+o.Err)
	}
	for _, c := range r.left {
		item(t.paint(red, "?"), c, "still to be done")
	}
	t.waiting()
	if ctx.AuditDir != "" {
		bad, good := r.tally[plan.Failed], r.tally[plan.Done]
		t.line(2, fmt.Sprintf("Audit: %s/sync_error_log.csv (%s), sync_success_log.csv (%s)", plain(ctx.AuditDir), count(bad, "row", "rows"), count(good, "row", "rows")))
	}
	if text, command := r.next(ctx); text != "" {
		t.line(6, "Next: "+text)
		t.line(6, "      "+t.paint(cyan, plain(command)))
	}
}
