package userscsv

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// managersByID turns managers that are given by their number into emails. A number that no row has stays: the manager may
// be somebody outside of the file.
func (r *reader) managersByID() {
	if !r.header.has("id") {
		return
	}
	short := map[string]bool{} // numbers as a spreadsheet shows them, without the zeros before them
	for id := range r.ids {
		if s := strings.TrimLeft(id, "0"); s != id {
			short[s] = true
		}
	}
	for i := range r.users.People {
		p := &r.users.People[i]
		if who, ok := r.ids[p.Manager]; ok {
			p.Manager = who.email
		} else if short[p.Manager] {
			r.warnings.lost(r.layout.Manager.Name).add(p.Email, p.ManagerAt)
		}
	}
}

// selfManagers blanks the manager of people who are their own: HR exports have heads of companies so.
func (r *reader) selfManagers() {
	for i := range r.users.People {
		p := &r.users.People[i]
		if p.Manager != p.Email {
			continue
		}
		r.findings = append(r.findings, state.Finding{
			Kind: state.FindingSelfManager, Level: state.LevelNote, Name: p.Email, Source: p.ManagerAt,
		})
		p.Manager = ""
	}
}

// cycles names each chain of managers that comes back to where it began. Clockify allows them.
func (r *reader) cycles() {
	people := r.users.People
	index := make(map[string]int, len(people))
	for i, p := range people {
		index[p.Email] = i
	}
	reached := make([]int, len(people)) // from whom, counted from 1, the person was reached first
	for i := range people {
		at := i
		for reached[at] == 0 {
			reached[at] = i + 1
			next, ok := index[people[at].Manager]
			if !ok || people[at].Manager == "" {
				break
			}
			if at = next; reached[at] == i+1 {
				r.cycle(index, at)
			}
		}
	}
}

// cycle reports the cycle that a person is part of, from its first row in the file on.
func (r *reader) cycle(index map[string]int, at int) {
	people := r.users.People
	first := at
	for next := index[people[at].Manager]; next != at; next = index[people[next].Manager] {
		first = min(first, next)
	}
	chain := []string{people[first].Email}
	for next := index[people[first].Manager]; next != first; next = index[people[next].Manager] {
		chain = append(chain, people[next].Email)
	}
	r.findings = append(r.findings, state.Finding{
		Kind: state.FindingCycle, Level: state.LevelNote, Name: people[first].Email, Values: chain, Source: people[first].ManagerAt,
	})
}

// mostCompared bounds the work of looking for near names: so many pairs are compared.
const mostCompared = 2_000_000

// nearManagers warns of managers who are no row and nearly one: the same name in another domain, or any name in a domain
// that is nearly another, which are one finding for all of them; and a name that differs in a letter or two.
func (r *reader) nearManagers() {
	if !slices.ContainsFunc(r.users.People, func(p state.Row) bool { return p.Manager != "" && r.lines[p.Manager] == 0 }) {
		return
	}
	byLocal, domains := map[string]string{}, map[string][]string{}
	for email := range r.lines {
		local, domain, _ := strings.Cut(email, "@")
		byLocal[local] = min(email, cmp.Or(byLocal[local], email))
		domains[domain] = append(domains[domain], local)
	}
	for _, locals := range domains {
		slices.Sort(locals)
	}
	known := slices.Sorted(maps.Keys(domains))
	type move struct{ from, to string }
	moved := map[move]*state.Finding{}
	var all []*state.Finding
	seen, compared := map[string]bool{}, 0
	for _, p := range r.users.People {
		local, domain, ok := strings.Cut(p.Manager, "@")
		if _, isRow := r.lines[p.Manager]; !ok || isRow || seen[p.Manager] {
			continue
		}
		seen[p.Manager] = true
		near := byLocal[local]
		if to := nearest(domain, known); near == "" && domains[domain] == nil && to != "" {
			near = local + "@" + to
		}
		if near == "" {
			if compared += len(domains[domain]); compared > mostCompared {
				continue
			}
			if local = nearest(local, domains[domain]); local == "" {
				continue
			}
			near = local + "@" + domain
		}
		_, to, _ := strings.Cut(near, "@")
		f := moved[move{domain, to}]
		if f == nil || domain == to {
			f = &state.Finding{Kind: state.FindingNearManager, Level: state.LevelAttention, Name: p.Manager, About: near, Source: p.ManagerAt}
			moved[move{domain, to}] = f
			all = append(all, f)
		} else {
			f.Name, f.About = "@"+domain, "@"+to
		}
		f.Count++
		f.Values = append(f.Values, p.Manager)
	}
	for _, f := range all {
		r.findings = append(r.findings, *f)
	}
}

// nearest is the one of names that a name was most likely meant to be; empty: none is.
func nearest(name string, names []string) string {
	best, limit := "", text.Near(name)
	for _, n := range names {
		if max(len(n)-len(name), len(name)-len(n)) > limit {
			continue
		}
		if d := text.Distance(name, n); d <= limit {
			best, limit = n, d-1
		}
	}
	return best
}
