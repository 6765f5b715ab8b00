package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Findings are what somebody should know, in three ranks.
type Findings struct {
	Problems  []Finding // part of what was asked cannot be done
	Attention []Note    // about this change: one by one, or in one line where many are alike
	Notes     []Note    // standing facts, by kind
}

// Finding is one thing to look at.
type Finding struct {
	At    state.Source // without a column
	Sync  string
	Words Words
}

// Note is a line for all findings of one kind.
type Note struct {
	Finding
	Kind string
	Each []Finding // those it stands for; none where it is one alone
}

// alike is how many findings of one kind stand one by one where somebody should look at them.
const alike = 12

// findingWords has a sentence for one finding of each kind, and one for many. The slots are those of causes and {name},
// {cause}, {causes} (of many, counted), {n} (how many findings), {count} and {sum} (of what one finding sums up), {values},
// {first} and {second} of them, {entries}, and {gets} or {get} ("gets" for what happens now, "has" for what is so).
var findingWords = map[string]struct{ one, many pattern }{
	state.FindingFallback:        {"{name} {gets} the fallback manager[ {values}]: {cause}", "{n} people {get} the fallback manager[ {values}]: {causes}"},
	state.FindingKeepsManager:    {"{name} [{itself}]keeps the manager they have: {cause}[, and {unset}]", "{n} people keep the manager they have: {causes}[, and {unset}]"},
	state.FindingSelfManager:     {"{name} is their own manager; read as if the cell were blank", "{n} people are their own manager; read as if the cell were blank"},
	state.FindingCycle:           {"{name} is in a circle of managers[: {chain}]", "{n} circles of managers"},
	state.FindingUnknownColumn:   {"unknown columns, which are not read: {values}", "{n} unknown columns, which are not read"},
	state.FindingNotManaged:      {"{file} has no column {name}", "{n} columns are not there, and what they say is left as it is"},
	state.FindingNearManager:     {"{count manager has|managers have} no row: {values}[. Did you mean {about}?]", "{n} managers have no row, and are nearly one that has"},
	state.FindingNearPerson:      {"{name} is to be invited, and nearly {about}: is it a typing error?", "{n} people are to be invited, and nearly others: are they typing errors?"},
	state.FindingTwoScripts:      {"letters of two alphabets in one address: {values}", "{n} addresses have letters of two alphabets"},
	state.FindingUnusualHours:    {"more than 80 or less than 4 hours a week in {file}, {lines} {values}", "unusual hours of a week in {file}"},
	state.FindingAddressChanged:  {"{name} has another address in {file}", "{n} people have another address in {file}"},
	state.FindingNotStarted:      {"{count} people of {file} have not started yet and are left alone: {values}", "people of {file} have not started yet and are left alone"},
	state.FindingDamaged:         {"{name}: {count value has|values have} likely lost digits in a spreadsheet: {values}", "{n} columns have values that likely lost digits in a spreadsheet"},
	state.FindingOnlyNothing:     {"{name} in {about} matches nothing[, and nothing is {mirrored} for it][. Did you mean {values}?]", "{n} entries of only match nothing, and nothing is mirrored for them"},
	state.FindingFiltered:        {"{count} of {rows} of {file} are left out", "{n} settings leave out rows of {file}"},
	state.FindingProtectsNothing: {"{name} in {about} matches nothing", "{n} entries of protect match nothing"},
	state.FindingNotInWorkspace:  {"{name} is not in the workspace", "{n} people are in {file} and not in the workspace: {causes}"},
	state.FindingAbsent:          {"{count person is active|people are active} in the workspace and not in {file}, and kept (absent: keep): {values}", "{n} findings on people who are not in {file}"},
	state.FindingProtected:       {"{name} is protected", "{n} protected people and groups are left alone: {causes}"},
	state.FindingCannotLeave:     {"{name} is not in {file} and is kept: {cause}", "{n} people are not in {file} and are kept: {causes}"},
	state.FindingManagedByIdP:    {"{name} is the identity provider's", "the identity provider has to deal with {n} people: {causes}"},
	state.FindingGroupName:       {"[the group of {name} is named {first}: {second} is another group's name]", "{n} groups go by another name, for theirs is taken or protected"},
	state.FindingField:           {"the custom field {name} is of no use: {cause}", "{n} custom fields are of no use: {causes}"},
	state.FindingNotCleared:      {"{count person keeps|people keep} a value of {name} although the cell is blank, for Clockify requires the field: write a value, or make the field optional (Workspace settings, Custom fields, Users)[: {values}]", "{n} fields cannot be cleared, for Clockify requires them: write values, or make the fields optional (Workspace settings, Custom fields, Users)"},
	state.FindingFeature:         {"{name} is a feature that the workspace's plan does not have: Clockify may refuse to change capacities", "{n} features are missing in the workspace's plan"},
	state.FindingMarked:          {"{name} is not in {file} and will be deactivated on {about} or later, with approval, unless they return (deactivate_after)", "{n} people are not in {file} and will be deactivated later, with approval, unless they return (deactivate_after)"},
	state.FindingRunning:         {"{entry} is a timer that runs; it is left for the next run", "{n} timers run; they are left for the next run"},
	state.FindingNotCarried:      {"{name}: {sum}{cause}", "{sum}not carried whole: {causes}"},
	state.FindingNoSource:        {"{name}: {sum}{cause}[: {entries}]", "{sum}{causes}"},
	state.FindingAmbiguous:       {"{name}: {cause}", "{n} projects are ambiguous"},
	state.FindingNoProject:       {"{name}: {sum}{cause}", "{sum}{causes}"},
	state.FindingArchived:        {"{name}: {sum}{cause}", "{n} projects are archived: {causes}"},
	state.FindingNotMirrored:     {"{name}: {sum}{cause}[: {entries}]", "{sum}do not arrive: {causes}"},
	state.FindingCountedTwice:    {"{name}: {sum}{cause}[: {entries}]", "{sum}{causes}"},
	state.FindingRenamed:         {"{name} is taken for {about}, which goes by another name on the other side", "{n} projects go by another name on the other side"},
	state.FindingPersonMissing:   {"{name} is not in the workspace {about}; their entries are left out", "{n} people are not in one of the workspaces; their entries are left out"},
	state.FindingPeopleUnread:    {"the key may not read the entries of {count person|people} in {name}, and they are left out: {values}. Use an admin's key", "{n} keys may not read other people's entries, who are left out"},
	state.FindingProjectRights:   {"{count project is|projects are} missing in {name}, and the key may not create projects ({about} may): {values}", "{n} findings on projects that the key may not create"},
	state.FindingSourceGone:      {"{name}: {sum}{cause}[: {entries}]", "{sum}{causes}"},
}

// findingBecause has the sentence of one finding where its cause decides what is said, or else its setting.
var findingBecause = map[string]map[plan.Cause]pattern{
	state.FindingNotManaged: {
		"manager":                    "{file} has no column {name}: managers are left as they are",
		"hours":                      "{file} has no column {name}: hours are left as they are",
		"protect.groups_from_column": "{file} has no column {name}: no group is protected for a value of it (protect.groups_from_column)",
	},
	state.FindingFiltered: {
		"rows.only":     "{count} of {rows} of {file} are left alone (rows.only)",
		"active_values": "{count} of {rows} of {file} say that their people have left: {values} (active_values)",
	},
	state.FindingNotInWorkspace: {
		state.CauseDeclined:         "{name} declined the invitation to the workspace: invite them again in Clockify",
		state.CauseIdentityProvider: "{name} is not in the workspace: the identity provider has to add them",
		state.CauseSelfMissing:      "{name} is not in the workspace, and nobody is invited while the key's own user is missing in the list of people",
		state.CauseNew:              "{name} is not in the workspace: invite them in Clockify, or set invite: true[. Or is it a typing error for {values}?]",
	},
	state.FindingAddressChanged: {
		state.CauseSameID:     "{name} is {about} in {file}, by their number: change the address in Clockify, which its API cannot do. The row is applied to the account that is there",
		state.CauseLikelySame: "{name} is likely {about} in {file}: nothing is done for either of them. Change the address in Clockify, or take one of the two away",
	},
	state.FindingAbsent: {
		state.CauseWithoutEmail:   "{count row|rows} of {file} have no email: some of those who leave may be among them",
		state.CauseUnreadableRows: "nobody counts as absent while {count row|rows} of {file} cannot be read",
	},
	state.FindingProtected: {
		state.CauseProtected:       "{name} is protected: nothing of {file} is applied (protect.users)",
		state.CauseLeaver:          "{name} is protected: it stays managed by {about}, who is to be deactivated",
		state.CauseProtectedMember: "{name} is protected: it is nobody's manager group and is kept, for a protected person is in it or manages it",
	},
	state.FindingManagedByIdP: {
		state.CauseInactive:         "{name} is inactive, and the identity provider has to reactivate them",
		state.CauseAbsent:           "{count} people are not in {file}, and the identity provider has to deactivate them: {values}",
		state.CauseIdentityProvider: "an identity provider owns people and groups (identity_provider: true): managers, capacity and fields are kept, people and groups are left alone",
	},
	state.FindingGroupName: {
		state.CauseNoNameFree: "[{name} gets no group: {names} are other groups' names or protected]",
	},
}

// findings ranks what was found, and folds standing facts to one line a kind.
func (b *builder) findings() {
	f := &b.doc.Findings
	for _, e := range b.ctx.Errors {
		f.Problems = append(f.Problems, Finding{Words: Words{said(b.mask.text(e))}})
	}
	type kind struct {
		sync, kind string
		level      state.Level
	}
	var others []*state.Finding
	for i := range b.plan.Findings {
		x := &b.plan.Findings[i]
		if (x.Failed || x.Level == state.LevelProblem) && !isUnlisted(x) {
			f.Problems = append(f.Problems, b.finding(x))
			continue
		}
		others = append(others, x)
		if x.Kind == state.FindingCountedTwice {
			b.doc.Twice = append(b.doc.Twice, b.finding(x))
		}
	}
	slices.SortStableFunc(others, func(x, y *state.Finding) int { return cmp.Compare(x.Sync, y.Sync) })
	for _, list := range grouped(others, func(x *state.Finding) kind { return kind{x.Sync, x.Kind, x.Level} }) {
		switch {
		case list[0].Level != state.LevelAttention:
			f.Notes = append(f.Notes, b.note(list))
		case len(list) > alike:
			f.Attention = append(f.Attention, b.folded(list))
		default:
			f.Attention = append(f.Attention, b.oneByOne(list)...)
		}
	}
}

// folded is the line for many of one kind, with the first few of whom it is true.
func (b *builder) folded(list []*state.Finding) Note {
	n := b.note(list)
	var who []Part
	for _, x := range list {
		who = append(who, data(x.Name))
	}
	n.Words = say("%s (%s)", n.Words, enumerate(who, firstFew))
	return n
}

// oneByOne are the lines for some of one kind. Those that have one cause, which is about one thing, are folded.
func (b *builder) oneByOne(list []*state.Finding) (notes []Note) {
	type because struct {
		cause plan.Cause
		about string
	}
	for _, same := range grouped(list, func(x *state.Finding) because { return because{x.Cause, x.About} }) {
		if same[0].Cause != "" && same[0].About != "" && len(same) > firstFew {
			notes = append(notes, b.folded(same))
			continue
		}
		for _, x := range same {
			notes = append(notes, Note{Finding: b.finding(x), Kind: x.Kind})
		}
	}
	return notes
}

// finding puts one finding into words.
func (b *builder) finding(f *state.Finding) Finding {
	source := f.Source
	source.Column = 0
	if f.Sync != "" {
		source = state.Source{} // the line of the config that names the sync says nothing
	}
	because := findingBecause[f.Kind]
	words := cmp.Or(because[f.Cause], because[plan.Cause(f.About)], because[plan.Cause(f.Name)], findingWords[f.Kind].one).fill(b.findingSlots(f))
	if len(words) == 0 {
		words = say("%s %s", b.whom(f), data(f.Kind))
	}
	if f.Person != "" {
		words = append(Words{b.names.person(f.Person), ours(": ")}, words...)
	}
	return Finding{source, f.Sync, words}
}

// note is the line for all findings of one kind.
func (b *builder) note(list []*state.Finding) Note {
	n := Note{Finding: Finding{Sync: list[0].Sync}, Kind: list[0].Kind}
	if len(list) == 1 {
		n.Words = b.finding(list[0]).Words
		return n
	}
	sum := *list[0]
	sum.Count, sum.Length = 0, 0
	same := true
	for _, f := range list {
		n.Each = append(n.Each, b.finding(f))
		sum.Count += f.Count
		sum.Length += f.Length
		same = same && slices.Equal(f.Values, sum.Values)
	}
	if !same {
		sum.Values = nil
	}
	slots := b.findingSlots(&sum)
	slots["n"] = say("%s", len(list))
	if !same {
		delete(slots, "unset") // what is missing for one is there for another
	}
	causes := grouped(list, func(f *state.Finding) plan.Cause { return f.Cause })
	slices.SortStableFunc(causes, func(x, y []*state.Finding) int { return cmp.Compare(len(y), len(x)) })
	var why []Words
	for _, of := range causes {
		words := cmp.Or(causeWords[of[0].Cause].many, causeWords[of[0].Cause].one)
		slots["k"] = say("%s", len(of))
		filled := words.fill(slots)
		if len(causes) > 1 && len(of) > 1 && len(filled) > 0 && !strings.Contains(string(words), "{k}") {
			filled = append(filled, ours(" ("+text.Thousands(len(of))+")"))
		}
		why = append(why, filled)
	}
	slots["causes"] = join(", ", why...)
	n.Words = findingWords[n.Kind].many.fill(slots)
	if len(n.Words) == 0 {
		n.Words = say("%s findings of the kind %s", len(list), data(n.Kind))
	}
	return n
}

// chain is a circle of people, the first again at its end. A long one is cut.
func chain(people []string) Words {
	const most = 11
	var w Words
	for i, v := range people {
		if i == most && len(people) > most+1 {
			w = append(w, ours(text.Thousands(len(people)-most)+" more → "))
			break
		}
		w = append(w, data(v), ours(" → "))
	}
	if len(people) > 0 {
		w = append(w, data(people[0]))
	}
	return w
}

// whom names what a finding is about.
func (b *builder) whom(f *state.Finding) Words {
	if f.Name == "" {
		return nil
	}
	return Words{data(f.Name)}
}

// findingSlots fills the slots of one finding.
func (b *builder) findingSlots(f *state.Finding) slots {
	s := b.slots(f.Source, f.About)
	s["name"] = b.whom(f)
	if f.Kind == state.FindingNearManager || f.Kind == state.FindingNearPerson {
		s["about"] = Words{data(f.About)} // it is about the address
	}
	s["count"] = say("%s", f.Count)
	s["gets"], s["get"] = say("has"), say("have")
	if f.Level == state.LevelAttention {
		s["gets"], s["get"] = say("gets"), say("get")
	}
	values := parts(data, f.Values)
	if f.Kind == state.FindingFallback {
		for i, v := range f.Values {
			values[i] = b.names.person(v)
		}
	}
	s["values"], s["names"], s["chain"] = enumerate(values, 10), enumerate(parts(name, f.Values), 10), chain(f.Values)
	s["lines"] = say(text.Plural(len(f.Values), "line", "lines"))
	if len(f.Values) > 1 {
		s["first"], s["second"] = Words{name(f.Values[0])}, Words{name(f.Values[1])}
	}
	cause := causeWords[f.Cause].one
	if f.Count > 0 {
		length := ""
		if f.Length > 0 {
			length = " (" + duration(f.Length) + ")"
		}
		s["sum"] = say("%s%s: ", text.Count(f.Count, "entry", "entries"), length)
		cause = cmp.Or(causeWords[f.Cause].many, cause)
	}
	s["cause"] = cause.fill(s)
	switch {
	case f.Kind == state.FindingKeepsManager && len(f.Values) == 0:
		s["unset"] = say("no %s is set", data("workspace.fallback_manager_email"))
	case f.Kind == state.FindingKeepsManager && f.Values[0] == f.Name:
		s["itself"] = say("is the fallback manager and ")
	case f.Kind == state.FindingOnlyNothing && f.Sync != "":
		s["mirrored"] = say("mirrored")
	case f.Kind == state.FindingFiltered:
		rows, _ := strconv.Atoi(f.About)
		s["rows"] = say(text.Count(rows, "row", "rows"))
	}
	b.entrySlots(s, f)
	return s
}

// entrySlots fills those of entries: the first one whole, the first few, and how many there are beside them.
func (b *builder) entrySlots(s slots, f *state.Finding) {
	if len(f.Entries) == 0 {
		return
	}
	first := f.Entries[0]
	s["entry"] = Words{data(joined(" · ", first.Project, first.Start.UTC().Format(minutes), first.Description))}
	var entries []Part
	for i := range f.Entries {
		entries = append(entries, data(entryText(&f.Entries[i])))
	}
	s["entries"] = enumerate(entries, firstFew)
	if more := f.Count - len(f.Entries); more > 0 {
		s["entries"] = append(s["entries"], ours(" and "+text.Thousands(more)+" more"))
	}
}
