package github

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Repository asks how visible the repository is. With an error it is Public:
// what is not known to be closed is open.
func (c *Client) Repository(ctx context.Context) (Visibility, error) {
	var r struct {
		Visibility string `json:"visibility"`
		Private    *bool  `json:"private"`
	}
	if err := c.get(ctx, c.repo(), &r); err != nil {
		return Public, fmt.Errorf("read the repository: %w", err)
	}
	if v := visibility(r.Visibility, r.Private); v != Unknown {
		return v, nil
	}
	return Public, errors.New("read the repository: GitHub does not say whether it is public")
}

// maxFile is how large a file GitHub hands out with its content (REST, "Get repository content").
const maxFile = 1 << 20

// File reads a file of the repository as it is in the commit ref. The error is *Error with status 404 where it is not
// there.
func (c *Client) File(ctx context.Context, path, ref string) ([]byte, error) {
	parts := []any{"contents"}
	for part := range strings.SplitSeq(path, "/") {
		parts = append(parts, part)
	}
	var f struct {
		Type     string `json:"type"`
		Encoding string `json:"encoding"`
		Content  string `json:"content"`
	}
	if err := c.get(ctx, c.repo(parts...)+"?ref="+url.QueryEscape(ref), &f); err != nil {
		return nil, fmt.Errorf("read %s of %.7s: %w", path, ref, err)
	}
	if f.Type != "file" || f.Encoding != "base64" || len(f.Content) > 2*maxFile {
		return nil, fmt.Errorf("read %s of %.7s: it is no file of less than 1 MiB", path, ref)
	}
	data, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(f.Content, "\n", ""))
	if err != nil {
		return nil, fmt.Errorf("read %s of %.7s: %w", path, ref, err)
	}
	return data, nil
}

// Environment is how an environment stands guard. One that is missing is made
// by the first job that names it, with no protection (github-actions.md section 4).
type Environment struct {
	Exists            bool
	RequiredReviewers bool
	PreventSelfReview bool
}

// Environment reads an environment; one that does not exist is not an error.
func (c *Client) Environment(ctx context.Context, name string) (Environment, error) {
	var e struct {
		Rules []struct {
			Type              string `json:"type"`
			PreventSelfReview bool   `json:"prevent_self_review"`
			Reviewers         []any  `json:"reviewers"`
		} `json:"protection_rules"`
	}
	if err := c.get(ctx, c.repo("environments", name), &e); err != nil {
		if e, ok := errors.AsType[*Error](err); ok && e.Status == http.StatusNotFound {
			return Environment{}, nil
		}
		return Environment{}, fmt.Errorf("read environment %q: %w", name, err)
	}
	env := Environment{Exists: true}
	for _, r := range e.Rules {
		if r.Type == "required_reviewers" && len(r.Reviewers) > 0 {
			env.RequiredReviewers = true
			env.PreventSelfReview = r.PreventSelfReview
		}
	}
	return env, nil
}
