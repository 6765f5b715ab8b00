package plan

import (
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// target is where the entries of a source project go.
type target struct {
	project *state.Project // nil: nowhere
	kind    string         // of the finding that says why they go nowhere, or why nothing new goes there
	cause   Cause
	values  []string // the projects of the name, where there are several
}

// projectIndex is the destination's projects by what they may be called.
type projectIndex struct {
	byName, byLabel, byFold map[string][]*state.Project
}

func indexProjects(projects []state.Project) projectIndex {
	x := projectIndex{map[string][]*state.Project{}, map[string][]*state.Project{}, map[string][]*state.Project{}}
	for i := range projects {
		p := &projects[i]
		x.byName[p.Name] = append(x.byName[p.Name], p)
		x.byLabel[p.Label()] = append(x.byLabel[p.Label()], p)
		x.byFold[text.Fold(p.Name)] = append(x.byFold[text.Fold(p.Name)], p)
	}
	for _, lists := range []map[string][]*state.Project{x.byName, x.byFold} {
		for _, list := range lists {
			slices.SortFunc(list, func(a, b *state.Project) int { return strings.Compare(a.Label(), b.Label()) })
		}
	}
	return x
}

// projects finds the destination project of every source project and plans the source projects that are missing.
func (t *timePlanner) projects() {
	index := indexProjects(t.dest.Projects)
	for _, p := range t.dest.Projects {
		t.tasks[projectKey{p.Client, p.Name}] = namesOf(p.Tasks)
	}
	under := map[string]bool{} // names under the client in the source, to whether they are archived
	for _, p := range t.source.Projects {
		under[p.Name] = p.Archived
	}
	served := map[*state.Project]bool{} // destination projects that some source project goes to
	t.applyProjectMap(index, served)
	t.matchNames(index, under, served)
	t.matchRenamed(index, under, served)
	t.createProjects(under, served)
	for name := range under {
		if to := t.targets[name]; to.project != nil && t.only.projects.has(name) {
			t.mapped[projectKey{to.project.Client, to.project.Name}] = true
		}
	}
	t.checkDefaults()
	t.checkScope()
}

// applyProjectMap sends source projects where project_map says.
func (t *timePlanner) applyProjectMap(index projectIndex, served map[*state.Project]bool) {
	for _, name := range sorted(t.spec.ProjectMap) {
		label := t.spec.ProjectMap[name]
		list := index.byLabel[label]
		if len(list) == 0 {
			list = index.byName[label]
		}
		to := choose(list)
		if to.kind != "" && to.kind != state.FindingArchived {
			t.addFinding(state.Finding{Kind: to.kind, Name: name, Cause: state.CauseProjectMap, About: label, Values: to.values, Failed: true})
			to.cause = state.CauseProjectMap
		}
		t.targets[name] = to
		if to.project != nil {
			served[to.project] = true
		}
	}
}

// matchNames pairs source and destination projects of one name, or of names that differ in case and spaces alone.
func (t *timePlanner) matchNames(index projectIndex, under map[string]bool, served map[*state.Project]bool) {
	all := set{}
	for name := range under {
		all[name] = true
	}
	for i := range t.dest.Projects {
		if p := &t.dest.Projects[i]; !p.Archived && !served[p] {
			all[p.Name] = true
		}
	}
	for _, name := range sorted(all) {
		if _, settled := t.targets[name]; settled {
			continue
		}
		to := choose(index.byName[name])
		near := choose(index.byFold[text.Fold(name)])
		if isUnder(under, name) && to.kind == state.FindingNoProject && near.project != nil && !isUnder(under, near.project.Name) {
			to = near
			t.addFinding(state.Finding{Kind: state.FindingRenamed, Name: name, Cause: state.CauseNearlySame, About: near.project.Label()})
		}
		if to.kind == state.FindingAmbiguous {
			t.addFinding(state.Finding{Kind: to.kind, Name: name, Cause: to.cause, Values: to.values, Failed: true})
		}
		t.targets[name] = to
		if to.project != nil && isUnder(under, name) {
			served[to.project] = true
		}
	}
}

func isUnder(under map[string]bool, name string) bool {
	_, there := under[name]
	return there
}

// matchRenamed recognises projects that were renamed on one side by their entries: a source project without a counterpart
// goes to the one destination project without a counterpart that holds its entries.
func (t *timePlanner) matchRenamed(index projectIndex, under map[string]bool, served map[*state.Project]bool) {
	lost := map[string]bool{}
	for name := range under {
		lost[name] = t.targets[name].kind == state.FindingNoProject && t.targets[name].cause == state.CauseProjectUnknown
	}
	free := map[projectKey]*state.Project{}
	for i := range t.dest.Projects {
		if p := &t.dest.Projects[i]; !p.Archived && !served[p] && !isUnder(under, p.Name) && len(index.byName[p.Name]) == 1 {
			free[projectKey{p.Client, p.Name}] = p
		}
	}
	if len(free) == 0 {
		return
	}
	votes := map[string]map[*state.Project]int{} // by source project
	for _, p := range t.people {
		p.voteForRenamed(lost, free, votes)
	}
	claims := map[*state.Project][]string{}
	for _, name := range sorted(votes) {
		if len(votes[name]) == 1 {
			for to := range votes[name] {
				claims[to] = append(claims[to], name)
			}
		}
	}
	for to, names := range claims {
		if len(names) == 1 {
			t.targets[names[0]] = target{project: to}
			served[to] = true
			t.addFinding(state.Finding{Kind: state.FindingRenamed, Name: names[0], Cause: state.CauseRenamed, About: to.Label()})
		}
	}
}

// voteForRenamed counts, for each source project without a counterpart, its entries that are in a destination project
// without one: by the link, else by start, end and description.
func (p *personPlanner) voteForRenamed(lost map[string]bool, free map[projectKey]*state.Project, votes map[string]map[*state.Project]int) {
	key := func(e *state.Entry) contentKey {
		if p.spec.Link && e.Link != "" {
			return contentKey{text: e.Link, start: -1}
		}
		return contentKey{start: e.Start.Unix(), end: e.End.Unix(), text: e.Description}
	}
	in := map[contentKey]*state.Project{}
	for i := range p.have.Destination.Entries {
		e := &p.have.Destination.Entries[i]
		if to := free[projectKey{e.Client, e.Project}]; to != nil {
			in[key(e)] = to
		}
	}
	if len(in) == 0 {
		return
	}
	for i := range p.have.Source.Entries {
		e := &p.have.Source.Entries[i]
		if to := in[key(e)]; to != nil && lost[e.Project] && !e.End.IsZero() {
			if votes[e.Project] == nil {
				votes[e.Project] = map[*state.Project]int{}
			}
			votes[e.Project][to]++
		}
	}
}

// createProjects plans the projects that are missing under the client in the source.
func (t *timePlanner) createProjects(under map[string]bool, served map[*state.Project]bool) {
	wanted := set{}
	for name, to := range t.targets {
		if _, mapped := t.spec.ProjectMap[name]; mapped && to.project != nil && !to.project.Archived {
			wanted[name] = true
		}
	}
	for i := range t.dest.Projects {
		p := &t.dest.Projects[i]
		_, mapped := t.spec.ProjectMap[p.Name]
		if p.Archived || mapped || served[p] && !isUnder(under, p.Name) {
			continue
		}
		if _, exists := under[p.Name]; exists || t.spec.Projects == "" || t.spec.Projects == state.ProjectsAll {
			wanted[p.Name] = true
		}
	}
	var missing []string
	for _, name := range sorted(wanted) {
		archived, exists := under[name]
		switch {
		case !t.only.projects.has(name):
		case exists && archived:
			t.addFinding(state.Finding{Kind: state.FindingArchived, Name: name, Cause: state.CauseSourceArchived, About: t.source.Client})
		case !exists && t.spec.Projects != state.ProjectsNone:
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 && t.source.ProjectMakers != "" {
		t.addFinding(state.Finding{Kind: state.FindingProjectRights, Name: t.source.Workspace, About: t.source.ProjectMakers, Count: len(missing), Values: missing})
		return
	}
	for _, name := range missing {
		fields := []Field{{"client", "", t.source.Client}}
		if t.spec.Color != "" {
			fields = append(fields, Field{"color", "", t.spec.Color})
		}
		c := t.add(Provision, Create, name, Project{name, t.spec.Color}, fields...)
		c.Ref.Workspace, c.Ref.WorkspaceID = t.source.Workspace, t.spec.Source.WorkspaceID
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
		return target{kind: state.FindingAmbiguous, cause: state.CauseProjectAmbiguous, values: labels}
	case len(archived) == 1:
		return target{project: archived[0], kind: state.FindingArchived, cause: state.CauseProjectArchived}
	case len(archived) > 1:
		return target{kind: state.FindingArchived, cause: state.CauseProjectsArchived}
	}
	return target{kind: state.FindingNoProject, cause: state.CauseProjectUnknown}
}
