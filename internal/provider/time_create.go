package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// contentKey is what equal entries of a person have in common.
type contentKey struct {
	user, project, description string
	start, end                 int64
}

func keyOf(user string, b clockify.EntryBody) contentKey {
	return contentKey{user, b.ProjectID, b.Description, b.Start.Unix(), b.End.Unix()}
}

// content is shared by the equal entries that are being made. They do not wait for each other; who has to look whether
// one was made waits until no other is under way, so that what is found is nobody else's.
type content struct {
	sem   *semaphore.Weighted
	users int
}

const allOfContent = 1 << 20

// written is a destination entry that this run wrote.
type written struct {
	person *person
	entry  *state.Entry // how it ought to read; nil: deleted
	body   clockify.EntryBody
	made   bool                // created, not changed
	stored *clockify.TimeEntry // as it was read by its id; without an id: it is gone
}

// lostAnswers is what is known of creates of one origin whose answers were lost.
type lostAnswers struct {
	sent  []*written
	first time.Time       // when the first was lost
	seen  map[string]bool // ids of entries that were there when they were looked for, and may be theirs
	again string          // the last id of those that were made once more
}

// lookDelays are the waits before a new entry whose answer was lost is looked for. A list may lag behind a write
// (docs/clockify-api.md#lag): that it is not there is believed the last time alone.
var lookDelays = []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second}

// createEntry makes an entry. Nothing in Clockify looks for duplicates, so when an answer was lost the destination is
// searched before the entry is made again: for its link, or for one of its content that was not there before and that no
// other create of this run has made.
func (t *Time) createEntry(ctx context.Context, p *person, a plan.Entry) error {
	b, err := t.body(a.Entry, nil)
	if err != nil {
		return err
	}
	key := keyOf(p.destination, b)
	c := t.share(key)
	defer t.unshare(key)
	w := &written{person: p, entry: a.Entry, body: b}
	for try := 1; ; try++ {
		row, err := t.createOnce(ctx, c, w)
		if err == nil {
			return t.verifyStored(row, a.Entry, b)
		}
		if !errors.Is(err, clockify.ErrUncertain) {
			return err
		}
		t.lose(w)
		there, lookErr := t.look(ctx, c, w)
		switch {
		case lookErr != nil:
			return fmt.Errorf("%w; %w: %w", err, plan.ErrUnknown, lookErr)
		case there:
			return nil
		case try == maxAttempts || ctx.Err() != nil:
			return err
		}
	}
}

// createOnce makes the entry while no equal one is looked for.
func (t *Time) createOnce(ctx context.Context, c *content, w *written) (clockify.TimeEntry, error) {
	if err := c.sem.Acquire(ctx, 1); err != nil {
		return clockify.TimeEntry{}, err
	}
	defer c.sem.Release(1)
	making := t.sweepsOf(w.person).making
	if err := making.Acquire(ctx, 1); err != nil {
		return clockify.TimeEntry{}, err
	}
	defer making.Release(1)
	row, err := t.Destination.Writer.CreateTimeEntry(ctx, t.Destination.ID, w.person.destination, w.body)
	if err == nil {
		t.record(row.ID, &written{person: w.person, entry: w.entry, body: w.body, made: true})
	}
	return row, err
}

// lose notes that the answer to a create was lost.
func (t *Time) lose(w *written) {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := originOf(w)
	t.lostAt = t.Destination.Now()
	if t.lost[of] == nil {
		t.lost[of] = &lostAnswers{seen: map[string]bool{}, first: t.lostAt}
	}
	if lost := t.lost[of]; !slices.Contains(lost.sent, w) {
		lost.sent = append(lost.sent, w)
	}
}

// look searches the destination for an entry that may have been made, without a window: lists with one were seen to lag.
func (t *Time) look(ctx context.Context, c *content, w *written) (bool, error) {
	if err := c.sem.Acquire(ctx, allOfContent); err != nil {
		return false, err
	}
	defer c.sem.Release(allOfContent)
	for i, wait := range lookDelays {
		if wait > 0 {
			if err := t.Destination.Sleep(ctx, wait); err != nil {
				return false, err
			}
		}
		var rows []clockify.TimeEntry
		var err error
		if i < len(lookDelays)-1 {
			rows, err = t.freshRows(ctx, w.person, w.body.Description, w.body.Start)
		} else { // the filter may not find every text
			rows, err = t.sweep(ctx, w.person, w.body.Start)
		}
		id, same := t.find(rows, w)
		switch {
		case id != "": // one that differs may be somebody's own, and is never taken back
			if i > 0 {
				t.late(w)
			}
			t.record(id, &written{person: w.person, entry: w.entry, body: w.body, made: same})
			return true, nil
		case err == nil:
		case i == len(lookDelays)-1, ctx.Err() != nil, clockify.Exhausted(err):
			return false, err
		} // others may add to the list while it is read
	}
	return false, nil
}

// late notes that an entry was not found at once.
func (t *Time) late(w *written) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lag = max(t.lag, t.Destination.Now().Sub(t.lost[originOf(w)].first))
}

// find returns the id of an entry that no other create of this run has made, the last of several: what else came since is
// another run's. One that reads in everything as it was sent (same) goes before others.
func (t *Time) find(rows []clockify.TimeEntry, w *written) (found string, same bool) {
	for _, row := range rows {
		is := sameContent(row, w.body)
		if w.entry.Link != "" {
			is = t.linkOf(row) == w.entry.Link
		}
		if !is || !t.fresh(row.ID) {
			continue
		}
		equal := t.onlySent(row, w.entry, w.body)
		if equal {
			t.sight(row.ID, w)
		}
		if equal && !same || equal == same && row.ID > found {
			found, same = row.ID, equal
		}
	}
	return found, same
}

// fresh reports whether an entry was not there before and no other create of this run has made it.
func (t *Time) fresh(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.known[id] && t.written[id] == nil
}

// sight notes that an entry was there when one was looked for that it may be.
func (t *Time) sight(id string, w *written) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lost[originOf(w)].seen[id] = true
}

// record notes what was written.
func (t *Time) record(id string, w *written) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if before := t.written[id]; before != nil {
		w.made = w.made || before.made
	}
	t.written[id] = w
	if w.made && w.entry != nil {
		if lost := t.lost[originOf(w)]; lost != nil {
			lost.again = max(lost.again, id)
		}
		if t.ids == nil {
			t.ids = map[*state.Entry]string{}
		}
		t.ids[w.entry] = id
	}
	if w.made && t.Destination.Now != nil {
		t.created = t.Destination.Now()
	}
}

// madeID is the id of the entry that was made for this one; empty: none was.
func (t *Time) madeID(e *state.Entry) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ids[e]
}

// share returns what equal entries share while at least one of them is being made.
func (t *Time) share(key contentKey) *content {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.contents[key]
	if c == nil {
		c = &content{sem: semaphore.NewWeighted(allOfContent)}
		t.contents[key] = c
	}
	c.users++
	return c
}

func (t *Time) unshare(key contentKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.contents[key]; c.users > 1 {
		c.users--
	} else {
		delete(t.contents, key)
	}
}
