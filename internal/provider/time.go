package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Time is one time sync between two workspaces, which may be reached with different keys. Workspaces can be shared by
// several of them: what they read of one is read once. The zero value with both workspaces set is ready; Read must have
// ended before Do.
type Time struct {
	Source, Destination *Workspace

	// Earlier returns entries that earlier runs of this sync made. Nil: none are known.
	Earlier func() []Earlier

	// Peers are the user ids of all syncs that share both workspaces with this one, its own among them. Of several, entries
	// are read in bulk.
	Peers struct{ Source, Destination []string }

	sync     state.TimeSync
	from, to time.Time
	src, dst *workspaceCache
	people   []*person
	fixed    bool                             // the destination decides what is billable
	kept     map[string][]clockify.FieldValue // custom field values of destination entries, by entry id, without the link
	known    map[string]bool                  // ids of the destination entries that were read
	earlier  []Earlier
	unsure   map[string]bool // ids of those of earlier that another run may have made too
	projects struct{ source, dest map[string]state.Project }
	visible  map[string]bool // ids of all source projects the key sees

	mu       sync.Mutex // guards what follows
	linkID   string     // of the link field, once it is there
	contents map[contentKey]*content
	sweeps   map[*person]*sweeps
	written  map[string]*written     // destination entries of this run, by id
	lost     map[origin]*lostAnswers // what may have been made
	ids      map[*state.Entry]string // of the entries that were made, by what was asked for
	created  time.Time               // when an entry was last made
	lostAt   time.Time               // when an answer was last lost
	lag      time.Duration           // how far lists were seen to lag behind
}

// Earlier is an entry that an earlier run made.
type Earlier struct {
	ID     string
	Person string // their address, or a pseudonym
	Lately bool   // lists may lag behind it (docs/clockify-api.md#lag)
	Unsure bool   // another run may have made it too, and nobody has looked since
}

// person is one person of the sync by their user ids.
type person struct {
	source, destination string
	email               string // at the destination, by which changes name the person; empty where the sync has one alone
	bulk                bool   // read from reports alone
	have                state.TimeState
}

// The API reads a window as wall clock in somebody's zone (docs/clockify-api.md#windows), which is less than a day away.
const tzMargin = 24 * time.Hour

// linkMargin is how far around the window linked entries of the destination are looked for: as far as an edit may move a
// source entry over the window's edge and still find its mirror.
const linkMargin = 32 * 24 * time.Hour

// Pending says of a state whether entries are to be written, and whether anything else is to be done.
type Pending func(state.TimeState) (entries, others bool)

// Read reads what a time sync needs of its two workspaces: a state for each person. now is the start of the run. It costs
// both sides' entries; and once per workspace, however many syncs share it, the list of the key's workspaces and the
// projects. Only where differs reports that something is to be planned for one of the states is the rest read: the key's
// user, and where they are used tags, tasks, custom fields and the user's roles. A nil differs stands for yes, and so does
// only.tags: which entries are meant is known once the tags are.
//
// With a link, linked entries whose source is not in what was read are looked up one by one, so that only a source that
// is proved gone counts as gone. Errors about settings are *Denied.
func (t *Time) Read(ctx context.Context, sync state.TimeSync, now time.Time, differs Pending) ([]state.TimeState, error) {
	t.sync, t.from, t.to = sync, sync.From, sync.To
	if t.to.IsZero() {
		t.to = now
	}
	if t.from.IsZero() {
		t.from = t.to.Add(-sync.Window)
	}
	t.from, t.to = t.from.UTC().Truncate(time.Second), t.to.UTC().Truncate(time.Second)
	if sync.Source.WorkspaceID == sync.Destination.WorkspaceID {
		return []state.TimeState{{Sync: sync.Name, From: t.from, To: t.to}}, nil // the planner refuses it
	}
	t.src, t.dst = t.Source.cache(), t.Destination.cache()
	t.kept, t.known, t.linkID, t.fixed = map[string][]clockify.FieldValue{}, map[string]bool{}, "", false
	t.earlier, t.unsure = nil, map[string]bool{}
	if t.Earlier != nil {
		t.earlier = t.Earlier()
	}
	for _, e := range t.earlier {
		if e.Unsure {
			t.unsure[e.ID] = true
		}
	}
	t.contents, t.written, t.lost = map[contentKey]*content{}, map[string]*written{}, map[origin]*lostAnswers{}
	t.sweeps = map[*person]*sweeps{}
	r := &timeReader{Time: t, shared: differs == nil, unmapped: map[string][]string{}, alike: map[string][]clockify.FieldValue{}}
	if len(sync.OnlyTags) > 0 {
		differs = nil
	}
	for _, step := range []func(context.Context) error{r.open, r.lists, r.who} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	inBulk, err := false, error(nil)
	if differs != nil || sync.Several() && len(sync.OnlyTags) == 0 {
		inBulk, err = r.bulk(ctx)
	}
	if err == nil && inBulk {
		err = r.readDiffering(ctx, differs)
	} else if err == nil {
		err = r.entries(ctx)
	}
	if err != nil {
		return nil, err
	}
	if differs == nil || slices.ContainsFunc(t.people, func(p *person) bool {
		entries, others := differs(r.named(p))
		return entries || others
	}) {
		if err := r.details(ctx); err != nil {
			return nil, err
		}
		return t.states(), nil
	}
	r.dropNames()
	states := t.states()
	for _, p := range t.people {
		p.have = state.TimeState{} // nothing will be read again
	}
	return states, nil
}

// named is a person's state with the names that are known already, where they count for what is to be done: with a link
// the tags and tasks of an entry are compared.
func (r *timeReader) named(p *person) state.TimeState {
	have := p.have
	if r.sync.Link {
		have.Source.Entries, have.Destination.Entries = slices.Clone(have.Source.Entries), slices.Clone(have.Destination.Entries)
		r.src.rename(have.Source.Entries)
		r.dst.rename(have.Destination.Entries)
	}
	return have
}

func (t *Time) states() []state.TimeState {
	list := make([]state.TimeState, len(t.people))
	for i, p := range t.people {
		list[i] = p.have
	}
	return list
}

// timeReader is one reading.
type timeReader struct {
	*Time
	source, dest state.WorkspaceEntries // what belongs to the workspaces

	shared   bool                             // other syncs may write to the same place
	unmapped map[string][]string              // by custom field of the source
	alike    map[string][]clockify.FieldValue // by what is in them
	found    sync.Mutex                       // guards the maps of Time and these
	asked    lists                            // entries that were asked for by their ids

	mine map[*person]map[string]*written // what this run wrote, for reading again
}

// open opens both workspaces: a wrong key or id is found out here, on both sides at once.
func (r *timeReader) open(ctx context.Context) error {
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
	r.source.Workspace, r.source.Features = r.src.workspace.Name, features(r.src.workspace)
	r.dest.Workspace, r.dest.Features = r.dst.workspace.Name, features(r.dst.workspace)
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
	var source, dest []clockify.Project
	group.Go(func() (err error) {
		source, err = r.projectsOf(gctx, r.src, "source", r.sync.Source)
		return err
	})
	group.Go(func() (err error) {
		dest, err = r.projectsOf(gctx, r.dst, "destination", r.sync.Destination)
		return err
	})
	if r.sync.Link {
		group.Go(func() error { return wrap(r.of("list the destination's custom fields"), r.findLink(gctx)) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := r.findClient(ctx, source); err != nil {
		return err
	}
	r.projects.source, r.projects.dest, r.visible = map[string]state.Project{}, map[string]state.Project{}, map[string]bool{}
	for _, p := range source {
		r.visible[p.ID] = true
		if p.ClientID == r.sync.Source.ClientID && !p.Template {
			kept := state.Project{Client: r.source.Client, Name: p.Name, Archived: p.Archived}
			r.projects.source[p.ID] = kept
			r.source.Projects = append(r.source.Projects, kept)
		}
	}
	for _, p := range dest {
		if !p.Template {
			kept := state.Project{Client: p.ClientName, Name: p.Name, Archived: p.Archived}
			r.projects.dest[p.ID] = kept
			r.dest.Projects = append(r.dest.Projects, kept)
		}
	}
	return nil
}

// projectsOf reads a side's projects. Where another key has opened the workspace, it is here that a key is refused.
func (r *timeReader) projectsOf(ctx context.Context, c *workspaceCache, side string, end state.Endpoint) ([]clockify.Project, error) {
	list, err := c.projects(ctx)
	if clockify.IsStatus(err, 400, 401, 403, 404) {
		if refused := c.openError(ctx, c.mayOpen(ctx), r.setting(side), end); refused != nil {
			return nil, refused
		}
	}
	return list, wrap(r.of("list the "+side+"'s projects"), err)
}

// findClient finds the client's name on one of its projects, or where it has none in the list of clients.
func (r *timeReader) findClient(ctx context.Context, projects []clockify.Project) error {
	for _, p := range projects {
		if p.ClientID == r.sync.Source.ClientID && p.ClientName != "" {
			r.source.Client = p.ClientName
			return nil
		}
	}
	clients, err := r.src.clients(ctx)
	if err != nil {
		return wrap(r.of("list the source's clients"), err)
	}
	at := slices.IndexFunc(clients, func(c clockify.ProjectClient) bool { return c.ID == r.sync.Source.ClientID })
	if at < 0 {
		return &Denied{r.setting("source") + ".client_id", fmt.Sprintf("workspace %q has no client with the id %s", r.src.workspace.Name, clip(r.sync.Source.ClientID)), errNotThere}
	}
	r.source.Client = clients[at].Name
	return nil
}

// findLink looks for the link field among the destination's fields of time entries.
func (r *timeReader) findLink(ctx context.Context) error {
	fields, err := r.dst.fields(ctx)
	if clockify.IsStatus(err, 402, 403) {
		r.dest.LinkTrouble = "the workspace does not let the key read custom fields, which need a Pro or Enterprise plan"
		return nil
	}
	for _, f := range fields {
		switch {
		case f.Name != r.sync.LinkField || f.EntityType == "USER":
		case f.Type != "TXT":
			r.dest.LinkTrouble = "it is of the type " + f.Type + ", and has to be TXT"
		case f.Status == "INACTIVE":
			r.dest.LinkTrouble = "it is inactive; an admin has to activate it (Workspace settings, Custom fields)"
		case !r.dest.HasLink || f.ID < r.linkID: // of two the same one for every run
			r.linkID, r.dest.HasLink = f.ID, true
		}
	}
	return err
}

// setting names a part of the sync's configuration, of says whose work failed.
func (t *Time) setting(side string) string { return "time_sync " + t.sync.Name + ": " + side }

func (t *Time) of(doing string) string { return "time sync " + t.sync.Name + ": " + doing }

var (
	errNotThere    = errors.New("it is not there")
	errReportLacks = errors.New("the detailed report lacks whose entries they are, or when they begin or end")
)

// clip is an id as it may be shown in an error.
func clip(id string) string { return text.Clip(text.Sanitize(id), 41) }
