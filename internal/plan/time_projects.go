package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// aim is where the entries of a source project go.
type aim struct {
	project *state.Project // nil: nowhere
	kind    string         // of the finding that says why they go nowhere, or why nothing new goes there
	text    string
}

// projects finds the destination project of every source project and plans the source projects that are missing.
func (m *mirror) projects() {
	byName, byLabel := map[string][]*state.Project{}, map[string][]*state.Project{}
	dest := m.have.Destination.Projects
	for i := range dest {
		p := &dest[i]
		byName[p.Name] = append(byName[p.Name], p)
		byLabel[p.Label()] = append(byLabel[p.Label()], p)
		m.tasks[projectKey{p.Client, p.Name}] = setOf(p.Tasks)
	}
	for _, list := range byName {
		slices.SortFunc(list, func(a, b *state.Project) int { return strings.Compare(a.Label(), b.Label()) })
	}
	under := map[string]bool{} // names under the client in the source, to whether they are archived
	alike := map[string]string{}
	for _, p := range m.have.Source.Projects {
		under[p.Name] = p.Archived
		if near := alike[fold(p.Name)]; near == "" || p.Name < near {
			alike[fold(p.Name)] = p.Name
		}
	}
	wanted := map[string]bool{} // source names that ought to be there
	served := map[*state.Project]bool{}
	for _, name := range sorted(m.spec.ProjectMap) {
		text := m.spec.ProjectMap[name]
		list := byLabel[text]
		if len(list) == 0 {
			list = byName[text]
		}
		a := choose(list)
		if a.kind != "" && a.kind != state.FindingArchived {
			a.text = fmt.Sprintf("is sent to %q by project_map: %s", text, a.text)
			m.find(a.kind, name, a.text, true)
		}
		m.aims[name] = a
		if a.project != nil && !a.project.Archived {
			wanted[name], served[a.project] = true, true
		}
	}
	for i := range dest {
		if _, settled := m.spec.ProjectMap[dest[i].Name]; !settled && !dest[i].Archived && !served[&dest[i]] {
			wanted[dest[i].Name] = true
		}
	}
	for _, name := range union(wanted, under) {
		a, settled := m.aims[name]
		if !settled {
			a = choose(byName[name])
			if a.kind == state.FindingAmbiguous {
				a.text = "is unclear: " + a.text + ". Its entries are left out until project_map says which is meant"
				m.find(a.kind, name, a.text, true)
			}
			m.aims[name] = a
		}
		archived, exists := under[name]
		switch near := alike[fold(name)]; {
		case !wanted[name]:
		case exists && archived:
			m.find(state.FindingArchived, name, fmt.Sprintf("is archived under %s in the source and active in the destination; it is left alone", m.have.Source.Client), false)
		case !exists:
			fields := []Field{{"client", "", m.have.Source.Client}}
			if m.spec.Color != "" {
				fields = append(fields, Field{"color", "", m.spec.Color})
			}
			m.add(Provision, Create, KindProject, name, CreateProject{name, m.spec.Color}, fields...).Ref.Workspace = m.have.Source.Workspace
			if near != "" {
				m.find(state.FindingNoProject, name, fmt.Sprintf("differs from the source's %q by case or spaces alone; it counts as another project", near), false)
			}
		}
	}
	for name := range under {
		if a := m.aims[name]; a.project != nil {
			m.mapped[projectKey{a.project.Client, a.project.Name}] = true
		}
	}
}

// choose picks the project that is meant by a name: the only active one, or where there is none the only archived one,
// to which nothing new goes.
func choose(list []*state.Project) aim {
	var active, archived []*state.Project
	for _, p := range list {
		if p.Archived {
			archived = append(archived, p)
		} else {
			active = append(active, p)
		}
	}
	switch {
	case len(active) == 1:
		return aim{project: active[0]}
	case len(active) > 1:
		labels := make([]string, len(active))
		for i, p := range active {
			labels[i] = p.Label()
		}
		return aim{kind: state.FindingAmbiguous, text: "several projects of the destination have this name: " + strings.Join(labels, ", ")}
	case len(archived) == 1:
		return aim{project: archived[0], kind: state.FindingArchived, text: "the destination project is archived"}
	case len(archived) > 1:
		return aim{kind: state.FindingArchived, text: "the destination projects of this name are archived"}
	}
	return aim{kind: state.FindingNoProject, text: "the destination has no project of this name"}
}

// fold is a name without what people overlook: case and spaces.
func fold(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), "")) }

func union(a map[string]bool, b map[string]bool) []string {
	all := set{}
	for name := range a {
		all[name] = true
	}
	for name := range b {
		all[name] = true
	}
	return sorted(all)
}
