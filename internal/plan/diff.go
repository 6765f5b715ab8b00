package plan

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Fields of a profile's change that are no custom fields.
const (
	fieldCapacity = "capacity"
	fieldDays     = "working days"
)

// stateDiff lists the changes that lead from one state to another.
type stateDiff struct {
	*userPlanner
	from, to *userState
	why      map[string]why   // why the fallback manager stands in for a person's manager
	apart    map[string]Guard // attributes that are changed each on its own
	rows     map[string]*row
	changes  []Change
}

// diff lists the changes that lead from one state to another, in no particular order but always the same one.
func (p *userPlanner) diff(from, to *userState, why map[string]why, apart map[string]Guard) []Change {
	if from == to {
		return nil
	}
	changed := 0
	for email, person := range to.people {
		if from.people[email] != person {
			changed++
		}
	}
	d := &stateDiff{userPlanner: p, from: from, to: to, why: why, apart: apart}
	d.changes = make([]Change, 0, 6*changed) // they are large: about as many as there will be, so that few are copied
	for _, name := range sorted(to.fields) {
		if !from.fields[name] {
			d.add(Provision, Create, name, CustomField{name}, Field{"type", "", string(state.FieldText)})
		}
	}
	for _, key := range sorted(to.groups) {
		d.group(key)
	}
	for _, key := range sorted(from.groups) {
		if to.groups[key] == nil {
			g := from.groups[key]
			d.add(Cleanup, Delete, g.Name, Group{Name: g.Name}, Field{"name", g.Name, ""}, Field{"members", strconv.Itoa(len(g.Members)), ""})
		}
	}
	for _, email := range to.emails() {
		if from.people[email] != to.people[email] {
			d.person(email)
		}
	}
	return d.changes
}

func (d *stateDiff) add(phase Phase, op Op, name string, do Action, fields ...Field) *Change {
	d.changes = append(d.changes, Change{
		Domain: Users, Phase: phase, Op: op, Ref: Ref{do.Kind(), d.dir.Workspace, d.dir.WorkspaceID, name}, Fields: fields, Do: do,
	})
	return &d.changes[len(d.changes)-1]
}

// about is add for a change that is about a person.
func (d *stateDiff) about(email string, phase Phase, op Op, name string, do Action, fields ...Field) *Change {
	c := d.add(phase, op, name, do, fields...)
	c.Person, c.Source = email, d.rowOf(email).At
	return c
}

// rowOf is the row that is carried out for the person; an empty one where there is none.
func (d *stateDiff) rowOf(email string) *row {
	if d.rows == nil {
		d.rows = make(map[string]*row, len(d.roll.rows))
		for i := range d.roll.rows {
			d.rows[d.roll.rows[i].Email] = &d.roll.rows[i]
		}
	}
	if r := d.rows[email]; r != nil {
		return r
	}
	return &row{}
}

func (d *stateDiff) group(key string) {
	from, to := d.from.groups[key], d.to.groups[key]
	switch {
	case from == to:
		return
	case from == nil:
		d.add(Provision, Create, to.Name, Group{Name: to.Name}, Field{"name", "", to.Name})
		from = &state.Group{Name: to.Name}
	case from.Name != to.Name:
		c := d.add(Provision, Update, from.Name, Group{from.Name, to.Name}, Field{"name", from.Name, to.Name})
		c.Cause = state.CauseRenamed
		for _, m := range to.Managers {
			if from.Name == groupName(d.label(d.from, m), "") { // still their name, and somebody else's too
				c.Cause = state.CauseSameName
			}
		}
	}
	added, removed := compareLists(from.Members, to.Members)
	for _, m := range added {
		c := d.about(m, Assign, Create, m, Membership{to.Name, m}, Field{"group", "", to.Name})
		c.Cause, c.CauseAbout = d.why[m].cause, d.why[m].about
	}
	for _, m := range removed {
		d.about(m, Remove, Delete, m, Membership{to.Name, m}, Field{"group", to.Name, ""})
	}
	added, removed = compareLists(from.Managers, to.Managers)
	for _, m := range added {
		c := d.add(Assign, Create, to.Name, Manager{Manager: m, Group: to.Name}, Field{"team manager", "", m})
		if m == d.spec.FallbackManager {
			c.Cause = state.CauseGroupFallback
		}
	}
	for _, m := range removed {
		d.add(Remove, Delete, to.Name, Manager{Manager: m, Group: to.Name}, Field{"team manager", m, ""})
	}
}

func (d *stateDiff) person(email string) {
	from, to := d.from.people[email], d.to.people[email]
	if from == nil {
		c := d.about(email, Provision, Create, email, Person{Email: email, SendEmail: d.spec.SendEmail}, Field{"status", "", "invited"})
		c.Calls = 2 // the answer does not name the new member: they are looked up afterwards
		c.Cause = state.CauseNew
		from = &state.Person{Email: email, Status: to.Status, Capacity: state.CapacityUnknown}
	}
	if from.Status != to.Status {
		active := to.Status == state.Active
		phase := Provision
		if !active {
			phase = Deactivate
		}
		c := d.about(email, phase, Update, email, Person{Email: email, Active: active}, Field{"status", string(from.Status), string(to.Status)})
		c.Cause = state.CauseInactive
	}
	d.profile(email, from, to)
	if from.EmptyRole && !to.EmptyRole {
		d.about(email, Remove, Delete, email, Manager{Manager: email}, Field{"empty role", "held", ""}).Cause = state.CauseEmptyRole
	}
	added, removed := compareLists(from.Managers, to.Managers)
	for _, m := range added {
		c := d.about(email, Assign, Create, email, Manager{Manager: m, Person: email}, Field{"manager", "", m})
		c.Cause, c.CauseAbout = d.why[email].cause, d.why[email].about
	}
	for _, m := range removed {
		d.about(email, Remove, Delete, email, Manager{Manager: m, Person: email}, Field{"manager", m, ""})
	}
}

// profile writes what is set in one change and what is cleared in another, which Clockify may refuse.
func (d *stateDiff) profile(email string, from, to *state.Person) {
	apart := d.apart
	if d.from.people[email] == nil || from.Status != to.Status {
		apart = nil // who comes or comes back does so whole
	}
	set, cleared := profileChange{do: Profile{Person: email}}, profileChange{do: Profile{Person: email}}
	if from.Capacity != to.Capacity && to.Capacity != state.CapacityUnknown {
		capacity := to.Capacity
		before := ""
		if from.Capacity != state.CapacityUnknown {
			before = DurationText(from.Capacity)
		}
		set.do.Capacity = &capacity
		set.fields = append(set.fields, Field{fieldCapacity, before, DurationText(to.Capacity)})
	}
	if !slices.Equal(from.Days, to.Days) {
		set.do.Days = to.Days
		set.fields = append(set.fields, Field{fieldDays, daysText(from.Days), daysText(to.Days)})
	}
	if apart[attributeHours] != "" {
		d.write(email, Update, set, "")
		set = profileChange{do: Profile{Person: email}}
	}
	var cause Cause
	if before, after := from.Fields[state.LeaveField], to.Fields[state.LeaveField]; d.spec.DeactivateAfter > 0 && before != after {
		set.add(state.LeaveField, before, after) // taking the mark off is no loss
		if cause = state.CauseBack; after != "" {
			cause = state.CauseAbsent
		}
	}
	for _, m := range d.spec.Fields {
		name := d.fields[m.Field].Name
		before, after := from.Fields[name], to.Fields[name]
		switch {
		case !differ(before, after):
		case apart[m.Field] != "":
			one, op, why := profileChange{do: Profile{Person: email}}, Update, Cause("")
			if after == "" {
				op, why = Delete, state.CauseBlank
			}
			one.add(name, before, after)
			d.write(email, op, one, why)
		case after == "":
			cleared.add(name, before, "")
		default:
			set.add(name, before, after)
		}
	}
	d.write(email, Update, set, cause)
	d.write(email, Delete, cleared, state.CauseBlank)
}

// profileChange is a change of a profile in the making.
type profileChange struct {
	do     Profile
	fields []Field
}

func (c *profileChange) add(field, before, after string) {
	c.do.Values = append(c.do.Values, Value{field, after})
	c.fields = append(c.fields, Field{field, before, after})
}

func (d *stateDiff) write(email string, op Op, c profileChange, cause Cause) {
	if len(c.fields) == 0 {
		return
	}
	change := d.about(email, Profiles, op, email, c.do, c.fields...)
	change.Cause = cause
	if c.do.Capacity != nil || len(c.do.Days) > 0 {
		change.WeekBefore, change.Week = week(d.from.people[email]), d.rowOf(email).Week
		if change.Week == 0 {
			change.Week = week(d.to.people[email])
		}
	}
}

// week is how many hours of a week somebody works; 0: nobody knows.
func week(p *state.Person) time.Duration {
	if p == nil || p.Capacity == state.CapacityUnknown {
		return 0
	}
	return p.Capacity * time.Duration(len(p.Days))
}

// daysText renders working days as MONDAY, TUESDAY.
func daysText(days []time.Weekday) string {
	names := make([]string, len(days))
	for i, day := range days {
		names[i] = strings.ToUpper(day.String())
	}
	return strings.Join(names, ", ")
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
