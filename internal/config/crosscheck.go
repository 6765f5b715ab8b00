package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// crossCheck reports what single keys cannot show: settings that need each other, or do not go together.
func (f *File) crossCheck() {
	f.checkColumns()
	f.checkMapping()
	f.checkApproval()
	if f.Said("api", "rate_limit_delay") && f.Said("api", "requests_per_second") {
		f.badKey("api.rate_limit_delay is the old way to say requests_per_second; write one of them", "api", "rate_limit_delay")
		f.Settings.API.RateLimitDelay = nil
	}
	f.checkTimeSyncs()
}

// bad reports a problem at the value of a key, and where it is not written at the mapping it would stand in.
func (f *File) bad(what string, path ...string) { f.doc.bad(f.token(path), "%s", what) }

// badKey reports a problem at a key and does not show its value.
func (f *File) badKey(what string, path ...string) {
	f.doc.badKey(f.doc.tree.get(path[:len(path)-1]...).find(path[len(path)-1]).at, "%s", what)
}

func (f *File) token(path []string) *token.Token {
	if v := f.doc.tree.get(path...); v != nil {
		return v.at
	}
	return f.key(path[:len(path)-1])
}

// key is where the key at the end of a path stands, or the entry of a list.
func (f *File) key(path []string) *token.Token {
	if len(path) == 0 {
		return nil
	}
	last := len(path) - 1
	if e := f.doc.tree.get(path[:last]...).find(path[last]); e != nil {
		return e.at
	}
	if v := f.doc.tree.get(path...); v != nil {
		return v.at
	}
	return nil
}

func (f *File) checkColumns() {
	c := &f.Settings.Columns
	taken := map[string]string{}
	for _, column := range []struct{ key, name string }{
		{"email", c.Email},
		{"manager", c.Manager},
		{"hours", c.Hours},
		{"working_days", c.WorkingDays},
		{"id", c.ID},
		{"status", c.Status},
		{"starts", c.Starts},
		{"ends", c.Ends},
	} {
		if other, ok := taken[column.name]; ok && column.name != "" && f.Said("columns") {
			f.doc.bad(f.key([]string{"columns"}), "columns: %s and %s are the same column %s", other, column.key, quote(column.name))
		}
		taken[column.name] = column.key
	}
	switch active := f.Said("active_values"); {
	case c.Status != "" && !active:
		f.bad("columns.status needs active_values: the statuses of those who are there", "columns", "status")
	case c.Status == "" && active:
		f.bad("active_values needs columns.status: the column of statuses", "active_values")
	}
	if c.ID != "" && !slices.ContainsFunc(f.Settings.FieldMapping, func(m Name) bool { return m.Key == c.ID }) {
		f.bad("columns.id: field_mapping does not map "+quote(c.ID)+" to a custom field, by which people are found again", "columns", "id")
	}
}

func (f *File) checkMapping() {
	taken := map[string]string{}
	for _, m := range f.Settings.FieldMapping {
		folded := strings.ToLower(m.Value)
		if other, ok := taken[folded]; ok {
			f.bad(fmt.Sprintf("field_mapping: %s and %s fill one custom field, %s", quote(other), quote(m.Key), quote(m.Value)), "field_mapping", m.Key)
		}
		taken[folded] = m.Key
	}
}

func (f *File) checkApproval() {
	a := &f.Settings.Approval
	var logins []string
	for _, written := range a.Reviewers {
		login := strings.ToLower(strings.TrimPrefix(written, "@"))
		if slices.Contains(logins, login) {
			f.bad("approval.reviewers: "+quote(written)+" is there twice", "approval", "reviewers", strconv.Itoa(f.reviewer(written)))
			continue
		}
		logins = append(logins, login)
	}
	switch {
	case a.From != "pull-request":
	case !f.Said("approval", "reviewers"):
		f.doc.bad(f.key([]string{"approval"}), "approval.from is pull-request, and no reviewers are named; write whose review counts")
	case a.Count > len(logins) && !slices.ContainsFunc(logins, func(r string) bool { return strings.Contains(r, "/") }):
		f.bad(fmt.Sprintf("approval.count is %d, and only %d reviewers are named: nothing could ever be approved", a.Count, len(logins)), "approval", "count")
	}
}

// reviewer is the last place in the list at which a login stands.
func (f *File) reviewer(login string) int {
	last := -1
	for i, v := range f.doc.tree.get("approval", "reviewers").list {
		if v != nil && v.text == login {
			last = i
		}
	}
	return last
}

func (f *File) checkTimeSyncs() {
	first := map[string]int{}
	for i, t := range f.Settings.TimeSync {
		v := f.sync(i)
		if v == nil {
			continue
		}
		before := len(f.doc.problems)
		here := []string{"time_sync", strconv.Itoa(i)}
		if line, twice := first[t.Name]; twice && t.Name != "" {
			f.doc.bad(v.find("name").at, "time_sync %s is there twice, first in line %d", quote(t.Name), line)
		} else {
			first[t.Name] = f.doc.source(v.at).Line
		}
		c := syncCheck{f, here, t, "time_sync " + strconv.Itoa(i+1)}
		if t.Name != "" {
			c.name = "time_sync " + quote(t.Name)
		}
		c.ends()
		c.window()
		c.link()
		if len(f.doc.problems) > before {
			f.doc.unsound[i] = true
		}
	}
}

// syncCheck looks at one entry of time_sync.
type syncCheck struct {
	*File
	path []string
	sync TimeSync
	name string
}

func (c *syncCheck) said(path ...string) bool { return c.Said(c.below(path)...) }

func (c *syncCheck) below(path []string) []string { return append(slices.Clone(c.path), path...) }

func (c *syncCheck) wrong(what string, path ...string) { c.bad(c.name+what, c.below(path)...) }

func (c *syncCheck) wrongKey(what string, path ...string) {
	c.doc.bad(c.key(c.below(path)), "%s%s", c.name, what)
}

func (c *syncCheck) ends() {
	t := c.sync
	if id := t.Destination.WorkspaceID; id != "" && id == t.Source.WorkspaceID {
		c.wrongKey(".destination.workspace_id is the source workspace as well; a workspace cannot be mirrored to itself", "destination", "workspace_id")
	}
	switch listed := c.said("people"); {
	case listed && (c.said("source", "user_id") || c.said("destination", "user_id")):
		c.wrongKey(".people and user_id are two ways to say whose entries; write one", "people")
	case listed && !t.People.All && len(t.People.Pairs) == 0:
		c.wrong(".people names nobody; write all, or a list of email addresses", "people")
	case !listed && c.said("source") && !c.said("source", "user_id"):
		c.wrong(".source.user_id is missing (or people, for several)", "name")
	}
	if c.sync.Shards > 1 && !c.said("people") {
		c.wrong(".shards splits people, of whom there is one", "shards")
	}
	seen := map[string]bool{}
	for _, p := range t.People.Pairs {
		if from, to := "source "+p.Source, "destination "+p.Destination; seen[from] {
			c.wrong(".people: "+quote(p.Source)+" is there twice", "people")
		} else if seen[to] {
			c.wrong(".people: "+quote(p.Destination)+" is there twice", "people")
		} else {
			seen[from], seen[to] = true, true
		}
	}
}

func (c *syncCheck) window() {
	t := c.sync
	switch window, from, to := c.said("window"), c.said("from"), c.said("to"); {
	case window && t.Window <= 0:
		c.wrong(".window is nothing; write a time such as 7d or 36h", "window")
	case window && from:
		c.wrong(".window and from are two ways to say when the window begins; write one", "window")
	case to && !from:
		c.wrong(".to needs from", "to")
	case to && from && !t.From.Before(t.To):
		c.wrong(".to is not after from", "to")
	}
}

func (c *syncCheck) link() {
	if c.sync.Link == "field" {
		return
	}
	if c.said("link_field") {
		c.wrongKey(".link_field needs link: field", "link_field")
	}
	if c.sync.Deletes == "gated" {
		c.wrongKey(".deletes: gated needs link: field; without the link nobody can tell whose entry it is", "deletes")
	}
}
