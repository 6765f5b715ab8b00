package provider

import (
	"context"
	"slices"
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

// Reread reads again what Do may have changed, and returns the states as they are now: the source as it was read, and of
// the people that were written for the destination's entries. Lists may lag behind (docs/clockify-api.md#lag): what was
// written and is not in them as it was written is asked for by its id. Entries of this run
// are marked as Made, and where an answer was lost all that came since and read in everything as it was sent: the planner
// takes back no more than there are too many. What differs in anything may be somebody's own.
// The words say what was looked at, for run.json.
func (t *Time) Reread(ctx context.Context) ([]state.TimeState, []string, error) {
	t.mu.Lock()
	byPerson := map[*person]map[string]*written{}
	lost := map[origin]*written{} // where what came since may be what this run made
	for id, w := range t.written {
		if byPerson[w.person] == nil {
			byPerson[w.person] = map[string]*written{}
		}
		byPerson[w.person][id] = w
		if w.lost {
			lost[t.originOf(w)] = w
		}
	}
	wait := time.Duration(0)
	if !t.created.IsZero() {
		wait = idTick - t.Destination.Now().Sub(t.created)
	}
	if len(lost) > 0 {
		wait = max(wait, lostDelay)
	}
	t.mu.Unlock()
	if wait > 0 {
		if err := t.Destination.Sleep(ctx, wait); err != nil {
			return nil, nil, err
		}
	}
	r := &timeReader{Time: t, unmapped: map[string][]string{}, alike: map[string][]clockify.FieldValue{}}
	if err := r.provisioned(ctx); err != nil {
		return nil, nil, err
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(t.Source.Workers)
	for p, mine := range byPerson {
		group.Go(func() error { return r.reread(gctx, p, mine, lost) })
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	var looked []string
	if n := len(byPerson); n > 0 {
		looked = append(looked, text.Count(n, "person's", "people's")+" entries of the destination")
	}
	return t.states(), looked, nil
}

// origin is what entries are made of: a source entry by its link, else a content.
type origin struct {
	link    string
	content contentKey
}

func (t *Time) originOf(w *written) origin {
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

// reread reads a person's destination entries again.
func (r *timeReader) reread(ctx context.Context, p *person, mine map[string]*written, lost map[origin]*written) error {
	margin := tzMargin
	if r.sync.Link {
		margin = linkMargin
	}
	listed := map[string]bool{}
	keep := func(row clockify.TimeEntry) (state.Entry, bool) {
		w := mine[row.ID]
		if w != nil && (w.entry == nil || !r.equalsSent(row, w.entry, w.body)) {
			return state.Entry{}, false // as it was before it was written; it is asked for by its id
		}
		e, ok := r.fromDestination(row)
		e.Made = w != nil && w.made
		if sent := lost[r.originOfRow(p, row)]; sent != nil && !r.known[row.ID] {
			e.Made = e.Made || r.onlySent(row, sent.entry, sent.body)
		}
		listed[row.ID] = true
		return e, ok
	}
	entries, err := r.side(ctx, r.dst, "destination", p.destination, margin, keep)
	if err != nil {
		return err
	}
	for id, w := range mine {
		if listed[id] {
			continue
		}
		row, err := r.Destination.Reader.TimeEntry(ctx, r.Destination.ID, id)
		if clockify.IsStatus(err, 400, 404) {
			continue
		}
		if err != nil {
			return wrap(r.of("look for an entry that was written"), err)
		}
		if e, ok := r.fromDestination(row); ok {
			e.Made = w.made
			entries = append(entries, e)
		}
	}
	r.dst.rename(entries)
	p.have.Destination.Entries = entries
	return nil
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
