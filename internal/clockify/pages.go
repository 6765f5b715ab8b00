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
	bigPage  = 1000 // works in production (docs/clockify-api.md#page-size)
	maxPages = 10_000
)

// page is one answer of a paged list.
type page[T row] struct {
	rows  []T
	last  *bool // the Last-Page header; nil where there is none
	total int   // how many rows the whole list has; -1 where it is not told
}

// fetcher reads page n, counted from 1, of pages with size rows.
type fetcher[T row] func(n, size int) (page[T], error)

// pages reads a list paged by query parameters. It yields an error unless the list is proved
// complete.
func pages[T row](ctx context.Context, c *Client, r request, size int) iter.Seq2[T, error] {
	if size <= 0 {
		size = bigPage
	}
	return walk(r, size, true, func(n, size int) (page[T], error) {
		query := url.Values{"page": {strconv.Itoa(n)}, "page-size": {strconv.Itoa(size)}}
		maps.Copy(query, r.query)
		r := r
		r.query = query
		return fetch[T](ctx, c, r)
	})
}

// fetch sends r and reads one page with its headers.
func fetch[T row](ctx context.Context, c *Client, r request) (page[T], error) {
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
