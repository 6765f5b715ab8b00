package sandbox

import "slices"

func (c *call) tag(t *Tag) map[string]any {
	return map[string]any{"id": t.ID, "name": t.Name, "workspaceId": c.sp.meta.ID, "archived": t.Archived}
}

func listTags(c *call) reply {
	rows := slices.Collect(c.sp.tags.all)
	sortNamed(rows, tagID, func(t *Tag) string { return t.Name })
	return page(c, rows, 5000, true, func(t *Tag) any { return c.tag(t) })
}

// createTag: the name has 100 characters at most and is unique with the archived ones (#tags).
func createTag(c *call) reply {
	name := in[string](c, "name")
	switch {
	case c.bad != nil:
		return *c.bad
	case !c.mayCreate(c.sp.meta.Settings.WhoCanCreateTags):
		return denied()
	case name == "":
		return refuse("Tag name is required")
	case len([]rune(name)) > 100:
		return refuse("Tag name cannot be longer than 100.")
	}
	for t := range c.sp.tags.all {
		if t.Name == name {
			return refuse("Tag with name '" + name + "' already exists")
		}
	}
	t := &Tag{ID: c.d.newID("tag", func(id string) bool { return c.sp.tags.get(id) != nil }), Name: name}
	c.sp.tags.put(t.ID, t)
	return created(c.tag(t))
}
