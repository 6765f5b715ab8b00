package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// noteKey is what a note is about; note sums up the entries it is true of, so that a finding stands for all of them.
type noteKey struct {
	kind, name string
	cause      Cause
	about      string
}

type note struct {
	entries int
	length  time.Duration
	first   []state.Entry // by name
}

// shownEntries is how many entries a finding names.
const shownEntries = 3

// named are the kinds of findings that name entries: those that a person has to go and look at.
var named = map[string]bool{state.FindingSourceGone: true, state.FindingNoSource: true, state.FindingCountedTwice: true, state.FindingNotMirrored: true}

func (p *personPlanner) countFinding(kind, name string, cause Cause, e *state.Entry) {
	p.countAbout(kind, name, cause, "", e)
}

func (p *personPlanner) countAbout(kind, name string, cause Cause, about string, e *state.Entry) {
	key := noteKey{kind, name, cause, about}
	n := p.notes[key]
	if n == nil {
		n = &note{}
		p.notes[key] = n
	}
	n.entries++
	n.length += e.End.Sub(e.Start)
	if !named[kind] {
		return
	}
	i := len(n.first)
	for i > 0 && cmp.Or(cmp.Compare(entryName(e), entryName(&n.first[i-1])), compareEntries(e, &n.first[i-1])) < 0 {
		i--
	}
	if i < shownEntries {
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
	switch {
	case f.Failed && f.Kind != state.FindingCountedTwice:
		f.Level = state.LevelProblem
	case f.Kind == state.FindingCountedTwice, f.Kind == state.FindingRenamed, f.Kind == state.FindingProjectRights, f.Kind == state.FindingOnlyNothing, f.Kind == state.FindingNotMirrored:
		f.Level = state.LevelAttention
	default:
		f.Level = state.LevelNote
	}
	t.plan.Findings = append(t.plan.Findings, f)
}

func (p *personPlanner) addFinding(f state.Finding) {
	if p.spec.Several() {
		f.Person = p.have.Destination.User
	}
	p.timePlanner.addFinding(f)
}

// report turns the notes into findings. Plan.finish sorts them.
func (p *personPlanner) report() {
	for key, n := range p.notes {
		failed := key.kind == state.FindingNotMirrored && !p.spec.AcceptUnmirrored || key.cause == state.CauseUnlisted
		p.addFinding(state.Finding{
			Kind: key.kind, Name: key.name, Cause: key.cause, About: key.about,
			Count: n.entries, Length: n.length, Entries: n.first, Failed: failed,
		})
	}
}
