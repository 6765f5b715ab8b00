package githubtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Comment is a comment on an issue or pull request.
type Comment struct {
	ID     int64
	Number int // of the issue or pull request
	Author string
	Body   string
	Edited time.Time // last
	Edits  []string  // who edited it, oldest first
}

// Issue is an issue.
type Issue struct {
	Number int
	Author string
	Title  string
	Body   string
	State  string // open, closed
}

// AddComment is somebody's comment; it returns the comment's id.
func (g *GitHub) AddComment(number int, author, body string) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := &Comment{ID: g.id(), Number: number, Author: author, Body: body, Edited: time.Now()}
	g.comments = append(g.comments, c)
	return c.ID
}

// EditComment is a person editing a comment, whosesoever it is.
func (g *GitHub) EditComment(id int64, editor, body string) {
	g.set(func() {
		for _, c := range g.comments {
			if c.ID == id {
				c.edit(editor, body)
			}
		}
	})
}

func (c *Comment) edit(editor, body string) {
	c.Body, c.Edited, c.Edits = body, time.Now(), append(c.Edits, editor)
}

// DeleteComment takes a comment away.
func (g *GitHub) DeleteComment(id int64) {
	g.set(func() {
		for i, c := range g.comments {
			if c.ID == id {
				g.comments = append(g.comments[:i], g.comments[i+1:]...)
				return
			}
		}
	})
}

// Comments lists the comments on an issue or pull request, oldest first.
func (g *GitHub) Comments(number int) []Comment {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []Comment
	for _, c := range g.comments {
		if c.Number == number {
			all = append(all, *c)
		}
	}
	return all
}

// AddIssue is somebody's open issue; it returns its number.
func (g *GitHub) AddIssue(author, title, body string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.addIssue(author, title, body).Number
}

func (g *GitHub) addIssue(author, title, body string) *Issue {
	i := &Issue{Number: int(g.id()), Author: author, Title: title, Body: body, State: "open"}
	g.issues = append(g.issues, i)
	return i
}

// Issues lists all issues, open and closed, oldest first.
func (g *GitHub) Issues() []Issue {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []Issue
	for _, i := range g.issues {
		all = append(all, *i)
	}
	return all
}

func (g *GitHub) commentJSON(c *Comment) any {
	return map[string]any{
		"id":         c.ID,
		"node_id":    nodeID(c.ID),
		"html_url":   fmt.Sprintf("https://github.com/%s/pull/%d#issuecomment-%d", g.repository, c.Number, c.ID),
		"body":       g.body(c.Body),
		"user":       map[string]any{"login": c.Author},
		"updated_at": stamp(c.Edited),
	}
}

func nodeID(id int64) string { return fmt.Sprintf("IC_%d", id) }

func (g *GitHub) listComments(w http.ResponseWriter, r *http.Request) {
	if g.missing {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	var items []any
	for _, c := range g.comments {
		if strconv.Itoa(c.Number) == r.PathValue("number") {
			items = append(items, g.commentJSON(c))
		}
	}
	g.page(w, r, items)
}

func (g *GitHub) postComment(w http.ResponseWriter, r *http.Request) {
	var in struct{ Body string }
	if !decode(w, r, &in) || !g.mayWrite(w, in.Body) {
		return
	}
	c := &Comment{ID: g.id(), Number: atoi(r.PathValue("number"), 0), Author: g.login, Body: in.Body, Edited: time.Now()}
	g.comments = append(g.comments, c)
	answer(w, http.StatusCreated, g.commentJSON(c))
}

func (g *GitHub) patchComment(w http.ResponseWriter, r *http.Request) {
	var in struct{ Body string }
	if !decode(w, r, &in) || !g.mayWrite(w, in.Body) {
		return
	}
	for _, c := range g.comments {
		if strconv.FormatInt(c.ID, 10) == r.PathValue("id") {
			c.edit(g.login, in.Body)
			answer(w, http.StatusOK, g.commentJSON(c))
			return
		}
	}
	refuse(w, http.StatusNotFound, "Not Found")
}

func (g *GitHub) issueJSON(i *Issue) map[string]any {
	return map[string]any{
		"number":   i.Number,
		"html_url": fmt.Sprintf("https://github.com/%s/issues/%d", g.repository, i.Number),
		"title":    i.Title,
		"body":     g.body(i.Body),
		"state":    i.State,
		"user":     map[string]any{"login": i.Author},
	}
}

// listIssues lists open pull requests among the issues, as GitHub does.
func (g *GitHub) listIssues(w http.ResponseWriter, r *http.Request) {
	if g.missing {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	var items []any
	for _, number := range slices.Sorted(maps.Keys(g.pulls)) {
		if p := g.pulls[number]; !p.Merged {
			items = append(items, map[string]any{"number": p.Number, "title": "a pull request", "user": map[string]any{"login": p.Author}, "pull_request": map[string]any{}})
		}
	}
	for _, i := range g.issues {
		if state := r.URL.Query().Get("state"); state == i.State || state == "all" {
			items = append(items, g.issueJSON(i))
		}
	}
	g.page(w, r, items)
}

func (g *GitHub) postIssue(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Title, Body string
	}
	if !decode(w, r, &in) || !g.mayWrite(w, in.Body) {
		return
	}
	answer(w, http.StatusCreated, g.issueJSON(g.addIssue(g.login, in.Title, in.Body)))
}

func (g *GitHub) patchIssue(w http.ResponseWriter, r *http.Request) {
	var in struct{ Title, Body, State *string }
	if !decode(w, r, &in) || !g.mayWrite(w, "") {
		return
	}
	for _, i := range g.issues {
		if strconv.Itoa(i.Number) != r.PathValue("number") {
			continue
		}
		for to, from := range map[*string]*string{&i.Title: in.Title, &i.Body: in.Body, &i.State: in.State} {
			if from != nil {
				*to = *from
			}
		}
		answer(w, http.StatusOK, g.issueJSON(i))
		return
	}
	refuse(w, http.StatusNotFound, "Not Found")
}

func decode(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		refuse(w, http.StatusBadRequest, "Problems parsing JSON")
		return false
	}
	return true
}
