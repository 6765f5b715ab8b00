package provider

import (
	"fmt"
	"maps"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
)

// putID remembers the first id of a name: of two with one name it is the same for every run.
func (c *workspaceCache) putID(id string, key idKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.ids[key]; known == "" || id < known {
		c.ids[key] = id
	}
	if key.kind == "task" {
		if c.told[key.parent] == nil {
			c.told[key.parent] = map[string]bool{}
		}
		c.told[key.parent][key.name] = true
	}
}

func (c *workspaceCache) lookupID(key idKey) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id := c.ids[key]; id != "" {
		return id, nil
	}
	return "", fmt.Errorf("the %s %q is not among those that were read or made", key.kind, key.name)
}

// name remembers what a tag or a task is called.
func (c *workspaceCache) name(id, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.names[id] = name
}

func (c *workspaceCache) nameOf(id string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.names[id]
}

// tasksTold are the tasks of a project that are known, sorted.
func (c *workspaceCache) tasksTold(project string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.told[project]))
}

// tagsKnown are the tags given and those that were made since, sorted.
func (c *workspaceCache) tagsKnown(given []string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]bool{}
	for _, name := range given {
		all[name] = true
	}
	for name := range c.made {
		all[name] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// addTag remembers a tag that was made.
func (c *workspaceCache) addTag(tag clockify.Tag) {
	c.putID(tag.ID, idKey{"tag", "", tag.Name})
	c.name(tag.ID, tag.Name)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made[tag.Name] = true
}

// addTask remembers a task that was made.
func (c *workspaceCache) addTask(project string, task clockify.Task) {
	c.putID(task.ID, idKey{"task", project, task.Name})
	c.name(task.ID, task.Name)
}
