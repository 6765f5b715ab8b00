package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	gh "github.com/google/go-github/v75/github"
)

// Client speaks to GitHub's API about one repository. It is safe for concurrent use.
type Client struct {
	rest        *gh.Client
	graphql     string // its address
	owner, repo string
	token       string

	mu    sync.Mutex
	login string // of the token, once asked
}

// Options are what a Client needs.
type Options struct {
	Token      string
	Repository string            // owner/name
	APIURL     string            // default https://api.github.com
	GraphQLURL string            // default: the one that belongs to APIURL
	Transport  http.RoundTripper // default http.DefaultTransport
}

var repositoryName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}$`)

// NewClient checks the options; it makes no call.
func NewClient(o Options) (*Client, error) {
	if o.Token == "" {
		return nil, errors.New("no GitHub token")
	}
	if strings.ContainsFunc(o.Token, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return nil, errors.New("the GitHub token holds white space or other characters no token has")
	}
	if !repositoryName.MatchString(o.Repository) {
		return nil, fmt.Errorf("the repository is %q, not owner/name", o.Repository)
	}
	api, err := apiURL(cmp.Or(o.APIURL, "https://api.github.com"))
	if err != nil {
		return nil, err
	}
	graphql := *api
	if o.GraphQLURL != "" {
		given, err := apiURL(o.GraphQLURL)
		if err != nil {
			return nil, err
		}
		graphql = *given
	} else {
		// Enterprise servers have /api/v3 and /api/graphql, github.com has / and /graphql.
		graphql.Path = strings.TrimSuffix(api.Path, "/v3") + "/graphql"
	}
	next := o.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	c := &Client{graphql: graphql.String(), token: o.Token}
	c.owner, c.repo, _ = strings.Cut(o.Repository, "/")
	c.rest = gh.NewClient(&http.Client{
		Transport:     transport{next: next, token: o.Token, hosts: [2]string{api.Host, graphql.Host}},
		CheckRedirect: sameHost,
	})
	c.rest.DisableRateLimitCheck = true // attempt waits as long as it is told
	c.rest.UserAgent = "clockify-sync"
	c.rest.BaseURL = api.JoinPath("/")
	return c, nil
}

func apiURL(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(raw, "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("the GitHub API address is not a plain URL")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, fmt.Errorf("the GitHub API address %s is not https", u.Redacted())
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Login is the account the token writes as. A job's token and an App's may not ask GET /user; GraphQL tells their name
// without or with "[bot]", REST always with it (docs/github.md#accounts).
func (c *Client) Login(ctx context.Context) (string, error) {
	c.mu.Lock()
	login := c.login
	c.mu.Unlock()
	if login != "" {
		return login, nil
	}
	user, _, err := attempt(ctx, c, true, func() (*gh.User, *gh.Response, error) { return c.rest.Users.Get(ctx, "") })
	if login = user.GetLogin(); err != nil || login == "" {
		login = c.viewer(ctx)
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	c.mu.Lock()
	c.login = login
	c.mu.Unlock()
	return login, nil
}

func (c *Client) viewer(ctx context.Context) string {
	var data struct {
		Viewer struct{ Login string }
	}
	err := c.query(ctx, `query{viewer{login}}`, nil, &data)
	login := strings.TrimSuffix(data.Viewer.Login, "[bot]")
	if err != nil || login == "" {
		login = "github-actions"
	}
	// Only a bot gets here: with the suffix no person of the same name is taken for it.
	return login + "[bot]"
}

// query asks GraphQL. It only reads.
func (c *Client) query(ctx context.Context, query string, variables map[string]any, data any) error {
	_, _, err := attempt(ctx, c, true, func() (any, *gh.Response, error) {
		req, err := c.rest.NewRequest(http.MethodPost, c.graphql, map[string]any{"query": query, "variables": variables})
		if err != nil {
			return nil, nil, err
		}
		answer := struct {
			Data   any
			Errors []struct{ Message string }
		}{Data: data}
		resp, err := c.rest.Do(ctx, req, &answer)
		if err == nil && len(answer.Errors) > 0 {
			err = &Error{Status: resp.StatusCode, Message: c.clean(answer.Errors[0].Message)}
		}
		return nil, resp, err
	})
	return err
}
