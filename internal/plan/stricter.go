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

// Elsewhere marks a time sync that is between other workspaces, for another client or for other people than the base's of
// its name, and says what of it is another. People who are added under one address are not. A sync of a new name is elsewhere where
// no sync of the base has the same ends.
func Elsewhere(base []state.TimeSync, head state.TimeSync) (state.TimeSync, []Loosened) {
	var moved []Loosened
	if at := slices.IndexFunc(base, func(s state.TimeSync) bool { return s.Name == head.Name }); at >= 0 {
		moved = movedEnds(base[at], head)
	} else if !slices.ContainsFunc(base, func(s state.TimeSync) bool { return len(movedEnds(s, head)) == 0 }) {
		moved = []Loosened{{Setting: "time_sync." + head.Name, Head: head.Source.WorkspaceID + " to " + head.Destination.WorkspaceID}}
	}
	head.Elsewhere = len(moved) > 0
	return head, moved
}

func movedEnds(was, now state.TimeSync) []Loosened {
	var moved []Loosened
	tell := func(setting, base, head string) {
		if base != head {
			moved = append(moved, Loosened{"time_sync." + now.Name + "." + setting, base, head})
		}
	}
	tell("source.workspace_id", was.Source.WorkspaceID, now.Source.WorkspaceID)
	tell("source.client_id", was.Source.ClientID, now.Source.ClientID)
	tell("source.user_id", was.Source.UserID, now.Source.UserID)
	tell("destination.workspace_id", was.Destination.WorkspaceID, now.Destination.WorkspaceID)
	tell("destination.user_id", was.Destination.UserID, now.Destination.UserID)
	gone, came := missing(was.People, now.People), missing(now.People, was.People)
	if len(gone) == 0 { // they are added: under their own address in both that is nobody else's time
		came = slices.DeleteFunc(came, func(p state.PersonPair) bool { return p.Source == p.Destination })
	}
	if len(came) > 0 {
		tell("people", pairs(gone), pairs(came))
	}
	return moved
}

func pairs(list []state.PersonPair) string {
	var words []string
	for _, p := range list {
		if p.Source == p.Destination {
			words = append(words, p.Source)
		} else {
			words = append(words, p.Source+": "+p.Destination)
		}
	}
	return strings.Join(words, ", ")
}

// missing lists those of all that are not among some.
func missing[T comparable](all, some []T) []T {
	return slices.DeleteFunc(slices.Clone(all), func(s T) bool { return slices.Contains(some, s) })
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', -1, 64) + "%" }
