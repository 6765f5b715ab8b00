package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// noteKey is what a note is about; note sums up the entries it is true of, so that a finding stands for all of them.
type noteKey struct{ kind, name, text string }

type note struct {
	entries int
	length  time.Duration
	names   []string // of the first few by name
}

// shownEntries is how many entries a finding names.
const shownEntries = 3

func (t *timePlanner) countFinding(kind, name, text string, e *state.Entry) {
	key := noteKey{kind, name, text}
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
	if i, _ := slices.BinarySearch(n.names, called); i < shownEntries {
		n.names = slices.Insert(n.names, i, called)
		n.names = n.names[:min(len(n.names), shownEntries)]
	}
}

func (t *timePlanner) addFinding(kind, name, text string, failed bool) {
	t.plan.Findings = append(t.plan.Findings, state.Finding{
		Kind: kind, Name: name, Text: text, Source: t.spec.At, Sync: t.spec.Name, Failed: failed,
	})
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
		t.addFinding(key.kind, key.name, text, false)
	}
}

// hoursText is a length as people write it: 7:30 h.
func hoursText(d time.Duration) string {
	return fmt.Sprintf("%d:%02d h", int(d/time.Hour), int(d%time.Hour/time.Minute))
}
