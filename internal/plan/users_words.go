package plan

import (
	"fmt"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// addWords fills the texts that go when the reporter makes the words.
func (p *userPlanner) addWords() {
	for i := range p.plan.Changes {
		p.plan.Changes[i].Reason = p.reason(&p.plan.Changes[i])
	}
	for i := range p.plan.Findings {
		if f := &p.plan.Findings[i]; f.Text == "" {
			f.Text = p.findingText(f)
		}
	}
	for i := range p.plan.Refusals {
		if r := &p.plan.Refusals[i]; r.Text == "" {
			r.Text = p.refusalText(r)
		}
	}
}

func (p *userPlanner) named(email string) string {
	if name := strings.TrimSpace(p.plan.Names[email]); name != "" {
		return name
	}
	return email
}

func (p *userPlanner) managerWhy(cause Cause, about string, at state.Source) string {
	switch cause {
	case state.CauseNoManager:
		at.Column = 0
		return "no manager in " + at.String()
	case state.CauseManagerUnknown:
		return about + " is not in the workspace"
	case state.CauseManagerPending:
		return about + " has not accepted the invitation yet"
	case state.CauseManagerInactive:
		return about + " is not active in the workspace"
	}
	return ""
}

func (p *userPlanner) reason(c *Change) string {
	var parts []string
	why := p.managerWhy(c.Cause, c.CauseAbout, c.Source)
	switch {
	case why != "":
		why = "fallback: " + why
	case c.Handover != nil:
		why = map[Cause]string{state.CauseAbsent: "active and not in " + p.spec.File, state.CauseLeftByStatus: "left, by their status in " + p.spec.File, state.CauseLeftByDate: "left, by their last day in " + p.spec.File}[c.Cause]
		var over []string
		if c.Handover.People > 0 {
			over = append(over, text.Count(c.Handover.People, "person", "people"))
		}
		for _, g := range c.Handover.Groups {
			over = append(over, fmt.Sprintf("group %q", g))
		}
		if len(over) > 0 {
			why += "; manages " + strings.Join(over, ", ") + " → " + c.Handover.To
		}
	case c.Leaver != "" && c.Cause != state.CauseEmptyRole:
		why = p.named(c.Leaver) + " leaves"
	case c.Cause == state.CauseLeaver:
		why = "for the people of those who leave"
	default:
		why = map[Cause]string{
			state.CauseNew: "in " + p.spec.File + ", not in the workspace", state.CauseInactive: "in " + p.spec.File + " and inactive in the workspace",
			state.CauseBack: "back in " + p.spec.File, state.CauseAbsent: "active and not in " + p.spec.File, state.CauseBlank: "blank in " + p.spec.File,
			state.CauseEmptyRole: "a team manager role over nothing", state.CauseRenamed: "its manager goes by another name now",
			state.CauseSameName:  "two managers of one name",
			state.CauseUnmanaged: "nobody's manager group and not protected (cleanup.unmanaged_groups: delete)",
			state.CauseTakeover:  fmt.Sprintf("the group %q is somebody else's", c.CauseAbout),
		}[c.Cause]
	}
	if why != "" {
		parts = append(parts, why)
	}
	if c.Guard != "" && c.Leaver == "" {
		parts = append(parts, fmt.Sprintf("more changes of %s than guards.%s allows", c.Attribute, c.Guard))
	}
	return strings.Join(parts, "; ")
}

func (p *userPlanner) findingText(f *state.Finding) string {
	file := p.spec.File
	why := p.managerWhy(f.Cause, f.About, f.Source)
	people := func(one, many string) string { return text.Count(f.Count, one, many) }
	list := text.List(f.Values, 10)
	switch f.Kind {
	case state.FindingFallback:
		return "gets the fallback manager " + p.named(f.Values[0]) + ": " + why
	case state.FindingKeepsManager:
		switch {
		case f.Cause == state.CauseManagerNear:
			return "keeps the manager they have: " + f.About + " is not in the workspace, and " + list + " is"
		case f.Cause == state.CauseManagerMoved:
			return "keeps the manager they have: " + f.About + " is likely " + list
		case f.Cause == state.CauseManagerPending:
			return "keeps the manager they have: " + why
		case len(f.Values) == 0:
			return "keeps the manager they have: " + why + ", and no workspace.fallback_manager_email is set"
		}
		return "is the fallback manager and keeps the manager they have: " + why
	case state.FindingAddressChanged:
		if f.Cause == state.CauseSameID {
			return "is " + f.About + " in " + file + ": change the address in Clockify"
		}
		return "is likely " + f.About + " in " + file + ": nothing is done for either until their address is changed in Clockify or one of them is settled"
	case state.FindingNotStarted:
		return people("person starts", "people start") + " later and are left alone until then: " + list
	case state.FindingDamaged:
		return people("value has", "values have") + " likely lost digits in a spreadsheet: " + list
	case state.FindingProtectsNothing:
		return "matches nothing (" + f.About + ")"
	case state.FindingNotInWorkspace:
		return map[Cause]string{
			state.CauseIdentityProvider: "is not in the workspace: the identity provider has to add them",
			state.CauseNew:              "is not in the workspace: invite them in Clockify, or set invite: true",
			state.CauseSelfMissing:      "is not in the workspace, and nobody is invited while the key's own user is missing in the list",
			state.CauseDeclined:         "declined the invitation to the workspace: invite them again in Clockify",
		}[f.Cause]
	case state.FindingManagedByIdP:
		switch f.Cause {
		case state.CauseInactive:
			return "is inactive, and the identity provider has to reactivate them"
		case state.CauseAbsent:
			return people("active person is", "active people are") + " not in " + file + ", and the identity provider has to deactivate them: " + list
		}
		return "an identity provider owns people and groups (identity_provider: true): managers, capacity and fields are kept, people and groups are left alone"
	case state.FindingAbsent:
		switch f.Cause {
		case state.CauseUnreadableRows:
			return "nobody is taken for absent while " + people("row", "rows") + " of " + file + " cannot be read"
		case state.CauseWithoutEmail:
			return people("row has", "rows have") + " no email: some of those who leave may be among them"
		}
		return people("person is", "people are") + " active in the workspace and not in " + file + "; they are kept (absent: keep): " + list
	case state.FindingProtected:
		switch {
		case f.Cause == state.CauseProtected:
			return "is protected (protect.users): nothing of " + file + " is applied"
		case f.Cause == state.CauseProtectedMember:
			return "is an unmanaged group and is kept: a protected person is in it or manages it"
		case strings.Contains(f.Name, "@"):
			return "is protected and stays managed by " + f.About + ", who is to be deactivated"
		}
		return "is a protected group and stays managed by " + f.About + ", who is to be deactivated"
	case state.FindingCannotLeave:
		return "is not in " + file + " and is kept: " + map[Cause]string{
			state.CauseOwnKey: "the key is theirs", state.CauseOwner: "they own the workspace", state.CauseProtected: "they are protected (protect.users)",
			state.CauseFallbackManager: "they are the fallback manager", state.CauseAdmin: "they are a workspace admin (deactivate_admins: false)",
			state.CauseNoFallback: "they manage " + f.About + ", and no workspace.fallback_manager_email is set to take over",
		}[f.Cause]
	case state.FindingGroupName:
		if f.Cause == state.CauseNoNameFree {
			return fmt.Sprintf("gets no group: %q and %q are other groups' names or protected", f.Values[0], f.Values[1])
		}
		return fmt.Sprintf("their group is named %q: %q is another group's name", f.Values[0], f.Values[1])
	case state.FindingField:
		return map[Cause]string{
			state.CauseFieldInactive:      "the user field is inactive in Clockify: its values are left alone until an admin activates it (Workspace settings, Custom fields, Users)",
			state.CauseLeaveFieldInactive: "is inactive in Clockify: nobody can be marked, and nobody is deactivated, until an admin activates it (Workspace settings, Custom fields, Users)",
			state.CauseNearlySame:         "is not made while the workspace has " + f.About + ": name that one in field_mapping, or rename it",
			state.CauseFieldMapped:        "is filled from a CSV column (field_mapping) and belongs to deactivate_after: map the column to another field",
			state.CauseFieldType:          "is not a text field: nobody can be marked, and nobody is deactivated, until it has another name",
		}[f.Cause]
	case state.FindingFeature:
		return "is a feature the workspace's plan does not have: Clockify may refuse to change capacities"
	case state.FindingMarked:
		return "is not in " + file + " and will be deactivated on " + f.About + " or later, with approval, unless they return (deactivate_after)"
	}
	return ""
}

func (p *userPlanner) refusalText(r *Refusal) string {
	figures := fmt.Sprintf("%d of %d, and %d are allowed", r.Have, r.Base, r.Limit)
	switch r.Setting {
	case "guards.max_shrink":
		return fmt.Sprintf("%s of the %d active people are missing in %s, and %d may be: a file cut off, most likely. If they really left, set %s: %s.",
			text.Thousands(r.Have), r.Base, p.spec.File, r.Limit, r.Setting, r.Allow)
	case "guards.min_active_users":
		return fmt.Sprintf("%s would be left active of %d, and %d have to be. If that is meant, set %s: %s.", text.Count(r.Have, "person", "people"), r.Base, r.Limit, r.Setting, r.Allow)
	case "guards.min_known":
		return fmt.Sprintf("the workspace knows %d of the %d people of %s, and has to know %d: the wrong file or the wrong workspace, most likely. If that is meant, set %s: %s.", r.Have, r.Base, p.spec.File, r.Limit, r.Setting, r.Allow)
	}
	switch r.Cause {
	case state.CauseNotThere:
		return "the fallback manager " + r.About + " is not in the workspace. Name an active person of it."
	case state.CauseNotActive:
		return "the fallback manager " + r.About + " is not active in the workspace. Name an active person of it."
	case state.CauseFallbackGroup:
		return fmt.Sprintf("the fallback group %q is protected. Give it another name, or take it out of protect.", r.About)
	case state.CauseNotAdmin:
		return "the key's user " + r.About + " is neither owner nor admin of the workspace. Use a key of one who is."
	case state.CauseNotOwner:
		return "Clockify lets nobody but the owner deactivate the admin " + r.About + ". Use the owner's key, or set deactivate_admins: false."
	case state.CauseFreePlan:
		return "the workspace is on the free plan, which does not let the API add people. Set invite: false, or change the plan."
	case state.CauseFeature:
		what := "custom fields of people (feature USER_CUSTOM_FIELDS; Pro or Enterprise plan)"
		if r.About == "MANAGER_ROLE" {
			what = "the Team manager role (feature MANAGER_ROLE; Standard, Pro or Enterprise plan)"
		}
		return fmt.Sprintf("the workspace %q lacks %s, which these changes need.", p.dir.Workspace, what)
	}
	return figures
}
