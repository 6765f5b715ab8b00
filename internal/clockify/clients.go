package clockify

import (
	"context"
	"iter"
	"net/url"
	"strconv"
)

// ProjectClient is ClientDtoV1: the client that projects belong to.
type ProjectClient struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// ClientsQuery selects clients; the zero value selects all.
type ClientsQuery struct {
	Archived *bool // nil: both
	PageSize int   // default 5000
}

func (c ProjectClient) rowID() string { return c.ID }

// Clients lists the clients of a workspace.
func (c *Client) Clients(ctx context.Context, ws string, q ClientsQuery) iter.Seq2[ProjectClient, error] {
	r := get("workspaces", ws, "clients")
	r.query = url.Values{}
	if q.Archived != nil {
		r.query.Set("archived", strconv.FormatBool(*q.Archived))
	}
	return pages[ProjectClient](ctx, c, r, q.PageSize)
}
