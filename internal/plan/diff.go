package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// diff lists the changes that lead from one roster to another, in no particular order but always the same one.
func (p *planner) diff(from, to *roster) []Change {
	d := &differ{planner: p, weeks: map[string]time.Duration{}}
	for _, row := range p.rows {
		d.weeks[row.Email] = row.Week
	}
	for _, name := range sorted(to.fields) {
		if !from.fields[name] {
			d.add(Provision, Create, name, CustomField{name}, Field{"type", "", string(state.FieldText)})
		}
	}
	for _, key := range sorted(to.groups) {
		d.group(from.groups[key], to.groups[key])
	}
	for _, key := range sorted(from.groups) {
		if to.groups[key] == nil {
			name := from.groups[key].Name
			d.add(Cleanup, Delete, name, Group{Name: name}, Field{"name", name, ""},
				Field{"members", fmt.Sprint(len(from.groups[key].Members)), ""})
			d.last().Leaver = p.ownGroup[key]
		}
	}
	for _, email := range to.emails() {
		if from.people[email] != to.people[email] {
			d.person(from.people[email], to.people[email])
		}
	}
	return d.changes
}

type differ struct {
	*planner
	changes []Change
	weeks   map[string]time.Duration // hours of a week, by email
}

func (d *differ) add(phase Phase, op Op, name string, do Action, fields ...Field) {
	d.changes = append(d.changes, Change{
		Domain: Users, Phase: phase, Op: op, Ref: Ref{d.dir.Workspace, d.dir.WorkspaceID, do.Kind(), name}, Fields: fields, Do: do,
	})
}

func (d *differ) last() *Change { return &d.changes[len(d.changes)-1] }

func (d *differ) group(from, to *state.Group) {
	if from == to {
		return
	}
	if from == nil {
		d.add(Provision, Create, to.Name, Group{Name: to.Name}, Field{"name", "", to.Name})
		from = &state.Group{Name: to.Name}
	}
	if from.Name != to.Name {
		d.add(Provision, Update, from.Name, Group{from.Name, to.Name}, Field{"name", from.Name, to.Name})
		d.last().Cause, d.last().Reason = state.CauseRenamed, "its manager goes by another name now"
	}
	added, removed := compareLists(from.Members, to.Members)
	for _, m := range added {
		d.add(Assign, Create, m, Membership{to.Name, m}, Field{"group", "", to.Name})
		d.about(m, d.reasons[m])
	}
	for _, m := range removed {
		d.add(Remove, Delete, m, Membership{to.Name, m}, Field{"group", to.Name, ""})
		d.about(m, reason{})
	}
	added, removed = compareLists(from.Managers, to.Managers)
	for _, m := range added {
		d.add(Assign, Create, to.Name, Manager{Manager: m, Group: to.Name}, Field{"team manager", "", m})
		if m == d.spec.FallbackManager {
			d.last().Cause = state.CauseGroupFallback
		}
	}
	for _, m := range removed {
		d.add(Remove, Delete, to.Name, Manager{Manager: m, Group: to.Name}, Field{"team manager", m, ""})
	}
}

// about says whom the change is about, which row asks for it and why.
func (d *differ) about(email string, why reason) {
	c := d.last()
	c.Person, c.Cause, c.CauseAbout, c.Reason = email, why.cause, why.about, why.text
	c.Source = d.source[email]
}

func (d *differ) person(from, to *state.Person) {
	email := to.Email
	if from == nil {
		d.add(Provision, Create, email, Person{Email: email, SendEmail: d.spec.SendEmail}, Field{"status", "", "invited"})
		d.last().Calls = 2 // the answer does not name the new member: they are looked up afterwards
		d.about(email, reason{state.CauseNew, "", "in " + d.spec.File + ", not in the workspace"})
		from = &state.Person{Email: email, Status: to.Status, Capacity: state.CapacityUnknown}
	}
	if from.Status != to.Status {
		phase, why := Provision, reason{state.CauseInactive, "", "in " + d.spec.File + " and inactive in the workspace"}
		var handover *Handover
		if to.Status == state.Inactive {
			handover = d.handover(email)
			phase, why = Deactivate, reason{state.CauseAbsent, "", d.consequence(handover)}
		}
		d.add(phase, Update, email, Person{Email: email, Active: to.Status == state.Active}, Field{"status", string(from.Status), string(to.Status)})
		d.about(email, why)
		d.last().Handover = handover
	}
	d.profile(from, to)
	if from.EmptyRole && !to.EmptyRole {
		d.add(Remove, Delete, email, Manager{Manager: email}, Field{"ghost role", "held", ""})
		d.about(email, reason{state.CauseEmptyRole, "", "a team manager role over nothing"})
	}
	added, removed := compareLists(from.Managers, to.Managers)
	for _, m := range added {
		d.add(Assign, Create, email, Manager{Manager: m, Person: email}, Field{"manager", "", m})
		d.about(email, d.reasons[email])
	}
	for _, m := range removed {
		d.add(Remove, Delete, email, Manager{Manager: m, Person: email}, Field{"manager", m, ""})
		d.about(email, reason{})
	}
}

// profile writes what is set in one change and what is cleared in another, since a guard may hold back the latter.
func (d *differ) profile(from, to *state.Person) {
	var set, cleared Profile
	var sets, clears []Field
	if from.Capacity != to.Capacity && to.Capacity != state.CapacityUnknown {
		set.Capacity = new(time.Duration)
		*set.Capacity = to.Capacity
		before := ""
		if from.Capacity != state.CapacityUnknown {
			before = DurationText(from.Capacity)
		}
		sets = append(sets, Field{"capacity", before, DurationText(to.Capacity)})
	}
	var why reason
	if before, after := from.Fields[state.LeaveField], to.Fields[state.LeaveField]; d.spec.DeactivateAfter > 0 && before != after {
		// Taking the mark off is no loss that a guard has to count.
		set.Values = append(set.Values, Value{state.LeaveField, after})
		sets = append(sets, Field{state.LeaveField, before, after})
		if why = (reason{state.CauseBack, "", "back in " + d.spec.File}); after != "" {
			why = reason{state.CauseAbsent, "", "active and not in " + d.spec.File}
		}
	}
	for _, m := range d.spec.Fields {
		before, after := from.Fields[m.Field], to.Fields[m.Field]
		switch {
		case before == after:
		case after == "":
			cleared.Values = append(cleared.Values, Value{m.Field, ""})
			clears = append(clears, Field{m.Field, before, ""})
		default:
			set.Values = append(set.Values, Value{m.Field, after})
			sets = append(sets, Field{m.Field, before, after})
		}
	}
	if len(sets) > 0 {
		set.Person = to.Email
		d.add(Profiles, Update, to.Email, set, sets...)
		if set.Capacity != nil {
			d.last().Week = d.weeks[to.Email]
		}
		d.about(to.Email, why)
	}
	if len(clears) > 0 {
		cleared.Person = to.Email
		d.add(Profiles, Delete, to.Email, cleared, clears...)
		d.about(to.Email, reason{state.CauseBlank, "", "blank in " + d.spec.File})
	}
}

// compareLists says what is in after only and in before only. Both lists are sorted.
func compareLists(before, after []string) (added, removed []string) {
	for _, x := range after {
		if _, ok := slices.BinarySearch(before, x); !ok {
			added = append(added, x)
		}
	}
	for _, x := range before {
		if _, ok := slices.BinarySearch(after, x); !ok {
			removed = append(removed, x)
		}
	}
	return added, removed
}
