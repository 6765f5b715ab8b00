package clockify

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

const (
	largestPage = 5000 // docs/clockify-api.md#page-size
	reportPage  = 1000
	maxPages    = 10_000
)

// smallerPages are the sizes to go on with where larger ones are refused or go wrong. Each divides those before it.
var smallerPages = []int{1000, 200}

// page is one answer of a paged list.
type page[T identified] struct {
	rows  []T
	last  *bool // the Last-Page header; nil where there is none
	total int   // how many rows the whole list has; -1 where it is not told
}

// id of row i, "" where there is none.
func (p page[T]) id(i int) string {
	if i < len(p.rows) {
		return p.rows[i].rowID()
	}
	return ""
}

// pages reads a list paged by query parameters. It yields an error unless the list is proved
// complete.
func pages[T identified](ctx context.Context, c *Client, r request, size int) iter.Seq2[T, error] {
	if size <= 0 {
		size = int(c.pageSize.Load())
	}
	return list(r, size, c.smaller, func(r request, n, size int) (page[T], error) {
		query := url.Values{"page": {strconv.Itoa(n)}, "page-size": {strconv.Itoa(size)}}
		maps.Copy(query, r.query)
		r.query = query
		return fetch[T](ctx, c, r)
	})
}

// list reads a list of pages, each of which fetch asks for.
func list[T identified](r request, size int, refused func(int), fetch func(r request, n, size int) (page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		p := pager[T]{r: r, size: size, refused: refused, fetch: func(n, size int) (page[T], error) {
			r := r
			r.large = size > smallerPages[len(smallerPages)-1]
			return fetch(r, n, size)
		}}
		p.rows(yield)
	}
}

// smaller has all lists begin with smaller pages, once a server has refused larger ones.
func (c *Client) smaller(size int) { c.pageSize.Store(min(c.pageSize.Load(), int64(size))) }

// fetch sends r and reads one page with its headers.
func fetch[T identified](ctx context.Context, c *Client, r request) (page[T], error) {
	var p page[T]
	err := c.do(ctx, r, func(h http.Header, body []byte) (err error) {
		p = page[T]{total: -1}
		p.rows, err = rows[T](body)
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

// Collect reads a list to its end. On an error it returns no rows: part of a list is worse than none.
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	// In pieces, which a long list is put together from once: growing it would leave a multiple of it to collect.
	var full [][]T
	var piece []T
	for row, err := range seq {
		if err != nil {
			return nil, err
		}
		if len(piece) == largestPage {
			full, piece = append(full, piece), make([]T, 0, largestPage)
		}
		piece = append(piece, row)
	}
	if len(full) == 0 {
		return piece, nil
	}
	return slices.Concat(append(full, piece)...), nil
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
	return fmt.Errorf("%s %s: %w: "+format, append([]any{r.method, path, ErrIncomplete}, args...)...)
}
