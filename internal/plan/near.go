package plan

import (
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// mostCompared bounds the work of looking for near addresses: so many pairs are compared in a plan.
const mostCompared = 2_000_000

// nearBy is what somebody may have meant by an address or a number that nobody has.
type nearBy struct {
	emails   []string            // all of the CSV and the workspace
	byLocal  map[string][]string // they, by the name before the @
	near     map[string]string   // answers of nearAddress
	compared int
	numbers  map[string]string // numbers of the CSV and the workspace, by what is left without zeros before them
}

// nearAddress is another address of the CSV or the workspace that this one was most likely meant to be; empty: there is
// none. Addresses that differ in digits alone are numbered, and not nearly the same.
func (p *userPlanner) nearAddress(email string) string {
	r := p.roll
	if near, known := r.near[email]; known {
		return near
	}
	if r.emails == nil {
		all := set{}
		for _, person := range p.dir.People {
			all[person.Email] = true
		}
		for _, row := range p.spec.People {
			all[row.Email] = true
		}
		r.emails, r.near, r.byLocal = sorted(all), map[string]string{}, map[string][]string{}
		for _, email := range r.emails {
			local, _, _ := strings.Cut(email, "@")
			r.byLocal[local] = append(r.byLocal[local], email)
		}
	}
	near := p.findNear(email)
	r.near[email] = near
	return near
}

// nearPerson is an address that a new person's was most likely meant to be. Who has a number is told by that.
func (p *userPlanner) nearPerson(r state.Row) string {
	if r.ID != "" {
		return ""
	}
	return p.nearAddress(r.Email)
}

// findNear looks for the same name in another domain, then for an address that differs in a letter or two.
func (p *userPlanner) findNear(email string) string {
	r := p.roll
	local, _, ok := strings.Cut(email, "@")
	if !ok || len(local) <= 3 {
		return ""
	}
	for _, other := range r.byLocal[local] {
		if other != email {
			return other
		}
	}
	best, least := "", text.Near(local)+1
	for _, other := range r.emails {
		if abs(len(email)-len(other)) > least || other == email {
			continue
		}
		if r.compared++; r.compared > mostCompared {
			break
		}
		// Of two that are as near, one who has no row is the likelier.
		if d := text.Distance(email, other); (d < least || d == least && best != "" && r.declared[best] && !r.declared[other]) && withoutDigits(email) != withoutDigits(other) {
			best, least = other, d
		}
	}
	return best
}

// nearNumber is the number of somebody that is the same but for zeros before it; empty: there is none.
func (p *userPlanner) nearNumber(number string) string {
	r := p.roll
	if r.numbers == nil {
		r.numbers = map[string]string{}
		for id := range r.byID {
			r.numbers[withoutZeros(id)] = id
		}
		for _, row := range p.spec.People {
			r.numbers[withoutZeros(row.ID)] = row.ID
		}
	}
	return r.numbers[withoutZeros(number)]
}

// withoutZeros is a number as a spreadsheet shows it.
func withoutZeros(number string) string {
	if strings.Trim(number, "0123456789") != "" {
		return number
	}
	return strings.TrimLeft(number, "0")
}

func withoutDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, s)
}

func abs(n int) int { return max(n, -n) }
