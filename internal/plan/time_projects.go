package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// target is where the entries of a source project go.
type target struct {
	project *state.Project // nil: nowhere
	cause   Cause
	values  []string // the projects of the name, where there are several
	kind    string   // of the finding that says why they go nowhere, or why nothing new goes there
	text    string
}

// projects finds the destination project of every source project and plans the source projects that are missing.
func (t *timePlanner) projects() {
	byName, byLabel := map[string][]*state.Project{}, map[string][]*state.Project{}
	dest := t.have.Destination.Projects
	for i := range dest {
		p := &dest[i]
		byName[p.Name] = append(byName[p.Name], p)
		byLabel[p.Label()] = append(byLabel[p.Label()], p)
		t.tasks[projectKey{p.Client, p.Name}] = setOf(p.Tasks)
	}
	for _, list := range byName {
		slices.SortFunc(list, func(a, b *state.Project) int { return strings.Compare(a.Label(), b.Label()) })
	}
	under := map[string]bool{} // names under the client in the source, to whether they are archived
	alike := map[string]string{}
	for _, p := range t.have.Source.Projects {
		under[p.Name] = p.Archived
		if near := alike[fold(p.Name)]; near == "" || p.Name < near {
			alike[fold(p.Name)] = p.Name
		}
	}
	wanted := map[string]bool{} // source names that ought to be there
	served := map[*state.Project]bool{}
	for _, name := range sorted(t.spec.ProjectMap) {
		text := t.spec.ProjectMap[name]
		list := byLabel[text]
		if len(list) == 0 {
			list = byName[text]
		}
		a := choose(list)
		if a.kind != "" && a.kind != state.FindingArchived {
			a.text = fmt.Sprintf("is sent to %q by project_map: %s", text, a.text)
			t.addFinding(state.Finding{Kind: a.kind, Name: name, Cause: state.CauseProjectMap, About: text, Values: a.values, Text: a.text, Failed: true})
		}
		t.targets[name] = a
		if a.project != nil && !a.project.Archived {
			wanted[name], served[a.project] = true, true
		}
	}
	for i := range dest {
		if _, settled := t.spec.ProjectMap[dest[i].Name]; !settled && !dest[i].Archived && !served[&dest[i]] {
			wanted[dest[i].Name] = true
		}
	}
	for _, name := range union(wanted, under) {
		a, settled := t.targets[name]
		if !settled {
			a = choose(byName[name])
			if a.kind == state.FindingAmbiguous {
				a.text = "is unclear: " + a.text + ". Its entries are left out until project_map says which is meant"
				t.addFinding(state.Finding{Kind: a.kind, Name: name, Cause: a.cause, Values: a.values, Text: a.text, Failed: true})
			}
			t.targets[name] = a
		}
		archived, exists := under[name]
		switch near := alike[fold(name)]; {
		case !wanted[name]:
		case exists && archived:
			t.addFinding(state.Finding{Kind: state.FindingArchived, Name: name, Cause: state.CauseSourceArchived, About: t.have.Source.Client,
				Text: fmt.Sprintf("is archived under %s in the source and active in the destination; it is left alone", t.have.Source.Client)})
		case !exists:
			fields := []Field{{"client", "", t.have.Source.Client}}
			if t.spec.Color != "" {
				fields = append(fields, Field{"color", "", t.spec.Color})
			}
			c := t.add(Provision, Create, name, Project{name, t.spec.Color}, fields...)
			c.Ref.Workspace, c.Ref.WorkspaceID = t.have.Source.Workspace, t.spec.Source.WorkspaceID
			if near != "" {
				t.addFinding(state.Finding{Kind: state.FindingNoProject, Name: name, Cause: state.CauseNearlySame, About: near,
					Text: fmt.Sprintf("differs from the source's %q by case or spaces alone; it counts as another project", near)})
			}
		}
	}
	for name := range under {
		if a := t.targets[name]; a.project != nil {
			t.mapped[projectKey{a.project.Client, a.project.Name}] = true
		}
	}
}

// choose picks the project that is meant by a name: the only active one, or where there is none the only archived one,
// to which nothing new goes.
func choose(list []*state.Project) target {
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
		return target{project: active[0]}
	case len(active) > 1:
		labels := make([]string, len(active))
		for i, p := range active {
			labels[i] = p.Label()
		}
		return target{kind: state.FindingAmbiguous, cause: state.CauseProjectAmbiguous, values: labels, text: "several projects of the destination have this name: " + strings.Join(labels, ", ")}
	case len(archived) == 1:
		return target{project: archived[0], kind: state.FindingArchived, cause: state.CauseProjectArchived, text: "the destination project is archived"}
	case len(archived) > 1:
		return target{kind: state.FindingArchived, cause: state.CauseProjectsArchived, text: "the destination projects of this name are archived"}
	}
	return target{kind: state.FindingNoProject, cause: state.CauseProjectUnknown, text: "the destination has no project of this name"}
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
