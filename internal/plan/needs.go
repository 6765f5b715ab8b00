package plan

// userNeeds says of each change which earlier ones must have been done before it: nobody is put into a group that could not
// be made, nobody loses a manager or a group before having the next, and a leaver is deactivated last of all.
func userNeeds(changes []Change, full *userState) {
	managers := make(map[string][]string, len(full.groups)) // of the groups by name, before anybody leaves
	for _, g := range full.groups {
		managers[g.Name] = g.Managers
	}
	by := map[string][]string{} // "what object" to ids
	had := map[string]int{}     // id to the change (counted from 1) that was last found to need it
	note := func(id string, keys ...string) {
		for _, k := range keys {
			by[k] = append(by[k], id)
		}
	}
	for i := range changes {
		c := &changes[i]
		var keys []string
		switch do := c.Do.(type) {
		case Profile:
			keys = []string{"person " + do.Person}
			for _, v := range do.Values {
				keys = append(keys, "field "+v.Field)
			}
		case Membership:
			keys = []string{"group " + do.Group, "person " + do.Person}
			if c.Op == Delete {
				keys = []string{"group " + do.Group, "joins " + do.Person}
			}
		case Manager:
			switch {
			case c.Op == Create && do.Person != "":
				keys = []string{"person " + do.Person, "person " + do.Manager}
			case c.Op == Create:
				keys = []string{"group " + do.Group, "person " + do.Manager}
			case do.Person != "":
				keys = []string{"manages " + do.Person}
			case do.Group != "":
				keys = []string{"group " + do.Group, "manages group " + do.Group}
			}
		case Group:
			switch c.Op {
			case Create:
				keys = []string{"frees name " + do.Name}
			case Update:
				keys = []string{"frees name " + do.NewName}
			case Delete:
				keys = []string{"group " + do.Name, "empties " + do.Name}
				if c.Leaver != "" {
					keys = append(keys, "leaving "+c.Leaver)
				}
			}
		case Person:
			if deactivates(c) {
				keys = []string{"leaving " + do.Email, "frees " + do.Email}
			}
		}
		for _, k := range keys {
			for _, id := range by[k] {
				if had[id] != i+1 {
					had[id] = i + 1
					c.Needs = append(c.Needs, id)
				}
			}
		}
		if c.Leaver != "" {
			note(c.ID, "leaving "+c.Leaver)
		}
		switch do := c.Do.(type) {
		case CustomField:
			note(c.ID, "field "+do.Name)
		case Group:
			switch c.Op {
			case Create:
				note(c.ID, "group "+do.Name)
			case Update:
				note(c.ID, "group "+do.NewName, "frees name "+do.Name)
			case Delete:
				for _, m := range managers[do.Name] {
					note(c.ID, "frees "+m)
				}
			}
		case Person:
			if !deactivates(c) {
				note(c.ID, "person "+do.Email)
			}
		case Membership:
			if c.Op == Create {
				note(c.ID, "joins "+do.Person)
			} else {
				note(c.ID, "empties "+do.Group)
			}
		case Manager:
			switch {
			case c.Op == Delete:
				if do.Person != "" || do.Group != "" {
					note(c.ID, "frees "+do.Manager)
				}
			case do.Person != "":
				note(c.ID, "manages "+do.Person)
			default:
				note(c.ID, "manages group "+do.Group)
			}
		}
	}
}
