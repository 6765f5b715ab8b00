package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// call is one request being answered.
type call struct {
	s     *Server
	r     *http.Request
	path  string
	rt    *route
	p     map[string]string
	q     map[string][]string
	raw   []byte
	now   time.Time
	fault fault

	d       *db
	sp      *workspace
	me      *User   // whose key it is
	mine    *Member // the same, in the workspace
	key     Key
	body    map[string]json.RawMessage
	changed bool
	bad     *reply   // the first unreadable value of query or body
	known   []string // parameters of the query that were looked at
}

// reply is an answer.
type reply struct {
	status int
	body   any // nil is an empty body
	header http.Header
}

func ok(body any) reply      { return reply{status: http.StatusOK, body: body} }
func created(body any) reply { return reply{status: http.StatusCreated, body: body} }

// apiError is the body of a refusal: code is a JSON number (#errors).
type apiError struct {
	Message string    `json:"message"`
	Code    int       `json:"code"`
	Banned  *[]string `json:"bannedEmailAddress,omitempty"`
}

func fail(status, code int, message string) reply {
	return reply{status: status, body: apiError{Message: message, Code: code}}
}

// refuse is a domain validation: 400/501 (#errors).
func refuse(message string) reply { return fail(400, 501, message) }

// denied is a foreign workspace, a missing role or a module that is off, which cannot be told apart (#errors).
func denied() reply { return fail(403, 501, "Access Denied") }

func (rep reply) write(w http.ResponseWriter) {
	for k, v := range rep.header {
		w.Header()[k] = v
	}
	if rep.body == nil {
		w.WriteHeader(rep.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(rep.status)
	_ = json.NewEncoder(w).Encode(rep.body)
}

// answer finds out who asks and whether they may, reads the body, and does it.
func (c *call) answer(allow []string) reply {
	rep := c.authenticate()
	if rep == nil {
		switch {
		case c.rt == nil && len(allow) > 0:
			r := fail(405, 3000, "Request method '"+c.r.Method+"' is not supported")
			r.header = http.Header{"Allow": {strings.Join(allow, ", ")}}
			rep = &r
		case c.rt == nil:
			r := fail(404, 3000, "No static resource "+strings.TrimPrefix(c.path, "/")+".")
			rep = &r
		default:
			rep = c.enter()
		}
	}
	if rep == nil {
		rep = c.read()
	}
	if rep == nil {
		r := c.rt.do(c)
		rep = &r
		if bad := c.unknown(); bad != nil && r.status < 300 {
			rep = bad
		}
	}
	if c.rt != nil && c.rt.writes() && rep.status < 300 {
		c.changed = true
	}
	if e, is := rep.body.(apiError); is {
		e.Message = localise(c.lang(), e.Message)
		rep.body = e
	}
	return *rep
}

// authenticate is the 401 taxonomy of #keys.
func (c *call) authenticate() *reply {
	keys, isKey := c.r.Header["X-Api-Key"]
	tokens, isToken := c.r.Header["X-Addon-Token"]
	var rep reply
	switch {
	case isKey == isToken || len(keys)+len(tokens) > 1:
		rep = fail(401, 1000, "Multiple or none auth tokens present")
		return &rep
	case isKey:
		key, known := c.d.byKey[keys[0]]
		if !known || key.Addon || keys[0] == "" {
			rep = fail(401, 4003, "Api key does not exist")
			return &rep
		}
		c.key = key
	default:
		key, known := c.d.byKey[tokens[0]]
		if !known || !key.Addon || tokens[0] == "" {
			rep = fail(401, 4017, "Token is not valid")
			return &rep
		}
		c.key = key
	}
	c.me = c.d.users.get(c.key.UserID)
	if c.me == nil {
		c.me = &User{}
	}
	return nil
}

// enter opens the workspace of the path: a foreign or malformed one is 403/501 on its sub-routes and a bare 404 itself
// (#errors).
func (c *call) enter() *reply {
	id, inside := c.p["ws"]
	if !inside {
		return nil
	}
	sp := c.d.spaces.get(id)
	rep := denied()
	if c.rt.pattern == "/v1/workspaces/{ws}" {
		rep = reply{status: http.StatusNotFound}
	}
	if sp == nil || (c.key.Addon && c.key.WorkspaceID != id) {
		return &rep
	}
	c.sp, c.mine = sp, sp.members.get(c.key.UserID)
	if c.key.Addon && c.mine == nil {
		c.mine = &Member{UserID: c.key.UserID, Status: "ACTIVE", Admin: true}
	}
	if c.mine == nil || c.mine.Status != "ACTIVE" {
		return &rep
	}
	if c.rt.admin && !c.admin() {
		rep = denied()
		return &rep
	}
	if c.rt.people && sp.meta.SCIM {
		rep = denied()
		return &rep
	}
	for _, f := range c.rt.needs {
		if !sp.features[f] {
			return c.missing()
		}
	}
	return nil
}

// missing is a plan feature that is not there: 402 or 403, no body recorded (#errors).
func (c *call) missing() *reply {
	rep := denied()
	if c.sp.meta.MissingFeature == http.StatusPaymentRequired {
		rep = fail(402, 402, "(not recorded)")
	}
	return &rep
}

func (c *call) admin() bool { return c.mine != nil && (c.mine.Admin || c.mine.Owner) }

// read takes the body apart. Keys are exact: the wire is case-sensitive.
func (c *call) read() *reply {
	if !c.rt.body {
		return nil
	}
	var rep reply
	if len(strings.TrimSpace(string(c.raw))) == 0 {
		rep = fail(400, 3002, "Required request body is missing")
		return &rep
	}
	if err := json.Unmarshal(c.raw, &c.body); err != nil || c.body == nil {
		rep = fail(400, 3002, "JSON parse error: the body is not an object")
		return &rep
	}
	return nil
}
