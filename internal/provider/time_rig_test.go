package provider_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/provider"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// office is two workspaces of one in-memory Clockify: Home, where Ann books under the client Acme, and Theirs.
type office struct {
	*sandbox.Server
	t       rapid.TB
	address string
	base    http.RoundTripper
	retries int
	now     time.Time
	live    bool // the clock is the bubble's, and waits take their time

	home, theirs, client, ann string
	keys                      map[string]string // workspace id to key; others use Ann's
	waits                     []time.Duration
	waited                    sync.Mutex
}

const annKey = "key-of-ann-0123456789"

// cron is the hour at which the tool this one follows ran.
var cron = []time.Time{time.Date(2026, 11, 20, 23, 0, 0, 0, time.UTC)}

// newOffice starts with the project Website under Acme at home and under Alpha there; set adds to it.
func newOffice(t testing.TB, set func(o *office, home, theirs *sandbox.Workspace)) *office {
	t.Helper()
	o := &office{t: t, retries: -1, now: cron[0], keys: map[string]string{}}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { o.ServeHTTP(w, r) }))
	t.Cleanup(web.Close)
	o.address, o.base = web.URL, web.Client().Transport
	o.build(set)
	return o
}

func (o *office) build(set func(o *office, home, theirs *sandbox.Workspace)) {
	var state sandbox.State
	o.ann = state.AddUser("ann@x.io", "Ann")
	state.AddKey(annKey, o.ann)
	state.AddWorkspace("Home")
	state.AddWorkspace("Theirs")
	home, theirs := &state.Workspaces[0], &state.Workspaces[1]
	o.home, o.theirs = home.ID, theirs.ID
	for _, w := range []*sandbox.Workspace{home, theirs} {
		w.AddOwner(o.ann)
	}
	o.client = home.AddClient("Acme")
	home.AddProject(o.client, "Website")
	theirs.AddProject(theirs.AddClient("Alpha"), "Website")
	if set != nil {
		set(o, home, theirs)
	}
	o.Server = sandbox.New(sandbox.Options{State: state, Now: o.clock})
}

func (o *office) clock() time.Time {
	if o.live {
		return time.Now()
	}
	return o.now
}

func (o *office) sync() state.TimeSync {
	return state.TimeSync{
		Name: "acme", Source: state.Endpoint{WorkspaceID: o.home, ClientID: o.client, UserID: o.ann, Token: "ACME_TOKEN"},
		Destination: state.Endpoint{WorkspaceID: o.theirs, UserID: o.ann, Token: "ACME_DEST_TOKEN"}, Window: 7 * 24 * time.Hour,
	}
}

func (o *office) linked() state.TimeSync {
	s := o.sync()
	s.Link, s.LinkField = true, "Source entry"
	return s
}

func (o *office) workspace(id string) *provider.Workspace { return o.workspaceOf(id, nil) }

func (o *office) workspaceOf(id string, account *provider.Account) *provider.Workspace {
	o.t.Helper()
	key := o.keys[id]
	if key == "" {
		key = annKey
	}
	client, err := clockify.New(clockify.Options{
		CoreURL: o.address + "/api/v1", ReportsURL: o.address + "/report/v1", Token: key,
		Limiter: clockify.NewLimiter(0), Retries: o.retries, Base: o.base,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	sleep := func(ctx context.Context, d time.Duration) error {
		if o.live {
			time.Sleep(d)
			return ctx.Err()
		}
		o.waited.Lock()
		defer o.waited.Unlock()
		o.waits = append(o.waits, d)
		return ctx.Err()
	}
	return provider.New(provider.Options{ID: id, Account: account, Reader: client, Writer: client, Now: o.clock, Sleep: sleep})
}

func (o *office) open(s state.TimeSync) *provider.Time {
	source := o.workspace(s.Source.WorkspaceID)
	account := source.Account
	if o.keys[s.Source.WorkspaceID] != o.keys[s.Destination.WorkspaceID] {
		account = nil
	}
	return &provider.Time{Source: source, Destination: o.workspaceOf(s.Destination.WorkspaceID, account)}
}

// plan reads and plans.
func (o *office) plan(s state.TimeSync) (*provider.Time, *plan.Plan) {
	o.t.Helper()
	t := o.open(s)
	states, err := t.Read(context.Background(), s, o.now, differs(s))
	if err != nil {
		o.t.Fatalf("read: %v", err)
	}
	return t, computeTime(s, states...)
}

func computeTime(s state.TimeSync, states ...state.TimeState) *plan.Plan {
	return plan.Compute(state.Spec{Time: []state.TimeSync{s}}, state.State{Time: states})
}

// differs is what a run tells the reader: whether there is something to do for a state.
func differs(s state.TimeSync) provider.Pending {
	return func(have state.TimeState) (entries, others bool) {
		for _, c := range computeTime(s, have).Changes {
			entries = entries || c.Ref.Kind == plan.KindEntry
			others = others || c.Ref.Kind != plan.KindEntry
		}
		return entries, others
	}
}

// run plans and does everything that does not wait for approval, or with approve all. It returns the plan and what went
// wrong, one line per change.
func (o *office) run(s state.TimeSync, approve ...bool) (*plan.Plan, []string) {
	o.t.Helper()
	t, p := o.plan(s)
	return p, do(t, p, len(approve) > 0 && approve[0])
}

// do carries out a plan by phases, eight changes at a time; what needs a failed one is left.
func do(t *provider.Time, p *plan.Plan, approved bool) []string {
	var mu sync.Mutex
	var failed []string
	lost := map[string]bool{}
	for _, phase := range plan.Phases {
		var group sync.WaitGroup
		slots := make(chan struct{}, 8)
		for _, c := range p.Changes {
			if c.Phase != phase || c.Gated && !approved {
				continue
			}
			mu.Lock()
			skip := slices.ContainsFunc(c.Needs, func(id string) bool { return lost[id] })
			mu.Unlock()
			if skip || p.Blocked(c) {
				continue
			}
			slots <- struct{}{}
			group.Go(func() {
				defer func() { <-slots }()
				if _, err := t.Do(context.Background(), c, nil); err != nil {
					mu.Lock()
					defer mu.Unlock()
					lost[c.ID] = true
					failed = append(failed, c.Ref.Name+": "+err.Error())
				}
			})
		}
		group.Wait()
	}
	slices.Sort(failed)
	return failed
}

// settled checks that a further run would do nothing and writes nothing.
func (o *office) settled(s state.TimeSync) {
	o.t.Helper()
	o.ResetCalls()
	p, _ := o.run(s)
	for _, c := range p.Changes {
		if !c.Gated {
			o.t.Errorf("a second run would %s %s %s %v", c.Op, c.Ref.Kind, c.Ref.Name, c.Fields)
		}
	}
	if n := o.WriteCount(); n > 0 {
		o.t.Errorf("a second run writes %d times", n)
	}
}

// entries lists a workspace's entries as text, sorted: project, times, description and what else is set.
func (o *office) entries(ws string) []string {
	state := o.State()
	w := state.Workspace(ws)
	names := map[string]string{}
	for _, c := range w.Clients {
		names[c.ID] = c.Name + " / "
	}
	for _, p := range w.Projects {
		names[p.ID] = names[p.ClientID] + p.Name
	}
	for _, x := range w.Tags {
		names[x.ID] = x.Name
	}
	for _, x := range w.Tasks {
		names[x.ID] = x.Name
	}
	var list []string
	for _, e := range w.Entries {
		words := []string{names[e.ProjectID], e.Start.Format("02T15:04") + "-"}
		if !e.End.IsZero() {
			words[1] += e.End.Format("02T15:04")
		}
		words = append(words, e.Description)
		if e.Billable {
			words = append(words, "billable")
		}
		if e.Type == "BREAK" {
			words = append(words, "break")
		}
		if e.TaskID != "" {
			words = append(words, "task="+names[e.TaskID])
		}
		for _, id := range e.TagIDs {
			words = append(words, "tag="+names[id])
		}
		list = append(list, strings.TrimSpace(strings.Join(words, " ")))
	}
	slices.Sort(list)
	return list
}

// change alters the state between runs.
func (o *office) change(f func(home, theirs *sandbox.Workspace)) {
	s := o.State()
	f(s.Workspace(o.home), s.Workspace(o.theirs))
	o.SetState(s)
}

// book adds an entry of Ann's to the first project of a workspace. A length of 0 runs.
func (o *office) book(w *sandbox.Workspace, day int, clock string, length time.Duration, text string) *sandbox.Entry {
	at, err := time.Parse("15:04", clock)
	if err != nil {
		o.t.Fatal(err)
	}
	start := time.Date(2026, 11, day, at.Hour(), at.Minute(), 0, 0, time.UTC)
	e := w.AddEntry(o.ann, w.Projects[0].ID, text, start, length)
	for n := len(w.Entries); ; n++ { // ids stay those of earlier entries that were deleted
		e.ID = sandbox.ID("booked/"+w.ID, n)
		if !slices.ContainsFunc(w.Entries[:len(w.Entries)-1], func(x sandbox.Entry) bool { return x.ID == e.ID }) {
			return e
		}
	}
}

func findings(p *plan.Plan, kind string) []string {
	var list []string
	for _, f := range p.Findings {
		if f.Kind == kind {
			words := []string{f.Name, string(f.Cause)}
			if f.Count > 0 {
				words = append(words, fmt.Sprintf("%d of %s", f.Count, f.Length))
			}
			for _, e := range f.Entries {
				words = append(words, e.Start.Format("02T15:04")+" "+e.Description)
			}
			list = append(list, strings.Join(words, " | "))
		}
	}
	return list
}

func remoteTime(source, destination *provider.Workspace) *provider.Time {
	return &provider.Time{Source: source, Destination: destination}
}
