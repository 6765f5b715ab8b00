package sandbox

import "strings"

// routes is every operation served.
var routes = split([]route{
	{method: "GET", pattern: "/v1/user", do: getUser},
	{method: "GET", pattern: "/v1/workspaces", do: listWorkspaces},
	{method: "GET", pattern: "/v1/workspaces/{ws}", do: getWorkspace},

	{method: "GET", pattern: "/v1/workspaces/{ws}/users", do: listUsers, list: true},
	{method: "POST", pattern: "/v1/workspaces/{ws}/users", do: invite, admin: true, people: true, body: true},
	{method: "PUT", pattern: "/v1/workspaces/{ws}/users/{user}", do: setStatus, admin: true, people: true, body: true},
	{method: "POST", pattern: "/v1/workspaces/{ws}/users/{user}/roles", do: addRole, admin: true, body: true},
	{method: "DELETE", pattern: "/v1/workspaces/{ws}/users/{user}/roles", do: removeRole, admin: true, body: true},
	{method: "GET", pattern: "/v1/workspaces/{ws}/member-profile/{user}", do: getProfile},
	{method: "PATCH", pattern: "/v1/workspaces/{ws}/member-profile/{user}", do: patchProfile, body: true, needs: []string{"EDIT_MEMBER_PROFILE"}},
	{method: "POST", pattern: "/v1/workspaces/{ws}/scheduling/assignments/user-filter/totals", do: listTotals, admin: true, reads: true, list: true, body: true, needs: []string{"SCHEDULING"}},

	{method: "GET", pattern: "/v1/workspaces/{ws}/user-groups", do: listGroups, list: true},
	{method: "POST", pattern: "/v1/workspaces/{ws}/user-groups", do: createGroup, admin: true, people: true, body: true},
	{method: "PUT", pattern: "/v1/workspaces/{ws}/user-groups/{group}", do: renameGroup, admin: true, people: true, body: true},
	{method: "DELETE", pattern: "/v1/workspaces/{ws}/user-groups/{group}", do: deleteGroup, admin: true, people: true},
	{method: "POST", pattern: "/v1/workspaces/{ws}/user-groups/{group}/users", do: addToGroup, admin: true, people: true, body: true},
	{method: "DELETE", pattern: "/v1/workspaces/{ws}/user-groups/{group}/users/{user}", do: removeFromGroup, admin: true, people: true},

	{method: "GET", pattern: "/v1/workspaces/{ws}/custom-fields", do: listFields},
	{method: "POST", pattern: "/v1/workspaces/{ws}/custom-fields", do: createField, admin: true, body: true},
	{method: "PUT", pattern: "/v1/workspaces/{ws}/custom-fields/{field}", do: updateField, admin: true, body: true},

	{method: "GET", pattern: "/v1/workspaces/{ws}/clients", do: listClients, list: true},

	{method: "GET", pattern: "/v1/workspaces/{ws}/projects", do: listProjects, list: true},
	{method: "POST", pattern: "/v1/workspaces/{ws}/projects", do: createProject, body: true},
	{method: "GET", pattern: "/v1/workspaces/{ws}/projects/{project}/tasks", do: listTasks, list: true},
	{method: "POST", pattern: "/v1/workspaces/{ws}/projects/{project}/tasks", do: createTask, body: true},

	{method: "GET", pattern: "/v1/workspaces/{ws}/tags", do: listTags, list: true},
	{method: "POST", pattern: "/v1/workspaces/{ws}/tags", do: createTag, body: true},

	{method: "GET", pattern: "/v1/workspaces/{ws}/time-entries/{entry}", do: getEntry},
	{method: "PUT", pattern: "/v1/workspaces/{ws}/time-entries/{entry}", do: updateEntry, body: true},
	{method: "DELETE", pattern: "/v1/workspaces/{ws}/time-entries/{entry}", do: deleteEntry},
	{method: "GET", pattern: "/v1/workspaces/{ws}/user/{user}/time-entries", do: listEntries, list: true},
	{method: "POST", pattern: "/v1/workspaces/{ws}/user/{user}/time-entries", do: createFor, body: true},

	{method: "GET", pattern: "/v1/workspaces/{ws}/approval-requests", do: listApprovals, list: true, needs: []string{"APPROVAL"}},

	{method: "POST", pattern: "/v1/workspaces/{ws}/reports/detailed", do: detailedReport, reads: true, list: true, body: true},
})

// split takes the patterns apart, once.
func split(list []route) []route {
	for i := range list {
		list[i].parts = strings.Split(strings.Trim(list[i].pattern, "/"), "/")
	}
	return list
}
