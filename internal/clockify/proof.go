package clockify

import (
	"errors"
	"iter"
)

// walk yields the rows of all pages and then an error, unless the list is proved complete.
//
// The end is proved by the Last-Page header; where there is none (docs/clockify-api.md#paging) by a
// total; where there is neither by asking for what follows the last row. A short page alone proves nothing: the server may allow fewer rows than were asked for, or have cut it.
//
// That nothing moved while the pages were read is proved, where probe is set, by asking again for
// the two rows on both sides of each page break: a row deleted before it would have pulled them, and
// have hidden one row from the reader. That is one small call for each page but the first.
func walk[T row](r request, size int, probe bool, fetch fetcher[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		w := walker[T]{r: r, size: size, probe: probe, fetch: fetch, seen: map[string]bool{}, total: -1}
		for n := 1; n <= maxPages; n++ {
			p, done, err := w.page(n)
			if err != nil {
				yield(none, err)
				return
			}
			for _, row := range p.rows {
				if !yield(row, nil) {
					return
				}
			}
			if done {
				return
			}
		}
		yield(none, incomplete(r, "no end after %d pages", maxPages))
	}
}

// walker is what is known of a list that is being read.
type walker[T row] struct {
	r     request
	size  int // asked for
	probe bool
	fetch fetcher[T]

	seen  map[string]bool
	total int    // as told; -1 if not
	full  int    // rows of the first page: of every page but the last
	last  string // id of the last row so far
	next  string // id of the row that must come next, if it was seen already
	more  bool   // the page before said that it was not the last

	// The page break before the present page: rows before it, and the ids on both sides.
	cut           int
	before, after string
}

// pageTries is how often a page is asked for that does not fit those before it. Mostly the answer was at fault; where the
// list itself has changed, all of it has to be read again; and so where the first page is in doubt.
const pageTries = 3

// page reads page n and judges the list after it.
func (w *walker[T]) page(n int) (p page[T], done bool, err error) {
	before := *w
	for try := 1; ; try++ {
		if p, err = w.fetch(n, w.size); err != nil {
			return p, false, err
		}
		if err = w.take(n, p); err == nil {
			if done, err = w.end(n, p); err != nil {
				for _, row := range p.rows {
					delete(w.seen, row.rowID())
				}
			}
		}
		if n == 1 || try == pageTries || !errors.Is(err, ErrIncomplete) {
			return p, done, err
		}
		*w = before
	}
}

// take adds a page, which may repeat nothing and must fit the pages before it.
func (w *walker[T]) take(n int, p page[T]) error {
	if n == 1 {
		w.full, w.total = len(p.rows), p.total
	}
	switch {
	case p.total != w.total:
		return incomplete(w.r, "the total changed from %d to %d", w.total, p.total)
	case len(p.rows) > w.full:
		return incomplete(w.r, "page %d has %d rows, the first had %d", n, len(p.rows), w.full)
	}
	first := ""
	if len(p.rows) > 0 {
		first = p.rows[0].rowID()
	}
	if w.next != "" && w.next != first {
		return incomplete(w.r, "page %d does not go on where page %d ended", n, n-1)
	}
	w.next, w.cut, w.before, w.after = "", len(w.seen), w.last, first
	for i, row := range p.rows {
		id := row.rowID()
		if w.seen[id] {
			for _, added := range p.rows[:i] {
				delete(w.seen, added.rowID())
			}
			return incomplete(w.r, "page %d repeats a row", n)
		}
		w.seen[id], w.last = true, id
	}
	return nil
}

// end judges the list after page n.
func (w *walker[T]) end(n int, p page[T]) (done bool, err error) {
	rows, seen := len(p.rows), len(w.seen)
	if err := w.unmoved(); err != nil {
		return false, err
	}
	if w.more && rows == 0 {
		return false, incomplete(w.r, "page %d says that more follows, and nothing does", n-1)
	}
	w.more = p.last != nil && !*p.last
	switch {
	case p.last != nil && *p.last, p.last == nil && w.total >= 0 && seen >= w.total:
		if w.total >= 0 && seen != w.total {
			return false, incomplete(w.r, "%d rows of %d", seen, w.total)
		}
		return true, nil
	case p.last != nil && (rows < w.full || rows == 0):
		return false, incomplete(w.r, "page %d is short, and not the last", n)
	case p.last == nil && w.total >= 0 && rows == 0:
		return false, incomplete(w.r, "%d rows of %d", seen, w.total)
	case p.last != nil, w.total >= 0:
		return false, nil
	case rows == 0:
		return true, nil
	case n == 1 && rows == w.size, n > 1 && rows == w.full, !w.probe:
		return false, nil
	}
	before, after, err := w.around(seen)
	switch {
	case err != nil:
		return false, err
	case before != w.last:
		return false, incomplete(w.r, "the rows moved while they were read")
	case after == "":
		return true, nil
	case n > 1:
		return false, incomplete(w.r, "page %d is short, and not the last", n)
	}
	w.next = after // the server may allow fewer rows than were asked for
	return false, nil
}

// unmoved looks at the last page break again, unless a total that stayed the same has proved it.
func (w *walker[T]) unmoved() error {
	if w.cut == 0 || !w.probe || w.total >= 0 {
		return nil
	}
	before, after, err := w.around(w.cut)
	if err == nil && (before != w.before || after != w.after) {
		err = incomplete(w.r, "the rows moved while they were read")
	}
	return err
}

// around reads the ids of the rows number n and n+1, "" where there is none: on one page if a size
// that the server allows does not divide n, else on two.
func (w *walker[T]) around(n int) (before, after string, err error) {
	for size := 2; size <= w.full; size++ {
		if n%size == 0 {
			continue
		}
		p, err := w.fetch(n/size+1, size)
		if err != nil {
			return "", "", err
		}
		return w.id(p, size, n%size-1), w.id(p, size, n%size), nil
	}
	p, err := w.fetch(n, 1)
	if err != nil {
		return "", "", err
	}
	next, err := w.fetch(n+1, 1)
	if err != nil {
		return "", "", err
	}
	return w.id(p, 1, 0), w.id(next, 1, 0), nil
}

// id of row i of a small page. One with more rows than asked for proves nothing.
func (w *walker[T]) id(p page[T], size, i int) string {
	switch {
	case len(p.rows) > size:
		return "page size ignored"
	case i >= len(p.rows):
		return ""
	}
	return p.rows[i].rowID()
}
