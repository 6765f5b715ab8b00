package github

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v75/github"
)

// Pull is a pull request.
type Pull struct {
	Number   int
	Author   string // "" when the account is gone
	HeadSHA  string
	BaseRef  string
	MergeSHA string // commit that the merge made, or would make
	MergedAt time.Time
}

func asPull(p *gh.PullRequest) Pull {
	return Pull{
		Number: p.GetNumber(), Author: p.GetUser().GetLogin(), HeadSHA: p.GetHead().GetSHA(),
		BaseRef: p.GetBase().GetRef(), MergeSHA: p.GetMergeCommitSHA(), MergedAt: p.GetMergedAt().Time,
	}
}

// Pull reads one pull request.
func (c *Client) Pull(ctx context.Context, number int) (Pull, error) {
	p, _, err := attempt(ctx, c, true, func() (*gh.PullRequest, *gh.Response, error) {
		return c.rest.PullRequests.Get(ctx, c.owner, c.repo, number)
	})
	if err != nil {
		return Pull{}, fmt.Errorf("read pull request #%d: %w", number, err)
	}
	return asPull(p), nil
}

const (
	// pullTries: the pulls of a commit are not there at once after the merge (docs/github.md#pull-requests-of-a-commit).
	pullTries = 4
	// maxLanded bounds how many commits of one push are asked for their pull request.
	maxLanded = 50
	// maxPullCommits is how many commits of a pull request GitHub lists (docs/github.md#commits-of-a-pull-request).
	maxPullCommits = 250
)

// MergedPulls finds the pull requests that a push to the branch base merged, oldest first: that of sha, and with before
// and after those of the other commits of the push (a merge queue lands several at once). One that merely holds a commit
// and was merged by another push is none of them. What it found stands also beside an error.
func (c *Client) MergedPulls(ctx context.Context, base, sha, before, after string) ([]Pull, error) {
	pulls, err := c.pullsOfHead(ctx, base, sha)
	if err != nil {
		return nil, err
	}
	var landed []string
	if commitID(before) && commitID(after) {
		landed, err = c.firstParents(ctx, before, after)
	}
	for i, commit := range landed {
		if commit == sha {
			continue
		}
		if i == maxLanded {
			err = fmt.Errorf("the push has more than %d commits: the pull requests of the older ones were not looked for", maxLanded)
			break
		}
		more, lookErr := c.pullsOf(ctx, base, commit)
		if lookErr != nil {
			err = lookErr
			break
		}
		pulls = append(pulls, more...)
	}
	pulls = slices.DeleteFunc(pulls, func(p Pull) bool { return p.MergeSHA != sha && !slices.Contains(landed, p.MergeSHA) })
	slices.SortFunc(pulls, func(a, b Pull) int {
		if d := a.MergedAt.Compare(b.MergedAt); d != 0 {
			return d
		}
		return a.Number - b.Number
	})
	return slices.CompactFunc(pulls, func(a, b Pull) bool { return a.Number == b.Number }), err
}

func (c *Client) pullsOfHead(ctx context.Context, base, sha string) (pulls []Pull, err error) {
	for try := range pullTries {
		if try > 0 {
			if err := sleep(ctx, time.Second<<(try-1)); err != nil {
				return nil, err
			}
		}
		if pulls, err = c.pullsOf(ctx, base, sha); err != nil || len(pulls) > 0 {
			return pulls, err
		}
	}
	return nil, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// pullsOf is the merged pull request whose merge made the commit; where none says so (a rebase), those merged into base
// that hold it.
func (c *Client) pullsOf(ctx context.Context, base, sha string) ([]Pull, error) {
	pages := list(ctx, c, func(o gh.ListOptions) ([]*gh.PullRequest, *gh.Response, error) {
		return c.rest.PullRequests.ListPullRequestsWithCommit(ctx, c.owner, c.repo, sha, &o)
	})
	var merged, exact []Pull
	for item, err := range pages {
		if err != nil {
			return nil, fmt.Errorf("list the pull requests of commit %.7s: %w", sha, err)
		}
		p := asPull(item)
		if p.MergedAt.IsZero() || p.BaseRef != base {
			continue
		}
		merged = append(merged, p)
		if p.MergeSHA == sha {
			exact = append(exact, p)
		}
	}
	if len(exact) > 0 {
		return exact, nil
	}
	return merged, nil
}

// firstParents lists the commits that moved the branch from before to after, newest first: along first parents, for the
// others were made on the merged branches.
func (c *Client) firstParents(ctx context.Context, before, after string) ([]string, error) {
	pages := list(ctx, c, func(o gh.ListOptions) ([]*gh.RepositoryCommit, *gh.Response, error) {
		compared, resp, err := c.rest.Repositories.CompareCommits(ctx, c.owner, c.repo, before, after, &o)
		if err != nil {
			return nil, resp, err
		}
		return compared.Commits, resp, nil
	})
	first := map[string]string{} // commit: its first parent
	for k, err := range pages {
		if err != nil {
			return nil, fmt.Errorf("compare %.7s with %.7s: %w", before, after, err)
		}
		first[k.GetSHA()] = ""
		if len(k.Parents) > 0 {
			first[k.GetSHA()] = k.Parents[0].GetSHA()
		}
	}
	if len(first) > 0 && first[after] == "" {
		return nil, errors.New("the comparison does not hold the commit that was pushed")
	}
	var line []string
	for at := after; ; {
		parent, ok := first[at]
		if !ok {
			return line, nil
		}
		line = append(line, at)
		delete(first, at) // a loop cannot be
		at = parent
	}
}

// commitID is false for the zeros that stand for a branch that was not there.
func commitID(s string) bool { return strings.Trim(s, "0") != "" }

// Writers are the accounts, in lower case, that wrote the commits of a pull request, as author or committer. Merges of
// the base into it are left out: who updates a branch has not written what came in.
func (c *Client) Writers(ctx context.Context, pr int) (map[string]bool, error) {
	pages := list(ctx, c, func(o gh.ListOptions) ([]*gh.RepositoryCommit, *gh.Response, error) {
		return c.rest.PullRequests.ListCommits(ctx, c.owner, c.repo, pr, &o)
	})
	var commits []*gh.RepositoryCommit
	own := map[string]bool{}
	for k, err := range pages {
		if err != nil {
			return nil, fmt.Errorf("list the commits of #%d: %w", pr, err)
		}
		commits = append(commits, k)
		own[k.GetSHA()] = true
	}
	if len(commits) >= maxPullCommits {
		return nil, fmt.Errorf("list the commits of #%d: GitHub lists no more than %d", pr, maxPullCommits)
	}
	writers := map[string]bool{}
	for _, k := range commits {
		ofBase := len(k.Parents) > 1
		for i, parent := range k.Parents {
			ofBase = ofBase && (i == 0 || !own[parent.GetSHA()])
		}
		if ofBase {
			continue
		}
		addWriters(writers, k)
	}
	return writers, nil
}

// LastWriters are the accounts, in lower case, that last changed any of the files on a branch, and the pull requests they
// did it by: who wrote its commits and who opened it.
func (c *Client) LastWriters(ctx context.Context, branch, ref string, files ...string) (writers map[string]bool, pulls []int, err error) {
	writers = map[string]bool{}
	for _, file := range files {
		if file == "" {
			continue
		}
		commits, _, err := attempt(ctx, c, true, func() ([]*gh.RepositoryCommit, *gh.Response, error) {
			return c.rest.Repositories.ListCommits(ctx, c.owner, c.repo, &gh.CommitsListOptions{SHA: ref, Path: file, ListOptions: gh.ListOptions{PerPage: 1}})
		})
		if err != nil {
			return nil, nil, fmt.Errorf("read who last changed %s: %w", file, err)
		}
		for _, k := range commits {
			addWriters(writers, k)
			by, err := c.pullsOf(ctx, branch, k.GetSHA())
			if err != nil {
				return nil, nil, err
			}
			for _, p := range by {
				of, err := c.Writers(ctx, p.Number)
				if err != nil {
					return nil, nil, err
				}
				maps.Copy(writers, of)
				if writers[strings.ToLower(p.Author)] = true; !slices.Contains(pulls, p.Number) {
					pulls = append(pulls, p.Number)
				}
			}
		}
	}
	return writers, pulls, nil
}

func addWriters(to map[string]bool, k *gh.RepositoryCommit) {
	for _, who := range []*gh.User{k.Author, k.Committer} {
		if login := strings.ToLower(who.GetLogin()); login != "" {
			to[login] = true
		}
	}
}
