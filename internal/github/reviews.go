package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Review is one review of a pull request.
type Review struct {
	Login       string // "" when the account is gone
	State       string // APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED, PENDING
	CommitID    string
	SubmittedAt time.Time
}

// Approvals says whose approval of a commit counts, and why others' does not.
type Approvals struct {
	HeadSHA string
	Needed  int
	Counted []Approval
	Ignored []Ignored
}

// Approval is one that counts.
type Approval struct {
	Login       string
	As          string // the login or the team of the setting that names them
	SubmittedAt time.Time
}

// Ignored is a person who reviewed and whose review does not count.
type Ignored struct {
	Login  string
	Reason string
}

// Enough reports whether as many people approved as are needed.
func (a Approvals) Enough() bool { return len(a.Counted) >= max(a.Needed, 1) }

// Reviews lists all reviews of a pull request, oldest first.
func (c *Client) Reviews(ctx context.Context, pr int) ([]Review, error) {
	type item struct {
		User        *account  `json:"user"`
		State       string    `json:"state"`
		CommitID    string    `json:"commit_id"`
		SubmittedAt time.Time `json:"submitted_at"`
	}
	var all []Review
	for r, err := range pages[item](ctx, c, c.repo("pulls", pr, "reviews"), nil) {
		if err != nil {
			return nil, fmt.Errorf("list the reviews of #%d: %w", pr, err)
		}
		review := Review{State: strings.ToUpper(r.State), CommitID: r.CommitID, SubmittedAt: r.SubmittedAt}
		if r.User != nil {
			review.Login = r.User.Login
		}
		all = append(all, review)
	}
	slices.SortStableFunc(all, func(a, b Review) int { return a.SubmittedAt.Compare(b.SubmittedAt) })
	return all, nil
}

// Approvals counts the approvals of headSHA by allowed reviewers: logins, or
// teams as org/team; either may begin with @. Nobody named means nobody counts.
func (c *Client) Approvals(ctx context.Context, pr int, headSHA string, reviewers []string, count int) (Approvals, error) {
	pull, err := c.Pull(ctx, pr)
	if err != nil {
		return Approvals{}, err
	}
	reviews, err := c.Reviews(ctx, pr)
	if err != nil {
		return Approvals{}, err
	}
	a := Approvals{HeadSHA: headSHA, Needed: max(count, 1)}
	for _, r := range latestReviews(reviews) {
		reason := notCounting(r, pull.Author, headSHA)
		as := ""
		if reason == "" {
			as, reason = c.allowed(ctx, r.Login, reviewers)
		}
		if reason != "" {
			a.Ignored = append(a.Ignored, Ignored{Login: r.Login, Reason: reason})
			continue
		}
		a.Counted = append(a.Counted, Approval{Login: r.Login, As: as, SubmittedAt: r.SubmittedAt})
	}
	return a, ctx.Err()
}

// latestReviews is the review that stands for each person, by login. A comment
// does not take back an approval; a dismissal does.
func latestReviews(reviews []Review) []Review {
	latest := map[string]Review{}
	for _, r := range reviews {
		who := strings.ToLower(r.Login)
		switch r.State {
		case "APPROVED", "CHANGES_REQUESTED", "DISMISSED":
			latest[who] = r
		case "COMMENTED":
			if _, ok := latest[who]; !ok {
				latest[who] = r
			}
		}
	}
	delete(latest, "")
	var all []Review
	for _, r := range latest {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Review) int { return cmp.Compare(strings.ToLower(a.Login), strings.ToLower(b.Login)) })
	return all
}

func notCounting(r Review, author, headSHA string) string {
	switch {
	case r.State == "CHANGES_REQUESTED":
		return "asked for changes"
	case r.State == "DISMISSED":
		return "the review was dismissed"
	case r.State != "APPROVED":
		return "commented without approving"
	case author == "" || strings.EqualFold(r.Login, author):
		return "is the author of the pull request"
	case r.CommitID == "" || r.CommitID != headSHA:
		return fmt.Sprintf("approved %.7s, not the head commit %.7s", r.CommitID, headSHA)
	case r.SubmittedAt.IsZero():
		return "the approval has no time"
	}
	return ""
}

// allowed names the entry of reviewers that login is, or says why there is none.
func (c *Client) allowed(ctx context.Context, login string, reviewers []string) (as, reason string) {
	var unread, teams []string
	for _, r := range reviewers {
		name := strings.TrimPrefix(strings.TrimSpace(r), "@")
		org, team, isTeam := strings.Cut(name, "/")
		switch {
		case name == "":
		case !isTeam && strings.EqualFold(name, login):
			return name, ""
		case isTeam:
			in, err := c.inTeam(ctx, org, team, login)
			if err != nil {
				unread = append(unread, fmt.Sprintf("cannot read the members of %s: %v", name, err))
			}
			if in {
				return name, ""
			}
			teams = append(teams, name)
		}
	}
	if len(unread) > 0 {
		return "", strings.Join(unread, "; ")
	}
	if len(teams) > 0 {
		// GitHub says 404 for a team the token may not see, too.
		return "", "is not a named reviewer, nor in " + strings.Join(teams, ", ") + " as far as this token may see"
	}
	return "", "is not a named reviewer"
}

// inTeam asks for an active membership. The job's own token may not read
// teams: that takes a token with read access to the organisation's members.
func (c *Client) inTeam(ctx context.Context, org, team, login string) (bool, error) {
	var m struct {
		State string `json:"state"`
	}
	path := "/orgs/" + url.PathEscape(org) + "/teams/" + url.PathEscape(team) + "/memberships/" + url.PathEscape(login)
	err := c.get(ctx, path, &m)
	if e, ok := errors.AsType[*Error](err); ok && e.Status == http.StatusNotFound {
		return false, nil
	}
	return err == nil && m.State == "active", err
}
