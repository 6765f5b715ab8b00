package report

import (
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// causeWords says why, after a colon or in a column of its own: of one, and of many at once where that differs. The slots
// are {about}, {at} (file and line), {file}, {values} and, of many, {k} (how many).
var causeWords = map[plan.Cause]struct{ one, many pattern }{
	state.CauseNoManager:       {"no manager in {at}", "no manager in {file}"},
	state.CauseManagerUnknown:  {"{about} is not in the workspace", "the manager named is not in the workspace"},
	state.CauseManagerPending:  {"{about} has not accepted the invitation yet", "the manager named has not accepted the invitation yet"},
	state.CauseManagerInactive: {"{about} is not active in the workspace", "the manager named is not active in the workspace"},
	state.CauseManagerNear:     {"{about} is not in the workspace, and {values} is nearly the same", "the manager named is nearly another"},
	state.CauseManagerMoved:    {"{about} is likely {values}, whose address changed", "the manager named likely has another address now"},

	state.CauseLeftByStatus:       {"they left, by their status in {file}", ""},
	state.CauseLeftByDate:         {"they left, by their last day in {file}", ""},
	state.CauseSameID:             {"the same number", ""},
	state.CauseLikelySame:         {"likely the same person", ""},
	state.CauseSelfMissing:        {"the key's own user is missing in the list", ""},
	state.CauseWithoutEmail:       {"rows without an email", ""},
	state.CauseTakeover:           {"the group {about} is somebody else's", ""},
	state.CauseLeaveFieldInactive: {"it is inactive in Clockify: nobody can be marked, and nobody is deactivated, until an admin activates it (Workspace settings, Custom fields, Users)", ""},
	state.CauseNew:                {"in {file}, not in the workspace", "invite them in Clockify, or set invite: true"},
	state.CauseInactive:           {"in {file} and inactive in the workspace", ""},
	state.CauseBack:               {"back in {file}", ""},
	state.CauseAbsent:             {"not in {file}", ""},
	state.CauseBlank:              {"blank in {file}", ""},
	state.CauseEmptyRole:          {"a team manager role over nobody", ""},
	state.CauseLeaver:             {"{about} leaves", "their manager leaves"},
	state.CauseDeclined:           {"they declined the invitation", ""},
	state.CauseIdentityProvider:   {"an identity provider owns people and groups", ""},
	state.CauseUnreadableRows:     {"rows that cannot be read", ""},
	state.CauseOwnKey:             {"the key is theirs", "the key's user"},
	state.CauseOwner:              {"they own the workspace", "the owner"},
	state.CauseAdmin:              {"they are a workspace admin (deactivate_admins: false)", "{k} admins (deactivate_admins: false)"},
	state.CauseProtected:          {"they are protected (protect.users)", "{k} protected (protect.users)"},
	state.CauseProtectedMember:    {"a protected person is in it or manages it", ""},
	state.CauseFallbackManager:    {"they are the fallback manager", "the fallback manager"},
	state.CauseNoFallback:         {"they manage {about}, and no workspace.fallback_manager_email is set to take over", "they manage people, and no workspace.fallback_manager_email is set to take over"},

	state.CauseUnmanaged:     {"nobody's manager group and not protected (cleanup.unmanaged_groups: delete)", ""},
	state.CauseRenamed:       {"its manager goes by another name now", ""},
	state.CauseSameName:      {"two managers have this name", ""},
	state.CauseGroupFallback: {"fallback: nobody else manages the group", ""},
	state.CauseNameTaken:     {"another group has that name", ""},
	state.CauseNoNameFree:    {"every name it may have is taken or protected", ""},

	state.CauseFieldInactive: {"it is inactive in Clockify until an admin activates it (Workspace settings, Custom fields, Users)", ""},
	state.CauseFieldMapped:   {"field_mapping fills it from a CSV column, and it belongs to deactivate_after: map the column to another field", ""},
	state.CauseFieldType:     {"it is not a text field: give it another name", ""},

	state.CauseSourceDeleted:    {"its source entry was deleted", "their source entries were deleted (deletes: gated would offer to delete them)"},
	state.CauseSourceMoved:      {"its source entry is now in a project that this sync does not cover, or somebody else's", "their source entries are now in projects that this sync does not cover, or somebody else's; left as they are"},
	state.CauseCopied:           {"a copy of a mirrored entry, with its mark", "copies of mirrored entries, with their mark; left as they are"},
	state.CauseUnmatched:        {"in the destination alone", "in the destination alone; left as they are"},
	state.CauseNoProject:        {"without a project", "without a project; left out"},
	state.CauseProjectUnknown:   {"the destination has no project of this name", "the destination has no project of this name: make it there, or say in project_map which is meant"},
	state.CauseProjectAmbiguous: {"several projects of the destination have this name: {values}. Its entries are left out until project_map says which is meant", "its project is ambiguous in the destination; left out"},
	state.CauseProjectMap:       {"project_map sends it to {about}, of which the destination has none or several[: {values}]", ""},
	state.CauseProjectArchived:  {"the destination project is archived", "the destination project is archived, and takes no new and edited entries: activate it there"},
	state.CauseProjectsArchived: {"the destination projects of this name are archived", "the destination projects of this name are archived: activate one there"},
	state.CauseSourceArchived:   {"archived under {about} in the source and active in the destination; it is left alone", ""},
	state.CauseNearlySame:       {"differs from {about} by case or spaces alone", ""},
	state.CauseTimeOff:          {"holidays and time off cannot be made in another workspace", "holidays and time off cannot be made in another workspace; left out"},
	state.CauseBreaks:           {"the destination's plan has no breaks (feature BREAKS)", "breaks, which the destination's plan does not have (feature BREAKS); left out"},
	state.CauseNotCarried:       {"not carried", "not carried"},
	state.CauseTaskMissing:      {"the destination project has no such task", "the destination project has no such task (create_missing: true would make it)"},
	state.CauseTagMissing:       {"the destination has no such tag", "the destination has no such tag (create_missing: true would make it)"},
	state.CauseTagArchived:      {"the tag is archived in the destination", ""},
	state.CauseBillableFixed:    {"the destination decides what is billable, and the key is no admin's", ""},
	state.CauseSigns:            {"Clockify refuses these signs in descriptions; they are written ‹ and ›", ""},
	state.CauseUnseenProject:    {"in a project that the key cannot see: make its user a member of the project, or use an admin's key", ""},
	state.CauseNeedsTask:        {"the destination asks for a task (defaults: task gives one)", ""},
	state.CauseDefaultTask:      {"the destination asks for a task, and this project has no {about}, which defaults gives: make it there, or set create_missing: true", ""},
	state.CauseNeedsTag:         {"the destination asks for a tag (defaults: tag gives one)", ""},
	state.CauseNeedsDescription: {"the destination asks for a description: write one in the source", ""},
	state.CauseNeedsField:       {"the destination asks for the custom field {about} (defaults: fields gives a value)", ""},
	state.CauseLocked:           {"the period is locked in the destination: an admin unlocks it", ""},
	state.CauseApproved:         {"the period is approved in the destination: withdraw the approval there", ""},
	state.CauseTimerOnly:        {"the destination lets only its timer make entries (Workspace settings, Force timer)", ""},
	state.CauseTooLong:          {"the description is longer than Clockify takes: shorten it in the source", ""},
	state.CausePersonInactive:   {"the person[ {about}] is deactivated in the destination", ""},
	state.CauseDefaultMissing:   {"defaults gives {about}, and nothing in the destination is called so: make it there, or correct defaults[. Did you mean {values}?]", ""},
	state.CauseOldForm:          {"it overlaps an entry being created and reads like it", "they overlap entries being created and read like them: the hours would count twice. Delete the old ones in Clockify"},
	state.CauseOverlaps:         {"it overlaps a mirrored entry of the same project", "they overlap mirrored entries of the same project: the hours count twice. Delete or shorten them in Clockify"},
	state.CauseTwice:            {"it is equal to a mirrored entry", "they are equal to mirrored entries: the hours count twice. Where the next plan still says so, delete one of each in Clockify"},
	state.CauseUnlisted:         {"made by this run, and Clockify does not list it", "made by this run, and Clockify does not list them even after a minute: whether another run made them too is not known. Run it again later"},
	state.CauseDoubled:          {"another run made the same entry, and earlier", ""},
	state.CauseForEntries:       {"entries need it (create_missing)", ""},
	state.CauseSameWorkspace:    {"source and destination are the same workspace: its entries would be mirrored onto themselves.", ""},
	state.CauseNeedsLink:        {"deletes: gated needs link: field; by content alone nobody can tell whose entry it is.", ""},
	state.CauseLinkField:        {"the custom field cannot hold the link: {about}.", ""},
	state.CauseSameEntries:      {"time_sync {about} mirrors the same entries to the same person in the same workspace already; both would make each of them. Take one of the two out.", ""},
	state.CauseSameLink:         {"time_sync {about} marks the same person's entries in the same workspace with the same field. Give each sync its own link_field.", ""},

	state.CauseGuard:         {"a limit of the config", ""},
	state.CauseFeature:       {"the workspace's plan lacks the feature {about}, which these changes need.", ""},
	state.CauseFreePlan:      {"the workspace is on the free plan, which does not let the API add people. Set invite: false, or change the plan.", ""},
	state.CauseNotAdmin:      {"the key's user {about} is neither owner nor admin of the workspace. Use a key of one who is.", ""},
	state.CauseNotOwner:      {"Clockify lets nobody but the owner deactivate an admin, here {about}. Use the owner's key, or set deactivate_admins: false.", ""},
	state.CauseNotThere:      {"the fallback manager {about} is not in the workspace. Name an active person of it.", ""},
	state.CauseNotActive:     {"the fallback manager {about} is not active in the workspace. Name an active person of it.", ""},
	state.CauseFallbackGroup: {"the fallback group {about} is protected. Give it another name, or take it out of protect.", ""},
}

// featureWords says what people call a feature of a plan, and which plans have it.
var featureWords = map[string]string{
	"MANAGER_ROLE":        "the Team manager role (feature MANAGER_ROLE; Standard, Pro or Enterprise plan)",
	"USER_CUSTOM_FIELDS":  "custom fields of people (feature USER_CUSTOM_FIELDS; Pro or Enterprise plan)",
	"CUSTOM_FIELDS":       "custom fields (feature CUSTOM_FIELDS; Pro or Enterprise plan)",
	"ADD_TIME_FOR_OTHERS": "adding time for others (feature ADD_TIME_FOR_OTHERS; Basic plan or above)",
}

// why is the reason of a change in words.
func (b *builder) why(c *plan.Change) Words {
	words, ok := causeWords[c.Cause]
	if !ok {
		return nil
	}
	s := b.slots(c.Source, c.CauseAbout)
	switch c.Cause {
	case state.CauseNoManager, state.CauseManagerUnknown, state.CauseManagerPending, state.CauseManagerInactive:
		if c.Ref.Kind != plan.KindManager || c.Op != plan.Create {
			return nil // the manager's row says it
		}
		return append(say("fallback: "), words.one.fill(s)...)
	case state.CauseLeaver:
		if c.CauseAbout == "" {
			return words.many.fill(s)
		}
	}
	return words.one.fill(s)
}

// notCleared says what to do about a clearing that Clockify refuses: the same of all people with the same fields.
func (b *builder) notCleared(c *plan.Change) Words {
	var fields []string
	for _, f := range c.Fields {
		fields = append(fields, f.Name)
	}
	refused := pattern("Clockify refuses to clear {about}, and the value stays: clear it by hand in Clockify, or write it into {file}")
	return refused.fill(b.slots(c.Source, strings.Join(fields, ", ")))
}

// slots are those that every sentence may use.
func (b *builder) slots(source state.Source, about string) slots {
	file := b.ctx.usersFile()
	if source.File == "" {
		source = state.Source{File: file}
	}
	return slots{"about": b.aboutWhom(about), "at": at(source), "file": {data(file)}}
}

// refusal says what stands in the way, and of which setting.
func (b *builder) refusal(r *plan.Refusal) Words {
	if r.Setting == "" {
		return b.refused(r)
	}
	return say("%s: %s", data(r.Setting), b.refused(r))
}

// refused says what stands in the way and what allows it.
func (b *builder) refused(r *plan.Refusal) Words {
	s := b.slots(state.Source{}, r.About)
	if r.Cause == state.CauseGuard {
		for guard, words := range guardWords {
			if r.Setting == "guards."+string(guard) {
				return b.figures(words.over, r.Figures, "")
			}
		}
	}
	if called, ok := featureWords[r.About]; ok && r.Cause == state.CauseFeature {
		return say("the workspace's plan lacks %s, which these changes need.", called)
	}
	return causeWords[r.Cause].one.fill(s)
}

// Loosened is a setting that a pull request makes less strict than its base.
type Loosened struct{ Setting, From, To string }

func loosened(l Loosened) Words {
	if l.Setting == string(plan.OtherWorkspace) || strings.HasPrefix(l.Setting, string(plan.OtherSync)+".") {
		if l.From == "" {
			return say("This pull request names %s (%s), and nothing shows that its base does, so every change there needs approval.",
				data(text.Clip(l.Setting, 80)), data(text.Clip(l.To, 200)))
		}
		return say("This pull request changes %s from %s to %s, so every change there needs approval.",
			data(text.Clip(l.Setting, 80)), data(text.Clip(l.From, 200)), data(text.Clip(l.To, 200)))
	}
	return say("This pull request loosens %s from %s to %s. Until it is merged, %s holds.",
		data(text.Clip(l.Setting, 80)), data(text.Clip(l.From, 200)), data(text.Clip(l.To, 200)), data(text.Clip(l.From, 200)))
}
