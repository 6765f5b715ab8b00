package plan

import (
	"maps"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// syncByContent mirrors without a link: twins are left alone, what differs in the end or the description alone is edited,
// and the rest is made. What no source entry explains is a finding: it may be the person's own.
func (p *personPlanner) syncByContent() {
	pairs := make([]*pair, 0, len(p.pairs))
	for i := range p.pairs {
		if p.inWindow(p.pairs[i].source.Start) {
			pairs = append(pairs, &p.pairs[i])
		}
	}
	var twins []*state.Entry
	for i := range p.have.Destination.Entries {
		if e := &p.have.Destination.Entries[i]; p.candidate(e) {
			twins = append(twins, e)
		}
	}
	p.grow(len(pairs) - len(twins))
	p.forEachSlot(pairs, twins, func(left leftover) { p.editOrCreate(left) })
}

// grow makes room for changes that are certain, so that a large first run does not outgrow its list again and again.
func (p *personPlanner) grow(changes int) {
	p.plan.Changes = slices.Grow(p.plan.Changes, max(0, changes))
}

// candidate reports whether a destination entry is one that a source entry of the window may explain.
func (p *personPlanner) candidate(e *state.Entry) bool {
	return !e.End.IsZero() && !e.TimeOff && p.inWindow(e.Start) && p.mapped[projectKey{e.Client, e.Project}]
}

// leftover is what has no twin among the entries of one project and start.
type leftover struct {
	pairs []*pair
	twins []*state.Entry
}

// forEachSlot pairs twins and hands over what is left in each project at each start. Twins are counted: two equal entries
// stay two.
func (p *personPlanner) forEachSlot(pairs []*pair, twins []*state.Entry, rest func(leftover)) {
	pairs, twins = sortByEntry(pairs, wantOf), sortByEntry(twins, entryOf)
	for len(pairs) > 0 || len(twins) > 0 {
		first := firstOf(pairs, twins, compareSlot)
		n := prefixLen(pairs, func(w *pair) bool { return compareSlot(&w.want, first) == 0 })
		d := prefixLen(twins, func(e *state.Entry) bool { return compareSlot(e, first) == 0 })
		if left := p.pairTwins(pairs[:n], twins[:d]); len(left.pairs) > 0 || len(left.twins) > 0 {
			rest(left)
		}
		pairs, twins = pairs[n:], twins[d:]
	}
}

// firstOf returns the lesser of the first elements of two sorted lists, of which one may be empty.
func firstOf(pairs []*pair, twins []*state.Entry, compare func(a, b *state.Entry) int) *state.Entry {
	switch {
	case len(pairs) == 0:
		return twins[0]
	case len(twins) > 0 && compare(twins[0], &pairs[0].want) < 0:
		return twins[0]
	}
	return &pairs[0].want
}

// prefixLen returns the length of the leading run that satisfies pred.
func prefixLen[T any](list []T, pred func(T) bool) int {
	for i, x := range list {
		if !pred(x) {
			return i
		}
	}
	return len(list)
}

// pairTwins pairs the twins among entries of one slot and returns the others.
func (p *personPlanner) pairTwins(pairs []*pair, twins []*state.Entry) leftover {
	var left leftover
	for len(pairs) > 0 || len(twins) > 0 {
		first := firstOf(pairs, twins, compareContent)
		n := prefixLen(pairs, func(w *pair) bool { return compareContent(&w.want, first) == 0 })
		d := prefixLen(twins, func(e *state.Entry) bool { return compareContent(e, first) == 0 })
		a, b := pairs[:n], p.unmatched(twins[:d])
		if n > 0 && d > 0 {
			a, b = p.pairIdentical(a, b)
			k := min(len(a), len(b))
			for i := range k {
				p.update(a[i], b[i])
			}
			a, b = a[k:], b[k:]
		}
		left.pairs, left.twins = append(left.pairs, a...), append(left.twins, b...)
		pairs, twins = pairs[n:], twins[d:]
	}
	return left
}

// unmatched returns the entries that stand for no source entry yet and are not taken back.
func (p *personPlanner) unmatched(twins []*state.Entry) []*state.Entry {
	if len(p.place.matched) == 0 && len(p.place.surplus) == 0 {
		return twins
	}
	return slices.DeleteFunc(slices.Clone(twins), func(e *state.Entry) bool { return p.place.matched[e.ID] || p.place.surplus[e.ID] })
}

// pairIdentical pairs twins that are the same in everything, so that they stay as they are, and returns the others.
func (p *personPlanner) pairIdentical(pairs []*pair, twins []*state.Entry) (otherPairs []*pair, otherTwins []*state.Entry) {
	for len(pairs) > 0 && len(twins) > 0 {
		switch c := compareAttributes(&pairs[0].want, twins[0]); {
		case c < 0:
			otherPairs, pairs = append(otherPairs, pairs[0]), pairs[1:]
		case c > 0:
			otherTwins, twins = append(otherTwins, twins[0]), twins[1:]
		default:
			p.update(pairs[0], twins[0]) // notes what is not carried, and marks
			pairs, twins = pairs[1:], twins[1:]
		}
	}
	return append(otherPairs, pairs...), append(otherTwins, twins...)
}

// editOrCreate edits entries of one slot where one of the same end or the same description is left, and makes the others.
func (p *personPlanner) editOrCreate(left leftover) {
	owner := matchEdits(left.pairs, left.twins)
	edited := make([]bool, len(left.pairs))
	for d, i := range owner {
		if i >= 0 {
			edited[i] = true
			p.update(left.pairs[i], left.twins[d])
		}
	}
	for i, want := range left.pairs {
		if !edited[i] {
			p.create(want)
		}
	}
	for d, e := range left.twins {
		if owner[d] < 0 {
			p.unexplained = append(p.unexplained, e)
		}
	}
}

// matchEdits finds for as many pairs as possible a twin of the same description or the same end, so that as few entries
// as possible are made. It returns which pair each twin goes to, or -1. The description counts first, then the end; what
// is left is placed by augmenting paths, for a greedy choice alone would make entries that an edit could have been.
func matchEdits(pairs []*pair, twins []*state.Entry) []int {
	owner, placed := make([]int, len(twins)), make([]bool, len(pairs))
	if len(pairs) == 0 || len(twins) == 0 {
		for d := range owner {
			owner[d] = -1
		}
		return owner
	}
	alike := map[editKey][]int{} // twins by description and by end
	for d, e := range twins {
		owner[d] = -1
		for _, key := range editKeys(e) {
			alike[key] = append(alike[key], d)
		}
	}
	free := maps.Clone(alike)
	for kind := range 2 {
		for i, want := range pairs {
			key := editKeys(&want.want)[kind]
			for !placed[i] && len(free[key]) > 0 {
				d := free[key][0]
				free[key] = free[key][1:]
				if owner[d] < 0 {
					owner[d], placed[i] = i, true
				}
			}
		}
	}
	seen := map[editKey]bool{} // lists that lead nowhere, or are on the path that is tried
	var place func(i int) bool
	place = func(i int) bool {
		for _, key := range editKeys(&pairs[i].want) {
			if seen[key] {
				continue
			}
			seen[key] = true
			for _, d := range alike[key] {
				if owner[d] < 0 || place(owner[d]) {
					owner[d] = i
					return true
				}
			}
		}
		return false
	}
	for i := range pairs {
		if !placed[i] && place(i) {
			clear(seen)
		}
	}
	return owner
}

// editKey is what an entry and its edited form have in common: the description or the end.
type editKey struct {
	text string
	end  int64 // seconds; -1 for a description
}

func editKeys(e *state.Entry) [2]editKey { return [2]editKey{{e.Description, -1}, {"", e.End.Unix()}} }
