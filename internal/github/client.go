package github

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Client speaks to GitHub's REST API about one repository. Safe for concurrent
// use.
type Client struct {
	api, graphql *url.URL
	repository   string // owner/name
	token        string
	http         *http.Client

	mu    sync.Mutex
	login string              // of the token, once asked
	found map[sticky]*Comment // by FindComment, for the UpsertComment that follows
}

// Options are what a Client needs.
type Options struct {
	Token      string
	Repository string            // owner/name
	APIURL     string            // default https://api.github.com
	GraphQLURL string            // default: the one that belongs to APIURL
	Transport  http.RoundTripper // default http.DefaultTransport
}

// callTimeout bounds one attempt of one call.
const callTimeout = 15 * time.Second

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
	api, err := apiURL(orElse(o.APIURL, "https://api.github.com"))
	if err != nil {
		return nil, err
	}
	graphql := *api
	if o.GraphQLURL != "" {
		g, err := apiURL(o.GraphQLURL)
		if err != nil {
			return nil, err
		}
		graphql = *g
	} else {
		// Enterprise servers have /api/v3 and /api/graphql, github.com has / and /graphql.
		graphql.Path = strings.TrimSuffix(api.Path, "/v3") + "/graphql"
	}
	c := &Client{api: api, graphql: &graphql, repository: o.Repository, token: o.Token, found: map[sticky]*Comment{}}
	c.http = &http.Client{Transport: o.Transport, Timeout: callTimeout, CheckRedirect: sameHost}
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

var errRedirect = errors.New("refused a redirect to another host or method")

// sameHost follows a renamed repository, and nothing that could carry the
// token elsewhere or turn a write into a read.
func sameHost(req *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > 3 || req.URL.Host != first.URL.Host || req.URL.Scheme != first.URL.Scheme || req.Method != first.Method {
		return errRedirect
	}
	return nil
}

// Login is the account the token writes as. A job's token and an App's may not
// ask GET /user; GraphQL tells their name without or with "[bot]", REST always
// with it (github-actions.md section 2).
func (c *Client) Login(ctx context.Context) (string, error) {
	c.mu.Lock()
	login := c.login
	c.mu.Unlock()
	if login != "" {
		return login, nil
	}
	var user account
	err := c.get(ctx, "/user", &user)
	login = user.Login
	if err != nil || login == "" {
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
	var answer struct {
		Data struct {
			Viewer account `json:"viewer"`
		} `json:"data"`
	}
	q := map[string]string{"query": "query{viewer{login}}"}
	_, err := c.send(ctx, request{method: http.MethodPost, url: c.graphql.String(), body: q, into: &answer, repeat: true})
	login := strings.TrimSuffix(answer.Data.Viewer.Login, "[bot]")
	if err != nil || login == "" {
		login = "github-actions"
	}
	// Only a bot gets here: with the suffix no person of the same name is taken for it.
	return login + "[bot]"
}

// repo is a path below the client's repository; numbers and strings, escaped.
func (c *Client) repo(parts ...any) string {
	p := "/repos/" + c.repository
	for _, part := range parts {
		switch v := part.(type) {
		case int:
			p += "/" + strconv.Itoa(v)
		case int64:
			p += "/" + strconv.FormatInt(v, 10)
		case string:
			p += "/" + url.PathEscape(v)
		}
	}
	return p
}

func (c *Client) get(ctx context.Context, path string, into any) error {
	_, err := c.send(ctx, request{method: http.MethodGet, url: c.api.String() + path, into: into, repeat: true})
	return err
}

func (c *Client) post(ctx context.Context, path string, body, into any) error {
	_, err := c.send(ctx, request{method: http.MethodPost, url: c.api.String() + path, body: body, into: into})
	return err
}

// patch may be repeated: it sets what it sets.
func (c *Client) patch(ctx context.Context, path string, body, into any) error {
	_, err := c.send(ctx, request{method: http.MethodPatch, url: c.api.String() + path, body: body, into: into, repeat: true})
	return err
}
