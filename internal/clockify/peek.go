package clockify

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// Peek is the first page of a list as it came: how a server pages, and not what the list holds.
type Peek[T any] struct {
	Rows  []T
	Last  *bool // the Last-Page header; nil where there is none
	Total int   // as told by Total-Count; -1 where it is not
}

// PeekUsers reads one page of the people of a workspace, with memberships and roles.
func (c *Client) PeekUsers(ctx context.Context, ws string, size int) (Peek[User], error) {
	r := get("workspaces", ws, "users")
	r.query = url.Values{"status": {"ALL"}, "include-roles": {"true"}, "memberships": {"WORKSPACE"}, "page": {"1"}, "page-size": {strconv.Itoa(size)}}
	p, err := fetch[User](ctx, c, r)
	return Peek[User]{p.rows, p.last, p.total}, err
}

// PeekTimeEntries reads the newest entries of somebody, in a window where q has one.
func (c *Client) PeekTimeEntries(ctx context.Context, ws, uid string, q EntriesQuery) (Peek[TimeEntry], error) {
	r := get("workspaces", ws, "user", uid, "time-entries")
	r.query = q.values()
	r.query.Set("page", "1")
	r.query.Set("page-size", strconv.Itoa(q.PageSize))
	p, err := fetch[TimeEntry](ctx, c, r)
	return Peek[TimeEntry]{p.rows, p.last, p.total}, err
}

// PeekReport reads the first page of the detailed report.
func (c *Client) PeekReport(ctx context.Context, ws string, q ReportQuery) (Peek[ReportEntry], error) {
	r := write(read, http.MethodPost, q.body(1, q.PageSize), "workspaces", ws, "reports", "detailed")
	r.reports = true
	var p page[ReportEntry]
	err := c.do(ctx, r, func(_ http.Header, body []byte) (err error) {
		p, err = decodeReport(body)
		return err
	})
	return Peek[ReportEntry]{p.rows, p.last, p.total}, err
}
