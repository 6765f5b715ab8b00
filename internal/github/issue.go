package github

import (
	"context"
	"fmt"
	"strings"

	gh "github.com/google/go-github/v75/github"
)

// issueMarker is the first line of the issue that key names. It decides nothing, so it is not signed.
func issueMarker(key string) string {
	return "<!-- clockify-sync:drift " + commentJSON(map[string]string{"key": key}) + markerClose
}

// EnsureIssue opens the issue of key, or updates the one that is open; nothing is sent where it already reads so. An issue
// that cannot be written is a *CommentError.
func (c *Client) EnsureIssue(ctx context.Context, key, title, body string) error {
	whole := issueMarker(key) + "\n" + body
	if err := fits(whole); err != nil {
		return err
	}
	old, err := c.findIssue(ctx, key)
	switch {
	case err != nil:
		return commentError(err)
	case old != nil && old.GetTitle() == title && sameText(old.GetBody(), whole):
		return nil
	case old != nil:
		return c.editIssue(ctx, old, "update", &gh.IssueRequest{Title: &title, Body: &whole})
	}
	_, err = createOnce(ctx,
		func() (*gh.Issue, error) {
			i, _, err := attempt(ctx, c, false, func() (*gh.Issue, *gh.Response, error) {
				return c.rest.Issues.Create(ctx, c.owner, c.repo, &gh.IssueRequest{Title: &title, Body: &whole})
			})
			return i, err
		},
		func() (*gh.Issue, bool, error) {
			i, err := c.findIssue(ctx, key)
			return i, i != nil, err
		})
	if err != nil {
		return commentError(fmt.Errorf("open an issue: %w", err))
	}
	return nil
}

// CloseIssue closes the open issue of key, where there is one, and says why in a comment.
func (c *Client) CloseIssue(ctx context.Context, key, comment string) error {
	old, err := c.findIssue(ctx, key)
	if err != nil || old == nil {
		return commentError(err)
	}
	state, reason := "closed", "completed"
	if err := c.editIssue(ctx, old, "close", &gh.IssueRequest{State: &state, StateReason: &reason}); err != nil {
		return err
	}
	// After the closing, or a run that cannot close would comment every time.
	_, err = c.CreateComment(ctx, old.GetNumber(), comment)
	return err
}

func (c *Client) editIssue(ctx context.Context, old *gh.Issue, verb string, to *gh.IssueRequest) error {
	_, _, err := attempt(ctx, c, true, func() (*gh.Issue, *gh.Response, error) {
		return c.rest.Issues.Edit(ctx, c.owner, c.repo, old.GetNumber(), to)
	})
	if err != nil {
		return commentError(fmt.Errorf("%s issue #%d: %w", verb, old.GetNumber(), err))
	}
	return nil
}

// findIssue looks through all open issues: labels are taken off by people, and whether GitHub's filter creator takes a
// bot's name is not written anywhere. It returns nil where there is none.
func (c *Client) findIssue(ctx context.Context, key string) (*gh.Issue, error) {
	me, err := c.Login(ctx)
	if err != nil {
		return nil, err
	}
	marker := issueMarker(key)
	pages := list(ctx, c, func(o gh.ListOptions) ([]*gh.Issue, *gh.Response, error) {
		return c.rest.Issues.ListByRepo(ctx, c.owner, c.repo, &gh.IssueListByRepoOptions{State: "open", ListOptions: o})
	})
	for i, err := range pages {
		if err != nil {
			return nil, fmt.Errorf("list the open issues: %w", err)
		}
		line, _, _ := strings.Cut(i.GetBody(), "\n")
		if !i.IsPullRequest() && strings.EqualFold(i.GetUser().GetLogin(), me) && strings.TrimSpace(line) == marker {
			return i, nil
		}
	}
	return nil, nil
}
