package audit

import (
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// actions says what was done in the words of the tool this one follows, wherever it had them (docs/from-the-script.md). The
// first that fits counts.
var actions = []struct {
	kind  plan.Kind
	op    plan.Op                 // empty: any
	when  func(*plan.Change) bool // nil: always
	words string
}{
	{plan.KindGroup, plan.Delete, leaves, "Delete Manager Group"},
	{plan.KindGroup, plan.Update, nil, "Rename Group"},
	{plan.KindPerson, plan.Create, nil, "Invite"},
	{plan.KindPerson, "", deactivates, "Deactivate"},
	{plan.KindPerson, "", nil, "Reactivate"},
	{plan.KindProfile, "", nil, "Update Profile"},
	{plan.KindMembership, plan.Delete, nil, "Remove from Group"},
	{plan.KindMembership, "", leaves, "Pre-Deactivation Reassign"},
	{plan.KindMembership, "", nil, "Add to Group"},
	{plan.KindManager, plan.Delete, nil, "Wipe Role"},
	{plan.KindManager, "", leaves, "Pre-Deactivation Reassign"},
	{plan.KindManager, "", func(c *plan.Change) bool { return c.Person != "" && fallsBack(c) }, "Fallback Assignment"},
	{plan.KindManager, "", func(c *plan.Change) bool { return c.Person != "" }, "Assign Direct Mgr"},
	{plan.KindManager, "", fallsBack, "Auto-Fix Group Mgr"},
	{plan.KindManager, "", nil, "Assign Group Mgr"},
}

func leaves(c *plan.Change) bool { return c.Leaver != "" }

func deactivates(c *plan.Change) bool { return c.Phase == plan.Deactivate }

// fallsBack reports whether the fallback manager is given.
func fallsBack(c *plan.Change) bool {
	return slices.Contains([]plan.Cause{
		state.CauseNoManager, state.CauseManagerUnknown, state.CauseManagerPending, state.CauseManagerInactive, state.CauseGroupFallback,
	}, c.Cause)
}

// action names what was done: operation and kind where the table says nothing else.
func action(c *plan.Change) string {
	for _, a := range actions {
		if a.kind == c.Ref.Kind && (a.op == "" || a.op == c.Op) && (a.when == nil || a.when(c)) {
			return a.words
		}
	}
	words := strings.Fields(string(c.Op) + " " + c.Ref.Kind.Info().One)
	for i, w := range words {
		words[i] = text.Upper(w)
	}
	return strings.Join(words, " ")
}

// email says whom a change is about: the person, or the one whose role on a group it is.
func email(c *plan.Change) string {
	switch {
	case c.Person != "" || c.Domain != plan.Users:
		return c.Person
	case c.Ref.Kind == plan.KindManager:
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
