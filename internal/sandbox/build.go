package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// ID is a 24-hex id, the same for the same kind and number.
func ID(kind string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", kind, n))
	return hex.EncodeToString(sum[:12])
}

// AddUser adds an account and returns its id.
func (s *State) AddUser(email, name string) string {
	id := ID("user", len(s.Users)+1)
	s.Users = append(s.Users, User{ID: id, Email: email, Name: name})
	return id
}

// AddKey adds an API key of a user.
func (s *State) AddKey(key, userID string) { s.Keys = append(s.Keys, Key{Key: key, UserID: userID}) }

// AddWorkspace adds a workspace on the Pro plan. The pointer is good until the next workspace is added.
func (s *State) AddWorkspace(name string) *Workspace {
	s.Workspaces = append(s.Workspaces, Workspace{ID: ID("workspace", len(s.Workspaces)+1), Name: name})
	return &s.Workspaces[len(s.Workspaces)-1]
}

// AddMember makes a user an active member.
func (w *Workspace) AddMember(userID string) *Member {
	w.Members = append(w.Members, Member{UserID: userID})
	return &w.Members[len(w.Members)-1]
}

// AddOwner makes a user the owner.
func (w *Workspace) AddOwner(userID string) *Member {
	m := w.AddMember(userID)
	m.Owner = true
	return m
}

// AddAdmin makes a user an admin.
func (w *Workspace) AddAdmin(userID string) *Member {
	m := w.AddMember(userID)
	m.Admin = true
	return m
}

// AddGroup adds a group and returns its id.
func (w *Workspace) AddGroup(name string, userIDs ...string) string {
	id := ID("group/"+w.ID, len(w.Groups)+1)
	w.Groups = append(w.Groups, Group{ID: id, Name: name, UserIDs: userIDs})
	return id
}

// AddManager gives holder TEAM_MANAGER on a person.
func (w *Workspace) AddManager(holder, person string) {
	w.Roles = append(w.Roles, Grant{UserID: holder, Role: "TEAM_MANAGER", EntityID: person})
}

// AddGroupManager gives holder TEAM_MANAGER on a group.
func (w *Workspace) AddGroupManager(holder, group string) {
	w.Roles = append(w.Roles, Grant{UserID: holder, Role: "TEAM_MANAGER", EntityID: group, SourceType: "USER_GROUP"})
}

// AddGhost gives holder TEAM_MANAGER on nothing (#empty-role).
func (w *Workspace) AddGhost(holder string) {
	w.Roles = append(w.Roles, Grant{UserID: holder, Role: "TEAM_MANAGER"})
}

// AddUserField adds a visible field of people and returns its id.
func (w *Workspace) AddUserField(name, kind string, allowed ...string) string {
	return w.addField(name, kind, "USER", allowed)
}

// AddEntryField adds a visible field of time entries and returns its id.
func (w *Workspace) AddEntryField(name, kind string, allowed ...string) string {
	return w.addField(name, kind, "TIMEENTRY", allowed)
}

func (w *Workspace) addField(name, kind, entity string, allowed []string) string {
	id := ID("field/"+w.ID, len(w.CustomFields)+1)
	w.CustomFields = append(w.CustomFields, CustomField{ID: id, Name: name, Type: kind, EntityType: entity, Status: "VISIBLE", AllowedValues: allowed})
	return id
}

// AddClient adds a client and returns its id.
func (w *Workspace) AddClient(name string) string {
	id := ID("client/"+w.ID, len(w.Clients)+1)
	w.Clients = append(w.Clients, Client{ID: id, Name: name})
	return id
}

// AddProject adds a public project under a client ("" for none) and returns its id.
func (w *Workspace) AddProject(clientID, name string) string {
	id := ID("project/"+w.ID, len(w.Projects)+1)
	w.Projects = append(w.Projects, Project{ID: id, Name: name, ClientID: clientID, Public: true})
	return id
}

// AddTask adds a task to a project and returns its id.
func (w *Workspace) AddTask(projectID, name string) string {
	id := ID("task/"+w.ID, len(w.Tasks)+1)
	w.Tasks = append(w.Tasks, Task{ID: id, ProjectID: projectID, Name: name})
	return id
}

// AddTag adds a tag and returns its id.
func (w *Workspace) AddTag(name string) string {
	id := ID("tag/"+w.ID, len(w.Tags)+1)
	w.Tags = append(w.Tags, Tag{ID: id, Name: name})
	return id
}

// AddEntry adds an entry of a user; a duration of 0 is a running timer. The pointer is good until the next one.
func (w *Workspace) AddEntry(userID, projectID, description string, start time.Time, length time.Duration) *Entry {
	e := Entry{ID: ID("entry/"+w.ID, len(w.Entries)+1), UserID: userID, ProjectID: projectID, Description: description, Start: start.UTC()}
	if length > 0 {
		e.End = e.Start.Add(length)
	}
	w.Entries = append(w.Entries, e)
	return &w.Entries[len(w.Entries)-1]
}

// User finds an account by email.
func (s *State) User(email string) (User, bool) {
	for _, u := range s.Users {
		if u.Email == email {
			return u, true
		}
	}
	return User{}, false
}

// Workspace finds a workspace by id; the pointer is into s.
func (s *State) Workspace(id string) *Workspace {
	for i := range s.Workspaces {
		if s.Workspaces[i].ID == id {
			return &s.Workspaces[i]
		}
	}
	return nil
}
