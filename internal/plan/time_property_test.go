package plan_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// books are two workspaces' entries in memory, by id. Whoever carries out plans on them knows nothing of the planner.
type books struct {
	source, dest map[string]state.Entry
	next         int
}

// Projects of the source and where they go; Twice is ambiguous, Only is in the source alone.
var routes = map[string][2]string{"Website": {"Alpha", "Website"}, "Shop": {"Beta", "Shop"}, "Desk": {"", "Desk"}}

func (b *books) id(kind string) string {
	b.next++
	return fmt.Sprintf("%s%04d", kind, b.next)
}

// ledger is what reading the books would give.
func (b *books) ledger(t rapid.TB, linked, hasLink bool) state.TimeState {
	l := timeStateOf(t, `
		dest Alpha/Website
		dest Beta/Shop
		dest Desk
		dest Alpha/Twice
		dest Beta/Twice
		source Website
		source Shop
		source Desk
		source Twice
		source Only
		tags a,b`)
	l.Destination.HasLink = hasLink
	inside := func(e state.Entry) bool { return !e.Start.Before(l.From) && e.Start.Before(l.To) }
	for _, id := range slices.Sorted(maps.Keys(b.source)) {
		e := b.source[id]
		e.ID = id
		if linked {
			e.Link = id
		}
		if linked || inside(e) {
			l.Source.Entries = append(l.Source.Entries, e)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(b.dest)) {
		e := b.dest[id]
		e.ID = id
		if !linked {
			e.Link = ""
		}
		if e.Link != "" || inside(e) {
			l.Destination.Entries = append(l.Destination.Entries, e)
		}
	}
	return l
}

// do carries out a plan and returns how many entries were made, changed and deleted.
func (b *books) do(t *rapid.T, p *plan.Plan, approved bool) (made, changed, deleted int) {
	for _, c := range p.Changes {
		if c.Gated && !approved {
			continue
		}
		switch do := c.Do.(type) {
		case plan.Entry:
			switch c.Op {
			case plan.Create:
				made++
				b.dest[b.id("d")] = *do.Entry
			case plan.Update:
				changed++
				old, ok := b.dest[do.ID]
				if !ok {
					t.Fatalf("%s changes an entry that is not there", c.Ref.Name)
				}
				e := *do.Entry
				if e.Link == "" {
					e.Link = old.Link
				}
				b.dest[do.ID] = e
			default:
				deleted++
				delete(b.dest, do.ID)
			}
		case plan.CustomField, plan.Project:
		default:
			t.Fatalf("unexpected change %T", do)
		}
	}
	return made, changed, deleted
}

// shown is all that can be seen of an entry; content is what makes twins.
func shown(e state.Entry) string {
	return strings.Join([]string{content(e), fmt.Sprint(e.Billable, e.Break, e.Task, e.Tags)}, " ")
}

func content(e state.Entry) string {
	return strings.Join([]string{slotOf(e), e.End.Format(time.RFC3339), e.Description}, " ")
}

func slotOf(e state.Entry) string {
	return strings.Join([]string{e.Client, e.Project, e.Start.Format(time.RFC3339)}, " ")
}

// drawEntry draws from so few values that entries collide.
func drawEntry(t *rapid.T, project string) state.Entry {
	start := day(t, rapid.SampledFrom([]string{"16T09:00", "16T09:00", "16T09:00", "16T09:00", "13T23:00", "14T00:00", "20T23:30", "21T00:00"}).Draw(t, "start"))
	return state.Entry{
		Project: project, Start: start, End: start.Add(time.Duration(rapid.IntRange(1, 3).Draw(t, "hours")) * time.Hour),
		Description: rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "description"),
		Billable:    rapid.Bool().Draw(t, "billable"),
		Tags:        rapid.SampledFrom([][]string{nil, nil, {"a"}, {"a", "b"}}).Draw(t, "tags"),
	}
}

// live lets both sides' people work for a while.
func (b *books) live(t *rapid.T) {
	projects := []string{"Website", "Website", "Website", "Website", "Website", "Shop", "Desk", "Twice", "Only", ""}
	for range rapid.IntRange(0, 12).Draw(t, "events") {
		switch rapid.SampledFrom([]string{"book", "book", "book", "edit", "edit", "move", "start", "delete", "own", "own", "change", "drop"}).Draw(t, "event") {
		case "book":
			e := drawEntry(t, rapid.SampledFrom(projects).Draw(t, "project"))
			if e.Project != "" {
				e.Client = "Acme"
			}
			if rapid.IntRange(0, 9).Draw(t, "runs") == 0 {
				e.End = time.Time{}
			}
			b.source[b.id("s")] = e
		case "edit", "move", "start", "delete":
			b.edit(t, b.source, projects)
		case "own":
			route := rapid.SampledFrom([][2]string{{"Alpha", "Website"}, {"Alpha", "Website"}, {"Alpha", "Website"}, {"Beta", "Shop"}, {"", "Desk"}, {"Alpha", "Twice"}}).Draw(t, "route")
			e := drawEntry(t, route[1])
			e.Client = route[0]
			b.dest[b.id("o")] = e
		case "change", "drop":
			b.edit(t, b.dest, nil)
		}
	}
}

// edit changes or deletes one entry of a side; projects are those it may move to.
func (b *books) edit(t *rapid.T, side map[string]state.Entry, projects []string) {
	if len(side) == 0 {
		return
	}
	id := rapid.SampledFrom(slices.Sorted(maps.Keys(side))).Draw(t, "which")
	e, fresh := side[id], drawEntry(t, "")
	switch rapid.IntRange(0, 5).Draw(t, "how") {
	case 0:
		delete(side, id)
		return
	case 1:
		e.Description = fresh.Description
	case 2:
		e.Billable, e.Tags = fresh.Billable, fresh.Tags
	case 3:
		e.Start, e.End = fresh.Start, fresh.End
	case 4:
		if projects != nil {
			e.Client, e.Project = "", rapid.SampledFrom(projects).Draw(t, "project")
			if e.Project != "" {
				e.Client = "Acme"
			}
		}
	default:
		e.End = e.Start.Add(fresh.End.Sub(fresh.Start))
	}
	side[id] = e
}

// asked are the source entries to mirror, as they ought to be in the destination, by id: the rules said plainly.
func (b *books) asked(l state.TimeState, windowed bool) map[string]state.Entry {
	out := map[string]state.Entry{}
	for id, e := range b.source {
		route, ok := routes[e.Project]
		if !ok || e.End.IsZero() || windowed && (e.Start.Before(l.From) || !e.Start.Before(l.To)) {
			continue
		}
		e.Client, e.Project = route[0], route[1]
		out[id] = e
	}
	return out
}

// most is the greatest number of entries that can be paired with one of the same end or description, tried one by one.
func most(want, have []state.Entry) int {
	if len(want) == 0 {
		return 0
	}
	best := most(want[1:], have)
	for i, h := range have {
		if h.End.Equal(want[0].End) || h.Description == want[0].Description {
			best = max(best, 1+most(want[1:], slices.Concat(have[:i], have[i+1:])))
		}
	}
	return best
}

// multiset counts values.
func multiset[V any](entries map[string]V, key func(V) string) map[string]int {
	n := map[string]int{}
	for _, e := range entries {
		n[key(e)]++
	}
	return n
}

// TestTimeByContent lets two workspaces live and mirrors after each stretch. What the destination must be is worked out
// without the planner.
func TestTimeByContent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := &books{source: map[string]state.Entry{}, dest: map[string]state.Entry{}}
		for range 3 {
			b.live(t)
			l := b.ledger(t, false, false)
			want := b.asked(l, true)

			// By the rules: twins stay, as many as possible are edited, the rest is made, nothing goes.
			wantMade, wantChanged := 0, 0
			keep := map[string]state.Entry{} // what must still be there as it was
			bySlot := map[string][2][]state.Entry{}
			wantIn, haveIn := multiset(want, content), multiset(b.dest, content)
			left := maps.Clone(haveIn)
			for _, id := range slices.Sorted(maps.Keys(want)) {
				e := want[id]
				if left[content(e)] > 0 {
					left[content(e)]--
					continue
				}
				s := bySlot[slotOf(e)]
				s[0] = append(s[0], e)
				bySlot[slotOf(e)] = s
			}
			spare := maps.Clone(wantIn)
			for _, id := range slices.Sorted(maps.Keys(b.dest)) {
				e := b.dest[id]
				if spare[content(e)] > 0 {
					spare[content(e)]--
					continue
				}
				if e.End.IsZero() {
					keep[id] = e
					continue
				}
				s := bySlot[slotOf(e)]
				s[1] = append(s[1], e)
				bySlot[slotOf(e)] = s
			}
			for _, s := range bySlot {
				n := most(s[0], s[1])
				wantChanged += n
				wantMade += len(s[0]) - n
			}

			before := maps.Clone(b.dest)
			p := computeTime(contentSync(), l)
			made, changed, deleted := b.do(t, p, true)
			if made != wantMade || changed != wantChanged || deleted != 0 {
				t.Fatalf("made %d, changed %d, deleted %d; want %d, %d, 0\n%s", made, changed, deleted, wantMade, wantChanged, renderTime(p))
			}
			got, untouched := multiset(b.dest, content), map[string]int{}
			for id, e := range before {
				if gocmp.Equal(e, b.dest[id]) {
					untouched[content(e)]++
				}
			}
			for key, n := range wantIn {
				if got[key] < n {
					t.Fatalf("%d of %d are in the destination: %s\n%s", got[key], n, key, renderTime(p))
				}
				if twins := min(n, haveIn[key]); untouched[key] < twins {
					t.Fatalf("%d of %d twins were left alone: %s\n%s", untouched[key], twins, key, renderTime(p))
				}
			}
			for id, e := range before {
				after, there := b.dest[id]
				if !there || slotOf(after) != slotOf(e) || !after.End.Equal(e.End) && after.Description != e.Description {
					t.Fatalf("entry %s became another: %s -> %s", id, shown(e), shown(after))
				}
			}
			for id, e := range keep {
				if diff := gocmp.Diff(e, b.dest[id]); diff != "" {
					t.Fatalf("entry %s was touched:\n%s", id, diff)
				}
			}
			if again := computeTime(contentSync(), b.ledger(t, false, false)); !again.Empty() {
				t.Fatalf("a second run is not empty:\n%s", renderTime(again))
			}
		}
	})
}

// TestTimeByLink does the same with marks: every source entry has one mirror that reads like it, unmarked entries are
// left alone, except that the first linked run adopts edits, and what has lost its source waits for approval.
func TestTimeByLink(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := &books{source: map[string]state.Entry{}, dest: map[string]state.Entry{}}
		sync := linkedSync()
		sync.Deletes = rapid.Bool().Draw(t, "deletes")
		for round := range 3 {
			b.live(t)
			l := b.ledger(t, true, round > 0)
			inside := func(e state.Entry) bool { return !e.Start.Before(l.From) && e.Start.Before(l.To) }
			mirror := map[string]string{} // mark to id
			for id, e := range b.dest {
				if e.Link != "" {
					mirror[e.Link] = id
				}
			}
			want := b.asked(l, false)
			for id, e := range want {
				if m, ok := mirror[id]; !inside(e) && (!ok || !inside(b.dest[m])) {
					delete(want, id)
				}
			}
			adopted := 0
			own := map[string]int{}
			for _, e := range b.dest {
				if e.Link == "" && !e.End.IsZero() && inside(e) {
					own[content(e)]++
				}
			}
			for id, e := range want {
				if _, ok := mirror[id]; !ok && own[content(e)] > 0 {
					own[content(e)]--
					adopted++
				}
			}
			gone := map[string]bool{}
			for mark, id := range mirror {
				if _, ok := b.source[mark]; !ok && inside(b.dest[id]) {
					gone[id] = true
				}
			}

			before := maps.Clone(b.dest)
			p := computeTime(sync, l)
			approved := rapid.Bool().Draw(t, "approved")
			_, _, deleted := b.do(t, p, approved)
			for id, e := range want {
				n := 0
				for _, d := range b.dest {
					if d.Link == id {
						n++
						if shown(d) != shown(e) {
							t.Fatalf("the mirror of %s reads %s, want %s\n%s", id, shown(d), shown(e), renderTime(p))
						}
					}
				}
				if n != 1 {
					t.Fatalf("%d mirrors of %s\n%s", n, id, renderTime(p))
				}
			}
			for id, e := range before {
				after, there := b.dest[id]
				switch {
				case gone[id] && sync.Deletes && approved:
					if there {
						t.Fatalf("%s has no source any more and is still there", id)
					}
					deleted--
				case !there:
					t.Fatalf("%s was deleted\n%s", id, renderTime(p))
				case e.Link == "" && after.Link != "" && round == 0 && content(after) != content(e):
					if slotOf(after) != slotOf(e) || !after.End.Equal(e.End) && after.Description != e.Description {
						t.Fatalf("%s became another: %s -> %s", id, shown(e), shown(after))
					}
				case e.Link == "" && after.Link != "":
					adopted--
					if content(after) != content(e) {
						t.Fatalf("%s was adopted and changed: %s -> %s", id, shown(e), shown(after))
					}
				case e.Link == "" || gone[id]:
					if diff := gocmp.Diff(e, after); diff != "" {
						t.Fatalf("%s was touched:\n%s", id, diff)
					}
				}
			}
			if deleted != 0 || adopted != 0 {
				t.Fatalf("%d deleted and %d adopted entries too many (or too few)\n%s", deleted, -adopted, renderTime(p))
			}
			again := computeTime(sync, b.ledger(t, true, true))
			for _, c := range again.Changes {
				if !c.Gated || approved {
					t.Fatalf("a second run is not empty:\n%s", renderTime(again))
				}
			}
		}
	})
}

// TestTimeSamePlan: the order of what was read changes nothing.
func TestTimeSamePlan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := &books{source: map[string]state.Entry{}, dest: map[string]state.Entry{}}
		linked := rapid.Bool().Draw(t, "linked")
		sync := contentSync()
		if linked {
			sync = linkedSync()
			sync.Deletes = true
		}
		b.live(t)
		b.do(t, computeTime(sync, b.ledger(t, linked, true)), true)
		b.live(t)
		l := b.ledger(t, linked, true)
		want := computeTime(sync, l)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for _, book := range []*state.WorkspaceEntries{&l.Source, &l.Destination} {
			book.Entries, book.Projects, book.Tags = shuffled(r, book.Entries), shuffled(r, book.Projects), shuffled(r, book.Tags)
		}
		got := computeTime(sync, l)
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("the plan depends on the order (-want +got):\n%s", diff)
		}
		ids := map[string]bool{}
		for _, c := range got.Changes {
			if ids[c.ID] {
				t.Fatalf("two changes have the id of %s", c.Ref.Name)
			}
			ids[c.ID] = true
		}
		if !slices.IsSortedFunc(got.Findings, func(a, b state.Finding) int { return cmp.Compare(a.Kind, b.Kind) }) {
			t.Fatal("the findings are not in order")
		}
	})
}

// TestTimePairsMost holds the pairing of edits against trying everything, where many entries begin at once.
func TestTimePairsMost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := day(t, "16T09:00")
		draw := func(name string, side map[string]state.Entry, client, project string) {
			for i := range rapid.IntRange(0, 7).Draw(t, name) {
				side[fmt.Sprint(name, i)] = state.Entry{
					Client: client, Project: project, Start: start, End: start.Add(time.Duration(rapid.IntRange(1, 5).Draw(t, "end")) * time.Hour),
					Description: rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "description"),
				}
			}
		}
		b := &books{source: map[string]state.Entry{}, dest: map[string]state.Entry{}}
		draw("source", b.source, "Acme", "Website")
		draw("dest", b.dest, "Alpha", "Website")
		l := b.ledger(t, false, false)
		var want, have []state.Entry
		spare := multiset(b.asked(l, true), content)
		for _, e := range b.dest {
			if spare[content(e)] > 0 {
				spare[content(e)]--
			} else {
				have = append(have, e)
			}
		}
		for _, e := range b.asked(l, true) {
			if spare[content(e)] > 0 {
				spare[content(e)]--
				want = append(want, e)
			}
		}
		pairs := most(want, have)
		made, changed, _ := b.do(t, computeTime(contentSync(), l), true)
		if made != len(want)-pairs || changed != pairs {
			t.Fatalf("made %d and changed %d, want %d and %d", made, changed, len(want)-pairs, pairs)
		}
		if diff := gocmp.Diff(map[string]int{}, missing(multiset(b.asked(l, true), content), multiset(b.dest, content))); diff != "" {
			t.Fatalf("not in the destination (-want +got):\n%s", diff)
		}
	})
}

// missing is what got has less of than want.
func missing(want, got map[string]int) map[string]int {
	out := map[string]int{}
	for key, n := range want {
		if got[key] < n {
			out[key] = n - got[key]
		}
	}
	return out
}
