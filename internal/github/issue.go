package github

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// issue is one of ours, found by the marker in its first line and its author.
type issue struct {
	number int
	url    string
	title  string
	body   string
}

type issueJ struct {
	Number      int       `json:"number"`
	HTMLURL     string    `json:"html_url"`
	Title       string    `json:"title"`
	Body        string    `json:"body"`
	User        *account  `json:"user"`
	PullRequest *struct{} `json:"pull_request"`
}

func (j issueJ) issue() issue {
	return issue{number: j.Number, url: j.HTMLURL, title: j.Title, body: j.Body}
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
		if old.title == title && sameText(old.body, text) {
			return old.url, false, nil
		}
		if err := c.patch(ctx, c.repo("issues", old.number), map[string]string{"title": title, "body": text}, nil); err != nil {
			return old.url, false, commentError(fmt.Errorf("update issue #%d: %w", old.number, err))
		}
		return old.url, true, nil
	}
	opened, err := createOnce(ctx,
		func() (issue, error) {
			var j issueJ
			err := c.post(ctx, c.repo("issues"), map[string]any{"title": title, "body": text, "labels": append([]string{}, labels...)}, &j)
			return j.issue(), err
		},
		func() (issue, bool, error) { return c.findIssue(ctx, key) })
	if err != nil {
		return "", false, commentError(fmt.Errorf("open an issue: %w", err))
	}
	return opened.url, true, nil
}

// CloseIssue closes the open issue of key and says why in a comment; closed is
// false when there is none.
func (c *Client) CloseIssue(ctx context.Context, key, comment string) (issueURL string, closed bool, err error) {
	old, ok, err := c.findIssue(ctx, key)
	if err != nil || !ok {
		return "", false, commentError(err)
	}
	if err := c.patch(ctx, c.repo("issues", old.number), map[string]string{"state": "closed", "state_reason": "completed"}, nil); err != nil {
		return old.url, false, commentError(fmt.Errorf("close issue #%d: %w", old.number, err))
	}
	// After the closing, or a run that cannot close would comment every time.
	_, err = c.CreateComment(ctx, old.number, comment)
	return old.url, true, err
}

// findIssue looks through all open issues: labels are taken off by people, and
// whether creator takes a bot's name is not written anywhere.
func (c *Client) findIssue(ctx context.Context, key string) (issue, bool, error) {
	me, err := c.Login(ctx)
	if err != nil {
		return issue{}, false, err
	}
	marker := issueMarker(key)
	for j, err := range pages[issueJ](ctx, c, c.repo("issues"), url.Values{"state": {"open"}}) {
		if err != nil {
			return issue{}, false, fmt.Errorf("list the open issues: %w", err)
		}
		line, _, _ := strings.Cut(j.Body, "\n")
		if j.PullRequest == nil && j.User != nil && strings.EqualFold(j.User.Login, me) && strings.TrimSpace(line) == marker {
			return j.issue(), true, nil
		}
	}
	return issue{}, false, nil
}
