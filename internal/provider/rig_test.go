package provider_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/provider"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

const (
	ownerEmail = "owner@x.io"
	opsEmail   = "ops@x.io"
	ownerKey   = "key-of-the-owner"
)

// rig is an in-memory Clockify behind HTTP and what is needed to work on it.
type rig struct {
	*sandbox.Server
	t       rapid.TB
	ws      string
	address string
	base    http.RoundTripper
	retries int // of the client; -1: none
	// perSecond is the rate of the client; 0: none.
	perSecond float64
	sleep     func(context.Context, time.Duration) error
}

// web is a loopback server behind which one in-memory Clockify after another stands.
type web struct {
	*httptest.Server
	behind atomic.Pointer[sandbox.Server]
}

func newWeb(t testing.TB) *web {
	t.Helper()
	w := &web{}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.behind.Load().ServeHTTP(rw, r) }))
	t.Cleanup(w.Close)
	return w
}

// serve puts a Clockify that holds the directory behind the web. set may change what it starts with.
func (w *web) serve(t rapid.TB, dir *state.Directory, set func(*sandbox.Workspace, *sandbox.Options)) *rig {
	t.Helper()
	r := near(t, dir, set)
	w.behind.Store(r.Server)
	r.address, r.base = w.URL, w.Client().Transport
	return r
}

// near is a Clockify without a network, for tests with a clock of their own.
func near(t rapid.TB, dir *state.Directory, set func(*sandbox.Workspace, *sandbox.Options)) *rig {
	t.Helper()
	state := stateOf(dir)
	opts := sandbox.Options{}
	if set != nil {
		set(&state.Workspaces[0], &opts)
	}
	opts.State = state
	r := &rig{Server: sandbox.New(opts), t: t, ws: state.Workspaces[0].ID, retries: -1}
	r.address, r.base = "http://127.0.0.1", r.Transport()
	r.sleep = func(ctx context.Context, d time.Duration) error {
		t.Errorf("nobody expected a wait of %v", d)
		return ctx.Err()
	}
	return r
}

func (r *rig) open() *provider.Workspace {
	r.t.Helper()
	client, err := clockify.New(clockify.Options{
		CoreURL: r.address + "/api/v1", ReportsURL: r.address + "/report/v1", Token: ownerKey,
		Limiter: clockify.NewLimiter(r.perSecond), Retries: r.retries, Base: r.base,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }
	return provider.New(provider.Options{ID: r.ws, Reader: client, Writer: client, Now: now, Sleep: r.sleep})
}

// read opens the workspace anew and plans for it.
func (r *rig) read(spec *state.Users) (*provider.Workspace, *state.Directory, *plan.Plan) {
	r.t.Helper()
	w := r.open()
	dir, err := w.ReadUsers(context.Background(), spec)
	if err != nil {
		r.t.Fatal(err)
	}
	return w, dir, compute(spec, dir)
}

func compute(spec *state.Users, dir *state.Directory) *plan.Plan {
	return plan.Compute(state.Spec{Users: spec}, state.State{Users: dir})
}

// ended is how a change ended. A change that needs a failed one is skipped.
type ended struct {
	change  plan.Change
	receipt plan.Result
	err     error
	skipped bool
}

// carryOut does all changes, gated ones too: phase by phase, and in each as many at once as their needs allow.
func carryOut(w *provider.Workspace, p *plan.Plan) []ended {
	result := make([]ended, len(p.Changes))
	over := map[string]*ended{}
	for _, phase := range plan.Phases {
		var left []int
		for i, c := range p.Changes {
			if c.Phase == phase {
				left = append(left, i)
			}
		}
		for len(left) > 0 {
			var wave, later []int
			for _, i := range left {
				if slices.ContainsFunc(p.Changes[i].Needs, func(id string) bool { return over[id] == nil }) {
					later = append(later, i)
				} else {
					wave = append(wave, i)
				}
			}
			var group sync.WaitGroup
			for _, i := range wave {
				c := p.Changes[i]
				result[i].change = c
				if slices.ContainsFunc(c.Needs, func(id string) bool { return over[id].err != nil || over[id].skipped }) {
					result[i].skipped = true
					continue
				}
				group.Go(func() { result[i].receipt, result[i].err = w.Do(context.Background(), c, nil) })
			}
			group.Wait()
			for _, i := range wave {
				over[p.Changes[i].ID] = &result[i]
			}
			left = later
		}
	}
	return result
}

// allDone fails the test unless every change was done.
func allDone(t rapid.TB, result []ended) {
	t.Helper()
	for _, e := range result {
		if e.err != nil || e.skipped {
			t.Fatalf("%#v: %v (skipped %v)", e.change.Do, e.err, e.skipped)
		}
	}
}

// stateOf is the in-memory Clockify of a directory.
func stateOf(dir *state.Directory) sandbox.State {
	var s sandbox.State
	ids := map[string]string{}
	for _, p := range dir.People {
		ids[p.Email] = s.AddUser(p.Email, p.Name)
	}
	s.AddKey(ownerKey, ids[ownerEmail])
	ws := s.AddWorkspace("Acme")
	fields := map[string]string{}
	for _, f := range dir.Fields {
		fields[f.Name] = ws.AddUserField(f.Name, string(f.Type), f.Allowed...)
		if f.Inactive {
			ws.CustomFields[len(ws.CustomFields)-1].Status = "INACTIVE"
		}
	}
	for _, p := range dir.People {
		m := sandbox.Member{
			UserID: ids[p.Email], Status: strings.ToUpper(string(p.Status)), Owner: p.Owner, Admin: p.Admin && !p.Owner,
			WorkCapacity: "PT" + strconv.Itoa(int(p.Capacity.Minutes())) + "M", FieldValues: map[string]any{},
		}
		for _, f := range dir.Fields {
			if text := p.Fields[f.Name]; text != "" {
				m.FieldValues[fields[f.Name]] = wireValue(f.Type, text)
			}
		}
		ws.Members = append(ws.Members, m)
		for _, holder := range p.Managers {
			ws.AddManager(ids[holder], ids[p.Email])
		}
		if p.EmptyRole {
			ws.AddGhost(ids[p.Email])
		}
	}
	for _, g := range dir.Groups {
		var members []string
		for _, m := range g.Members {
			members = append(members, ids[m])
		}
		id := ws.AddGroup(g.Name, members...)
		for _, m := range g.Managers {
			ws.AddGroupManager(ids[m], id)
		}
	}
	return s
}

func wireValue(kind state.FieldType, text string) any {
	switch kind {
	case state.FieldNumber:
		n, _ := strconv.ParseFloat(text, 64)
		return n
	case state.FieldCheckbox:
		return text == "true"
	case state.FieldMany:
		list := []any{}
		for part := range strings.SplitSeq(text, ";") {
			list = append(list, part)
		}
		return list
	}
	return text
}

// directManagers lists who holds TEAM_MANAGER directly on each person, by email.
func directManagers(s sandbox.State) map[string][]string {
	emails := map[string]string{}
	for _, u := range s.Users {
		emails[u.ID] = u.Email
	}
	managers := map[string][]string{}
	for _, g := range s.Workspaces[0].Roles {
		if person := emails[g.EntityID]; g.Role == "TEAM_MANAGER" && g.SourceType == "" && person != "" {
			managers[person] = append(managers[person], emails[g.UserID])
		}
	}
	for _, list := range managers {
		slices.Sort(list)
	}
	return managers
}

// neverWithout fails the test when a person who has a manager is without one after any write.
func (r *rig) neverWithout(people []string) (check func()) {
	had := directManagers(r.State())
	var lost []string
	r.OnWrite(func(s sandbox.State) {
		now := directManagers(s)
		for _, email := range people {
			if len(had[email]) > 0 && len(now[email]) == 0 {
				lost = append(lost, email)
			}
		}
		had = now
	})
	return func() {
		r.t.Helper()
		if len(lost) > 0 {
			r.t.Fatalf("without a manager at some moment: %v", lost)
		}
	}
}

// company is a workspace of n people of whom every tenth manages, with everything as its CSV asks.
func company(n int) (*state.Users, *state.Directory) {
	managers := max(n/10, 2)
	email := func(i int) string {
		switch i {
		case 0:
			return ownerEmail
		case 1:
			return opsEmail
		}
		return "p" + strconv.Itoa(i) + "@x.io"
	}
	dir := &state.Directory{Fields: []state.Field{{Name: "Company", Type: state.FieldText}}}
	spec := &state.Users{
		File: "users.csv", FallbackManager: opsEmail, FallbackGroup: "Other functions", Absent: state.AbsentDeactivate,
		Fields: []state.Mapping{{Column: "Company", Field: "Company"}},
		Guards: state.Guards{MaxDeactivations: state.Limit{Share: 1}, MaxRemovals: state.Limit{Share: 1}, MaxChanges: state.Limit{Share: 1}, MaxReactivations: state.Limit{Count: 99}, MaxInvitations: state.Limit{Count: 99}, MaxShrink: state.Limit{Share: 1}},
	}
	for i := range managers {
		dir.Groups = append(dir.Groups, state.Group{Name: "Person " + strconv.Itoa(i), Managers: []string{email(i)}})
	}
	for i := range n {
		boss := i % managers
		if boss == i {
			boss = (i + 1) % managers
		}
		dir.People = append(dir.People, state.Person{
			Email: email(i), Name: "Person " + strconv.Itoa(i), Status: state.Active, Owner: i == 0, Admin: i == 0,
			Capacity: 8 * time.Hour, Fields: map[string]string{"Company": "Acme"}, Managers: []string{email(boss)},
		})
		dir.Groups[boss].Members = append(dir.Groups[boss].Members, email(i))
		spec.People = append(spec.People, state.Row{
			Email: email(i), Manager: email(boss), Capacity: 8 * time.Hour, Cells: []state.Cell{{Field: "Company", Text: "Acme"}},
		})
	}
	return spec, dir
}
