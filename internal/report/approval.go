package report

import (
	"cmp"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Approval is what needs approval, and who may give it.
type Approval struct {
	Asks   string // "2 deactivations and 1 group deletion"
	Number int    // of these things
	Digest string // to approve it by; empty while the plan is refused or has problems
	Items  []Item
	Reviews
}

// Item is a deactivation with all that it takes, or changes of one sort that wait for one reason.
type Item struct {
	Sort    Sort
	Name    Words
	Beside  string
	Why     Words // reason and consequence
	Each    []Words
	Changes int
	Still   bool // Clockify differed before this pull request: it still waits
}

// Sort is a sort of what needs approval.
type Sort int

// The sorts, gravest first.
const (
	SortDeactivate Sort = iota
	SortDeleteGroup
	SortDeleteEntries
	SortElsewhere
	SortGuarded
	SortOther
)

// sortWords has the verb of each sort, and the words for one and for many.
var sortWords = map[Sort][3]string{
	SortDeactivate:    {"deactivate", "deactivation", "deactivations"},
	SortDeleteGroup:   {"delete group", "group deletion", "group deletions"},
	SortDeleteEntries: {"delete entries", "time entry deletion", "time entry deletions"},
	SortElsewhere:     {"elsewhere", "change elsewhere", "changes elsewhere"},
	SortGuarded:       {"over a limit", "change over a limit", "changes over a limit"},
	SortOther:         {"change", "other change", "other changes"},
}

// Verb is what is done.
func (s Sort) Verb() string { return sortWords[s][0] }

// waiting is a change that waits, and what it is listed as.
type waiting struct {
	Item
	*end
}

// approvals groups what waits for approval. Every change that waits is in exactly one of the items.
func (b *builder) approvals(p *plan.Plan, outcomes []plan.Outcome) {
	var waits []waiting
	blocked := false
	for _, e := range b.ends {
		if b.waits(e) {
			waits = append(waits, waiting{b.item(e), e})
			blocked = blocked || b.plan.Blocked(*e.Change)
		}
	}
	if len(waits) == 0 {
		return
	}
	var items []Item
	groups := grouped(waits, waiting.key)
	slices.SortStableFunc(groups, func(x, y []waiting) int {
		return cmp.Or(cmp.Compare(x[0].Sort, y[0].Sort), cmp.Compare(x[0].Item.Name.String(), y[0].Item.Name.String()))
	})
	for i, group := range groups {
		item := group[0].Item
		item.Each, item.Changes, item.Still = nil, len(group), true
		for _, w := range group {
			item.Each = append(item.Each, w.Each...)
			item.Still = item.Still && w.Origin == plan.FromDrift
		}
		if item.Sort == SortDeactivate {
			item.Why = b.leaving(group, i == 0)
		}
		items = append(items, item)
	}
	a := &Approval{Items: items, Reviews: b.ctx.Reviews, Digest: p.ApprovalDigest()}
	a.Asks, a.Number = asks(items)
	switch {
	case blocked:
		a.Digest = ""
	case b.doc.Run:
		a.Digest = withheld(outcomes).ApprovalDigest() // a part of the plan's may have been approved and done
	}
	b.doc.Approval = a
}

// key tells the items apart: groups of one name are several.
func (w waiting) key() [3]string {
	id := ""
	if w.Sort == SortDeleteGroup {
		id = w.ID
	}
	return [3]string{w.Sort.Verb(), w.Item.Name.String(), id}
}

// withheld is a plan of what waits.
func withheld(outcomes []plan.Outcome) *plan.Plan {
	p := &plan.Plan{}
	for _, o := range outcomes {
		if o.Status == plan.Withheld {
			c := o.Change
			c.Gated = true
			p.Changes = append(p.Changes, c)
		}
	}
	return p
}

// item is what a change that waits stands under, with its own line in it.
func (b *builder) item(e *end) Item {
	switch {
	case e.Leaver != "":
		return Item{Sort: SortDeactivate, Name: Words{data(e.Leaver)}, Beside: b.names.beside(e.Leaver)}
	case e.Ref.Kind == plan.KindGroup && e.Op == plan.Delete:
		return Item{Sort: SortDeleteGroup, Name: Words{name(e.Ref.Name)}, Why: join("; ", b.why(e.Change), say(headcount(e.Change)))}
	case e.Ref.Kind == plan.KindEntry && e.Op == plan.Delete && e.Guard == "":
		return Item{Sort: SortDeleteEntries, Name: Words{data(projectOf(e.Change))}, Why: b.why(e.Change), Each: []Words{{said(entryText(e.Entry))}}}
	case e.Guard != "":
		item := Item{Sort: SortGuarded, Name: guarded(e.Change), Why: b.exceeded(e.Change), Each: []Words{b.line(e.Change)}}
		if e.Guard == plan.OtherWorkspace || e.Guard == plan.OtherSync {
			item.Sort = SortElsewhere
		}
		return item
	}
	return Item{Sort: SortOther, Name: Words{ours(e.Ref.Kind.Info().Many)}, Each: []Words{join(": ", b.line(e.Change), b.why(e.Change))}}
}

// guarded names what a guard holds back: "removals of memberships".
func guarded(c *plan.Change) Words {
	many := guardWords[c.Guard].many
	switch {
	case many == "":
		many = "changes"
	case c.Attribute != "":
		return say("%s of %s", many, attribute(c.Attribute))
	}
	return Words{ours(many)}
}

// things is how many things an item asks for: a deactivation is one, with all that it takes.
func (x Item) things() int {
	if x.Sort == SortDeactivate {
		return 1
	}
	return x.Changes
}

// asks says what waits: "2 deactivations and 1 group deletion".
func asks(items []Item) (words string, number int) {
	n := map[Sort]int{}
	for _, x := range items {
		n[x.Sort] += x.things()
		number += x.things()
	}
	var list []string
	for s := SortDeactivate; s <= SortOther; s++ {
		if n[s] > 0 {
			list = append(list, text.Count(n[s], sortWords[s][1], sortWords[s][2]))
		}
	}
	return text.And(list), number
}

// Need is "2 deactivations need approval".
func (a *Approval) Need() string {
	if a == nil {
		return ""
	}
	return a.Asks + " " + text.Plural(a.Number, "needs", "need") + " approval"
}

// leavingWords are what a deactivation takes, and what stays as it is; each is said where its slots are filled.
var leavingWords = []pattern{
	"{manages} go to {to}", "no longer manages {unmanaged}", "leaves {groups group|groups}", "group {deleted} is deleted",
	"still manages project {project}", "still manages projects {projects}", "still named as manager by {named}",
}

// leaving says in words why somebody is deactivated and what that takes: who takes over whom, which groups go, what stays.
// The figures of a limit that all of them are over stand beside the first.
func (b *builder) leaving(changes []waiting, first bool) Words {
	var why []Words
	var to, deleted []Part
	people, groups, left := map[string]bool{}, map[string]bool{}, 0
	var handover plan.Handover
	for _, e := range changes {
		manager := fieldOf(e.Change, "manager")
		switch {
		case e.Ref.Kind == plan.KindPerson:
			if len(why) == 0 {
				why = append(why, b.why(e.Change))
			}
			if e.Handover != nil {
				handover = *e.Handover
			}
			switch {
			case e.Guard != "" && first:
				why = append(why, b.exceeded(e.Change))
			case e.Guard != "":
				why = append(why, say("over the limit"))
			}
		case e.Ref.Kind == plan.KindManager && e.Op == plan.Create:
			taker := manager
			for _, f := range e.Fields {
				taker = cmp.Or(taker, f.After)
			}
			if label := b.names.person(taker); !slices.Contains(to, label) {
				to = append(to, label)
			}
		case e.Ref.Kind == plan.KindManager && manager != "":
			people[e.Ref.Name] = true
		case e.Ref.Kind == plan.KindManager:
			groups[e.Ref.Name] = true
		case e.Ref.Kind == plan.KindMembership && e.Op == plan.Delete && e.Ref.Name == e.Leaver:
			left++
		case e.Ref.Kind == plan.KindGroup && e.Op == plan.Delete:
			deleted = append(deleted, name(e.Ref.Name))
		}
	}
	if len(to) == 0 && handover.To != "" {
		to = []Part{b.names.person(handover.To)}
	}
	s := slots{"to": enumerate(to, firstFew), "deleted": enumerate(deleted, firstFew), "named": enumerate(parts(data, handover.NamedBy), firstFew)}
	taken := map[bool]string{true: "manages", false: "unmanaged"}[len(to) > 0]
	if manages := joined(" and ", counted(len(people), "person", "people"), counted(len(groups), "group", "groups")); manages != "" {
		s[taken] = say(manages)
	}
	if left > 0 {
		s["groups"] = say("%s", left)
	}
	s[text.Plural(len(handover.Projects), "project", "projects")] = enumerate(parts(data, handover.Projects), firstFew)
	for _, p := range leavingWords {
		if words, whole := fillPlain(string(p), s); whole {
			why = append(why, words)
		}
	}
	return join("; ", why...)
}
