package clockify

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
)

// Project is ProjectDtoV1, as far as it is used.
type Project struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	ClientID   string `json:"clientId"` // "" when it has none
	ClientName string `json:"clientName"`
	Archived   bool   `json:"archived"`
	Template   bool   `json:"template"`
}

// ProjectsQuery selects projects; the zero value selects all.
type ProjectsQuery struct {
	ClientIDs []string
	Archived  *bool  // nil: both
	Name      string // contained in the name: compare again
	PageSize  int    // default 5000
}

// NewProject is a project to make. Its name is unique under its client.
type NewProject struct {
	Name     string `json:"name"`
	ClientID string `json:"clientId,omitempty"`
	Color    string `json:"color,omitempty"` // #00FFFF
}

func (p Project) rowID() string { return p.ID }

// Projects lists projects.
func (c *Client) Projects(ctx context.Context, ws string, q ProjectsQuery) iter.Seq2[Project, error] {
	query := url.Values{}
	for _, id := range q.ClientIDs {
		query.Add("clients", id)
	}
	if q.Archived != nil {
		query.Set("archived", strconv.FormatBool(*q.Archived))
	}
	set(query, "name", q.Name)
	r := get("workspaces", ws, "projects")
	r.query = query
	return pages[Project](ctx, c, r, q.PageSize)
}

// CreateProject makes a project. A name that its client has already is 400, code 501.
func (c *Client) CreateProject(ctx context.Context, ws string, p NewProject) (Project, error) {
	return one[Project](ctx, c, write(once, http.MethodPost, p, "workspaces", ws, "projects"))
}
