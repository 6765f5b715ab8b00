// Package provider translates between names and Clockify's ids: it reads a workspace into a state.State and carries out
// changes as API calls. It decides nothing: what ought to be is the planner's business.
package provider

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Options of a Workspace.
type Options struct {
	ID      string
	Reader  *clockify.Client // may be read-only
	Writer  *clockify.Client // nil: Do refuses
	Now     func() time.Time
	Sleep   func(ctx context.Context, d time.Duration) error // waits that are not the client's own
	Common  *Common                                          // shared by the workspaces of one reading; nil: nothing is
	Workers int                                              // reads of single people under way at once; default 64
	Logger  *slog.Logger
	OnOpen  func(self, workspace string) // told the email of the key's user and the workspace's name, before it is read; nil: nobody
	OnFree  func()                       // told when the workspace turns out to be on the free plan, before it is read; nil: nobody
	Account *Account                     // of the key, to be shared by all workspaces it opens; nil: one of its own
}

// Workspace is one workspace through one key. It remembers the ids of what it has read and made. Reading must have
// ended before the first change is done; changes may then be done concurrently.
type Workspace struct {
	Options
	name string

	mu        sync.Mutex
	users     map[string]*member              // by email
	emails    map[string]string               // user id to email
	groups    map[string]string               // group name to id
	created   map[string]bool                 // groups made in this run
	fields    map[string]clockify.CustomField // user custom fields by name
	forbidden int                             // writes of people and groups refused in a row, before any was accepted
	accepted  bool                            // a write of people or groups was accepted

	dir       *state.Directory // as it was read
	readCalls int              // what that took

	current *workspaceCache // what the syncs share; see time_cache.go
}

// member is what is kept of a person beside what the planner sees.
type member struct {
	turn   chanMutex // held while the profile is written: it is written whole
	id     string
	values map[string]any // custom field id to the value as Clockify gave or was given it
}

func newMember(id string) *member { return &member{turn: newMutex(), id: id, values: map[string]any{}} }

// New returns a Workspace. It makes no call.
func New(o Options) *Workspace {
	if o.Workers <= 0 {
		o.Workers = 64
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Account == nil {
		o.Account = NewAccount(o.Reader)
	}
	return &Workspace{
		Options: o, users: map[string]*member{}, emails: map[string]string{}, groups: map[string]string{},
		created: map[string]bool{}, fields: map[string]clockify.CustomField{},
	}
}

// Denied is an answer of Clockify's that changing a setting would help against: a key it does not know, a workspace the key
// does not reach, a user who may not do what is asked.
type Denied struct {
	Setting string // as people write it: CLOCKIFY_API_KEY, workspace.id
	Text    string
	Err     error
}

func (d *Denied) Error() string { return fmt.Sprintf("%s: %s (%v)", d.Setting, d.Text, d.Err) }
func (d *Denied) Unwrap() error { return d.Err }

// unknownKey explains a refusal of the key itself; other errors are returned as they are.
func unknownKey(err error) error {
	switch {
	case clockify.IsCode(err, 401, 4003):
		return &Denied{"CLOCKIFY_API_KEY", "Clockify does not know this key. Copy it again from Profile settings, API; a key works only in the region and subdomain it was made in (api.base_url)", err}
	case clockify.IsCode(err, 401, 4017):
		return &Denied{"CLOCKIFY_ADDON_TOKEN", "Clockify does not accept this add-on token", err}
	case clockify.IsStatus(err, 401):
		return &Denied{"CLOCKIFY_API_KEY", "Clockify does not accept the key", err}
	}
	return err
}

var (
	errReadOnly = errors.New("this workspace was opened for reading only")
	errInactive = errors.New("the field is inactive")
)
