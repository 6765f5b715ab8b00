package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// propose finishes the document of a plan that was not applied.
func (b *builder) propose() {
	d := b.doc
	stopped := b.stopped()
	d.Stopped = stopped != "" && b.allBlocked()
	d.Idle = b.plan.Empty() && stopped == ""
	d.Workspaces, d.Stands = b.workspaces(), stopped
	d.Effort = effort(b.plan.Calls, b.ctx)
	switch {
	case stopped != "" || len(d.Findings.Problems) > 0:
		d.Mood = MoodBad
	case d.Approval != nil:
		d.Mood = MoodWait
	case d.Idle && len(b.hours()) == 0:
		d.Mood = MoodGood
	default:
		d.Mood = MoodNeutral
	}
	if d.Idle && len(d.Findings.Problems) == 0 {
		d.Matches = b.nothing()
		d.Verdict = append(say("Clockify"), d.Matches...)
	} else {
		d.Verdict = Words{ours(b.verdict(stopped))}
	}
	d.Origin = b.origin()
	d.Next = b.next(stopped)
}

// changed counts what such changes are about: "4 people", "1 group", "39 time entries".
func (b *builder) changed(such func(e *end) bool) []string {
	kinds, seen := map[plan.Kind]int{}, map[place]bool{}
	for i := range b.ends {
		e := &b.ends[i]
		if !such(e) {
			continue
		}
		switch p := b.place(e.Change); p.of {
		case plan.KindPerson, plan.KindGroup:
			if !seen[p] {
				kinds[p.of]++
			}
			seen[p] = true
		default:
			kinds[e.Ref.Kind]++
		}
	}
	var list []string
	for _, k := range plan.Kinds {
		if n := kinds[k.Kind]; n > 0 {
			list = append(list, text.Count(n, k.One, k.Many))
		}
	}
	return list
}

// stopped says why nothing, or not everything, will be written; empty: nothing stands in the way.
func (b *builder) stopped() string {
	switch refused := b.refusedFor(); {
	case len(b.plan.Problems) > 0:
		return text.Count(len(b.plan.Problems), "problem", "problems") + " in the input, nothing will be written"
	case len(refused) > 0 && b.allBlocked():
		return "refused, nothing will be written"
	case len(refused) > 0:
		return "refused for " + text.And(refused) + ", nothing will be written there"
	}
	return ""
}

func (b *builder) allBlocked() bool {
	return !slices.ContainsFunc(b.plan.Changes, func(c plan.Change) bool { return !b.plan.Blocked(c) })
}

// refusedFor lists for what nothing may be written: "users", "a time sync".
func (b *builder) refusedFor() []string {
	users, syncs := false, map[string]bool{}
	for _, r := range b.plan.Refusals {
		if r.Domain == plan.Time {
			syncs[r.Sync] = true
		} else {
			users = true
		}
	}
	var list []string
	if users {
		list = append(list, "users")
	}
	if n := len(syncs); n > 0 {
		list = append(list, text.Count(n, "time sync", "time syncs"))
	}
	return list
}

// verdict says in one line what stands in the way, what changes, and what needs approval.
func (b *builder) verdict(stopped string) string {
	parts := b.changed(b.routine)
	var said []string
	if stopped != "" {
		said = append(said, stopped)
	}
	switch {
	case len(parts) > 0 && stopped != "" && b.ctx.merging():
		said = append(said, "merging would change "+text.And(parts))
	case len(parts) > 0 && b.ctx.merging():
		said = append(said, "merging changes "+text.And(parts))
	case len(parts) > 0:
		said = append(said, text.And(parts)+" to change")
	case b.doc.Approval != nil && b.ctx.merging():
		said = append(said, "merging changes nothing by itself")
	}
	if a := b.doc.Approval; a != nil {
		said = append(said, a.Need())
	}
	if len(said) == 0 {
		said = append(said, "nothing to change")
	}
	said = append(said, b.hours()...)
	if n := len(b.doc.Findings.Problems); n > 0 {
		said = append(said, text.Count(n, "thing", "things")+" cannot be done")
	}
	return strings.Join(said, "; ")
}

// nothing is the one line of a plan with nothing to do, after "Clockify": " already matches users.csv (1,000 people, 9 calls)."
// Where something is to be looked at: ": nothing to change for users.csv (1,000 people, 9 calls); 2 things to look at."
func (b *builder) nothing() Words {
	var what []Part
	var numbers []string
	syncs, entries := 0, 0
	for _, s := range b.plan.Subjects {
		if s.Domain == plan.Users {
			what = append(what, data(b.ctx.usersFile()))
			numbers = append(numbers, text.Count(s.People, "person", "people"))
			continue
		}
		syncs++
		entries += s.Entries
	}
	left, _ := b.summed(isLeftOut)
	if syncs > 0 {
		what = append(what, ours(text.Count(syncs, "time sync", "time syncs")))
		number := text.Count(entries, "time entry", "time entries")
		if left > 0 {
			number = text.Thousands(max(0, entries-left)) + " of " + number
		}
		numbers = append(numbers, number)
	}
	if len(what) == 0 {
		what = append(what, ours("what is asked"))
	}
	if b.plan.Calls.Made > 0 {
		numbers = append(numbers, text.Count(b.plan.Calls.Made, "call", "calls"))
	}
	line := say(" already matches %s", enumerate(what, len(what)))
	look := len(b.doc.Findings.Attention)
	if look > 0 { // what is asked and not done is no match
		line = say(": nothing to change for %s", enumerate(what, len(what)))
	}
	if len(numbers) > 0 {
		line = append(line, ours(" ("+strings.Join(numbers, ", ")+")"))
	}
	if look > 0 {
		line = append(line, ours("; "+text.Count(look, "thing", "things")+" to look at"))
	}
	for _, words := range b.hours() {
		line = append(line, ours("; "+words))
	}
	return append(line, ours("."))
}

// hours says how many hours are not as in the source: "2 time entries (2h) are left out", "1 time entry (1h) counts twice".
func (b *builder) hours() []string {
	var list []string
	add := func(of func(*state.Finding) bool, one, many string) {
		if n, length := b.summed(of); n > 0 {
			list = append(list, text.Count(n, "time entry", "time entries")+" ("+duration(length)+") "+text.Plural(n, one, many))
		}
	}
	add(isLeftOut, "is left out", "are left out")
	add(isTwice, "counts twice", "count twice")
	add(isUnlisted, "may be there twice", "may be there twice")
	return list
}

// summed is how many time entries such findings are about, and how long they are.
func (b *builder) summed(of func(*state.Finding) bool) (entries int, length time.Duration) {
	for i := range b.plan.Findings {
		if f := &b.plan.Findings[i]; of(f) {
			entries, length = entries+f.Count, length+f.Length
		}
	}
	return entries, length
}

// isLeftOut is what does not arrive, as its sync accepts (unmirrored: accept).
func isLeftOut(f *state.Finding) bool { return f.Kind == state.FindingNotMirrored && !f.Failed }

func isUnlisted(f *state.Finding) bool { return f.Cause == state.CauseUnlisted }

func isTwice(f *state.Finding) bool { return f.Kind == state.FindingCountedTwice && !isUnlisted(f) }

// workspaces lists the workspaces that are changed.
func (b *builder) workspaces() []Workspace {
	var list []Workspace
	for _, s := range b.plan.Subjects {
		w := Workspace{s.Workspace, s.WorkspaceID}
		if w != (Workspace{}) && !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}

// Title is the label of a plan, or what its workspaces are called.
func (d *Document) Title() Words {
	if d.Label != "" {
		return Words{name(d.Label)}
	}
	var list []Part
	for _, w := range d.Workspaces {
		list = append(list, name(cmp.Or(w.Name, w.ID)))
	}
	return enumerate(list, firstFew)
}

// where names the workspaces with their ids.
func (d *Document) where() string {
	var list []string
	for _, w := range d.Workspaces {
		if w.Name != "" && w.ID != "" {
			w.Name += " (" + w.ID + ")"
		}
		list = append(list, cmp.Or(w.Name, w.ID))
	}
	return text.List(list, firstFew)
}

// next says what to do about a plan.
func (b *builder) next(stopped string) Next {
	approval := b.doc.Approval
	command := b.ctx.command("apply")
	switch {
	case stopped != "" && b.allBlocked():
		return Next{Words: say("Fix what stands above and plan again. Nothing is written until then.")}
	case b.plan.Empty():
	case b.ctx.merging():
		return Next{Words: Words{said(b.ctx.HappensOnMerge)}}
	case b.ctx.Applying:
	case approval != nil && approval.Digest != "":
		n := approval.Number
		note, both := "without the "+text.Thousands(n)+" that need approval", "with the "+text.Thousands(n)
		if n == 1 {
			note, both = "without the one that needs approval", "with it"
		}
		return Next{Commands: []Command{{command, note}, {command + " --approve " + short(approval.Digest), both}}}
	default:
		return Next{Commands: []Command{{Line: command}}}
	}
	return Next{}
}
