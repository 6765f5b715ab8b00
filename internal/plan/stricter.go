package plan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Loosened is a setting that protects, and that one config has less strict than another.
type Loosened struct {
	Setting    string // guards.max_removals
	Base, Head string // as they would be written: 20%
}

// Stricter returns head with, of every setting that protects, the stricter of base and head, and what head loosens. What
// head makes the tool do beside (absent, cleanup, invite, deactivate_after) stays as it asks. A nil base has nothing to
// hold against head.
func Stricter(base, head *state.Users) (*state.Users, []Loosened) {
	if base == nil || head == nil {
		return head, nil
	}
	both := *head
	var loosened []Loosened
	tell := func(setting, base, head string) {
		loosened = append(loosened, Loosened{setting, base, head})
	}
	for _, g := range []struct {
		name       string
		base, head state.Limit
		to         *state.Limit
	}{
		{"guards.max_deactivations", base.Guards.MaxDeactivations, head.Guards.MaxDeactivations, &both.Guards.MaxDeactivations},
		{"guards.max_reactivations", base.Guards.MaxReactivations, head.Guards.MaxReactivations, &both.Guards.MaxReactivations},
		{"guards.max_invitations", base.Guards.MaxInvitations, head.Guards.MaxInvitations, &both.Guards.MaxInvitations},
		{"guards.max_changes", base.Guards.MaxChanges, head.Guards.MaxChanges, &both.Guards.MaxChanges},
		{"guards.max_removals", base.Guards.MaxRemovals, head.Guards.MaxRemovals, &both.Guards.MaxRemovals},
		{"guards.max_shrink", base.Guards.MaxShrink, head.Guards.MaxShrink, &both.Guards.MaxShrink},
	} {
		if g.base.Allows(g.head) {
			continue
		}
		tell(g.name, g.base.String(), g.head.String())
		*g.to = g.head.And(g.base)
	}
	if base.Guards.MinKnown > head.Guards.MinKnown {
		tell("guards.min_known", percent(base.Guards.MinKnown), percent(head.Guards.MinKnown))
		both.Guards.MinKnown = base.Guards.MinKnown
	}
	if base.Guards.MinActiveUsers > head.Guards.MinActiveUsers {
		tell("guards.min_active_users", strconv.Itoa(base.Guards.MinActiveUsers), strconv.Itoa(head.Guards.MinActiveUsers))
		both.Guards.MinActiveUsers = base.Guards.MinActiveUsers
	}
	if !base.DeactivateAdmins && head.DeactivateAdmins {
		tell("deactivate_admins", "false", "true")
		both.DeactivateAdmins = false
	}
	for _, p := range []struct {
		name       string
		base, head []string
		to         *[]string
	}{
		{"protect.groups", base.Protect.Groups, head.Protect.Groups, &both.Protect.Groups},
		{"protect.users", base.Protect.Users, head.Protect.Users, &both.Protect.Users},
		{"protect.column", base.Protect.Values, head.Protect.Values, &both.Protect.Values},
	} {
		if lost := missing(p.base, p.head); len(lost) > 0 {
			tell(p.name, strings.Join(lost, ", "), "")
			*p.to = slices.Concat(p.head, lost)
		}
	}
	if both.Protect.Field == "" {
		both.Protect.Column, both.Protect.Field = base.Protect.Column, base.Protect.Field
	}
	return &both, loosened
}

// missing lists those of all that are not among some.
func missing(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(some, s) })
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', -1, 64) + "%" }
