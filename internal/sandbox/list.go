package sandbox

import (
	"net/http"
	"strconv"
	"strings"
)

// page answers a page of rows asked for with page and page-size on the query (#paging). header says whether
// this list carries Last-Page.
func page[T any](c *call, rows []T, most int, header bool, render func(T) any) reply {
	return pageOf(c, rows, c.number("page", 1), c.number("page-size", 50), most, header, render)
}

// pageOf cuts a page: 1-based, default 50 a page. More than the most is cut down to it without a word (#page-size).
func pageOf[T any](c *call, rows []T, number, size, most int, header bool, render func(T) any) reply {
	if c.bad != nil {
		return *c.bad
	}
	if number < 1 || size < 1 {
		return refuse("page and page-size must be greater than or equal to 1")
	}
	if c.sp != nil {
		q := c.sp.meta.Quirks
		if q.LargestPage > 0 {
			most = min(most, q.LargestPage)
		}
		if q.RefusesLargePages && size > most {
			return fail(400, 3000, "page-size must be less than or equal to "+strconv.Itoa(most))
		}
		if q.IgnoresPageSize {
			size = 50
		}
	}
	size = min(size, most)
	lo, hi := min((number-1)*size, len(rows)), min(number*size, len(rows))
	last := hi == len(rows)
	shown := rows[lo:hi]
	switch {
	case c.fault.kind == "short_page" && len(shown) > 0 && header:
		shown, last = shown[:len(shown)/2], false
	case c.fault.kind == "repeat_page" && number > 1 && lo > 0:
		shown, last = rows[max(0, lo-size):lo], false
	case c.fault.kind == "list_changes" && number > 1 && len(shown) > 0:
		shown = append([]T{rows[lo-1]}, shown[1:]...)
	case c.fault.kind == "no_last_page":
		header = false
	}
	out := make([]any, 0, len(shown))
	for _, r := range shown {
		out = append(out, render(r))
	}
	rep := ok(out)
	switch {
	case c.sp != nil && c.sp.meta.NoLastPage && header:
		rep.header = http.Header{"Total-Count": {strconv.Itoa(len(rows))}}
	case header:
		rep.header = http.Header{"Last-Page": {strconv.FormatBool(last)}}
	}
	return rep
}

// containsFold is how name and email filters compare; whether case counts is unknown [?].
func containsFold(s, part string) bool {
	if !ascii(s) || !ascii(part) {
		return strings.Contains(strings.ToLower(s), strings.ToLower(part))
	}
	for i := 0; i+len(part) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
