package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// personOf says which person a change is shown with, if any.
func personOf(c *plan.Change) (email string, ok bool) {
	switch {
	case c.Domain != plan.Users:
	case c.Person != "":
		return c.Person, true
	case c.Ref.Kind == plan.KindPerson, c.Ref.Kind == plan.KindProfile, c.Ref.Kind == plan.KindMembership:
		return c.Ref.Name, true
	}
	return "", false
}

// place says where in a document a change stands: in which section, and under what there.
type place struct {
	section
	key, beside string
}

// section names a section of the document: people, groups, fields, or those of a time sync.
type section struct {
	of   plan.Kind // of what the objects are; KindEntry: whatever a sync changes
	sync string
}

func (b *builder) place(c *plan.Change) place {
	person, ok := personOf(c)
	switch {
	case c.Ref.Kind == plan.KindEntry:
		return place{section{plan.KindEntry, c.Sync}, projectOf(c), ""}
	case c.Domain == plan.Time:
		return place{section{plan.KindEntry, c.Sync}, c.Ref.Name, c.Ref.Workspace}
	case ok:
		return place{section{of: plan.KindPerson}, person, ""}
	case c.Ref.Kind == plan.KindField:
		return place{section{of: plan.KindField}, c.Ref.Name, ""}
	case c.Ref.Kind == plan.KindGroup:
		return place{section{of: plan.KindGroup}, c.Ref.Name, ""}
	}
	return place{section{of: plan.KindGroup}, cmp.Or(b.renamed[c.Ref.Name], c.Ref.Name), ""}
}

// object is what some changes are about, and which they are.
type object struct {
	place
	ends []*end
}

// collect puts the changes together by what they are about, in the order of names.
func (b *builder) collect() {
	b.objects = map[section][]object{}
	for _, ends := range grouped(b.ends, func(e *end) place { return b.place(e.Change) }) {
		p := b.place(ends[0].Change)
		b.objects[p.section] = append(b.objects[p.section], object{p, ends})
	}
	for _, list := range b.objects {
		slices.SortFunc(list, func(x, y object) int {
			return cmp.Or(cmp.Compare(strings.ToLower(x.key), strings.ToLower(y.key)), cmp.Compare(x.key, y.key), cmp.Compare(x.beside, y.beside))
		})
	}
}

// grouped puts together what has one key, in the order in which keys are met.
func grouped[K comparable, V any](list []V, key func(V) K) [][]V {
	at := map[K]int{}
	var groups [][]V
	for _, v := range list {
		k := key(v)
		i, ok := at[k]
		if !ok {
			i = len(groups)
			at[k] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], v)
	}
	return groups
}

// section makes a section of its objects, with as many rows as there may be.
func (b *builder) section(of section, make func(o object) Object) Section {
	s := Section{Total: len(b.objects[of])}
	rows := 0
	for _, o := range b.objects[of] {
		if slices.ContainsFunc(o.ends, b.routine) {
			s.Routine++
		}
		if rows >= b.limit {
			continue
		}
		made := make(o)
		rows += max(1, len(made.Rows))
		s.Objects = append(s.Objects, made)
	}
	return s
}

// created is what stands after the arrow of what is made.
const created = "new"

// people puts together what changes about each person.
func (b *builder) people() {
	reports := map[string]plan.Report{}
	for _, s := range b.plan.Subjects {
		for _, r := range s.Reports {
			reports[r.Person] = r
		}
	}
	b.doc.People = b.section(section{of: plan.KindPerson}, func(o object) Object {
		made := Object{Name: data(o.key), Email: o.key, Beside: b.names.beside(o.key), Rows: b.rows(o.ends)}
		for _, e := range o.ends {
			if e.Ref.Kind == plan.KindPerson {
				made.Made, made.Taken = made.Made || e.Op == plan.Create, made.Taken || e.Leaver == o.key
			}
		}
		if r, ok := reports[o.key]; ok {
			b.staying(made.Rows, r)
		}
		return made
	})
}

// renames are the new names of groups, by which others speak of them already.
func (b *builder) renames() {
	b.renamed = map[string]string{}
	for _, c := range b.plan.Changes {
		if c.Ref.Kind == plan.KindGroup && c.Op == plan.Update && len(c.Fields) > 0 {
			b.renamed[c.Fields[0].After] = c.Ref.Name
		}
	}
}

// groups puts together what changes about each group, and counts who comes and goes.
func (b *builder) groups() {
	joins, leaves := map[string]int{}, map[string]int{}
	for _, e := range b.ends {
		if e.Ref.Kind == plan.KindMembership && b.routine(e) {
			for _, f := range e.Fields {
				joins[f.After]++
				leaves[f.Before]++
			}
		}
	}
	b.doc.Groups = b.section(section{of: plan.KindGroup}, func(o object) Object {
		made := Object{Name: name(o.key), Rows: b.rows(o.ends)}
		for _, called := range []string{o.key, newName(o.ends)} {
			if called != "" {
				made.Joins += joins[called]
				made.Leaves += leaves[called]
			}
		}
		for _, e := range o.ends {
			if e.Ref.Kind == plan.KindGroup {
				made.Made, made.Taken = e.Op == plan.Create, e.Op == plan.Delete
			}
		}
		return made
	})
}

// newName is what the group is renamed to.
func newName(ends []*end) string {
	for _, e := range ends {
		if e.Ref.Kind == plan.KindGroup && e.Op == plan.Update && len(e.Fields) > 0 && e.Fields[0].After != e.Ref.Name {
			return e.Fields[0].After
		}
	}
	return ""
}

// fields lists custom fields of people that are created.
func (b *builder) fields() {
	b.doc.Fields = b.section(section{of: plan.KindField}, func(o object) Object {
		return Object{Name: data(o.key), Made: true, Rows: b.rows(o.ends)}
	})
}

// routine reports whether a change is done without asking anybody; of a run, whether it was done.
func (b *builder) routine(e *end) bool {
	if b.doc.Run {
		return e.result == Done
	}
	return !e.Gated
}

// shown are the section's objects with the rows that are done without asking anybody.
func (d *Document) shown(s Section) []Object {
	var list []Object
	for _, o := range s.Objects {
		o.Rows = slices.DeleteFunc(slices.Clone(o.Rows), func(r Row) bool {
			return d.Run && r.Result != Done || !d.Run && r.Gated
		})
		if len(o.Rows) > 0 {
			list = append(list, o)
		}
	}
	return list
}
