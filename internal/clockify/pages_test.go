package clockify

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// lister serves a paged list of tags, with the faults of a real one.
type lister struct {
	ids    []string
	clamp  int                                          // most rows of a page; 0: no limit
	last   bool                                         // sends Last-Page
	total  bool                                         // sends Total-Count
	ignore bool                                         // ignores page and page-size
	fixed  int                                          // ignores page-size: rows of a page, whatever is asked for
	refuse int                                          // 400 to pages of more rows; 0: none
	breaks int                                          // 502 to pages of more rows; 0: none
	before func(l *lister, call int)                    // changes the list before a call, counted from 1
	after  func(call int, rows []string) []string       // changes the rows of an answer
	header func(call int, h http.Header, rows []string) // changes its headers
	calls  int
}

func (l *lister) RoundTrip(req *http.Request) (*http.Response, error) {
	l.calls++
	if l.before != nil {
		l.before(l, l.calls)
	}
	n, _ := strconv.Atoi(req.URL.Query().Get("page"))
	size, _ := strconv.Atoi(req.URL.Query().Get("page-size"))
	switch {
	case l.refuse > 0 && size > l.refuse:
		return says(400, `{"message":"page size","code":3000}`)()
	case l.breaks > 0 && size > l.breaks:
		return says(502, "")()
	case l.fixed > 0:
		size = l.fixed
	}
	if l.clamp > 0 {
		size = min(size, l.clamp)
	}
	from, to := min((n-1)*size, len(l.ids)), min(n*size, len(l.ids))
	if l.ignore {
		from, to = 0, len(l.ids)
	}
	rows := append([]string{}, l.ids[from:to]...)
	if l.after != nil {
		rows = l.after(l.calls, rows)
	}
	h := http.Header{}
	if l.last {
		h.Set("Last-Page", strconv.FormatBool(to == len(l.ids)))
	}
	if l.total {
		h.Set("Total-Count", strconv.Itoa(len(l.ids)))
	}
	if l.header != nil {
		l.header(l.calls, h, rows)
	}
	type object struct {
		ID string `json:"id"`
	}
	out := []object{}
	for _, id := range rows {
		out = append(out, object{id})
	}
	body, _ := json.Marshal(out)
	resp, err := says(200, string(body))()
	resp.Header = h
	return resp, err
}

func ids(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("t%03d", i)
	}
	return out
}

func TestPagesProof(t *testing.T) {
	t.Parallel()
	deleteFirst := func(l *lister, call int) {
		if call == 2 {
			l.ids = l.ids[1:]
		}
	}
	insertFirst := func(l *lister, call int) {
		if call == 2 {
			l.ids = append([]string{"new"}, l.ids...)
		}
	}
	shortFirst := func(call int, rows []string) []string {
		if call == 1 {
			return rows[:len(rows)/2]
		}
		return rows
	}
	cases := []struct {
		name  string
		list  lister
		whole bool
		calls int
	}{
		// page size 10 throughout
		{"one page", lister{ids: ids(7), last: true}, true, 1},
		{"empty", lister{last: true}, true, 1},
		{"pages", lister{ids: ids(25), last: true}, true, 5},
		{"pages, the last one full", lister{ids: ids(20), last: true}, true, 3},
		{"smaller pages than asked for", lister{ids: ids(25), last: true, clamp: 4}, true, 15},
		{"no header: a short page", lister{ids: ids(7)}, true, 2},
		{"no header: one full page", lister{ids: ids(10)}, true, 3},
		{"no header: empty", lister{}, true, 1},
		{"no header: pages", lister{ids: ids(25)}, true, 6},
		{"no header: smaller pages", lister{ids: ids(9), clamp: 4}, true, 7},
		{"no header: total", lister{ids: ids(25), total: true}, true, 3},
		{"no header: total of one", lister{ids: ids(7), total: true}, true, 1},
		{"header lost on one page", lister{ids: ids(25), last: true, header: func(n int, h http.Header, _ []string) {
			if n == 2 {
				h.Del("Last-Page")
			}
		}}, true, 5},

		{"not paged", lister{ids: ids(25), ignore: true}, false, 1},
		{"not paged, fewer than a page", lister{ids: ids(7), ignore: true}, false, 7},
		{"a row deleted between pages", lister{ids: ids(25), last: true, before: deleteFirst}, false, 7},
		{"a row deleted, no header", lister{ids: ids(25), before: deleteFirst}, false, 7},
		{"a row deleted, total", lister{ids: ids(25), total: true, before: deleteFirst}, false, 4},
		{"a row inserted between pages", lister{ids: ids(25), last: true, before: insertFirst}, false, 4},
		{"short first page of many", lister{ids: ids(25), last: true, after: shortFirst}, true, 9},
		{"short first page of two", lister{ids: ids(14), last: true, after: shortFirst}, true, 5},
		{"short only page", lister{ids: ids(8), after: shortFirst}, true, 6},
		{"short only page that is not the last", lister{ids: ids(8), last: true, after: shortFirst, header: func(n int, h http.Header, _ []string) {
			if n == 1 {
				h.Set("Last-Page", "false")
			}
		}}, true, 3},
		{"short page, total", lister{ids: ids(25), total: true, after: shortFirst}, true, 5},
		{"short middle page", lister{ids: ids(35), last: true, after: func(n int, rows []string) []string {
			if n == 2 {
				return rows[:6]
			}
			return rows
		}}, true, 9},
		{"short last page, total", lister{ids: ids(15), last: true, total: true, after: func(n int, rows []string) []string {
			if n == 2 {
				return rows[:3]
			}
			return rows
		}}, true, 3},
		{"a page repeats", lister{ids: ids(25), last: true, after: func(n int, rows []string) []string {
			if n == 2 {
				return ids(10)
			}
			return rows
		}}, true, 6},
		{"empty, and not the last", lister{ids: ids(25), last: true, after: func(n int, rows []string) []string {
			if n == 2 {
				return nil
			}
			return rows
		}}, true, 7},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			l := tc.list
			c := client(t, &l)
			r := get("workspaces", "w", "tags")
			tags, err := Collect(pages[Tag](t.Context(), c, r, 10))
			if !tc.whole {
				if !errors.Is(err, ErrIncomplete) || tags != nil {
					t.Errorf("%d rows, error %v, want %v", len(tags), err, ErrIncomplete)
				}
			} else {
				var got []string
				for _, tag := range tags {
					got = append(got, tag.ID)
				}
				want := tc.list.ids
				if err != nil {
					t.Errorf("error %v", err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("rows (-want +got):\n%s", diff)
				}
			}
			if l.calls != tc.calls {
				t.Errorf("calls %d, want %d", l.calls, tc.calls)
			}
		})
	}
}

// TestPageSizes: whatever a server makes of a page of 5,000, the list is whole and proved to be.
func TestPageSizes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		list  lister
		calls int
	}{
		{"5,000 given", lister{ids: ids(5000), last: true}, 1},
		{"5,000 given, two pages", lister{ids: ids(5001), last: true}, 3},
		{"5,000 refused", lister{ids: ids(900), last: true, refuse: 1000}, 2},
		{"5,000 refused, pages of 1,000", lister{ids: ids(2500), last: true, refuse: 1000}, 6},
		{"cut to 1,000", lister{ids: ids(2500), last: true, clamp: 1000}, 5},
		{"cut to 200", lister{ids: ids(450), last: true, clamp: 200}, 5},
		{"cut to 200, no header", lister{ids: ids(450), clamp: 200}, 7},
		{"the size ignored", lister{ids: ids(120), last: true, fixed: 50}, 9},
		{"the size ignored, no header", lister{ids: ids(120), fixed: 50}, 14},
		{"the size ignored, total", lister{ids: ids(120), total: true, fixed: 50}, 3},
		{"large pages break", lister{ids: ids(900), last: true, breaks: 1000}, 3},
		{"pages of 1,000 break too", lister{ids: ids(300), last: true, breaks: 200}, 7},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := tc.list
				c := client(t, &l)
				tags, err := Collect(c.Tags(t.Context(), "w"))
				if err != nil || len(tags) != len(l.ids) || l.calls != tc.calls {
					t.Errorf("%d rows of %d, %d calls, want %d, error %v", len(tags), len(l.ids), l.calls, tc.calls, err)
				}
				// What was refused is not asked for again.
				if before := l.calls; l.refuse > 0 {
					if _, err := Collect(c.Tags(t.Context(), "w")); err != nil || l.calls != 2*before-1 {
						t.Errorf("%d calls for the second list, want %d, error %v", l.calls-before, before-1, err)
					}
				}
			})
		})
	}
}

func TestEndlessList(t *testing.T) {
	t.Parallel()
	s := &server{answer: func(_ int, req *http.Request) (*http.Response, error) {
		n, _ := strconv.Atoi(req.URL.Query().Get("page"))
		size, _ := strconv.Atoi(req.URL.Query().Get("page-size"))
		var rows []string
		for i := range size {
			rows = append(rows, fmt.Sprintf(`{"id":"%d"}`, (n-1)*size+i))
		}
		return says(200, "["+strings.Join(rows, ",")+"]", "Last-Page", "false")()
	}}
	r := get("workspaces", "w", "tags")
	_, err := Collect(pages[Tag](t.Context(), client(t, s), r, 3))
	if !errors.Is(err, ErrIncomplete) || len(s.got) < maxPages {
		t.Errorf("calls %d, error %v", len(s.got), err)
	}
}

func TestAllReadsAgain(t *testing.T) {
	t.Parallel()
	l := &lister{ids: ids(12500), last: true, before: func(l *lister, call int) {
		if call == 2 {
			l.ids = l.ids[1:]
		}
	}}
	c := client(t, l)
	tags, err := All(func() iter.Seq2[Tag, error] { return c.Tags(t.Context(), "w") })
	if err != nil || len(tags) != 12499 || l.calls != 12 {
		t.Errorf("%d rows, %d calls, error %v", len(tags), l.calls, err)
	}
}

func TestBreakingOffAListReadsNoMore(t *testing.T) {
	t.Parallel()
	l := &lister{ids: ids(12500), last: true}
	for _, err := range client(t, l).Tags(t.Context(), "w") {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if l.calls != 1 {
		t.Errorf("calls %d, want 1", l.calls)
	}
}

func TestDetailedReportPages(t *testing.T) {
	t.Parallel()
	entry := func(id string) string {
		return `{"_id":"` + id + `","timeInterval":{"start":"2026-03-01T10:00:00+02:00","end":null,"duration":60}}`
	}
	answer := func(totals string, key string, ids ...string) func() (*http.Response, error) {
		var rows []string
		for _, id := range ids {
			rows = append(rows, entry(id))
		}
		return says(200, `{"totals":`+totals+`,"`+key+`":[`+strings.Join(rows, ",")+`]}`)
	}
	two := `[{"entriesCount":3}]`
	cases := []struct {
		name    string
		answers answers
		rows    int
		calls   int
		err     error
	}{
		{"total", answers{answer(two, "timeentries", "a", "b"), answer(two, "timeentries", "c")}, 3, 2, nil},
		{"the other key", answers{answer(two, "timeEntries", "a", "b", "c")}, 3, 1, nil},
		{"fewer than the total", answers{answer(two, "timeentries", "a", "b"), answer(two, "timeentries")}, 0, 4, ErrIncomplete},
		{"more than the total", answers{answer(two, "timeentries", "a", "b", "c", "d")}, 0, 1, ErrIncomplete},
		{"nothing, no totals", answers{answer(`[null]`, "timeentries")}, 0, 1, nil},
		{"no entries key", answers{says(200, `{"totals":[]}`), answer(two, "timeentries", "a", "b", "c")}, 3, 2, nil},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := script(tc.answers...)
			got, err := Collect(client(t, s).DetailedReport(t.Context(), "w", ReportQuery{}))
			if !errors.Is(err, tc.err) || len(got) != tc.rows || len(s.got) != tc.calls {
				t.Errorf("%d rows, %d calls, error %v", len(got), len(s.got), err)
			}
		})
	}
}
