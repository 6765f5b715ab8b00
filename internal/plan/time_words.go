package plan

import (
	"fmt"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// legacyText goes when the reporter makes the words of findings.
func legacyText(f state.Finding) string {
	words := map[Cause]string{
		state.CauseNoProject: "without a project; left out", state.CauseUnseenProject: "in a project the key cannot see; left out",
		state.CauseTimeOff:    "holidays and time off cannot be made in another workspace; left out",
		state.CauseBreaks:     "breaks, which the destination's plan does not have (feature BREAKS); left out",
		state.CauseNotCarried: "is not carried", state.CauseTaskMissing: "the destination project has no such task (create_missing: true makes it)",
		state.CauseTagMissing: "the destination has no such tag (create_missing: true makes it)", state.CauseTagArchived: "the tag is archived in the destination",
		state.CauseBillableFixed: "the destination decides what is billable, and the key is no admin's",
		state.CauseSigns:         "Clockify refuses these signs in descriptions; they are written ‹ and ›", state.CauseUnmatched: "in the destination alone; left as they are",
		state.CauseCopied: "copies of mirrored entries, with their mark; left as they are", state.CauseSourceDeleted: "their source entries were deleted",
		state.CauseSourceMoved:    "their source entries are now in projects this sync does not cover, or somebody else's; left as they are",
		state.CauseProjectUnknown: "the destination has no project of this name; left out", state.CauseProjectsArchived: "the destination projects of this name are archived",
		state.CauseProjectArchived: "the destination project is archived", state.CauseProjectAmbiguous: "is unclear: several projects of the destination have this name",
		state.CauseProjectMap: "is sent by project_map to " + f.About, state.CauseNearlySame: "differs from " + f.About + " by case or spaces alone",
	}
	text := words[f.Cause]
	if f.Kind == state.FindingRunning {
		return "is a timer that runs; it is left for the next run"
	}
	if text == "" {
		text = string(f.Cause)
	}
	if f.Count > 0 && f.Length > 0 {
		return fmt.Sprintf("%d (%d:%02d h): %s", f.Count, int(f.Length/time.Hour), int(f.Length%time.Hour/time.Minute), text)
	}
	return text
}

// legacyRefusal goes when the reporter makes the words of refusals.
func legacyRefusal(cause Cause, about, field, workspace string) string {
	switch cause {
	case state.CauseSameWorkspace:
		return "source and destination are the same workspace: its entries would be mirrored onto themselves."
	case state.CauseNeedsLink:
		return "deletes: gated needs link: field; by content alone nobody can tell whose entry it is."
	case state.CauseLinkField:
		return fmt.Sprintf("the custom field %q of workspace %q cannot hold the link: %s.", field, workspace, about)
	case state.CauseSameEntries:
		return fmt.Sprintf("time_sync %s mirrors the same entries to the same person in the same workspace already; both would make each of them. Take one of the two out.", about)
	case state.CauseSameLink:
		return fmt.Sprintf("time_sync %s marks the same person's entries in the same workspace with the same field. Give each sync its own link_field.", about)
	}
	if about == "CUSTOM_FIELDS" {
		return fmt.Sprintf("the workspace %q lacks custom fields (feature CUSTOM_FIELDS; Pro or Enterprise plan), which link: field needs.", workspace)
	}
	return fmt.Sprintf("the workspace %q lacks adding time for others (feature ADD_TIME_FOR_OTHERS; Basic plan or above), and the key is not the person's own.", workspace)
}
