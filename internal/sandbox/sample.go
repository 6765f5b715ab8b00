package sandbox

import (
	"fmt"
	"time"
)

// SampleKey is the key of the sample's owner. It opens nothing but a sandbox.
const SampleKey = "sample-key-of-the-sandbox"

// Sample is a small company whose Clockify has drifted from the sample users.csv: Bob changed teams and hours, Jane
// married and goes by another name, Marta is back, Omar has no manager, Rosa, who managed two people, and Tim left.
// Bob's hours for the client Globex go to Globex's own workspace.
func Sample(now time.Time) State {
	var s State
	w := s.AddWorkspace("Acme")
	company, country, global := w.AddUserField("Company", "TXT"), w.AddUserField("Country", "TXT"), w.AddUserField("Global ID", "TXT")
	ids := map[string]string{}
	person := func(name, email, capacity, firm, land string, number int) *Member {
		ids[email] = s.AddUser(email+"@example.com", name)
		m := w.AddMember(ids[email])
		m.WorkCapacity = capacity
		m.FieldValues = map[string]any{company: firm, country: land, global: fmt.Sprint(number)}
		return m
	}
	person("Olga Owner", "olga.owner", "PT8H", "Acme AB", "Sweden", 1000).Owner = true
	person("Head Ofops", "head.of.ops", "PT8H", "Acme AB", "Sweden", 1001).Admin = true
	person("Jane Smith-Lund", "jane.smith", "PT8H", "Acme AB", "Sweden", 1002)
	person("Arjun Rao", "arjun.rao", "PT8H", "Acme GmbH", "Germany", 1003)
	person("Bob Wilson", "bob.wilson", "PT8H", "Acme AB", "Sweden", 1004)
	person("Lena Berg", "lena.berg", "PT8H", "Acme AB", "Sweden", 1005)
	person("Marta Nowak", "marta.nowak", "PT4H", "Acme AB", "Sweden", 1006).Status = "INACTIVE"
	person("Yuki Tanaka", "yuki.tanaka", "PT8H", "Acme GmbH", "Germany", 1007)
	person("Paul Meyer", "paul.meyer", "PT8H", "Acme GmbH", "Sweden", 1008)
	person("Ines Costa", "ines.costa", "PT8H", "Acme GmbH", "Germany", 1009)
	person("Omar Haddad", "omar.haddad", "PT8H", "Acme AB", "Sweden", 1010)
	person("Rosa Vega", "rosa.vega", "PT8H", "Acme AB", "Spain", 900)
	person("Tim Ott", "tim.ott", "PT8H", "Acme GmbH", "Germany", 901)

	manages := func(manager, group string, people ...string) {
		var members []string
		for _, p := range people {
			w.AddManager(ids[manager], ids[p])
			members = append(members, ids[p])
		}
		w.AddGroupManager(ids[manager], w.AddGroup(group, members...))
	}
	manages("head.of.ops", "Head Ofops", "jane.smith", "arjun.rao")
	manages("jane.smith", "Jane Smith", "lena.berg")
	manages("arjun.rao", "Arjun Rao", "yuki.tanaka", "paul.meyer", "ines.costa")
	manages("rosa.vega", "Rosa Vega", "bob.wilson", "tim.ott")
	w.AddGroup("Sweden", ids["head.of.ops"], ids["jane.smith"], ids["bob.wilson"])
	w.AddGroup("Holiday Spain", ids["rosa.vega"])
	w.AddGhost(ids["lena.berg"])
	s.AddKey(SampleKey, ids["olga.owner"])
	sampleTime(&s, now, ids["olga.owner"], ids["bob.wilson"])
	return s
}

// sampleTime adds the workspace of a client, with projects under clients of its own, and a few days of Bob's hours in
// both: some are there already, one was edited since, one is new, one belongs to a project the other side has to get.
func sampleTime(s *State, now time.Time, owner, bob string) {
	s.AddWorkspace("Globex")
	home, globex := &s.Workspaces[0], &s.Workspaces[1]
	globex.AddOwner(owner)
	globex.AddMember(bob)
	client := home.AddClient("Globex")
	website := home.AddProject(client, "Website")
	marketing, finance := globex.AddClient("Marketing"), globex.AddClient("Finance")
	theirs := globex.AddProject(marketing, "Website")
	globex.AddProject(finance, "Audit 2026")

	day := func(back, hour int) time.Time {
		return now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -back).Add(time.Duration(hour) * time.Hour)
	}
	for back := 1; back <= 4; back++ {
		home.AddEntry(bob, website, "Checkout page", day(back, 8), 3*time.Hour)
		if back > 2 {
			globex.AddEntry(bob, theirs, "Checkout page", day(back, 8), 3*time.Hour)
		}
	}
	home.AddEntry(bob, website, "Review with Ana", day(3, 13), 90*time.Minute)
	globex.AddEntry(bob, theirs, "Review", day(3, 13), 90*time.Minute) // written before the description was corrected
	home.AddEntry(bob, website, "Search", now.UTC().Truncate(time.Second).Add(-40*time.Minute), 0)
}
