package plan

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// noteKey is what a note is about; note sums up the entries it is true of, so that a finding stands for all of them.
type noteKey struct {
	kind, name string
	cause      Cause
	text       string
}

type note struct {
	entries int
	length  time.Duration
	names   []string      // of the first few by name
	first   []state.Entry // those
}

// shownEntries is how many entries a finding names.
const shownEntries = 3

func (t *timePlanner) countFinding(kind, name string, cause Cause, text string, e *state.Entry) {
	key := noteKey{kind, name, cause, text}
	n := t.notes[key]
	if n == nil {
		n = &note{}
		t.notes[key] = n
	}
	n.entries++
	n.length += e.End.Sub(e.Start)
	if kind != state.FindingSourceGone && kind != state.FindingNoSource {
		return
	}
	called := entryName(e)
	i := len(n.names)
	for i > 0 && cmp.Or(cmp.Compare(called, n.names[i-1]), compareEntries(e, &n.first[i-1])) < 0 {
		i--
	}
	if i < shownEntries {
		n.names = slices.Insert(n.names, i, called)
		n.names = n.names[:min(len(n.names), shownEntries)]
		n.first = slices.Insert(n.first, i, shown(e))
		n.first = n.first[:min(len(n.first), shownEntries)]
	}
}

// shown is what people see of an entry.
func shown(e *state.Entry) state.Entry {
	s := *e
	s.Link, s.ID, s.Unmapped = "", "", nil
	return s
}

func (t *timePlanner) addFinding(f state.Finding) {
	f.Source, f.Sync = t.spec.At, t.spec.Name
	f.Level = state.LevelNote
	if f.Failed {
		f.Level = state.LevelProblem
	}
	t.plan.Findings = append(t.plan.Findings, f)
}

// report turns the notes into findings. Plan.finish sorts them.
func (t *timePlanner) report() {
	for key, n := range t.notes {
		text := fmt.Sprintf("%s (%s): %s", count(n.entries, "entry", "entries"), hoursText(n.length), key.text)
		if len(n.names) > 0 {
			text += ": " + list(n.names, shownEntries)
			if more := n.entries - len(n.names); more > 0 {
				text += fmt.Sprintf(" and %d more", more)
			}
		}
		t.addFinding(state.Finding{Kind: key.kind, Name: key.name, Cause: key.cause, Count: n.entries, Length: n.length, Entries: n.first, Text: text})
	}
}

// hoursText is a length as people write it: 7:30 h.
func hoursText(d time.Duration) string {
	return fmt.Sprintf("%d:%02d h", int(d/time.Hour), int(d%time.Hour/time.Minute))
}
