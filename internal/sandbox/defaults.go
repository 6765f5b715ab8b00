package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

var workweek = []string{"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"}

// planFeatures lists what each plan adds to the one before it (#plans).
var planFeatures = []struct {
	plan string
	adds []string
}{
	{"FREE", nil},
	{"BASIC", []string{"ADD_TIME_FOR_OTHERS", "BULK_EDIT", "REQUIRED_FIELDS", "BREAKS", "PROJECT_TEMPLATES", "EDIT_MEMBER_PROFILE", "TASK_RATES"}},
	{"STANDARD", []string{"MANAGER_ROLE", "GRANT_PROJECT_MANAGER_ROLE", "APPROVAL", "WORKSPACE_LOCK_TIMEENTRIES"}},
	{"PRO", []string{"CUSTOM_FIELDS", "USER_CUSTOM_FIELDS", "SCHEDULING", "LIMITED_USERS"}},
	{"ENTERPRISE", nil},
}

// features are those a workspace has: as listed, else those of its plan; TRIAL has all.
func (w *Workspace) features() []string {
	list := w.Features
	if len(list) == 0 {
		for _, p := range planFeatures {
			list = append(list, p.adds...)
			if strings.HasPrefix(w.FeatureSubscriptionType, p.plan) {
				break
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(f string) bool { return slices.Contains(w.WithoutFeatures, f) })
}

func orElse(s *string, value string) {
	if *s == "" {
		*s = value
	}
}

func (u *User) fill() {
	orElse(&u.AccountStatus, "ACTIVE")
	orElse(&u.Lang, "EN")
	orElse(&u.TimeZone, "UTC")
	orElse(&u.WeekStart, "MONDAY")
}

func (w *Workspace) fill() {
	orElse(&w.FeatureSubscriptionType, "PRO_2021")
	orElse(&w.Settings.TimeTrackingMode, "DEFAULT")
	orElse(&w.Settings.WhoCanCreateProjectsAndClients, "ADMINS")
	orElse(&w.Settings.WhoCanCreateTags, "EVERYONE")
	orElse(&w.Settings.WhoCanCreateTasks, "ADMINS")
	orElse(&w.Settings.Currency, "USD")
	orElse(&w.OwnerRole, "WORKSPACE_OWN")
}

func (m *Member) fill() {
	orElse(&m.Status, "ACTIVE")
	orElse(&m.WorkCapacity, "PT7H")
	orElse(&m.WeekStart, "MONDAY")
	if m.WorkingDays == nil {
		m.WorkingDays = slices.Clone(workweek)
	}
}

func (f *CustomField) fill() {
	orElse(&f.Type, "TXT")
	orElse(&f.EntityType, "TIMEENTRY")
	orElse(&f.Status, "VISIBLE")
}

func (e *Entry) fill() {
	orElse(&e.Type, "REGULAR")
	e.Start = e.Start.UTC().Truncate(time.Second)
	if !e.End.IsZero() {
		e.End = e.End.UTC().Truncate(time.Second)
	}
}

// check finds ids that are missing, double, or point nowhere: a state that could not be one.
func (s State) check() error {
	var errs []error
	users := map[string]bool{}
	seen := func(set map[string]bool, where, id string) {
		switch {
		case id == "":
			errs = append(errs, fmt.Errorf("%s: no id", where))
		case set[id]:
			errs = append(errs, fmt.Errorf("%s: id %s is there twice", where, id))
		}
		set[id] = true
	}
	known := func(set map[string]bool, where, id string) {
		if id != "" && !set[id] {
			errs = append(errs, fmt.Errorf("%s: id %s is not there", where, id))
		}
	}
	for i, u := range s.Users {
		where := fmt.Sprintf("users[%d]", i)
		seen(users, where, u.ID)
		if _, err := time.LoadLocation(u.TimeZone); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", where, err))
		}
	}
	spaces := map[string]bool{}
	for i := range s.Workspaces {
		w, at := &s.Workspaces[i], fmt.Sprintf("workspaces[%d]", i)
		seen(spaces, at, w.ID)
		members, groups, fields, clients, projects, tasks, tags, entries := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
		for i, m := range w.Members {
			where := fmt.Sprintf("%s.members[%d]", at, i)
			seen(members, where, m.UserID)
			known(users, where, m.UserID)
		}
		for i, g := range w.Groups {
			where := fmt.Sprintf("%s.groups[%d]", at, i)
			seen(groups, where, g.ID)
			for _, id := range g.UserIDs {
				known(members, where, id)
			}
		}
		for i, f := range w.CustomFields {
			seen(fields, fmt.Sprintf("%s.customFields[%d]", at, i), f.ID)
		}
		for i, c := range w.Clients {
			seen(clients, fmt.Sprintf("%s.clients[%d]", at, i), c.ID)
		}
		for i, p := range w.Projects {
			where := fmt.Sprintf("%s.projects[%d]", at, i)
			seen(projects, where, p.ID)
			known(clients, where, p.ClientID)
		}
		for i, t := range w.Tasks {
			where := fmt.Sprintf("%s.tasks[%d]", at, i)
			seen(tasks, where, t.ID)
			known(projects, where, t.ProjectID)
		}
		for i, t := range w.Tags {
			seen(tags, fmt.Sprintf("%s.tags[%d]", at, i), t.ID)
		}
		for i, r := range w.Roles {
			where := fmt.Sprintf("%s.roles[%d]", at, i)
			known(members, where, r.UserID)
			switch {
			case r.Role == "PROJECT_MANAGER":
				known(projects, where, r.EntityID)
			case r.Role != "TEAM_MANAGER":
				errs = append(errs, fmt.Errorf("%s: role %q is neither TEAM_MANAGER nor PROJECT_MANAGER", where, r.Role))
			case r.SourceType == "USER_GROUP":
				known(groups, where, r.EntityID)
			default:
				known(members, where, r.EntityID)
			}
		}
		for i, e := range w.Entries {
			where := fmt.Sprintf("%s.entries[%d]", at, i)
			seen(entries, where, e.ID)
			known(members, where, e.UserID)
			known(projects, where, e.ProjectID)
			known(tasks, where, e.TaskID)
			for _, id := range e.TagIDs {
				known(tags, where, id)
			}
		}
	}
	for i, k := range s.Keys {
		where := fmt.Sprintf("keys[%d]", i)
		known(users, where, k.UserID)
		known(spaces, where, k.WorkspaceID)
	}
	if len(errs) > 1 {
		errs = append(errs[:1], fmt.Errorf("and %d more like it", len(errs)-1))
	}
	return errors.Join(errs...)
}
