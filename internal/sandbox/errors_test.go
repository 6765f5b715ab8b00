package sandbox

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// recordedCase is one refusal of the real API.
type recordedCase struct {
	Status int `json:"status"`
	Body   *struct {
		Message     string `json:"message"`
		Description string `json:"description"`
		Code        int    `json:"code"`
	} `json:"body"`
	When string `json:"when"`
}

func (rc recordedCase) name() string {
	if rc.Body == nil {
		return fmt.Sprintf("%d (no body) %s", rc.Status, rc.When)
	}
	return fmt.Sprintf("%d %s%s / %s", rc.Status, rc.Body.Message, rc.Body.Description, rc.When)
}

// provoke is how to get a recorded refusal: part of its name, what to change first, and the request.
type provoke struct {
	part   string
	setup  func(*world)
	opts   func(*Options)
	key    string
	method string
	path   string // {ws} and the like are filled in
	body   string
}

var provoked = []provoke{
	{part: "401 Multiple or none", key: "-", method: "GET", path: "/v1/user"},
	{part: "401 Api key does not exist", key: "nonsense", method: "GET", path: "/v1/user"},
	{part: "401 Token is not valid", key: "addon:nonsense", method: "GET", path: "/v1/user"},
	{part: "403 Access Denied / foreign", key: "key-member", method: "GET", path: "/v1/workspaces/{ws}/users"},
	{
		part: "403 Manual time tracking", setup: func(w *world) { w.space().Settings.TimeTrackingMode = "STOPWATCH_ONLY" }, key: "key-member",
		method: "POST", path: "/v1/workspaces/{ws}/user/{member}/time-entries", body: `{"start":"2026-03-02T08:00:00Z","end":"2026-03-02T09:00:00Z"}`,
	},
	{
		part: "403 Can't edit locked", setup: func(w *world) { w.space().LockedUntil = time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC) }, key: "key-member",
		method: "POST", path: "/v1/workspaces/{ws}/user/{member}/time-entries", body: `{"start":"2026-03-02T08:00:00Z","end":"2026-03-02T09:00:00Z"}`,
	},
	{part: "403 Can't edit approved", setup: func(w *world) { w.space().Entries[0].Approved = true }, method: "DELETE", path: "/v1/workspaces/{ws}/time-entries/{entry}"},
	{part: "400 Time entry doesn't belong", method: "GET", path: "/v1/workspaces/{ws}/time-entries/nothing"},
	{part: "400 Tag doesn't belong", method: "POST", path: "/v1/workspaces/{ws}/user/{member}/time-entries", body: `{"start":"2026-03-02T08:00:00Z","tagIds":["{none}"]}`},
	{part: "400 Task doesn't belong", method: "POST", path: "/v1/workspaces/{ws}/user/{member}/time-entries", body: `{"start":"2026-03-02T08:00:00Z","taskId":"{task}"}`},
	{part: "400 Usuario no pertenece", opts: func(o *Options) { o.Locale = "es" }, method: "GET", path: "/v1/workspaces/{ws}/user/{none}/time-entries"},
	{part: "400 Other project for client", method: "POST", path: "/v1/workspaces/{ws}/projects", body: `{"name":"Other","clientId":"{client}"}`},
	{part: "400 Project with this name", setup: func(w *world) { w.space().AddProject("", "Loose") }, method: "POST", path: "/v1/workspaces/{ws}/projects", body: `{"name":"Loose"}`},
	{part: "400 Project name is required", method: "POST", path: "/v1/workspaces/{ws}/projects", body: `{}`},
	{
		part: "Project is either required", setup: func(w *world) { w.space().Settings.ForceProjects = true },
		method: "POST", path: "/v1/workspaces/{ws}/user/{member}/time-entries", body: `{"start":"2026-03-02T08:00:00Z","end":"2026-03-02T09:00:00Z"}`,
	},
	{
		part: "required time-entry custom fields", setup: func(w *world) { w.space().CustomFields[1].Required = true },
		method: "POST", path: "/v1/workspaces/{ws}/user/{member}/time-entries", body: `{"start":"2026-03-02T08:00:00Z","end":"2026-03-02T09:00:00Z"}`,
	},
	{part: "end time only", method: "POST", path: "/v1/workspaces/{ws}/user/{member}/time-entries", body: `{"end":"2026-03-02T09:00:00Z"}`},
	{part: "is greater than end", method: "POST", path: "/v1/workspaces/{ws}/user/{member}/time-entries", body: `{"start":"2020-12-01T14:57:28Z","end":"2020-12-01T14:57:27Z"}`},
	{part: "Don't use < and >", method: "POST", path: "/v1/workspaces/{ws}/user/{member}/time-entries", body: `{"start":"2026-03-02T08:00:00Z","description":"a < b"}`},
	{
		part: "entities for archived tag", setup: func(w *world) { w.space().Tags[0].Archived = true },
		method: "POST", path: "/v1/workspaces/{ws}/user/{member}/time-entries", body: `{"start":"2026-03-02T08:00:00Z","tagIds":["{tag}"]}`,
	},
	{part: "invalid value for field: [start]", method: "POST", path: "/v1/workspaces/{ws}/user/{member}/time-entries", body: `{"start":"yesterday"}`},
	{part: "limit of 50", setup: func(w *world) {
		for i := range 49 {
			w.space().AddUserField(fmt.Sprint("Field ", i), "TXT")
			w.space().CustomFields[i+2].Status = "INACTIVE"
		}
	}, method: "POST", path: "/v1/workspaces/{ws}/custom-fields", body: `{"name":"One more","type":"TXT","entityType":"USER","status":"INACTIVE"}`},
	{part: "limit of 5 visible", setup: func(w *world) {
		for i := range 4 {
			w.space().AddEntryField(fmt.Sprint("Field ", i), "TXT")
		}
	}, method: "POST", path: "/v1/workspaces/{ws}/custom-fields", body: `{"name":"One more","type":"TXT"}`},
	{part: "JSON parse error", method: "POST", path: "/v1/workspaces/{ws}/custom-fields", body: `{"name":"Kind","type":"TEXT"}`},
	{part: "Required request body is missing", method: "POST", path: "/v1/workspaces/{ws}/user/{member}/time-entries"},
	{part: "404 No static resource", method: "GET", path: "/v1/workspaces/{ws}/x"},
	{part: "405 Request method", method: "GET", path: "/v1/workspaces/{ws}/user-groups/{group}"},
	{part: "404 (no body)", method: "GET", path: "/v1/workspaces/{none}"},
	{part: "402 (not recorded)", setup: func(w *world) {
		w.space().FeatureSubscriptionType, w.space().MissingFeature = "FREE", 402
	}, method: "GET", path: "/v1/workspaces/{ws}/custom-fields"},
	{part: "403 (not recorded)", setup: func(w *world) { w.space().FeatureSubscriptionType = "FREE" }, method: "GET", path: "/v1/workspaces/{ws}/custom-fields"},
	{part: "429 Too Many Requests", opts: func(o *Options) { o.Faults = Faults{Kinds: []string{"429"}} }, method: "GET", path: "/v1/user"},
	{part: "User group with name", method: "POST", path: "/v1/workspaces/{ws}/user-groups", body: `{"name":"Readers"}`},
	{part: "User group name is required", method: "PUT", path: "/v1/workspaces/{ws}/user-groups/{group}", body: `{}`},
	{part: "User group doesn't belong", method: "DELETE", path: "/v1/workspaces/{ws}/user-groups/{none}"},
	{part: "400 User doesn't belong to Workspace", method: "POST", path: "/v1/workspaces/{ws}/user-groups/{group}/users", body: `{"userId":"{none}"}`},
	{part: "Some users do not belong", method: "POST", path: "/v1/workspaces/{ws}/user-groups/{group}/users", body: `{}`},
	{part: "404 USER with ID", method: "DELETE", path: "/v1/workspaces/{ws}/user-groups/{group}/users/{none}"},
	{part: "PUT users/{own id}", method: "PUT", path: "/v1/workspaces/{ws}/users/{admin}", body: `{"status":"ACTIVE"}`},
	{part: "invalid value for field: [status]", method: "PUT", path: "/v1/workspaces/{ws}/users/{member}", body: `{"status":"GONE"}`},
	{part: "must not be blank", method: "POST", path: "/v1/workspaces/{ws}/users", body: `{}`},
	{part: "Domain of your email", method: "POST", path: "/v1/workspaces/{ws}/users", body: `{"email":"x@nowhere"}`},
	{part: "Project name has to be between", method: "POST", path: "/v1/workspaces/{ws}/projects", body: `{"name":"x"}`},
	{part: "Task name has to be between", method: "POST", path: "/v1/workspaces/{ws}/projects/{project}/tasks", body: `{"name":""}`},
	{part: "Tag name cannot be longer", method: "POST", path: "/v1/workspaces/{ws}/tags", body: `{"name":"` + strings.Repeat("x", 101) + `"}`},
}

// notServed are recorded cases left out, with the reason.
var notServed = []struct{ part, why string }{
	{"Full authentication is required", "the wording of 2019; the one of 2026 is served"},
	{"Sin suscripción activa", "expenses are not served"},
	{"Method parameter 'is-active'", "a parameter that is not served; others are refused in the same words"},
	{"400 Project doesn't belong", "of a route that is not served"},
	{"400 Client doesn't belong", "of a route that is not served"},
	{"400 Client with name", "of a route that is not served"},
	{"400 Client name is required", "of a route that is not served"},
	{"400 Cannot delete an active project", "of a route that is not served"},
	{"400 Cannot delete an active client", "of a route that is not served"},
	{"400 Cannot delete an active task", "of a route that is not served"},
	{"Number of additional emails", "of a route that is not served"},
	{"must not be null", "of a route that is not served"},
	{"required query parameter missing", "of a route that is not served"},
	{"404 Currently running", "of a route that is not served"},
	{"User or group not a member", "of a route that is not served"},
	{"hexString has 24", "of a route that is not served"},
	{"Can't delete workspace visible", "of a route that is not served"},
}

func (w *world) fill(s string) string {
	return strings.NewReplacer("{ws}", w.ws, "{none}", ID("none", 1), "{entry}", w.entry, "{project}", w.project, "{client}", w.client, "{task}", w.task,
		"{tag}", w.tag, "{group}", w.group, "{member}", w.member, "{admin}", w.admin, "{other}", w.other, "{owner}", w.owner,
		"{field}", w.field, "{entryField}", w.entryField).Replace(s)
}

// TestRecordedErrors provokes every refusal that was recorded, and compares status and code. Words are localised and often
// whole.
func TestRecordedErrors(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(shared(t, "recorded/errors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Errors []recordedCase `json:"errors"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, rc := range file.Errors {
		p, why := findProvoked(rc.name())
		if why != "" {
			continue
		}
		if p == nil {
			t.Errorf("%s: neither provoked nor left out with a reason", rc.name())
			continue
		}
		used[p.part] = true
		t.Run(p.part, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			if p.setup != nil {
				p.setup(w)
			}
			opts := Options{State: w.State}
			if p.opts != nil {
				p.opts(&opts)
			}
			r := serve(t, opts)
			got := p.send(r, w)
			if got.status != rc.Status {
				t.Fatalf("status %d, want %d: %s", got.status, rc.Status, got.body)
			}
			if rc.Body == nil {
				if len(got.body) != 0 {
					t.Errorf("body %s, want none", got.body)
				}
				return
			}
			var body struct {
				Message string `json:"message"`
				Code    int    `json:"code"`
			}
			if len(got.body) > 0 {
				if err := json.Unmarshal(got.body, &body); err != nil {
					t.Fatal(err)
				}
			}
			if rc.Body.Code != 0 && len(got.body) > 0 && body.Code != rc.Body.Code {
				t.Errorf("code %d, want %d: %s", body.Code, rc.Body.Code, got.body)
			}
			if rc.Status == 405 && got.header.Get("Allow") == "" {
				t.Error("405 without Allow")
			}
		})
	}
	for _, p := range provoked {
		if !used[p.part] {
			t.Errorf("%s: provoked, but recorded nowhere", p.part)
		}
	}
}

func findProvoked(name string) (*provoke, string) {
	for _, n := range notServed {
		if strings.Contains(name, n.part) {
			return nil, n.why
		}
	}
	for i := range provoked {
		if strings.Contains(name, provoked[i].part) {
			return &provoked[i], ""
		}
	}
	return nil, ""
}

func (p *provoke) send(r *rig, w *world) answer {
	switch {
	case p.key == "-":
		r = r.as("")
	case strings.HasPrefix(p.key, "addon:"):
		return r.as("").with("X-Addon-Token", strings.TrimPrefix(p.key, "addon:"), p.method, w.fill(p.path))
	case p.key != "":
		r = r.as(p.key)
	}
	return r.try(p.method, w.fill(p.path), w.fill(p.body))
}
