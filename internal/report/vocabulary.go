package report

import (
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Result is how a change ended, or would: a status of the plan's, or one of those that a change has before it is tried.
type Result string

// The results. Planned and Gated are of a plan that was not applied; Blocked is left alone because of a problem or
// refusal, Kept is a value that Clockify refuses to clear.
const (
	Done     = Result(plan.Done)
	Failed   = Result(plan.Failed)
	Skipped  = Result(plan.Skipped)
	Withheld = Result(plan.Withheld)
	NotTried = Result(plan.NotTried)
	Unknown  = Result(plan.Unknown)
	Planned  = Result("planned")
	Gated    = Result("gated")
	Blocked  = Result("blocked")
	Kept     = Result("kept")
)

type resultWords struct {
	Result Result
	Words  string
}

// results has the words for how changes end, the best first.
var results = []resultWords{
	{Done, "done"},
	{Planned, "planned"},
	{Gated, "needs approval"},
	{Withheld, "withheld"},
	{Kept, "kept by Clockify"},
	{Blocked, "blocked"},
	{NotTried, "not tried"},
	{Skipped, "skipped"},
	{Unknown, "unknown"},
	{Failed, "failed"},
}

// Words is what people read for a result.
func (r Result) Words() string { return results[r.rank()].Words }

// rank is the place among the results.
func (r Result) rank() int {
	return slices.IndexFunc(results, func(x resultWords) bool { return x.Result == r })
}

func (r Result) worse(than Result) bool { return r.rank() > than.rank() }

// A pattern is a sentence with slots: {about} is filled with what it is about, {count row|rows} with a number and the word
// that goes with it. A part in brackets is left out where a slot in it is empty: "no manager[ in {at}]".
type pattern string

// slots are what a pattern can be filled with.
type slots map[string]Words

func (t pattern) fill(s slots) Words {
	var out Words
	rest := string(t)
	for rest != "" {
		open := strings.IndexByte(rest, '[')
		if open < 0 {
			filled, _ := fillPlain(rest, s)
			return append(out, filled...)
		}
		filled, _ := fillPlain(rest[:open], s)
		out = append(out, filled...)
		optional, after, _ := strings.Cut(rest[open+1:], "]")
		if filled, whole := fillPlain(optional, s); whole {
			out = append(out, filled...)
		}
		rest = after
	}
	return out
}

// fillPlain fills a sentence without brackets; whole tells that no slot was empty.
func fillPlain(sentence string, s slots) (out Words, whole bool) {
	whole = true
	for sentence != "" {
		before, rest, found := strings.Cut(sentence, "{")
		if before != "" {
			out = append(out, ours(before))
		}
		if !found {
			return out, whole
		}
		slot, after, _ := strings.Cut(rest, "}")
		slot, forms, counted := strings.Cut(slot, " ")
		whole = whole && len(s[slot]) > 0
		out = append(out, s[slot]...)
		if one, many, _ := strings.Cut(forms, "|"); counted && s[slot].String() == "1" {
			out = append(out, ours(" "+one))
		} else if counted {
			out = append(out, ours(" "+many))
		}
		sentence = after
	}
	return out, whole
}

// guardWords has, for each guard, what it counts, and what to say where it is exceeded. The slots are {have}, {limit},
// {base}, {allow}, {of} (the attribute) and {file}.
var guardWords = map[plan.Guard]struct {
	many string
	over pattern
}{
	plan.MaxDeactivations: {"deactivations", "{have deactivation|deactivations}; guards.max_deactivations allows {limit} of {base}[, {allow} would allow it]"},
	plan.MaxReactivations: {"reactivations", "{have reactivation|reactivations}; guards.max_reactivations allows {limit} of {base}[, {allow} would allow it]"},
	plan.MaxInvitations:   {"invitations", "{have invitation|invitations}; guards.max_invitations allows {limit} of {base}[, {allow} would allow it]"},
	plan.MaxChanges:       {"changes", "{have person gets|people get} another value[ of {of}]; guards.max_changes allows {limit} of {base}[, {allow} would allow it]"},
	plan.MaxRemovals:      {"removals", "{have person loses|people lose} a value[ of {of}]; guards.max_removals allows {limit} of {base}[, {allow} would allow it]"},
	plan.MaxShrink:        {"people missing", "{have} of {base} active people are missing in {file}; guards.max_shrink allows {limit}. A file that was cut off, most likely[; if they really left, {allow} would allow it]"},
	plan.MinKnown:         {"people unknown", "the workspace knows {have} of the {base} people in {file}; guards.min_known asks for {limit}. The wrong file or the wrong workspace, most likely[; {allow} would allow it]"},
	plan.MinActiveUsers:   {"people left", "{have active person|active people} would be left of {base}; guards.min_active_users asks for {limit}[, {allow} would allow it]"},
	plan.OtherWorkspace:   {"changes in another workspace", "this pull request names another workspace than its base, so every change needs approval"},
	plan.OtherSync:        {"changes of a time sync pointed elsewhere", "this pull request names another workspace, client or person of the sync than its base, so every change of it needs approval"},
}

// exceeded says by how much a change's guard is exceeded.
func (b *builder) exceeded(c *plan.Change) Words {
	i := slices.IndexFunc(b.plan.Exceeded, func(x plan.Exceeded) bool {
		return x.Guard == c.Guard && (x.Attribute == c.Attribute || c.Attribute == "")
	})
	switch over := guardWords[c.Guard].over; {
	case i < 0 && strings.Contains(string(over), "{have}"):
		return say("more than %s allows", data("guards."+string(c.Guard)))
	case i < 0:
		return over.fill(nil)
	}
	x := b.plan.Exceeded[i]
	return b.figures(guardWords[c.Guard].over, x.Figures, x.Attribute)
}

func (b *builder) figures(t pattern, f plan.Figures, of string) Words {
	s := slots{"have": say("%s", f.Have), "limit": say("%s", f.Limit), "base": say("%s", f.Base), "file": {data(b.ctx.usersFile())}}
	if f.Allow != "" {
		s["allow"] = Words{data(f.Allow)}
	}
	if of != "" {
		s["of"] = Words{attribute(of)}
	}
	return t.fill(s)
}

// at is where something stands in a file, without the column.
func at(s state.Source) Words {
	if s.File == "" {
		return nil
	}
	s.Column = 0
	return Words{data(s.String())}
}

// about makes an email read as the person.
func (b *builder) aboutWhom(s string) Words {
	if s == "" {
		return nil
	}
	if b.names.byEmail[s] != "" {
		return Words{b.names.person(s)}
	}
	return Words{data(text.Clip(s, 200))}
}
