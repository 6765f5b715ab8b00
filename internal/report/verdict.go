package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// parts says what changes without approval: "4 people", "1 group", "39 time entries".
func (v *view) parts() []string {
	var parts []string
	if n := len(v.people); n > 0 {
		parts = append(parts, count(n, "person", "people"))
	}
	n := 0
	for _, g := range v.groups {
		if g.op != "" || len(g.rows) > 0 {
			n++
		}
	}
	if n > 0 {
		parts = append(parts, count(n, "group", "groups"))
	}
	var fields, projects, tags, tasks, entries int
	for _, c := range v.plan.Changes {
		switch {
		case c.Gated:
		case c.Ref.Kind == plan.KindField:
			fields++
		case c.Ref.Kind == plan.KindProject:
			projects++
		case c.Ref.Kind == plan.KindTag:
			tags++
		case c.Ref.Kind == plan.KindTask:
			tasks++
		case c.Ref.Kind == plan.KindEntry:
			entries++
		}
	}
	if fields > 0 {
		parts = append(parts, count(fields, "custom field", "custom fields"))
	}
	if projects > 0 {
		parts = append(parts, count(projects, "project", "projects"))
	}
	if tags > 0 {
		parts = append(parts, count(tags, "tag", "tags"))
	}
	if tasks > 0 {
		parts = append(parts, count(tasks, "task", "tasks"))
	}
	if entries > 0 {
		parts = append(parts, count(entries, "time entry", "time entries"))
	}
	return parts
}

// needs is "need" or "needs", by what stands before it.
func (v *view) needs() string {
	asks := v.asks()
	if strings.HasPrefix(asks, "1 ") && !strings.Contains(asks, " and ") {
		return asks + " needs approval"
	}
	return asks + " need approval"
}

// stopped says why nothing, or not everything, will be written; empty: nothing stands in the way.
func (v *view) stopped() string {
	switch refused := v.refused(); {
	case len(v.plan.Problems) > 0:
		return count(len(v.plan.Problems), "problem", "problems") + " in the input, nothing will be written"
	case len(refused) > 0 && v.allBlocked():
		return "refused, nothing will be written"
	case len(refused) > 0:
		return "refused for " + sentence(refused) + ", nothing will be written there"
	}
	return ""
}

func (v *view) allBlocked() bool {
	return !slices.ContainsFunc(v.plan.Changes, func(c plan.Change) bool { return !v.plan.Blocked(c) })
}

// refused lists for what nothing may be written: "users", "a time sync".
func (v *view) refused() []string {
	users, syncs := false, map[string]bool{}
	for _, r := range v.plan.Refusals {
		if r.Domain == plan.Time {
			syncs[r.Sync] = true
		} else {
			users = true
		}
	}
	var list []string
	if users {
		list = append(list, "users")
	}
	if n := len(syncs); n > 0 {
		list = append(list, count(n, "time sync", "time syncs"))
	}
	return list
}

// verdict is the first line, in words and numbers of ours alone.
func (v *view) verdict(ctx Context) string {
	merging := ctx.HappensOnMerge != ""
	parts, stopped := v.parts(), v.stopped()
	var said []string
	switch {
	case len(parts) > 0 && stopped != "" && merging:
		said = append(said, "merging would change "+sentence(parts))
	case len(parts) > 0 && merging:
		said = append(said, "merging changes "+sentence(parts))
	case len(parts) > 0:
		said = append(said, sentence(parts)+" to change")
	case len(v.waits) > 0 && merging:
		said = append(said, "merging changes nothing by itself")
	}
	if len(v.waits) > 0 {
		said = append(said, v.needs())
	}
	if len(said) == 0 && stopped == "" {
		said = append(said, "nothing to change")
	}
	if n := v.cannot(); n > 0 {
		said = append(said, count(n, "thing", "things")+" cannot be done")
	}
	if stopped != "" {
		said = append([]string{stopped}, said...)
	}
	return strings.Join(said, "; ")
}

func (v *view) cannot() int {
	n := 0
	for _, f := range v.plan.Findings {
		if f.Failed {
			n++
		}
	}
	return n
}

// nothing is the one line of a plan with nothing to do: "Clockify already matches users.csv (1,000 people, 9 calls)."
func (v *view) nothing(ctx Context) string {
	var what, numbers []string
	syncs, entries := 0, 0
	for _, s := range v.plan.Subjects {
		if s.Domain == plan.Users {
			what = append(what, cmp.Or(ctx.UsersFile, "users.csv"))
			numbers = append(numbers, count(s.People, "person", "people"))
			continue
		}
		syncs++
		entries += s.Entries
	}
	if syncs > 0 {
		what = append(what, count(syncs, "time sync", "time syncs"))
		numbers = append(numbers, count(entries, "time entry", "time entries"))
	}
	if len(what) == 0 {
		what = append(what, "what is asked")
	}
	if v.plan.Calls.Made > 0 {
		numbers = append(numbers, count(v.plan.Calls.Made, "call", "calls"))
	}
	line := "Clockify already matches " + sentence(what)
	if len(numbers) > 0 {
		line += " (" + strings.Join(numbers, ", ") + ")"
	}
	return line + "."
}

// idle reports whether there is nothing to do and nothing in the way.
func (v *view) idle() bool {
	return v.plan.Empty() && len(v.plan.Problems) == 0 && len(v.plan.Refusals) == 0
}

// effort is what the plan costs: "9 calls to read in 1.2 s, 52 to apply (about 6 s)".
func (v *view) effort(ctx Context) string {
	var parts []string
	if n := v.plan.Calls.Made; n > 0 {
		read := count(n, "call", "calls") + " to read"
		if t := took(ctx.Elapsed); t != "" {
			read += " in " + t
		}
		parts = append(parts, read)
	}
	if n := v.plan.Calls.Needed; n > 0 {
		apply := thousands(n) + " to apply"
		if len(parts) == 0 {
			apply = count(n, "call", "calls") + " to apply"
		}
		if t := about(v.plan.Calls, ctx.RatePerSecond); t != "" {
			apply += " (" + t + ")"
		}
		parts = append(parts, apply)
	}
	return strings.Join(parts, ", ")
}

// workspaces lists the workspaces that are changed.
func (v *view) workspaces() []string {
	var list []string
	for _, s := range v.plan.Subjects {
		if s.Workspace != "" && !slices.Contains(list, s.Workspace) {
			list = append(list, s.Workspace)
		}
	}
	return list
}

// refusal says what stands in the way and which setting allows it.
func refusal(r plan.Refusal) string {
	text := r.Text
	if r.Setting != "" {
		text = fmt.Sprintf("%s: %s", r.Setting, text)
	}
	return text
}

// findingName says whom a finding is about, unless its text begins with it.
func findingName(f state.Finding) string {
	if strings.HasPrefix(f.Text, f.Name) {
		return ""
	}
	return f.Name
}
