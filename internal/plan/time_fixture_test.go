package plan_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// timeStateOf reads a TimeState written for people: the window is 14 to 21 November 2026, and underscores stand for spaces.
//
//	source PROJECT [archived]                      a project under the client, which is Acme
//	dest [CLIENT/]PROJECT [archived] [tasks=a,b]   a project of the destination
//	tags a,b [archived=c,d]
//	labels a,b                                     the tags of the source
//	has link | plain FEATURE,... | fixed | inactive | makers WHO
//	rules [task] [tag] [description] [timer] [locked=DAYTHH:MM] [approved=DAYTHH:MM-DAYTHH:MM] [needs=FIELD,...]
//	book PROJECT DAYTHH:MM-DAYTHH:MM WORD...       a source entry; without an end it runs, project - is none
//	twin [CLIENT/]PROJECT ...                      a destination entry
//
// The words of an entry are its description, or billable, break, absence, elsewhere, unseen, made, unlisted, locked, tags=a,b,
// task=x, id=x, link=x, long=N.
func timeStateOf(t rapid.TB, text string) state.TimeState {
	t.Helper()
	l := state.TimeState{
		Sync: "acme", From: day(t, "14T00:00"), To: day(t, "21T00:00"),
		Source:      state.WorkspaceEntries{Workspace: "Home", User: "ann@x", IsKeyOwner: true, Client: "Acme"},
		Destination: state.WorkspaceEntries{Workspace: "Theirs", User: "ann@x", IsKeyOwner: true},
	}
	n := 0
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		n++
		switch words[0] {
		case "source":
			l.Source.Projects = append(l.Source.Projects, state.Project{Client: "Acme", Name: spaced(words[1]), Archived: slices.Contains(words, "archived")})
		case "dest":
			p := state.Project{Archived: slices.Contains(words, "archived")}
			p.Client, p.Name = clientAndProject(words[1])
			for _, w := range words[2:] {
				if list, ok := strings.CutPrefix(w, "tasks="); ok {
					p.Tasks = strings.Split(list, ",")
				}
			}
			l.Destination.Projects = append(l.Destination.Projects, p)
		case "tags":
			for _, w := range words[1:] {
				if list, ok := strings.CutPrefix(w, "archived="); ok {
					l.Destination.ArchivedTags = strings.Split(list, ",")
				} else {
					l.Destination.Tags = strings.Split(w, ",")
				}
			}
		case "labels":
			l.Source.Tags = strings.Split(words[1], ",")
		case "has":
			l.Destination.HasLink = true
		case "plain":
			l.Destination.Features, l.Destination.IsKeyOwner = strings.Split(words[1], ","), false
		case "fixed":
			l.Destination.FixedBillable = true
		case "rules":
			readRules(t, &l.Destination.Rules, words[1:])
		case "inactive":
			l.Destination.Inactive = true
		case "makers":
			l.Source.ProjectMakers = words[1]
		case "trouble":
			l.Destination.LinkTrouble = spaced(words[1])
		case "book":
			l.Source.Entries = append(l.Source.Entries, readEntry(t, fmt.Sprintf("s%03d", n), words[1:]))
		case "twin":
			l.Destination.Entries = append(l.Destination.Entries, readEntry(t, fmt.Sprintf("d%03d", n), words[1:]))
		default:
			t.Fatalf("ledger: what is %q?", line)
		}
	}
	for i := range l.Source.Entries {
		e := &l.Source.Entries[i]
		if e.Project != "" {
			e.Client = "Acme"
		}
		e.Link = e.ID
	}
	return l
}

func readRules(t rapid.TB, r *state.EntryRules, words []string) {
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "task":
			r.NeedsTask = true
		case "tag":
			r.NeedsTag = true
		case "description":
			r.NeedsDescription = true
		case "timer":
			r.TimerOnly = true
		case "locked":
			r.LockedBefore = day(t, value)
		case "approved":
			from, to, _ := strings.Cut(value, "-")
			r.Approved = append(r.Approved, state.Period{From: day(t, from), To: day(t, to)})
		case "needs":
			r.NeedsFields = strings.Split(value, ",")
			r.Fields = r.NeedsFields
		default:
			t.Fatalf("rules: what is %q?", w)
		}
	}
}

func clientAndProject(word string) (client, project string) {
	client, project, ok := strings.Cut(word, "/")
	if !ok {
		client, project = "", word
	}
	return spaced(client), spaced(project)
}

func day(t rapid.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04", "2026-11-"+text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func readEntry(t rapid.TB, id string, words []string) state.Entry {
	t.Helper()
	e := state.Entry{ID: id}
	if words[0] != "-" {
		e.Client, e.Project = clientAndProject(words[0])
	}
	start, end, _ := strings.Cut(words[1], "-")
	e.Start = day(t, start)
	if end != "" {
		e.End = day(t, end)
	}
	var said []string
	for _, w := range words[2:] {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "billable":
			e.Billable = true
		case "break":
			e.Break = true
		case "absence":
			e.TimeOff = true
		case "elsewhere":
			e.OutOfScope = true
		case "unseen":
			e.Unseen = true
		case "made":
			e.Made = true
		case "unlisted":
			e.Unlisted = true
		case "locked":
			e.Locked = true
		case "long":
			n, _ := strconv.Atoi(value)
			said = append(said, strings.Repeat("x", n))
		case "tags":
			e.Tags = strings.Split(value, ",")
			slices.Sort(e.Tags)
		case "task":
			e.Task = value
		case "lost":
			e.Unmapped = append(e.Unmapped, spaced(value))
		case "id":
			e.ID = value
		case "link":
			e.Link = value
		default:
			said = append(said, w)
		}
	}
	e.Description = strings.Join(said, " ")
	return e
}

func contentSync() state.TimeSync {
	return state.TimeSync{Name: "acme", Source: state.Endpoint{WorkspaceID: "s"}, Destination: state.Endpoint{WorkspaceID: "d"}}
}

func linkedSync() state.TimeSync {
	s := contentSync()
	s.Link, s.LinkField = true, "Source entry"
	return s
}

func computeTime(sync state.TimeSync, l state.TimeState) *plan.Plan {
	return plan.Compute(state.Spec{Time: []state.TimeSync{sync}}, state.State{Time: []state.TimeState{l}})
}

// renderTime shows a time plan in lines: changes as they are run, then findings, then refusals.
func renderTime(p *plan.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "%s %s %s | %s", c.Op, c.Ref.Kind, c.Ref.Workspace, c.Ref.Name)
		if c.Ordinal > 1 {
			fmt.Fprintf(&b, " #%d", c.Ordinal)
		}
		for _, f := range c.Fields {
			text := f.After
			if f.Before != "" {
				text = strings.TrimSpace(f.Before + " → " + f.After)
			}
			fmt.Fprintf(&b, " | %s: %s", f.Name, text)
		}
		if c.Gated {
			fmt.Fprintf(&b, " | gated: %s", c.Cause)
		}
		b.WriteString("\n")
	}
	for _, f := range p.Findings {
		fmt.Fprintf(&b, "%s | %s", f.Kind, f.Name)
		if f.Person != "" {
			fmt.Fprintf(&b, " | of %s", f.Person)
		}
		if f.Cause != "" {
			fmt.Fprintf(&b, " | %s", f.Cause)
		}
		for _, word := range append([]string{f.About}, f.Values...) {
			if word != "" {
				fmt.Fprintf(&b, " | %s", word)
			}
		}
		if f.Count > 0 {
			fmt.Fprintf(&b, " | %d", f.Count)
		}
		if f.Length > 0 {
			fmt.Fprintf(&b, " of %s", f.Length)
		}
		for i := range f.Entries {
			e := &f.Entries[i]
			fmt.Fprintf(&b, " | %s %s", e.Start.Format("02T15:04"), e.Description)
		}
		if f.Failed {
			b.WriteString(" | failed")
		}
		b.WriteString("\n")
	}
	for _, r := range p.Refusals {
		fmt.Fprintf(&b, "refused | %s | %s", r.Setting, r.Cause)
		if r.About != "" {
			fmt.Fprintf(&b, " | %s", r.About)
		}
		b.WriteString("\n")
	}
	return b.String()
}
