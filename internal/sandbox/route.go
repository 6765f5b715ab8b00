package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// route is one operation.
type route struct {
	method, pattern string
	do              func(*call) reply
	admin           bool     // for owner and admins only
	people          bool     // a write of people or groups: refused where an identity provider owns them
	reads           bool     // a read although it is not a GET (#capacity-totals)
	list            bool     // paged: faults of pages can strike
	body            bool     // a JSON body is required
	needs           []string // plan features

	parts []string
}

func (rt *route) writes() bool { return rt.method != http.MethodGet && !rt.reads }

// match finds the operation of a method and path. Where the path is there with other methods only, allow names them.
func match(method, path string) (rt *route, params map[string]string, allow []string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	best := -1
	for i := range routes {
		r := &routes[i]
		if r.parts == nil || len(r.parts) != len(parts) {
			continue
		}
		score := 0
		for j, p := range r.parts {
			switch {
			case p == parts[j]:
				score += 1 << (len(parts) - j)
			case p[0] != '{' || parts[j] == "":
				score = -1
			}
			if score < 0 {
				break
			}
		}
		if score < 0 {
			continue
		}
		if !slices.Contains(allow, r.method) {
			allow = append(allow, r.method)
		}
		if r.method == method && score > best {
			rt, best = r, score
		}
	}
	if rt == nil {
		slices.Sort(allow)
		return nil, nil, allow
	}
	params = map[string]string{}
	for j, p := range rt.parts {
		if p[0] == '{' {
			params[p[1:len(p)-1]] = parts[j]
		}
	}
	return rt, params, nil
}
