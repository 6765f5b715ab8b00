package spec

import (
	"regexp"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Defaults of a time sync.
const (
	defaultWindow    = 7 * 24 * time.Hour
	defaultLinkField = "Source entry"
)

var (
	colorPattern    = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	variablePattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	syncPattern     = regexp.MustCompile(`^[^\s:,/\\][^:,/\\]*$`)
)

// readTimeSyncs reads the list time_sync. Entries with a problem are left out.
func readTimeSyncs(o *object) []state.TimeSync {
	var out []state.TimeSync
	first := map[string]int{}
	for _, entry := range o.objects("time_sync") {
		before := len(entry.d.problems)
		s := readTimeSync(entry)
		if line, twice := first[s.Name]; twice && s.Name != "" {
			entry.d.bad(entry.find("name").at, "time_sync %s is there twice, first in line %d", quote(s.Name), line)
		} else {
			first[s.Name] = s.At.Line
		}
		if len(entry.d.problems) == before {
			out = append(out, s)
		}
	}
	return out
}

func readTimeSync(o *object) state.TimeSync {
	s := state.TimeSync{At: o.d.source(o.at)}
	name, ok := o.checked("a short name, without : , / and \\", syncPattern.MatchString, "name")
	if s.Name = name.text; ok {
		o.path = "time_sync " + quote(s.Name)
	} else if p := o.find("name"); p == nil || o.d.resolve(p.value) == nil {
		o.d.bad(o.at, "%s has no name; write name: and a short word", o.path)
	}

	source := o.side("source")
	if source != nil {
		s.Source = source.read(true)
		client, ok := source.checked("the client's id", idPattern.MatchString, "client_id")
		s.Source.ClientID = client.text
		source.need(ok, "client_id")
		source.done()
	}
	if destination := o.side("destination"); destination != nil {
		s.Destination = destination.read(false)
		destination.done()
		if id := s.Destination.WorkspaceID; id != "" && id == s.Source.WorkspaceID {
			destination.d.bad(destination.find("workspace_id").at,
				"%s is the source workspace as well; a workspace cannot be mirrored to itself", destination.name("workspace_id"))
		}
	}
	if s.Destination.UserID == "" {
		s.Destination.UserID = s.Source.UserID
	}
	if s.Destination.Token == "" {
		s.Destination.Token = s.Source.Token
	}

	options := o.child("project_options")
	color, _ := options.checked(`a color such as "#00FFFF", in quotes`, colorPattern.MatchString, "color")
	s.Color = color.text
	if p := options.find("color"); p != nil && options.d.resolve(p.value) == nil {
		options.d.bad(p.at, `%s is empty; write a color such as "#00FFFF", in quotes: without them # begins a comment`, options.name("color"))
	}
	options.done()

	for _, e := range o.texts(`a project of the destination, such as "Client / Project"`, "project_map") {
		if s.ProjectMap == nil {
			s.ProjectMap = map[string]string{}
		}
		s.ProjectMap[e.key] = e.value.text
	}
	o.window(&s)
	o.link(&s)
	s.CreateMissing = o.flag(false, "create_missing")
	o.done()
	return s
}

// side reads one end's mapping, which must be there.
func (o *object) side(key string) *object {
	c := o.child(key)
	if c == nil {
		if n, _ := o.get(key); n == nil {
			o.d.bad(o.at, "%s needs %s", o.path, key)
		}
	}
	return c
}

// need reports a key that is not written. One with an unsound value has been reported already.
func (o *object) need(ok bool, key string) {
	if ok {
		return
	}
	p := o.find(key)
	if p == nil {
		o.d.bad(o.at, "%s is missing", o.name(key))
		return
	}
	n := o.d.resolve(p.value)
	if n == nil {
		o.d.bad(p.at, "%s is empty", o.name(key))
	} else if s, ok := scalarOf(n); ok && s.text == "" {
		o.d.bad(p.at, "%s is empty", o.name(key))
	}
}

func (o *object) read(source bool) state.Endpoint {
	var s state.Endpoint
	workspace, ok := o.checked("the workspace's id", idPattern.MatchString, "workspace_id")
	o.need(ok, "workspace_id")
	user, ok := o.checked("the user's id", idPattern.MatchString, "user_id")
	if source {
		o.need(ok, "user_id")
	}
	s.WorkspaceID, s.UserID = workspace.text, user.text
	if token, ok := o.checked("the name of an environment variable", nil, "token_env"); ok {
		// What stands here may be the token itself, so it is not shown.
		if !variablePattern.MatchString(token.text) || longRun.MatchString(token.text) {
			o.d.hide(token.text)
			o.d.badKey(o.find("token_env").at, "%s is not the name of an environment variable (not shown: it may be the token)", o.name("token_env"))
		} else {
			s.Token = token.text
		}
	}
	return s
}

func (o *object) window(s *state.TimeSync) {
	window, windowAt := o.duration("window")
	from, fromAt := o.instant("from")
	to, toAt := o.instant("to")
	s.Window, s.From, s.To = defaultWindow, from, to
	if windowAt != nil {
		s.Window = window
	}
	switch {
	case windowAt != nil && window <= 0:
		o.d.bad(windowAt.at, "%s is nothing; write a time such as 7d or 36h", o.name("window"))
	case windowAt != nil && fromAt != nil:
		o.d.bad(windowAt.at, "%s and from are two ways to say when the window begins; write one", o.name("window"))
	case toAt != nil && fromAt == nil && o.find("from") == nil:
		o.d.bad(toAt.at, "%s needs from", o.name("to"))
	case toAt != nil && fromAt != nil && !from.Before(to):
		o.d.bad(toAt.at, "%s is not after from", o.name("to"))
	}
}

// instant reads a day, which begins at midnight UTC, or a time with its zone.
func (o *object) instant(key string) (time.Time, *scalar) {
	var at time.Time
	s, ok := o.checked("a day such as 2026-01-31 or a time such as 2026-01-31T08:00:00Z", func(text string) bool {
		for _, layout := range []string{time.DateOnly, time.RFC3339} {
			if t, err := time.Parse(layout, text); err == nil && t.Year() >= 2000 && t.Year() < 2200 {
				at = t.UTC().Truncate(time.Second)
				return true
			}
		}
		return false
	}, key)
	if !ok {
		return time.Time{}, nil
	}
	return at, &s
}

func (o *object) link(s *state.TimeSync) {
	s.Link = o.choice("content", "link", "content", "field") == "field"
	field, written := o.checked("the name of a custom field", nil, "link_field")
	if s.Link {
		s.LinkField = defaultLinkField
		if written {
			s.LinkField = field.text
		}
	} else if written {
		o.d.bad(o.find("link_field").at, "%s needs link: field", o.name("link_field"))
	}
	s.Deletes = o.choice("keep", "deletes", "keep", "gated") == "gated"
	if s.Deletes && !s.Link {
		o.d.bad(o.find("deletes").at, "%s: gated needs link: field; without the link nobody can tell whose entry it is", o.name("deletes"))
	}
}
