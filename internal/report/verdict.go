package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// propose finishes the document of a plan that was not applied.
func (b *builder) propose() {
	d := b.doc
	stopped := b.stopped()
	d.Stopped = stopped != "" && b.plan.AllBlocked()
	d.Idle = b.plan.Empty() && stopped == ""
	d.Workspaces, d.Stands = b.workspaces(), stopped
	d.Effort = effort(b.plan.Calls, b.ctx)
	switch {
	case stopped != "" || len(d.Findings.Problems) > 0:
		d.Mood = MoodBad
	case d.Approval != nil:
		d.Mood = MoodWait
	case d.Idle && b.hours() == "":
		d.Mood = MoodGood
	default:
		d.Mood = MoodNeutral
	}
	if d.Idle && len(d.Findings.Problems) == 0 {
		d.Matches = b.nothing()
		d.Verdict = append(say("Clockify"), d.Matches...)
	} else {
		d.Verdict = Words{ours(b.verdict())}
	}
	d.Origin = b.origin()
	d.Next = b.next()
}

// changed counts what such changes are about: "4 people", "1 group", "39 time entries".
func (b *builder) changed(such func(e *end) bool) []string {
	kinds, seen := map[plan.Kind]int{}, map[place]bool{}
	for _, e := range b.ends {
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
	case len(b.plan.Problems) > 0 && b.plan.AllBlocked():
		return text.Count(len(b.plan.Problems), "problem", "problems") + " in the input, nothing will be written"
	case len(b.plan.Problems) > 0:
		return text.Count(len(b.plan.Problems), "problem", "problems") + " in " + b.ctx.usersFile() + ", no person will be changed"
	case len(refused) > 0 && b.plan.AllBlocked():
		return "refused, nothing will be written"
	case len(refused) > 0:
		return "refused for " + text.And(refused) + ", nothing will be written there"
	}
	return ""
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
func (b *builder) verdict() string {
	d := b.doc
	changes := text.And(b.changed(b.routine))
	switch {
	case changes == "" && d.Approval != nil && b.ctx.merging():
		changes = "merging changes nothing by itself"
	case changes == "":
	case b.ctx.merging() && d.Stands != "":
		changes = "merging would change " + changes
	case b.ctx.merging():
		changes = "merging changes " + changes
	default:
		changes += " to change"
	}
	said := joined("; ", d.Stands, changes, d.Approval.Need())
	return joined("; ", cmp.Or(said, "nothing to change"), b.hours(), d.cannot())
}

// cannot counts what cannot be done.
func (d *Document) cannot() string {
	n := len(d.Findings.Problems)
	return some(n, text.Plural(n, "thing", "things")+" cannot be done")
}

// nothing is the one line of a plan with nothing to do, after "Clockify": " already matches users.csv (1,000 people, 9 calls)."
// Where something is to be looked at: ": nothing to change for users.csv (1,000 people, 9 calls); 2 things to look at."
func (b *builder) nothing() Words {
	var what []Part
	people, syncs, entries := "", 0, 0
	for _, s := range b.plan.Subjects {
		if s.Domain == plan.Users {
			what = append(what, data(b.ctx.usersFile()))
			people = joined(", ", people, text.Count(s.People, "person", "people"))
			continue
		}
		syncs++
		entries += s.Entries
	}
	times := ""
	if syncs > 0 {
		what = append(what, ours(text.Count(syncs, "time sync", "time syncs")))
		times = text.Count(entries, "time entry", "time entries")
		if left, _ := b.summed(isLeftOut); left > 0 {
			times = text.Thousands(max(0, entries-left)) + " of " + times
		}
	}
	if len(what) == 0 {
		what = append(what, ours("what is asked"))
	}
	look, format := len(b.doc.Findings.Attention), " already matches %s%s."
	if look > 0 { // what is asked and not done is no match
		format = ": nothing to change for %s%s."
	}
	tail := ""
	if numbers := joined(", ", people, times, counted(b.plan.Calls.Made, "call", "calls")); numbers != "" {
		tail = " (" + numbers + ")"
	}
	if more := joined("; ", some(look, text.Plural(look, "thing", "things")+" to look at"), b.hours()); more != "" {
		tail += "; " + more
	}
	return say(format, enumerate(what, len(what)), tail)
}

// hours says how many hours are not as in the source: "2 time entries (2h) are left out", "1 time entry (1h) counts twice".
func (b *builder) hours() string {
	sum := func(of func(*state.Finding) bool, one, many string) string {
		n, length := b.summed(of)
		return some(n, text.Plural(n, "time entry", "time entries")+" ("+duration(length)+") "+text.Plural(n, one, many))
	}
	return joined("; ", sum(isLeftOut, "is left out", "are left out"),
		sum(isMissing, "does not arrive", "do not arrive"), sum(isTwice, "counts twice", "count twice"),
		sum(isUnlisted, "may be there twice", "may be there twice"))
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

// isMissing is what does not arrive, and ought to.
func isMissing(f *state.Finding) bool { return f.Kind == state.FindingNotMirrored && f.Failed }

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
func (b *builder) next() Next {
	approval := b.doc.Approval
	command := b.ctx.command("apply")
	switch {
	case b.doc.Stopped:
		return Next{Words: say("Fix what stands above and plan again. Nothing is written until then.")}
	case b.plan.Empty():
	case b.ctx.merging():
		return Next{Words: Words{said(b.ctx.HappensOnMerge)}}
	case b.ctx.Applying:
	case approval != nil && approval.Digest != "":
		note, both := "without the one that needs approval", "with it"
		if n := approval.Number; n != 1 {
			note, both = "without the "+text.Thousands(n)+" that need approval", "with the "+text.Thousands(n)
		}
		return Next{Commands: []Command{{command, note}, {command + " --approve " + short(approval.Digest), both}}}
	default:
		return Next{Commands: []Command{{Line: command}}}
	}
	return Next{}
}
