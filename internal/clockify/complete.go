package clockify

import (
	"context"
	"errors"
)

// pageTries is how often a page is asked for that does not fit those before it. Mostly the answer was at fault. Where the
// list itself has changed, and where the first page is in doubt, all of it has to be read again (All).
const pageTries = 3

// pager reads a list page by page and proves that it is complete.
//
// The end is proved by the Last-Page header; where there is none (docs/clockify-api.md#paging) by a total; where there is
// neither by asking for what follows the last row. A short page alone proves nothing: the server may allow fewer rows than
// were asked for, or have cut it.
//
// That nothing moved while the pages were read is proved, where no total does, by asking again for the two rows on both
// sides of each page break: a row deleted before it would have pulled them, and have hidden one row from the reader. That
// is one small call for each page but the first.
type pager[T identified] struct {
	r     request
	size  int // rows of a page; those seen are a multiple of it
	fetch func(number, size int) (page[T], error)
	// refused is told that a page was too large.
	refused func(smaller int)

	seen  map[string]bool
	total int    // as told; -1 if not
	last  string // id of the last row so far
	next  string // id of the row that must come next, if it was seen already
	more  bool   // the page before said that it was not the last
}

// rows yields the rows of all pages and then an error, unless the list is proved complete.
func (p *pager[T]) rows(yield func(T, error) bool) {
	var none T
	p.seen, p.total = map[string]bool{}, -1
	for range maxPages {
		rows, done, err := p.read()
		if err != nil {
			yield(none, err)
			return
		}
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
		if done {
			return
		}
	}
	yield(none, incomplete(p.r, "no end after %d pages", maxPages))
}

// read reads the next page.
func (p *pager[T]) read() (rows []T, done bool, err error) {
	for try := 1; ; {
		got, err := p.fetch(p.number(), p.size)
		switch {
		case err == nil:
			done, err = p.accept(got)
			if err == nil {
				return got.rows, done, nil
			}
			if len(p.seen) == 0 || try == pageTries || !errors.Is(err, ErrIncomplete) {
				return nil, false, err
			}
			try++
		case !p.shrink(err):
			return nil, false, err
		}
	}
}

func (p *pager[T]) number() int { return len(p.seen)/p.size + 1 }

// shrink goes on with smaller pages where a large one is refused, or goes wrong again and again.
func (p *pager[T]) shrink(err error) bool {
	for _, size := range smallerPages {
		switch {
		case size >= p.size || len(p.seen)%size != 0:
		case IsStatus(err, 400) && len(p.seen) == 0 && size == smallerPages[0]:
			p.size = size
			p.refused(size)
			return true
		case ambiguous(err) && !errors.Is(err, context.Canceled):
			p.size = size
			return true
		}
	}
	return false
}

// accept adds a page, which must fit the pages before it, and judges whether the list ends with it. Nothing is added
// where it returns an error.
func (p *pager[T]) accept(got page[T]) (done bool, err error) {
	if err := p.fits(got); err != nil {
		return false, err
	}
	if err := p.unmoved(got); err != nil {
		return false, err
	}
	rows, last, next := len(got.rows), p.last, ""
	if rows > 0 {
		last = got.rows[rows-1].rowID()
	}
	first, short, count := len(p.seen) == 0, rows < p.size, len(p.seen)+rows
	switch {
	case rows == 0 && p.more:
		return false, incomplete(p.r, "page %d says that more follows, and nothing does", p.number()-1)
	case got.last != nil && *got.last, got.last == nil && got.total >= 0 && count >= got.total:
		if got.total >= 0 && count != got.total {
			return false, incomplete(p.r, "%d rows of %d", count, got.total)
		}
		done = true
	case rows == 0 && (got.last != nil || got.total >= 0):
		return false, incomplete(p.r, "%d rows, and more are said to follow", count)
	case rows == 0:
		done = true
	case got.last != nil || got.total >= 0:
		if short && !first {
			return false, incomplete(p.r, "page %d is short, and not the last", p.number())
		}
	case short:
		// No word about the end: ask for what follows.
		var before string
		before, next, err = p.around(count, got)
		switch {
		case err != nil:
			return false, err
		case before != last:
			return false, incomplete(p.r, "the rows moved while they were read")
		case next != "" && !first:
			return false, incomplete(p.r, "page %d is short, and not the last", p.number())
		}
		done = next == ""
	}
	if short && !done {
		p.size = rows // the server allows fewer rows than were asked for
	}
	for _, row := range got.rows {
		p.seen[row.rowID()] = true
	}
	p.total, p.last, p.next = got.total, last, next
	p.more = got.last != nil && !*got.last
	return done, nil
}

// fits checks a page by itself against those before it.
func (p *pager[T]) fits(got page[T]) error {
	switch {
	case len(p.seen) > 0 && got.total != p.total:
		return incomplete(p.r, "the total changed from %d to %d", p.total, got.total)
	case len(got.rows) > p.size:
		return incomplete(p.r, "page %d has %d rows, and %d were asked for", p.number(), len(got.rows), p.size)
	case p.next != "" && p.next != got.id(0):
		return incomplete(p.r, "page %d does not go on where page %d ended", p.number(), p.number()-1)
	}
	here := make(map[string]bool, len(got.rows))
	for _, row := range got.rows {
		id := row.rowID()
		if p.seen[id] || here[id] {
			return incomplete(p.r, "page %d repeats a row", p.number())
		}
		here[id] = true
	}
	return nil
}

// unmoved looks at the page break before a page again, unless a total that stayed the same proves it.
func (p *pager[T]) unmoved(got page[T]) error {
	if len(p.seen) == 0 || got.total >= 0 {
		return nil
	}
	before, after, err := p.around(len(p.seen), got)
	if err == nil && (before != p.last || after != got.id(0)) {
		err = incomplete(p.r, "the rows moved while they were read")
	}
	return err
}

// around reads the ids of the rows number n and n+1, "" where there is none: on one page of the smallest size that does
// not divide n, else on two. A server that ignores the size, and has too many rows there or none, is asked for its own
// pages.
func (p *pager[T]) around(n int, got page[T]) (before, after string, err error) {
	most := p.size
	if len(p.seen) == 0 {
		most = len(got.rows) // a first page that was cut shows what the server allows
	}
	small := 1
	for size := 2; size <= most; size++ {
		if n%size != 0 {
			small = size
			break
		}
	}
	before, after, err = p.at(n, small)
	if errors.Is(err, errSizeIgnored) || err == nil && before == "" && small < most {
		before, after, err = p.at(n, most)
	}
	return before, after, err
}

var errSizeIgnored = errors.New("the page size is ignored")

// at reads the ids of the rows number n and n+1 from pages of a size.
func (p *pager[T]) at(n, size int) (before, after string, err error) {
	number, i := (n-1)/size+1, (n-1)%size
	got, err := p.fetch(number, size)
	if err != nil {
		return "", "", err
	}
	if len(got.rows) > size {
		return "", "", incomplete(p.r, "%w", errSizeIgnored)
	}
	if before = got.id(i); i+1 < size {
		return before, got.id(i + 1), nil
	}
	got, err = p.fetch(number+1, size)
	return before, got.id(0), err
}
