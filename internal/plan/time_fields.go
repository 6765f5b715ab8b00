package plan

import (
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// entryFields are the fields in which two entries differ.
func entryFields(before, after *state.Entry) []Field {
	if compareSlot(before, after) == 0 && compareContent(before, after) == 0 && compareAttributes(before, after) == 0 {
		return nil
	}
	fields := make([]Field, 0, 4)
	put := func(name, before, after string) {
		if before != after {
			fields = append(fields, Field{name, before, after})
		}
	}
	put("project", label(before), label(after))
	if !before.Start.Equal(after.Start) {
		put("start", instant(before.Start), instant(after.Start))
	}
	if !before.End.Equal(after.End) {
		put("end", instant(before.End), instant(after.End))
	}
	put("description", before.Description, after.Description)
	put("task", before.Task, after.Task)
	put("tags", strings.Join(before.Tags, "; "), strings.Join(after.Tags, "; "))
	for _, f := range after.Fields {
		put("field "+f.Name, "", f.Text)
	}
	put("billable", boolText(before.Billable), boolText(after.Billable))
	put("type", entryType(before.Break), entryType(after.Break))
	return fields
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func boolText(b bool) string {
	if b {
		return "true"
	}
	return ""
}

func entryType(isBreak bool) string {
	if isBreak {
		return "BREAK"
	}
	return ""
}

func label(e *state.Entry) string {
	return state.Project{Client: e.Client, Name: e.Project}.Label()
}

// shownDescription is how many characters of a description an entry's name holds.
const shownDescription = 40

// entryName is what an entry is called: "Client / Project · 2026-11-20T09:00:00Z · description".
func entryName(e *state.Entry) string {
	name := instant(e.Start)
	if e.Project != "" {
		name = label(e) + " · " + name
	}
	if shown := text.Clip(strings.Join(strings.Fields(e.Description), " "), shownDescription); shown != "" {
		name += " · " + shown
	}
	return name
}

// names are names that can be found written otherwise in case and spaces alone.
type names struct {
	exact  set
	folded map[string]string // empty where several names fold to one
}

func namesOf(list []string) names {
	n := names{setOf(list), map[string]string{}}
	for _, name := range list {
		key := text.Fold(name)
		if other, known := n.folded[key]; known && other != name {
			n.folded[key] = ""
		} else {
			n.folded[key] = name
		}
	}
	return n
}

func (n names) has(name string) bool { return n.exact[name] }

// find returns the name as it is there.
func (n names) find(name string) (string, bool) {
	if n.exact[name] {
		return name, true
	}
	near := n.folded[text.Fold(name)]
	return near, near != ""
}
