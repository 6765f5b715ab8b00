package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// row is a row of the CSV that is to be carried out. Its Email is the account it is for, which is another one than in the
// file where the address changed; Manager is an account too.
type row struct {
	state.Row
	near string // the known address that the manager's is nearly
}

// roll is what the CSV says of the workspace's people.
type roll struct {
	rows     []row             // those to carry out
	known    set               // accounts that are not absent, whether or not anything is done for them
	left     map[string]Cause  // accounts whose row says that they left
	moved    map[string]string // email of the CSV to the account of the same person, where the address changed
	likely   map[string]string // email of the CSV to the account that is likely the same person's
	byID     map[string]string // number to account
	awaited  set               // accounts of the rows; see awaited
	declared set               // emails of the CSV, of whatever row
	nearBy
}

// readRows decides which rows are carried out, for which account, and who is absent. It reads the workspace as it was
// before the run alone.
func (p *userPlanner) readRows(before *userState) *roll {
	r := &roll{
		known: setOf(p.spec.InvalidEmails, p.spec.LeftOut), left: map[string]Cause{}, moved: map[string]string{},
		likely: map[string]string{},
	}
	p.roll = r
	r.byID = p.accountsByID()
	p.matchAddresses(before)
	today := p.dir.Now.UTC().Format(time.DateOnly)
	later := []string{}
	r.rows = make([]row, 0, len(p.spec.People))
	for _, declared := range p.spec.People {
		email := r.account(declared.Email)
		switch cause := leftBy(declared, today); {
		case cause != "":
			r.left[email] = cause
			continue
		case !declared.Starts.IsZero() && today < declared.Starts.Format(time.DateOnly):
			r.known[email] = true
			later = append(later, declared.Email)
			continue
		}
		r.known[email] = true
		if account := r.likely[declared.Email]; account != "" {
			r.known[account] = true
			p.note(state.Finding{
				Kind: state.FindingAddressChanged, Level: state.LevelAttention, Name: account, Cause: state.CauseLikelySame,
				About: declared.Email, Source: declared.At,
			})
			continue
		}
		if !p.convertible(declared) || !p.reachable(before, declared, email) {
			continue
		}
		if email != declared.Email {
			p.note(state.Finding{
				Kind: state.FindingAddressChanged, Level: state.LevelAttention, Name: email, Cause: state.CauseSameID,
				About: declared.Email, Source: declared.At,
			})
		}
		planned := row{Row: declared}
		planned.Email = email
		r.rows = append(r.rows, planned)
	}
	if n := len(p.spec.People); n > 0 && len(r.left) == n && len(r.known) == 0 && p.spec.UnreadableRows == 0 {
		p.plan.Problems = append(p.plan.Problems, state.Problem{
			Source: state.Source{File: p.spec.File, Line: 1, Column: 1},
			Text:   "everybody in the file has left, by their status or last day. That is read as a mistake, as an empty file is.",
			Users:  true,
		})
	}
	if len(later) > 0 {
		slices.Sort(later)
		p.note(state.Finding{Kind: state.FindingNotStarted, Count: len(later), Values: later})
	}
	p.resolveManagers(before)
	p.guardKnown(before)
	return r
}

// leftBy says by what a row tells that its person has left; empty: they have not.
func leftBy(r state.Row, today string) Cause {
	switch {
	case r.Left:
		return state.CauseLeftByStatus
	case !r.Ends.IsZero() && today > r.Ends.Format(time.DateOnly):
		return state.CauseLeftByDate
	}
	return ""
}

// account is the account that an email of the CSV stands for.
func (r *roll) account(email string) string {
	if account := r.moved[email]; account != "" {
		return account
	}
	return email
}

// convertible reports whether every cell of the row fits its field; what does not is a problem of the row.
func (p *userPlanner) convertible(r state.Row) bool {
	sound := true
	for _, cell := range r.Cells {
		if _, err := CellText(p.fields[cell.Field], cell.Text); err != nil {
			sound = false
			p.plan.Problems = append(p.plan.Problems, state.Problem{Source: cell.At, Text: cell.Field + ": " + err.Error() + ".", Users: true})
		}
	}
	return sound
}

// reachable reports whether there is, or will be, an account that the row can be carried out for; why not is said.
func (p *userPlanner) reachable(before *userState, declared state.Row, email string) bool {
	person := before.people[email]
	found := state.Finding{Kind: state.FindingNotInWorkspace, Level: state.LevelAttention, Name: declared.Email, Source: declared.At}
	switch {
	case p.keep.user(email) || p.keep.user(declared.Email):
		found.Kind, found.Level, found.Cause = state.FindingProtected, state.LevelNote, state.CauseProtected
	case person == nil && p.spec.IdentityProvider:
		found.Cause = state.CauseIdentityProvider
	case person == nil && !p.spec.Invite:
		found.Cause = state.CauseNew
		if near := p.nearPerson(declared); near != "" {
			found.Values = []string{near}
		}
	case person == nil && p.dir.Self != "" && before.people[p.dir.Self] == nil:
		found.Cause = state.CauseSelfMissing
	case person == nil:
		if near := p.nearPerson(declared); near != "" {
			p.note(state.Finding{Kind: state.FindingNearPerson, Level: state.LevelAttention, Name: declared.Email, About: near, Source: declared.At})
		}
		return true
	case person.Status == state.Declined:
		found.Cause = state.CauseDeclined
	case person.Status == state.Inactive && p.spec.IdentityProvider:
		found.Kind, found.Cause = state.FindingManagedByIdP, state.CauseInactive
	default:
		return true
	}
	p.note(found)
	return false
}

// accountsByID are the accounts by their number, of those numbers that one account has.
func (p *userPlanner) accountsByID() map[string]string {
	accounts := map[string]string{}
	if p.spec.IDField == "" {
		return accounts
	}
	for _, person := range p.dir.People {
		if id := person.Fields[p.spec.IDField]; id != "" {
			if _, twice := accounts[id]; twice {
				accounts[id] = ""
			} else {
				accounts[id] = person.Email
			}
		}
	}
	return accounts
}

// id is a row's number as its field holds it.
func (p *userPlanner) id(text string) string {
	if text == "" || p.spec.IDField == "" {
		return ""
	}
	id, err := FieldText(p.fields[p.spec.IDField], text)
	if err != nil {
		return ""
	}
	return id
}

// matchAddresses finds the rows whose address is not in the workspace and whose person is, under another address that no
// row has: by their number surely, else likely, by a value that nobody shares or by the name before the @.
func (p *userPlanner) matchAddresses(before *userState) {
	r := p.roll
	r.declared = setOf(p.spec.InvalidEmails, p.spec.LeftOut)
	var strangers []state.Row
	for _, row := range p.spec.People {
		r.declared[row.Email] = true
		if before.people[row.Email] == nil {
			strangers = append(strangers, row)
		}
	}
	if len(strangers) == 0 {
		return
	}
	var absent []*state.Person
	for i := range p.dir.People {
		if person := &p.dir.People[i]; !r.declared[person.Email] {
			absent = append(absent, person)
		}
	}
	if len(absent) == 0 {
		return
	}
	claims := map[string]int{} // a number that stands twice says nothing
	for _, row := range p.spec.People {
		claims[p.id(row.ID)]++
	}
	strangers = slices.DeleteFunc(strangers, func(row state.Row) bool {
		id := p.id(row.ID)
		account := r.byID[id]
		if account == "" || claims[id] != 1 || r.declared[account] {
			return false
		}
		r.moved[row.Email] = account
		return true
	})
	for _, account := range r.moved {
		r.declared[account] = true
	}
	absent = slices.DeleteFunc(absent, func(person *state.Person) bool { return r.declared[person.Email] })
	clues := p.clues(absent)
	for _, row := range strangers {
		if account := clues.person(p, row); account != "" {
			r.likely[row.Email] = account
		}
	}
}

// clues tell absent people by what a row may say of them.
type clues struct {
	local  map[string]*state.Person            // by the name before the @; nil where two have it
	values map[string]map[string]*state.Person // by mapped field and value, of fields in which no value stands twice
	zeros  map[string]*state.Person            // by number without the zeros before it
}

func (p *userPlanner) clues(absent []*state.Person) clues {
	c := clues{local: map[string]*state.Person{}, values: map[string]map[string]*state.Person{}, zeros: map[string]*state.Person{}}
	for _, person := range absent {
		if person.Status != state.Active && person.Status != state.Pending {
			continue
		}
		local, _, _ := strings.Cut(person.Email, "@")
		claim(c.local, local, person)
		claim(c.zeros, withoutZeros(person.Fields[p.spec.IDField]), person)
	}
	for _, m := range p.spec.Fields {
		if values := p.distinct(m.Field, absent); values != nil {
			c.values[m.Field] = values
		}
	}
	return c
}

// claim keeps who has a mark; what two have is nobody's.
func claim(marks map[string]*state.Person, mark string, person *state.Person) {
	if _, twice := marks[mark]; twice {
		person = nil
	}
	marks[mark] = person
}

// distinct are the absent people by their value of the field; nil where a value stands twice, in the CSV, which is what the
// people there will hold, or among the absent. Boxes and lists are no marks of a person.
func (p *userPlanner) distinct(field string, absent []*state.Person) map[string]*state.Person {
	switch p.fields[field].Type {
	case state.FieldCheckbox, state.FieldOne, state.FieldMany:
		return nil
	}
	seen := set{}
	for _, row := range p.spec.People {
		for _, cell := range row.Cells {
			if cell.Field != field {
				continue
			}
			value, err := FieldText(p.fields[field], cell.Text)
			if err != nil || value != "" && seen[value] {
				return nil
			}
			seen[value] = true
		}
	}
	holders := map[string]*state.Person{}
	for _, person := range absent {
		if value := person.Fields[p.fields[field].Name]; value != "" {
			if holders[value] != nil {
				return nil
			}
			holders[value] = person
		}
	}
	return holders
}

// person is the account that is likely the row's; empty: none is. People of two numbers are two.
func (c clues) person(p *userPlanner, row state.Row) string {
	fits := func(person *state.Person) bool {
		if person == nil || person.Status != state.Active && person.Status != state.Pending || p.roll.declared[person.Email] {
			return false
		}
		id := person.Fields[p.spec.IDField]
		return p.spec.IDField == "" || row.ID == "" || id == "" || withoutZeros(id) == withoutZeros(p.id(row.ID))
	}
	if person := c.zeros[withoutZeros(p.id(row.ID))]; row.ID != "" && fits(person) && person.Fields[p.spec.IDField] != p.id(row.ID) {
		return person.Email
	}
	for _, cell := range row.Cells {
		value, _ := FieldText(p.fields[cell.Field], cell.Text)
		person := c.values[cell.Field][value]
		if value != "" && fits(person) {
			return person.Email
		}
	}
	local, _, _ := strings.Cut(row.Email, "@")
	if person := c.local[local]; fits(person) {
		return person.Email
	}
	return ""
}

// guardKnown refuses everything when the workspace knows too few of the CSV's people: the wrong file, or the wrong
// workspace. Where people are invited that is for max_invitations.
func (p *userPlanner) guardKnown(before *userState) {
	known, total := 0, 0
	for _, row := range p.spec.People {
		if p.roll.left[p.roll.account(row.Email)] != "" {
			continue
		}
		total++
		if before.people[p.roll.account(row.Email)] != nil || p.roll.likely[row.Email] != "" {
			known++
		}
	}
	if limit := p.spec.Guards.MinKnown; !p.spec.Invite && total > 0 && float64(known) < limit*float64(total) {
		p.refuse(Refusal{
			Setting: "guards.min_known", Cause: state.CauseGuard,
			Figures: Figures{Have: known, Limit: int(limit*float64(total) + 0.999), Base: total, Allow: percent(float64(100*known/total) / 100)},
		})
	}
}
