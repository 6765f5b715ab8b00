package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Time is one time sync between two workspaces, which may be reached with different keys. Workspaces can be shared by
// several of them: what they read of one is read once. The zero value with both workspaces set is ready; ReadTime must
// have ended before Do.
type Time struct {
	Source, Destination *Workspace

	sync     state.TimeSync
	src, dst *shelf
	linkID   string                           // of the link field, once it is there
	fixed    bool                             // the destination decides what is billable
	values   map[string][]clockify.FieldValue // custom field values of destination entries, by entry id, without the link

	mu    sync.Mutex // guards linkID and made
	made  map[uint64]int
	turns []chanMutex // by content: equal entries are made one after the other
}

// The API reads a window as wall clock in somebody's zone (docs/clockify-api.md#windows), which is less than a day away.
const pad = 24 * time.Hour

// reach is how far around the window linked entries of the destination are looked for: as far as an edit may move a
// source entry over the window's edge and still find its mirror.
const reach = 32 * 24 * time.Hour

// ReadTime reads what a time sync needs of its two workspaces. now is the start of the run. It costs the source's
// projects and both sides' entries, three pages mostly; and once per workspace, however many syncs share it, the key's
// user, the workspace, the source's clients, the destination's projects, and where they are used its custom fields, the
// tags, and the tasks of a project. The detailed report is not used: it would save nothing for one person, and a free
// workspace's report ends at 31 days, which the entries' own list does not.
//
// With a link, marked entries whose source is not in what was read are looked up one by one, so that only a source that
// is proved gone counts as gone. Errors about settings are *Denied.
func (t *Time) ReadTime(ctx context.Context, sync state.TimeSync, now time.Time) (state.TimeState, error) {
	l := state.TimeState{Sync: sync.Name, Place: sync.Destination.WorkspaceID + " " + sync.Destination.UserID, From: sync.From, To: sync.To}
	if l.To.IsZero() {
		l.To = now
	}
	if l.From.IsZero() {
		l.From = l.To.Add(-sync.Window)
	}
	l.From, l.To = l.From.UTC().Truncate(time.Second), l.To.UTC().Truncate(time.Second)
	if sync.Source.WorkspaceID == sync.Destination.WorkspaceID {
		return l, nil // the planner refuses it
	}
	t.sync, t.src, t.dst = sync, t.Source.shared(), t.Destination.shared()
	t.turns = make([]chanMutex, 1024)
	for i := range t.turns {
		t.turns[i] = newMutex()
	}
	t.values, t.made, t.linkID, t.fixed = map[string][]clockify.FieldValue{}, map[uint64]int{}, "", false
	r := &timeReader{Time: t, ledger: &l, lost: map[string][]string{}, alike: map[string][]clockify.FieldValue{}}
	for _, step := range []func(context.Context) error{r.heads, r.lists, r.entries, r.names} {
		if err := step(ctx); err != nil {
			return state.TimeState{}, err
		}
	}
	return l, nil
}

// timeReader is one reading.
type timeReader struct {
	*Time
	ledger *state.TimeState

	lost     map[string][]string                             // by custom field of the source
	alike    map[string][]clockify.FieldValue                // by what is in them
	client   string                                          // the client's name
	projects struct{ source, dest map[string]state.Project } // by id
}

// heads asks who the keys' users are and opens the workspaces: a wrong key or id is found out here, on both sides at once.
func (r *timeReader) heads(ctx context.Context) error {
	var errs [2]error
	var group errgroup.Group
	group.Go(func() error { errs[0] = r.src.open(ctx, r.setting("source"), r.sync.Source); return nil })
	group.Go(func() error { errs[1] = r.dst.open(ctx, r.setting("destination"), r.sync.Destination); return nil })
	_ = group.Wait() // both errors are told
	var denied *Denied
	if r.sync.Source.Token == r.sync.Destination.Token && errors.As(errs[0], &denied) && clockify.IsStatus(errs[0], 401) {
		return errs[0] // one key for both sides
	}
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	src, dst := &r.ledger.Source, &r.ledger.Destination
	src.Workspace, src.Features = r.src.workspace.Name, features(r.src.workspace)
	dst.Workspace, dst.Features = r.dst.workspace.Name, features(r.dst.workspace)
	src.User, src.IsKeyOwner = r.src.person(r.sync.Source.UserID)
	dst.User, dst.IsKeyOwner = r.dst.person(r.sync.Destination.UserID)
	return nil
}

// features are what the workspace's plan includes. A free one may list none, which is not the same as not telling.
func features(w clockify.Workspace) []string {
	if len(w.Features) == 0 && w.FeatureSubscriptionType == "FREE" {
		return []string{"FREE"}
	}
	return w.Features
}

// lists reads projects, the client and, with a link, the custom fields.
func (r *timeReader) lists(ctx context.Context) error {
	group, gctx := errgroup.WithContext(ctx)
	var (
		own, all []clockify.Project
		clients  []clockify.ProjectClient
	)
	group.Go(func() (err error) {
		clients, err = r.src.clients(gctx)
		return wrap(r.of("list the source's clients"), err)
	})
	group.Go(func() (err error) {
		own, err = clockify.All(func() seq[clockify.Project] {
			return r.Source.Reader.Projects(gctx, r.Source.ID, clockify.ProjectsQuery{ClientIDs: []string{r.sync.Source.ClientID}})
		})
		return wrap(r.of("list the source's projects"), err)
	})
	group.Go(func() (err error) {
		all, err = r.dst.projects(gctx)
		return wrap(r.of("list the destination's projects"), err)
	})
	if r.sync.Link {
		group.Go(func() error { return wrap(r.of("list the destination's custom fields"), r.findLink(gctx)) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	at := slices.IndexFunc(clients, func(c clockify.ProjectClient) bool { return c.ID == r.sync.Source.ClientID })
	if at < 0 {
		return &Denied{r.setting("source") + ".client_id", fmt.Sprintf("workspace %q has no client with the id %s", r.src.workspace.Name, r.sync.Source.ClientID), errNotThere}
	}
	r.client = clients[at].Name
	r.ledger.Source.Client = r.client
	r.projects.source, r.projects.dest = map[string]state.Project{}, map[string]state.Project{}
	for _, p := range own {
		// Whether a list of ids repeats its key or is joined by commas is not known (docs/clockify-api.md#projects): the
		// answer is filtered again.
		if p.ClientID == r.sync.Source.ClientID && !p.Template {
			kept := state.Project{Client: r.client, Name: p.Name, Archived: p.Archived}
			r.projects.source[p.ID] = kept
			r.ledger.Source.Projects = append(r.ledger.Source.Projects, kept)
		}
	}
	for _, p := range all {
		if !p.Template {
			kept := state.Project{Client: p.ClientName, Name: p.Name, Archived: p.Archived}
			r.projects.dest[p.ID] = kept
			r.ledger.Destination.Projects = append(r.ledger.Destination.Projects, kept)
		}
	}
	return nil
}

// findLink looks for the link field among the destination's fields of time entries.
func (r *timeReader) findLink(ctx context.Context) error {
	fields, err := r.dst.fields(ctx)
	if clockify.IsStatus(err, 402, 403) {
		r.ledger.Destination.LinkTrouble = "the workspace does not let the key read custom fields, which need a Pro or Enterprise plan"
		return nil
	}
	for _, f := range fields {
		switch {
		case f.Name != r.sync.LinkField || f.EntityType == "USER":
		case f.Type != "TXT":
			r.ledger.Destination.LinkTrouble = "it is of the type " + f.Type + ", and has to be TXT"
		case f.Status == "INACTIVE":
			r.ledger.Destination.LinkTrouble = "it is inactive; an admin has to activate it (Workspace settings, Custom fields)"
		default:
			r.linkID, r.ledger.Destination.HasLink = f.ID, true
		}
	}
	return err
}

// setting names a part of the sync's configuration, of says whose work failed.
func (t *Time) setting(side string) string { return "time_sync " + t.sync.Name + ": " + side }

func (t *Time) of(doing string) string { return "time sync " + t.sync.Name + ": " + doing }

var errNotThere = errors.New("it is not there")

// clip is an id as it may be shown in an error.
func clip(id string) string {
	if len(id) > 40 {
		return id[:40] + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, id)
}
