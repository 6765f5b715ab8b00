package clockify

import "iter"

// walk yields the rows of all pages and then an error, unless the list is proved complete.
//
// The end is proved by the Last-Page header; where there is none (clockify-api.md section 1,
// "Pagination") by a total; where there is neither by asking for what follows the last row. A short
// page alone proves nothing: the server may allow fewer rows than were asked for, or have cut it.
//
// That nothing moved while the pages were read is proved, where probe is set and there are several,
// by asking again for the two rows on both sides of the last page break: a row that was deleted
// before it would have pulled them, and have hidden one row from the reader.
func walk[T row](r request, size int, probe bool, fetch fetcher[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		w := walker[T]{r: r, size: size, probe: probe, fetch: fetch, seen: map[string]bool{}, total: -1}
		for n := 1; n <= maxPages; n++ {
			p, err := fetch(n, size)
			if err == nil {
				err = w.take(n, p)
			}
			if err != nil {
				yield(none, err)
				return
			}
			for _, row := range p.rows {
				if !yield(row, nil) {
					return
				}
			}
			done, err := w.end(n, p)
			if err != nil {
				yield(none, err)
				return
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

	// The last page break: rows before it, and the ids on both sides.
	cut           int
	before, after string
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
	if n > 1 && len(p.rows) > 0 {
		w.cut, w.before, w.after = len(w.seen), w.last, p.rows[0].rowID()
	}
	for _, row := range p.rows {
		id := row.rowID()
		if w.seen[id] {
			return incomplete(w.r, "page %d repeats a row", n)
		}
		w.seen[id], w.last = true, id
	}
	return nil
}

// end judges the list after page n.
func (w *walker[T]) end(n int, p page[T]) (done bool, err error) {
	rows, seen := len(p.rows), len(w.seen)
	short := rows < w.full || n == 1 && rows < w.size
	switch {
	case p.last != nil && *p.last, p.last == nil && w.total >= 0 && seen >= w.total:
		if w.total >= 0 && seen != w.total {
			return false, incomplete(w.r, "%d rows of %d", seen, w.total)
		}
		return true, w.unmoved()
	case p.last != nil && rows < w.full, p.last != nil && rows == 0:
		return false, incomplete(w.r, "page %d is short, and not the last", n)
	case p.last != nil:
		return false, nil
	case w.total >= 0 && rows == 0:
		return false, incomplete(w.r, "%d rows of %d", seen, w.total)
	case w.total >= 0:
		return false, nil
	case rows == 0:
		return true, w.unmoved()
	case !short || !w.probe:
		return false, nil
	}
	before, after, err := w.around(seen)
	switch {
	case err != nil:
		return false, err
	case before != w.last:
		return false, incomplete(w.r, "the rows moved while they were read")
	case after == "":
		return true, w.unmoved()
	case n > 1:
		return false, incomplete(w.r, "page %d is short, and not the last", n)
	}
	return false, nil // the server allows fewer rows than were asked for
}

// unmoved looks at the last page break again.
func (w *walker[T]) unmoved() error {
	if w.cut == 0 || !w.probe || w.total >= 0 {
		return nil // a total that stayed the same has proved it
	}
	before, after, err := w.around(w.cut)
	if err == nil && (before != w.before || after != w.after) {
		err = incomplete(w.r, "the rows moved while they were read")
	}
	return err
}

// around reads the ids of the rows number n and n+1, "" where there is none: both on one page, of
// the least size that does not divide n.
func (w *walker[T]) around(n int) (before, after string, err error) {
	size := 2
	for n%size == 0 {
		size++
	}
	p, err := w.fetch(n/size+1, size)
	if err != nil {
		return "", "", err
	}
	at := n % size
	if len(p.rows) > size {
		return "", "", incomplete(w.r, "the page size is ignored")
	}
	if at-1 < len(p.rows) {
		before = p.rows[at-1].rowID()
	}
	if at < len(p.rows) {
		after = p.rows[at].rowID()
	}
	return before, after, nil
}
