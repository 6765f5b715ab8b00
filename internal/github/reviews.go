package github

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v75/github"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Review is one review of a pull request.
type Review struct {
	Login       string // "" when the account is gone
	Bot         bool
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
	SubmittedAt time.Time
}

// Ignored is a person whose review does not count.
type Ignored struct {
	Login  string
	Reason string
}

// Enough reports whether as many people approved as are needed.
func (a Approvals) Enough() bool { return len(a.Counted) >= max(a.Needed, 1) }

// Reviews lists all reviews of a pull request, oldest first.
func (c *Client) Reviews(ctx context.Context, pr int) ([]Review, error) {
	pages := list(ctx, c, func(o gh.ListOptions) ([]*gh.PullRequestReview, *gh.Response, error) {
		return c.rest.PullRequests.ListReviews(ctx, c.owner, c.repo, pr, &o)
	})
	var all []Review
	for r, err := range pages {
		if err != nil {
			return nil, fmt.Errorf("list the reviews of #%d: %w", pr, err)
		}
		all = append(all, Review{
			Login: r.GetUser().GetLogin(), Bot: isBot(r.GetUser().GetLogin(), r.GetUser().GetType()),
			State: strings.ToUpper(r.GetState()), CommitID: r.GetCommitID(), SubmittedAt: r.GetSubmittedAt().Time,
		})
	}
	slices.SortStableFunc(all, func(a, b Review) int { return a.SubmittedAt.Compare(b.SubmittedAt) })
	return all, nil
}

func isBot(login, kind string) bool { return kind == "Bot" || strings.HasSuffix(login, "[bot]") }

// Approvals counts the approvals of headSHA by allowed reviewers: logins, or teams as org/team; either may begin with @.
// Nobody named means nobody counts.
func (c *Client) Approvals(ctx context.Context, pr int, headSHA string, reviewers []string, count int) (Approvals, error) {
	check, err := c.Reviewers(ctx, pr, reviewers)
	if err != nil {
		return Approvals{}, err
	}
	return check.Approvals(ctx, headSHA, count)
}

// Approvals counts the approvals of headSHA.
func (r *Reviewers) Approvals(ctx context.Context, headSHA string, count int) (Approvals, error) {
	reviews, err := r.c.Reviews(ctx, r.pr)
	if err != nil {
		return Approvals{}, err
	}
	a := Approvals{HeadSHA: headSHA, Needed: max(count, 1)}
	for _, v := range latestReviews(reviews) {
		reason := notCounting(v, headSHA)
		if reason == "" {
			reason = r.Ignores(ctx, v.Login)
		}
		if reason != "" {
			a.Ignored = append(a.Ignored, Ignored{Login: v.Login, Reason: reason})
			continue
		}
		a.Counted = append(a.Counted, Approval{Login: v.Login, SubmittedAt: v.SubmittedAt})
	}
	return a, ctx.Err()
}

// latestReviews is the review that stands for each person, by login. A comment does not take back an approval; a
// dismissal does.
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

func notCounting(r Review, headSHA string) string {
	switch {
	case r.State == "CHANGES_REQUESTED":
		return "asked for changes"
	case r.State == "DISMISSED":
		return "the review was dismissed"
	case r.State != "APPROVED":
		return "commented without approving"
	case r.Bot:
		return "is no person"
	case r.CommitID == "" || r.CommitID != headSHA:
		return fmt.Sprintf("approved %.7s, not the head commit %.7s", r.CommitID, headSHA)
	case r.SubmittedAt.IsZero():
		return "the approval has no time"
	}
	return ""
}

// Reviewers tells whose word counts for a pull request.
type Reviewers struct {
	c       *Client
	pr      int
	named   []string
	author  string
	writers map[string]bool // of its commits, in lower case
}

// Reviewers reads who wrote a pull request: their word does not count. A pr of 0 is nobody's.
func (c *Client) Reviewers(ctx context.Context, pr int, named []string) (*Reviewers, error) {
	r := &Reviewers{c: c, pr: pr, named: named}
	if pr == 0 {
		return r, nil
	}
	pull, err := c.Pull(ctx, pr)
	if err != nil {
		return nil, err
	}
	if pull.Author == "" {
		return nil, fmt.Errorf("read pull request #%d: its author is not known, and their own word would not count", pr)
	}
	r.author = pull.Author
	r.writers, err = c.Writers(ctx, pr)
	return r, err
}

// Ignores says why the word of login does not count; empty: it does.
func (r *Reviewers) Ignores(ctx context.Context, login string) string {
	switch {
	case isBot(login, ""):
		return "is no person"
	case strings.EqualFold(login, r.author):
		return "is the author of the pull request"
	case r.writers[strings.ToLower(login)]:
		return "wrote a commit of the pull request"
	}
	if reason := r.unnamed(ctx, login); reason != "" {
		return reason
	}
	may, err := r.c.permission(ctx, login)
	switch {
	case err != nil:
		return "whether they may write to the repository could not be read: " + err.Error()
	case may == "":
		return "is the name of nobody on GitHub"
	case may != "write" && may != "admin":
		return "may not write to the repository"
	}
	return ""
}

// unnamed says why login is none of the named reviewers; empty: they are.
func (r *Reviewers) unnamed(ctx context.Context, login string) string {
	var unread, teams []string
	for _, entry := range r.named {
		name := strings.TrimPrefix(strings.TrimSpace(entry), "@")
		org, team, isTeam := strings.Cut(name, "/")
		switch {
		case name == "":
		case !isTeam && strings.EqualFold(name, login):
			return ""
		case isTeam:
			in, err := r.c.inTeam(ctx, org, team, login)
			if err != nil {
				unread = append(unread, fmt.Sprintf("cannot read the members of %s: %v", name, err))
			}
			if in {
				return ""
			}
			teams = append(teams, name)
		}
	}
	if len(unread) > 0 {
		return strings.Join(unread, "; ")
	}
	if len(teams) > 0 {
		// GitHub says 404 for a team the token may not see, too.
		return "is not a named reviewer, nor in " + text.Or(teams) + " as far as this token may see"
	}
	return "is not a named reviewer"
}

// inTeam asks for an active membership. The job's own token may not read teams: that takes a token with read access to
// the organisation's members.
func (c *Client) inTeam(ctx context.Context, org, team, login string) (bool, error) {
	m, _, err := attempt(ctx, c, true, func() (*gh.Membership, *gh.Response, error) {
		return c.rest.Teams.GetTeamMembershipBySlug(ctx, url.PathEscape(org), url.PathEscape(team), url.PathEscape(login))
	})
	if isStatus(err, http.StatusNotFound) {
		return false, nil
	}
	return err == nil && m.GetState() == "active", err
}

// permission is what a person may do in the repository (docs/github.md#permissions); empty: there is no such person.
func (c *Client) permission(ctx context.Context, login string) (string, error) {
	p, _, err := attempt(ctx, c, true, func() (*gh.RepositoryPermissionLevel, *gh.Response, error) {
		return c.rest.Repositories.GetPermissionLevel(ctx, c.owner, c.repo, url.PathEscape(login))
	})
	if isStatus(err, http.StatusNotFound) {
		return "", nil
	}
	return p.GetPermission(), err
}
