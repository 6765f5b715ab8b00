package clockify

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
)

// Customer is ClientDtoV1: what the API calls a client.
type Customer struct {
	ID          string `json:"id"`
	WorkspaceID string `json:"workspaceId"`
	Name        string `json:"name"`
	Archived    bool   `json:"archived"`
}

// ClientsQuery selects clients; the zero value selects all.
type ClientsQuery struct {
	Name     string // contained in the name: compare again
	Archived *bool  // nil: both
	PageSize int    // default 1000
}

func (c Customer) rowID() string { return c.ID }

// Clients lists the clients of a workspace.
func (c *Client) Clients(ctx context.Context, ws string, q ClientsQuery) iter.Seq2[Customer, error] {
	r := get("workspaces", ws, "clients")
	r.query = url.Values{}
	set(r.query, "name", q.Name)
	if q.Archived != nil {
		r.query.Set("archived", strconv.FormatBool(*q.Archived))
	}
	return pages[Customer](ctx, c, r, q.PageSize)
}

// CreateClient makes a client. A name that is taken, archived ones included, is 400, code 501.
func (c *Client) CreateClient(ctx context.Context, ws, name string) (Customer, error) {
	return one[Customer](ctx, c, write(once, http.MethodPost, map[string]string{"name": name}, "workspaces", ws, "clients"))
}
