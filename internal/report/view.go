package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/model"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// view is a plan put in the order in which people read it. Text and Markdown are two drawings of it.
type view struct {
	plan    *plan.Plan // masked where that is asked for
	names   namer
	waits   []wait
	people  []person
	groups  []groupView
	fields  []string // custom fields of people that are created
	syncs   []syncView
	counts  []tally
	reports map[string]plan.Report

	digest, approval string
}

// value is a piece of text, of others unless it is ours; the name of a person or group is read as words.
type value struct {
	text string
	ours bool
	name bool
}

// row is one attribute before and after. No values: nothing known, or none.
type row struct {
	what          value
	before, after []value
	why           string
}

// person is everything that changes about one person without waiting for anybody.
type person struct {
	email string
	rows  []row
}

// groupView is what changes about one group itself and how many people come and go.
type groupView struct {
	name       string
	op         plan.Op
	rows       []row
	join, part int
}

// tally counts the changes of one kind.
type tally struct {
	kind                       string
	sync                       string
	add, change, remove, gated int
}

func look(p *plan.Plan, ctx Context) *view {
	v := &view{digest: p.Digest(), approval: p.ApprovalDigest()}
	p = masked(p, ctx)
	v.plan, v.names, v.reports = p, newNamer(p.Names), map[string]plan.Report{}
	for _, s := range p.Subjects {
		for _, r := range s.Reports {
			v.reports[r.Person] = r
		}
	}
	v.count()
	v.wait()
	v.everybody()
	v.everyGroup()
	v.everySync()
	for _, c := range p.Changes {
		if c.Domain == plan.Users && c.Ref.Kind == plan.KindField && !c.Gated {
			v.fields = append(v.fields, c.Ref.Name)
		}
	}
	return v
}

// kinds are the kinds of objects in the order and the words of the table of counts.
var kinds = []struct {
	kind plan.Kind
	name string
}{
	{plan.KindPerson, "People"}, {plan.KindProfile, "Profiles"}, {plan.KindManager, "Managers"}, {plan.KindGroup, "Groups"},
	{plan.KindMembership, "Memberships"}, {plan.KindField, "Custom fields"}, {plan.KindProject, "Projects"}, {plan.KindEntry, "Time entries"},
}

func (v *view) count() {
	type key struct {
		kind plan.Kind
		sync string
	}
	at := map[key]int{}
	for _, c := range v.plan.Changes {
		k := key{c.Ref.Kind, c.Sync}
		i, ok := at[k]
		if !ok {
			i = len(v.counts)
			at[k] = i
			name := string(c.Ref.Kind)
			for _, x := range kinds {
				if x.kind == c.Ref.Kind {
					name = x.name
				}
			}
			v.counts = append(v.counts, tally{kind: name, sync: c.Sync})
		}
		switch t := &v.counts[i]; {
		case c.Gated:
			t.gated++
		case c.Op == plan.Create:
			t.add++
		case c.Op == plan.Update:
			t.change++
		default:
			t.remove++
		}
	}
	rank := func(t tally) int {
		for i, k := range kinds {
			if k.name == t.kind {
				return i
			}
		}
		return len(kinds)
	}
	slices.SortStableFunc(v.counts, func(a, b tally) int {
		return cmp.Or(cmp.Compare(a.sync, b.sync), cmp.Compare(rank(a), rank(b)))
	})
}

func theirs(s string) value { return value{text: s} }
func own(s string) value    { return value{text: s, ours: true} }
func named(s string) value  { return value{text: s, name: true} }

// side is a field's value as people read it.
func (v *view) side(c *plan.Change, name, text string) []value {
	switch {
	case text == "":
		return nil
	case c.Ref.Kind == plan.KindManager && name != "ghost role":
		return []value{named(v.names.label(text))}
	case c.Ref.Kind == plan.KindMembership, c.Ref.Kind == plan.KindGroup:
		return []value{named(text)}
	case c.Ref.Kind == plan.KindProfile && name == "capacity" && isoDuration.MatchString(text):
		return []value{own(hours(text))}
	case c.Ref.Kind == plan.KindPerson && name == "status", name == "ghost role":
		return []value{own(clip(strings.Map(lettersOnly, text), 20))}
	case c.Ref.Kind == plan.KindEntry && (name == "start" || name == "end"):
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return []value{own(t.UTC().Format("2006-01-02 15:04"))}
		}
	}
	return []value{theirs(text)}
}

func lettersOnly(r rune) rune {
	if alphanumeric(r) || r == ' ' {
		return r
	}
	return -1
}

// everybody puts together what changes about each person, in the order of their emails.
func (v *view) everybody() {
	about := map[string][]*plan.Change{}
	for i := range v.plan.Changes {
		c := &v.plan.Changes[i]
		if c.Gated || c.Domain != plan.Users {
			continue
		}
		if email := whom(c); email != "" {
			about[email] = append(about[email], c)
		}
	}
	for email, changes := range about {
		v.people = append(v.people, person{email, v.rows(email, changes)})
	}
	slices.SortFunc(v.people, func(a, b person) int { return cmp.Compare(a.email, b.email) })
}

// whom says which person a change is shown with; empty: none.
func whom(c *plan.Change) string {
	switch {
	case c.Person != "":
		return c.Person
	case c.Ref.Kind == plan.KindPerson, c.Ref.Kind == plan.KindProfile, c.Ref.Kind == plan.KindMembership:
		return c.Ref.Name
	}
	return ""
}

// rows merges a person's changes: what is added and what is removed of one thing stand in one row.
func (v *view) rows(email string, changes []*plan.Change) []row {
	var rows, clears []row
	var manager, group row
	for _, c := range changes {
		for _, f := range c.Fields {
			before, after := v.side(c, f.Name, f.Before), v.side(c, f.Name, f.After)
			switch {
			case c.Ref.Kind == plan.KindManager && f.Name == "manager":
				manager.before, manager.after = append(manager.before, before...), append(manager.after, after...)
				manager.why = join(manager.why, c.Reason)
			case c.Ref.Kind == plan.KindMembership:
				group.before, group.after = append(group.before, before...), append(group.after, after...)
				group.why = join(group.why, c.Reason)
			case c.Ref.Kind == plan.KindProfile && c.Op == plan.Delete:
				clears = append(clears, row{theirs(f.Name), before, after, c.Reason})
			case c.Ref.Kind == plan.KindPerson || c.Ref.Kind == plan.KindManager || f.Name == "capacity":
				rows = append(rows, row{own(f.Name), before, after, c.Reason})
			default:
				rows = append(rows, row{theirs(f.Name), before, after, c.Reason})
			}
		}
	}
	rows = append(rows, clears...)
	if len(manager.before)+len(manager.after) > 0 {
		manager.what = own("manager")
		v.withOthers(email, &manager)
		rows = append(rows, manager)
	}
	if len(group.before)+len(group.after) > 0 {
		if group.why == manager.why {
			group.why = ""
		}
		group.what = own("group")
		rows = append(rows, group)
	}
	return rows
}

// withOthers completes a row with the managers who stay, such as those who go only after approval.
func (v *view) withOthers(email string, r *row) {
	report, ok := v.reports[email]
	if !ok {
		return
	}
	var stay []value
	for _, m := range report.Before {
		if label := named(v.names.label(m)); !slices.Contains(r.before, label) {
			stay = append(stay, label)
		}
	}
	r.before = append(r.before, stay...)
	r.after = append(slices.Clone(stay), r.after...)
	if len(r.before) == 0 {
		r.before = []value{own("none")}
	}
	if len(r.after) == 0 {
		r.after = []value{own("none")}
	}
}

func join(a, b string) string {
	if a == "" || b == "" || a == b {
		return cmp.Or(a, b)
	}
	return a + "; " + b
}

// everyGroup puts together what changes about each group, in the order of their names.
func (v *view) everyGroup() {
	byName := map[string]*groupView{}
	at := func(name string) *groupView {
		g := byName[name]
		if g == nil {
			g = &groupView{name: name}
			byName[name] = g
		}
		return g
	}
	renamed := map[string]string{}
	for _, c := range v.plan.Changes {
		if c.Ref.Kind == plan.KindGroup && c.Op == plan.Update && !c.Gated && len(c.Fields) > 0 {
			renamed[c.Fields[0].After] = c.Ref.Name
		}
	}
	name := func(s string) string { return cmp.Or(renamed[s], s) }
	for i := range v.plan.Changes {
		c := &v.plan.Changes[i]
		if c.Gated || c.Domain != plan.Users {
			continue
		}
		switch {
		case c.Ref.Kind == plan.KindGroup:
			g := at(c.Ref.Name)
			g.op = c.Op
			if c.Op == plan.Update {
				for _, f := range c.Fields {
					g.rows = append(g.rows, row{own(f.Name), v.side(c, f.Name, f.Before), v.side(c, f.Name, f.After), c.Reason})
				}
			}
		case c.Ref.Kind == plan.KindManager && c.Person == "":
			g := at(name(c.Ref.Name))
			for _, f := range c.Fields {
				before, after := v.side(c, f.Name, f.Before), v.side(c, f.Name, f.After)
				k := slices.IndexFunc(g.rows, func(r row) bool { return r.what.text == f.Name })
				if k < 0 {
					k = len(g.rows)
					g.rows = append(g.rows, row{what: own(f.Name)})
				}
				r := &g.rows[k]
				r.before, r.after, r.why = append(r.before, before...), append(r.after, after...), join(r.why, c.Reason)
			}
		case c.Ref.Kind == plan.KindMembership:
			for _, f := range c.Fields {
				if f.After != "" {
					at(name(f.After)).join++
				}
				if f.Before != "" {
					at(name(f.Before)).part++
				}
			}
		}
	}
	for _, g := range byName {
		v.groups = append(v.groups, *g)
	}
	slices.SortFunc(v.groups, func(a, b groupView) int { return cmp.Compare(a.name, b.name) })
}

// findings lists those of a sync, or of users and files; what cannot be done comes first.
func (v *view) findings(keep func(model.Finding) bool) []model.Finding {
	var list []model.Finding
	for _, f := range v.plan.Findings {
		if keep(f) {
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(a, b model.Finding) int {
		switch {
		case a.Failed == b.Failed:
			return 0
		case a.Failed:
			return -1
		}
		return 1
	})
	return list
}
