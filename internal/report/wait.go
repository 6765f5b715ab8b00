package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// wait is something that needs approval: a deactivation with all that it takes, or changes of one sort to one object.
type wait struct {
	sort waitSort
	name string   // whom or what
	why  string   // reason and consequence
	also string   // what else it takes, counted
	who  []string // the people or values it is about, where a guard holds many changes back
	over string   // the guard that was exceeded
	n    int      // changes
}

// exceeds reports whether a guard was exceeded and the reason does not say so.
func (w *wait) exceeds() bool { return w.over != "" && !strings.Contains(w.why, "guards."+w.over) }

// waitSort orders what waits, gravest first.
type waitSort int

const (
	waitDeactivate waitSort = iota
	waitDeleteGroup
	waitDeleteEntry
	waitManager
	waitGroupManager
	waitMember
	waitField
	waitOther
)

// sorts has the verb, and the words for one and for many.
var sorts = map[waitSort][3]string{
	waitDeactivate:   {"deactivate", "deactivation", "deactivations"},
	waitDeleteGroup:  {"delete group", "group deletion", "group deletions"},
	waitDeleteEntry:  {"delete entry", "time entry deletion", "time entry deletions"},
	waitManager:      {"manager no more", "manager removal", "manager removals"},
	waitGroupManager: {"group manager no more", "group manager removal", "group manager removals"},
	waitMember:       {"take out of group", "removal from a group", "removals from groups"},
	waitField:        {"clear field", "cleared field", "cleared fields"},
	waitOther:        {"other", "other change", "other changes"},
}

// wait groups the gated changes. Every one of them is in exactly one of the groups.
func (v *view) wait() {
	at := map[string]int{}
	put := func(key string, w wait) *wait {
		key = fmt.Sprint(w.sort, "\x00", key)
		i, ok := at[key]
		if !ok {
			i = len(v.waits)
			at[key] = i
			v.waits = append(v.waits, w)
		}
		return &v.waits[i]
	}
	leavers := map[string][]*plan.Change{}
	for i := range v.plan.Changes {
		c := &v.plan.Changes[i]
		switch {
		case !c.Gated:
			continue
		case c.Leaver != "":
			w := put(c.Leaver, wait{sort: waitDeactivate, name: c.Leaver})
			w.n++
			w.over = cmp.Or(w.over, string(c.Guard))
			if c.Ref.Kind == plan.KindPerson {
				w.why = c.Reason
			}
			leavers[c.Leaver] = append(leavers[c.Leaver], c)
			continue
		case c.Ref.Kind == plan.KindGroup && c.Op == plan.Delete:
			w := put(c.ID, wait{sort: waitDeleteGroup, name: c.Ref.Name, why: c.Reason, over: string(c.Guard), n: 1})
			for _, f := range c.Fields {
				if f.Name == "members" && f.Before != "" {
					w.also = headcount(f.Before)
				}
			}
			continue
		case c.Ref.Kind == plan.KindEntry:
			put(fmt.Sprint(i), wait{sort: waitDeleteEntry, name: v.entryLine(c), why: c.Reason, over: string(c.Guard), n: 1})
			continue
		}
		for _, f := range c.Fields {
			w, who := wait{sort: waitOther, name: string(c.Op) + " " + c.Ref.Name, over: string(c.Guard)}, ""
			switch {
			case c.Op != plan.Delete:
				who = f.Name + " " + cmp.Or(f.After, f.Before)
			case c.Ref.Kind == plan.KindMembership:
				w.sort, w.name, who = waitMember, f.Before, c.Ref.Name
			case c.Ref.Kind == plan.KindManager && c.Person != "":
				w.sort, w.name, who = waitManager, f.Before, c.Person
			case c.Ref.Kind == plan.KindManager:
				w.sort, w.name, who = waitGroupManager, f.Before, c.Ref.Name
			case c.Ref.Kind == plan.KindProfile:
				w.sort, w.name, who = waitField, f.Name, c.Ref.Name+" (was "+f.Before+")"
			}
			into := put(w.name, w)
			into.why = cmp.Or(into.why, c.Reason)
			into.who = append(into.who, who)
			into.n++
		}
		if len(c.Fields) == 0 {
			put(c.ID, wait{sort: waitOther, name: strings.Join([]string{string(c.Op), string(c.Ref.Kind), c.Ref.Name}, " "), why: c.Reason, over: string(c.Guard), n: 1})
		}
	}
	for i := range v.waits {
		if w := &v.waits[i]; w.sort == waitDeactivate {
			v.leaves(w, leavers[w.name])
		}
	}
	slices.SortStableFunc(v.waits, func(a, b wait) int {
		return cmp.Or(cmp.Compare(a.sort, b.sort), cmp.Compare(a.name, b.name))
	})
}

// leaves says in words what a deactivation takes: whom it leaves without a manager and who takes over, the groups left
// and deleted.
func (v *view) leaves(w *wait, changes []*plan.Change) {
	people, roles, groups := map[string]bool{}, map[string]bool{}, 0
	var to, deleted []string
	for _, c := range changes {
		for _, f := range c.Fields {
			switch {
			case c.Ref.Kind == plan.KindManager && c.Op == plan.Create:
				if label := v.names.label(f.After); !slices.Contains(to, label) {
					to = append(to, label)
				}
			case c.Ref.Kind == plan.KindManager && f.Name == "manager":
				people[c.Ref.Name] = true
			case c.Ref.Kind == plan.KindManager && f.Name == "team manager":
				roles[c.Ref.Name] = true
			case c.Ref.Kind == plan.KindMembership && c.Op == plan.Delete && c.Ref.Name == w.name:
				groups++
			case c.Ref.Kind == plan.KindGroup && c.Op == plan.Delete && f.Name == "name", c.Ref.Kind == plan.KindGroup && c.Op == plan.Delete && len(c.Fields) == 0:
				deleted = append(deleted, c.Ref.Name)
			}
		}
	}
	if w.why == "" {
		var manages []string
		if n := len(people); n > 0 {
			manages = append(manages, count(n, "person", "people"))
		}
		if n := len(roles); n > 0 {
			manages = append(manages, count(n, "group", "groups"))
		}
		if len(manages) > 0 {
			w.why = "manages " + sentence(manages)
			if len(to) > 0 {
				w.why += ", to " + sentence(to)
			}
		}
	}
	var also []string
	if groups > 0 {
		also = append(also, "leaves "+count(groups, "group", "groups"))
	}
	for _, g := range deleted {
		also = append(also, fmt.Sprintf("group %q is deleted", g))
	}
	w.also = strings.Join(also, ", ")
}

// asks says what waits: "2 deactivations and 1 group deletion".
func (v *view) asks() string {
	n := map[waitSort]int{}
	for _, w := range v.waits {
		switch w.sort {
		case waitDeactivate, waitDeleteGroup, waitDeleteEntry:
			n[w.sort]++
		default:
			n[w.sort] += w.n
		}
	}
	var parts []string
	for s := waitDeactivate; s <= waitOther; s++ {
		if n[s] > 0 {
			parts = append(parts, count(n[s], sorts[s][1], sorts[s][2]))
		}
	}
	return sentence(parts)
}
