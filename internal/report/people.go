package report

import (
	"cmp"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

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
