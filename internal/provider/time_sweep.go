package provider

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
)

// sweepDelay is how long a reading waits for others that will want it too.
const sweepDelay = time.Second

// sweep is one reading of a person's newest entries for all changes that look for what they may have made: each would
// read the same rows. A change whose look begins while one is under way waits for the next, which reads what is there then.
type sweep struct {
	from time.Time // the earliest start that is looked for
	done chan struct{}
	rows []clockify.TimeEntry // that were not there before the run, and are none that it knows of
	err  error
}

// sweeps are a person's: the one under way, and the one that is to follow it.
type sweeps struct {
	making    *semaphore.Weighted // all of it is held by a reading that no create may disturb
	disturbed bool                // a reading was, so the list has several pages; guarded by reading
	reading   chanMutex
	next      *sweep
}

func (t *Time) sweepsOf(p *person) *sweeps {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sweeps[p] == nil {
		t.sweeps[p] = &sweeps{making: semaphore.NewWeighted(allOfContent), reading: newMutex()}
	}
	return t.sweeps[p]
}

// sweep returns the entries of a person that start at from or later and may be what an answer was lost of.
func (t *Time) sweep(ctx context.Context, p *person, from time.Time) ([]clockify.TimeEntry, error) {
	of := t.sweepsOf(p)
	t.mu.Lock()
	s, leads := of.next, of.next == nil
	if leads {
		s = &sweep{from: from, done: make(chan struct{})}
		of.next = s
	} else if from.Before(s.from) {
		s.from = from
	}
	t.mu.Unlock()
	if leads {
		t.runSweep(ctx, p, of, s)
	}
	<-s.done
	return s.rows, s.err
}

// runSweep reads. A list of several pages that creates of this run disturbed is read again while there are none.
func (t *Time) runSweep(ctx context.Context, p *person, of *sweeps, s *sweep) {
	of.reading.Lock()
	defer of.reading.Unlock()
	defer close(s.done)
	s.err = t.Destination.Sleep(ctx, sweepDelay)
	t.mu.Lock()
	of.next = nil // whoever comes now may look for what this one has passed already
	t.mu.Unlock()
	if s.err != nil {
		return
	}
	if !of.disturbed {
		if s.rows, s.err = t.freshRows(ctx, p, "", s.from); !errors.Is(s.err, clockify.ErrIncomplete) {
			return
		}
		of.disturbed = true
	}
	if s.err = of.making.Acquire(ctx, allOfContent); s.err != nil {
		return
	}
	defer of.making.Release(allOfContent)
	for try := 1; try == 1 || try <= 3 && errors.Is(s.err, clockify.ErrIncomplete); try++ { // others may add to it
		s.rows, s.err = t.freshRows(ctx, p, "", s.from)
	}
}

// freshRows returns a person's entries that were not there before and that no create of this run is known to have made,
// beside an error those that were read until then. The list begins with the latest start and is read no further than
// needed; without a window, for lists with one were seen to lag (docs/clockify-api.md#lag).
func (t *Time) freshRows(ctx context.Context, p *person, description string, from time.Time) ([]clockify.TimeEntry, error) {
	var rows []clockify.TimeEntry
	for row, err := range t.Destination.Writer.TimeEntries(ctx, t.Destination.ID, p.destination, clockify.EntriesQuery{Description: description}) {
		if err != nil {
			return rows, err
		}
		if row.TimeInterval.Start.Before(from.Add(-tzMargin)) {
			break
		}
		if t.fresh(row.ID) {
			rows = append(rows, row)
		}
	}
	return rows, nil
}
