package github

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Pull is a pull request.
type Pull struct {
	Number   int
	URL      string
	Author   string // "" when the account is gone
	HeadSHA  string
	BaseRef  string
	MergeSHA string // commit that the merge made, or would make
	MergedAt time.Time
}

type pullJ struct {
	Number   int        `json:"number"`
	HTMLURL  string     `json:"html_url"`
	User     *account   `json:"user"`
	MergedAt *time.Time `json:"merged_at"`
	MergeSHA string     `json:"merge_commit_sha"`
	Head     struct {
		SHA string `json:"sha"`
	} `json:"head"`
	Base struct {
		Ref string `json:"ref"`
	} `json:"base"`
}

func (j pullJ) pull() Pull {
	p := Pull{Number: j.Number, URL: j.HTMLURL, HeadSHA: j.Head.SHA, BaseRef: j.Base.Ref, MergeSHA: j.MergeSHA}
	if j.User != nil {
		p.Author = j.User.Login
	}
	if j.MergedAt != nil {
		p.MergedAt = *j.MergedAt
	}
	return p
}

// Pull reads one pull request.
func (c *Client) Pull(ctx context.Context, number int) (Pull, error) {
	var j pullJ
	if err := c.get(ctx, c.repo("pulls", number), &j); err != nil {
		return Pull{}, fmt.Errorf("read pull request #%d: %w", number, err)
	}
	return j.pull(), nil
}

const (
	// pullTries: the pulls of a commit are not there at once after the merge (github-actions.md section 5).
	pullTries = 4
	// maxLanded bounds how many commits of one push are asked for their pull request.
	maxLanded = 50
)

// MergedPulls finds the pull requests that a push to the branch base merged,
// oldest first: that of sha, and with before and after those of the other
// commits of the push (a merge queue lands several at once). A commit pushed
// without a pull request has none. What it found stands also beside an error.
func (c *Client) MergedPulls(ctx context.Context, base, sha, before, after string) ([]Pull, error) {
	pulls, err := c.pullsOfHead(ctx, base, sha)
	if err != nil {
		return nil, err
	}
	if !commitID(before) || !commitID(after) {
		return pulls, nil
	}
	landed, err := c.landed(ctx, before, after)
	if err != nil {
		return pulls, err
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

// pullsOf is the merged pull request whose merge made the commit; where none
// says so (a rebase), those merged into base that hold it.
func (c *Client) pullsOf(ctx context.Context, base, sha string) ([]Pull, error) {
	var merged, exact []Pull
	for j, err := range pages[pullJ](ctx, c, c.repo("commits", sha, "pulls"), nil) {
		if err != nil {
			return nil, fmt.Errorf("list the pull requests of commit %.7s: %w", sha, err)
		}
		p := j.pull()
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

// landed lists the commits that moved the branch from before to after, newest
// first: along first parents, for the others were made on the merged branches.
func (c *Client) landed(ctx context.Context, before, after string) ([]string, error) {
	type commit struct {
		SHA     string `json:"sha"`
		Parents []struct {
			SHA string `json:"sha"`
		} `json:"parents"`
	}
	first := map[string]string{} // commit: its first parent
	next := c.api.String() + c.repo("compare", before+"..."+after) + "?" + url.Values{"per_page": {"100"}}.Encode()
	for page := 0; next != "" && page < maxPages; page++ {
		var answer struct {
			Commits []commit `json:"commits"`
		}
		header, err := c.send(ctx, request{method: "GET", url: next, into: &answer, repeat: true})
		if err != nil {
			return nil, fmt.Errorf("compare %.7s with %.7s: %w", before, after, err)
		}
		for _, k := range answer.Commits {
			first[k.SHA] = ""
			if len(k.Parents) > 0 {
				first[k.SHA] = k.Parents[0].SHA
			}
		}
		if next, err = c.nextPage(header); err != nil {
			return nil, err
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
