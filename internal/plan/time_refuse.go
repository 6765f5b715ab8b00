package plan

import (
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// validate refuses a sync that cannot be meant as it stands.
func (t *timePlanner) validate() bool {
	switch spec := t.spec; {
	case spec.Source.WorkspaceID == spec.Destination.WorkspaceID:
		t.refuse("destination.workspace_id", state.CauseSameWorkspace, "")
	case spec.Deletes && !spec.Link:
		t.refuse("deletes", state.CauseNeedsLink, "")
	}
	if t.spec.Link {
		switch {
		case t.dest.LinkTrouble != "":
			t.refuse("link_field", state.CauseLinkField, t.dest.LinkTrouble)
		case !t.dest.HasLink && !t.dest.Has("CUSTOM_FIELDS"):
			t.refuse("link", state.CauseFeature, "CUSTOM_FIELDS")
		case !t.dest.HasLink:
			t.add(Provision, Create, t.spec.LinkField, CustomField{t.spec.LinkField},
				Field{"type", "", string(state.FieldText)}, Field{"of", "", "time entries"})
		}
	}
	valid := len(t.plan.Refusals) == 0
	t.checkOthers()
	return valid
}

// checkOthers refuses a sync that gets into another's way: one that mirrors what one before it mirrors already, and one
// whose links another would take for its own, seeing entries whose source is gone.
func (t *timePlanner) checkOthers() {
	before := true
	for _, other := range t.all {
		if other.Name == t.spec.Name {
			before = false
			continue
		}
		if before && sameEndpoints(other, t.spec) {
			t.refuse("source", state.CauseSameEntries, other.Name)
			return
		}
		if other.Link && t.spec.Link && other.LinkField == t.spec.LinkField && mayShare(other, t.spec) {
			t.refuse("link_field", state.CauseSameLink, other.Name)
			return
		}
	}
}

// sameEndpoints reports whether two syncs mirror the same to the same place, whoever's keys they do so with.
func sameEndpoints(a, b state.TimeSync) bool {
	return a.Source.WorkspaceID == b.Source.WorkspaceID && a.Source.ClientID == b.Source.ClientID &&
		a.Source.UserID == b.Source.UserID && mayShare(a, b)
}

// sameSource reports whether two syncs may mirror the same entries.
func sameSource(a, b state.TimeSync) bool {
	if a.Source.WorkspaceID != b.Source.WorkspaceID || a.Source.ClientID != b.Source.ClientID {
		return false
	}
	return a.Several() || b.Several() || a.Source.UserID == b.Source.UserID
}

// mayShare reports whether two syncs may write the same person's entries in the same workspace.
func mayShare(a, b state.TimeSync) bool {
	switch {
	case a.Destination.WorkspaceID != b.Destination.WorkspaceID:
		return false
	case !a.Several() && !b.Several():
		return a.Destination.UserID == b.Destination.UserID
	case len(a.People) > 0 && len(b.People) > 0:
		return slices.ContainsFunc(a.People, func(p state.PersonPair) bool {
			return slices.ContainsFunc(b.People, func(q state.PersonPair) bool { return p.Destination == q.Destination })
		})
	}
	return a.Shard == 0 || b.Shard == 0 || a.Shard == b.Shard
}

// checkFeatures refuses changes the destination's plan does not allow.
func (t *timePlanner) checkFeatures() {
	if t.dest.Has("ADD_TIME_FOR_OTHERS") {
		return
	}
	for _, p := range t.people {
		if len(p.created) > 0 && !p.have.Destination.IsKeyOwner {
			t.refuse("destination.user_id", state.CauseFeature, "ADD_TIME_FOR_OTHERS")
			return
		}
	}
}

func (t *timePlanner) refuse(setting string, cause Cause, about string) {
	t.plan.Refusals = append(t.plan.Refusals, Refusal{
		Domain: Time, Sync: t.spec.Name, Setting: "time_sync " + t.spec.Name + ": " + setting, Cause: cause, About: about,
	})
}
