package config

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// MaxSize is the largest config that is read, in bytes: far above real ones, far below what hurts.
const MaxSize = 256 << 10

// Schema is where the JSON Schema of the config is published, for editors.
const Schema = "https://raw.githubusercontent.com/clockify-sync/clockify-sync/main/clockify-sync.schema.json"

// File is a config file, read: what it says over the defaults, and what is wrong with it.
type File struct {
	Name     string   // empty: there is none, and everything holds its default
	Settings Settings // as the file says them
	Users    state.Users
	Layout   state.UsersFile
	Time     []state.TimeSync // the sound ones
	Problems []state.Problem  // sorted by line and column

	doc *document // nil without a file
}

// None is what holds where there is no config file.
func None() *File {
	f := &File{}
	setDefaults(table(), reflect.ValueOf(&f.Settings).Elem())
	f.convert()
	return f
}

// Read reads the content of a config file. What is wrong is in Problems, and its default holds.
func Read(name string, data []byte) *File {
	f := &File{Name: name}
	root := table()
	settings := reflect.ValueOf(&f.Settings).Elem()
	setDefaults(root, settings)
	if len(data) > MaxSize {
		f.doc = (&document{file: name, lines: []string{""}}).refuse(1, 1, "the file is larger than "+strconv.Itoa(MaxSize>>10)+" KiB")
	} else {
		f.doc = parse(name, data)
	}
	switch tree := f.doc.tree; {
	case tree == nil:
	case tree.shape != aDict:
		f.doc.bad(tree.at, "the config is %s; write keys with values under it", tree.found())
		f.doc.tree = nil
	default:
		f.doc.decode(place{setting: root, value: tree}, settings)
		f.crossCheck()
	}
	f.convert()
	f.Problems = f.doc.all()
	slices.SortStableFunc(f.Problems, func(a, b state.Problem) int { return a.Source.Compare(b.Source) })
	return f
}

// Said reports whether the file says anything under a key.
func (f *File) Said(path ...string) bool { return f.doc != nil && f.doc.tree.get(path...) != nil }

// Excerpt draws the line of a problem that lies in this file and was found elsewhere, as in users.csv's header.
func (f *File) Excerpt(p state.Problem) state.Problem {
	if f.doc != nil && p.Source.File == f.Name && p.Excerpt == "" {
		p.Excerpt = f.doc.excerpt(p.Source, 0)
	}
	return p
}

// at is where a key's value stands; the zero place: it is not written.
func (f *File) at(path ...string) state.Source {
	if f.doc == nil {
		return state.Source{}
	}
	if v := f.doc.tree.get(path...); v != nil {
		return f.doc.source(v.at)
	}
	return state.Source{}
}

// convert puts the settings into the words of the plan.
func (f *File) convert() {
	s := &f.Settings
	s.Redact = redactWord(s.Redact)
	if d := s.API.RateLimitDelay; d != nil { // the old tool slept this many seconds after each call
		s.API.RequestsPerSecond = min(50, 1/max(*d, 1e-9))
	}
	s.API.BaseURL, s.API.ReportsURL = strings.TrimRight(s.API.BaseURL, "/"), strings.TrimRight(s.API.ReportsURL, "/")
	for i, r := range s.Approval.Reviewers {
		s.Approval.Reviewers[i] = strings.TrimPrefix(r, "@")
	}
	g := s.Guards
	f.Users = state.Users{
		FallbackManager: s.Workspace.FallbackManager, FallbackGroup: s.Workspace.FallbackGroup,
		Protect: state.Protect{Groups: s.Protect.Groups, Users: s.Protect.Users},
		Absent:  state.Absent(s.Absent), DeactivateAdmins: s.DeactivateAdmins, DeactivateAfter: s.DeactivateAfter,
		Invite: s.Invite, SendEmail: s.SendEmail, DeleteUnmanaged: s.Cleanup.UnmanagedGroups == "delete",
		IdentityProvider: s.IdentityProvider, NoGroups: !s.ManagerGroups,
		Guards: state.Guards{
			MaxDeactivations: g.MaxDeactivations.limit(), MaxReactivations: g.MaxReactivations.limit(), MaxInvitations: g.MaxInvitations.limit(),
			MaxChanges: g.MaxChanges.limit(), MaxRemovals: g.MaxRemovals.limit(), MaxShrink: g.MaxShrink.limit(), MinKnown: g.MinKnown, MinActiveUsers: g.MinActiveUsers,
		},
	}
	for _, m := range s.FieldMapping {
		f.Users.Fields = append(f.Users.Fields, state.Mapping{Column: m.Key, Field: m.Value})
	}
	f.Layout = f.layout()
	f.Time = f.timeSyncs()
}

// redactWord turns the truth values that people write into the words.
func redactWord(s string) string {
	switch s {
	case "true":
		return "full"
	case "false":
		return "none"
	}
	return s
}

func (l Limit) limit() state.Limit {
	return state.Limit{Count: l.Count, Share: l.Share, Floor: l.Floor}
}

// layout is how users.csv is to be read.
func (f *File) layout() state.UsersFile {
	s := &f.Settings
	column := func(name string, path ...string) state.Column { return state.Column{Name: name, At: f.at(path...)} }
	c := s.Columns
	l := state.UsersFile{
		Windows1252: s.Encoding == "windows-1252",
		Email:       column(c.Email, "columns", "email"), Manager: column(c.Manager, "columns", "manager"), Hours: column(c.Hours, "columns", "hours"),
		Days: column(c.WorkingDays, "columns", "working_days"), ID: column(c.ID, "columns", "id"),
		Status: column(c.Status, "columns", "status"), Starts: column(c.Starts, "columns", "starts"), Ends: column(c.Ends, "columns", "ends"),
		Protect:          column(s.Protect.Column, "protect", "groups_from_column"),
		ActiveValues:     s.ActiveValues,
		SkipWithoutEmail: s.WithoutEmail == "skip",
		WeeklyHours:      -1, WorkingDays: s.WorkingDays,
		Unsure: f.doc != nil && f.doc.broken,
	}
	l.Delimiter, _ = parseDelimiter(s.Delimiter)
	if s.WeeklyHours != nil {
		l.WeeklyHours = *s.WeeklyHours
	}
	for _, m := range s.FieldMapping {
		l.Fields = append(l.Fields, state.FieldColumn{Column: state.Column{Name: m.Key, At: m.At}, Field: m.Value})
	}
	for _, o := range s.Rows.Only {
		l.Only = append(l.Only, state.OnlyRows{Column: state.Column{Name: o.Key, At: o.At}, Values: o.Values})
	}
	return l
}

// timeSyncs are the sound entries of time_sync.
func (f *File) timeSyncs() []state.TimeSync {
	var out []state.TimeSync
	for i, t := range f.Settings.TimeSync {
		if !f.doc.unsound[i] && f.sync(i) != nil {
			out = append(out, t.sync(f.doc.source(f.sync(i).at)))
		}
	}
	return out
}

// sync is the entry of time_sync with this index.
func (f *File) sync(i int) *value { return f.doc.tree.get("time_sync", strconv.Itoa(i)) }

// defaultLinkField is the time entry field that holds the link where the config names none.
const defaultLinkField = "Source entry"

// sync puts an entry into the words of the plan.
func (t TimeSync) sync(at state.Source) state.TimeSync {
	s := state.TimeSync{
		Name: t.Name, At: at,
		Source:      state.Endpoint{WorkspaceID: t.Source.WorkspaceID, ClientID: t.Source.ClientID, UserID: t.Source.UserID, Token: t.Source.TokenEnv},
		Destination: state.Endpoint{WorkspaceID: t.Destination.WorkspaceID, UserID: cmp.Or(t.Destination.UserID, t.Source.UserID), Token: cmp.Or(t.Destination.TokenEnv, t.Source.TokenEnv)},
		AllPeople:   t.People.All, People: t.People.Pairs, Shards: t.Shards,
		Color: t.ProjectOptions.Color, Projects: state.ProjectScope(t.Projects),
		Window: t.Window, From: t.From, To: t.To,
		Link: t.Link == "field", Deletes: t.Deletes == "gated", CreateMissing: t.CreateMissing,
		BillableFromProject: t.Billable == "project", OnlyProjects: t.Only.Projects, OnlyTags: t.Only.Tags,
		Defaults:         state.TimeDefaults{Tag: t.Defaults.Tag, Task: t.Defaults.Task, Fields: t.Defaults.Fields.byKey()},
		AcceptUnmirrored: t.Unmirrored == "accept", ProjectMap: t.ProjectMap.byKey(),
	}
	if s.Link {
		s.LinkField = cmp.Or(t.LinkField, defaultLinkField)
	}
	return s
}

func (n Names) byKey() map[string]string {
	var out map[string]string
	for _, name := range n {
		if out == nil {
			out = map[string]string{}
		}
		out[name.Key] = name.Value
	}
	return out
}
