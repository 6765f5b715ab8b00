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
	c := &checker{File: f}
	c.columns()
	c.mapping()
	c.approval()
	if c.said("api", "rate_limit_delay") && c.said("api", "requests_per_second") {
		f.doc.badKey(c.key("api", "rate_limit_delay"), "api.rate_limit_delay is the old way to say requests_per_second; write one of them")
		f.Settings.API.RateLimitDelay = nil
	}
	c.timeSyncs()
}

// checker looks at the file, or at one entry of time_sync.
type checker struct {
	*File
	path []string // of the entry
	name string   // of the entry, before what is wrong with it
}

func (c *checker) said(path ...string) bool { return c.Said(c.below(path)...) }

func (c *checker) below(path []string) []string { return append(slices.Clone(c.path), path...) }

// bad reports a problem at the value of a key, and where it is not written at the mapping it would stand in.
func (c *checker) bad(what string, path ...string) {
	at := c.key(path[:len(path)-1]...)
	if v := c.doc.tree.get(c.below(path)...); v != nil {
		at = v.at
	}
	c.doc.bad(at, "%s%s", c.name, what)
}

// badKey reports a problem at the key itself.
func (c *checker) badKey(what string, path ...string) {
	c.doc.bad(c.key(path...), "%s%s", c.name, what)
}

// key is where the key at the end of a path stands, or the entry of a list.
func (c *checker) key(path ...string) *token.Token {
	path = c.below(path)
	last := len(path) - 1
	if last < 0 {
		return nil
	}
	if e := c.doc.tree.get(path[:last]...).find(path[last]); e != nil {
		return e.at
	}
	if v := c.doc.tree.get(path...); v != nil {
		return v.at
	}
	return nil
}

func (c *checker) columns() {
	columns := &c.Settings.Columns
	taken := map[string]string{}
	for _, column := range []struct{ key, name string }{
		{"email", columns.Email},
		{"manager", columns.Manager},
		{"hours", columns.Hours},
		{"working_days", columns.WorkingDays},
		{"id", columns.ID},
		{"status", columns.Status},
		{"starts", columns.Starts},
		{"ends", columns.Ends},
	} {
		if other, ok := taken[column.name]; ok && column.name != "" && c.said("columns") {
			c.badKey(fmt.Sprintf("columns: %s and %s are the same column %s", other, column.key, quote(column.name)), "columns")
		}
		taken[column.name] = column.key
	}
	switch active := c.said("active_values"); {
	case columns.Status != "" && !active:
		c.bad("columns.status needs active_values: the statuses of those who are there", "columns", "status")
	case columns.Status == "" && active:
		c.bad("active_values needs columns.status: the column of statuses", "active_values")
	}
	if columns.ID != "" && !slices.ContainsFunc(c.Settings.FieldMapping, func(m Name) bool { return m.Key == columns.ID }) {
		c.bad("columns.id: field_mapping does not map "+quote(columns.ID)+" to a custom field, by which people are found again", "columns", "id")
	}
}

func (c *checker) mapping() {
	taken := map[string]string{}
	for _, m := range c.Settings.FieldMapping {
		folded := strings.ToLower(m.Value)
		if other, ok := taken[folded]; ok {
			c.bad(fmt.Sprintf("field_mapping: %s and %s fill one custom field, %s", quote(other), quote(m.Key), quote(m.Value)), "field_mapping", m.Key)
		}
		taken[folded] = m.Key
	}
}

func (c *checker) approval() {
	a := &c.Settings.Approval
	var logins []string
	for _, written := range a.Reviewers {
		login := strings.ToLower(strings.TrimPrefix(written, "@"))
		if slices.Contains(logins, login) {
			c.bad("approval.reviewers: "+quote(written)+" is there twice", "approval", "reviewers", strconv.Itoa(c.reviewer(written)))
			continue
		}
		logins = append(logins, login)
	}
	switch {
	case a.From != "pull-request":
	case !c.said("approval", "reviewers"):
		c.badKey("approval.from is pull-request, and no reviewers are named; write whose review counts", "approval")
	case a.Count > len(logins) && !slices.ContainsFunc(logins, func(r string) bool { return strings.Contains(r, "/") }):
		c.bad(fmt.Sprintf("approval.count is %d, and only %d reviewers are named: nothing could ever be approved", a.Count, len(logins)), "approval", "count")
	}
}

// reviewer is the last place in the list at which a login stands.
func (c *checker) reviewer(login string) int {
	last := -1
	for i, v := range c.doc.tree.get("approval", "reviewers").list {
		if v != nil && v.text == login {
			last = i
		}
	}
	return last
}

func (c *checker) timeSyncs() {
	first := map[string]int{}
	for i, t := range c.Settings.TimeSync {
		v := c.sync(i)
		if v == nil {
			continue
		}
		before := len(c.doc.problems)
		if line, twice := first[t.Name]; twice && t.Name != "" {
			c.doc.bad(v.find("name").at, "time_sync %s is there twice, first in line %d", quote(t.Name), line)
		} else {
			first[t.Name] = c.doc.source(v.at).Line
		}
		one := checker{c.File, []string{"time_sync", strconv.Itoa(i)}, "time_sync " + strconv.Itoa(i+1)}
		if t.Name != "" {
			one.name = "time_sync " + quote(t.Name)
		}
		one.ends(t)
		one.window(t)
		one.link(t)
		if len(c.doc.problems) > before {
			c.doc.unsound[i] = true
		}
	}
}

func (c *checker) ends(t TimeSync) {
	if id := t.Destination.WorkspaceID; id != "" && id == t.Source.WorkspaceID {
		c.badKey(".destination.workspace_id is the source workspace as well; a workspace cannot be mirrored to itself", "destination", "workspace_id")
	}
	switch listed := c.said("people"); {
	case listed && (c.said("source", "user_id") || c.said("destination", "user_id")):
		c.badKey(".people and user_id are two ways to say whose entries; write one", "people")
	case listed && !t.People.All && len(t.People.Pairs) == 0:
		c.bad(".people names nobody; write all, or a list of email addresses", "people")
	case !listed && c.said("source") && !c.said("source", "user_id"):
		c.bad(".source.user_id is missing (or people, for several)", "name")
	}
	if t.Shards > 1 && !c.said("people") {
		c.bad(".shards splits people, of whom there is one", "shards")
	}
	seen := map[string]bool{}
	for _, p := range t.People.Pairs {
		if from, to := "source "+p.Source, "destination "+p.Destination; seen[from] {
			c.bad(".people: "+quote(p.Source)+" is there twice", "people")
		} else if seen[to] {
			c.bad(".people: "+quote(p.Destination)+" is there twice", "people")
		} else {
			seen[from], seen[to] = true, true
		}
	}
}

func (c *checker) window(t TimeSync) {
	switch window, from, to := c.said("window"), c.said("from"), c.said("to"); {
	case window && t.Window <= 0:
		c.bad(".window is nothing; write a time such as 7d or 36h", "window")
	case window && from:
		c.bad(".window and from are two ways to say when the window begins; write one", "window")
	case to && !from:
		c.bad(".to needs from", "to")
	case to && from && !t.From.Before(t.To):
		c.bad(".to is not after from", "to")
	}
}

func (c *checker) link(t TimeSync) {
	if t.Link == "field" {
		return
	}
	if c.said("link_field") {
		c.badKey(".link_field needs link: field", "link_field")
	}
	if t.Deletes == "gated" {
		c.badKey(".deletes: gated needs link: field; without the link nobody can tell whose entry it is", "deletes")
	}
}
