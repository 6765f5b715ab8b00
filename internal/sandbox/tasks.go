package sandbox

import "slices"

func (c *call) task(t *Task) map[string]any {
	assignees, groups := t.AssigneeIDs, t.UserGroupIDs
	if assignees == nil {
		assignees = []string{}
	}
	if groups == nil {
		groups = []string{}
	}
	first := ""
	if len(assignees) > 0 {
		first = assignees[0]
	}
	return map[string]any{
		"id": t.ID, "name": t.Name, "projectId": t.ProjectID, "assigneeIds": assignees, "assigneeId": orNull(first), "userGroupIds": groups,
		"estimate": "PT0S", "budgetEstimate": 0, "status": t.Status, "billable": t.Billable, "duration": "PT0S", "hourlyRate": nil, "costRate": nil,
	}
}

func listTasks(c *call) reply {
	p, rep := c.theProject()
	if rep != nil {
		return *rep
	}
	active, only := c.flag("is-active")
	strict, _ := c.flag("strict-name-search")
	var rows []*Task
	for t := range c.sp.tasks.all {
		if t.ProjectID == p.ID && c.named(t.Name, strict) && (!only || (t.Status == "ACTIVE") == active) {
			rows = append(rows, t)
		}
	}
	sortNamed(c, rows, taskID, func(t *Task) string { return t.Name })
	return page(c, rows, 5000, true, func(t *Task) any { return c.task(t) })
}

// taskBody reads a task: the name is needed on PUT too, 1 to 1000 characters; unique in its project [?] (#tasks).
func (c *call) taskBody(t *Task) *reply {
	t.Name = in[string](c, "name")
	if c.has("status") {
		t.Status = c.enum("status", "ACTIVE", "DONE", "ALL")
	}
	t.AssigneeIDs, t.UserGroupIDs, t.Billable = in[[]string](c, "assigneeIds"), in[[]string](c, "userGroupIds"), in[bool](c, "billable")
	var rep reply
	switch {
	case c.bad != nil:
		return c.bad
	case !c.mayCreate(c.sp.meta.Settings.WhoCanCreateTasks):
		rep = denied()
	case len([]rune(t.Name)) < 1 || len([]rune(t.Name)) > 1000:
		rep = refuse("Task name has to be between 1 and 1000 characters long")
	case slices.ContainsFunc(t.AssigneeIDs, func(id string) bool { return c.sp.members.get(id) == nil }):
		rep = refuse("User doesn't belong to Workspace")
	default:
		for o := range c.sp.tasks.all {
			if o.ProjectID == t.ProjectID && o.Name == t.Name && o.ID != t.ID {
				rep = refuse("Task with name '" + t.Name + "' already exists")
				return &rep
			}
		}
		return nil
	}
	return &rep
}

func createTask(c *call) reply {
	p, rep := c.theProject()
	if rep != nil {
		return *rep
	}
	t := &Task{ID: c.d.newID("task", func(id string) bool { return c.sp.tasks.get(id) != nil }), ProjectID: p.ID, Status: "ACTIVE"}
	if rep := c.taskBody(t); rep != nil {
		return *rep
	}
	c.sp.tasks.put(t.ID, t)
	return created(c.task(t))
}
