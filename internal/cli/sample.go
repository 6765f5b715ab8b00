package cli

import (
	"embed"
	"fmt"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// sampleFiles are the files of the demo and of a sandbox without a state of its own.
//
//go:embed sample
var sampleFiles embed.FS

// sampleKey is the key of the sample's owner. It opens nothing but a sandbox.
const sampleKey = "sample-key-of-the-sandbox"

// sampleState is a small company whose Clockify has drifted from the sample users.csv: Bob changed teams and hours, Jane
// married and goes by another name, Marta is back, Omar has no manager, Rosa, who managed two people, and Tim left.
func sampleState(now time.Time) sandbox.State {
	var s sandbox.State
	w := s.AddWorkspace("Acme")
	company, country, global := w.AddUserField("Company", "TXT"), w.AddUserField("Country", "TXT"), w.AddUserField("Global ID", "TXT")
	ids := map[string]string{}
	person := func(name, email, capacity, firm, land string, number int) *sandbox.Member {
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
	s.AddKey(sampleKey, ids["olga.owner"])
	return s
}
