package audit

import (
	"strings"
	"unicode"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// fallbacks are the causes of getting the fallback manager.
var fallbacks = map[plan.Cause]bool{
	state.CauseNoManager: true, state.CauseManagerUnknown: true, state.CauseManagerPending: true,
	state.CauseManagerInactive: true, state.CauseGroupFallback: true,
}

// action names what was done, in the words of the tool this one follows wherever it had them (docs/from-the-script.md):
// operation and kind where nothing else is said.
func action(c *plan.Change) string {
	create, remove := c.Op == plan.Create, c.Op == plan.Delete
	switch c.Ref.Kind {
	case plan.KindGroup:
		switch {
		case remove && c.Leaver != "":
			return "Delete Manager Group"
		case !create && !remove:
			return "Rename Group"
		}
	case plan.KindPerson:
		switch {
		case create:
			return "Invite"
		case c.Phase == plan.Deactivate:
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
		case c.Person != "" && fallbacks[c.Cause]:
			return "Fallback Assignment"
		case c.Person != "":
			return "Assign Direct Mgr"
		case fallbacks[c.Cause]:
			return "Auto-Fix Group Mgr"
		}
		return "Assign Group Mgr"
	}
	return title(string(c.Op) + " " + c.Ref.Kind.Info().One)
}

// title begins each word with a capital.
func title(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		words[i] = string(unicode.ToUpper(rune(w[0]))) + w[1:]
	}
	return strings.Join(words, " ")
}

// email says whom a change is about: the person, or the one whose role on a group it is.
func email(c *plan.Change) string {
	if c.Person != "" {
		return c.Person
	}
	if c.Domain != plan.Users {
		return ""
	}
	if c.Ref.Kind == plan.KindManager {
		for _, f := range c.Fields {
			for _, v := range []string{f.After, f.Before} {
				if strings.Contains(v, "@") {
					return v
				}
			}
		}
	}
	if c.Ref.Kind != plan.KindGroup && strings.Contains(c.Ref.Name, "@") {
		return c.Ref.Name
	}
	return ""
}

// details is the change in a sentence, with why where a reason is known.
func details(c *plan.Change, reason string) string {
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
	sentence := strings.Join(parts, "; ")
	if sentence == "" {
		sentence = c.Ref.Name
	}
	if c.Leaver != "" && c.Leaver != c.Ref.Name {
		sentence += ", before " + c.Leaver + " is deactivated"
	}
	if reason != "" {
		sentence += " (" + reason + ")"
	}
	return sentence
}
