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

// EnsureIssue opens the issue of key, or updates the one that is open; changed is false when it already reads so. Labels
// are set when it is opened. An issue that cannot be written is a *CommentError.
func (c *Client) EnsureIssue(ctx context.Context, key, title, body string, labels []string) (issueURL string, changed bool, err error) {
	whole := issueMarker(key) + "\n" + body
	if err := fits(whole); err != nil {
		return "", false, err
	}
	old, err := c.findIssue(ctx, key)
	if err != nil {
		return "", false, commentError(err)
	}
	if old != nil {
		if old.GetTitle() == title && sameText(old.GetBody(), whole) {
			return old.GetHTMLURL(), false, nil
		}
		if err := c.editIssue(ctx, old, &gh.IssueRequest{Title: &title, Body: &whole}); err != nil {
			return old.GetHTMLURL(), false, commentError(fmt.Errorf("update issue #%d: %w", old.GetNumber(), err))
		}
		return old.GetHTMLURL(), true, nil
	}
	labels = append([]string{}, labels...)
	opened, err := createOnce(ctx,
		func() (*gh.Issue, error) {
			i, _, err := attempt(ctx, c, false, func() (*gh.Issue, *gh.Response, error) {
				return c.rest.Issues.Create(ctx, c.owner, c.repo, &gh.IssueRequest{Title: &title, Body: &whole, Labels: &labels})
			})
			return i, err
		},
		func() (*gh.Issue, bool, error) {
			i, err := c.findIssue(ctx, key)
			return i, i != nil, err
		})
	if err != nil {
		return "", false, commentError(fmt.Errorf("open an issue: %w", err))
	}
	return opened.GetHTMLURL(), true, nil
}

// CloseIssue closes the open issue of key and says why in a comment; closed is false when there is none.
func (c *Client) CloseIssue(ctx context.Context, key, comment string) (issueURL string, closed bool, err error) {
	old, err := c.findIssue(ctx, key)
	if err != nil || old == nil {
		return "", false, commentError(err)
	}
	state, reason := "closed", "completed"
	if err := c.editIssue(ctx, old, &gh.IssueRequest{State: &state, StateReason: &reason}); err != nil {
		return old.GetHTMLURL(), false, commentError(fmt.Errorf("close issue #%d: %w", old.GetNumber(), err))
	}
	// After the closing, or a run that cannot close would comment every time.
	_, err = c.CreateComment(ctx, old.GetNumber(), comment)
	return old.GetHTMLURL(), true, err
}

func (c *Client) editIssue(ctx context.Context, old *gh.Issue, to *gh.IssueRequest) error {
	_, _, err := attempt(ctx, c, true, func() (*gh.Issue, *gh.Response, error) {
		return c.rest.Issues.Edit(ctx, c.owner, c.repo, old.GetNumber(), to)
	})
	return err
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
