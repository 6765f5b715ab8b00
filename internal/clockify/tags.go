package clockify

import (
	"context"
	"iter"
	"net/http"
)

// Tag is TagDtoV1.
type Tag struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Archived bool   `json:"archived"`
}

func (t Tag) rowID() string { return t.ID }

// Tags lists the tags of a workspace, archived ones included.
func (c *Client) Tags(ctx context.Context, ws string) iter.Seq2[Tag, error] {
	return pages[Tag](ctx, c, get("workspaces", ws, "tags"), 0)
}

// CreateTag makes a tag. A name that is taken, archived ones included, is 400, code 501.
func (c *Client) CreateTag(ctx context.Context, ws, name string) (Tag, error) {
	return one[Tag](ctx, c, write(once, http.MethodPost, map[string]string{"name": name}, "workspaces", ws, "tags"))
}
