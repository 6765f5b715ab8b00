package report

import (
	"fmt"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// maker makes plans as the planner does, with ids that are counted.
type maker struct{ plan.Plan }

func (b *maker) add(c plan.Change) *plan.Change {
	c.ID = fmt.Sprintf("%016x", len(b.Changes)+1)
	if c.Domain == "" {
		c.Domain = plan.Users
	}
	if c.Ref.Workspace == "" {
		c.Ref.Workspace = "Acme"
	}
	if c.Calls == 0 {
		c.Calls = 1
	}
	b.Calls.Needed += c.Calls
	b.Changes = append(b.Changes, c)
	return &b.Changes[len(b.Changes)-1]
}

func change(op plan.Op, kind plan.Kind, name string, fields ...plan.Field) plan.Change {
	return plan.Change{Op: op, Ref: plan.Ref{Kind: kind, Name: name}, Fields: fields}
}

func field(name, before, after string) plan.Field {
	return plan.Field{Name: name, Before: before, After: after}
}

func (b *maker) profile(email string, fields ...plan.Field) *plan.Change {
	c := change(plan.Update, plan.KindProfile, email, fields...)
	c.Phase, c.Person = plan.Profiles, email
	return b.add(c)
}

func (b *maker) manager(email, from, to string, cause plan.Cause) {
	if to != "" {
		c := change(plan.Create, plan.KindManager, email, field("manager", "", to))
		c.Phase, c.Person, c.Cause = plan.Assign, email, cause
		if cause != "" {
			c.Source = state.Source{File: "users.csv", Line: 5, Column: 2}
		}
		b.add(c)
	}
	if from != "" {
		c := change(plan.Delete, plan.KindManager, email, field("manager", from, ""))
		c.Phase, c.Person = plan.Remove, email
		b.add(c)
	}
	r := plan.Report{Person: email}
	if from != "" {
		r.Before = []string{from}
	}
	if to != "" {
		r.After = []string{to}
	}
	if len(b.Subjects) > 0 {
		b.Subjects[0].Reports = append(b.Subjects[0].Reports, r)
	}
}

func (b *maker) member(email, from, to string) {
	if to != "" {
		c := change(plan.Create, plan.KindMembership, email, field("group", "", to))
		c.Phase, c.Person = plan.Assign, email
		b.add(c)
	}
	if from != "" {
		c := change(plan.Delete, plan.KindMembership, email, field("group", from, ""))
		c.Phase, c.Person = plan.Remove, email
		b.add(c)
	}
}

func (b *maker) leaver(email string, handover *plan.Handover) *plan.Change {
	c := change(plan.Update, plan.KindPerson, email, field("status", "active", "inactive"))
	c.Phase, c.Person, c.Leaver, c.Gated = plan.Deactivate, email, email, true
	c.Cause, c.Handover = state.CauseAbsent, handover
	return b.add(c)
}

func (b *maker) entry(op plan.Op, project string, start time.Time, length time.Duration, description string) *plan.Change {
	side := func(name, text string) plan.Field {
		switch op {
		case plan.Create:
			return field(name, "", text)
		case plan.Delete:
			return field(name, text, "")
		}
		return field(name, text, text)
	}
	c := change(op, plan.KindEntry, project+" "+start.Format(time.RFC3339), side("project", project),
		side("start", start.Format(time.RFC3339)), side("end", start.Add(length).Format(time.RFC3339)), side("description", description))
	c.Domain, c.Sync, c.Phase, c.Ref.Workspace = plan.Time, "acme", plan.Entries, "Globex"
	c.Entry = &state.Entry{Project: project, Start: start, End: start.Add(length), Description: description}
	return b.add(c)
}

var monday = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// sample is a plan with something of everything.
func sample() *plan.Plan {
	b := &maker{plan.Plan{
		Names: map[string]string{
			"rosa.vega@example.com": "Rosa Vega", "jane.smith@example.com": "Jane Smith", "bob.wilson@example.com": "Bob Wilson",
			"head.of.ops@example.com": "Head Ofops", "ann.a@example.com": "Ann Lee", "ann.b@example.com": "Ann Lee",
		},
		Calls: plan.Calls{Made: 9},
		Subjects: []plan.Subject{
			{Domain: plan.Users, Workspace: "Acme", WorkspaceID: "64a687e29ae1f428e7ebe303", People: 1000, Declared: 998, Groups: 112},
			{Domain: plan.Time, Sync: "acme", Workspace: "Globex", Entries: 120, From: "2026-11-14T10:00:00Z", To: "2026-11-21T10:00:00Z"},
		},
	}}
	c := change(plan.Create, plan.KindField, "Global ID", field("type", "", "TXT"))
	c.Phase = plan.Provision
	b.add(c)
	c = change(plan.Create, plan.KindGroup, "Jane Smith", field("name", "", "Jane Smith"))
	c.Phase = plan.Provision
	b.add(c)
	c = change(plan.Update, plan.KindGroup, "Old Name", field("name", "Old Name", "Ann Lee (ann.a@example.com)"))
	c.Phase, c.Cause = plan.Provision, state.CauseRenamed
	b.add(c)
	c = change(plan.Create, plan.KindPerson, "new@example.com", field("status", "", "invited"))
	c.Phase, c.Person, c.Cause = plan.Provision, "new@example.com", state.CauseNew
	b.add(c)
	b.profile("bob.wilson@example.com", field("capacity", "PT8H", "PT7H30M"), field("Company", "Acme", "Globex | Sons"))
	cleared := b.profile("ann.a@example.com", field("Country", "Spain", ""))
	cleared.Op, cleared.Cause = plan.Delete, state.CauseBlank
	b.manager("bob.wilson@example.com", "rosa.vega@example.com", "jane.smith@example.com", "")
	b.manager("orphan.user@example.com", "", "head.of.ops@example.com", state.CauseNoManager)
	b.manager("ann.b@example.com", "jane.smith@example.com", "ann.a@example.com", "")
	b.member("bob.wilson@example.com", "Rosa Vega", "Jane Smith")
	b.member("orphan.user@example.com", "", "Other functions")
	c = change(plan.Create, plan.KindManager, "Jane Smith", field("team manager", "", "jane.smith@example.com"))
	c.Phase = plan.Assign
	b.add(c)

	c = change(plan.Create, plan.KindProject, "Acme / Audit 2026")
	c.Domain, c.Sync, c.Phase = plan.Time, "acme", plan.Provision
	b.add(c)
	for _, kind := range []plan.Kind{plan.KindTag, plan.KindTask} {
		c = change(plan.Create, kind, "billing")
		c.Domain, c.Sync, c.Phase, c.Ref.Workspace, c.Cause = plan.Time, "acme", plan.Provision, "Globex", state.CauseForEntries
		b.add(c)
	}
	for i := range 3 {
		b.entry(plan.Create, "Website", monday.Add(time.Duration(i)*2*time.Hour), 95*time.Minute, "work")
	}
	b.entry(plan.Update, "Website", monday.Add(-24*time.Hour), time.Hour, "edited")
	for i := range 2 {
		b.entry(plan.Create, "Audit 2026", monday.Add(time.Duration(i)*24*time.Hour), 2*time.Hour, "audit")
	}

	for _, p := range []string{"pat@example.com", "sam@example.com"} {
		c = change(plan.Delete, plan.KindManager, p, field("manager", "rosa.vega@example.com", ""))
		c.Phase, c.Person, c.Leaver, c.Gated = plan.Deactivate, p, "rosa.vega@example.com", true
		b.add(c)
	}
	c = change(plan.Delete, plan.KindMembership, "rosa.vega@example.com", field("group", "Marketing", ""))
	c.Phase, c.Person, c.Leaver, c.Gated = plan.Deactivate, "rosa.vega@example.com", "rosa.vega@example.com", true
	b.add(c)
	c = change(plan.Delete, plan.KindGroup, "Rosa Vega", field("name", "Rosa Vega", ""), field("members", "3", ""))
	c.Phase, c.Leaver, c.Gated = plan.Deactivate, "rosa.vega@example.com", true
	b.add(c)
	b.leaver("rosa.vega@example.com", &plan.Handover{To: "head.of.ops@example.com", People: 2, Projects: []string{"Globex / Website"}, NamedBy: []string{"pat@example.com"}})
	b.leaver("tim.ott@example.com", nil)
	c = change(plan.Delete, plan.KindGroup, "Former project", field("name", "Former project", ""), field("members", "4", ""))
	c.Phase, c.Gated, c.Cause = plan.Cleanup, true, state.CauseUnmanaged
	b.add(c)
	gone := b.entry(plan.Delete, "Website", monday.Add(-48*time.Hour), 90*time.Minute, "standup")
	gone.Phase, gone.Gated, gone.Cause = plan.Cleanup, true, state.CauseSourceDeleted

	at := func(line int) state.Source { return state.Source{File: "users.csv", Line: line, Column: 1} }
	b.Findings = []state.Finding{
		{Kind: state.FindingNotInWorkspace, Level: state.LevelAttention, Name: "nina@example.com", Cause: state.CauseNew, Source: at(7)},
		{Kind: state.FindingCannotLeave, Level: state.LevelNote, Name: "admin@example.com", Cause: state.CauseAdmin},
		{Kind: state.FindingCannotLeave, Level: state.LevelNote, Name: "second.admin@example.com", Cause: state.CauseAdmin},
		{Kind: state.FindingCannotLeave, Level: state.LevelNote, Name: "olga.owner@example.com", Cause: state.CauseOwner},
		{Kind: state.FindingFallback, Level: state.LevelNote, Name: "lee@example.com", Cause: state.CauseNoManager, Values: []string{"head.of.ops@example.com"}, Source: at(9)},
		{Kind: state.FindingRunning, Level: state.LevelNote, Name: "Website", Entries: []state.Entry{{Project: "Website", Start: monday, Description: "call"}}, Sync: "acme"},
		{Kind: state.FindingNoSource, Level: state.LevelNote, Name: "Website", Cause: state.CauseUnmatched, Count: 4, Length: 6 * time.Hour, Entries: []state.Entry{{Start: monday, End: monday.Add(time.Hour), Description: "lunch"}}, Sync: "acme"},
		{Kind: state.FindingAmbiguous, Level: state.LevelProblem, Name: "Support", Cause: state.CauseProjectAmbiguous, Values: []string{"A / Support", "B / Support"}, Sync: "acme", Failed: true},
	}
	return &b.Plan
}

var onMerge = Context{
	Commit: "4f2d9aa81c55d0e2", RunURL: "https://github.com/acme/people/actions/runs/1", ArtifactURL: "https://github.com/acme/people/actions/runs/1/artifacts/2",
	RepositoryURL: "https://github.com/acme/people", RatePerSecond: 10, Elapsed: 1200 * time.Millisecond,
	HappensOnMerge: "On merge everything above is applied but for what needs approval.",
}
