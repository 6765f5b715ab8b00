package github

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
)

// Comment is a comment on a pull request or issue.
type Comment struct {
	ID     int64
	URL    string
	Author string
	Body   string
	Edited time.Time // last, by whomsoever; GitHub's clock, whole seconds
}

// MaxComment is the longest comment GitHub takes, in UTF-16 units
// (github-actions.md section 2).
const MaxComment = 65536

// sticky names the one comment of a plan on a pull request.
type sticky struct {
	pr  int
	key string
}

type commentJ struct {
	ID      int64     `json:"id"`
	HTMLURL string    `json:"html_url"`
	Body    string    `json:"body"`
	Updated time.Time `json:"updated_at"`
	User    *account  `json:"user"`
}

func (j commentJ) comment() Comment {
	c := Comment{ID: j.ID, URL: j.HTMLURL, Body: j.Body, Edited: j.Updated}
	if j.User != nil {
		c.Author = j.User.Login
	}
	return c
}

// FindComment finds the comment that carries a marker of key and was written
// by this token's own account: others may plant markers. Its body may have been
// edited by anyone, so ask ReadMarker.
func (c *Client) FindComment(ctx context.Context, pr int, key string) (Comment, bool, error) {
	found, ok, err := c.ownComment(ctx, pr, func(body string) bool {
		w, ok := parseMarker(body)
		return ok && w.Key == key
	})
	if err != nil {
		return Comment{}, false, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	// What was found is used by the next UpsertComment instead of listing again.
	if c.found[sticky{pr, key}] = nil; ok {
		c.found[sticky{pr, key}] = &found
	}
	return found, ok, nil
}

func (c *Client) ownComment(ctx context.Context, number int, match func(body string) bool) (Comment, bool, error) {
	me, err := c.Login(ctx)
	if err != nil {
		return Comment{}, false, commentError(err)
	}
	for j, err := range pages[commentJ](ctx, c, c.repo("issues", number, "comments"), nil) {
		if err != nil {
			return Comment{}, false, commentError(fmt.Errorf("list the comments of #%d: %w", number, err))
		}
		if found := j.comment(); strings.EqualFold(found.Author, me) && match(found.Body) {
			return found, true, nil
		}
	}
	return Comment{}, false, nil
}

// UpsertComment posts the marker and the body as the one comment of the
// marker's key, or updates it in place; changed is false when it already reads
// so. A comment that cannot be posted is a *CommentError.
func (c *Client) UpsertComment(ctx context.Context, pr int, marker Marker, body string) (posted Comment, changed bool, err error) {
	text := marker.Line() + "\n" + body
	if err := fits(text); err != nil {
		return Comment{}, false, err
	}
	found, ok, err := c.known(ctx, pr, marker.Key)
	if err != nil {
		return Comment{}, false, err
	}
	if ok {
		posted, changed, err = c.updateComment(ctx, found, text)
		// Deleted since it was found: as if it had never been.
		if e, gone := errors.AsType[*CommentError](err); !gone || e.Reason != NotFound {
			return posted, changed, err
		}
	}
	posted, err = c.createComment(ctx, pr, text)
	return posted, err == nil, err
}

func (c *Client) known(ctx context.Context, pr int, key string) (Comment, bool, error) {
	c.mu.Lock()
	found, asked := c.found[sticky{pr, key}]
	delete(c.found, sticky{pr, key})
	c.mu.Unlock()
	if asked && found != nil {
		return *found, true, nil
	}
	if asked {
		return Comment{}, false, nil
	}
	fresh, ok, err := c.FindComment(ctx, pr, key)
	c.mu.Lock()
	delete(c.found, sticky{pr, key})
	c.mu.Unlock()
	return fresh, ok, err
}

func (c *Client) updateComment(ctx context.Context, old Comment, text string) (Comment, bool, error) {
	if sameText(old.Body, text) {
		return old, false, nil
	}
	var j commentJ
	err := c.patch(ctx, c.repo("issues", "comments", old.ID), map[string]string{"body": text}, &j)
	if err != nil {
		return old, false, commentError(fmt.Errorf("update the comment: %w", err))
	}
	posted := j.comment()
	posted.URL = orElse(posted.URL, old.URL)
	return posted, true, nil
}

// CreateComment posts a new comment, for what people should be told of: an
// edit notifies no one. A comment that cannot be posted is a *CommentError.
func (c *Client) CreateComment(ctx context.Context, number int, body string) (url string, err error) {
	if err := fits(body); err != nil {
		return "", err
	}
	posted, err := c.createComment(ctx, number, body)
	return posted.URL, err
}

// createComment posts once. When the answer is lost it looks whether the
// comment is there before it posts again.
func (c *Client) createComment(ctx context.Context, number int, text string) (Comment, error) {
	created, err := createOnce(ctx,
		func() (Comment, error) {
			var j commentJ
			err := c.post(ctx, c.repo("issues", number, "comments"), map[string]string{"body": text}, &j)
			return j.comment(), err
		},
		func() (Comment, bool, error) {
			return c.ownComment(ctx, number, func(body string) bool { return sameText(body, text) })
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

// Reads reports whether the comment says just that.
func (c Comment) Reads(marker Marker, body string) bool {
	return sameText(c.Body, marker.Line()+"\n"+body)
}

func fits(text string) error {
	n := len(utf16.Encode([]rune(text)))
	if n <= MaxComment {
		return nil
	}
	return &CommentError{Reason: TooLong, Err: fmt.Errorf("%d characters, the most is %d", n, MaxComment)}
}

// sameText compares as GitHub may store: with other line ends, and trimmed.
func sameText(a, b string) bool {
	plain := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
	return plain(a) == plain(b)
}
