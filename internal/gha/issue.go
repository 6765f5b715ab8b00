package gha

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// Issue is one of ours, found by the marker in its first line and its author.
type Issue struct {
	Number int
	URL    string
	Title  string
	Body   string
}

type issueJ struct {
	Number      int       `json:"number"`
	HTMLURL     string    `json:"html_url"`
	Title       string    `json:"title"`
	Body        string    `json:"body"`
	User        *account  `json:"user"`
	PullRequest *struct{} `json:"pull_request"`
}

func (j issueJ) issue() Issue {
	return Issue{Number: j.Number, URL: j.HTMLURL, Title: j.Title, Body: j.Body}
}

// issueMarker is the first line of the issue that key names. It decides
// nothing, so it is not signed.
func issueMarker(key string) string {
	return "<!-- clockify-sync:drift " + commentJSON(map[string]string{"key": key}) + markerClose
}

// EnsureIssue opens the issue of key, or updates the one that is open; changed
// is false when it already reads so. Labels are set when it is opened. An issue
// that cannot be written is a *CommentError.
func (c *Client) EnsureIssue(ctx context.Context, key, title, body string, labels []string) (issueURL string, changed bool, err error) {
	text := issueMarker(key) + "\n" + body
	if err := fits(text); err != nil {
		return "", false, err
	}
	old, ok, err := c.findIssue(ctx, key)
	if err != nil {
		return "", false, commentError(err)
	}
	if ok {
		if old.Title == title && sameText(old.Body, text) {
			return old.URL, false, nil
		}
		if err := c.patch(ctx, c.repo("issues", old.Number), map[string]string{"title": title, "body": text}, nil); err != nil {
			return old.URL, false, commentError(fmt.Errorf("update issue #%d: %w", old.Number, err))
		}
		return old.URL, true, nil
	}
	opened, err := createOnce(ctx,
		func() (Issue, error) {
			var j issueJ
			err := c.post(ctx, c.repo("issues"), map[string]any{"title": title, "body": text, "labels": append([]string{}, labels...)}, &j)
			return j.issue(), err
		},
		func() (Issue, bool, error) { return c.findIssue(ctx, key) })
	if err != nil {
		return "", false, commentError(fmt.Errorf("open an issue: %w", err))
	}
	return opened.URL, true, nil
}

// CloseIssue closes the open issue of key and says why in a comment; closed is
// false when there is none.
func (c *Client) CloseIssue(ctx context.Context, key, comment string) (issueURL string, closed bool, err error) {
	old, ok, err := c.findIssue(ctx, key)
	if err != nil || !ok {
		return "", false, commentError(err)
	}
	if err := c.patch(ctx, c.repo("issues", old.Number), map[string]string{"state": "closed", "state_reason": "completed"}, nil); err != nil {
		return old.URL, false, commentError(fmt.Errorf("close issue #%d: %w", old.Number, err))
	}
	// After the closing, or a run that cannot close would comment every time.
	_, err = c.CreateComment(ctx, old.Number, comment)
	return old.URL, true, err
}

// findIssue looks through all open issues: labels are taken off by people, and
// whether creator takes a bot's name is not written anywhere.
func (c *Client) findIssue(ctx context.Context, key string) (Issue, bool, error) {
	me, err := c.Login(ctx)
	if err != nil {
		return Issue{}, false, err
	}
	marker := issueMarker(key)
	for j, err := range pages[issueJ](ctx, c, c.repo("issues"), url.Values{"state": {"open"}}) {
		if err != nil {
			return Issue{}, false, fmt.Errorf("list the open issues: %w", err)
		}
		line, _, _ := strings.Cut(j.Body, "\n")
		if j.PullRequest == nil && j.User != nil && strings.EqualFold(j.User.Login, me) && strings.TrimSpace(line) == marker {
			return j.issue(), true, nil
		}
	}
	return Issue{}, false, nil
}
