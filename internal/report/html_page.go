package report

import (
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// htmlPage is what the template draws. Strings are plain text, of others too.
type htmlPage struct {
	Run      bool   // the plan was applied
	Mood     string // good, wait, bad or plan: how the verdict looks
	Verdict  string
	About    []string // workspaces, time, commit, calls
	Masked   bool
	Tiles    []htmlTile
	Bar      []htmlSlice
	Problems []string
	Refusals []string
	Verified string
	Doubt    bool // reading again found something, or did not work
	Asks     string
	Waits    []htmlWait
	Approval string
	Undone   []htmlUndone
	Findings []htmlFinding
	Columns  []string
	Counts   []htmlCount
	Trees    []htmlSide // before and after
	Moves    string     // people whose manager changes, counted
	Syncs    []htmlSync
	Sections []htmlSection
	Total    string // changes, counted
	Kinds    []htmlOption
	Results  []htmlOption
	Next     string
	Command  string
	Digest   string
	RunURL   string
	FilesURL string
}

type (
	// htmlTile is a number at the top. Result is what the list of changes is filtered by when it is chosen.
	htmlTile struct{ Number, Word, Result string }
	// htmlSlice is a part of the bar under the tiles, in per cent.
	htmlSlice struct {
		Result   string
		At, Wide float64
	}
	htmlWait struct {
		Verb, Name, Label, Why string
		Who                    []string
	}
	// htmlUndone is a list of changes that were not made.
	htmlUndone struct {
		Title string
		Many  bool
		List  []htmlReason
	}
	htmlReason  struct{ Object, Doing, Why string }
	htmlFinding struct {
		At, Name, Text string
		Failed         bool
	}
	htmlCount struct {
		Name, Sync string
		Cells      []string // one a column
	}
	htmlOption struct{ Value, Word string }
)

// manyItems is from how many on a list is folded.
const manyItems = 12

// htmlBuilder puts the page together from a view. Everything in it is masked where that is asked for.
type htmlBuilder struct {
	*view
	ctx     Context
	ended   []plan.Outcome // of each change of the plan, in its order; without a status where there is none
	results []string       // the same as one of the words of results
	after   *result        // nil: the plan was not applied
}

// pageOf reads the plan and its outcomes into what the page shows.
func pageOf(p *plan.Plan, outcomes []plan.Outcome, verify Verify, ctx Context) *htmlPage {
	b := &htmlBuilder{view: look(p, ctx), ctx: ctx}
	page := &htmlPage{Run: len(outcomes) > 0, Masked: ctx.Redact == Mask, Digest: short(b.digest), RunURL: ctx.RunURL, FilesURL: ctx.ArtifactURL}
	b.match(p, outcomes)
	if page.Run {
		b.after = conclude(p, outcomes, verify, ctx)
		b.conclusion(page)
	} else {
		b.proposal(page)
	}
	for _, x := range b.plan.Problems {
		page.Problems = append(page.Problems, visible(x.String()))
	}
	for _, r := range b.plan.Refusals {
		page.Refusals = append(page.Refusals, visible(refusal(r)))
	}
	for _, f := range b.findings(func(state.Finding) bool { return true }) {
		at := f.Source
		at.Column = 0
		name := findingName(f)
		if f.Sync != "" {
			name = joined(": ", f.Sync, name)
		}
		page.Findings = append(page.Findings, htmlFinding{visible(at.String()), visible(name), visible(f.Text), f.Failed})
	}
	b.tiles(page)
	b.counted(page)
	b.trees(page)
	b.hours(page)
	b.changes(page)
	page.About = b.about()
	return page
}

// match gives every change of the plan its outcome. Two equal entries share an id, and each has an outcome of its own.
func (b *htmlBuilder) match(p *plan.Plan, outcomes []plan.Outcome) {
	var m *mask
	if b.ctx.Redact == Mask {
		m = planMask(p, b.ctx)
	}
	byID := map[string][]plan.Outcome{}
	for _, o := range outcomes {
		byID[o.Change.ID] = append(byID[o.Change.ID], o)
	}
	for _, c := range b.plan.Changes {
		var o plan.Outcome
		if of := byID[c.ID]; len(of) > 0 {
			o, byID[c.ID] = of[0], of[1:]
		}
		o.Change, o.Err, o.Response = c, m.text(o.Err), m.text(o.Response)
		b.ended = append(b.ended, o)
		b.results = append(b.results, b.resultOf(o, len(outcomes) > 0))
	}
}

// results are the words for how changes ended, in the order of the page, and the classes they are drawn with.
var results = []struct{ value, word string }{
	{"failed", "failed"},
	{"skipped", "skipped"},
	{"waits", "waits"},
	{"unfinished", "not begun"},
	{"blocked", "blocked"},
	{"planned", "planned"},
	{"done", "done"},
}

func (b *htmlBuilder) resultOf(o plan.Outcome, run bool) string {
	switch {
	case o.Status == plan.Withheld:
		return "waits"
	case o.Status != "":
		return string(o.Status)
	case b.plan.Blocked(o.Change):
		return "blocked"
	case run:
		return "unfinished"
	case o.Change.Gated:
		return "waits"
	}
	return "planned"
}

// proposal is the top of the page of a plan that was not applied.
func (b *htmlBuilder) proposal(page *htmlPage) {
	stopped := b.stopped()
	switch {
	case b.idle() && b.cannot() == 0:
		page.Verdict, page.Mood = b.nothing(b.ctx), "good"
	case stopped != "" || b.cannot() > 0:
		page.Mood = "bad"
	case len(b.waits) > 0:
		page.Mood = "wait"
	default:
		page.Mood = "plan"
	}
	if page.Verdict == "" {
		page.Verdict = upper(b.verdict(b.ctx)) + "."
	}
	page.Verdict = visible(page.Verdict)
	b.waiting(page, b.waits, b.asks(), b.approval)
	switch {
	case stopped != "" && b.allBlocked():
		page.Next = "Mend what stands above and plan again. Nothing is written until then."
	case b.plan.Empty():
	case b.ctx.HappensOnMerge != "":
		page.Next = b.ctx.HappensOnMerge
	case b.approval != "":
		page.Next, page.Command = "Look through what needs approval. With it:", b.ctx.applyCommand()+" --approve "+short(b.approval)
	default:
		page.Next, page.Command = "To do it:", b.ctx.applyCommand()
	}
}

// conclusion is the top of the page of a plan that was applied.
func (b *htmlBuilder) conclusion(page *htmlPage) {
	r := b.after
	page.Verdict = upper(r.verdict())
	if n := b.cannot(); n > 0 {
		page.Verdict += "; " + count(n, "thing", "things") + " cannot be done"
	}
	page.Verdict += "."
	page.Verified, page.Doubt = visible(r.verified()), len(r.left) > 0 || r.verify.Err != ""
	switch {
	case len(r.failed)+len(r.skipped)+r.refused > 0, page.Doubt, b.stopped() != "", b.cannot() > 0:
		page.Mood = "bad"
	case r.asks != "" || r.tally[plan.NotTried] > 0:
		page.Mood = "wait"
	default:
		page.Mood = "good"
	}
	var left []plan.Outcome
	for _, c := range r.left {
		left = append(left, plan.Outcome{Change: c, Err: "found by reading again, announced by nobody"})
	}
	for _, list := range []struct {
		title string
		of    []plan.Outcome
	}{{"Failed", r.failed}, {"Still to be done", left}, {"Skipped", r.skipped}} {
		if len(list.of) == 0 {
			continue
		}
		u := htmlUndone{Title: list.title + " (" + thousands(len(list.of)) + ")", Many: len(list.of) > manyItems}
		for _, o := range list.of {
			object, doing := whatOf(r.names, o.Change)
			u.List = append(u.List, htmlReason{visible(object), visible(doing), visible(why(o))})
		}
		page.Undone = append(page.Undone, u)
	}
	b.waiting(page, r.held, r.asks, r.digest)
	page.Next, page.Command = r.next(b.ctx)
}

func (b *htmlBuilder) waiting(page *htmlPage, waits []wait, asks, digest string) {
	if len(waits) == 0 {
		return
	}
	page.Asks, page.Approval = upper(asks), short(digest)
	for _, w := range waits {
		x := htmlWait{Verb: sorts[w.sort][0], Name: visible(w.name), Why: visible(joined("; ", w.why, w.also))}
		if w.sort == waitDeactivate {
			x.Label = visible(b.names.beside(w.name))
		}
		if w.exceeds() {
			x.Why = joined("; ", x.Why, "over guards."+visible(w.over))
		}
		for _, who := range w.who {
			x.Who = append(x.Who, visible(who))
		}
		page.Waits = append(page.Waits, x)
	}
}

// tiles are the totals: how many changes ended in which way.
func (b *htmlBuilder) tiles(page *htmlPage) {
	n, all := map[string]int{}, len(b.results)
	for _, r := range b.results {
		n[r]++
	}
	add := func(k int, word, result string) {
		page.Tiles = append(page.Tiles, htmlTile{thousands(k), word, result})
	}
	at := 0.0
	for _, r := range slices.Backward(results) {
		if n[r.value] == 0 {
			continue
		}
		word := r.word
		switch r.value {
		case "done", "planned":
			word = map[bool]string{true: "change ", false: "changes "}[n[r.value] == 1] + word
		case "waits":
			word = map[bool]string{true: "change waits", false: "changes wait"}[n[r.value] == 1]
		}
		add(n[r.value], word, r.value)
		page.Results = append(page.Results, htmlOption{r.value, r.word})
		wide := 100 * float64(n[r.value]) / float64(all)
		page.Bar = append(page.Bar, htmlSlice{r.value, at, wide})
		at += wide
	}
	people := map[string]bool{}
	for i := range b.plan.Changes {
		if c := &b.plan.Changes[i]; c.Domain == plan.Users && whom(c) != "" {
			people[whom(c)] = true
		}
	}
	if k := len(people); k > 0 {
		add(k, map[bool]string{true: "person", false: "people"}[k == 1]+" concerned", "")
	}
	if k := len(page.Problems) + len(page.Refusals); k > 0 {
		add(k, "in the way", "")
	}
	if k := len(page.Findings); k > 0 {
		add(k, "to look at", "")
	}
}

// about says of what, when and by which commit.
func (b *htmlBuilder) about() []string {
	var list []string
	if names := b.workspaces(); len(names) > 0 {
		word := "Workspace "
		if len(names) > 1 {
			word = "Workspaces "
		}
		list = append(list, visible(word+sentence(names)))
	}
	var from time.Time
	for _, o := range b.ended {
		if !o.Started.IsZero() && (from.IsZero() || o.Started.Before(from)) {
			from = o.Started
		}
	}
	if !from.IsZero() {
		list = append(list, from.UTC().Format("Monday, 2 January 2006, 15:04")+" UTC")
	}
	if b.ctx.Commit != "" {
		list = append(list, "commit "+visible(b.ctx.Commit[:min(len(b.ctx.Commit), 7)]))
	}
	if b.after == nil {
		if e := b.effort(b.ctx); e != "" {
			list = append(list, e)
		}
	} else if t := took(b.ctx.Elapsed); t != "" {
		list = append(list, "took "+t)
	}
	return list
}

// counted is the table of totals by kind: what is done to them, or how it ended.
func (b *htmlBuilder) counted(page *htmlPage) {
	for _, t := range b.counts {
		row := htmlCount{Name: t.kind, Sync: visible(t.sync)}
		if b.after == nil {
			page.Columns = []string{"add", "change", "remove", "waits"}
			row.Cells = []string{number(t.add), number(t.change), number(t.remove), number(t.gated)}
		} else {
			page.Columns = nil
			for _, o := range page.Results {
				n := 0
				for i, c := range b.plan.Changes {
					if b.results[i] == o.Value && c.Sync == t.sync && kindName(c.Ref.Kind) == t.kind {
						n++
					}
				}
				page.Columns, row.Cells = append(page.Columns, o.Word), append(row.Cells, number(n))
			}
		}
		page.Counts = append(page.Counts, row)
	}
}

func kindName(k plan.Kind) string {
	for _, x := range kinds {
		if x.kind == k {
			return x.name
		}
	}
	return strings.ReplaceAll(string(k), "_", " ")
}
