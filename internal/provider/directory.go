package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// ReadUsers reads everything a user sync needs: the key's user and the workspace, the people with their roles and field
// values, the groups with members and managers, the user fields, and the capacity of the people of the CSV. It costs a
// page of each (people 5,000 a page, capacities 200) wherever Clockify tells them in bulk (docs/clockify-api.md#list-of-people).
// Any list not proved complete is an error.
func (w *Workspace) ReadUsers(ctx context.Context, spec *state.Users) (*state.Directory, error) {
	return w.read(ctx, spec, false)
}

// ReadEverybody reads a workspace as if everybody who is active or invited were in a CSV that maps every user field. A
// workspace that does not let the key read user fields has none.
func (w *Workspace) ReadEverybody(ctx context.Context) (*state.Directory, error) {
	return w.read(ctx, &state.Users{}, true)
}

func (w *Workspace) read(ctx context.Context, spec *state.Users, everybody bool) (*state.Directory, error) {
	ctx, trace := clockify.WithTrace(ctx, nil)
	self, workspace, err := w.open(ctx)
	if err != nil {
		return nil, err
	}
	var (
		rows   []clockify.User
		groups []clockify.Group
		fields []clockify.CustomField
	)
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		rows, err = w.listPeople(gctx)
		if clockify.IsStatus(err, 403) {
			return &Denied{"CLOCKIFY_API_KEY", fmt.Sprintf("%s may not list the people of workspace %q: the key must be an owner's or admin's", self.Email, workspace.Name), err}
		}
		return wrap("list the people", err)
	})
	group.Go(func() (err error) {
		groups, err = w.listGroups(gctx)
		return wrap("list the groups", err)
	})
	if len(spec.Fields) > 0 || spec.DeactivateAfter > 0 || everybody {
		group.Go(func() (err error) {
			fields, err = w.Reader.CustomFields(gctx, w.ID, "USER")
			if clockify.IsStatus(err, 402, 403) {
				if everybody {
					return nil
				}
				setting := "field_mapping"
				if len(spec.Fields) == 0 {
					setting = "deactivate_after"
				}
				return &Denied{setting, fmt.Sprintf("workspace %q does not let the key read custom fields of people: they need a Pro or Enterprise plan", workspace.Name), err}
			}
			return wrap("list the custom fields", err)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	dir := &state.Directory{
		Workspace: w.name, WorkspaceID: w.ID, Features: workspace.Features, Free: workspace.FeatureSubscriptionType == "FREE",
		Self: lower(self.Email), Now: w.Now(),
	}
	if everybody { // the tool's own field is nobody's to declare
		fields = slices.DeleteFunc(fields, func(f clockify.CustomField) bool { return f.Name == state.LeaveField })
	}
	w.keepFields(dir, fields)
	if err := w.keepPeople(dir, rows); err != nil {
		return nil, err
	}
	w.keepGroups(dir, groups)
	w.keepManagers(dir, rows)
	if everybody {
		spec = declareAll(dir)
	}
	if err := w.readProfiles(ctx, dir, spec, rows); err != nil {
		return nil, err
	}
	w.dir, w.readCalls = dir, trace.Reads()
	return dir, nil
}

// declareAll is what a CSV with everybody who is active or invited would declare, as far as reading is concerned.
func declareAll(dir *state.Directory) *state.Users {
	spec := &state.Users{}
	for _, p := range dir.People {
		if p.Status == state.Active || p.Status == state.Pending {
			spec.People = append(spec.People, state.Row{Email: p.Email})
		}
	}
	return spec
}

// Open asks for the workspace, with all others of the key at one call; it is kept.
func (w *Workspace) Open(ctx context.Context) error { return w.cache().openListed(ctx) }

// LeastUserCalls is how many calls ReadUsers takes at least.
func LeastUserCalls(spec *state.Users) int {
	n := 4
	if !spec.NoHours {
		n += (len(spec.People) + clockify.CapacityPage - 1) / clockify.CapacityPage
	}
	if len(spec.Fields) > 0 || spec.DeactivateAfter > 0 {
		n++
	}
	return n
}

// LeastTimeCalls is how many calls Time.Read takes at least: the workspaces, both sides' projects and entries, and what
// the sync needs beside.
func LeastTimeCalls(sync state.TimeSync) int {
	n := 5
	if sync.Several() {
		n += 2 // the people of both sides
	}
	if sync.Link {
		n++ // the custom fields
	}
	if len(sync.OnlyTags) > 0 {
		n++
	}
	return n
}

// open asks who the key's user is and for the workspace. Both are asked first: a wrong key costs one call.
func (w *Workspace) open(ctx context.Context) (clockify.User, clockify.Workspace, error) {
	s := w.cache()
	self, err := s.ask(ctx)
	switch {
	case err == nil:
		w.name = s.workspace.Name
		return self, s.workspace, nil
	case self.ID == "":
		err = unknownKey(err)
	case clockify.IsStatus(err, 400, 403, 404):
		err = &Denied{"workspace.id", fmt.Sprintf("there is no workspace %s that the key of %s can open. Its id is in the address of its settings page; set workspace.id or CLOCKIFY_WORKSPACE_ID", w.ID, self.Email), err}
	}
	return self, clockify.Workspace{}, err
}

func (w *Workspace) keepFields(dir *state.Directory, fields []clockify.CustomField) {
	w.fields = map[string]clockify.CustomField{}
	for _, f := range fields {
		if f.EntityType != "" && f.EntityType != "USER" {
			continue
		}
		if _, known := w.fields[f.Name]; !known {
			w.fields[f.Name] = f
			dir.Fields = append(dir.Fields, fieldOf(f))
		}
	}
}

// keepPeople turns rows into people. The membership's status counts, not the row's own, which is the account's
// (docs/clockify-api.md#membership-status).
func (w *Workspace) keepPeople(dir *state.Directory, rows []clockify.User) error {
	w.users, w.emails = map[string]*member{}, map[string]string{}
	for _, row := range rows {
		email := lower(row.Email)
		if email == "" {
			continue // limited users have no address; nothing of ours is about them
		}
		status, ok := w.membership(row)
		if !ok {
			return fmt.Errorf("list the people: Clockify did not say whether %s is active in the workspace", email)
		}
		if w.users[email] != nil {
			return fmt.Errorf("list the people: Clockify lists %s twice", email)
		}
		w.users[email] = newMember(row.ID)
		w.emails[row.ID] = email
		p := state.Person{Email: email, Name: strings.TrimSpace(row.Name), Status: status, Capacity: state.CapacityUnknown}
		for _, role := range row.Roles {
			switch {
			case role.Owner():
				p.Owner, p.Admin = true, true
			case role.Role == clockify.RoleAdmin:
				p.Admin = true
			case role.Role == clockify.RoleTeamManager && len(role.Entities) == 0:
				p.EmptyRole = true
			}
		}
		dir.People = append(dir.People, p)
	}
	slices.SortFunc(dir.People, func(a, b state.Person) int { return strings.Compare(a.Email, b.Email) })
	return nil
}

func (w *Workspace) membership(row clockify.User) (state.Status, bool) {
	for _, m := range row.Memberships {
		if m.TargetID != w.ID {
			continue
		}
		switch m.Status {
		case "ACTIVE":
			return state.Active, true
		case "INACTIVE":
			return state.Inactive, true
		case "PENDING":
			return state.Pending, true
		case "DECLINED":
			return state.Declined, true
		}
	}
	return "", false
}

func (w *Workspace) keepGroups(dir *state.Directory, groups []clockify.Group) {
	w.groups = map[string]string{}
	byID := slices.SortedFunc(slices.Values(groups), func(a, b clockify.Group) int { return strings.Compare(a.ID, b.ID) })
	for place, g := range byID {
		w.groups[g.Name] = g.ID
		kept := state.Group{Name: g.Name, Place: place}
		for _, id := range g.UserIDs {
			if email := w.emails[id]; email != "" {
				kept.Members = append(kept.Members, email)
			}
		}
		for _, m := range g.TeamManagers {
			if email := w.emails[m.ID]; email != "" {
				kept.Managers = append(kept.Managers, email)
			}
		}
		kept.Members, kept.Managers = sorted(kept.Members), sorted(kept.Managers)
		dir.Groups = append(dir.Groups, kept)
	}
	slices.SortFunc(dir.Groups, func(a, b state.Group) int { return strings.Compare(a.Name, b.Name) })
}

// keepManagers reads who manages whom directly from the roles of the managers. A role with a source was given on a
// group, and so was one whose entity is a group (docs/clockify-api.md#roles): those are the groups' own. Projects that
// people manage are only told of.
func (w *Workspace) keepManagers(dir *state.Directory, rows []clockify.User) {
	managers, projects := map[string][]string{}, map[string][]string{}
	for _, row := range rows {
		holder := lower(row.Email)
		for _, role := range row.Roles {
			if role.Role == "PROJECT_MANAGER" {
				for _, project := range role.Entities {
					projects[holder] = append(projects[holder], project.Name)
				}
			}
			if role.Role != clockify.RoleTeamManager || holder == "" {
				continue
			}
			for _, entity := range role.Entities {
				if email := w.emails[entity.ID]; email != "" && !entity.Source.Group() {
					managers[email] = append(managers[email], holder)
				}
			}
		}
	}
	for i := range dir.People {
		dir.People[i].Managers = sorted(managers[dir.People[i].Email])
		dir.People[i].Projects = sorted(projects[dir.People[i].Email])
	}
}

// week is the stretch of time capacities are asked for: the totals call wants one, the daily capacity does not depend on it.
const week = 7 * 24 * time.Hour

func lower(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

func sorted(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
