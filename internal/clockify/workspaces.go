package clockify

import (
	"context"
	"encoding/json"
)

// Workspace is WorkspaceDtoV1, as far as it is used.
type Workspace struct {
	ID                      string            `json:"id"`
	Name                    string            `json:"name"`
	FeatureSubscriptionType string            `json:"featureSubscriptionType"` // FREE, PRO_2021, ...; see docs/clockify-api.md#plans
	Features                []string          `json:"features"`
	Memberships             []Membership      `json:"memberships"`
	Settings                WorkspaceSettings `json:"workspaceSettings"`
}

// WorkspaceSettings are the settings that decide what an entry must have and who may write it.
type WorkspaceSettings struct {
	TimeTrackingMode                  string  `json:"timeTrackingMode"` // DEFAULT, STOPWATCH_ONLY
	ForceProjects                     bool    `json:"forceProjects"`
	ForceTasks                        bool    `json:"forceTasks"`
	ForceTags                         bool    `json:"forceTags"`
	ForceDescription                  bool    `json:"forceDescription"`
	LockTimeEntries                   string  `json:"lockTimeEntries"` // an instant; entries before it are locked. Empty: none
	LockTimeZone                      string  `json:"lockTimeZone"`
	AutomaticLock                     *Lock   `json:"automaticLock"`
	TimeApprovalEnabled               bool    `json:"timeApprovalEnabled"`
	OnlyAdminsCanChangeBillableStatus bool    `json:"onlyAdminsCanChangeBillableStatus"`
	DefaultBillableProjects           bool    `json:"defaultBillableProjects"`
	WorkingDays                       Strings `json:"workingDays"`

	EntityCreationPermissions struct {
		WhoCanCreateProjectsAndClients string `json:"whoCanCreateProjectsAndClients"` // ADMINS, ADMINS_AND_PROJECT_MANAGERS, EVERYONE
	} `json:"entityCreationPermissions"`
}

// Lock says how the date before which entries are locked moves by itself (docs/clockify-api.md#locked-periods).
type Lock struct {
	Type            string `json:"type"` // WEEKLY, MONTHLY, OLDER_THAN
	ChangeDay       string `json:"changeDay"`
	FirstDay        string `json:"firstDay"`
	DayOfMonth      int    `json:"dayOfMonth"`
	OlderThanPeriod string `json:"olderThanPeriod"` // DAYS, WEEKS, MONTHS
	OlderThanValue  int    `json:"olderThanValue"`
}

// Membership is somebody's place in a workspace, project or group: TargetID by Type.
type Membership struct {
	UserID   string `json:"userId"`
	TargetID string `json:"targetId"`
	Type     string `json:"membershipType"`   // WORKSPACE, PROJECT, USERGROUP
	Status   string `json:"membershipStatus"` // PENDING, ACTIVE, DECLINED, INACTIVE
}

func (w Workspace) rowID() string { return w.ID }

// UnmarshalJSON reads features and featureSubscriptionType as strings, which they are on the wire,
// or as objects, which they are in the vendor's document.
func (w *Workspace) UnmarshalJSON(data []byte) error {
	type plain Workspace
	wire := struct {
		*plain
		Features Strings `json:"features"`
		Plan     Strings `json:"featureSubscriptionType"`
	}{plain: (*plain)(w)}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	w.Features = wire.Features
	if len(wire.Plan) > 0 {
		w.FeatureSubscriptionType = wire.Plan[0]
	}
	return nil
}

// Workspaces lists the workspaces of the key's owner. An add-on token may not (docs/clockify-api.md#keys).
func (c *Client) Workspaces(ctx context.Context) ([]Workspace, error) {
	return whole[Workspace](ctx, c, get("workspaces"))
}

// Workspace reads one workspace. An unknown id is a 404 without a code.
func (c *Client) Workspace(ctx context.Context, ws string) (Workspace, error) {
	return one[Workspace](ctx, c, get("workspaces", ws))
}
