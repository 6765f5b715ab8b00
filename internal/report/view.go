package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
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
	{plan.KindPerson, "People"},
	{plan.KindProfile, "Profiles"},
	{plan.KindManager, "Managers"},
	{plan.KindGroup, "Groups"},
	{plan.KindMembership, "Memberships"},
	{plan.KindField, "Custom fields"},
	{plan.KindProject, "Projects"},
	{plan.KindTag, "Tags"},
	{plan.KindTask, "Tasks"},
	{plan.KindEntry, "Time entries"},
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

// findings lists those of a sync, or of users and files; what cannot be done comes first.
func (v *view) findings(keep func(state.Finding) bool) []state.Finding {
	var list []state.Finding
	for _, f := range v.plan.Findings {
		if keep(f) {
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(a, b state.Finding) int {
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
