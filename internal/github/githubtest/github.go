// Package githubtest is a GitHub in memory, of one repository: an http.Handler that
// answers the calls of package github as the real one does, and misbehaves on
// demand. For tests only. It does not know the code it serves.
package githubtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
)

// GitHub serves one repository at the root of its handler. Set it up and ask
// it by its methods, also while it serves.
type GitHub struct {
	mu         sync.Mutex
	mux        *http.ServeMux
	repository string
	login      string // of whoever calls
	person     bool   // GET /user answers
	visibility string

	lastID       int64
	comments     []*Comment
	issues       []*Issue
	pulls        map[int]*Pull
	reviews      map[int][]Review
	teams        map[string]bool // org/team/login
	environments map[string]Environment
	permissions  map[string]string // login: admin, write, read or none
	approvals    map[int64][]RunApproval
	statuses     []Status
	files        map[string]string // "commit path": content
	commits      map[string][]Commit
	changes      map[string]Commit // file: the last that changed it
	hidden       int

	readOnly, locked, missing, crlf bool

	faults []*Fault
	calls  []string
}

// New is an empty, private repository (owner/name), asked by a job's own token.
func New(repository string) *GitHub {
	g := &GitHub{
		mux:          http.NewServeMux(),
		repository:   repository,
		login:        "github-actions[bot]",
		visibility:   "private",
		lastID:       1000,
		pulls:        map[int]*Pull{},
		reviews:      map[int][]Review{},
		teams:        map[string]bool{},
		environments: map[string]Environment{},
		permissions:  map[string]string{},
		approvals:    map[int64][]RunApproval{},
		files:        map[string]string{},
		commits:      map[string][]Commit{},
		changes:      map[string]Commit{},
	}
	g.routes()
	return g
}

func (g *GitHub) routes() {
	repo := "/repos/" + g.repository
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /user":     g.user,
		"POST /graphql": g.graphql,
		"GET " + repo:   g.repo,
		"GET " + repo + "/issues/{number}/comments":         g.listComments,
		"POST " + repo + "/issues/{number}/comments":        g.postComment,
		"PATCH " + repo + "/issues/comments/{id}":           g.patchComment,
		"GET " + repo + "/issues":                           g.listIssues,
		"POST " + repo + "/issues":                          g.postIssue,
		"PATCH " + repo + "/issues/{number}":                g.patchIssue,
		"GET " + repo + "/pulls/{number}":                   g.pull,
		"GET " + repo + "/pulls/{number}/reviews":           g.listReviews,
		"GET " + repo + "/pulls/{number}/commits":           g.pullCommits,
		"GET " + repo + "/collaborators/{login}/permission": g.permission,
		"GET " + repo + "/actions/runs/{id}/approvals":      g.runApprovals,
		"POST " + repo + "/statuses/{sha}":                  g.postStatus,
		"GET " + repo + "/commits/{sha}/pulls":              g.commitPulls,
		"GET " + repo + "/commits":                          g.listCommits,
		"GET " + repo + "/compare/{range}":                  g.compare,
		"GET " + repo + "/environments/{name}":              g.environment,
		"GET " + repo + "/contents/{path...}":               g.contents,
		"GET /orgs/{org}/teams/{team}/memberships/{login}":  g.membership,
	} {
		g.mux.HandleFunc(pattern, h)
	}
}

// ServeHTTP counts the call, plays the faults, then answers.
func (g *GitHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = append(g.calls, r.Method+" "+r.URL.Path)
	if strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") == "" {
		refuse(w, http.StatusUnauthorized, "Requires authentication")
		return
	}
	if f := g.fault(r); f != nil {
		f.play(w, r, g.mux)
		return
	}
	g.mux.ServeHTTP(w, r)
}

// Calls counts the requests made by method ("" any) whose path holds part.
func (g *GitHub) Calls(method, part string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, c := range g.calls {
		m, path, _ := strings.Cut(c, " ")
		if (method == "" || m == method) && strings.Contains(path, part) {
			n++
		}
	}
	return n
}

// Requests lists every request as "METHOD /path", in order.
func (g *GitHub) Requests() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.calls...)
}

// ActAs sets whose token calls: a person, whom GET /user names, or a bot, whom
// only GraphQL names.
func (g *GitHub) ActAs(login string, person bool) {
	g.set(func() { g.login, g.person = login, person })
}

// SetVisibility takes public, private or internal.
func (g *GitHub) SetVisibility(v string) { g.set(func() { g.visibility = v }) }

// SetReadOnly makes every write fail with 403, as a fork's token does.
func (g *GitHub) SetReadOnly(on bool) { g.set(func() { g.readOnly = on }) }

// SetLocked locks every conversation.
func (g *GitHub) SetLocked(on bool) { g.set(func() { g.locked = on }) }

// SetMissing makes everything about issues and comments 404.
func (g *GitHub) SetMissing(on bool) { g.set(func() { g.missing = on }) }

// SetCRLF gives bodies back with CRLF line ends.
func (g *GitHub) SetCRLF(on bool) { g.set(func() { g.crlf = on }) }

func (g *GitHub) set(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f()
}

func (g *GitHub) id() int64 {
	g.lastID++
	return g.lastID
}

func (g *GitHub) user(w http.ResponseWriter, _ *http.Request) {
	if !g.person {
		refuse(w, http.StatusForbidden, "Resource not accessible by integration")
		return
	}
	answer(w, http.StatusOK, map[string]any{"login": g.login})
}

func (g *GitHub) graphql(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Query     string
		Variables struct{ ID, After string }
	}
	if json.NewDecoder(r.Body).Decode(&q) != nil {
		refuse(w, http.StatusBadRequest, "Problems parsing JSON")
		return
	}
	switch {
	case strings.Contains(q.Query, "userContentEdits"):
		answer(w, http.StatusOK, map[string]any{"data": map[string]any{"node": g.edits(q.Variables.ID, q.Variables.After)}})
	case strings.Contains(q.Query, "viewer"):
		answer(w, http.StatusOK, map[string]any{"data": map[string]any{"viewer": map[string]any{"login": g.login}}})
	default:
		answer(w, http.StatusOK, map[string]any{"errors": []any{map[string]any{"message": "Parse error"}}})
	}
}

// edits is the history of a comment as GraphQL tells it: bots are without the suffix, and the first version is there too.
func (g *GitHub) edits(node, after string) any {
	for _, c := range g.comments {
		if nodeID(c.ID) != node {
			continue
		}
		nodes := []any{}
		for _, login := range append([]string{c.Author}, c.Edits...) {
			kind := "User"
			if name, ok := strings.CutSuffix(login, "[bot]"); ok {
				login, kind = name, "Bot"
			}
			var editor any
			if login != "" {
				editor = map[string]any{"__typename": kind, "login": login}
			}
			nodes = append(nodes, map[string]any{"editor": editor})
		}
		from := atoi(after, 0)
		to := min(len(nodes), from+100)
		page := map[string]any{"hasNextPage": to < len(nodes), "endCursor": strconv.Itoa(to)}
		return map[string]any{"userContentEdits": map[string]any{"pageInfo": page, "nodes": nodes[from:to]}}
	}
	return nil
}

func (g *GitHub) repo(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"full_name": g.repository, "private": g.visibility != "public", "visibility": g.visibility, "default_branch": "main"})
}

// mayWrite answers and returns false when a write is refused. text is what would be stored.
func (g *GitHub) mayWrite(w http.ResponseWriter, text string) bool {
	switch {
	case g.missing:
		refuse(w, http.StatusNotFound, "Not Found")
	case g.readOnly:
		refuse(w, http.StatusForbidden, "Resource not accessible by integration")
	case g.locked:
		refuse(w, http.StatusForbidden, "Unable to create comment because issue is locked.")
	case len(utf16.Encode([]rune(text))) > 65536:
		refuse(w, http.StatusUnprocessableEntity, "Validation Failed: body is too long (maximum is 65536 characters)")
	default:
		return true
	}
	return false
}

func (g *GitHub) body(s string) string {
	if g.crlf {
		return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
	}
	return s
}

func (g *GitHub) page(w http.ResponseWriter, r *http.Request, items []any) {
	q := r.URL.Query()
	size, number := atoi(q.Get("per_page"), 30), atoi(q.Get("page"), 1)
	size = min(size, 100)
	from, to := min((number-1)*size, len(items)), min(number*size, len(items))
	if to < len(items) {
		q.Set("page", strconv.Itoa(number+1))
		w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?%s>; rel="next", <http://%s%s?page=9>; rel="last"`, r.Host, r.URL.Path, q.Encode(), r.Host, r.URL.Path))
	}
	answer(w, http.StatusOK, append([]any{}, items[from:to]...))
}

func atoi(s string, other int) int {
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		return n
	}
	return other
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]any{"message": message, "documentation_url": "https://docs.github.com/rest"})
}

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}
