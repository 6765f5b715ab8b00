package audit

import (
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// action names what was done, in the words of the tool this one follows wherever it had them (docs/from-the-script.md).
func action(c *change) string {
	fallback := false
	switch plan.Cause(c.Cause) {
	case state.CauseNoManager, state.CauseManagerUnknown, state.CauseManagerPending, state.CauseManagerInactive, state.CauseGroupFallback:
		fallback = true
	}
	create, remove := c.Op == string(plan.Create), c.Op == string(plan.Delete)
	switch plan.Kind(c.Kind) {
	case plan.KindField:
		return "Create Custom Field"
	case plan.KindGroup:
		switch {
		case create:
			return "Create Group"
		case remove && c.Leaver != "":
			return "Delete Manager Group"
		case remove:
			return "Delete Group"
		}
		return "Rename Group"
	case plan.KindPerson:
		switch {
		case create:
			return "Invite"
		case c.Phase == string(plan.Deactivate):
			return "Deactivate"
		}
		return "Reactivate"
	case plan.KindProfile:
		return "Update Profile"
	case plan.KindMembership:
		switch {
		case remove:
			return "Remove from Group"
		case c.Leaver != "":
			return "Pre-Deactivation Reassign"
		}
		return "Add to Group"
	case plan.KindManager:
		switch {
		case remove:
			return "Wipe Role"
		case c.Leaver != "":
			return "Pre-Deactivation Reassign"
		case c.Person != "" && fallback:
			return "Fallback Assignment"
		case c.Person != "":
			return "Assign Direct Mgr"
		case fallback:
			return "Auto-Fix Group Mgr"
		}
		return "Assign Group Mgr"
	case plan.KindProject:
		return "Create Project"
	case plan.KindTag:
		return "Create Tag"
	case plan.KindTask:
		return "Create Task"
	case plan.KindEntry:
		switch {
		case create:
			return "Create Time Entry"
		case remove:
			return "Delete Time Entry"
		}
		return "Update Time Entry"
	}
	return c.Op + " " + c.Kind
}

// email says whom a change is about: the person, or the one whose role on a group it is.
func email(c *change) string {
	if c.Person != "" {
		return c.Person
	}
	if c.Domain != string(plan.Users) {
		return ""
	}
	if c.Kind == string(plan.KindManager) {
		for _, f := range c.Fields {
			for _, v := range []string{f.After, f.Before} {
				if strings.Contains(v, "@") {
					return v
				}
			}
		}
	}
	if c.Kind != string(plan.KindGroup) && strings.Contains(c.Name, "@") {
		return c.Name
	}
	return ""
}

// details is the change in a sentence, with why where a reason is known.
func details(c *change) string {
	var parts []string
	for _, f := range c.Fields {
		switch {
		case f.Before == "":
			parts = append(parts, f.Name+": "+f.After)
		case f.After == "":
			parts = append(parts, f.Name+": "+f.Before+" removed")
		default:
			parts = append(parts, f.Name+": "+f.Before+" -> "+f.After)
		}
	}
	text := strings.Join(parts, "; ")
	if text == "" {
		text = c.Name
	}
	if c.Leaver != "" && c.Leaver != c.Name {
		text += ", before " + c.Leaver + " is deactivated"
	}
	if c.Reason != "" {
		text += " (" + c.Reason + ")"
	}
	return text
}
