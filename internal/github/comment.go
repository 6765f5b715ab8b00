package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	gh "github.com/google/go-github/v75/github"
)

// Comment is a comment on a pull request or issue.
type Comment struct {
	ID     int64
	NodeID string // its id in GraphQL
	URL    string
	Author string
	Body   string
	Edited time.Time // last, by whomsoever; GitHub's clock, whole seconds
}

// MaxComment is the longest comment GitHub takes, in UTF-16 units (docs/github.md#comments).
const MaxComment = 65536

func asComment(c *gh.IssueComment) Comment {
	return Comment{
		ID: c.GetID(), NodeID: c.GetNodeID(), URL: c.GetHTMLURL(), Author: c.GetUser().GetLogin(), Body: c.GetBody(),
		Edited: c.GetUpdatedAt().Time,
	}
}

// PlanComments lists the comments of a pull request that carry a marker, oldest first, whoever wrote them: anybody may
// plant one, so ask ReadMarker.
func (c *Client) PlanComments(ctx context.Context, pr int) ([]Comment, error) {
	return c.comments(ctx, pr, func(found Comment) bool {
		_, ok := parseMarker(found.Body)
		return ok
	})
}

// OwnComment finds among comments the newest with a marker of key that was written by this token's own account.
func (c *Client) OwnComment(ctx context.Context, comments []Comment, key string) (Comment, bool, error) {
	me, err := c.Login(ctx)
	if err != nil {
		return Comment{}, false, commentError(err)
	}
	for _, found := range slices.Backward(comments) {
		if m, ok := parseMarker(found.Body); ok && m.Key == key && strings.EqualFold(found.Author, me) {
			return found, true, nil
		}
	}
	return Comment{}, false, nil
}

// comments lists those comments of an issue or pull request that match.
func (c *Client) comments(ctx context.Context, number int, match func(Comment) bool) (all []Comment, err error) {
	pages := list(ctx, c, func(o gh.ListOptions) ([]*gh.IssueComment, *gh.Response, error) {
		return c.rest.Issues.ListComments(ctx, c.owner, c.repo, number, &gh.IssueListCommentsOptions{ListOptions: o})
	})
	for item, err := range pages {
		if err != nil {
			return nil, commentError(fmt.Errorf("list the comments of #%d: %w", number, err))
		}
		if found := asComment(item); match(found) {
			all = append(all, found)
		}
	}
	return all, nil
}

// UpsertComment posts the marker and the body as the comment old, or as a new one where there is none (the zero Comment)
// or it was deleted meanwhile. Nothing is sent where it already reads so. A comment that cannot be posted is a
// *CommentError.
func (c *Client) UpsertComment(ctx context.Context, pr int, old Comment, marker Marker, body string) (Comment, error) {
	whole := marker.Line() + "\n" + body
	if err := fits(whole); err != nil {
		return Comment{}, err
	}
	if old.ID != 0 {
		posted, err := c.UpdateComment(ctx, old, whole)
		if e, ok := errors.AsType[*CommentError](err); !ok || e.Reason != NotFound {
			return posted, err
		}
	}
	return c.CreateComment(ctx, pr, whole)
}

// UpdateComment changes what a comment says. Nothing is sent where it already says so.
func (c *Client) UpdateComment(ctx context.Context, old Comment, whole string) (Comment, error) {
	if sameText(old.Body, whole) {
		return old, nil
	}
	posted, _, err := attempt(ctx, c, true, func() (*gh.IssueComment, *gh.Response, error) {
		return c.rest.Issues.EditComment(ctx, c.owner, c.repo, old.ID, &gh.IssueComment{Body: &whole})
	})
	if err != nil {
		return old, commentError(fmt.Errorf("update the comment: %w", err))
	}
	updated := asComment(posted)
	updated.URL = cmp.Or(updated.URL, old.URL)
	return updated, nil
}

// CreateComment posts a new comment, for what people should be told of: an edit notifies no one. When the answer is lost
// it looks whether the comment is there before it posts again. A comment that cannot be posted is a *CommentError.
func (c *Client) CreateComment(ctx context.Context, number int, body string) (Comment, error) {
	if err := fits(body); err != nil {
		return Comment{}, err
	}
	created, err := createOnce(ctx,
		func() (Comment, error) {
			posted, _, err := attempt(ctx, c, false, func() (*gh.IssueComment, *gh.Response, error) {
				return c.rest.Issues.CreateComment(ctx, c.owner, c.repo, number, &gh.IssueComment{Body: &body})
			})
			return asComment(posted), err
		},
		func() (Comment, bool, error) {
			me, err := c.Login(ctx)
			if err != nil {
				return Comment{}, false, err
			}
			same, err := c.comments(ctx, number, func(found Comment) bool {
				return strings.EqualFold(found.Author, me) && sameText(found.Body, body)
			})
			if err != nil || len(same) == 0 {
				return Comment{}, false, err
			}
			return same[0], true, nil
		})
	if err != nil {
		return Comment{}, commentError(fmt.Errorf("post the comment: %w", err))
	}
	return created, nil
}

// createOnce creates, and after an unclear end looks before it does so again.
func createOnce[T any](ctx context.Context, create func() (T, error), find func() (T, bool, error)) (T, error) {
	made, err := create()
	if e, ok := errors.AsType[*Error](err); !ok || !e.unclear() || ctx.Err() != nil {
		return made, err
	}
	found, ok, lookErr := find()
	if lookErr != nil {
		return made, errors.Join(err, lookErr)
	}
	if ok {
		return found, nil
	}
	return create()
}

func fits(text string) error {
	n := len(utf16.Encode([]rune(text)))
	if n <= MaxComment {
		return nil
	}
	return &CommentError{Reason: TooLong, Err: fmt.Errorf("%d characters, the most is %d", n, MaxComment)}
}

// sameText compares as GitHub may store: with other line ends, and trimmed.
func sameText(a, b string) bool { return plainText(a) == plainText(b) }

func plainText(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// maxHistory bounds how many hundreds of edits are read: each of our own updates is one.
const maxHistory = 10

// Editors names who edited a comment beside its author, put back or not, "" for an account that is gone. An error means
// that nobody can say.
func (c *Client) Editors(ctx context.Context, comment Comment) ([]string, error) {
	const query = `query($id:ID!,$after:String){node(id:$id){...on IssueComment{userContentEdits(first:100,after:$after){
		pageInfo{hasNextPage endCursor} nodes{editor{__typename login}}}}}}`
	type history struct {
		PageInfo struct {
			HasNextPage bool
			EndCursor   string
		}
		Nodes []struct {
			Editor *struct {
				Typename string `json:"__typename"`
				Login    string
			}
		}
	}
	var others []string
	variables := map[string]any{"id": comment.NodeID}
	for range maxHistory {
		var data struct {
			Node *struct{ UserContentEdits *history }
		}
		if err := c.query(ctx, query, variables, &data); err != nil {
			return nil, fmt.Errorf("read the history of edits: %w", err)
		}
		if data.Node == nil {
			return nil, errors.New("read the history of edits: GitHub does not know the comment")
		}
		edits := data.Node.UserContentEdits
		if edits == nil { // never edited
			return nil, nil
		}
		for _, n := range edits.Nodes {
			login := ""
			if n.Editor != nil {
				// GraphQL names a bot without the suffix that REST gives it (docs/github.md#accounts).
				if login = n.Editor.Login; n.Editor.Typename == "Bot" {
					login = strings.TrimSuffix(login, "[bot]") + "[bot]"
				}
			}
			if login == "" || !strings.EqualFold(login, comment.Author) {
				others = append(others, login)
			}
		}
		if !edits.PageInfo.HasNextPage {
			return others, nil
		}
		variables["after"] = edits.PageInfo.EndCursor
	}
	return nil, fmt.Errorf("read the history of edits: it has more than %d", maxHistory*100)
}
