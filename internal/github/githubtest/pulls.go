package githubtest

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Pull is a pull request.
type Pull struct {
	Number   int
	Author   string
	HeadSHA  string
	BaseRef  string // default main
	Merged   bool
	MergedAt time.Time // default: a fixed instant, when Merged
	MergeSHA string
	BaseSHA  string
	Commits  []string // that lead to it, beside HeadSHA and MergeSHA
	Written  []Commit // its commits; none: one of the author, HeadSHA
}

// Review is a review, as it stands now.
type Review struct {
	Login       string // "" for an account that is gone
	State       string // APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED
	CommitID    string
	SubmittedAt time.Time
}

// Commit is one commit of a comparison.
type Commit struct {
	SHA       string
	Parents   []string
	Author    string // login; "" where GitHub knows nobody of the address
	Committer string
}

// AddPull adds or replaces a pull request.
func (g *GitHub) AddPull(p Pull) {
	if p.BaseRef == "" {
		p.BaseRef = "main"
	}
	if p.Merged && p.MergedAt.IsZero() {
		p.MergedAt = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	}
	g.set(func() { g.pulls[p.Number] = &p })
}

// AddReview adds a review; GitHub keeps all of a person's.
func (g *GitHub) AddReview(pr int, r Review) {
	g.set(func() { g.reviews[pr] = append(g.reviews[pr], r) })
}

// DismissReviews dismisses the reviews of a person: the state changes, the rest stays.
func (g *GitHub) DismissReviews(pr int, login string) {
	g.set(func() {
		for i, r := range g.reviews[pr] {
			if r.Login == login {
				g.reviews[pr][i].State = "DISMISSED"
			}
		}
	})
}

// AddTeamMember puts a person into a team.
func (g *GitHub) AddTeamMember(org, team, login string) {
	g.set(func() { g.teams[strings.ToLower(org+"/"+team+"/"+login)] = true })
}

// AddCompare says which commits the second of two has beside those of the first, oldest first; none: it is behind.
func (g *GitHub) AddCompare(before, after string, commits []Commit) {
	g.set(func() { g.commits[before+"..."+after] = commits })
}

// HidePulls makes the next n requests for the pull requests of a commit find
// none, as right after a merge.
func (g *GitHub) HidePulls(n int) { g.set(func() { g.hidden = n }) }

func (g *GitHub) pullJSON(p *Pull) any {
	v := map[string]any{
		"number":           p.Number,
		"html_url":         fmt.Sprintf("https://github.com/%s/pull/%d", g.repository, p.Number),
		"user":             map[string]any{"login": p.Author},
		"merged_at":        nil,
		"merge_commit_sha": p.MergeSHA,
		"head":             map[string]any{"sha": p.HeadSHA},
		"base":             map[string]any{"ref": p.BaseRef, "sha": p.BaseSHA},
	}
	if p.Merged {
		v["merged_at"] = stamp(p.MergedAt)
	}
	return v
}

func (g *GitHub) pull(w http.ResponseWriter, r *http.Request) {
	p := g.pulls[atoi(r.PathValue("number"), 0)]
	if p == nil {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	answer(w, http.StatusOK, g.pullJSON(p))
}

func (g *GitHub) listReviews(w http.ResponseWriter, r *http.Request) {
	var items []any
	for _, v := range g.reviews[atoi(r.PathValue("number"), 0)] {
		var user any
		if v.Login != "" {
			kind := "User"
			if strings.HasSuffix(v.Login, "[bot]") {
				kind = "Bot"
			}
			user = map[string]any{"login": v.Login, "type": kind}
		}
		items = append(items, map[string]any{"user": user, "state": v.State, "commit_id": v.CommitID, "submitted_at": stamp(v.SubmittedAt)})
	}
	g.page(w, r, items)
}

func (g *GitHub) pullCommits(w http.ResponseWriter, r *http.Request) {
	p := g.pulls[atoi(r.PathValue("number"), 0)]
	if p == nil {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	written := p.Written
	if written == nil {
		written = []Commit{{SHA: p.HeadSHA, Author: p.Author, Committer: p.Author}}
	}
	var items []any
	for _, c := range written[:min(len(written), 250)] {
		items = append(items, c.json())
	}
	g.page(w, r, items)
}

func (c Commit) json() any {
	account := func(login string) any {
		if login == "" {
			return nil
		}
		return map[string]any{"login": login}
	}
	parents := []any{}
	for _, p := range c.Parents {
		parents = append(parents, map[string]any{"sha": p})
	}
	return map[string]any{"sha": c.SHA, "parents": parents, "author": account(c.Author), "committer": account(c.Committer)}
}

func (g *GitHub) commitPulls(w http.ResponseWriter, r *http.Request) {
	items := []any{}
	if g.hidden > 0 {
		g.hidden--
		answer(w, http.StatusOK, items)
		return
	}
	sha := r.PathValue("sha")
	for _, number := range slices.Sorted(maps.Keys(g.pulls)) {
		p := g.pulls[number]
		if p.HeadSHA == sha || p.MergeSHA == sha || slices.Contains(p.Commits, sha) {
			items = append(items, g.pullJSON(p))
		}
	}
	g.page(w, r, items)
}

func (g *GitHub) compare(w http.ResponseWriter, r *http.Request) {
	commits, ok := g.commits[r.PathValue("range")]
	if !ok {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	list := []any{}
	for _, c := range commits {
		list = append(list, c.json())
	}
	status := "ahead"
	if len(commits) == 0 {
		status = "behind" // what the first has, and less
	}
	answer(w, http.StatusOK, map[string]any{"status": status, "commits": list})
}

// AddFile puts a file into a commit.
func (g *GitHub) AddFile(commit, path, content string) {
	g.set(func() { g.files[commit+" "+path] = content })
}

// RemoveFile takes a file out of a commit or branch.
func (g *GitHub) RemoveFile(commit, path string) {
	g.set(func() { delete(g.files, commit+" "+path) })
}

func (g *GitHub) contents(w http.ResponseWriter, r *http.Request) {
	content, ok := g.files[r.URL.Query().Get("ref")+" "+r.PathValue("path")]
	if !ok {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	var text strings.Builder
	for line := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString([]byte(content))), 60) { // GitHub breaks the lines
		text.Write(append(line, '\n'))
	}
	answer(w, http.StatusOK, map[string]any{"type": "file", "encoding": "base64", "path": r.PathValue("path"), "content": text.String()})
}

func (g *GitHub) membership(w http.ResponseWriter, r *http.Request) {
	if !g.teams[strings.ToLower(r.PathValue("org")+"/"+r.PathValue("team")+"/"+r.PathValue("login"))] {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	answer(w, http.StatusOK, map[string]any{"state": "active", "role": "member"})
}

// AddChange says which commit last changed a file, on all branches and commits.
func (g *GitHub) AddChange(file string, c Commit) { g.set(func() { g.changes[file] = c }) }

// AddChangeAt says which commit last changed a file as it is in the commit at.
func (g *GitHub) AddChangeAt(at, file string, c Commit) {
	g.set(func() { g.changes[at+" "+file] = c })
}

func (g *GitHub) listCommits(w http.ResponseWriter, r *http.Request) {
	items := []any{}
	q := r.URL.Query()
	c, ok := g.changes[q.Get("sha")+" "+q.Get("path")]
	if !ok {
		c, ok = g.changes[q.Get("path")]
	}
	if ok {
		items = append(items, c.json())
	}
	g.page(w, r, items)
}
