package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// htmlSide is who reports to whom, where it changes, at one of the two times.
type htmlSide struct {
	Title string
	Roots []*htmlNode
}

// htmlNode is a person and those below them. Mark says what becomes of their place there, Result how that ended.
type htmlNode struct {
	Name, Beside string
	Mark         string // new or ends
	Result, Word string // where it is neither planned nor done
	Number       string
	Open         bool
	Below        []*htmlNode
}

const (
	deepest   = 8  // levels of one tree: who stands deeper begins a tree of their own
	openUntil = 40 // lines in a tree that is shown unfolded
)

// trees puts both sides together from those whose manager changes.
func (b *htmlBuilder) trees(page *htmlPage) {
	var reports []plan.Report
	for _, s := range b.plan.Subjects {
		reports = append(reports, s.Reports...)
	}
	if len(reports) == 0 {
		return
	}
	people := map[string]bool{}
	for _, r := range reports {
		people[r.Person] = true
	}
	page.Moves = count(len(people), "person", "people")
	ends := b.linkResults()
	before, after := newForest(b.names), newForest(b.names)
	for _, r := range reports {
		for _, m := range r.Before {
			n := b.node(r.Person)
			if !slices.Contains(r.After, m) {
				n.Mark = "ends"
				b.mark(n, ends[edge(plan.Delete, m, r.Person)])
			}
			before.add(m, r.Person, n)
		}
		for _, m := range r.After {
			n := b.node(r.Person)
			if !slices.Contains(r.Before, m) {
				n.Mark = "new"
				b.mark(n, ends[edge(plan.Create, m, r.Person)])
			}
			after.add(m, r.Person, n)
		}
		if len(r.Before) == 0 {
			before.alone("Nobody", b.node(r.Person))
		}
		switch {
		case len(r.After) > 0:
		case r.Leaves:
			after.alone("Leave the workspace", b.node(r.Person))
		default:
			after.alone("Nobody", b.node(r.Person))
		}
	}
	now, then := "Now", "After"
	if page.Run {
		now, then = "Before this run", "As asked"
	}
	page.Trees = []htmlSide{{now, before.roots(b.node)}, {then, after.roots(b.node)}}
}

func edge(op plan.Op, manager, person string) string {
	return string(op) + "\x00" + manager + "\x00" + person
}

// linkResults is how the changes of manager links ended, or that they wait.
func (b *htmlBuilder) linkResults() map[string]string {
	ends := map[string]string{}
	for i, c := range b.plan.Changes {
		if c.Ref.Kind != plan.KindManager {
			continue
		}
		for _, f := range c.Fields {
			if f.Name == "manager" {
				ends[edge(c.Op, cmp.Or(f.After, f.Before), c.Ref.Name)] = b.results[i]
			}
		}
	}
	return ends
}

func (b *htmlBuilder) mark(n *htmlNode, result string) {
	if result == "planned" || result == "done" {
		return
	}
	for _, r := range results {
		if r.value == result {
			n.Result, n.Word = r.value, r.word
		}
	}
}

func (b *htmlBuilder) node(email string) *htmlNode {
	n := &htmlNode{Name: visible(b.names.label(email))}
	if !strings.Contains(n.Name, email) {
		n.Beside = visible(email)
	}
	return n
}

// forest collects who is below whom.
type forest struct {
	names  namer
	below  map[string][]leaf // by manager
	placed map[string]bool   // who is below somebody
	apart  []*htmlNode       // those without a manager, under a word of ours
	lines  int
}

type leaf struct {
	person string
	node   *htmlNode
}

func newForest(names namer) *forest {
	return &forest{names: names, below: map[string][]leaf{}, placed: map[string]bool{}}
}

func (f *forest) add(manager, person string, n *htmlNode) {
	f.below[manager] = append(f.below[manager], leaf{person, n})
	f.placed[person] = true
	f.lines++
}

func (f *forest) alone(word string, n *htmlNode) {
	i := slices.IndexFunc(f.apart, func(x *htmlNode) bool { return x.Name == word })
	if i < 0 {
		i = len(f.apart)
		f.apart = append(f.apart, &htmlNode{Name: word})
	}
	f.apart[i].Below = append(f.apart[i].Below, n)
	f.lines++
}

// roots draws everybody once who manages somebody: first those whom nobody manages here, then who is left because they
// stand too deep or in a circle.
func (f *forest) roots(node func(email string) *htmlNode) []*htmlNode {
	var managers []string
	for m := range f.below {
		managers = append(managers, m)
	}
	slices.SortFunc(managers, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.ToLower(f.names.label(a)), strings.ToLower(f.names.label(b))), cmp.Compare(a, b))
	})
	drawn := map[string]bool{}
	var grow func(n *htmlNode, email string, depth int)
	grow = func(n *htmlNode, email string, depth int) {
		if drawn[email] || depth > deepest {
			return
		}
		drawn[email] = true
		for _, l := range f.below[email] {
			n.Below = append(n.Below, l.node)
			grow(l.node, l.person, depth+1)
		}
		f.finish(n)
	}
	var roots []*htmlNode
	for _, rest := range []bool{false, true} {
		for _, m := range managers {
			if !drawn[m] && (rest || !f.placed[m]) {
				n := node(m)
				grow(n, m, 1)
				roots = append(roots, n)
			}
		}
	}
	for _, n := range f.apart {
		f.finish(n)
	}
	roots = append(roots, f.apart...)
	left := openUntil
	for _, n := range roots { // of a large tree the first level, as far as it fits
		if left -= len(n.Below); left >= 0 {
			n.Open = true
		}
	}
	return roots
}

func (f *forest) finish(n *htmlNode) {
	slices.SortStableFunc(n.Below, func(a, b *htmlNode) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	n.Number, n.Open = count(len(n.Below), "person", "people"), f.lines <= openUntil
}
