package sandbox

import "strings"

// routes is every operation served.
var routes = split([]route{
	{method: "GET", pattern: "/v1/user", do: getUser},
	{method: "GET", pattern: "/v1/workspaces", do: listWorkspaces},
	{method: "GET", pattern: "/v1/workspaces/{ws}", do: getWorkspace},

	{method: "GET", pattern: "/v1/workspaces/{ws}/users", do: listUsers, admin: true, list: true},
	{method: "POST", pattern: "/v1/workspaces/{ws}/users/info", do: usersInfo, admin: true, reads: true, list: true, body: true},
})

// split takes the patterns apart, once.
func split(list []route) []route {
	for i := range list {
		list[i].parts = strings.Split(strings.Trim(list[i].pattern, "/"), "/")
	}
	return list
}
