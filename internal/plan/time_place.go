package plan

import (
	"cmp"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// timePlace is one person's entries in one workspace, which several syncs may write: an entry there stands for one source
// entry, and for no second.
type timePlace struct {
	people  []*personPlanner // of one sync each, in the order of the config
	matched map[string]bool  // ids of destination entries that stand for source entries
	surplus map[string]bool  // ids of destination entries that are taken back
}

// timePlaces groups the people of all syncs by where they are written.
func timePlaces(planners []*timePlanner) []*timePlace {
	var places []*timePlace
	known := map[string]*timePlace{}
	for _, t := range planners {
		for _, p := range t.people {
			place := known[p.have.Place]
			if place == nil {
				place = &timePlace{matched: map[string]bool{}, surplus: map[string]bool{}}
				places = append(places, place)
				if p.have.Place != "" {
					known[p.have.Place] = place
				}
			}
			p.place = place
			place.people = append(place.people, p)
		}
	}
	return places
}

func (l *timePlace) compute() {
	for _, p := range l.people {
		if p.valid {
			p.takeBack()
		}
	}
	for _, p := range l.people {
		switch {
		case !p.valid, p.have.Missing != "", p.have.Unread != "":
		case p.spec.Link:
			p.syncByLink()
		default:
			p.syncByContent()
		}
	}
	for _, p := range l.people {
		p.explain()
	}
}

// takeBack plans to delete what this very run made and another run made too, at the same time. Of the entries of one
// content those stay that came first by Clockify's id, as many as the source entries of all syncs here ask for: every run
// reckons so, and none takes what another made. Where another sync of the config writes here and was not read, nobody can
// say how many are asked for.
func (p *personPlanner) takeBack() {
	if !p.alone {
		return
	}
	dest := p.have.Destination.Entries
	group := func(e *state.Entry) contentKey {
		if p.spec.Link {
			return contentKey{text: e.Link}
		}
		return contentOf(e)
	}
	made := map[contentKey]bool{} // no other content has anything to take back
	for i := range dest {
		if dest[i].Made {
			made[group(&dest[i])] = true
		}
	}
	if len(made) == 0 {
		return
	}
	asked := map[contentKey]int{}
	for _, other := range p.place.people {
		if p.spec.Link && other != p {
			continue
		}
		for i := range other.pairs {
			if want := &other.pairs[i].want; other.inWindow(want.Start) && made[group(want)] {
				asked[group(want)]++
			}
		}
	}
	there := map[contentKey][]*state.Entry{}
	for i := range dest {
		if e := &dest[i]; asked[group(e)] > 0 {
			there[group(e)] = append(there[group(e)], e)
		}
	}
	var surplus []*state.Entry
	for key, list := range there {
		slices.SortFunc(list, func(a, b *state.Entry) int { return cmp.Compare(a.ID, b.ID) })
		for _, e := range list[min(asked[key], len(list)):] {
			if e.Made {
				surplus = append(surplus, e)
			}
		}
	}
	for _, e := range sortByEntry(surplus, entryOf) {
		p.place.surplus[e.ID] = true
		p.add(Cleanup, Delete, e, Entry{ID: e.ID}, entryFields(e, &state.Entry{})).Cause = state.CauseDoubled
	}
}

// contentKey is what twins have in common.
type contentKey struct {
	project    projectKey
	start, end int64
	text       string
}

func contentOf(e *state.Entry) contentKey {
	return contentKey{projectKey{e.Client, e.Project}, e.Start.Unix(), e.End.Unix(), e.Description}
}

// explain tells which destination entries no source entry explains. What another sync of the config made is that sync's;
// where such a sync was not read, nobody can tell.
func (p *personPlanner) explain() {
	for i := range p.have.Destination.Entries {
		if e := &p.have.Destination.Entries[i]; e.Unlisted {
			p.countFinding(state.FindingCountedTwice, label(e), state.CauseUnlisted, e)
		}
	}
	if !p.alone {
		return
	}
	left := slices.DeleteFunc(p.unexplained, func(e *state.Entry) bool { return p.place.matched[e.ID] })
	if len(left) == 0 {
		return
	}
	created, mirrored := sortByStart(p.created), sortByStart(p.mirrored)
	there := map[contentKey]bool{}
	for _, e := range slices.Concat(created, mirrored) {
		there[contentOf(e)] = true
	}
	for _, e := range left {
		switch {
		case there[contentOf(e)]:
			p.countFinding(state.FindingCountedTwice, label(e), state.CauseTwice, e)
		case overlapsAny(e, created, readsLike):
			p.countFinding(state.FindingCountedTwice, label(e), state.CauseOldForm, e)
		case overlapsAny(e, mirrored, sameProject):
			p.countFinding(state.FindingCountedTwice, label(e), state.CauseOverlaps, e)
		default:
			p.countFinding(state.FindingNoSource, label(e), state.CauseUnmatched, e)
		}
	}
}
