package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	gh "github.com/google/go-github/v75/github"
)

// Repository asks how visible the repository is and what its default branch is. With an error it is Public: what is not
// known to be closed is open.
func (c *Client) Repository(ctx context.Context) (seen Visibility, defaultBranch string, err error) {
	r, _, err := attempt(ctx, c, true, func() (*gh.Repository, *gh.Response, error) {
		return c.rest.Repositories.Get(ctx, c.owner, c.repo)
	})
	if err != nil {
		return Public, "", fmt.Errorf("read the repository: %w", err)
	}
	if seen = visibility(r.GetVisibility(), r.Private); seen == Unknown {
		return Public, r.GetDefaultBranch(), errors.New("read the repository: GitHub does not say whether it is public")
	}
	return seen, r.GetDefaultBranch(), nil
}

// OnBranch reports whether a branch holds a commit.
func (c *Client) OnBranch(ctx context.Context, branch, commit string) (bool, error) {
	compared, _, err := attempt(ctx, c, true, func() (*gh.CommitsComparison, *gh.Response, error) {
		return c.rest.Repositories.CompareCommits(ctx, c.owner, c.repo, branch, commit, &gh.ListOptions{PerPage: 1})
	})
	if isStatus(err, http.StatusNotFound) { // GitHub does not know the commit
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("compare %.7s with %s: %w", commit, branch, err)
	}
	return compared.GetStatus() == "identical" || compared.GetStatus() == "behind", nil
}

// ErrNoFile is a file that is not in a commit.
var ErrNoFile = errors.New("it is not there")

// File reads a file of the repository as it is in the commit ref. The error is ErrNoFile where it is not there. GitHub
// hands out files below 1 MiB.
func (c *Client) File(ctx context.Context, path, ref string) ([]byte, error) {
	f, _, err := attempt(ctx, c, true, func() (*gh.RepositoryContent, *gh.Response, error) {
		file, _, resp, err := c.rest.Repositories.GetContents(ctx, c.owner, c.repo, path, &gh.RepositoryContentGetOptions{Ref: ref})
		return file, resp, err
	})
	at := fmt.Sprintf("read %s of %.7s", path, ref)
	switch {
	case isStatus(err, http.StatusNotFound):
		return nil, fmt.Errorf("%s: %w", at, ErrNoFile)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", at, err)
	case f == nil || f.GetType() != "file" || f.GetEncoding() != "base64":
		return nil, fmt.Errorf("%s: it is no file of less than 1 MiB", at)
	}
	content, err := f.GetContent()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	return []byte(content), nil
}

// Environment is how an environment stands guard. One that is missing is made by the first job that names it, with no
// protection (docs/github.md#environments).
type Environment struct {
	Exists            bool
	RequiredReviewers bool
	PreventSelfReview bool
}

// Environment reads an environment; one that does not exist is not an error.
func (c *Client) Environment(ctx context.Context, name string) (Environment, error) {
	e, _, err := attempt(ctx, c, true, func() (*gh.Environment, *gh.Response, error) {
		return c.rest.Repositories.GetEnvironment(ctx, c.owner, c.repo, url.PathEscape(name))
	})
	if isStatus(err, http.StatusNotFound) {
		return Environment{}, nil
	}
	if err != nil {
		return Environment{}, fmt.Errorf("read environment %q: %w", name, err)
	}
	env := Environment{Exists: true}
	for _, r := range e.ProtectionRules {
		if r.GetType() == "required_reviewers" && len(r.Reviewers) > 0 {
			env.RequiredReviewers = true
			env.PreventSelfReview = r.GetPreventSelfReview()
		}
	}
	return env, nil
}

// RunApprovers names who approved that the jobs of a run use an environment.
func (c *Client) RunApprovers(ctx context.Context, run int64, environment string) ([]string, error) {
	type approval struct {
		State        string
		User         struct{ Login string }
		Environments []struct{ Name string }
	}
	all, _, err := attempt(ctx, c, true, func() ([]approval, *gh.Response, error) {
		req, err := c.rest.NewRequest(http.MethodGet, fmt.Sprintf("repos/%s/%s/actions/runs/%d/approvals", c.owner, c.repo, run), nil)
		if err != nil {
			return nil, nil, err
		}
		var list []approval
		resp, err := c.rest.Do(ctx, req, &list)
		return list, resp, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the approvals of run %d: %w", run, err)
	}
	var logins []string
	for _, a := range all {
		for _, e := range a.Environments {
			if a.State == "approved" && strings.EqualFold(e.Name, environment) && a.User.Login != "" {
				logins = append(logins, a.User.Login)
			}
		}
	}
	return logins, nil
}

// State is that of a commit status.
type State string

// The states that are set.
const (
	Success State = "success"
	Pending State = "pending"
	Failure State = "error"
)

// Status is a commit status.
type Status struct {
	Context     string // its name
	State       State
	Description string // GitHub takes 140 characters
	URL         string
}

// SetStatus sets a status of a commit.
func (c *Client) SetStatus(ctx context.Context, sha string, s Status) error {
	state := string(s.State)
	_, _, err := attempt(ctx, c, true, func() (*gh.RepoStatus, *gh.Response, error) {
		status := &gh.RepoStatus{State: &state, Context: &s.Context, Description: &s.Description}
		if s.URL != "" {
			status.TargetURL = &s.URL
		}
		return c.rest.Repositories.CreateStatus(ctx, c.owner, c.repo, sha, status)
	})
	if err != nil {
		return fmt.Errorf("set the status %s of %.7s: %w", s.Context, sha, err)
	}
	return nil
}
