package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestTimeReadDoRead lets both sides' people work at random, in random zones, and mirrors in between. What has to be in
// the destination is said from the state itself, without reader or planner.
func TestTimeReadDoRead(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	rapid.Check(t, func(rt *rapid.T) {
		o.t = rt
		linked := rapid.Bool().Draw(rt, "linked")
		o.build(func(o *office, home, theirs *sandbox.Workspace) {
			home.AddProject(o.client, "Shop")
			theirs.AddProject("", "Shop")
			home.AddProject(home.AddClient("Other"), "Website")
			for _, w := range []*sandbox.Workspace{home, theirs} {
				w.AddTag("dev")
				w.AddTag("ops")
				w.AddTask(w.Projects[0].ID, "Build")
			}
			theirs.AddEntryField("Cost", "TXT")
			theirs.CustomFields[0].Default = "none"
		})
		s := o.State()
		s.Users[0].TimeZone = rapid.SampledFrom([]string{"UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Europe/Berlin"}).Draw(rt, "zone")
		o.SetState(s)
		sync := o.sync()
		sync.Window = 48 * time.Hour
		if linked {
			sync.Link, sync.LinkField = true, "Source entry"
		}
		for n := range 3 {
			first := n == 0
			o.change(func(home, theirs *sandbox.Workspace) {
				for range rapid.IntRange(0, 8).Draw(rt, "events") {
					o.event(rt, home, theirs)
				}
			})
			before := o.State()
			if _, failed := o.run(sync); failed != nil {
				rt.Fatalf("failed: %v", failed)
			}
			after := o.State()
			if linked {
				o.checkLinked(rt, &before, &after, first)
			} else {
				o.checkContent(rt, &before, &after)
			}
			if _, p := o.plan(sync); !p.Empty() {
				rt.Fatalf("a second plan is not empty: %+v", p.Changes)
			}
		}
	})
}

// event is one thing somebody does on either side.
func (o *office) event(t *rapid.T, home, theirs *sandbox.Workspace) {
	w := home
	if rapid.IntRange(0, 3).Draw(t, "side") == 0 {
		w = theirs
	}
	draw := func(e *sandbox.Entry) {
		e.Start = o.now.Add(-time.Duration(rapid.SampledFrom([]int{1, 2, 2, 2, 30, 47, 48, 49, 60}).Draw(t, "hours")) * time.Hour)
		e.End = e.Start.Add(time.Duration(rapid.IntRange(1, 3).Draw(t, "length")) * 30 * time.Minute)
		e.Description = rapid.SampledFrom([]string{"", "a", "b", "ä \"quoted\"\n\tlong"}).Draw(t, "description")
	}
	if len(w.Entries) == 0 || rapid.IntRange(0, 2).Draw(t, "new") > 0 {
		e := o.book(w, 20, "09:00", time.Hour, "")
		draw(e)
		e.ProjectID = w.Projects[rapid.IntRange(0, len(w.Projects)-1).Draw(t, "project")].ID
		e.Billable = rapid.Bool().Draw(t, "billable")
		if rapid.Bool().Draw(t, "tagged") {
			e.TagIDs = []string{w.Tags[rapid.IntRange(0, 1).Draw(t, "tag")].ID}
		}
		if e.ProjectID == w.Projects[0].ID && rapid.Bool().Draw(t, "task") {
			e.TaskID = w.Tasks[0].ID
		}
		if rapid.IntRange(0, 4).Draw(t, "break") == 0 {
			e.Type = "BREAK"
		}
		return
	}
	i := rapid.IntRange(0, len(w.Entries)-1).Draw(t, "which")
	switch rapid.IntRange(0, 3).Draw(t, "how") {
	case 0:
		w.Entries = slices.Delete(w.Entries, i, i+1)
	case 1:
		w.Entries[i].Billable = !w.Entries[i].Billable
	case 2:
		w.Entries[i].Description += "x"
	default:
		draw(&w.Entries[i])
	}
}

// said renders an entry with everything that is mirrored; content alone with what makes twins. Entries that are not
// covered, or not in the window, are "".
func (o *office) said(w *sandbox.Workspace, e sandbox.Entry, whole bool) string {
	project := ""
	for _, p := range w.Projects {
		if p.ID == e.ProjectID && (w.ID == o.theirs || p.ClientID == o.client) {
			project = p.Name
		}
	}
	if project == "" || e.Start.Before(o.now.Add(-48*time.Hour)) || !e.Start.Before(o.now) {
		return ""
	}
	text := []string{project, e.Start.Format(time.RFC3339), e.End.Format(time.RFC3339), e.Description}
	if whole {
		var tags []string
		for _, tag := range w.Tags {
			if slices.Contains(e.TagIDs, tag.ID) {
				tags = append(tags, tag.Name)
			}
		}
		text = append(text, fmt.Sprint(e.Billable, e.Type == "BREAK", e.TaskID != "", tags))
	}
	return strings.Join(text, "|")
}

// checkContent: everything to mirror is there as often as in the source, nothing was deleted, no more was made than the
// source has, and what was made reads like a source entry in everything.
func (o *office) checkContent(t *rapid.T, before, after *sandbox.State) {
	home, was, is := before.Workspace(o.home), before.Workspace(o.theirs), after.Workspace(o.theirs)
	want, got, whole := map[string]int{}, map[string]int{}, map[string]bool{}
	covered := 0
	for _, e := range home.Entries {
		if text := o.said(home, e, false); text != "" {
			want[text]++
			whole[o.said(home, e, true)] = true
			covered++
		}
	}
	old := map[string]bool{}
	for _, e := range was.Entries {
		old[e.ID] = true
	}
	for _, e := range is.Entries {
		got[o.said(is, e, false)]++
		if text := o.said(is, e, true); !old[e.ID] && !whole[text] {
			t.Fatalf("what was made reads like no source entry: %s", text)
		}
	}
	for text, n := range want {
		if got[text] < n {
			t.Fatalf("%d of %d are in the destination: %s", got[text], n, text)
		}
	}
	there := map[string]bool{}
	for _, e := range is.Entries {
		there[e.ID] = true
	}
	for _, e := range was.Entries {
		if !there[e.ID] {
			t.Fatalf("%s was deleted", o.said(was, e, true))
		}
	}
	if len(is.Entries) > len(was.Entries)+covered {
		t.Fatalf("%d entries were made for %d", len(is.Entries)-len(was.Entries), covered)
	}
}

// checkLinked: every source entry of the window has one mirror that reads like it, and what is not marked is as it was,
// or was adopted. On the first run edits are adopted too.
func (o *office) checkLinked(t *rapid.T, before, after *sandbox.State, first bool) {
	home, was, is := before.Workspace(o.home), before.Workspace(o.theirs), after.Workspace(o.theirs)
	field := ""
	for _, f := range is.CustomFields {
		if f.Name == "Source entry" {
			field = f.ID
		}
	}
	mirrors := map[any][]sandbox.Entry{}
	now := map[string]sandbox.Entry{}
	for _, e := range is.Entries {
		now[e.ID] = e
		if mark := e.FieldValues[field]; mark != nil {
			mirrors[mark] = append(mirrors[mark], e)
		}
	}
	for _, e := range home.Entries {
		text := o.said(home, e, true)
		if text == "" {
			continue
		}
		if n := len(mirrors[e.ID]); n != 1 {
			t.Fatalf("%d mirrors of %s", n, text)
		}
		if got := o.said(is, mirrors[e.ID][0], true); got != text {
			t.Fatalf("the mirror of %s reads %s", text, got)
		}
	}
	for _, e := range was.Entries {
		n, there := now[e.ID]
		if !there {
			t.Fatalf("%s was deleted", o.said(was, e, true))
		}
		if e.FieldValues[field] != nil {
			continue
		}
		if first && n.FieldValues[field] != nil {
			continue // adopted, as a twin or as an edit
		}
		if n.FieldValues[field] == nil && o.said(was, e, true) != o.said(is, n, true) || o.said(was, e, false) != o.said(is, n, false) {
			t.Fatalf("somebody's own %s became %s", o.said(was, e, true), o.said(is, n, true))
		}
	}
}
