// Package export works out the files that say what a workspace is today, so that the next plan is empty. It asks the
// planner itself: what the planner would change is left out of the files, step by step. It does not know how the workspace
// was read or where the files go.
package export

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/userscsv"
)

// Export is what the files will say, and what of the workspace they cannot say.
type Export struct {
	Users       state.Users
	Limitations []Limitation
	Excluded    map[string]string // people who can have no row, and why; they are under protect.users

	dir        *state.Directory
	blanked    []string     // people whose manager the files cannot hold
	suggested  *state.Users // a fallback that was recognised and cannot be written
	suggestion string       // why
}

// Noun is a word for one and for many.
type Noun struct{ One, Many string }

// What limitations are about.
var (
	people = Noun{"person", "people"}
	fields = Noun{"user field", "user fields"}
	groups = Noun{"group", "groups"}
)

// Limitation is something of a workspace that the files cannot say, and what was done about it.
type Limitation struct {
	What  Noun
	Text  string // completes "3 people": are inactive and not in the CSV
	Names []string
}

// ErrNotEmpty is returned for a workspace in which the planner wants changes that no files can prevent.
var ErrNotEmpty = errors.New("the planner wants changes that the files cannot prevent")

// New works out the files for a workspace that was read with everybody's profile. Managers are written with their groups
// where the groups are as the tool keeps them. Where they are not, or there are none, managers are written as roles on
// people alone, for a group that would have to change means a manager that cannot be written.
func New(dir *state.Directory, file string) (*Export, error) {
	with, err := build(dir, file, true)
	if err == nil && with.hasManagerGroups() && len(with.blanked) == 0 {
		return with, nil
	}
	without, werr := build(dir, file, false)
	if err != nil || werr == nil && len(without.blanked) < len(with.blanked) || werr == nil && !with.hasManagerGroups() {
		return without, werr
	}
	return with, nil
}

func build(dir *state.Directory, file string, managerGroups bool) (*Export, error) {
	e := &Export{dir: dir, Excluded: map[string]string{}}
	e.Users = state.Users{File: file, Absent: state.AbsentKeep, SendEmail: true, NoGroups: !managerGroups}
	e.mapFields()
	e.listPeople()
	var fallback *state.Group
	if managerGroups {
		fallback = e.recogniseFallback()
		e.protectGroups(fallback)
	}
	if fallback != nil {
		for i := range e.Users.People { // their manager comes with the group
			if row := &e.Users.People[i]; slices.Contains(fallback.Members, row.Email) {
				row.Manager = ""
			}
		}
	}
	if err := e.converge(); err != nil {
		return nil, err
	}
	if len(e.Users.People) == 0 {
		return nil, errors.New("nobody in the workspace is active and can have a row")
	}
	if fallback != nil {
		e.suggestFallback(fallback)
	}
	slices.Sort(e.Users.Protect.Users)
	return e, nil
}

func (e *Export) limit(what Noun, text string, names []string) {
	if len(names) > 0 {
		slices.Sort(names)
		e.Limitations = append(e.Limitations, Limitation{what, text, names})
	}
}

// Files renders the files, reads them back and plans them once more: what is not empty then is an error.
func (e *Export) Files(workspace, configName string) (csv, yaml []byte, err error) {
	var users, settings bytes.Buffer
	if err := userscsv.Write(&users, &e.Users); err != nil {
		return nil, nil, err
	}
	name := e.dir.Workspace
	if name == "" {
		name = workspace
	}
	draft := config.Draft{
		WorkspaceID: workspace, WorkspaceName: name, Users: &e.Users, Reasons: e.Excluded,
		Fallback: e.suggested, FallbackWhy: e.suggestion,
	}
	if err := config.WriteConfig(&settings, draft); err != nil {
		return nil, nil, err
	}
	written := config.Read(configName, settings.Bytes())
	read := userscsv.Read(e.Users.File, users.Bytes(), written.Layout, written.Users)
	if problems := append(written.Problems, read.Problems...); len(problems) > 0 {
		return nil, nil, errors.New(problems[0].String())
	}
	p := plan.Compute(state.Spec{Users: read.Users}, state.State{Users: e.dir})
	if len(p.Changes) > 0 {
		c := p.Changes[0]
		return nil, nil, fmt.Errorf("%w: %s %s %q", ErrNotEmpty, c.Op, c.Ref.Kind, c.Ref.Name)
	}
	if !p.Empty() || len(p.Problems)+len(p.Refusals) > 0 {
		return nil, nil, ErrNotEmpty
	}
	return users.Bytes(), settings.Bytes(), nil
}

func (e *Export) person(email string) *state.Person {
	i, ok := slices.BinarySearchFunc(e.dir.People, email, func(p state.Person, email string) int { return strings.Compare(p.Email, email) })
	if !ok {
		return nil
	}
	return &e.dir.People[i]
}

func (e *Export) active(email string) bool {
	p := e.person(email)
	return p != nil && p.Status == state.Active
}
