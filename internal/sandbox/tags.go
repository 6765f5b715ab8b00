package sandbox

func (c *call) tag(t *Tag) map[string]any {
	return map[string]any{"id": t.ID, "name": t.Name, "workspaceId": c.sp.meta.ID, "archived": t.Archived}
}

// named is the name filter of tags, tasks and projects: contains, or with strict-name-search the whole name.
func (c *call) named(name string, strict bool) bool {
	want := c.query("name")
	if strict && want != "" {
		return name == want
	}
	return containsFold(name, want)
}

func listTags(c *call) reply {
	archived, only := c.flag("archived")
	strict, _ := c.flag("strict-name-search")
	excluded := c.list("excluded-ids")
	var rows []*Tag
	for t := range c.sp.tags.all {
		if c.named(t.Name, strict) && (!only || t.Archived == archived) && !contains(excluded, t.ID) {
			rows = append(rows, t)
		}
	}
	sortNamed(c, rows, tagID, func(t *Tag) string { return t.Name })
	return page(c, rows, 5000, true, func(t *Tag) any { return c.tag(t) })
}

// tagName is required also to archive, 100 characters at most, unique with the archived ones (#tags).
func (c *call) tagName(self string) (string, *reply) {
	name := in[string](c, "name")
	var rep reply
	switch {
	case c.bad != nil:
		return "", c.bad
	case !c.mayCreate(c.sp.meta.Settings.WhoCanCreateTags):
		rep = denied()
	case name == "":
		rep = refuse("Tag name is required")
	case len([]rune(name)) > 100:
		rep = refuse("Tag name cannot be longer than 100.")
	default:
		for t := range c.sp.tags.all {
			if t.Name == name && t.ID != self {
				rep = refuse("Tag with name '" + name + "' already exists")
				return "", &rep
			}
		}
		return name, nil
	}
	return "", &rep
}

func createTag(c *call) reply {
	name, rep := c.tagName("")
	if rep != nil {
		return *rep
	}
	t := &Tag{ID: c.d.newID("tag", func(id string) bool { return c.sp.tags.get(id) != nil }), Name: name}
	c.sp.tags.put(t.ID, t)
	return created(c.tag(t))
}
