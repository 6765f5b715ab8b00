package report

import (
	"cmp"
	"maps"
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
	email        string
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
	shown := p.Reports[:min(len(p.Reports), mostInTrees)]
	p.Moves = text.Count(len(people), "person", "people")
	if len(p.Reports) > len(shown) {
		p.Moves += ", the first " + text.Thousands(mostInTrees) + " of them"
	}
	before, after := newForest(), newForest()
	for _, r := range shown {
		before.add(r, r.Before, "ends", "Nobody")
		if r.Leaves {
			after.add(r, r.After, "new", "Leave the workspace")
		} else {
			after.add(r, r.After, "new", "Nobody")
		}
	}
	now, then := "Now", "After"
	if p.Run {
		now, then = "Before this run", "As asked"
	}
	p.Trees = []htmlSide{{now, before.roots()}, {then, after.roots()}}
}

func treeNode(email, label string) *htmlNode {
	n := &htmlNode{Name: text.Sanitize(label), email: email}
	if !strings.Contains(n.Name, email) {
		n.Beside = text.Sanitize(email)
	}
	return n
}

// forest collects who is below whom.
type forest struct {
	labels map[string]string
	below  map[string][]*htmlNode // by manager
	placed map[string]bool        // who is below somebody
	apart  []*htmlNode            // those without a manager, under a word of ours
	lines  int
}

func newForest() *forest {
	return &forest{labels: map[string]string{}, below: map[string][]*htmlNode{}, placed: map[string]bool{}}
}

// add puts a person below each of their managers, or, without one, below a word of ours.
func (f *forest) add(r Report, managers []Manager, mark, nobody string) {
	for _, m := range managers {
		n := treeNode(r.Person, r.Label)
		if m.Moves {
			n.Mark = mark
			if m.Result != Planned && m.Result != Done {
				n.Result = m.Result
			}
		}
		f.labels[m.Email] = m.Label
		f.below[m.Email] = append(f.below[m.Email], n)
		f.placed[r.Person] = true
	}
	f.lines += max(1, len(managers))
	if len(managers) > 0 {
		return
	}
	i := slices.IndexFunc(f.apart, func(x *htmlNode) bool { return x.Name == nobody })
	if i < 0 {
		i = len(f.apart)
		f.apart = append(f.apart, &htmlNode{Name: nobody})
	}
	f.apart[i].Below = append(f.apart[i].Below, treeNode(r.Person, r.Label))
}

// roots draws everybody once who manages somebody: first those whom nobody manages here, then who is left because they
// stand too deep or in a circle.
func (f *forest) roots() []*htmlNode {
	managers := slices.SortedFunc(maps.Keys(f.below), func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.ToLower(f.labels[a]), strings.ToLower(f.labels[b])), cmp.Compare(a, b))
	})
	drawn := map[string]bool{}
	var addBelow func(n *htmlNode, depth int)
	addBelow = func(n *htmlNode, depth int) {
		if drawn[n.email] || depth > deepest {
			return
		}
		drawn[n.email] = true
		n.Below = f.below[n.email]
		for _, person := range n.Below {
			addBelow(person, depth+1)
		}
		f.finish(n)
	}
	var roots []*htmlNode
	for _, rest := range []bool{false, true} {
		for _, m := range managers {
			if !drawn[m] && (rest || !f.placed[m]) {
				n := treeNode(m, f.labels[m])
				addBelow(n, 1)
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
