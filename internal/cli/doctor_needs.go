package cli

import (
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// need is something that a workspace has to offer for what the config asks.
type need struct {
	Name     string   `json:"name"`
	Features []string `json:"features,omitempty"` // any of them
	Have     string   `json:"have"`               // yes, no or unknown

	others string // the id of the person for whom time is written; only those who are not the key's user need the feature
}

// usersNeeds is what the user sync needs of its workspace (docs/clockify-api.md#plans).
func usersNeeds(users *state.Users) []need {
	if users == nil {
		return nil
	}
	needs := []need{{Name: "a key of an owner or admin"}}
	if len(users.Fields) > 0 || users.DeactivateAfter > 0 {
		needs = append(needs, need{Name: "custom fields of people", Features: []string{"USER_CUSTOM_FIELDS", "CUSTOM_FIELDS"}})
	}
	if !users.NoManagers {
		needs = append(needs, need{Name: "team manager role", Features: []string{"MANAGER_ROLE"}})
	}
	return needs
}

// timeNeeds is what a time sync needs of its destination.
func timeNeeds(sync state.TimeSync) []need {
	var needs []need
	if sync.Link {
		needs = append(needs, need{Name: "custom fields of time entries", Features: []string{"CUSTOM_FIELDS"}})
	}
	return append(needs, need{Name: "adding time for others", Features: []string{"ADD_TIME_FOR_OTHERS"}, others: sync.Destination.UserID})
}

// knownFeatures are those that this tool asks about, in the order in which they are shown.
var knownFeatures = []struct{ name, feature string }{
	{"custom fields of people", "USER_CUSTOM_FIELDS"},
	{"manager role", "MANAGER_ROLE"},
	{"add time for others", "ADD_TIME_FOR_OTHERS"},
	{"capacities in bulk", "SCHEDULING"},
}

// weigh says of each need whether the workspace has what it takes. A paid workspace that tells no features may have all.
func (e *examination) weigh(needs []need, features []string, self string) {
	for _, n := range needs {
		has := slices.ContainsFunc(n.Features, func(f string) bool { return slices.Contains(features, f) })
		switch {
		case n.others != "" && n.others == self:
			continue
		case n.Features == nil:
			has = e.Role == "owner" || e.Role == "admin"
			fallthrough
		case has, len(features) > 0, e.Plan == "FREE":
			n.Have = yesNo(has)
		default:
			n.Have = "unknown"
		}
		if !slices.ContainsFunc(e.Needs, func(had need) bool { return had.Name == n.Name }) {
			e.Needs = append(e.Needs, n)
		}
		e.Failed = e.Failed || n.Have == "no"
	}
}
