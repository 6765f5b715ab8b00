package plan

import (
	"cmp"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// follow mirrors by mark: whatever became of a source entry, the entry marked with it follows. Entries without a mark are
// somebody's own; one that is a twin of a source entry without a mirror is marked, which adopts it, and no other.
func (m *mirror) follow() {
	marked := marks{first: map[string]*state.Entry{}, copies: map[string][]*state.Entry{}}
	var loose []*state.Entry // without a mark
	for i := range m.have.Destination.Entries {
		e := &m.have.Destination.Entries[i]
		switch {
		case e.Link != "":
			marked.add(e)
		case m.ours(e):
			loose = append(loose, e)
		}
	}
	var single []*job // without a mirror
	jobs := make([]*job, len(m.jobs))
	for i := range m.jobs {
		jobs[i] = &m.jobs[i]
	}
	for _, j := range inOrder(jobs, wantOf) {
		all := marked.take(j.source.Link)
		inside := m.inside(j.source.Start)
		if len(all) == 0 {
			if inside {
				single = append(single, j)
			}
			continue
		}
		slices.SortFunc(all, func(a, b *state.Entry) int { return m.nearer(&j.want, a, b) })
		if inside || m.inside(all[0].Start) {
			m.update(j, all[0])
		}
		for _, e := range all[1:] {
			if m.inside(e.Start) {
				m.note(state.FindingNoSource, label(e), "copies of mirrored entries, with their mark; left as they are", e)
			}
		}
	}
	m.gone(marked)
	m.room(len(single) - len(loose))
	m.walk(single, loose, func(jobs []*job, twins []*state.Entry, equal []int) {
		for i, j := range jobs {
			m.create(j, equal[i])
		}
		for _, e := range twins {
			m.unexplained(e)
		}
	})
}

// nearer orders entries of one mark: those that read like what is wanted come first. The others are copies somebody made
// of it, for Clockify copies fields along.
func (m *mirror) nearer(want, a, b *state.Entry) int {
	far := func(e *state.Entry) int {
		return asNumber(slot(e, want) != 0) + asNumber(content(e, want) != 0) + 4*asNumber(!m.inside(e.Start))
	}
	return cmp.Or(far(a)-far(b), order(a, b))
}

// gone deals with marked entries of the window whose source entry is not there any more, or not under the client. marked
// are those that no job has taken.
func (m *mirror) gone(marked marks) {
	if len(marked.first) == 0 {
		return
	}
	elsewhere := set{}
	for i := range m.have.Source.Entries {
		if e := &m.have.Source.Entries[i]; e.OutOfScope {
			elsewhere[e.Link] = true
		} else {
			marked.take(e.Link) // it is there, and left out for a reason that has been told
		}
	}
	var gone []*state.Entry
	for link := range marked.first {
		for _, e := range marked.of(link) {
			if m.inside(e.Start) {
				gone = append(gone, e)
			}
		}
	}
	for _, e := range inOrder(gone, entryOf) {
		switch {
		case elsewhere[e.Link]:
			m.note(state.FindingSourceGone, label(e), "their source entries are now in projects this sync does not cover, or somebody else's; left as they are", e)
		case m.spec.Deletes:
			c := m.add(Cleanup, Delete, KindEntry, entryName(e), DeleteEntry{e.ID}, entryFields(e, &state.Entry{})...)
			c.Gated, c.Reason = true, "its source entry was deleted"
		default:
			m.note(state.FindingSourceGone, label(e), "their source entries were deleted (deletes: gated would offer to delete them)", e)
		}
	}
}

// marks are the marked entries by their mark, which as a rule is one entry's.
type marks struct {
	first  map[string]*state.Entry
	copies map[string][]*state.Entry
}

func (m marks) add(e *state.Entry) {
	if m.first[e.Link] == nil {
		m.first[e.Link] = e
	} else {
		m.copies[e.Link] = append(m.copies[e.Link], e)
	}
}

func (m marks) of(link string) []*state.Entry {
	if m.first[link] == nil {
		return nil
	}
	return append([]*state.Entry{m.first[link]}, m.copies[link]...)
}

// take returns the entries of a mark and forgets them.
func (m marks) take(link string) []*state.Entry {
	all := m.of(link)
	delete(m.first, link)
	return all
}
