package githubtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Environment is an environment that jobs may name.
type Environment struct {
	Name              string
	Reviewers         []string // required; none: it waits for nobody
	PreventSelfReview bool
	Forbidden         bool // the token may not read it
}

// AddEnvironment adds or replaces an environment.
func (g *GitHub) AddEnvironment(e Environment) { g.set(func() { g.environments[e.Name] = e }) }

func (g *GitHub) environment(w http.ResponseWriter, r *http.Request) {
	e, ok := g.environments[r.PathValue("name")]
	switch {
	case !ok:
		refuse(w, http.StatusNotFound, "Not Found")
		return
	case e.Forbidden:
		refuse(w, http.StatusForbidden, "Resource not accessible by integration")
		return
	}
	rules := []any{map[string]any{"type": "wait_timer", "wait_timer": 5}}
	if len(e.Reviewers) > 0 {
		var reviewers []any
		for _, login := range e.Reviewers {
			reviewers = append(reviewers, map[string]any{"type": "User", "reviewer": map[string]any{"login": login}})
		}
		rules = append(rules, map[string]any{"type": "required_reviewers", "prevent_self_review": e.PreventSelfReview, "reviewers": reviewers})
	}
	answer(w, http.StatusOK, map[string]any{"name": e.Name, "protection_rules": rules})
}

// RunApproval is somebody letting a run's jobs use an environment, or refusing it.
type RunApproval struct {
	Login       string
	State       string // approved or rejected
	Environment string
}

// AddRunApproval adds an approval to a run.
func (g *GitHub) AddRunApproval(run int64, a RunApproval) {
	g.set(func() { g.approvals[run] = append(g.approvals[run], a) })
}

func (g *GitHub) runApprovals(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	items := []any{}
	for _, a := range g.approvals[id] {
		items = append(items, map[string]any{
			"state": a.State, "user": map[string]any{"login": a.Login}, "environments": []any{map[string]any{"name": a.Environment}},
		})
	}
	answer(w, http.StatusOK, items)
}

// SetPermission says what a person may do in the repository: admin, write, read or none; empty: there is no such person.
// Everybody may write who was not named.
func (g *GitHub) SetPermission(login, permission string) {
	g.set(func() { g.permissions[strings.ToLower(login)] = permission })
}

func (g *GitHub) permission(w http.ResponseWriter, r *http.Request) {
	permission, ok := g.permissions[strings.ToLower(r.PathValue("login"))]
	if !ok {
		permission = "write"
	}
	if permission == "" {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	answer(w, http.StatusOK, map[string]any{"permission": permission, "role_name": permission})
}

// Status is a commit status.
type Status struct {
	SHA, Context, State, Description, URL string
}

// Statuses lists every commit status that was set, oldest first.
func (g *GitHub) Statuses() []Status {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.statuses)
}

func (g *GitHub) postStatus(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Context, State, Description string
		TargetURL                   string `json:"target_url"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		refuse(w, http.StatusBadRequest, "Problems parsing JSON")
		return
	}
	switch {
	case g.readOnly:
		refuse(w, http.StatusForbidden, "Resource not accessible by integration")
		return
	case len([]rune(in.Description)) > 140:
		refuse(w, http.StatusUnprocessableEntity, fmt.Sprintf("description is too long (%d characters)", len([]rune(in.Description))))
		return
	}
	g.statuses = append(g.statuses, Status{r.PathValue("sha"), in.Context, in.State, in.Description, in.TargetURL})
	answer(w, http.StatusCreated, map[string]any{"state": in.State, "context": in.Context})
}
