package plan

import (
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// scope is the names that a setting under only: picks.
type scope struct {
	all     bool // the setting is not there
	names   set
	nothing []state.Finding // on what picks nothing
}

// newScope looks the setting's entries up among the names that there are. Case and spaces alone make no other name, unless
// there is one that is written just so. known is nil where the names were not read.
func newScope(setting string, entries, known []string) scope {
	s := scope{all: len(entries) == 0, names: setOf(entries)}
	there, folded := setOf(known), map[string][]string{}
	for _, name := range known {
		folded[text.Fold(name)] = append(folded[text.Fold(name)], name)
	}
	for _, entry := range sorted(setOf(entries)) {
		if there[entry] {
			continue
		}
		same := folded[text.Fold(entry)]
		for _, name := range same {
			s.names[name] = true
		}
		if len(same) == 0 && known != nil {
			f := state.Finding{Kind: state.FindingOnlyNothing, Name: entry, About: setting}
			if near, ok := text.Nearest(entry, known); ok {
				f.Values = []string{near}
			}
			s.nothing = append(s.nothing, f)
		}
	}
	return s
}

func (s scope) has(name string) bool { return s.all || s.names[name] }

// projectNames are the source projects that there are, and those that may be made.
func (t *timePlanner) projectNames() []string {
	names := []string{}
	for _, p := range t.source.Projects {
		names = append(names, p.Name)
	}
	if t.spec.Projects == state.ProjectsNone {
		return names
	}
	names = append(names, sorted(t.spec.ProjectMap)...)
	if t.spec.Projects == state.ProjectsNeeded {
		return names
	}
	for _, p := range t.dest.Projects {
		if !p.Archived {
			names = append(names, p.Name)
		}
	}
	return names
}

// checkScope tells of what only: names and nothing has.
func (t *timePlanner) checkScope() {
	for _, list := range [][]state.Finding{t.only.projects.nothing, t.only.tags.nothing} {
		for _, f := range list {
			t.addFinding(f)
		}
	}
}
