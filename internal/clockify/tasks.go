package clockify

import (
	"context"
	"iter"
	"net/http"
)

// Task is TaskDtoV1, as far as it is used.
type Task struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (t Task) rowID() string { return t.ID }

// Tasks lists the tasks of a project, done ones included.
func (c *Client) Tasks(ctx context.Context, ws, projectID string) iter.Seq2[Task, error] {
	return pages[Task](ctx, c, get("workspaces", ws, "projects", projectID, "tasks"), 0)
}

// CreateTask makes a task.
func (c *Client) CreateTask(ctx context.Context, ws, projectID, name string) (Task, error) {
	return one[Task](ctx, c, write(once, http.MethodPost, map[string]string{"name": name}, "workspaces", ws, "projects", projectID, "tasks"))
}
