package provider

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// idTick is how long two entries that are made one after the other may have ids in the wrong order: ids begin with the
// second in which they were given. Of two runs at once the one that reads last has to see what the other made before.
const idTick = time.Second

// lostDelay is how long is waited where an answer was lost, so that other runs have taken back what they know to be their
// own.
const lostDelay = 5 * time.Second

// settleDelays are the waits between looks at a list that does not show what this run has just made. It shows what other
// runs made before no earlier than that (docs/clockify-api.md#lag).
var settleDelays = []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 15 * time.Second, 30 * time.Second}

// Reread reads again what Do may have changed, and returns the states as they are now: the source as it was read, and of
// the people that were written for the destination's entries. Lists may lag behind (docs/clockify-api.md#lag): what was
// written and is not in them as it was written is asked for by its id, and they are looked at until they show what this
// run made, a minute at most; what they do not show even then is marked as Unlisted. Entries of this run are marked as
// Made, and those that may be its own since an answer was lost: the planner takes back no more than there are too many.
// The words say what was looked at, for run.json.
func (t *Time) Reread(ctx context.Context) ([]state.TimeState, []string, error) {
	t.mu.Lock()
	r := &timeReader{Time: t, unmapped: map[string][]string{}, alike: map[string][]clockify.FieldValue{}, mine: map[*person]map[string]*written{}}
	for id, w := range t.written {
		if r.mine[w.person] == nil {
			r.mine[w.person] = map[string]*written{}
		}
		r.mine[w.person][id] = w
		w.stored = nil // once read it is good for this reading
	}
	wait := time.Duration(0)
	if !t.created.IsZero() {
		wait = idTick - t.Destination.Now().Sub(t.created)
	}
	if len(t.lost) > 0 {
		wait = max(wait, lostDelay, t.lag+idTick-t.Destination.Now().Sub(t.lostAt))
	}
	t.mu.Unlock()
	if wait > 0 {
		if err := t.Destination.Sleep(ctx, wait); err != nil {
			return nil, nil, err
		}
	}
	if err := r.provisioned(ctx); err != nil {
		return nil, nil, err
	}
	if err := r.settle(ctx); err != nil {
		return nil, nil, err
	}
	var looked []string
	if n := len(r.mine); n > 0 {
		looked = append(looked, text.Count(n, "person's", "people's")+" entries of the destination")
	}
	return t.states(), looked, nil
}

// settle reads the entries of those who were written for, of whom lags behind again and again.
func (r *timeReader) settle(ctx context.Context) error {
	behind, err := r.rereadAll(ctx, slices.Collect(maps.Keys(r.mine)))
	lagging := behind
	if len(lagging) > 0 {
		r.lag = max(r.lag, idTick)
	}
	for _, wait := range settleDelays {
		if err != nil || len(behind) == 0 {
			break
		}
		if err = r.Destination.Sleep(ctx, wait); err == nil {
			behind, err = r.rereadAll(ctx, behind)
		}
	}
	caught := slices.DeleteFunc(slices.Clone(lagging), func(p *person) bool { return slices.Contains(behind, p) })
	if err != nil || len(caught) == 0 {
		return err
	}
	if err := r.Destination.Sleep(ctx, idTick); err != nil { // what others made just before is now shown as well
		return err
	}
	_, err = r.rereadAll(ctx, caught)
	return err
}

// rereadAll reads people's destination entries again and returns those whose list lags behind.
func (r *timeReader) rereadAll(ctx context.Context, people []*person) (behind []*person, err error) {
	var mu sync.Mutex
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(r.Source.Workers)
	for _, p := range people {
		group.Go(func() error {
			lags, err := r.reread(gctx, p, r.mine[p])
			mu.Lock()
			defer mu.Unlock()
			if lags {
				behind = append(behind, p)
			}
			return err
		})
	}
	return behind, group.Wait()
}

// origin is what entries are made of: a source entry by its link, else a content.
type origin struct {
	link    string
	content contentKey
}

func originOf(w *written) origin {
	if w.entry.Link != "" {
		return origin{link: w.entry.Link}
	}
	return origin{content: keyOf(w.person.destination, w.body)}
}

func (t *Time) originOfRow(p *person, row clockify.TimeEntry) origin {
	if t.sync.Link || row.TimeInterval.End == nil {
		return origin{link: t.linkOf(row)}
	}
	return origin{content: contentKey{p.destination, row.ProjectID, row.Description, row.TimeInterval.Start.Unix(), row.TimeInterval.End.Unix()}}
}

// reread reads a person's destination entries again and reports whether the list lacks some that this run made.
func (r *timeReader) reread(ctx context.Context, p *person, mine map[string]*written) (lags bool, err error) {
	listed := map[string]bool{}
	keep := func(row clockify.TimeEntry) (state.Entry, bool) {
		w := mine[row.ID]
		listed[row.ID] = true
		if w != nil && (w.entry == nil || !r.equalsSent(row, w.entry, w.body)) {
			return state.Entry{}, false // as it was before it was written; it is asked for by its id
		}
		e, ok := r.fromDestination(row)
		e.Made = e.Made || w != nil && w.made || r.mayBeMade(p, row)
		return e, ok
	}
	entries, err := r.newest(ctx, p, len(p.have.Destination.Entries)+len(mine), keep)
	if err != nil {
		return false, err
	}
	shown := make(map[string]bool, len(entries))
	for i := range entries {
		shown[entries[i].ID] = true
	}
	for id, w := range mine {
		if shown[id] {
			continue
		}
		if w.stored == nil {
			row, err := r.Destination.Reader.TimeEntry(ctx, r.Destination.ID, id)
			switch {
			case clockify.IsStatus(err, 400, 404):
				row = clockify.TimeEntry{} // it is gone
			case err != nil:
				return false, wrap(r.of("look for an entry that was written"), err)
			}
			w.stored = &row
		}
		if e, ok := r.fromDestination(*w.stored); ok {
			e.Made, e.Unlisted = e.Made || w.made, w.made && !listed[id]
			lags = lags || e.Unlisted
			entries = append(entries, e)
		}
	}
	r.dst.rename(entries)
	p.have.Destination.Entries = entries
	return lags, nil
}

// newest reads a person's entries from the latest on, as far back as the sync looks: lists with a window are those that
// were seen to lag.
func (r *timeReader) newest(ctx context.Context, p *person, about int, keep func(clockify.TimeEntry) (state.Entry, bool)) ([]state.Entry, error) {
	query := clockify.EntriesQuery{Hydrated: r.sync.Link}
	if r.Destination.Now().Sub(r.to) < linkMargin { // else much lies between
		for _, size := range []int{1000, 200} {
			if about < size/2 {
				query.PageSize = size
			}
		}
	}
	return r.entriesOf(ctx, r.dst, "destination", p.destination, query, r.from.Add(-r.margin()), keep)
}

// mayBeMade reports whether an entry may be one that this run made and whose answer was lost: it came since, reads in everything
// as it was sent, and was there when it was looked for, or before it was made once more. What came after that is somebody
// else's, but where the list that was looked at lagged behind.
func (r *timeReader) mayBeMade(p *person, row clockify.TimeEntry) bool {
	lost := r.lost[r.originOfRow(p, row)]
	return lost != nil && !r.known[row.ID] && (lost.seen[row.ID] || row.ID < lost.again || r.lag > 0) &&
		slices.ContainsFunc(lost.sent, func(w *written) bool { return r.onlySent(row, w.entry, w.body) })
}

// provisioned adds what was made for the entries to the states.
func (r *timeReader) provisioned(ctx context.Context) error {
	if r.src.written.Load() {
		projects, err := clockify.All(func() seq[clockify.Project] {
			return r.Source.Reader.Projects(ctx, r.Source.ID, clockify.ProjectsQuery{ClientIDs: []string{r.sync.Source.ClientID}})
		})
		if err != nil {
			return wrap(r.of("list the source's projects"), err)
		}
		r.source.Projects = nil
		for _, p := range projects {
			if p.ClientID == r.sync.Source.ClientID && !p.Template {
				r.source.Projects = append(r.source.Projects, state.Project{Client: p.ClientName, Name: p.Name, Archived: p.Archived})
			}
		}
	}
	for _, p := range r.people {
		if r.src.written.Load() {
			p.have.Source.Projects = r.source.Projects
		}
		p.have.Destination.HasLink = p.have.Destination.HasLink || r.linkField() != ""
		p.have.Destination.Tags = r.dst.tagsKnown(p.have.Destination.Tags)
		for i := range p.have.Destination.Projects {
			to := &p.have.Destination.Projects[i]
			if id, err := r.dst.lookupID(idKey{"project", to.Client, to.Name}); err == nil {
				to.Tasks = r.dst.tasksTold(id)
			}
		}
	}
	return nil
}

// Made returns the ids of the entries that this run made.
func (t *Time) Made() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var ids []string
	for id, w := range t.written {
		if w.made && w.entry != nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
