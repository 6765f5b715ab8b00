package cli

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/userscsv"
)

// gap is something of a workspace that the files cannot say, and what was done about it.
type gap struct {
	text  string // completes "3 people": are inactive and not in the CSV
	what  [2]string
	names []string
}

// draft works out what the files must say so that the next plan is empty. It asks the planner itself: what the planner
// would change is taken back, first by leaving a manager cell blank, which without a fallback manager keeps whom a person
// reports to, then by setting the person aside: not in the CSV, and under protect.users.
type draft struct {
	dir     *state.Directory
	users   state.Users
	reasons map[string]string // of those set aside
	hint    *state.Users      // a fallback that was recognised and cannot be written
	hintWhy string
	gaps    []gap
}

var peopleWord, fieldWord, groupWord = [2]string{"person", "people"}, [2]string{"user field", "user fields"}, [2]string{"group", "groups"}

// newDraft drafts the files for a workspace read with everybody's profile.
func newDraft(dir *state.Directory, file string) (*draft, error) {
	d := &draft{dir: dir, reasons: map[string]string{}}
	d.users = state.Users{File: file, Absent: state.AbsentKeep, SendEmail: true}
	d.mapFields()
	d.listPeople()
	fallback := d.recogniseFallback()
	d.protectGroups(fallback)
	if fallback != nil {
		for i := range d.users.People { // their manager comes with the group
			if row := &d.users.People[i]; slices.Contains(fallback.Members, row.Email) {
				row.Manager = ""
			}
		}
	}
	if err := d.takeBack(); err != nil {
		return nil, err
	}
	if len(d.users.People) == 0 {
		return nil, errors.New("nobody in the workspace is active and can have a row")
	}
	d.offerFallback(fallback)
	slices.Sort(d.users.Protect.Users)
	return d, nil
}

func (d *draft) gap(what [2]string, text string, names []string) {
	if len(names) > 0 {
		slices.Sort(names)
		d.gaps = append(d.gaps, gap{text, what, names})
	}
}

// mapFields gives every user field that a CSV can fill a column.
func (d *draft) mapFields() {
	columns, folded := map[string]bool{}, map[string]bool{}
	var dormant, unnamed []string
	for _, f := range d.dir.Fields {
		column := userscsv.UsualColumn(f.Name)
		if column != f.Name && slices.ContainsFunc(d.dir.Fields, func(o state.Field) bool { return o.Name == column }) {
			column = f.Name
		}
		switch {
		case f.Inactive:
			dormant = append(dormant, f.Name)
		case f.Name == "", !userscsv.HoldsCell(f.Name), userscsv.ReservedColumn(column), columns[column], folded[strings.ToLower(f.Name)]:
			unnamed = append(unnamed, f.Name)
		default:
			columns[column], folded[strings.ToLower(f.Name)] = true, true
			d.users.Fields = append(d.users.Fields, state.Mapping{Column: column, Field: f.Name})
		}
	}
	d.gap(fieldWord, "inactive in Clockify: not in the files until an admin activates them", dormant)
	d.gap(fieldWord, "with a name that no column can have beside the others: not in the files", unnamed)
}

// listPeople declares everybody who is active or invited as they are today.
func (d *draft) listPeople() {
	var inactive, unwritable, many, gone []string
	for _, p := range d.dir.People {
		switch {
		case p.Status != state.Active && p.Status != state.Pending:
			inactive = append(inactive, p.Email)
			continue
		case !userscsv.HoldsEmail(p.Email):
			unwritable = append(unwritable, p.Email)
			continue
		}
		row := state.Row{Email: p.Email, Capacity: p.Capacity}
		switch {
		case len(p.Managers) > 1:
			many = append(many, p.Email)
		case len(p.Managers) == 1 && p.Managers[0] != p.Email && userscsv.HoldsEmail(p.Managers[0]) && d.active(p.Managers[0]):
			row.Manager = p.Managers[0]
		case len(p.Managers) == 1:
			gone = append(gone, p.Email)
		}
		if why := d.cells(&row, p); why != "" {
			d.setAside(p.Email, why)
			continue
		}
		d.users.People = append(d.users.People, row)
	}
	d.gap(peopleWord, "not active: not in the CSV, because a row would bring them back", inactive)
	d.gap(peopleWord, "with an address a CSV row cannot have: not in the CSV", unwritable)
	d.gap(peopleWord, "with more than one direct manager: their manager cell is blank, and they keep all of them", many)
	d.gap(peopleWord, "whose direct manager is themselves or not active: their manager cell is blank", gone)
}

// cells fills in hours and field values, or says why a row cannot hold them.
func (d *draft) cells(row *state.Row, p state.Person) string {
	if _, ok := userscsv.HoursText(p.Capacity); !ok {
		return "a working day that no hours of a week give"
	}
	for _, m := range d.users.Fields {
		text := p.Fields[m.Field]
		field := d.dir.Fields[slices.IndexFunc(d.dir.Fields, func(f state.Field) bool { return f.Name == m.Field })]
		if back, err := plan.FieldText(field, text); err != nil || back != text || !userscsv.HoldsCell(text) {
			return "a value of " + m.Field + " that the field does not take today or a CSV cannot hold"
		}
		row.Cells = append(row.Cells, state.Cell{Field: m.Field, Text: text})
	}
	return ""
}

func (d *draft) setAside(email, why string) {
	d.reasons[email] = why
	d.users.Protect.Users = append(d.users.Protect.Users, email)
}

func (d *draft) person(email string) *state.Person {
	i, ok := slices.BinarySearchFunc(d.dir.People, email, func(p state.Person, e string) int { return strings.Compare(p.Email, e) })
	if !ok {
		return nil
	}
	return &d.dir.People[i]
}

func (d *draft) active(email string) bool {
	p := d.person(email)
	return p != nil && p.Status == state.Active
}

// managerGroup reports whether a group is named after one who manages it, or holds exactly people of its one manager,
// as the group of a manager does who was renamed.
func (d *draft) managerGroup(g state.Group) bool { return d.namedAfter(g) || d.holdsReports(g) }

func (d *draft) namedAfter(g state.Group) bool {
	return slices.ContainsFunc(g.Managers, func(m string) bool {
		p := d.person(m)
		return p != nil && (g.Name == p.Label() || g.Name == p.Label()+" ("+m+")")
	})
}

// holdsReports reports whether all members of a group report to its one manager and to nobody else.
func (d *draft) holdsReports(g state.Group) bool {
	return len(g.Managers) == 1 && len(g.Members) > 0 && !slices.ContainsFunc(g.Members, func(m string) bool {
		p := d.person(m)
		return p == nil || !slices.Equal(p.Managers, g.Managers)
	})
}

// fallbackName is how groups are called that hold those without a manager of their own.
var fallbackName = regexp.MustCompile(`(?i)\b(?:other|others|fallback|unassigned|misc|miscellaneous)\b`)

// recogniseFallback finds the one group that holds only people of its one manager, is not named after them, and is called
// like a fallback or stands beside a group that is named after them.
func (d *draft) recogniseFallback() *state.Group {
	named := map[string]bool{} // managers with a group of their own
	for _, g := range d.dir.Groups {
		if len(g.Managers) == 1 && d.namedAfter(g) {
			named[g.Managers[0]] = true
		}
	}
	var found []*state.Group
	for i := range d.dir.Groups {
		g := &d.dir.Groups[i]
		if !d.holdsReports(*g) || d.namedAfter(*g) || !d.active(g.Managers[0]) || g.Name != strings.TrimSpace(g.Name) {
			continue
		}
		if named[g.Managers[0]] || fallbackName.MatchString(g.Name) {
			found = append(found, g)
		}
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

// protectGroups lists the groups that are neither a manager's nor the fallback.
func (d *draft) protectGroups(fallback *state.Group) {
	ours := map[string]bool{}
	for _, g := range d.dir.Groups {
		if d.managerGroup(g) || fallback != nil && g.Name == fallback.Name {
			ours[strings.ToLower(g.Name)] = true
		}
	}
	var alike, others []string
	for _, g := range d.dir.Groups {
		switch name := strings.ToLower(g.Name); {
		case d.managerGroup(g), fallback != nil && g.Name == fallback.Name:
		case ours[name]:
			alike = append(alike, g.Name)
		default:
			others = append(others, g.Name)
			d.users.Protect.Groups = append(d.users.Protect.Groups, config.GroupPattern(g.Name))
		}
	}
	d.gap(groupWord, "that are nobody's manager group: listed under protect.groups; who is in them is not in the files", others)
	d.gap(groupWord, "named like a manager's group but for the letter case: not protected", alike)
	d.protectColumn(ours)
}

// protectColumn looks for the column whose values groups are named after, as countries are.
func (d *draft) protectColumn(ours map[string]bool) {
	names := map[string]bool{}
	for _, g := range d.dir.Groups {
		names[strings.ToLower(g.Name)] = true
	}
	for _, m := range d.users.Fields {
		hit, clash := false, false
		for _, p := range d.dir.People {
			for value := range strings.SplitSeq(strings.ToLower(p.Fields[m.Field]), ";") {
				value = strings.TrimSpace(value)
				hit, clash = hit || names[value], clash || ours[value]
			}
		}
		if hit && !clash && strings.Contains(strings.ToLower(m.Field), "country") {
			d.users.Protect.Column, d.users.Protect.Field = m.Column, m.Field
			return
		}
	}
}

var errUndraftable = errors.New("the planner wants changes that the files cannot prevent")

// takeBack asks the planner until it has nothing to change.
func (d *draft) takeBack() error {
	var blanked []string
	for {
		p := plan.Compute(state.Spec{Users: &d.users}, state.State{Users: d.dir})
		if len(p.Problems) > 0 {
			return fmt.Errorf("%w: %s", errUndraftable, p.Problems[0].Text)
		}
		blank, aside := d.blame(p)
		if len(blank)+len(aside) == 0 {
			if !p.Empty() {
				c := p.Changes[0]
				return fmt.Errorf("%w: %s %s %q", errUndraftable, c.Op, c.Ref.Kind, c.Ref.Name)
			}
			break
		}
		d.users.People = slices.DeleteFunc(d.users.People, func(row state.Row) bool {
			why, ok := aside[row.Email]
			if ok {
				d.setAside(row.Email, why)
			}
			return ok
		})
		for i := range d.users.People {
			if row := &d.users.People[i]; blank[row.Email] {
				row.Manager = ""
				blanked = append(blanked, row.Email)
			}
		}
	}
	d.gap(peopleWord, "whose manager's group is not as the tool keeps it (named after and managed by the manager alone, with exactly their people): their manager cell is blank, and they keep their manager. Write it in to have the group made or mended", blanked)
	d.gap(peopleWord, "set aside: not in the CSV, and under protect.users with the reason", slices.Clone(d.users.Protect.Users))
	return nil
}

// blame says whose manager cell, and whose row, makes the planner want to change something.
func (d *draft) blame(p *plan.Plan) (blank map[string]bool, aside map[string]string) {
	blank, aside = map[string]bool{}, map[string]string{}
	reports := map[string][]string{}
	manager := map[string]string{}
	for _, row := range d.users.People {
		if row.Manager != "" {
			reports[row.Manager] = append(reports[row.Manager], row.Email)
			manager[row.Email] = row.Manager
		}
	}
	all := func(managers ...string) {
		for _, m := range managers {
			for _, email := range reports[m] {
				blank[email] = true
			}
		}
	}
	managersOf := func(group string) []string {
		i := slices.IndexFunc(d.dir.Groups, func(g state.Group) bool { return g.Name == group })
		if i < 0 {
			return nil
		}
		return d.dir.Groups[i].Managers
	}
	for _, c := range p.Changes {
		switch do := c.Do.(type) {
		case plan.Profile:
			aside[do.Person] = "a profile that the planner would write otherwise"
			continue
		case plan.Group:
			if c.Op == plan.Update {
				all(managersOf(do.Name)...)
				continue
			}
		case plan.Manager:
			switch {
			case do.Group == "" && do.Person == "":
				aside[do.Manager] = "holds a team manager role over nothing, which the next apply would take away"
				continue
			case do.Group != "" && c.Op == plan.Delete:
				all(append(managersOf(do.Group), do.Manager)...)
				continue
			case do.Group != "":
				all(do.Manager)
				continue
			}
		}
		if manager[c.Person] != "" {
			blank[c.Person] = true
		}
	}
	for _, f := range p.Findings {
		if f.Failed {
			all(f.Name)
		}
	}
	return blank, aside
}

// offerFallback writes the recognised fallback where that leaves the plan empty, and otherwise suggests it.
func (d *draft) offerFallback(group *state.Group) {
	if group == nil {
		return
	}
	with := d.users
	with.FallbackManager, with.FallbackGroup = group.Managers[0], group.Name
	p := plan.Compute(state.Spec{Users: &with}, state.State{Users: d.dir})
	if p.Empty() && len(p.Problems)+len(p.Refusals) == 0 {
		d.users = with
		return
	}
	var gets []string
	for _, f := range p.Findings {
		if f.Kind == state.FindingFallback {
			gets = append(gets, f.Name)
		}
	}
	d.gap(peopleWord, fmt.Sprintf("in the group %q, which looks like the fallback: their manager cell is blank, and they keep their manager", group.Name), slices.Clone(group.Members))
	d.hint = &with
	d.hintWhy = fmt.Sprintf("This looks like the fallback. With it, %s without a manager here would get them.", count(len(gets), peopleWord))
	d.gap(peopleWord, "without a manager in the CSV: the fallback manager "+group.Managers[0]+" is only suggested in the config, because they would get them", gets)
}

// config is the draft as a config file.
func (d *draft) config(workspace string) config.Draft {
	return config.Draft{
		WorkspaceID: workspace, WorkspaceName: cmp.Or(d.dir.Workspace, workspace), Users: &d.users, Reasons: d.reasons,
		Fallback: d.hint, FallbackWhy: d.hintWhy,
	}
}

func count(n int, what [2]string) string {
	if n == 1 {
		return "1 " + what[0]
	}
	return thousands(n) + " " + what[1]
}

// thousands renders 1,000.
func thousands(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// sameFile reports whether two names are one file.
func sameFile(a, b string) bool { return path.Clean(a) == path.Clean(b) }
