package clockify

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

const (
	bigPage  = 1000 // works in production (clockify-api.md section 8)
	maxPages = 10_000
)

// page is one answer of a paged list.
type page[T row] struct {
	rows  []T
	last  *bool // the Last-Page header; nil where there is none
	total int   // how many rows the whole list has; -1 where it is not told
}

// pages reads a list paged by query parameters.
func pages[T row](ctx context.Context, c *Client, r request, size int) iter.Seq2[T, error] {
	if size <= 0 {
		size = bigPage
	}
	return walk(r, func(n int) (page[T], error) {
		query := maps.Clone(r.query)
		if query == nil {
			query = url.Values{}
		}
		query.Set("page", strconv.Itoa(n))
		query.Set("page-size", strconv.Itoa(size))
		r := r
		r.query = query
		return fetch[T](ctx, c, r)
	})
}

// fetch sends r and reads one page with its headers.
func fetch[T row](ctx context.Context, c *Client, r request) (page[T], error) {
	p := page[T]{total: -1}
	err := c.do(ctx, r, func(h http.Header, body []byte) (err error) {
		p.rows, err = rows[T](body)
		p.last = nil
		if b, err := strconv.ParseBool(h.Get("Last-Page")); err == nil {
			p.last = &b
		}
		if n, err := strconv.Atoi(h.Get("Total-Count")); err == nil && n >= 0 {
			p.total = n
		}
		return err
	})
	return p, err
}

// walk yields the rows of all pages and then, unless the list was proved complete, an error. The
// proof is the Last-Page header; without it the total; without either an empty page, which costs
// one call more: a short page proves nothing, for the server may allow fewer rows than asked for.
func walk[T row](r request, fetch func(n int) (page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		seen := map[string]bool{}
		for n := 1; n <= maxPages; n++ {
			p, err := fetch(n)
			if err != nil {
				yield(none, err)
				return
			}
			for _, row := range p.rows {
				id := row.rowID()
				if seen[id] {
					yield(none, incomplete(r, "page %d repeats a row: the list changed while it was read, or is not paged", n))
					return
				}
				seen[id] = true
				if !yield(row, nil) {
					return
				}
			}
			done, doubt := p.end(len(seen))
			if doubt != "" {
				yield(none, incomplete(r, "page %d: %s", n, doubt))
				return
			}
			if done {
				return
			}
		}
		yield(none, incomplete(r, "no end after %d pages", maxPages))
	}
}

// end judges the list after this page, with so many rows seen in all.
func (p page[T]) end(seen int) (done bool, doubt string) {
	empty := len(p.rows) == 0
	switch {
	case p.last != nil && *p.last:
		return true, ""
	case p.last != nil && empty:
		return false, "empty, and not the last"
	case p.last != nil:
		return false, ""
	case p.total >= 0 && seen > p.total, p.total >= 0 && empty && seen < p.total:
		return false, fmt.Sprintf("%d rows of %d", seen, p.total)
	case p.total >= 0:
		return seen == p.total, ""
	}
	return empty, ""
}

// Collect reads a list to its end. On an error it returns no rows: part of a list is worse than none.
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for row, err := range seq {
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, nil
}

// All collects a list, and reads it again, twice at most, when it could not be proved complete:
// mostly it changed under the reader.
func All[T any](list func() iter.Seq2[T, error]) ([]T, error) {
	var err error
	for range 3 {
		var all []T
		if all, err = Collect(list()); !errors.Is(err, ErrIncomplete) {
			return all, err
		}
	}
	return nil, err
}

func incomplete(r request, format string, args ...any) error {
	path, _ := r.path()
	return fmt.Errorf("%s %s: %w: %s", r.method, path, ErrIncomplete, fmt.Sprintf(format, args...))
}
