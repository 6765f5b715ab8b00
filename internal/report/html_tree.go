package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/text"
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
	Result       Result // where it is neither planned nor done
	Number       string
	Open         bool
	Below        []*htmlNode
}

const (
	deepest   = 8  // levels of one tree: who stands deeper begins a tree of their own
	openUntil = 40 // lines in a tree that is shown unfolded
)

// mostInTrees is how many people the trees show. All of them are in the list of changes.
const mostInTrees = 1000

// trees puts both sides together from those whose manager changes.
func (p *htmlPage) trees() {
	if len(p.Reports) == 0 {
		return
	}
	people := map[string]bool{}
	for _, r := range p.Reports {
		people[r.Person] = true
	}
	before, after := newForest(), newForest()
	for _, r := range p.Reports[:min(len(p.Reports), mostInTrees)] {
		for _, m := range r.Before {
			before.add(m, r, p.node(r, m, "ends"))
		}
		for _, m := range r.After {
			after.add(m, r, p.node(r, m, "new"))
		}
		if len(r.Before) == 0 {
			before.alone("Nobody", treeNode(r.Person, r.Label))
		}
		switch {
		case len(r.After) > 0:
		case r.Leaves:
			after.alone("Leave the workspace", treeNode(r.Person, r.Label))
		default:
			after.alone("Nobody", treeNode(r.Person, r.Label))
		}
	}
	p.Moves = text.Count(len(people), "person", "people")
	if len(p.Reports) > mostInTrees {
		p.Moves += ", the first " + text.Thousands(mostInTrees) + " of them"
	}
	now, then := "Now", "After"
	if p.Run {
		now, then = "Before this run", "As asked"
	}
	p.Trees = []htmlSide{{now, before.roots()}, {then, after.roots()}}
}

// node is a person below one of their managers.
func (p *htmlPage) node(r Report, m Manager, mark string) *htmlNode {
	n := treeNode(r.Person, r.Label)
	if m.Moves {
		n.Mark = mark
		if m.Result != Planned && m.Result != Done {
			n.Result = m.Result
		}
	}
	return n
}

func treeNode(email, label string) *htmlNode {
	n := &htmlNode{Name: text.Sanitize(label)}
	if !strings.Contains(n.Name, email) {
		n.Beside = text.Sanitize(email)
	}
	return n
}

// forest collects who is below whom.
type forest struct {
	labels map[string]string
	below  map[string][]leaf // by manager
	placed map[string]bool   // who is below somebody
	apart  []*htmlNode       // those without a manager, under a word of ours
	lines  int
}

type leaf struct {
	person string
	node   *htmlNode
}

func newForest() *forest {
	return &forest{labels: map[string]string{}, below: map[string][]leaf{}, placed: map[string]bool{}}
}

func (f *forest) add(m Manager, r Report, n *htmlNode) {
	f.labels[m.Email] = m.Label
	f.below[m.Email] = append(f.below[m.Email], leaf{r.Person, n})
	f.placed[r.Person] = true
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
func (f *forest) roots() []*htmlNode {
	var managers []string
	for m := range f.below {
		managers = append(managers, m)
	}
	slices.SortFunc(managers, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.ToLower(f.labels[a]), strings.ToLower(f.labels[b])), cmp.Compare(a, b))
	})
	drawn := map[string]bool{}
	var addBelow func(n *htmlNode, email string, depth int)
	addBelow = func(n *htmlNode, email string, depth int) {
		if drawn[email] || depth > deepest {
			return
		}
		drawn[email] = true
		for _, l := range f.below[email] {
			n.Below = append(n.Below, l.node)
			addBelow(l.node, l.person, depth+1)
		}
		f.finish(n)
	}
	var roots []*htmlNode
	for _, rest := range []bool{false, true} {
		for _, m := range managers {
			if !drawn[m] && (rest || !f.placed[m]) {
				n := treeNode(m, f.labels[m])
				addBelow(n, m, 1)
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
	n.Number, n.Open = text.Count(len(n.Below), "person", "people"), f.lines <= openUntil
}
