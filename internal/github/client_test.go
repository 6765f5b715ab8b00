package github

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
)

func TestNewClient(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, api, graphql string
		token, repository  string
		want               string // the GraphQL address, or "" for an error
	}{
		{"github.com", "", "", testToken, testRepo, "https://api.github.com/graphql"},
		{"enterprise server", "https://git.acme.test/api/v3", "", testToken, testRepo, "https://git.acme.test/api/graphql"},
		{"given", "https://git.acme.test/api/v3/", "https://git.acme.test/g", testToken, testRepo, "https://git.acme.test/g"},
		{"loopback", "http://127.0.0.1:8080", "", testToken, testRepo, "http://127.0.0.1:8080/graphql"},
		{"loopback v6", "http://[::1]:8080", "", testToken, testRepo, "http://[::1]:8080/graphql"},
		{"plain http", "http://api.github.com", "", testToken, testRepo, ""},
		{"plain http GraphQL", "", "http://api.github.com/graphql", testToken, testRepo, ""},
		{"http to a name like loopback", "http://127.0.0.1.evil.test", "", testToken, testRepo, ""},
		{"not a URL", "://", "", testToken, testRepo, ""},
		{"no host", "https://", "", testToken, testRepo, ""},
		{"password", "https://a:b@api.github.com", "", testToken, testRepo, ""},
		{"file", "file:///etc", "", testToken, testRepo, ""},
		{"no token", "", "", "", testRepo, ""},
		{"token with a line end", "", "", testToken + "\n", testRepo, ""},
		{"no repository", "", "", testToken, "", ""},
		{"repository with a path", "", "", testToken, "acme/people/../../x", ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c, err := NewClient(Options{Token: tc.token, Repository: tc.repository, APIURL: tc.api, GraphQLURL: tc.graphql})
			if (err == nil) != (tc.want != "") {
				t.Fatalf("error %v", err)
			}
			if err != nil {
				if strings.Contains(err.Error(), testToken) {
					t.Errorf("the token is in %v", err)
				}
				return
			}
			if got := c.graphql; got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

// served answers every call with h, over a real connection.
func served(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := NewClient(Options{Token: testToken, Repository: testRepo, APIURL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestClientRedirects(t *testing.T) {
	t.Parallel()
	stolen := make(chan string, 10)
	evil := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { stolen <- r.Header.Get("Authorization") }))
	defer evil.Close()
	cases := []struct {
		name, path string
		status     int
		call       func(c *Client) error
		ok         bool
	}{
		{"renamed repository", "/repositories/1", 301, func(c *Client) error { _, _, err := c.Repository(t.Context()); return err }, true},
		{"to another host", evil.URL + "/repos/acme/people", 301, func(c *Client) error { _, _, err := c.Repository(t.Context()); return err }, false},
		{"a write to another host", evil.URL, 307, func(c *Client) error { _, err := c.CreateComment(t.Context(), 7, "x"); return err }, false},
		{"a write turned into a read", "/repositories/1", 302, func(c *Client) error { _, err := c.CreateComment(t.Context(), 7, "x"); return err }, false},
		{"in circles", "/repos/acme/people", 301, func(c *Client) error { _, _, err := c.Repository(t.Context()); return err }, false},
	}
	for _, tc := range cases {
		c := served(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/repositories/1" {
				fmt.Fprint(w, `{"visibility":"private"}`)
				return
			}
			w.Header().Set("Location", tc.path)
			w.WriteHeader(tc.status)
		})
		if err := tc.call(c); (err == nil) != tc.ok {
			t.Errorf("%s: error %v", tc.name, err)
		}
	}
	select {
	case token := <-stolen:
		t.Errorf("the other host got %q", token)
	default:
	}
}

func TestClientAnswers(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"the token echoed", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			fmt.Fprintf(w, `{"message":"bad credentials %s\u001b[31m"}`, r.Header.Get("Authorization"))
		}, `400 bad credentials Bearer ***\u001b[31m`},
		{"a page instead of JSON", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(404)
			fmt.Fprint(w, "<html>secret page</html>")
		}, "404 Not Found"},
		{"not JSON", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, "not the JSON"},
		{"endless", func(w http.ResponseWriter, _ *http.Request) {
			chunk := bytes.Repeat([]byte(" "), 1<<20)
			for range 40 {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, "larger than 32 MiB"},
		{"pages without end", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", `<http://`+r.Host+r.URL.Path+`?page=2>; rel="prev", <http://`+r.Host+r.URL.Path+`?page=3>; rel="next"`)
			fmt.Fprint(w, `[]`)
		}, "more than 100 pages"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := served(t, tc.answer).Reviews(t.Context(), 7)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), testToken) || strings.Contains(err.Error(), "secret page") {
				t.Errorf("error %v, want %q in it and no token", err, tc.want)
			}
		})
	}
}

// The fake over a real connection: addresses of pages and of GraphQL fit.
func TestClientOverHTTP(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	for range 150 {
		g.AddComment(7, "ann", "x")
	}
	c := served(t, g.ServeHTTP)
	comments, err := c.PlanComments(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	old, _, err := c.OwnComment(t.Context(), comments, "users.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.UpsertComment(t.Context(), 7, old, testMarker(), "new"); err != nil {
		t.Fatal(err)
	}
	want := "GET /repos/acme/people/issues/7/comments, GET /repos/acme/people/issues/7/comments, GET /user, POST /graphql, POST /repos/acme/people/issues/7/comments"
	if got := strings.Join(g.Requests(), ", "); got != want {
		t.Errorf("calls\n%s\nwant\n%s", got, want)
	}
}

// A list goes on with its own address, whatever the answer says.
func TestNextPageElsewhere(t *testing.T) {
	t.Parallel()
	var asked []string
	c := served(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Host+r.URL.RawQuery)
		if len(asked) == 1 {
			w.Header().Set("Link", `<https://evil.test/x?page=2>; rel="next"`)
		}
		fmt.Fprint(w, `[]`)
	})
	if _, err := c.Reviews(t.Context(), 7); err != nil || len(asked) != 2 {
		t.Errorf("asked %v, error %v", asked, err)
	}
}

func TestErrorUnwraps(t *testing.T) {
	t.Parallel()
	c := served(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) })
	_, err := c.Pull(t.Context(), 7)
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Status != 404 {
		t.Errorf("got %+v", err)
	}
}
