package plan

import (
	"cmp"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// syncByLink mirrors by the link: whatever became of a source entry, the entry that holds its id follows. Entries without
// a link are somebody's own; one that is a twin of a source entry without a mirror is adopted by giving it the link. On
// the first linked run an edit that content tells is adopted too: the tool made those entries, when it had no link.
func (p *personPlanner) syncByLink() {
	linked := links{first: map[string]*state.Entry{}, copies: map[string][]*state.Entry{}}
	var unlinked []*state.Entry
	for i := range p.have.Destination.Entries {
		e := &p.have.Destination.Entries[i]
		switch {
		case p.place.surplus[e.ID]:
		case e.Link != "":
			linked.add(e)
		case p.candidate(e):
			unlinked = append(unlinked, e)
		}
	}
	pairs := make([]*pair, len(p.pairs))
	for i := range p.pairs {
		pairs[i] = &p.pairs[i]
	}
	var missing []*pair // without a mirror
	for _, want := range sortByEntry(pairs, wantOf) {
		if mirrors := linked.take(want.source.Link); len(mirrors) > 0 {
			p.updateMirror(want, mirrors)
		} else if p.inWindow(want.source.Start) {
			missing = append(missing, want)
		}
	}
	p.missingSources(linked)
	p.grow(len(missing) - len(unlinked))
	p.forEachSlot(missing, unlinked, func(left leftover) {
		if !p.dest.HasLink {
			p.editOrCreate(left)
			return
		}
		for _, want := range left.pairs {
			p.create(want)
		}
		p.unexplained = append(p.unexplained, left.twins...)
	})
}

// updateMirror updates the mirror of a source entry, the closest where copies were made of it.
func (p *personPlanner) updateMirror(want *pair, mirrors []*state.Entry) {
	slices.SortFunc(mirrors, func(a, b *state.Entry) int { return p.closer(&want.want, a, b) })
	if p.inWindow(want.source.Start) || p.inWindow(mirrors[0].Start) {
		p.update(want, mirrors[0])
	}
	for _, e := range mirrors[1:] {
		switch {
		case !p.inWindow(e.Start):
		case overlapsAny(e, mirrors[:1], sameProject):
			p.unexplained = append(p.unexplained, e)
		default:
			p.countFinding(state.FindingNoSource, label(e), state.CauseCopied, e)
		}
	}
}

// closer orders entries of one link: those that read like what is wanted come first. The others are copies somebody made
// of it, for Clockify copies fields along.
func (p *personPlanner) closer(want, a, b *state.Entry) int {
	distance := func(e *state.Entry) int {
		return boolInt(compareSlot(e, want) != 0) + boolInt(compareContent(e, want) != 0) + 4*boolInt(!p.inWindow(e.Start))
	}
	return cmp.Or(distance(a)-distance(b), compareEntries(a, b))
}

// missingSources deals with linked entries of the window whose source entry is not there any more, or not under the
// client. linked are those that no pair has taken.
func (p *personPlanner) missingSources(linked links) {
	if len(linked.first) == 0 {
		return
	}
	moved := set{}
	for i := range p.have.Source.Entries {
		if e := &p.have.Source.Entries[i]; e.OutOfScope {
			moved[e.Link] = true
		} else {
			linked.take(e.Link) // it is there, and left out for a reason that has been told
		}
	}
	var gone []*state.Entry
	for link := range linked.first {
		for _, e := range linked.of(link) {
			if p.inWindow(e.Start) {
				gone = append(gone, e)
			}
		}
	}
	for _, e := range sortByEntry(gone, entryOf) {
		switch {
		case moved[e.Link]:
			p.countFinding(state.FindingSourceGone, label(e), state.CauseSourceMoved, e)
		case p.spec.Deletes:
			c := p.add(Cleanup, Delete, e, Entry{ID: e.ID}, entryFields(e, &state.Entry{}))
			was := shown(e)
			c.Gated, c.Cause, c.Entry = true, state.CauseSourceDeleted, &was
		default:
			p.countFinding(state.FindingSourceGone, label(e), state.CauseSourceDeleted, e)
		}
	}
}

// links are the linked entries by their link, which as a rule is one entry's.
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

// take returns the entries of a link and forgets them.
func (l links) take(link string) []*state.Entry {
	all := l.of(link)
	delete(l.first, link)
	return all
}
