package plan

import (
	"cmp"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// syncByLink mirrors by mark: whatever became of a source entry, the entry marked with it follows. Entries without a mark
// are somebody's own; one that is a twin of a source entry without a mirror is marked, which adopts it, and no other.
func (t *timePlanner) syncByLink() {
	marked := links{first: map[string]*state.Entry{}, copies: map[string][]*state.Entry{}}
	var unmarked []*state.Entry
	for i := range t.have.Destination.Entries {
		e := &t.have.Destination.Entries[i]
		switch {
		case e.Link != "":
			marked.add(e)
		case t.candidate(e):
			unmarked = append(unmarked, e)
		}
	}
	pairs := make([]*pair, len(t.pairs))
	for i := range t.pairs {
		pairs[i] = &t.pairs[i]
	}
	var unlinked []*pair // without a mirror
	for _, p := range sortByEntry(pairs, wantOf) {
		if mirrors := marked.take(p.source.Link); len(mirrors) > 0 {
			t.updateMirror(p, mirrors)
		} else if t.inWindow(p.source.Start) {
			unlinked = append(unlinked, p)
		}
	}
	t.missingSources(marked)
	t.grow(len(unlinked) - len(unmarked))
	t.forEachSlot(unlinked, unmarked, func(left leftover) {
		for i, p := range left.pairs {
			t.create(p, left.equal[i])
		}
		for _, e := range left.twins {
			t.unexplained(e)
		}
	})
}

// updateMirror updates the mirror of a source entry, the closest where copies were made of it.
func (t *timePlanner) updateMirror(p *pair, mirrors []*state.Entry) {
	slices.SortFunc(mirrors, func(a, b *state.Entry) int { return t.closer(&p.want, a, b) })
	if t.inWindow(p.source.Start) || t.inWindow(mirrors[0].Start) {
		t.update(p, mirrors[0])
	}
	for _, e := range mirrors[1:] {
		if t.inWindow(e.Start) {
			t.countFinding(state.FindingNoSource, label(e), state.CauseCopied, "copies of mirrored entries, with their mark; left as they are", e)
		}
	}
}

// closer orders entries of one mark: those that read like what is wanted come first. The others are copies somebody made
// of it, for Clockify copies fields along.
func (t *timePlanner) closer(want, a, b *state.Entry) int {
	far := func(e *state.Entry) int {
		return boolInt(compareSlot(e, want) != 0) + boolInt(compareContent(e, want) != 0) + 4*boolInt(!t.inWindow(e.Start))
	}
	return cmp.Or(far(a)-far(b), compareEntries(a, b))
}

// missingSources deals with marked entries of the window whose source entry is not there any more, or not under the client. marked
// are those that no pair has taken.
func (t *timePlanner) missingSources(marked links) {
	if len(marked.first) == 0 {
		return
	}
	elsewhere := set{}
	for i := range t.have.Source.Entries {
		if e := &t.have.Source.Entries[i]; e.OutOfScope {
			elsewhere[e.Link] = true
		} else {
			marked.take(e.Link) // it is there, and left out for a reason that has been told
		}
	}
	var gone []*state.Entry
	for link := range marked.first {
		for _, e := range marked.of(link) {
			if t.inWindow(e.Start) {
				gone = append(gone, e)
			}
		}
	}
	for _, e := range sortByEntry(gone, entryOf) {
		switch {
		case elsewhere[e.Link]:
			t.countFinding(state.FindingSourceGone, label(e), state.CauseSourceMoved, "their source entries are now in projects this sync does not cover, or somebody else's; left as they are", e)
		case t.spec.Deletes:
			c := t.add(Cleanup, Delete, entryName(e), Entry{ID: e.ID}, entryFields(e, &state.Entry{})...)
			was := shown(e)
			c.Gated, c.Entry, c.Cause, c.Reason = true, &was, state.CauseSourceDeleted, "its source entry was deleted"
		default:
			t.countFinding(state.FindingSourceGone, label(e), state.CauseSourceDeleted, "their source entries were deleted (deletes: gated would offer to delete them)", e)
		}
	}
}

// links are the marked entries by their mark, which as a rule is one entry's.
type links struct {
	first  map[string]*state.Entry
	copies map[string][]*state.Entry
}

func (l links) add(e *state.Entry) {
	if l.first[e.Link] == nil {
		l.first[e.Link] = e
	} else {
		l.copies[e.Link] = append(l.copies[e.Link], e)
	}
}

func (l links) of(link string) []*state.Entry {
	if l.first[link] == nil {
		return nil
	}
	return append([]*state.Entry{l.first[link]}, l.copies[link]...)
}

// take returns the entries of a mark and forgets them.
func (l links) take(link string) []*state.Entry {
	all := l.of(link)
	delete(l.first, link)
	return all
}
