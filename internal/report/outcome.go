package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// conclude finishes the document of a plan that was applied.
func (b *builder) conclude() {
	d := b.doc
	d.Workspaces = b.workspaces()
	d.Effort = took(b.ctx.Elapsed)
	d.Verdict = Words{ours(b.applied())}
	d.Verified, d.Doubt = b.verified(), len(b.left) > 0 || b.verify.Err != "" || slices.ContainsFunc(b.plan.Findings, func(f state.Finding) bool { return isUnlisted(&f) })
	d.Undone = b.undone()
	wrong := d.number(Failed) + d.number(Unknown) + d.number(Skipped) + d.number(Blocked)
	switch {
	case wrong > 0, d.Doubt, len(d.Problems)+len(d.Refusals) > 0, len(d.Findings.Problems) > 0:
		d.Mood = MoodBad
	case d.Approval != nil || d.number(NotTried) > 0:
		d.Mood = MoodWait
	case b.hours() != "":
		d.Mood = MoodNeutral
	default:
		d.Mood = MoodGood
	}
	for _, f := range b.ctx.Facts {
		d.Facts = append(d.Facts, Words{said(b.mask.text(f))})
	}
	d.Next = b.nextAfter()
}

// applied is the first line: "applied 50 of 52 changes, 1 failed, 1 skipped because of it; 2 deactivations need approval".
func (b *builder) applied() string {
	d := b.doc
	done := d.number(Done)
	tried := len(b.ends) - d.number(Withheld) - d.number(Blocked)
	line := "applied " + text.Thousands(done) + " of " + text.Count(tried, "change", "changes")
	switch {
	case tried == 0:
		line = "nothing was applied"
	case done == tried:
		line = "applied " + text.Count(tried, "change", "changes")
	}
	because := text.Plural(d.number(Failed), "it", "them")
	ended := joined(", ", line, some(d.number(Failed), "failed"), some(d.number(Unknown), "of which nobody knows how they ended"),
		some(d.number(Blocked), "refused"), some(d.number(Skipped), "skipped because of "+because),
		some(d.number(Kept), "kept by Clockify"), some(d.number(NotTried), "not tried"))
	taken := some(b.taken, text.Plural(b.taken, "time entry", "time entries")+" taken back that another run made too")
	return joined("; ", ended, taken, d.Approval.Need(), b.hours(), d.cannot())
}

// verified says what the second reading found.
func (b *builder) verified() Words {
	d := b.doc
	known := d.number(Blocked) + d.number(Kept) + d.number(Failed) + d.number(Skipped) + d.number(NotTried) + d.number(Unknown)
	switch {
	case b.verify.Err != "":
		return say("Not verified: reading again did not work: %s", said(b.verify.Err))
	case b.verify.Skipped != "":
		return say("Not verified: %s.", said(strings.TrimSuffix(b.verify.Skipped, ".")))
	case !b.verify.Done:
		return say("Not verified.")
	case len(b.left) > 0:
		return say("Verified: NOT as asked. %s still to be made although nothing said so.", text.Count(len(b.left), "change is", "changes are"))
	case known > 0 && d.Approval != nil:
		return say("Verified: all is as asked but for what failed and what needs approval.")
	case known > 0, b.hours() != "", len(d.Findings.Problems) > 0:
		return say("Verified: all is as asked but for what is listed here.")
	case d.Approval != nil:
		return say("Verified: all is as asked but for what needs approval.")
	}
	return say("Verified: all is as asked.")
}

// undone lists what was not done by its cause: many failures of one cause are one line.
func (b *builder) undone() []Undone {
	list := []Undone{
		{Title: "Failed", Result: Failed},
		{Title: "Still to be done", Result: Unknown},
		{Title: "Skipped", Result: Skipped},
		{Title: "Kept by Clockify", Result: Kept},
	}
	for _, e := range b.ends {
		switch e.result {
		case Failed, Unknown:
			list[0].add(e, withTries(e), b)
		case Skipped:
			list[2].add(e, e.err, b)
		case Kept:
			list[3].add(e, e.err, b)
		}
	}
	for i := range b.left {
		list[1].add(&end{Change: &b.left[i]}, "found by reading again, announced by nobody", b)
	}
	for _, u := range list {
		slices.SortStableFunc(u.Causes, func(x, y Failure) int { return cmp.Compare(y.Number, x.Number) })
	}
	return slices.DeleteFunc(list, func(u Undone) bool { return u.Number == 0 })
}

func withTries(e *end) string {
	if e.tries > 1 {
		return e.err + " (" + text.Count(e.tries, "try", "tries") + ")"
	}
	return e.err
}

// few is how many failures of one cause are listed one by one.
const few = 5

func (u *Undone) add(e *end, why string, b *builder) {
	u.Number++
	i := slices.IndexFunc(u.Causes, func(f Failure) bool { return f.Why == why })
	if i < 0 {
		i = len(u.Causes)
		u.Causes = append(u.Causes, Failure{Why: why})
	}
	f := &u.Causes[i]
	if f.Number++; f.Number <= few {
		object, doing := b.attempt(e.Change)
		f.First = append(f.First, Attempt{object, doing})
	}
}

// Shown are the failures that are listed: the first three of many.
func (f Failure) Shown() []Attempt {
	if f.Number > few {
		return f.First[:firstFew]
	}
	return f.First
}

// More is how many are not listed.
func (f Failure) More() int { return f.Number - len(f.Shown()) }

// nextAfter says what to do about how a run went.
func (b *builder) nextAfter() Next {
	d := b.doc
	command := b.ctx.command("apply")
	switch {
	case d.number(NotTried) > 0:
		return Next{say("The run stopped early and is safe to run again: it goes on where it stopped."), []Command{{Line: command}}}
	case d.number(Failed)+d.number(Skipped)+d.number(Unknown)+len(b.left) > 0:
		return Next{say("Look at the reasons, then run it again: only what is missing is done."), []Command{{Line: command}}}
	case d.number(Blocked) > 0:
		return Next{say("Fix what was refused and plan again. Nothing of it is written until then."), []Command{{Line: b.ctx.command("plan")}}}
	case d.Approval != nil && b.ctx.ApproveHow != "":
		return Next{Words: Words{said(b.ctx.ApproveHow)}}
	case d.Approval != nil && d.Approval.Digest != "":
		return Next{say("Approve what is withheld, or leave it."), []Command{{Line: command + " --approve " + short(d.Approval.Digest)}}}
	}
	return Next{}
}
