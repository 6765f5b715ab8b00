package sandbox

func (c *call) task(t *Task) map[string]any {
	return map[string]any{
		"id": t.ID, "name": t.Name, "projectId": t.ProjectID, "assigneeIds": []string{}, "assigneeId": nil, "userGroupIds": []string{},
		"estimate": "PT0S", "budgetEstimate": 0, "status": t.Status, "billable": t.Billable, "duration": "PT0S", "hourlyRate": nil, "costRate": nil,
	}
}

func listTasks(c *call) reply {
	p, rep := c.theProject()
	if rep != nil {
		return *rep
	}
	var rows []*Task
	for t := range c.sp.tasks.all {
		if t.ProjectID == p.ID {
			rows = append(rows, t)
		}
	}
	sortNamed(rows, taskID, func(t *Task) string { return t.Name })
	return page(c, rows, 5000, true, func(t *Task) any { return c.task(t) })
}

// taskBody reads a task: the name is needed, 1 to 1000 characters; unique in its project [?] (#tasks).
func (c *call) taskBody(t *Task) *reply {
	t.Name = in[string](c, "name")
	var rep reply
	switch {
	case c.bad != nil:
		return c.bad
	case !c.mayCreate(c.sp.meta.Settings.WhoCanCreateTasks):
		rep = denied()
	case len([]rune(t.Name)) < 1 || len([]rune(t.Name)) > 1000:
		rep = refuse("Task name has to be between 1 and 1000 characters long")
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
