package sandbox

import "time"

// getUser is GET user: whose key it is.
func getUser(c *call) reply {
	u := c.d.users.get(c.key.UserID)
	if u == nil {
		return denied()
	}
	row := c.user(u)
	for _, m := range c.d.workspacesOf(u.ID) {
		if m.MembershipStatus == "ACTIVE" {
			row.ActiveWorkspace, row.DefaultWorkspace = m.TargetID, m.TargetID
			break
		}
	}
	return ok(row)
}

// listWorkspaces ignores page and page-size (#lists-without-pages); an addon token may not call it (#keys).
func listWorkspaces(c *call) reply {
	if c.key.Addon {
		return denied()
	}
	out := []any{}
	for sp := range c.d.spaces.all {
		if m := sp.members.get(c.key.UserID); m != nil && m.Status == "ACTIVE" {
			out = append(out, c.on(sp).workspace())
		}
	}
	return ok(out)
}

// on is the call as it sees a workspace.
func (c *call) on(sp *workspace) *call {
	there := *c
	there.sp = sp
	return &there
}

func getWorkspace(c *call) reply { return ok(c.workspace()) }

// workspace renders WorkspaceDtoV1: featureSubscriptionType is a string and features an array of strings, other than the
// vendor's document says (#plans).
func (c *call) workspace() map[string]any {
	sp := c.sp
	memberships := make([]wireMembership, 0, sp.members.len())
	for m := range sp.members.all {
		memberships = append(memberships, wireMembership{UserID: m.UserID, TargetID: sp.meta.ID, MembershipType: "WORKSPACE", MembershipStatus: m.Status})
	}
	features := []string{}
	if !sp.meta.unlike("features") {
		features = append(features, sp.meta.features()...)
	}
	rate := map[string]any{"amount": 0, "currency": sp.meta.Settings.Currency}
	return map[string]any{
		"id": sp.meta.ID, "name": sp.meta.Name, "imageUrl": "", "memberships": memberships,
		"hourlyRate": rate, "costRate": rate,
		"currencies":              []any{map[string]any{"id": ID("currency/"+sp.meta.ID, 1), "code": sp.meta.Settings.Currency, "isDefault": true}},
		"featureSubscriptionType": sp.meta.FeatureSubscriptionType, "features": features,
		"subdomain":          map[string]any{"enabled": false, "name": ""},
		"cakeOrganizationId": ID("organization/"+sp.meta.ID, 1),
		"workspaceSettings":  c.settings(),
	}
}

func (c *call) settings() map[string]any {
	s := c.sp.meta.Settings
	var locked, automatic any
	if until := c.lockDate(); !until.IsZero() && !c.sp.meta.HidesLockDate {
		locked = until.UTC().Format(time.RFC3339)
	}
	if c.sp.meta.AutomaticLock != nil {
		automatic = c.sp.meta.AutomaticLock
	}
	return map[string]any{
		"forceProjects": s.ForceProjects, "forceTasks": s.ForceTasks, "forceTags": s.ForceTags, "forceDescription": s.ForceDescription,
		"lockTimeEntries": locked, "lockTimeZone": s.LockTimeZone, "automaticLock": automatic, "timeTrackingMode": s.TimeTrackingMode,
		"onlyAdminsCanChangeBillableStatus": s.OnlyAdminsCanChangeBillable, "defaultBillableProjects": s.DefaultBillableProjects,
		"isProjectPublicByDefault": s.IsProjectPublicByDefault, "onlyAdminsCreateProject": s.WhoCanCreateProjectsAndClients == "ADMINS",
		"onlyAdminsCreateTag": s.WhoCanCreateTags == "ADMINS", "onlyAdminsCreateTask": s.WhoCanCreateTasks == "ADMINS",
		"entityCreationPermissions": map[string]any{
			"whoCanCreateProjectsAndClients": s.WhoCanCreateProjectsAndClients, "whoCanCreateTags": s.WhoCanCreateTags, "whoCanCreateTasks": s.WhoCanCreateTasks,
		},
		"workingDays": workweek, "durationFormat": "FULL", "trackTimeDownToSecond": true, "timeRoundingInReports": false,
		"round": map[string]any{"minutes": "15", "round": "Round to nearest"}, "adminOnlyPages": []string{}, "numberFormat": "COMMA_PERIOD",
		"currencyFormat": "CURRENCY_SPACE_VALUE", "activeBillableHours": true, "canSeeTimeSheet": true, "canSeeTracker": true,
		"onlyAdminsSeeAllTimeEntries": false, "onlyAdminsSeeBillableRates": true, "onlyAdminsSeeDashboard": false, "onlyAdminsSeePublicProjectsEntries": false,
		"projectFavorites": true, "projectGroupingLabel": "client", "projectLabel": "project", "taskLabel": "task", "projectPickerSpecialFilter": false,
		"multiFactorEnabled": false, "timeApprovalEnabled": s.TimeApproval, "invoicingEnabled": false,
	}
}
