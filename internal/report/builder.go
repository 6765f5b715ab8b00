package report

import (
	"cmp"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// builder makes a document.
type builder struct {
	doc     *Document
	ctx     Context
	plan    *plan.Plan // masked where that is asked for
	names   names
	ends    []*end
	limit   int // rows of one section
	objects map[section][]object
	renamed map[string]string // groups by their new names
	mask    *mask
	verify  Verify
	left    []plan.Change // found by reading again, announced by nobody
	taken   int           // entries taken back when verifying found that another run had made them too
}

// end is a change and how it ended, or would.
type end struct {
	*plan.Change
	result Result
	err    string
	tries  int
}

// newDocument reads a plan, and its outcomes where it was applied. A section has at most so many rows.
func newDocument(p *plan.Plan, outcomes []plan.Outcome, verify Verify, ctx Context, limit int) *Document {
	if p == nil {
		p = &plan.Plan{}
		for _, o := range outcomes {
			p.Changes = append(p.Changes, o.Change)
		}
	}
	left := verify.Unexpected(outcomes)
	shown, mask := masked(p, left, ctx)
	b := &builder{
		doc: &Document{Run: len(outcomes) > 0, Masked: mask != nil, Digest: p.Digest(), Label: ctx.Label},
		ctx: ctx, plan: shown, names: newNames(shown.Names), limit: max(limit, 1), mask: mask, verify: verify, left: hide(mask, left),
	}
	b.verify.Err, b.verify.Skipped = mask.text(verify.Err), mask.text(verify.Skipped)
	b.match(outcomes)
	b.renames()
	b.collect()
	b.stops()
	b.count()
	b.approvals(p, outcomes)
	b.people()
	b.groups()
	b.fields()
	b.syncs()
	b.findings()
	b.reports()
	if b.doc.Run {
		b.conclude()
	} else {
		b.propose()
	}
	return b.doc
}

// match gives every change its outcome. Two equal entries share an id, and each has an outcome of its own.
func (b *builder) match(outcomes []plan.Outcome) {
	ended := outcomesByID(outcomes)
	b.ends = make([]*end, len(b.plan.Changes))
	for i := range b.plan.Changes {
		c := &b.plan.Changes[i]
		e := &end{Change: c}
		o := ended.take(c.ID)
		e.result, e.tries = b.result(c, o), o.Attempts
		if e.result != Done && e.result != Withheld {
			e.err = b.mask.text(cmp.Or(o.Err, o.Response))
		}
		if e.result == Kept {
			e.err = b.notCleared(c).String()
		}
		b.ends[i] = e
		if from := o.Started; !from.IsZero() && (b.doc.Started.IsZero() || from.Before(b.doc.Started)) {
			b.doc.Started = from
		}
	}
	for _, unplanned := range ended {
		for _, o := range unplanned {
			if o.Change.Cause == state.CauseDoubled && o.Status == plan.Done {
				b.taken++
			}
		}
	}
}

// outcomesOf are outcomes by the id of their change.
type outcomesOf map[string][]*plan.Outcome

func outcomesByID(outcomes []plan.Outcome) outcomesOf {
	byID := make(outcomesOf, len(outcomes))
	for i := range outcomes {
		id := outcomes[i].Change.ID
		byID[id] = append(byID[id], &outcomes[i])
	}
	return byID
}

// take gives away the next outcome of the changes with this id.
func (o outcomesOf) take(id string) plan.Outcome {
	if len(o[id]) == 0 {
		return plan.Outcome{}
	}
	next := o[id][0]
	o[id] = o[id][1:]
	return *next
}

// result is how a change ended, or will.
func (b *builder) result(c *plan.Change, o plan.Outcome) Result {
	blocked := b.plan.Blocked(*c)
	switch {
	case o.Status == plan.Skipped && blocked, o.Status == "" && blocked:
		return Blocked
	case o.Status == plan.Skipped && o.Cause == plan.ClearingRefused:
		return Kept
	case o.Status != "":
		return Result(o.Status)
	case b.doc.Run:
		return NotTried
	case c.Gated:
		return Gated
	}
	return Planned
}

// waits reports whether a change waits for approval, or did.
func (b *builder) waits(e *end) bool {
	if b.doc.Run {
		return e.result == Withheld
	}
	return e.Gated
}

// stops says what stands against any write.
func (b *builder) stops() {
	if len(b.plan.Problems) > 0 {
		b.doc.Unsound = say("Nothing is written while there are problems in the input.")
		if !b.plan.AllBlocked() {
			b.doc.Unsound = say("No person is changed while there are problems in %s.", data(b.ctx.usersFile()))
		}
	}
	for _, p := range b.plan.Problems {
		b.doc.Problems = append(b.doc.Problems, Problem{p.Source, Words{said(p.Text)}, p.Excerpt})
	}
	for i := range b.plan.Refusals {
		b.doc.Refusals = append(b.doc.Refusals, b.refusal(&b.plan.Refusals[i]))
	}
	for _, l := range b.ctx.Loosened {
		b.doc.Loosened = append(b.doc.Loosened, loosened(Loosened{l.Setting, b.mask.text(l.From), b.mask.text(l.To)}))
	}
}

// count adds up the changes by kind and by result: in the order of kinds, those of time syncs last.
func (b *builder) count() {
	at, by := map[[2]string]*Count{}, map[Result]int{}
	for _, e := range b.ends {
		k := [2]string{e.Sync, string(e.Ref.Kind)}
		c := at[k]
		if c == nil {
			c = &Count{Kind: e.Ref.Kind.Info(), Sync: e.Sync, By: map[Result]int{}}
			at[k] = c
		}
		c.By[e.result]++
		by[e.result]++
		switch {
		case e.Gated:
			c.Gated++
		case e.Op == plan.Create:
			c.Add++
		case e.Op == plan.Update:
			c.Change++
		default:
			c.Remove++
		}
	}
	for _, c := range at {
		b.doc.Counts = append(b.doc.Counts, *c)
	}
	rank := func(c Count) int { return slices.Index(plan.Kinds, c.Kind) }
	slices.SortFunc(b.doc.Counts, func(x, y Count) int {
		return cmp.Or(cmp.Compare(x.Sync, y.Sync), cmp.Compare(rank(x), rank(y)), cmp.Compare(x.Kind.Kind, y.Kind.Kind))
	})
	for _, r := range results {
		if by[r.Result] > 0 {
			b.doc.Results = append(b.doc.Results, ResultSum{r.Result, by[r.Result]})
		}
	}
}

// number is how many changes ended so.
func (d *Document) number(r Result) int {
	for _, s := range d.Results {
		if s.Result == r {
			return s.Number
		}
	}
	return 0
}
