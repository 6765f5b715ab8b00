package sandbox

import (
	"cmp"
	"slices"
	"sort"
	"time"
)

// grant adds a role; held and on follow.
func (sp *workspace) grant(g Grant) {
	sp.roles = append(sp.roles, g)
	sp.held[g.UserID] = append(sp.held[g.UserID], g)
	if g.EntityID != "" {
		sp.on[g.EntityID] = append(sp.on[g.EntityID], g)
	}
}

// revoke takes the roles away that match, and says how many there were.
func (sp *workspace) revoke(holder string, match func(Grant) bool) int {
	n := 0
	for _, g := range sp.held[holder] {
		if !match(g) {
			continue
		}
		n++
		if g.EntityID != "" {
			sp.on[g.EntityID] = slices.DeleteFunc(sp.on[g.EntityID], func(o Grant) bool { return o == g })
		}
	}
	if n > 0 {
		sp.held[holder] = slices.DeleteFunc(sp.held[holder], match)
		sp.roles = slices.DeleteFunc(sp.roles, func(g Grant) bool { return g.UserID == holder && match(g) })
	}
	return n
}

// newestFirst orders entries as the list does (#entries-of-a-person): newest start first.
func newestFirst(a, b *Entry) int {
	return cmp.Or(b.Start.Compare(a.Start), cmp.Compare(b.ID, a.ID))
}

func insertEntry(list []*Entry, e *Entry) []*Entry {
	i, _ := slices.BinarySearchFunc(list, e, newestFirst)
	return slices.Insert(list, i, e)
}

func removeEntry(list []*Entry, e *Entry) []*Entry {
	if i, ok := slices.BinarySearchFunc(list, e, newestFirst); ok {
		return slices.Delete(list, i, i+1)
	}
	return list
}

// putEntry stores an entry, new or changed.
func (sp *workspace) putEntry(e *Entry) {
	if old := sp.entries.get(e.ID); old != nil {
		sp.timeline = removeEntry(sp.timeline, old)
		sp.byUser[old.UserID] = removeEntry(sp.byUser[old.UserID], old)
	}
	sp.entries.put(e.ID, e)
	sp.timeline = insertEntry(sp.timeline, e)
	sp.byUser[e.UserID] = insertEntry(sp.byUser[e.UserID], e)
}

func (sp *workspace) delEntry(e *Entry) {
	sp.entries.del(e.ID, entryID)
	sp.timeline = removeEntry(sp.timeline, e)
	sp.byUser[e.UserID] = removeEntry(sp.byUser[e.UserID], e)
}

// between cuts a newest-first list to the entries that start in [from, to]; a zero time is no bound.
func between(list []*Entry, from, to time.Time) []*Entry {
	lo, hi := 0, len(list)
	if !to.IsZero() {
		lo = sort.Search(len(list), func(i int) bool { return !list[i].Start.After(to) })
	}
	if !from.IsZero() {
		hi = sort.Search(len(list), func(i int) bool { return list[i].Start.Before(from) })
	}
	return list[lo:max(lo, hi)]
}
